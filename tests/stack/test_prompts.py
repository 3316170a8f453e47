"""Prompts and music on the running switch: heard by the next caller, without restart, and never cut while they play.

Each version is a tone of its own, so the ear tells which it was.
"""

from __future__ import annotations

import asyncio
import io
import wave

import numpy as np
import pytest

from tests.stack.client import Refused
from tests.stack.floor import FAINT_DB, MENU, QUEUE, Floor, ear, hears, number_of
from tests.stack.sounds import draft

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
OLD_HZ, NEW_HZ, MUSIC_HZ, BEEP_HZ = 500, 620, 820, 1000


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


async def test_a_prompt_is_said_on_the_desk_phone(floor: Floor) -> None:
    """The phone rings, records after the tone; what was said comes as a draft, in the telephone's form."""
    agent = await floor.agent("1002", ready=False)
    await floor.admin.ask("PUT", f"people/{agent.id}/rights", {"exceptions": {"prompts.edit": "all"}})
    try:
        call_id = (await agent.api.post("prompts/drafts/phone"))["call_id"]
        ringing = await agent.ring()
        ringing.answer()
        await hears(ringing, BEEP_HZ, 6)
        with pytest.raises(Refused, match="recording_not_ready"):
            await agent.api.post(f"prompts/drafts/phone/{call_id}")
        await asyncio.sleep(3)
        await ringing.send_keys("#")
        await asyncio.sleep(0.5)
        await ringing.send_keys("2")
        await ringing.wait_ended(12)
        async with asyncio.timeout(15):
            while True:
                try:
                    made = await agent.api.post(f"prompts/drafts/phone/{call_id}")
                    break
                except Refused as refusal:
                    assert refusal.code == "recording_not_ready"
                    await asyncio.sleep(0.2)
        assert made["origin"] == "phone" and 2_000 <= made["duration_ms"] <= 5_000, made
        with pytest.raises(Refused, match="prompt_file_missing"):
            await floor.admin.post(f"prompts/drafts/phone/{call_id}")
        _, _, sound = await agent.api.raw(f"prompts/drafts/{made['id']}/audio")
        with wave.open(io.BytesIO(sound)) as file:
            rate, samples = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        power = np.abs(np.fft.rfft(samples.astype(float)))
        assert abs(float(np.argmax(power)) * rate / len(samples) - agent.hertz) < 10, "his own voice"
    finally:
        await floor.admin.ask("PUT", f"people/{agent.id}/rights", {"exceptions": {}})
