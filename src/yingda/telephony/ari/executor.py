"""Carries out commands: one lane per call keeps their order, a Ring goes before its lane.

What stands in a lane goes to the switch in one lot. It waits for the call's own Ring to be under way: on a machine of
few cores the switch would else answer and play to the caller before it rings the phone, and the phone is what counts.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

from yingda.kit.clock import Clock
from yingda.telephony import commands as do
from yingda.telephony.ari import requests
from yingda.telephony.ari.client import UNREACHABLE, Answer, AriClient, Lot, Request
from yingda.telephony.facts import AnyFact, CommandRefused, LegGone

NOT_REACHABLE = 20  # Q.850 "subscriber absent": the phone is not registered
SWITCH_LOST = -2
STOP_AGAIN_S = (0.1, 0.2, 0.4, 0.8)
RING_FIRST_S = 0.02  # so long at most do a call's other commands stand back for its Ring
LARGEST_LOT = 16
TOLD_S = 0.25  # the switch tells a phone of its transfer beside its other work: so long the leg stays up for it


class _Accept(do.Command, frozen=True):
    """Tells the dialplan that a leg which came in is ours."""

    leg: str


class Executor:
    """`on_fact` gets the refusals. Nothing here raises to the caller of `carry_out`."""

    def __init__(self, client: AriClient, clock: Clock, on_fact: Callable[[AnyFact], None]) -> None:
        self.refused: Counter[str] = Counter()
        self._client = client
        self._clock = clock
        self._on_fact = on_fact
        self._lanes: dict[str, deque[do.AnyCommand | _Accept]] = {}
        self._rings: dict[str, asyncio.Task[None]] = {}  # by leg
        self._ringing: dict[str, set[asyncio.Task[None]]] = {}  # the same by call
        self._tasks: set[asyncio.Task[None]] = set()
        self._music: set[str] = set()
        self._born: set[str] = set()  # legs that began in this process: whether they hear music is known

    def carry_out(self, call_id: str, commands: Iterable[do.AnyCommand]) -> None:
        waiting: list[do.AnyCommand] = []
        for command in commands:
            if isinstance(command, do.Ring):
                self._start_ring(command)
            else:
                waiting.append(command)
        if waiting:
            self._into_lane(call_id, waiting)

    def accept(self, leg: str) -> None:
        """Tell the dialplan that we have the call of this leg, which has just come in: before all else that is to be
        done with the leg, or the switch would do it only after the first prompt."""
        for lane in self._lanes.values():
            if any(leg in _legs(command) for command in lane):
                lane.appendleft(_Accept(leg=leg))
                return
        self._into_lane(leg, [_Accept(leg=leg)])

    def born(self, leg: str) -> None:
        """The leg begins: it hears no music yet."""
        self._born.add(leg)

    def forget(self, leg: str) -> None:
        """The leg is gone: nothing need be remembered of it."""
        self._music.discard(leg)
        self._born.discard(leg)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._lanes.clear()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- rings

    def _start_ring(self, command: do.Ring) -> None:
        self.born(command.leg)
        task = asyncio.create_task(self._ring(command, self._client.begin([requests.ring(command)])))
        self._keep(task)
        self._rings[command.leg] = task
        self._ringing.setdefault(command.call_id, set()).add(task)
        task.add_done_callback(lambda done: self._ring_done(command, done))

    def _ring_done(self, command: do.Ring, task: asyncio.Task[None]) -> None:
        if self._rings.get(command.leg) is task:
            del self._rings[command.leg]
        others = self._ringing.get(command.call_id, set())
        others.discard(task)
        if not others:
            self._ringing.pop(command.call_id, None)

    async def _ring(self, command: do.Ring, lot: Lot) -> None:
        status, answer = (await self._client.finish(lot))[0]
        if 0 < status < 300 or status == 409:  # 409: the leg exists already, this was a repetition
            return
        if status == UNREACHABLE:
            self._refuse(command, command.leg, False, f"switch_unreachable: {_message(answer)}")
            self._on_fact(_gone(self._clock.now_ms(), command.leg, SWITCH_LOST, "Switch lost"))
            return
        reason = "phone_not_ready" if b"Allocation failed" in answer else f"{status} {_message(answer)}"
        self._refuse(command, command.leg, False, reason)
        self._on_fact(_gone(self._clock.now_ms(), command.leg, NOT_REACHABLE, "Subscriber absent"))

    # ---- lanes

    def _into_lane(self, call_id: str, commands: Sequence[do.AnyCommand | _Accept]) -> None:
        lane = self._lanes.get(call_id)
        if lane is None:
            self._lanes[call_id] = lane = deque(commands)
            self._keep(asyncio.create_task(self._run(call_id, lane)))
        else:
            lane.extend(commands)

    async def _run(self, call_id: str, lane: deque[do.AnyCommand | _Accept]) -> None:
        await asyncio.sleep(0)  # a Ring of the same instant goes out first: somebody waits for it
        try:
            while lane:
                if rings := self._ringing.get(call_id):
                    await asyncio.wait(list(rings), timeout=RING_FIRST_S)
                lot = _next_lot(lane)
                # a leg must exist before anything is done with it
                if rung := [self._rings[leg] for one in lot for leg in _legs(one) if leg in self._rings]:
                    await asyncio.wait(rung)
                await self._send(lot)
                if isinstance(lot[-1], do.TellTransfer):
                    await asyncio.sleep(TOLD_S)
        finally:
            # no await between the last look into the lane and this: a later command makes a new lane
            if self._lanes.get(call_id) is lane:
                del self._lanes[call_id]

    async def _send(self, lot: Sequence[do.AnyCommand | _Accept]) -> None:
        asked: list[do.AnyCommand | _Accept | None] = []  # None: nobody's order, its answer is of no interest
        wanted: list[Request] = []
        for command in lot:
            for request in self._before(command):
                asked.append(None)
                wanted.append(request)
            asked.append(command)
            wanted.append(requests.accept(command.leg) if isinstance(command, _Accept) else requests.others(command))
        answers = await self._client.finish(self._client.begin(wanted))
        for order, (status, answer) in zip(asked, answers, strict=True):
            if order is not None and not isinstance(order, _Accept):
                self._heard(order, status, answer)

    def _before(self, command: do.AnyCommand | _Accept) -> list[Request]:
        """What has to be asked for before the command itself; and what is known of music from now on."""
        match command:
            case do.Join(legs=legs):
                # A leg from before our restart may hear music that we know nothing of: its ear would stay deaf to the
                # bridge, for the switch drops what a bridge says to a channel that music is played to.
                deaf = [leg for leg in legs if leg in self._music or leg not in self._born]
                for leg in deaf:
                    self._music.discard(leg)
                    self.born(leg)
                return [requests.others(do.StopMusic(leg=leg)) for leg in deaf]
            case do.EnterLeg():
                return [requests.name_recording(command)]
            case do.StartMusic(leg=leg):
                self._music.add(leg)
            case do.StopMusic(leg=leg):
                self._music.discard(leg)
            case do.Snoop(snoop=snoop):
                self.born(snoop)
        return []

    def _heard(self, command: do.AnyCommand, status: int, answer: bytes) -> None:
        leg = next(iter(_legs(command)), "")
        if status == UNREACHABLE:
            self._refuse(command, leg, False, f"switch_unreachable: {_message(answer)}")
        elif status < 300 or (isinstance(command, do.MakeBridge) and status == 409):
            if isinstance(command, do.StopPlay):
                self._keep(asyncio.create_task(self._see_stopped(command)))
        else:
            if isinstance(command, do.StartMusic):
                self._music.discard(leg)
            gone = status in (404, 409) or b"not found" in answer or b"not in Stasis" in answer
            self._refuse(command, leg, gone, f"{status} {_message(answer)}")

    async def _see_stopped(self, command: do.StopPlay) -> None:
        """Ask again until the playback is gone: one order in some thirty is lost when it meets the very start of a
        prompt, and all else that the leg is to do (music, the talk) would wait for the prompt's end."""
        for wait in STOP_AGAIN_S:
            await asyncio.sleep(wait)
            if (await self._ask(command))[0] in (404, UNREACHABLE):
                return

    async def _ask(self, command: do.AnyCommand) -> Answer:
        return (await self._client.finish(self._client.begin([requests.others(command)])))[0]

    def _refuse(self, command: do.AnyCommand, leg: str, gone: bool, reason: str) -> None:
        name = type(command).__name__
        self.refused[name] += 1
        self._on_fact(CommandRefused(at=self._clock.now_ms(), command=name, leg=leg, gone=gone, reason=reason))


def _next_lot(lane: deque[do.AnyCommand | _Accept]) -> list[do.AnyCommand | _Accept]:
    """From the front of the lane; a TellTransfer ends its lot."""
    lot: list[do.AnyCommand | _Accept] = []
    while lane and len(lot) < LARGEST_LOT:
        lot.append(lane.popleft())
        if isinstance(lot[-1], do.TellTransfer):
            break
    return lot


def _gone(at: int, leg: str, cause: int, text: str) -> LegGone:
    return LegGone(at=at, leg=leg, cause=cause, cause_text=text)


def _legs(command: do.AnyCommand | _Accept) -> Sequence[str]:
    if isinstance(command, do.Join):
        return command.legs
    leg = getattr(command, "leg", "")
    return (leg,) if leg else ()


def _message(answer: bytes) -> str:
    return answer[:200].decode("utf-8", "replace")
