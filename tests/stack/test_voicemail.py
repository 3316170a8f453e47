"""Messages on the real switch: greeting, tone, what is on the disk, and a death of the engine in mid-message."""

from __future__ import annotations

import asyncio
import contextlib
import time
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from tests.stack.client import Entity, Refused
from tests.stack.floor import CUSTOMER_HZ, Floor, deaf, fresh_number, hears, number_of
from tests.stack.sounds import draft
from yingda.caller.call import PhoneCall

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
BOX, BEEP_HZ, OWN_HZ = "4008001055", 1000, 620
OWN_BOX = "4008001097"  # one that led nowhere before, so that no message comes to the box of another test


@pytest.fixture
async def box(floor: Floor) -> AsyncIterator[Entity]:
    """A number that leads straight to a group's box; the group."""
    queue: Entity = (await floor.admin.get("queues"))[0]
    made = await floor.admin.post("numbers", number=BOX, destination=f"voicemail:{queue['number']}")
    yield queue
    await floor.admin.ask("DELETE", f"numbers/{made['id']}")


async def at_the_tone(floor: Floor, number: str, hertz: int = CUSTOMER_HZ, called: str = BOX) -> PhoneCall:
    """A customer in the box, the greeting passed over by a key, the tone heard."""
    for _ in range(20):  # the engine reads the new number beside its work
        call = await floor.customer(called, number, hertz)
        await call.wait_answered(8)
        with contextlib.suppress(AssertionError):
            await floor.live.state(number, "leaving", within=2)
            break
        call.hang_up()
        await call.wait_ended(5)
    await call.send_keys("#")
    await hears(call, BEEP_HZ)
    return call


async def message_of(floor: Floor, number: str, within: float = 12.0, over: bool = False) -> tuple[Entity, Entity]:
    """The item of this caller with a message that can be played, and that contact."""
    deadline = time.monotonic() + within
    while True:
        found: list[Entity] = (await floor.admin.get("follow-ups", number=number, over=over))["items"]
        if found:
            item = await floor.admin.get(f"follow-ups/{found[0]['id']}")
            for contact in item["contacts"]:
                if contact["kind"] == "message" and any(one["playable"] for one in contact["recordings"]):
                    return item, contact
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.1)


def loudest_hertz(file: Path) -> tuple[float, float]:
    """Seconds in the file, and the frequency that fills it."""
    with wave.open(str(file), "rb") as sound:
        assert sound.getnchannels() == 1, "one voice: the greeting is not in it"
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
    power = np.abs(np.fft.rfft(samples)) ** 2
    return len(samples) / 8000, float(np.argmax(power) * 8000 / len(samples))


def file_of(floor: Floor, call_id: str) -> Path:
    (file,) = (floor.product.data / "recordings").rglob(f"{call_id}-*.wav")
    return file


async def test_a_message_is_kept_heard_and_one_story_with_the_lost_call(floor: Floor, box: Entity) -> None:
    number = fresh_number()
    call = await at_the_tone(floor, number)
    call.hang_up()  # at the tone: no message, but a lost call
    await call.wait_ended(5)
    call = await at_the_tone(floor, number)
    await asyncio.sleep(3.5)
    await call.send_keys("#")
    await call.wait_heard(1.0)  # what to do with it is asked
    call.hang_up()
    item, contact = await message_of(floor, number)
    assert (item["messages"], item["unheard"], item["queue_name"], item["state"]) == (1, 1, box["name"], "open")
    assert item["lost"] >= 1 and item["reasons"]["abandoned_message"] >= 1
    seconds, hertz = await asyncio.to_thread(loudest_hertz, file_of(floor, contact["call_id"]))
    assert 2.5 < seconds < 6 and abs(hertz - CUSTOMER_HZ) < 3
    assert abs(contact["recordings"][0]["duration_ms"] / 1000 - seconds) < 0.1
    assert contact["recordings"][0]["state"] == "finished"
    await floor.admin.post(f"follow-ups/messages/{contact['call_id']}/heard")
    with pytest.raises(Refused):
        await floor.admin.post(f"follow-ups/{item['id']}/close", result="called_back")
    done = await floor.admin.post(f"follow-ups/{item['id']}/close", result="no_need", note="短信已复")
    assert done["state"] == "done"


async def test_the_engine_dies_while_a_message_is_left(floor: Floor, box: Entity) -> None:
    number = fresh_number()
    call = await at_the_tone(floor, number)
    await asyncio.sleep(1.0)
    floor.product.kill("calls")
    await asyncio.sleep(3.0)
    call.hang_up()
    _, contact = await message_of(floor, number, 30)
    seconds, hertz = await asyncio.to_thread(loudest_hertz, file_of(floor, contact["call_id"]))
    assert seconds > 2.5 and abs(hertz - CUSTOMER_HZ) < 3, "what was said meanwhile is there"
    assert contact["recordings"][0]["state"] == "finished"


async def test_a_groups_own_greeting_is_heard_before_the_tone(floor: Floor, box: Entity) -> None:
    prompt = await floor.admin.post("prompts", name="留言问候", language="zh",
                                    draft=await draft(floor.admin, OWN_HZ, 3))
    async with floor.group(box["number"], box_greeting=prompt["key"]):
        call = await greeted(floor, OWN_HZ)
        await hears(call, BEEP_HZ, 8)
        await deaf(call, OWN_HZ, 1)  # the tone, and nothing of the greeting
        call.hang_up()
    await delete_when_free(floor, prompt["id"])


async def test_a_persons_own_greeting_is_heard_before_the_tone(floor: Floor) -> None:
    made = await floor.admin.post("numbers", number=BOX, destination="voicemail:1001")
    sound = await draft(floor.admin, OWN_HZ, 3)
    prompt = await floor.admin.post("prompts", name="个人问候", language="zh", draft=sound)
    try:
        await floor.admin.ask("PUT", "extension-features/1001", {"box_greeting": prompt["key"]})
        call = await greeted(floor, OWN_HZ)
        await hears(call, BEEP_HZ, 8)
        await deaf(call, OWN_HZ, 1)
        call.hang_up()
        await floor.live.gone(number_of(call))
    finally:
        await floor.admin.ask("PUT", "extension-features/1001", {})
        await floor.admin.ask("DELETE", f"numbers/{made['id']}")
        await delete_when_free(floor, prompt["id"])


async def delete_when_free(floor: Floor, prompt_id: str) -> None:
    """What used the prompt gives it up beside the engine's work, on a busy machine after some seconds."""
    for _ in range(100):
        with contextlib.suppress(Refused):
            await floor.admin.ask("DELETE", f"prompts/{prompt_id}")
            return
        await asyncio.sleep(0.2)
    raise AssertionError("the prompt is in use for ever")


async def greeted(floor: Floor, hertz: int) -> PhoneCall:
    """A customer who hears this greeting in the box; the engine reads the change beside its work."""
    for _ in range(20):
        call = await floor.customer(BOX)
        with contextlib.suppress(AssertionError):
            await floor.live.state(number_of(call), "leaving", within=3)
            await hears(call, hertz, 2)
            return call
        call.hang_up()
        await call.wait_ended(5)
    raise AssertionError("the greeting is never heard")


async def leave(floor: Floor, hertz: int) -> str:
    """A caller leaves this tone as his message; his number, once it can be played."""
    number = fresh_number()
    call = await at_the_tone(floor, number, hertz, OWN_BOX)
    await asyncio.sleep(3.5)
    call.hang_up()
    await message_of(floor, number, 30)
    return number


async def test_ones_own_box_is_heard_at_ones_own_phone(floor: Floor) -> None:
    """Nobody is signed in; the box belongs to whose phone it is."""
    made = await floor.admin.post("numbers", number=OWN_BOX, destination="voicemail:1005")
    first_hz, second_hz = 1450, 1850
    try:
        first, second = await leave(floor, first_hz), await leave(floor, second_hz)
    finally:
        await floor.admin.ask("DELETE", f"numbers/{made['id']}")
    phone = await floor.phone(user="1005", secret=floor.secret("1005"))
    await phone.register(120)
    call = phone.call("*97")
    await call.wait_answered(8)
    await hears(call, first_hz, 20)  # after the number of messages
    await deaf(call, second_hz)  # the oldest first
    await call.send_keys("2")
    await hears(call, second_hz, 8)
    await deaf(call, first_hz)
    await call.send_keys("3")
    assert (await call.wait_ended(20)).by == "them", "it was the last one"
    item, contact = await message_of(floor, first)
    assert (item["unheard"], item["state"], bool(contact["heard_at"])) == (0, "open", True)
    item, contact = await message_of(floor, second, over=True)
    assert (item["unheard"], item["state"], item["result"]) == (0, "done", "handled_otherwise")
    assert contact["heard_by_name"] == item["owner_name"] == item["done_by_name"]
    again = phone.call("*97")
    await again.wait_answered(8)
    assert (await again.wait_ended(20)).by == "them", "nothing is new"
