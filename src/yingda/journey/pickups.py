"""Pickup by page and by feature code: which call is meant, and whether this agent may take it.

Taking a call by hand goes past the order of the queue, so it asks for a right: an agent reaches the groups he serves,
whoever holds the right over all reaches every call.
"""

from __future__ import annotations

from collections.abc import Callable

from yingda.agents import machine as am
from yingda.bus import verbs as v
from yingda.calls import events as e
from yingda.calls.pickup import is_taken
from yingda.calls.state import Call
from yingda.journey import errors as err
from yingda.journey.directory import Person
from yingda.journey.stations import CALL_FOR_YOU
from yingda.journey.story import Story
from yingda.kit.ids import new_id, switch_name

_RING_MS = 15_000


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
        self.take(person, call, verb.anywhere)

    def rings_at(self, agent_id: str) -> Call:
        """What rings at a colleague's phone. Raises NothingToPickUp."""
        call = self._story.desk.calls.get(self._story.agents.get(agent_id).call_id)
        if call is None or call.state != "offered" or call.agent_id != agent_id:
            raise err.NothingToPickUp
        return call

    def in_group(self, person: Person) -> Call:
        """What has rung longest at a colleague's phone for a group that this agent serves. Raises NothingToPickUp."""
        own = {queue_id for queue_id, _ in person.queues}
        ringing = [call for call in self._story.desk.live() if call.state == "offered" and call.queue_id in own
                   and call.agent_id != person.id and not is_taken(call)]
        if not ringing:
            raise err.NothingToPickUp
        return min(ringing, key=lambda call: call.ringing_since or call.waiting_since)

    def waiting_for(self, person: Person) -> Call:
        """Who has waited longest in the groups that this agent serves. Raises NothingToPickUp."""
        return self._waits_in(tuple(queue_id for queue_id, _ in person.queues))

    def _waits_in(self, queues: tuple[str, ...]) -> Call:
        waiting = [call for call in self._story.desk.live() if call.state == "waiting" and call.queue_id in queues]
        if not waiting:
            raise err.NothingToPickUp
        return min(waiting, key=lambda call: call.waiting_since)

    def take(self, person: Person, call: Call, anywhere: bool, *, leg: str = "", endpoint: str = "") -> None:
        """`leg`: the phone that dialled the code; without it the agent's phone is rung and lifts by itself."""
        if call.state not in ("waiting", "offered") or is_taken(call):
            raise err.TakenAlready if call.agent_id else err.NotNow
        if not anywhere and call.queue_id not in {queue_id for queue_id, _ in person.queues}:
            raise err.NotAllowed
        agent = self._story.agents.get(person.id)
        if agent.engagement != "free" or not (leg or am.may_dial(agent)):
            raise err.NotNow
        station = self._story.station_of(person)
        segment = str(new_id())
        self._story.dispatcher.leave(call.id)
        self._story.desk.post(call.id, e.PickUp(
            at=self._now(), agent_id=person.id, endpoint=endpoint or station.endpoint, number=person.extension,
            leg=leg or switch_name("leg"), segment=segment, bridge=switch_name("bridge"),
            why="pickup" if call.state == "offered" else "grab", record_as=f"{call.id}-{segment}",
            ring_ms=45_000 if station.outside else _RING_MS, present=bool(leg),
            dialled="" if leg else station.dialled, shown="" if leg else station.shown,
            confirm=() if leg else station.asks(CALL_FOR_YOU)))
