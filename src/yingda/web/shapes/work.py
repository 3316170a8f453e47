"""The agent's work: presence, phone, calls that live."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from yingda.web.shapes.common import Id, In, Medium, Out, Short, TypedNumber, Word

CallId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
TabId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


class SignInIn(In):
    """`station`: with "desk" another extension than the own one, with "outside" the number that is dialled."""

    phone: Literal["web", "desk", "outside"]
    station: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+ ()-]{0,32}$")] = ""


class BreakIn(In):
    reason: Word


class BreakReasonOut(Out):
    code: str
    name: str  # in the reader's language
    name_zh: str
    name_en: str
    limit_s: int  # seconds after which the supervisor is warned; 0 = no limit


class SoftphoneIn(In):
    client: TabId  # id of the browser tab
    take_over: bool = False
    talking: bool = False  # this tab still has the sound of its call: it is not rung anew


class SoftphoneOut(Out):
    """Short-lived SIP credentials of this tab. `path`: where SIP over WebSocket is spoken, same origin."""

    endpoint: str
    secret: str
    realm: str
    path: str


class DialIn(In):
    number: TypedNumber
    key: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]  # the same key is the same call
    customer_id: Id | None = None  # with a masked number: the customer whose number it is


class DialOut(Out):
    call_id: str


class MuteIn(In):
    on: bool


class DigitsIn(In):
    digits: Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D]{1,32}$")]


class PartyIn(In):
    """An extension or an outside number; for a transfer also a destination such as `queue:801` or `flow:<id>`."""

    to: Annotated[str, StringConstraints(
        strip_whitespace=True, pattern=r"^((queue|flow):[0-9A-Za-z_-]{1,40}|[0-9+*# ()-]{1,32})$")]


class InviteIn(In):
    """An extension or an outside number."""

    to: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+*# ()-]{1,32}$")]


class PickUpIn(In):
    """Exactly one of the three: this call, what rings at this agent, or who has waited longest in this group."""

    call_id: CallId | None = None
    agent_id: Id | None = None
    queue_id: Id | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(one is not None for one in (self.call_id, self.agent_id, self.queue_id)) != 1:
            raise PydanticCustomError("pick_one", "name one of call_id, agent_id, queue_id")
        return self


class SlotOut(Out):
    """Where a call is parked."""

    slot: str


class FetchIn(In):
    """The slot of a parked call."""

    slot: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")]


class LendIn(In):
    """The published flow that the caller goes into."""

    flow_id: Id


class WatchIn(In):
    mode: Literal["listen", "whisper", "barge"]


class ServesIn(In):
    queue_id: Id
    level: Annotated[int, Field(ge=1, le=9)] = 1  # 1 serves first


class MoveIn(In):
    """All service groups that the agent is to serve from now on."""

    queues: list[ServesIn] = Field(default_factory=list, max_length=200)


class ServesOut(Out):
    queue_id: Id
    level: int


class ForceIn(In):
    """`reason`: a break reason, for on_break only; `note`: why, for the audit log."""

    presence: Literal["ready", "on_break", "signed_out"]
    reason: Short = ""
    note: Medium = ""
