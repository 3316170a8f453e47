"""A promised call on the real switch: offer by voice, key, hang-up; then the agent's phone first, then the customer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.stack.client import Entity
from tests.stack.floor import Floor, fresh_number
from tests.stack.test_killed_in import kill

pytestmark = [pytest.mark.switch, pytest.mark.anyio, pytest.mark.timeout(180)]
PLACE = "4008001056"


@pytest.fixture
async def place(floor: Floor) -> AsyncIterator[Entity]:
    """A number that leads straight to the offer of a call back by a group; the group."""
    queue: Entity = next(q for q in await floor.admin.get("queues") if q["number"] == "802")
    rules = await floor.admin.get("follow-ups/callback-rules")
    await floor.admin.ask("PUT", "follow-ups/callback-rules", rules | {"open_h": 0, "close_h": 24})  # at any hour
    made = await floor.admin.post("numbers", number=PLACE, destination=f"callback:{queue['number']}")
    yield queue
    await floor.admin.ask("DELETE", f"numbers/{made['id']}")
    await floor.admin.ask("PUT", "follow-ups/callback-rules", rules)


async def test_the_place_is_kept_over_two_deaths_of_the_engine_and_the_customer_is_called(
        floor: Floor, place: Entity) -> None:
    number = fresh_number()
    for _ in range(20):  # the engine reads the new number beside its work
        call = await floor.customer(PLACE, number)
        await call.wait_answered(8)
        with contextlib.suppress(AssertionError):
            await floor.live.state(number, "promising", within=2)
            break
        call.hang_up()
        await call.wait_ended(5)
    await call.send_keys("1")
    await call.wait_heard(1.0)
    call.hang_up()  # he need not hear it to the end
    await call.wait_ended(5)
    await kill(floor)
    agent = await floor.agent("1001", answer_after=0.2)
    out = await floor.live.state(number, "dialing", "talking", within=25)
    assert out["direction"] == "out" and out["agent_id"] == str(agent.id)
    await kill(floor)  # while he is being called
    talking = await floor.live.state(number, "talking", within=15)
    ringing = await agent.ring()
    await asyncio.sleep(0.5)
    assert ringing.state == "talking" and len(agent.rung) == 1, "he is rung once for it"
    await agent.verb("hang-up", talking["id"])
    record = await floor.record(talking["id"], within=8)
    assert (record["outcome"], record["customer_number"], record["queue_name"]) == ("answered", number, place["name"])
    for _ in range(60):
        done: list[Entity] = (await floor.admin.get("follow-ups", number=number, over="true"))["items"]
        if done:
            break
        await asyncio.sleep(0.1)
    assert (done[0]["callbacks"], done[0]["result"]) == (1, "reached")
