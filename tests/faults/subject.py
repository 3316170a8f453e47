"""A call that is being driven through its life while parts of the product die."""

from __future__ import annotations

import asyncio
import contextlib
import io
import random
import time
import wave

import numpy as np

from tests.stack.client import Entity, Refused
from tests.stack.floor import CUSTOMER_HZ, MENU, QUEUE, Agent, Floor, both_hear, number_of
from yingda.caller.call import PhoneCall
from yingda.caller.heard import power_at_db

STAGES = ("menu", "waiting", "ringing", "talking", "held", "answering", "hanging_up")


class Subject:
    """One customer and the agents who may get him. `to(stage)` brings the call there; `finish` ends it well."""

    def __init__(self, floor: Floor, agents: list[Agent]) -> None:
        self.floor, self.agents = floor, agents
        self.customer: PhoneCall
        self.number = self.call_id = ""

    async def to(self, stage: str) -> None:
        self.customer = await self.floor.customer(MENU if stage == "menu" else QUEUE)
        self.number = number_of(self.customer)
        live = self.floor.live
        if stage == "menu":
            call = await live.state(self.number, "in_menu")
        elif stage == "waiting":
            call = await live.until(lambda: live.call_of(self.number), "the call arrives")
        else:
            call = await live.state(self.number, "offered")
            if stage != "ringing":
                ringing = await self._ringing()
                ringing.answer()
            if stage in ("talking", "held", "hanging_up"):
                call = await live.state(self.number, "talking")
        self.call_id = call["id"]
        if stage == "held":
            await self._owner(call).verb("hold", self.call_id)
        if stage == "hanging_up":
            self.customer.hang_up()

    def _owner(self, call: Entity) -> Agent:
        return next(a for a in self.agents if a.id == call["agent_id"])

    async def _ringing(self, within: float = 8.0) -> PhoneCall:
        deadline = time.monotonic() + within
        while True:
            for agent in self.agents:
                for call in agent.rung:
                    if call.state == "ringing":
                        return call
            assert time.monotonic() < deadline, f"nobody is rung\n{self.floor.live.picture()}"
            await asyncio.sleep(0.01)

    async def finish(self, within: float = 25.0) -> Entity:
        """From wherever the call stands to a talk, a hang-up and its record. Answers the record."""
        if self.customer.state != "ended":
            await asyncio.wait_for(self._drive(), within)
            self.customer.hang_up()
        return await self.floor.record(self.call_id, within=15)

    async def _drive(self) -> None:
        live, keyed = self.floor.live, 0.0
        while True:
            assert self.customer.state != "ended", f"the customer was cut off: {self.customer.ending}\n{live.picture()}"
            call = live.call_of(self.number)
            talk = next((c for a in self.agents for c in a.rung if c.state == "talking"), None)
            match call["state"] if call else "":
                case "in_menu" if time.monotonic() - keyed > 2:
                    keyed = time.monotonic()
                    await self.customer.send_keys("2")
                case "offered":
                    for agent in self.agents:
                        for one in agent.rung:
                            one.answer() if one.state == "ringing" else None
                case "held" if call:
                    with contextlib.suppress(Refused):
                        await self._owner(call).verb("resume", self.call_id)
                case "waiting":
                    await self._all_ready()
                case "talking" if call and talk:
                    await both_hear(self.customer, CUSTOMER_HZ, talk, self._owner(call).hertz, 8)
                    return
            await asyncio.sleep(0.05)

    async def _all_ready(self) -> None:
        """Whoever was set aside for not answering is sent back to work, as his supervisor would do."""
        for agent in self.agents:
            if agent.view["state"] in ("on_break", "wrapping_up"):
                with contextlib.suppress(Refused):
                    await agent.api.post("agent/ready")

    async def settle(self) -> None:
        """All agents free again and ready."""
        live = self.floor.live
        await live.until(lambda: live.call_of(self.number) is None, "the call has gone")
        await live.until(lambda: all(a.view["engagement"] == "free" for a in self.agents), "agents are free", 15)
        for agent in self.agents:
            if agent.view["presence"] != "ready":
                await agent.api.post("agent/ready")
            agent.rung[:] = [c for c in agent.rung if c.state != "ended"]
        await live.until(lambda: all(a.view["state"] == "ready" for a in self.agents), "agents are ready", 15)


async def engine_back(floor: Floor, old_pid: int, within: float = 15.0) -> tuple[float, float]:
    """Wait for a new engine that screens see. Seconds from now to its process, and from there to its being up."""
    begun = time.monotonic()
    product = floor.product
    await product.until(lambda: product.pid("calls") != old_pid, within, "a new engine process")
    born = time.monotonic()
    snapshots = floor.live.snapshots
    await floor.live.until(
        lambda: floor.live.engine_up and floor.live.switch.get("state") == "up"
        and (floor.live.snapshots > snapshots or floor.live.switch["since"] > (time.time() - 10) * 1000),
        "the engine is back on screens", within)
    return born - begun, time.monotonic() - born


async def sound_of(floor: Floor, recording: Entity) -> np.ndarray:
    """Samples of a finished recording, one column a channel. Fails when it cannot be played."""
    status, _, content = await floor.admin.raw(f"recordings/{recording['id']}/audio")
    assert status == 200
    with wave.open(io.BytesIO(content)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)


def silent_s(channel: np.ndarray, hertz: int) -> float:
    """Seconds in which this tone is missing, looked at in steps of a tenth."""
    step = 800
    return sum(0.1 for at in range(0, len(channel) - step, step) if power_at_db(channel[at:at + step], hertz) < -30)


def heard_in(channel: np.ndarray, hertz: int) -> bool:
    """Whether this tone sounds somewhere in the channel for a tenth of a second at least."""
    return any(power_at_db(channel[at:at + 800], hertz) > -26 for at in range(0, len(channel) - 800, 800))


async def whole(floor: Floor, record: Entity, customer: PhoneCall | None = None, away_ms: int = 0) -> None:
    """The record is closed and its recordings have the talk's length; a phone that lifted while the engine was away
    is recorded up to `away_ms` longer.

    `customer`: his phone stands for all of this process: where the machine did not let it speak in time, there was
    nothing to record.
    """
    record = await floor.record(record["id"], within=15, recordings=1 if record["answered_at"] else 0)
    assert record["ended_at"] and record["outcome"], record
    assert all(s["ended_at"] for s in record["segments"]), record["segments"]
    if record["answered_at"]:
        length = sum(r["duration_ms"] for r in record["recordings"])
        # the switch records from the phone's lifting on, we count from the answer's arrival here
        unsaid_ms = customer.stream.skipped * 20 if customer else 0
        told = (length, record["talk_ms"], unsaid_ms, away_ms, record["segments"])
        assert -1000 - unsaid_ms < length - record["talk_ms"] < 1000 + away_ms, told


dice = random.Random()
