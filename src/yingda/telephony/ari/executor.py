"""Carries out commands: one lane per call keeps their order, a Ring runs beside its lane."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

from yingda.kit.clock import Clock
from yingda.telephony import commands as do
from yingda.telephony.ari import requests
from yingda.telephony.ari.client import AriClient
from yingda.telephony.errors import SwitchUnreachable
from yingda.telephony.facts import AnyFact, CommandRefused, LegGone

NOT_REACHABLE = 20  # Q.850 "subscriber absent": the phone is not registered
SWITCH_LOST = -2
UNREACHABLE = 0  # in place of an HTTP status
STOP_AGAIN_S = (0.1, 0.2, 0.4, 0.8)


class Executor:
    """`on_fact` gets the refusals. Nothing here raises to the caller of `carry_out`."""

    def __init__(self, client: AriClient, clock: Clock, on_fact: Callable[[AnyFact], None]) -> None:
        self.refused: Counter[str] = Counter()
        self._client = client
        self._clock = clock
        self._on_fact = on_fact
        self._lanes: dict[str, deque[do.AnyCommand]] = {}
        self._rings: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._music: set[str] = set()
        self._born: set[str] = set()  # legs that began in this process: whether they hear music is known

    def carry_out(self, call_id: str, commands: Iterable[do.AnyCommand]) -> None:
        lane = self._lanes.get(call_id)
        waiting: list[do.AnyCommand] = []
        for command in commands:
            if isinstance(command, do.Ring):
                self._start_ring(command)
            else:
                waiting.append(command)
        if not waiting:
            return
        if lane is None:
            self._lanes[call_id] = lane = deque(waiting)
            self._keep(asyncio.create_task(self._run(call_id, lane)))
        else:
            lane.extend(waiting)

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

    def _start_ring(self, command: do.Ring) -> None:
        self.born(command.leg)
        task = asyncio.create_task(self._ring(command))
        self._keep(task)
        self._rings[command.leg] = task
        task.add_done_callback(lambda _: self._rings.pop(command.leg, None))

    async def _run(self, call_id: str, lane: deque[do.AnyCommand]) -> None:
        await asyncio.sleep(0)  # a Ring of the same instant goes out first: somebody waits for it
        try:
            while lane:
                await self._one(lane.popleft())
        finally:
            # no await between the last look into the lane and this: a later command makes a new lane
            if self._lanes.get(call_id) is lane:
                del self._lanes[call_id]

    async def _one(self, command: do.AnyCommand) -> None:
        legs = _legs(command)
        for leg in legs:
            ring = self._rings.get(leg)
            if ring is not None:
                await asyncio.wait((ring,))  # the leg must exist before anything is done with it
        if isinstance(command, do.Join):
            for leg in legs:
                # A leg from before our restart may hear music that we know nothing of: its ear would stay deaf to the
                # bridge, for the switch drops what a bridge says to a channel that music is played to.
                if leg in self._music or leg not in self._born:
                    self._music.discard(leg)
                    self.born(leg)
                    await self._ask(do.StopMusic(leg=leg))  # nobody's order: the Join says it if the leg is gone
        elif isinstance(command, do.EnterLeg):
            await self._client.call(*requests.name_recording(command))
        elif isinstance(command, do.StopMusic):
            self._music.discard(command.leg)
        elif isinstance(command, do.Snoop):
            self.born(command.snoop)
        done = await self._send(command, legs[0] if legs else "")
        if done and isinstance(command, do.StartMusic):
            self._music.add(command.leg)
        elif done and isinstance(command, do.StopPlay):
            self._keep(asyncio.create_task(self._see_stopped(command)))

    async def _see_stopped(self, command: do.StopPlay) -> None:
        """Ask again until the playback is gone: one order in some thirty is lost when it meets the very start of a
        prompt, and all else that the leg is to do (music, the talk) would wait for the prompt's end."""
        for wait in STOP_AGAIN_S:
            await asyncio.sleep(wait)
            if (await self._ask(command))[0] in (404, UNREACHABLE):
                return

    async def _ask(self, command: do.AnyCommand) -> tuple[int, bytes]:
        method, path, body = requests.others(command)
        try:
            return await self._client.call(method, path, body)
        except SwitchUnreachable as error:
            return UNREACHABLE, f"switch_unreachable: {error.params.get('reason', '')}".encode()

    async def _send(self, command: do.AnyCommand, leg: str) -> bool:
        status, answer = await self._ask(command)
        if status == UNREACHABLE:
            self._refuse(command, leg, False, _message(answer))
            return False
        if status < 300 or (isinstance(command, do.MakeBridge) and status == 409):
            return True
        gone = status in (404, 409) or b"not found" in answer or b"not in Stasis" in answer
        self._refuse(command, leg, gone, f"{status} {_message(answer)}")
        return False

    async def _ring(self, command: do.Ring) -> None:
        method, path, body = requests.ring(command)
        try:
            status, answer = await self._client.call(method, path, body)
        except SwitchUnreachable as error:
            self._refuse(command, command.leg, False, f"switch_unreachable: {error.params.get('reason', '')}")
            self._on_fact(_gone(self._clock.now_ms(), command.leg, SWITCH_LOST, "Switch lost"))
            return
        if status < 300 or status == 409:  # 409: the leg exists already, this was a repetition
            return
        reason = "phone_not_ready" if b"Allocation failed" in answer else f"{status} {_message(answer)}"
        self._refuse(command, command.leg, False, reason)
        self._on_fact(_gone(self._clock.now_ms(), command.leg, NOT_REACHABLE, "Subscriber absent"))

    def _refuse(self, command: do.AnyCommand, leg: str, gone: bool, reason: str) -> None:
        name = type(command).__name__
        self.refused[name] += 1
        self._on_fact(CommandRefused(at=self._clock.now_ms(), command=name, leg=leg, gone=gone, reason=reason))


def _gone(at: int, leg: str, cause: int, text: str) -> LegGone:
    return LegGone(at=at, leg=leg, cause=cause, cause_text=text)


def _legs(command: do.AnyCommand) -> Sequence[str]:
    if isinstance(command, do.Join):
        return command.legs
    leg = getattr(command, "leg", "")
    return (leg,) if leg else ()


def _message(answer: bytes) -> str:
    return answer[:200].decode("utf-8", "replace")
