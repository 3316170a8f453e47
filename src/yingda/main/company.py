"""The sample company, put into an empty installation only."""

from __future__ import annotations

import asyncio

from yingda.main.demo import seed as fill
from yingda.main.demofile import mark_demo
from yingda.main.settings import Settings
from yingda.org import site
from yingda.store.engine import Store


async def _empty(url: str) -> bool:
    store = Store(url)
    try:
        async with store.reading() as u:
            return await site.needs_set_up(u)
    finally:
        await store.close()


def seed(settings: Settings) -> bool:
    """Fill an empty company; False, and nothing touched, when somebody has set one up already."""
    if not asyncio.run(_empty(settings.database)):
        return False
    asyncio.run(fill(settings))
    mark_demo(settings)
    return True
