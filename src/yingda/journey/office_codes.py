"""Feature codes of the office telephone: forwarding and do not disturb by the phone's own keys, confirmed by voice.

    *72<number>  forward every call     *73  no forwarding at all
    *74<number>  forward when busy      *75<number>  forward when nobody answers
    *78  do not disturb                 *79  may be disturbed again
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yingda.calls.birth import arrive
from yingda.journey import errors as err
from yingda.journey import forwarding as fw
from yingda.journey.office import Office
from yingda.journey.site import extension_of
from yingda.journey.story import Story
from yingda.kit.ids import new_id
from yingda.telephony import facts as f

_FORWARD = {"*72": "always", "*74": "busy", "*75": "no_answer"}
_PLAIN: dict[str, tuple[dict[str, Any], str]] = {
    "*73": (dict.fromkeys(fw.FORWARDS, ""), "forward-off"),
    "*78": ({"dnd": True}, "dnd-on"),
    "*79": ({"dnd": False}, "dnd-off"),
}


class OfficeCodes:
    def __init__(self, story: Story, office: Office, now: Callable[[], int]) -> None:
        self._story, self._office, self._now = story, office, now

    def dialled(self, fact: f.LegArrived) -> bool:
        """Take a phone's call to one of these codes. False: it is none of them."""
        code, rest = fact.called[:3], fact.called[3:].rstrip("#")
        if code not in _FORWARD and (code not in _PLAIN or rest):
            return False
        extension = extension_of(fact.endpoint)
        try:
            if code in _FORWARD:
                self._office.change(extension, "", **{_FORWARD[code]: self._target(rest)})
                said = "forward-on"
            else:
                changes, said = _PLAIN[code]
                self._office.change(extension, "", **changes)
        except (err.CallingForbidden, err.BadNumber, err.BadDestination, err.NoSuchExtension) as refusal:
            said = "call-not-allowed" if isinstance(refusal, err.CallingForbidden) else "unknown-number"
        self._say(fact, said)
        return True

    def _target(self, digits: str) -> str:
        if digits in self._story.site.extensions:
            return f"agent:{digits}"
        if not digits:
            raise err.BadNumber
        return f"number:{digits}"

    def _say(self, fact: f.LegArrived, said: str) -> None:
        extension = extension_of(fact.endpoint)
        call_id = str(new_id())
        step = arrive(call_id, at=fact.at, leg=fact.leg, trunk="", caller=extension, caller_raw=fact.caller,
                      caller_name="", called=fact.called, answered=False, direction="internal")
        self._story.desk.open(step._replace(facts=()))
        self._story.close(call_id, "feature_code", (f"sound:yd/{said}",))


