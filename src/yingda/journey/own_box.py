"""One's own message box by the phone's keys: how many are new, then one after the other, the oldest first.

    1  hear it again     2  the next     3  it is dealt with     #  end

The messages are read, marked as heard and closed where the database is (`lookups.py`); nothing of them is kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import structlog

from yingda.acd import announce
from yingda.calls import events as e
from yingda.journey.directory import Person
from yingda.journey.story import Story
from yingda.kit.ids import switch_name

log = structlog.get_logger("codes")
_READING_MS = 5_000
_CHOICE_MS = 20_000  # beyond the message itself: the keys are named, then one may be chosen
_SKIPS = ("1", "2", "3")  # over the count to the first message


class Waiting(msgspec.Struct, frozen=True):
    """A message that nobody has heard. `file`: the sound on this machine, as the switch wants it named."""

    call_id: str
    file: str
    duration_ms: int


class Hearing(msgspec.Struct):
    """A phone at which somebody hears his box. `place` -1: how many there are is said just now."""

    person: Person
    messages: list[Waiting] = msgspec.field(default_factory=list)
    place: int = -1
    busy: bool = True  # something is asked of the database, which no key hurries


class OwnBox:
    def __init__(self, story: Story, now: Callable[[], int]) -> None:
        self._story, self._now = story, now
        self._hearing: dict[str, Hearing] = {}

    def open(self, call_id: str, person: Person) -> None:
        """The phone of this call, which is served by us, hears the box of this person."""
        hearing = self._hearing[call_id] = Hearing(person)

        def told(ok: bool, data: dict[str, Any]) -> None:
            hearing.messages = msgspec.convert(data.get("messages", []), list[Waiting])
            if not ok:
                self._end(call_id, "not-possible-now")
            elif not hearing.messages:
                self._end(call_id, "box-empty")
            else:
                self._count(call_id, hearing)

        self._ask(call_id, "box", {"person_id": person.id}, told)

    def on_fact(self, fact: e.AnyCallFact) -> bool:
        """Take what happens at a phone that hears its box. False: it is none of those."""
        hearing = self._hearing.get(fact.call_id)
        if hearing is None:
            return False
        if isinstance(fact, e.CallEnded):
            del self._hearing[fact.call_id]
        elif not hearing.busy:
            self._go_on(fact, hearing)
        return True

    def _go_on(self, fact: e.AnyCallFact, hearing: Hearing) -> None:
        match fact:
            case e.CodeSaid() if hearing.place < 0:
                self._play(fact.call_id, hearing, 0)
            case e.CodeTimedOut() | e.CodeKeyed(digit="#"):
                self._end(fact.call_id, "goodbye")
            case e.CodeKeyed(digit=digit) if hearing.place < 0 and digit in _SKIPS:
                self._play(fact.call_id, hearing, 0)
            case e.CodeKeyed(digit="1"):
                self._play(fact.call_id, hearing, hearing.place)
            case e.CodeKeyed(digit="2"):
                self._play(fact.call_id, hearing, hearing.place + 1)
            case e.CodeKeyed(digit="3"):
                self._close(fact.call_id, hearing)
            case e.CodeKeyed():
                self._serve(fact.call_id, _CHOICE_MS, "sound:yd/invalid-key", "sound:yd/box-options")

    def _count(self, call_id: str, hearing: Hearing) -> None:
        hearing.busy = False
        number = announce.number(len(hearing.messages), hearing.person.language, counts=True)
        self._serve(call_id, _CHOICE_MS, *(f"sound:{one}" for one in (
            "yd/box-count-prefix", *number, "yd/box-count-suffix")))

    def _play(self, call_id: str, hearing: Hearing, place: int, *before: str) -> None:
        """Who hears a message again has heard it already; marking it twice changes nothing."""
        hearing.busy, hearing.place = False, place
        if place >= len(hearing.messages):
            self._end(call_id, *(one.removeprefix("sound:yd/") for one in before), "box-end")
            return
        message = hearing.messages[place]
        self._serve(call_id, message.duration_ms + _CHOICE_MS, *before, f"sound:{message.file}",
                    "sound:yd/box-options")
        self._deal(call_id, hearing, message, False, lambda ok, data: None)

    def _close(self, call_id: str, hearing: Hearing) -> None:
        hearing.busy = True
        message = hearing.messages[hearing.place]

        def told(ok: bool, data: dict[str, Any]) -> None:
            # not closed, and nothing wrong: more of the same caller is still to be heard
            said = () if ok and not data.get("closed") else (
                "sound:yd/box-closed" if ok else "sound:yd/not-possible-now",)
            self._play(call_id, hearing, hearing.place + 1, *said)

        self._deal(call_id, hearing, message, True, told)

    def _deal(self, call_id: str, hearing: Hearing, message: Waiting, done: bool,
              told: Callable[[bool, dict[str, Any]], None]) -> None:
        self._ask(call_id, "box_message", {
            "person_id": hearing.person.id, "call_id": message.call_id, "done": done}, told)

    def _ask(self, call_id: str, what: str, params: Mapping[str, Any],
             told: Callable[[bool, dict[str, Any]], None]) -> None:
        def back(ok: bool, data: dict[str, Any]) -> None:
            if not ok:
                log.warning("own_box_away", call=call_id, what=what)
            if call_id in self._hearing:
                told(ok, data)

        self._story.menu.lookups.ask(what, params, _READING_MS, back)

    def _serve(self, call_id: str, timeout_ms: int, *media: str) -> None:
        self._story.desk.post(call_id, e.Serve(at=self._now(), play=media, playback=switch_name("play"),
                                               timeout_ms=timeout_ms))

    def _end(self, call_id: str, *names: str) -> None:
        self._hearing.pop(call_id, None)
        self._story.close(call_id, "feature_code", tuple(f"sound:yd/{name}" for name in names))
