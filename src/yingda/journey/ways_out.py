"""Calls to the outside: who may, over which trunk, with which number shown, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import structlog

from yingda.calls import events as e
from yingda.calls.state import Call, Segment, Way
from yingda.journey import errors as err
from yingda.journey import toll
from yingda.journey.directory import Person, Trunk
from yingda.journey.meter import SITE, Journal, Meter
from yingda.journey.office_directory import CallingRule, Toll
from yingda.journey.routes import DOWN, choose, ways
from yingda.journey.stations import Station
from yingda.journey.story import Story
from yingda.kit.errors import YingdaError
from yingda.kit.ids import new_id, switch_name
from yingda.kit.numbering import number_class, to_send, to_show
from yingda.kit.numbers import area, normalise

log = structlog.get_logger("toll")


class FarEnd(NamedTuple):
    """A party to be rung."""

    endpoint: str
    number: str  # normalised, or the extension
    dialled: str  # digits for the trunk, "" for a colleague
    shown: str  # number shown to it, "" for the caller's own
    trunk_id: str
    agent_id: str  # "" outside, and for a phone that is nobody's
    onward: bool = False  # should it fail, there may be somewhere else to go
    tried: tuple[str, ...] = ()
    payer: str = ""
    allow_ms: int = 0
    ring_s: int = 0  # 0: as long as is usual
    confirm: tuple[str, ...] = ()  # spoken to a colleague at an outside number, who takes the call with a key


class Caller(NamedTuple):
    """Who wants to call: a person by one of his phones, a phone that is nobody's, or the house itself (neither)."""

    person: Person | None
    extension: str

    @property
    def agent_id(self) -> str:
        return self.person.id if self.person else ""

    @property
    def payer(self) -> str:
        return self.agent_id or (f"phone:{self.extension}" if self.extension else SITE)

    def subjects(self, group: str) -> tuple[str, ...]:
        """Whose calling rules count. `group`: the extension group of his phone, "" = none."""
        if self.person is None and not self.extension:
            return toll.HOUSE
        return toll.subjects(self.agent_id, self.person.role if self.person else "", group)


class WaysOut:
    def __init__(self, story: Story, now: Callable[[], int], journal: Journal) -> None:
        self._story, self._now, self._journal = story, now, journal
        self.meter = Meter(journal, now)
        story.way_out = self.to_mobile
        story.far_out = self.for_person
        story.spare_ways = self.spares

    def far_end(self, who: Caller, number: str, tried: tuple[str, ...] = ()) -> FarEnd:
        """The way to an outside number, those trunks left out that were `tried`.

        Raises BadNumber, NoTrunk, NoFreeLine, and what the rules say against it (`toll.allow`).
        """
        site = self._story.site
        office = site.directory.office
        called = normalise(number, office.toll.area_code)
        if not 3 <= len(called) <= 20:
            raise err.BadNumber
        kind = number_class(called, office.toll.area_code)
        rule = toll.rule_of(office, who.subjects(site.group_of(who.extension)))
        grant = self._granted(who, rule, called, kind)
        trunk = choose(ways(site.directory.trunks, office.routes, called, kind), self._story.lines_in_use, called,
                       tried, lambda one: self._story.trunk_state(one).state in DOWN)
        return FarEnd(endpoint=trunk.endpoint, number=called, dialled=to_send(called, trunk.form, area),
                      shown=to_show(self._shown(who, rule.shown, trunk), trunk.form), trunk_id=trunk.id, agent_id="",
                      onward=True, tried=(*tried, trunk.id), payer=who.payer, allow_ms=grant.seconds * 1000)

    def for_person(self, person: Person | None, number: str) -> FarEnd:
        """The way to an outside number that nobody dials now: a promised call, or (`person` None) where a flow leads.
        Raises as `far_end`.
        """
        return self.far_end(Caller(person, person.extension if person else ""), number)

    def spares(self, far: FarEnd) -> tuple[Way, ...]:
        """The lines that are left for this outside party, should the one of `far` fail."""
        person = self._story.site.people.get(far.payer)
        who = Caller(person, person.extension if person else far.payer.partition("phone:")[2])
        found: list[Way] = []
        while far.trunk_id:
            try:
                far = self.far_end(who, far.number, far.tried)
            except YingdaError:
                break
            found.append(Way(endpoint=far.endpoint, dialled=far.dialled, shown=far.shown, leg=switch_name("leg"),
                             segment=str(new_id())))
        return tuple(found)

    def to_mobile(self, person: Person, number: str) -> Station:
        """How an agent is rung at his outside number: his own rights and limits apply. Raises as `far_end`."""
        far = self.far_end(Caller(person, person.extension), number)
        return Station(far.endpoint, far.dialled, far.shown)

    def _shown(self, who: Caller, by_rule: str, trunk: Trunk) -> str:
        """The number that the called person sees: the person's own, his queue's, his role's, the trunk's."""
        rules = self._story.site.directory.office.rules
        person = rules.get(f"person:{who.agent_id}")
        if person and person.shown:
            return person.shown
        for queue_id, _ in sorted(who.person.queues, key=lambda q: q[1]) if who.person else ():
            rule = rules.get(f"queue:{queue_id}")
            if rule and rule.shown:
                return rule.shown
        return by_rule or trunk.form.number or self._story.site.shown_number(trunk)

    # ---- the guards

    def may(self, who: Caller, number: str) -> None:
        """Whether the number is one that this caller may call at all, whatever he has used today.

        Raises BadNumber, CallingForbidden.
        """
        site = self._story.site
        office = site.directory.office
        called = normalise(number, office.toll.area_code)
        if not 3 <= len(called) <= 20:
            raise err.BadNumber
        kind = number_class(called, office.toll.area_code)
        rule = toll.rule_of(office, who.subjects(site.group_of(who.extension)))
        toll.allow(CallingRule(classes=rule.classes, at_night=True), Toll(forbidden=office.toll.forbidden), called,
                   kind, 0, toll.Used(), toll.Used())

    def _granted(self, who: Caller, rule: CallingRule, called: str, kind: str) -> toll.Grant:
        limits = self._story.site.directory.office.toll
        live = list(self._outside())
        try:
            return toll.allow(rule, limits, called, kind, self.meter.minute(),
                              self.meter.used(who.payer, limits, live), self.meter.used(SITE, limits, live))
        except YingdaError as refusal:
            self._tell(who, called, refusal)
            raise

    def _tell(self, who: Caller, called: str, refusal: YingdaError) -> None:
        """A refusal is journaled (the worker writes it into the audit log), told to whoever listens, and logged."""
        log.warning("call_refused", payer=who.payer, reason=refusal.code, prefix=called[:4])
        self._journal.append("refused", who.payer, "CallRefused", {
            "person_id": who.agent_id, "extension": who.extension, "number": called, "reason": refusal.code,
        }, self._now())
        self._story.on_told(e.CallRefused(call_id="", at=self._now(), payer=who.payer, number=called,
                                          reason=refusal.code))

    def _outside(self) -> Iterator[tuple[str, Call, Segment]]:
        """Every outside leg that lives, and who pays for it."""
        for call in self._story.desk.live():
            for segment in call.segments:
                if not segment.ended_at and self._costs(segment):
                    yield _payer(call, segment), call, segment

    def _costs(self, segment: Segment) -> bool:
        return segment.kind == "outside" and segment.endpoint in self._story.site.trunk_by_endpoint

    def book(self, call: Call) -> None:
        """The call has ended: count what its outside legs have used."""
        limits = self._story.site.directory.office.toll
        for segment in call.segments:
            if segment.answered_at and self._costs(segment):
                seconds = max(0, segment.ended_at - segment.answered_at + 999) // 1000
                self.meter.add(_payer(call, segment), seconds, toll.cost(limits, segment.number, seconds))


def _payer(call: Call, segment: Segment) -> str:
    """Who dialled: noted at the start, or the agent who brought the outside party into the call."""
    if call.payer:
        return call.payer
    before = [s.agent_id for s in call.segments[:call.segments.index(segment)] if s.agent_id]
    return before[-1] if before else SITE
