"""Conference rooms: who may come in (PIN, capacity), who is in, and what a moderator does with them."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from yingda.calls import events as e
from yingda.calls.state import Call
from yingda.journey import errors as err
from yingda.journey.office_directory import Room
from yingda.journey.story import Story
from yingda.kit.ids import new_id, switch_name
from yingda.telephony import commands as c

_TRIES = 3
_TONES = {True: "tone:1400/120,0/60,1700/120", False: "tone:1700/120,0/60,1400/120"}


class Rooms:
    """`carry_out(call id, commands)`: for what concerns a room and not a call."""

    def __init__(self, story: Story, now: Callable[[], int],
                 carry_out: Callable[[str, tuple[c.AnyCommand, ...]], None]) -> None:
        self._story, self._now, self._carry_out = story, now, carry_out
        self._keyed: dict[str, str] = {}  # call → digits at the door; in this process only

    def room(self, number: str) -> Room | None:
        return next((one for one in self._story.site.directory.office.rooms if one.number == number), None)

    def _of(self, call: Call) -> Room | None:
        return next((one for one in self._story.site.directory.office.rooms if one.id == call.room_id), None)

    def inside(self, room_id: str) -> list[Call]:
        """The calls in the room, the first who came first."""
        return sorted((call for call in self._story.desk.live() if call.room_id == room_id and call.state == "in_room"),
                      key=lambda call: call.answered_at)

    # ---- the door

    def enter(self, call: Call, number: str) -> str:
        """Lead a call to a room's door. "" when it is on its way, else why not: unknown | busy."""
        room = self.room(number)
        if room is None:
            return "unknown"
        agent_id = self._free_agent(call.origin_agent_id or self._caller_of(call))
        self._post(call, e.RoomEntered(at=self._now(), room_id=room.id, number=number, segment=str(new_id()),
                                       bridge=f"room-{room.id}", agent_id=agent_id))
        self._receive(call, room, 0)
        return ""

    def _receive(self, call: Call, room: Room, tries: int) -> None:
        if room.pin or room.moderator_pin:
            self._ask(call, ("sound:yd/enter-pin",), tries)
        else:
            self._open(call, room, moderator=False)

    def resume(self, call: Call) -> None:
        """After a restart somebody stands at the door: what he had keyed is gone, so he is asked anew."""
        room = self._of(call)
        if room is None:
            self._story.close(call.id, "menu_failed", ("sound:yd/system-busy",))
        else:
            self._receive(call, room, call.tries)

    def _caller_of(self, call: Call) -> str:
        person = self._story.site.person_by_extension.get(call.caller) if call.direction == "internal" else None
        return person.id if person else ""

    def _free_agent(self, agent_id: str) -> str:
        return agent_id if agent_id and self._story.agents.get(agent_id).engagement == "free" else ""

    def keyed(self, call: Call, digit: str) -> None:
        """Somebody at the door keyed a digit; # or the whole PIN ends the entry."""
        room = self._of(call)
        if room is None:
            self._story.close(call.id, "menu_failed", ("sound:yd/system-busy",))
            return
        entry = (self._keyed.get(call.id, "") + digit)[-20:]
        self._keyed[call.id] = entry
        keyed = entry.rstrip("#")
        if _same(keyed, room.moderator_pin):
            self._open(call, room, moderator=True)
        elif _same(keyed, room.pin):
            self._open(call, room, moderator=False)
        elif digit == "#" or len(keyed) >= 12:
            self._wrong(call)

    def _wrong(self, call: Call) -> None:
        if call.tries + 1 >= _TRIES:
            self._story.close(call.id, "menu_failed", ("sound:yd/wrong-pin", "sound:yd/goodbye"))
        else:
            self._ask(call, ("sound:yd/wrong-pin", "sound:yd/enter-pin"), call.tries + 1)

    def _open(self, call: Call, room: Room, moderator: bool) -> None:
        inside = self.inside(room.id)
        if len(inside) >= room.capacity:
            self._story.close(call.id, "busy", ("sound:yd/conference-full",))
            return
        wait = bool(room.moderator_pin) and not moderator and not any(one.moderator for one in inside)
        self._post(call, e.RoomOpened(at=self._now(), moderator=moderator, wait=wait))
        if moderator:
            for one in inside:
                if one.room_waits:
                    self._post(one, e.RoomOpened(at=self._now(), moderator=one.moderator))
        if not wait:
            self._tone(room.id, room, came=True)

    def _ask(self, call: Call, media: tuple[str, ...], tries: int) -> None:
        self._keyed.pop(call.id, None)
        self._post(call, e.RoomAsked(at=self._now(), play=media, playback=switch_name("play"), tries=tries))

    def _post(self, call: Call, event: e.AnyEvent) -> None:
        self._story.desk.post(call.id, event)

    # ---- in the room

    def ended(self, call: Call) -> None:
        """A call has ended: the others hear that one has left; the last one closes the room."""
        if not call.room_id:
            return
        self._keyed.pop(call.id, None)
        room = self._of(call)
        if not self.inside(call.room_id):
            self._carry_out(call.room_id, (c.BreakBridge(bridge=f"room-{call.room_id}"),))
        elif room is not None and call.answered_at and not call.room_waits:
            self._tone(call.room_id, room, came=False)

    def _tone(self, room_id: str, room: Room, came: bool) -> None:
        if room.tones and len([one for one in self.inside(room_id) if not one.room_waits]) > int(came):
            self._carry_out(room_id, (c.Announce(bridge=f"room-{room_id}", playback=switch_name("play"),
                                                 media=(_TONES[came],)),))

    def participant(self, call_id: str) -> Call:
        call = self._story.desk.calls.get(call_id)
        if call is None or call.state != "in_room":
            raise err.CallGone
        return call

    def mute(self, call_id: str, on: bool) -> None:
        self._post(self.participant(call_id), e.MuteAsked(at=self._now(), on=on))

    def kick(self, call_id: str) -> None:
        self._post(self.participant(call_id), e.HangUpAsked(at=self._now(), by="system"))

    def look(self) -> list[dict[str, Any]]:
        """Every participant of every room, for the page."""
        found = []
        for room in self._story.site.directory.office.rooms:
            for call in self.inside(room.id):
                person = self._story.site.person_by_extension.get(call.caller)
                found.append({
                    "room_id": room.id, "call_id": call.id, "number": call.caller, "since": call.answered_at,
                    "name": person.name if person and call.direction == "internal" else "", "muted": call.muted,
                    "moderator": call.moderator, "waits": call.room_waits, "outside": call.direction == "in"})
        return found


def _same(keyed: str, pin: str) -> bool:
    return bool(pin) and hmac.compare_digest(keyed.encode(), pin.encode())
