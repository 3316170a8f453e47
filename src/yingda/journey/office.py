"""The office telephone: phones that call phones, forwarding, do not disturb; no agent's desk need be involved.

A call between phones lives in the same machine as every call (`docs/adr`): the phone that dials stands in the agent's
place, with `agent_id` "" when it is nobody's. What the agent machine knows nothing of is not told to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from yingda.calls import events as e
from yingda.calls.birth import Dialling, arrive, dial
from yingda.calls.state import Call
from yingda.calls.way import worth_another
from yingda.journey import errors as err
from yingda.journey import forwarding as fw
from yingda.journey.directory import Person
from yingda.journey.forwarding import Elsewhere
from yingda.journey.meter import Journal
from yingda.journey.office_directory import Features
from yingda.journey.rooms import Rooms
from yingda.journey.stations import CALL_FOR_YOU, YOUR_CALL_OUT, Station
from yingda.journey.story import Story
from yingda.journey.ways_out import Caller, FarEnd, WaysOut
from yingda.kit.errors import YingdaError
from yingda.kit.ids import new_id, switch_name
from yingda.kit.numbering import EMERGENCY
from yingda.kit.numbers import normalise
from yingda.telephony import commands as c

log = structlog.get_logger("office")
_RING_S = 60  # how long a phone rings that leads nowhere else
_MOST_STOPS = 5  # a call is forwarded so often at most


class Office:
    def __init__(self, story: Story, now: Callable[[], int], journal: Journal,
                 carry_out: Callable[[str, tuple[c.AnyCommand, ...]], None]) -> None:
        self._story, self._now, self._journal = story, now, journal
        self.rooms = Rooms(story, now, carry_out)
        story.on_door_keyed, story.on_door_again = self.rooms.keyed, self.rooms.resume
        self.ways = WaysOut(story, now, journal)
        story.inside, story.onward = self.inside, self.onward
        story.box_greeting = lambda extension: self.features(extension).box_greeting
        self._features: dict[str, Features] = {}

    # ---- features of extensions

    def restore(self, kept: Iterable[Features]) -> None:
        self._features = {one.extension: one for one in kept}

    def use_site(self) -> None:
        """What the database knows and is newer than what we remember (a restored backup, a new journal)."""
        for one in self._story.site.directory.office.features:
            ours = self._features.get(one.extension)
            if ours is None or one.changed_at > ours.changed_at:
                self._features[one.extension] = one
        self.ways.meter.timezone = self._story.site.directory.timezone

    def features(self, extension: str) -> Features:
        return self._features.get(extension) or Features(extension=extension)

    def set_features(self, extension: str, changed_by: str, **changes: Any) -> Features:
        """Raises NoSuchExtension, BadDestination, and what forbids a forward to an outside number."""
        if extension not in self._story.site.extensions:
            raise err.NoSuchExtension
        plan = changes.get("plan_id", "")
        if plan and plan not in self._story.site.plans:
            raise err.BadDestination({"plan_id": "unknown"})
        if changes.get("closed") and not plan:
            raise err.BadDestination({"plan_id": "required"})
        for field in fw.FORWARDS:
            self._check_forward(extension, field, changes.get(field, ""))
        kept = replace(self.features(extension), **changes, changed_at=self._now(), changed_by=changed_by)
        self._features[extension] = kept
        self._journal.append("features", extension, "FeaturesSet", kept, self._now())
        return kept

    def change(self, extension: str, changed_by: str, **changes: Any) -> Features:
        """As `set_features`, what is not named stays as it is."""
        now = msgspec.to_builtins(self.features(extension))
        kept = {name: now[name] for name in (*fw.FORWARDS, "plan_id", "no_answer_s", "dnd", "box_greeting")}
        return self.set_features(extension, changed_by, **{**kept, **changes})

    def _check_forward(self, extension: str, field: str, to: str) -> None:
        kind, _, value = to.partition(":")
        if kind == "number":
            self.ways.may(self.holder(extension), value)
        elif to and not self._is_there(kind, value, extension):
            raise err.BadDestination({field: "unknown"})

    def _is_there(self, kind: str, value: str, extension: str) -> bool:
        """Whether calls to this extension can be sent on to such a place."""
        site = self._story.site
        match kind:
            case "agent":
                return value != extension and value in site.extensions
            case "queue":
                return value in site.queue_by_number
            case "voicemail":
                return value in site.queue_by_number or value in site.person_by_extension
            case "flow":
                return value in site.flows
        return False

    def holder(self, extension: str) -> Caller:
        """Who calls, or pays, when this extension does."""
        return Caller(self._story.site.person_by_extension.get(extension), extension)

    def look_around(self) -> dict[str, Any]:
        """Every phone with what it does and how it is set, and today's outside minutes: for pages that show it."""
        busy = {endpoint for call in self._story.desk.live() for endpoint in (call.agent_endpoint, call.far_endpoint,
                                                                            call.third_endpoint)}
        phones = []
        for number in self._story.site.extensions:
            own = (number, f"web-{number}")
            phones.append({"number": number, "reachable": any(self._story.phones.get(x) for x in own),
                           "busy": any(x in busy for x in own),
                           "features": msgspec.to_builtins(self.features(number))})
        return {"phones": phones, "participants": self.rooms.look(),
                "used": [msgspec.to_builtins(one) for one in self.ways.meter.figures()]}

    # ---- where a number leads

    def far_end(self, who: Caller, number: str, tried: tuple[str, ...] = ()) -> FarEnd:
        """The phone or the trunk that a number leads to.

        Raises Elsewhere, BadNumber, NobodyThere, and what `WaysOut.far_end` raises.
        """
        if number in self._story.site.queue_by_number and number not in self._story.site.extensions:
            raise Elsewhere(f"queue:{number}")
        if self.rooms.room(number) is not None:
            raise Elsewhere(f"room:{number}")
        inside = number in self._story.site.extensions and normalise(number) not in EMERGENCY
        return self._inside(who, number, tried) if inside else self.ways.far_end(who, number, tried)

    def _inside(self, who: Caller, number: str, tried: tuple[str, ...]) -> FarEnd:
        if number == who.extension or number in tried or len(tried) > _MOST_STOPS:
            raise err.NobodyThere
        person = self._story.site.person_by_extension.get(number)
        station = self.phone_of(person, number)
        engaged = person is not None and self._story.agents.get(person.id).engagement != "free"
        features = self._features.get(number)
        condition = fw.standing(features, bool(station.endpoint), engaged, self._is_open(features))
        if not condition:
            return FarEnd(station.endpoint, number, station.dialled, station.shown or who.extension, "",
                          person.id if person else "", confirm=station.asks(CALL_FOR_YOU),
                          onward=fw.may_go_on(features), tried=(*tried, number), ring_s=fw.ring_seconds(features))
        to = fw.onward_to(features, condition)
        if not to:
            raise err.NobodyThere
        return self._forwarded(number, to, (*tried, number))

    def _is_open(self, features: Features | None) -> bool:
        return features is None or self._story.site.hours(features.plan_id, self._now()) == "open"

    def inside(self, extension: str, tried: tuple[str, ...] = ()) -> FarEnd:
        """Where a caller goes who is sent to this extension. Raises as `far_end`, Elsewhere too."""
        return self._inside(Caller(None, ""), extension, tried)

    def onward(self, extension: str, condition: str, tried: tuple[str, ...]) -> FarEnd | None:
        """Where a caller goes on to whom this extension has not answered; None nowhere. Raises as `far_end`."""
        to = fw.onward_to(self._features.get(extension), condition)
        return self._forwarded(extension, to, tried) if to else None

    def _forwarded(self, extension: str, to: str, tried: tuple[str, ...]) -> FarEnd:
        """Where an extension sends its calls. An outside leg is its holder's: his rights, his money."""
        kind, _, value = to.partition(":")
        if kind == "agent":
            return self._inside(Caller(None, ""), value, tried)
        if kind == "number":
            return self.ways.far_end(self.holder(extension), value, tried)
        raise Elsewhere(to)

    def phone_of(self, person: Person | None, extension: str) -> Station:
        """The phone to ring: the one its person works on, else whichever is registered; endpoint "" none."""
        if person is None:
            return Station(extension if self._story.phones.get(extension) else "")
        try:
            return self._story.reachable_at(person)
        except YingdaError:
            return Station("")

    # ---- calls

    def dial(self, who: Caller, station: Station, leg: str, number: str, phone_dialled: bool) -> str:
        """Begin a call and answer its id. Raises as `far_end`, Elsewhere excepted: then the call begins and is led on.
        """
        try:
            far = self.far_end(who, number)
        except Elsewhere as elsewhere:
            if phone_dialled:
                return self._lead(who, leg, number, elsewhere.to)
            far = FarEnd("", number, "", "", "", "")
        call_id = str(new_id())
        self._story.desk.open(dial(Dialling(
            call_id=call_id, at=self._now(), agent_id=who.agent_id, agent_leg=leg, agent_endpoint=station.endpoint,
            agent_number=who.extension, far_leg=switch_name("leg") if far.endpoint else "", far_endpoint=far.endpoint,
            dialled=far.dialled, called=far.number, shown=far.shown or who.extension, trunk=far.trunk_id,
            far_agent_id=far.agent_id, bridge=switch_name("bridge"), segments=(str(new_id()), str(new_id())),
            phone_dialled=phone_dialled, onward=far.onward, tried=far.tried, payer=far.payer, allow_ms=far.allow_ms,
            ring_s=far.ring_s or _RING_S, agent_dialled=station.dialled, agent_shown=station.shown,
            agent_confirm=station.asks(YOUR_CALL_OUT), far_confirm=far.confirm,
            wrap_up_s=self._story.site.directory.office.wrap_up.after_out_s if far.trunk_id else 0)))
        return call_id

    def _lead(self, who: Caller, leg: str, number: str, to: str) -> str:
        """A phone dialled what leads to no phone: a caller from inside."""
        call_id = str(new_id())
        step = arrive(call_id, at=self._now(), leg=leg, trunk="", caller=who.extension, caller_raw=who.extension,
                      caller_name=who.person.name if who.person else "", called=number, answered=False,
                      direction="internal", turn_to=to)
        self._story.desk.open(step)
        return call_id

    def far_failed(self, call: Call, fact: e.FarFailed) -> None:
        """The far side is gone before the answer: the next trunk, the extension's forward, or the end."""
        try:
            far = self._next(call, fact)
        except Elsewhere as elsewhere:
            self._story.desk.post(call.id, e.TurnIn(at=self._now(), to=elsewhere.to))
            return
        except YingdaError as refusal:
            log.info("nowhere_else", call=call.id, reason=refusal.code)
            far = None
        if far is None:
            self._story.desk.post(call.id, e.GiveUp(at=self._now(), outcome=fact.outcome, cause=fact.cause))
            return
        self._story.desk.post(call.id, e.Redirect(
            at=self._now(), endpoint=far.endpoint, number=far.number, leg=switch_name("leg"), segment=str(new_id()),
            dialled=far.dialled, shown=far.shown or call.agent_number, trunk=far.trunk_id, agent_id=far.agent_id,
            onward=far.onward, tried=far.tried, payer=far.payer, allow_ms=far.allow_ms, ring_s=far.ring_s or _RING_S,
            why="trunk" if call.trunk else f"forward:{fw.condition_of(fact.outcome)}"))

    def lead_on(self, call: Call) -> None:
        """A caller from inside goes where `turn_to` says."""
        kind, _, value = call.turn_to.partition(":")
        if kind != "room":
            self._story.destinations.go_or_close(call.id, call.turn_to, self._now())
        elif self.rooms.enter(call, value):
            self._story.close(call.id, "unknown_number", ("sound:yd/unknown-number",))

    def _next(self, call: Call, fact: e.FarFailed) -> FarEnd | None:
        last = call.segments[-1].number
        if fact.outcome == "elsewhere":
            return self.far_end(self._who_pays(call), call.called)
        if call.trunk:
            if not worth_another(fact.cause, fact.rang):
                return None
            return self.ways.far_end(self._who_pays(call), last, call.tried)
        return self.onward(last, fw.condition_of(fact.outcome), call.tried)

    def _who_pays(self, call: Call) -> Caller:
        if call.payer.startswith("phone:"):
            return Caller(None, call.payer.removeprefix("phone:"))
        person = self._story.site.people.get(call.payer or call.agent_id)
        return Caller(person, person.extension if person else call.agent_number)
