"""Carries out feature codes: phone-only work with spoken confirmation.

A code that asks nothing is answered with one sentence. Signing in asks for the employee number and the PIN; what is
keyed lives in this process only, never in the journal, the record or a log.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import structlog
from msgspec.structs import replace

from yingda.agents import machine as am
from yingda.calls import events as e
from yingda.calls.birth import serve
from yingda.calls.machine import WATCHED
from yingda.journey import errors as err
from yingda.journey import feature_codes as codes
from yingda.journey.directory import Person
from yingda.journey.office import Office
from yingda.journey.own_box import OwnBox
from yingda.journey.pickups import PickUps, Taker
from yingda.journey.site import extension_of
from yingda.journey.stations import Station
from yingda.journey.story import Story
from yingda.journey.trials import Trials
from yingda.journey.ways_out import Caller
from yingda.kit.errors import YingdaError
from yingda.kit.ids import new_id, switch_name
from yingda.telephony import facts as f

log = structlog.get_logger("codes")
_FIRST_KEY_MS = 12_000
_LONGEST = 20  # digits of an answer
_TRIES = 3  # wrong PINs in one call
_LOCK_AFTER = 5  # wrong PINs of one person in a row
_LOCK_MS = 300_000
_SAID = {  # what is said for a refusal
    "not_signed_in": "state-signed-out", "not_allowed": "not-allowed", "taken_already": "taken-already",
    "nothing_to_pick_up": "nothing-to-pick-up", "nothing_parked": "nothing-to-pick-up",
    "bad_number": "unknown-number", "nobody_there": "line-busy",
}
CheckPin = Callable[[str, str, Callable[[bool], None]], None]  # PIN, stored hash, who is told whether they match


class Asking(msgspec.Struct):
    """A phone that is being asked."""

    extension: str
    number: str = ""  # employee number, once known
    keyed: str = ""
    tries: int = 0
    checking: bool = False
    box: bool = False  # the PIN opens the own message box instead of signing in


class Wrong(msgspec.Struct):
    """Wrong PINs of one person. Forgotten with the process: an engine does not start anew at a caller's wish."""

    count: int = 0
    last_at: int = 0


class Codes:
    def __init__(self, story: Story, pickups: PickUps, now: Callable[[], int], check_pin: CheckPin,
                 office: Office, trials: Trials) -> None:
        self._story, self._pickups, self._now, self._check_pin, self._office = story, pickups, now, check_pin, office
        self._trials, self._box = trials, OwnBox(story, now)
        self._asking: dict[str, Asking] = {}
        self._wrong: dict[str, Wrong] = {}
        story.on_code = self.on_fact

    def dialled(self, fact: f.LegArrived) -> bool:
        """Take a phone's call to a feature code. False: what was dialled is no code."""
        if not fact.called.startswith(codes.STAR):
            return False
        wanted = codes.parse(fact.called)
        person = self._story.who_is_at(fact.endpoint)
        if wanted is None:
            self._say(fact, person, "unknown-code")
        elif wanted.act == "sign_in":
            self._ask_in(fact, person, wanted.argument)
        else:
            self._do(fact, person, wanted)
        return True

    def _do(self, fact: f.LegArrived, person: Person | None, wanted: codes.Dialled) -> None:
        try:
            match wanted.act:
                case "pick_up":
                    self._pick_up(fact, self._taker(fact, person), wanted.argument)
                case "fetch":
                    self._story.parking.fetch(self._taker(fact, person), wanted.argument, leg=fact.leg,
                                              endpoint=fact.endpoint)
                case "own_box":
                    self._own_box(fact, person)
                case _ if person is not None:
                    self._as_person(fact, person, wanted)
                case _:
                    raise err.NotSignedIn
        except YingdaError as refusal:
            self._say(fact, person, _SAID.get(refusal.code, "not-possible-now"))

    def _as_person(self, fact: f.LegArrived, person: Person, wanted: codes.Dialled) -> None:
        """What the phone alone cannot do: somebody has to stand by it. Raises YingdaError."""
        match wanted.act:
            case "redial":
                self._redial(fact, person)
            case "grab":
                self._grab(fact, person, wanted.argument)
            case "park":
                self._park(fact, person)
            case "listen" | "whisper" | "barge":
                self._watch(fact, person, wanted)
            case "try_flow":
                self._trials.dialled(fact, person, wanted.argument)
            case "state":
                self._say(fact, person, self._state_of(person))
            case _:
                self._presence(fact, person, wanted)

    # ---- presence

    def _presence(self, fact: f.LegArrived, person: Person, wanted: codes.Dialled) -> None:
        agent = self._story.agents.get(person.id)
        if agent.presence == "signed_out":
            raise err.NotSignedIn
        later = agent.engagement != "free"
        if wanted.act == "ready" and not later:
            # Only once this phone is down again: a caller who rang it now would find it engaged.
            self._say(fact, person, "now-ready", on_end=f"ready:{person.id}")
            return
        event: am.AnyEvent
        if wanted.act == "ready":
            event = am.ReadyAsked(at=self._now())
        elif wanted.act == "sign_out":
            event = am.SignedOut(at=self._now())
        else:
            event = am.BreakAsked(at=self._now(), reason=self._reason(wanted.argument))
        if not self._story.agents.post(person.id, event):
            raise err.NotNow
        done = "signed-out" if wanted.act == "sign_out" else "now-break"
        self._say(fact, person, "after-this-call" if later else done)

    def _reason(self, argument: str) -> str:
        reasons = self._story.site.directory.break_reasons
        place = int(argument or 1)
        if not 1 <= place <= len(reasons):
            raise err.UnknownReason
        return reasons[place - 1]

    def _state_of(self, person: Person) -> str:
        agent = self._story.agents.get(person.id)
        return {"ready": "state-ready", "on_break": "state-break", "wrapping_up": "state-wrap-up",
                "signed_out": "state-signed-out", "phone_down": "state-phone-down"}.get(agent.state, "not-possible-now")

    # ---- calls

    def _redial(self, fact: f.LegArrived, person: Person) -> None:
        agent = self._story.agents.get(person.id)
        if not agent.last_dialled:
            self._say(fact, person, "nothing-to-redial")
            return
        if agent.engagement != "free":
            raise err.NotNow
        self._office.dial(Caller(person, person.extension), Station(fact.endpoint), fact.leg, agent.last_dialled,
                          phone_dialled=True)

    def _taker(self, fact: f.LegArrived, person: Person | None) -> Taker:
        return Taker(person, person.extension if person else extension_of(fact.endpoint))

    def _pick_up(self, fact: f.LegArrived, who: Taker, number: str) -> None:
        """`number`: an extension, "" for what rings in the own groups. Nobody need be signed in for it."""
        if who.person and not who.person.picks_up:
            raise err.NotAllowed
        if not number:
            call = self._pickups.in_group(who)
        elif number in self._story.site.extensions and number not in self._story.site.person_by_extension:
            call = self._pickups.rings_on(number)
        else:
            call = self._pickups.rings_at(self._colleague(number).id)
        self._pickups.take(who, call, who.person is not None and who.person.picks_up == "all", leg=fact.leg,
                           endpoint=fact.endpoint)

    def _grab(self, fact: f.LegArrived, person: Person, which: str) -> None:
        if self._story.agents.get(person.id).presence == "signed_out":
            raise err.NotSignedIn
        if not person.picks_up:
            raise err.NotAllowed
        call = self._pickups.waiting_for(person, which)
        self._pickups.take(Taker(person, person.extension), call, person.picks_up == "all", leg=fact.leg,
                           endpoint=fact.endpoint)

    def _park(self, fact: f.LegArrived, person: Person) -> None:
        """The call that this person has on hold (or still on another phone) goes into a slot, whose number is said."""
        call = self._story.desk.calls.get(self._story.agents.get(person.id).call_id)
        if call is None:
            raise err.NotNow
        slot = self._story.parking.park(person.id, call)
        log.info("parked_by_code", actor=person.number, call=call.id, slot=slot)
        self._say(fact, person, *(f"digit-{digit}" for digit in slot), *(f"digit-{digit}" for digit in slot))

    def _colleague(self, number: str) -> Person:
        site = self._story.site
        found = site.person_by_extension.get(number) or next(
            (one for one in site.directory.people if one.number == number), None)
        if found is None:
            raise err.BadNumber
        return found

    def _watch(self, fact: f.LegArrived, person: Person, wanted: codes.Dialled) -> None:
        target = self._colleague(wanted.argument)
        if not (target.id in person.watches or "*" in person.watches):
            raise err.NotAllowed
        agent = self._story.agents.get(person.id)
        if agent.engagement != "free":
            raise err.NotNow
        call = self._story.desk.calls.get(self._story.agents.get(target.id).call_id)
        if call is None or call.state not in WATCHED or call.agent_id != target.id:
            self._say(fact, person, "nobody-to-watch")
            return
        self._story.desk.post(call.id, e.WatchAsked(
            at=self._now(), supervisor_id=person.id, mode=wanted.act, endpoint=fact.endpoint, number=person.extension,
            leg=fact.leg, bridge=switch_name("bridge"), snoop=switch_name("snoop"), present=True))
        log.info("watched_by_code", actor=person.number, agent=target.number, call=call.id, mode=wanted.act)

    # ---- signing in

    def _ask_in(self, fact: f.LegArrived, person: Person | None, number: str) -> None:
        extension = fact.endpoint.removeprefix("web-")
        call_id = str(new_id())
        self._asking[call_id] = Asking(extension=extension, number=number)
        self._story.desk.open(serve(call_id, at=fact.at, leg=fact.leg, extension=extension, code="*50",
                                    language=self._language(person)))
        self._prompt(call_id, "enter-pin" if number else "enter-number")

    def _own_box(self, fact: f.LegArrived, person: Person | None) -> None:
        """The box of who works at this phone, else of whose phone it is. Raises NotNow: he is ready for calls here, and
        a caller would find the phone engaged, or he is in one."""
        if person is None:
            raise err.NotNow
        agent = self._story.agents.get(person.id)
        if self._story.stations.holder(fact.endpoint) == person.id and (
                agent.engagement != "free" or agent.presence == "ready"):
            raise err.NotNow
        call_id = str(new_id())
        self._story.desk.open(serve(call_id, at=fact.at, leg=fact.leg, extension=extension_of(fact.endpoint),
                                    code=fact.called, language=self._language(person)))
        if person.pin_hash:
            self._asking[call_id] = Asking(extension=extension_of(fact.endpoint), number=person.number, box=True)
            self._prompt(call_id, "enter-pin")
        else:
            self._box.open(call_id, person)

    def _prompt(self, call_id: str, *names: str) -> None:
        self._story.desk.post(call_id, e.Serve(at=self._now(), play=_media(names), playback=switch_name("play"),
                                               timeout_ms=_FIRST_KEY_MS))

    def on_fact(self, fact: e.AnyCallFact) -> None:
        if self._box.on_fact(fact):
            return
        asking = self._asking.get(fact.call_id)
        if isinstance(fact, e.CallEnded):
            self._asking.pop(fact.call_id, None)
        elif asking is None or asking.checking:
            return
        elif isinstance(fact, e.CodeTimedOut) or getattr(fact, "digit", "") == "#":
            self._answer(fact.call_id, asking)
        elif isinstance(fact, e.CodeKeyed) and len(asking.keyed) < _LONGEST:
            asking.keyed += fact.digit

    def _answer(self, call_id: str, asking: Asking) -> None:
        keyed, asking.keyed = asking.keyed, ""
        if not keyed:
            self._end(call_id, "not-possible-now")
        elif not asking.number:
            asking.number = keyed
            self._prompt(call_id, "enter-pin")
        else:
            self._check(call_id, asking, keyed)

    def _check(self, call_id: str, asking: Asking, pin: str) -> None:
        person = next((one for one in self._story.site.directory.people if one.number == asking.number), None)
        wrong = self._wrong.setdefault(asking.number, Wrong())
        if wrong.count >= _LOCK_AFTER and self._now() - wrong.last_at < _LOCK_MS:
            self._end(call_id, "too-many-pins")
            return
        asking.checking = True

        def told(right: bool) -> None:
            asking.checking = False
            if self._asking.get(call_id) is asking:
                self._checked(call_id, asking, person if right else None)

        self._check_pin(pin, person.pin_hash if person else "", told)

    def _checked(self, call_id: str, asking: Asking, person: Person | None) -> None:
        if person is None or not person.extension:
            wrong = self._wrong[asking.number]
            wrong.count, wrong.last_at, asking.tries = wrong.count + 1, self._now(), asking.tries + 1
            log.warning("phone_pin_refused", number=asking.number, extension=asking.extension, tries=wrong.count)
            if asking.tries >= _TRIES or wrong.count >= _LOCK_AFTER:
                self._end(call_id, "too-many-pins")
            else:
                self._prompt(call_id, "wrong-pin")
            return
        self._wrong.pop(asking.number, None)
        if asking.box:
            del self._asking[call_id]
            self._box.open(call_id, person)
            return
        try:
            self._story.sign_in(person, "desk", asking.extension)
        except YingdaError as refusal:
            self._end(call_id, _SAID.get(refusal.code, "not-possible-now"))
            return
        log.info("signed_in_by_phone", number=person.number, extension=asking.extension)
        self._end(call_id, "signed-in")

    # ---- saying

    def _language(self, person: Person | None) -> str:
        return person.language if person else self._story.site.directory.language

    def _say(self, fact: f.LegArrived, person: Person | None, *names: str, on_end: str = "") -> None:
        call_id = str(new_id())
        step = serve(call_id, at=fact.at, leg=fact.leg, extension=fact.endpoint.removeprefix("web-"),
                     code=fact.called, language=self._language(person))
        self._story.desk.open(step._replace(call=replace(step.call, on_end=on_end)))
        self._end(call_id, *names)

    def _end(self, call_id: str, *names: str) -> None:
        self._story.close(call_id, "feature_code", _media(names))


def _media(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"sound:yd/{name}" for name in names)
