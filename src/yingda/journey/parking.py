"""Parking 停泊: which slot a call is put into, who may fetch it, and what becomes of one that nobody fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from yingda.calls import events as e
from yingda.calls.machine import TALK
from yingda.journey import errors as err
from yingda.journey.pickups import Taker, by_hand
from yingda.kit.ids import new_id

if TYPE_CHECKING:
    from yingda.calls.state import Call
    from yingda.journey.story import Story

log = structlog.get_logger("journey")
_AGAIN_MS = 30_000  # he was busy: asked again so much later
_MOST_TRIES = 40


class Parking:
    def __init__(self, story: Story) -> None:
        self._story = story

    def parked(self) -> list[Call]:
        """Calls in slots that can be fetched, the longest first."""
        return sorted((call for call in self._story.desk.live() if call.state == "parked"),
                      key=lambda call: call.parked_since)

    def park(self, agent_id: str, call: Call) -> str:
        """Put the agent's call into the lowest free slot and answer that. Raises NotNow, NoSlot."""
        if call.state not in TALK or call.agent_id != agent_id:
            raise err.NotNow
        limits = self._story.site.directory.office.parking
        taken = {one.slot for one in self._story.desk.live()}
        slot = next((one for one in map(str, range(1, limits.slots + 1)) if one not in taken), None)
        if slot is None:
            raise err.NoSlot
        self._story.desk.post(call.id, e.Park(at=self._story.now(), slot=slot, segment=str(new_id()),
                                              back_ms=limits.back_s * 1000))
        return slot

    def fetch(self, who: Taker, slot: str, *, leg: str = "", endpoint: str = "") -> None:
        """Connect somebody with the call in this slot; "" is the one that he parked last, else the oldest.

        `leg`: the phone that dialled the code; without it the person's phone is rung and lifts by itself. Raises
        NothingParked, NotNow, NobodyThere and what `Story.way_out` raises.
        """
        story = self._story
        call = self._meant(who, slot)
        if who.person and story.agents.get(who.person.id).engagement != "free":
            raise err.NotNow
        station = story.reachable_at(who.person) if who.person and not leg else None
        story.desk.post(call.id, by_hand(
            call.id, who, station, at=story.now(), why="fetch", leg=leg,
            endpoint=station.endpoint if station else endpoint))

    def _meant(self, who: Taker, slot: str) -> Call:
        calls = self.parked()
        if slot:
            calls = [call for call in calls if call.slot == slot]
        else:
            calls = [call for call in reversed(calls) if who.person and call.parked_by == who.person.id] or calls
        if not calls:
            raise err.NothingParked
        return calls[0]

    # ---- nobody fetches

    def timed_out(self, call: Call) -> None:
        """Ring whoever parked it; should he not be free, its group has it, or it stays."""
        if self._story.distribution.ring_back(call, call.parked_by, "park_back"):
            return
        self._nobody(call)

    def came_back(self, call: Call) -> bool:
        """A phone that was to take a parked call has not: True when that is settled here."""
        if not call.slot or call.queue_id:
            return False
        self._nobody(call)
        return True

    def _nobody(self, call: Call) -> None:
        story, now = self._story, self._story.now()
        if call.queue_id:
            story.desk.post(call.id, e.ParkGivenUp(at=now, segment=str(new_id())))
        elif call.park_tries >= _MOST_TRIES:
            log.warning("parked_for_nobody", call=call.id)
            story.close(call.id, "answered", ("sound:yd/no-agent",))
        else:
            story.desk.post(call.id, e.Park(at=now, slot=call.slot, segment=str(new_id()), back_ms=_AGAIN_MS))
