"""The site's own settings and its reasons for breaks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from yingda.org.parking import LONGEST_S, MOST_SLOTS, SHORTEST_S
from yingda.org.url_pop import LONGEST, LONGEST_NAME, Opens
from yingda.org.wrap_up import LONGEST_S as LONGEST_WRAP_UP_S
from yingda.org.wrap_up import MOST_PROLONG
from yingda.web.shapes.common import Edited, In, Name, Out, Word
from yingda.web.shapes.session import Language

BreakCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,16}$")]

ButtonName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NAME)]


class SiteShape(In):
    company: Name
    timezone: Word
    language: Language  # of callers and of new people


class SiteOut(Edited, SiteShape):
    edits = SiteShape


class ParkingShape(In):
    slots: Annotated[int, Field(ge=1, le=MOST_SLOTS)]  # calls that can be parked at once
    back_s: Annotated[int, Field(ge=SHORTEST_S, le=LONGEST_S)]  # seconds until whoever parked a call is rung


class ParkingOut(Edited, ParkingShape):
    edits = ParkingShape


class UrlPopShape(In):
    """`address`: http(s), with the place holders {number}, {call_id}, {called}, {queue}, {queue_name}, {agent},
    {customer_id}; empty: no button. A name that is empty is the other language's."""

    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)]
    name_zh: ButtonName = ""
    name_en: ButtonName = ""
    opens: Opens = "button"  # by itself when the call rings, when it is answered, or only by the button
    new_tab: bool = False  # the button opens a tab for each call; else one window serves all calls


class UrlPopOut(Edited, UrlPopShape):
    edits = UrlPopShape


class CallPageOut(Out):
    """What the desk opens for one call."""

    url: str  # values in place; "" when there is nothing to open
    name_zh: str
    name_en: str
    opens: Opens
    new_tab: bool


class WrapUpShape(In):
    after_out_s: Annotated[int, Field(ge=0, le=LONGEST_WRAP_UP_S)]  # seconds after a talk that an agent dialled; 0 none
    prolong: Annotated[int, Field(ge=0, le=MOST_PROLONG)]  # how often an agent may prolong one wrap-up by a minute


class WrapUpOut(Edited, WrapUpShape):
    edits = WrapUpShape


class BreakReasonShape(In):
    code: BreakCode
    name_zh: Annotated[Name, Field(max_length=20)]
    name_en: Annotated[Name, Field(max_length=40)]
    limit_s: Annotated[int, Field(ge=0, le=86_400)] = 0  # seconds after which the supervisor is warned; 0 = no limit
    active: bool = True


class BreakReasonsIn(In):
    """In the order in which agents are to see them."""

    reasons: list[BreakReasonShape] = Field(min_length=1, max_length=50)


class BreakReasonsOut(Edited, BreakReasonsIn):
    edits = BreakReasonsIn

    reasons: list[BreakReasonShape]
