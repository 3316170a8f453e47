"""The verbs that the web part may ask of the call engine, and what each takes. One page, one list.

Every verb carries `actor` (person id of who asks). A refusal is a stable error code (`kit.errors`).
Buttons on screen are live when their verb stands in `AgentView.can`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec


class Verb(msgspec.Struct, frozen=True, tag=True, tag_field="verb", kw_only=True):
    actor: str


class OpenSoftphone(Verb, frozen=True, tag="open_softphone"):
    """Give this browser tab short-lived SIP credentials. Answers {"endpoint", "secret", "realm"}.

    `client` identifies the tab; another tab that holds the phone is refused with `softphone_elsewhere`
    unless `take_over`, in which case the other tab's credentials stop working.
    `talking`: this tab only lost its way to us and still has the sound of the call, so it need not be rung anew.
    """

    agent_id: str
    client: str
    take_over: bool = False
    talking: bool = False


class CloseSoftphone(Verb, frozen=True, tag="close_softphone"):
    agent_id: str
    client: str


class SignIn(Verb, frozen=True, tag="sign_in"):
    """Start work on a phone: "web", "desk" or "outside". Refused: phone_not_registered, phone_taken, bad_number.

    `station`: another extension than the own one (desk), or the outside number that is dialled for each call.
    """

    agent_id: str
    phone: str
    station: str = ""


class SignOut(Verb, frozen=True, tag="sign_out"):
    agent_id: str


class SetReady(Verb, frozen=True, tag="ready"):
    """Ready for calls; in mid-call: takes effect after it; in wrap-up: ends it."""

    agent_id: str


class ProlongWrapUp(Verb, frozen=True, tag="prolong"):
    """A minute more to write, so often as the company allows. Refused: not_now (no wrap-up, or used up)."""

    agent_id: str


class SetBreak(Verb, frozen=True, tag="break"):
    agent_id: str
    reason: str


class Dial(Verb, frozen=True, tag="dial"):
    """Call out. The agent's own phone rings first (and lifts by itself), then the number. Answers {"call_id"}.

    `key` makes a double click one call. A number that is an extension makes an internal call.
    """

    agent_id: str
    number: str
    key: str


class HangUpCall(Verb, frozen=True, tag="hang_up"):
    agent_id: str
    call_id: str


class AnswerCall(Verb, frozen=True, tag="answer"):
    """Only for phones that can lift by order; the browser phone answers by itself, so this is rarely needed."""

    agent_id: str
    call_id: str


class RejectCall(Verb, frozen=True, tag="reject"):
    """Refuse an offered call: it goes to the next agent, this one is set on break with reason `rejected`."""

    agent_id: str
    call_id: str


class HoldCall(Verb, frozen=True, tag="hold"):
    agent_id: str
    call_id: str


class ResumeCall(Verb, frozen=True, tag="resume"):
    agent_id: str
    call_id: str


class MuteCall(Verb, frozen=True, tag="mute"):
    agent_id: str
    call_id: str
    on: bool


class SendDigits(Verb, frozen=True, tag="digits"):
    agent_id: str
    call_id: str
    digits: str


class TransferCall(Verb, frozen=True, tag="transfer"):
    """Blind transfer to an extension, an outside number or a destination ("queue:801", "flow:…"; `kit.destination`).

    The agent is free at once.
    """

    agent_id: str
    call_id: str
    to: str


class ConsultCall(Verb, frozen=True, tag="consult"):
    """Ask a colleague, an outside number or a group ("queue:801": whose turn it is); the customer hears music.

    Refused: nobody_free (of the group).
    """

    agent_id: str
    call_id: str
    to: str


class CancelConsult(Verb, frozen=True, tag="consult_cancel"):
    agent_id: str
    call_id: str


class CompleteTransfer(Verb, frozen=True, tag="transfer_complete"):
    agent_id: str
    call_id: str


class ToggleConsult(Verb, frozen=True, tag="toggle"):
    """Swap between customer and third; who is left hears music."""

    agent_id: str
    call_id: str


class InviteParty(Verb, frozen=True, tag="invite"):
    """One more to the conference: an extension or an outside number, joined when it answers."""

    agent_id: str
    call_id: str
    to: str


class RemoveParty(Verb, frozen=True, tag="remove_party"):
    """One out of the conference again: one who was brought into it, also while his phone still rings."""

    agent_id: str
    call_id: str
    leg: str


class PickUpCall(Verb, frozen=True, tag="pick_up"):
    """Take a call that rings at a colleague's phone, or one that waits. Name one of the three.

    `from_agent`: what rings there; `from_queue`: who has waited longest there. `anywhere`: also outside the own groups.
    Refused: taken_already, nothing_to_pick_up, not_allowed.
    """

    agent_id: str
    call_id: str = ""
    from_agent: str = ""
    from_queue: str = ""
    anywhere: bool = False


class ParkCall(Verb, frozen=True, tag="park"):
    """The customer waits in a numbered slot, the agent is free. Answers {"slot"}. Refused: not_now, no_slot."""

    agent_id: str
    call_id: str


class FetchParked(Verb, frozen=True, tag="fetch"):
    """Take the call in this slot: the own phone is rung and lifts by itself. Refused: nothing_parked, not_now."""

    agent_id: str
    slot: str


class MakeConference(Verb, frozen=True, tag="conference"):
    agent_id: str
    call_id: str


class WatchCall(Verb, frozen=True, tag="watch"):
    """A supervisor (`agent_id`) comes to a call, or changes the mode there: listen | whisper | barge."""

    agent_id: str
    call_id: str
    mode: str


class StopWatching(Verb, frozen=True, tag="watch_end"):
    agent_id: str
    call_id: str


class InterceptCall(Verb, frozen=True, tag="intercept"):
    agent_id: str
    call_id: str


class ForceHangUp(Verb, frozen=True, tag="force_hang_up"):
    call_id: str


class ForceState(Verb, frozen=True, tag="force_state"):
    """A supervisor sets an agent ready, on break (reason `supervisor`) or signs him out; in mid-call: after it."""

    agent_id: str
    presence: str
    reason: str = ""  # on_break: the break reason; "" sets `supervisor`


class MoveAgent(Verb, frozen=True, tag="move"):
    """An agent serves these groups (queue id, level) from now on; the database says so already."""

    agent_id: str
    queues: tuple[tuple[str, int], ...]


class SetFeatures(Verb, frozen=True, tag="set_features"):
    """Forwarding and do-not-disturb of an extension. The ways are destinations, "" = none.

    `actor` "" when the phone itself did it by a feature code. Answers the features as they are now.
    """

    extension: str
    always: str = ""
    closed: str = ""  # outside of the hours of `plan_id`
    plan_id: str = ""
    busy: str = ""
    no_answer: str = ""
    unreachable: str = ""
    no_answer_s: int = 20
    dnd: bool = False
    box_greeting: str = ""  # key of a prompt; the web part has looked whether it is there


class MuteParticipant(Verb, frozen=True, tag="mute_participant"):
    """Silence somebody in a conference room, or end that."""

    call_id: str
    on: bool


class RemoveParticipant(Verb, frozen=True, tag="remove_participant"):
    """Take somebody out of a conference room."""

    call_id: str


class LookAround(Verb, frozen=True, tag="look_around"):
    """The office as it is now: phones with their state and features, and what outside calls have used today."""


class RecordPrompt(Verb, frozen=True, tag="record_prompt"):
    """Ring the person's phone and record what he says after the tone, for a prompt. Answers {"call_id"}.

    Refused: not_now (ready for calls, or busy), nobody_there (no phone registered).
    """

    agent_id: str


class TestFlow(Verb, frozen=True, tag="test_flow"):
    """Ring the person's phone and lead him through a flow that is not published. Answers {"call_id"}.

    `document`: the draft, its secrets opened; `caller`: the number that it is to believe calls ("" = the extension).
    Refused: not_now (ready for calls, or busy), nobody_there (no phone registered), bad_number.
    """

    agent_id: str
    flow_id: str
    document: dict[str, Any]
    caller: str = ""


class DropCallbacks(Verb, frozen=True, tag="drop_callbacks"):
    """Somebody has closed the matter by hand: this number need not be called back any more."""

    number: str


class ReloadDirectory(Verb, frozen=True, tag="reload"):
    """People, queues, extensions, trunks, numbers or flows changed in the database: read them again."""


class ReloadMusic(Verb, frozen=True, tag="reload_music"):
    """Music classes or their files changed: the switch reads them again; who hears music hears it on."""


AnyVerb: TypeAlias = (
    OpenSoftphone | CloseSoftphone | SignIn | SignOut | SetReady | SetBreak | Dial | HangUpCall | AnswerCall
    | RejectCall | HoldCall | ResumeCall | MuteCall | SendDigits | TransferCall | ConsultCall | CancelConsult
    | CompleteTransfer | MakeConference | WatchCall | StopWatching | InterceptCall | ForceHangUp | ForceState
    | ToggleConsult | InviteParty | RemoveParty | PickUpCall | ProlongWrapUp
    | ReloadDirectory | MoveAgent | ReloadMusic | SetFeatures | LookAround
    | MuteParticipant | RemoveParticipant
    | TestFlow | RecordPrompt | DropCallbacks | ParkCall | FetchParked
)
