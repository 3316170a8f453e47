"""Pickup by page and by feature code: which call is meant, and whether this agent may take it.

Taking a call by hand goes past the order of the queue, so it asks for a right: an agent reaches the groups he serves
and what rings at the phones of his own extension group, whoever holds the right over all reaches every call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from yingda.agents import machine as am
from yingda.bus import verbs as v
from yingda.calls import events as e
from yingda.calls.pickup import is_taken, rung
from yingda.calls.state import Call
from yingda.journey import errors as err
from yingda.journey.directory import Person
from yingda.journey.site import Site, extension_of
from yingda.journey.stations import CALL_FOR_YOU, Station
from yingda.kit.ids import new_id, switch_name

if TYPE_CHECKING:  # the story parks calls, and parking takes them by hand
    from yingda.journey.story import Story

_RING_MS, _RING_OUTSIDE_MS = 15_000, 45_000


class Taker(NamedTuple):
    """Who takes a call: a person, or a phone that is nobody's."""

    person: Person | None
    extension: str

    @property
    def agent_id(self) -> str:
        return self.person.id if self.person else ""


def by_hand(call_id: str, who: Taker, station: Station | None, *, at: int, why: str, leg: str,
            endpoint: str) -> e.PickUp:
    """Somebody takes a call. `leg`: the phone that dialled the code; else his `station` is rung and lifts by itself."""
    segment = str(new_id())
    rung = None if leg else station
    return e.PickUp(
        at=at, agent_id=who.agent_id, endpoint=endpoint, number=who.extension, leg=leg or switch_name("leg"),
        segment=segment, bridge=switch_name("bridge"), why=why, record_as=f"{call_id}-{segment}",
        ring_ms=_RING_OUTSIDE_MS if station is not None and station.outside else _RING_MS, present=bool(leg),
        dialled=rung.dialled if rung else "", shown=rung.shown if rung else "",
        confirm=rung.asks(CALL_FOR_YOU) if rung else ())


def ringing_at(site: Site, call: Call) -> str:
    """The extension for which another phone may be lifted: its person's own, wherever he works, else the phone's.

    "" when none rings, or somebody has taken the call already.
    """
    rings = rung(call)
    if rings is None or is_taken(call):
        return ""
    person = site.people.get(rings.agent_id)
    return person.extension if person else extension_of(rings.endpoint)


class PickUps:
    def __init__(self, story: Story, now: Callable[[], int]) -> None:
        self._story, self._now = story, now

    def asked(self, verb: v.PickUpCall) -> None:
        """Raises CallGone, NothingToPickUp, NotAllowed, TakenAlready, NotSignedIn, NotNow."""
        person = self._story.site.people.get(verb.agent_id)
        if person is None or not person.extension:
            raise err.NoSuchAgent
        if self._story.agents.get(person.id).presence == "signed_out":
            raise err.NotSignedIn
        if verb.call_id:
            call = self._story.desk.calls.get(verb.call_id)
            if call is None or call.state == "ended":
                raise err.CallGone
        elif verb.from_queue:
            call = self._waits_in((verb.from_queue,))
        else:
            call = self.rings_at(verb.from_agent)
        self.take(Taker(person, person.extension), call, verb.anywhere)

    def rings_at(self, agent_id: str) -> Call:
        """What rings at a colleague's phone. Raises NothingToPickUp."""
        call = self._story.desk.calls.get(self._story.agents.get(agent_id).call_id)
        rings = rung(call) if call is not None else None
        if call is None or rings is None or rings.agent_id != agent_id:
            raise err.NothingToPickUp
        return call

    def rings_on(self, extension: str) -> Call:
        """What rings at a phone that is nobody's. Raises NothingToPickUp."""
        for call in self._story.desk.live():
            if rung(call) is not None and ringing_at(self._story.site, call) == extension:
                return call
        raise err.NothingToPickUp

    def in_group(self, who: Taker) -> Call:
        """What has rung longest at a colleague's phone for a group that this agent serves, or at a phone of his own
        extension group. Raises NothingToPickUp.
        """
        ringing = [call for call in self._story.desk.live() if rung(call) and self._reaches(who, call)
                   and ringing_at(self._story.site, call) != who.extension and not is_taken(call)]
        if not ringing:
            raise err.NothingToPickUp
        return min(ringing, key=lambda call: call.ringing_since or call.waiting_since or call.started_at)

    def _reaches(self, who: Taker, call: Call) -> bool:
        """Whether it is for a queue that he serves just now, or rings at a phone of his extension group."""
        person = who.person
        serves = person is not None and self._story.agents.get(person.id).presence != "signed_out"
        if person and serves and call.state in ("waiting", "offered") and call.queue_id in dict(person.queues):
            return True
        site, group = self._story.site, self._story.site.group_of(who.extension)
        return bool(group) and site.group_of(ringing_at(site, call)) == group

    def waiting_for(self, person: Person, which: str = "") -> Call:
        """Who has waited longest in the groups that this agent serves, or another one of them. Raises NothingToPickUp.

        `which`: his place among them (one or two digits, 1 has waited longest), or the last digits of his number.
        """
        waiting = self._waiting(tuple(queue_id for queue_id, _ in person.queues))
        if len(which) > 2:
            waiting = [call for call in waiting if call.caller.endswith(which)]
        elif which:
            waiting = waiting[int(which) - 1:int(which)] if int(which) else []
        if not waiting:
            raise err.NothingToPickUp
        return waiting[0]

    def _waits_in(self, queues: tuple[str, ...]) -> Call:
        waiting = self._waiting(queues)
        if not waiting:
            raise err.NothingToPickUp
        return waiting[0]

    def _waiting(self, queues: tuple[str, ...]) -> list[Call]:
        return sorted((call for call in self._story.desk.live() if call.state == "waiting" and call.queue_id in queues),
                      key=lambda call: call.waiting_since)

    def take(self, who: Taker, call: Call, anywhere: bool, *, leg: str = "", endpoint: str = "") -> None:
        """`leg`: the phone that dialled the code; without it the person's phone is rung and lifts by itself.

        Raises TakenAlready, NotAllowed, NotNow.
        """
        if (call.state != "waiting" and rung(call) is None) or is_taken(call):
            raise err.TakenAlready if call.agent_id else err.NotNow
        if not anywhere and not self._reaches(who, call):
            raise err.NotAllowed
        station = self._rung_for(who) if not leg else None
        if who.person and self._story.agents.get(who.person.id).engagement != "free":
            raise err.NotNow
        self._story.dispatcher.leave(call.id)
        self._story.desk.post(call.id, by_hand(
            call.id, who, station, at=self._now(), why="grab" if call.state == "waiting" else "pickup", leg=leg,
            endpoint=station.endpoint if station else endpoint))

    def _rung_for(self, who: Taker) -> Station:
        """The phone that is rung for who takes a call by the page. Raises NotNow, and as `Story.station_of`."""
        if who.person is None or not am.may_dial(self._story.agents.get(who.person.id)):
            raise err.NotNow
        return self._story.station_of(who.person)
