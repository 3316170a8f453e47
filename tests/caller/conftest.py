"""Two phones on loopback, and a registrar small enough to see what it does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from yingda.caller import clips
from yingda.caller.phone import Phone
from yingda.caller.transport import Timers

QUICK = Timers(t1=0.05, t2=0.4)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def ann() -> AsyncIterator[Phone]:
    async with Phone(user="ann", say=clips.tone(1000), timers=QUICK) as phone:
        yield phone


@pytest.fixture
async def ben() -> AsyncIterator[Phone]:
    async with Phone(user="ben", say=clips.tone(440), timers=QUICK) as phone:
        yield phone
