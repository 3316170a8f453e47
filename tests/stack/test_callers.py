"""The callers' lists on the real switch: refused before the answer, kept in the record, let in again at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.stack.client import Entity
from tests.stack.floor import MENU, Floor, fresh_number
from yingda.caller.errors import NotAnswered

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


async def test_a_black_listed_caller_is_refused_and_recorded_until_the_entry_goes(floor: Floor) -> None:
    number = fresh_number()
    entry = await floor.admin.post("callers", kind="black", number=number, reason="骚扰")
    status = await _answered_as(floor, number, lambda status: status != 0)
    assert 400 <= status < 700, "refused without an answer"
    found = await _blocked(floor, number)
    assert found["called"] == MENU and not found["answered_at"]
    await floor.admin.ask("DELETE", f"callers/{entry['id']}")
    assert await _answered_as(floor, number, lambda status: status == 0) == 0, "let in again"


async def _answered_as(floor: Floor, number: str, wanted: Callable[[int], bool]) -> int:
    """Calls until the answer is as wanted (the engine reads the lists beside its work): 0 or the SIP refusal."""
    status = -1
    for _ in range(20):
        call = await floor.customer(MENU, number)
        try:
            await call.wait_answered(5)
            status = 0
            call.hang_up()
        except NotAnswered:
            status = (await call.wait_ended(5)).status
        if wanted(status):
            break
        await asyncio.sleep(0.2)
    return status


async def _blocked(floor: Floor, number: str) -> Entity:
    for _ in range(50):
        found: list[Entity] = (await floor.admin.get("calls", number=number, outcome="blocked"))["items"]
        if found:
            return found[0]
        await asyncio.sleep(0.1)
    raise AssertionError("the refused call is not in the record")
