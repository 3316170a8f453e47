"""Prompts and music on the running switch: heard by the next caller, without restart, and never cut while they play.

Each version is a tone of its own, so the ear tells which it was.
"""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from tests.stack.client import Api, Entity
from tests.stack.floor import FAINT_DB, MENU, QUEUE, Floor, ear, hears, number_of
from yingda.prompts.audio import wave_file

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
OLD_HZ, NEW_HZ, MUSIC_HZ = 500, 620, 820


async def draft(api: Api, hertz: int, seconds: float, music: bool = False) -> str:
    at = np.arange(int(16_000 * seconds)) / 16_000
    body = wave_file((6000 * np.sin(2 * np.pi * hertz * at)).astype("<i2"), 16_000)
    url = f"{api.product.settings.url}/api/v1/prompts/drafts?music={str(music).lower()}"
    async with api.session.post(url, data=body, headers=api.headers) as answer:
        made: Entity = await answer.json()
        assert answer.status == 201, made
        return str(made["id"])


async def test_a_replaced_prompt_is_heard_at_once_and_cuts_nobody(floor: Floor) -> None:
    """The demo's menu begins with the shipped welcome, which gets an own recording, and then another one."""
    admin = floor.admin
    prompt = await admin.post("prompts", name="欢迎词", replaces="yd/welcome", language="zh",
                              draft=await draft(admin, OLD_HZ, 12))
    try:
        first = await floor.customer(MENU)
        await hears(first, OLD_HZ, 8)
        await admin.post(f"prompts/{prompt['id']}/takes", language="zh", draft=await draft(admin, NEW_HZ, 6))
        second = await floor.customer(MENU)
        await hears(second, NEW_HZ, 8)
        await hears(first, OLD_HZ, 1)  # goes on in the version in which it began
        assert ear(first, NEW_HZ) < FAINT_DB and ear(second, OLD_HZ) < FAINT_DB
    finally:
        await admin.ask("DELETE", f"prompts/{prompt['id']}")
    third = await floor.customer(MENU)
    await floor.live.state(number_of(third), "in_menu")
    await asyncio.sleep(0.6)
    assert ear(third, OLD_HZ) < -30 and ear(third, NEW_HZ) < -30, "the shipped one is heard again"
    for call in (first, second, third):
        call.hang_up()


async def test_own_music_is_heard_by_waiting_callers(floor: Floor) -> None:
    admin = floor.admin
    music = await admin.post("music", name="测试音乐")
    await admin.post(f"music/{music['id']}/tracks", name="一首", draft=await draft(admin, MUSIC_HZ, 8, music=True))
    leads_to = next(one["destination"] for one in await admin.get("numbers") if one["number"] == QUEUE)
    queue_id = next(one["id"] for one in await admin.get("queues") if f"queue:{one['number']}" == leads_to)
    before = await admin.get(f"queues/{queue_id}")
    body = {key: value for key, value in before.items() if key not in ("id", "members")}
    body["members"] = [{name: one[name] for name in ("person_id", "level", "areas")} for one in before["members"]]
    await admin.ask("PUT", f"queues/{queue_id}", {**body, "music": music["key"]})
    try:
        for _ in range(20):  # the engine reads the queue's choice beside its work
            caller = await floor.customer(QUEUE)
            await floor.live.state(number_of(caller), "waiting")
            try:
                await hears(caller, MUSIC_HZ, 1.5)
                break
            except AssertionError:
                caller.hang_up()
        await hears(caller, MUSIC_HZ, 1)
        caller.hang_up()
    finally:
        await admin.ask("PUT", f"queues/{queue_id}", body)
        await admin.ask("DELETE", f"music/{music['id']}")
