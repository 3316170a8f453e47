"""What goes wrong at the switch's door or with a part becomes an alarm that the administrator's bell shows."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.stack.client import Entity
from tests.stack.floor import CUSTOMER_HZ, Floor, both_hear
from yingda.caller.errors import NotAnswered, NotRegistered
from yingda.caller.phone import Phone
from yingda.notify.rules import RULES

pytestmark = [pytest.mark.switch, pytest.mark.anyio, pytest.mark.timeout(240)]
STRANGE = "127.0.0.2"  # no trunk of the sample company knows it


async def alarm(floor: Floor, kind: str, subject: str, within: float = 40.0) -> Entity:
    """The open alarm of this kind about this subject, once it is there."""
    deadline = time.monotonic() + within
    while True:
        rows: list[Entity] = (await floor.admin.get("alarms", state="open", kind=kind, limit=200))["items"]
        found = next((one for one in rows if one["subject"] == subject), None)
        if found:
            return found
        assert time.monotonic() < deadline, (f"no alarm {kind} for {subject}: {rows}\n"
                                             f"{floor.product.log('worker')}")
        await asyncio.sleep(0.2)


async def rung(floor: Floor, found: Entity) -> bool:
    return found["id"] in [one["id"] for one in (await floor.admin.get("bell"))["alarms"]]


async def stranger(floor: Floor, user: str) -> Phone:
    server = (floor.product.demo["sip_host"], floor.product.demo["sip_port"])
    phone = await Phone(STRANGE, user=user, server=server, secret="guessed").open()
    floor.phones.append(phone)
    return phone


async def test_guessing_a_sip_secret(floor: Floor) -> None:
    phone = await floor.phone(user="1006", secret="wrong")
    for _ in range(RULES["sip_secret_wrong"].threshold):
        with pytest.raises(NotRegistered):
            await phone.register()
    found = await alarm(floor, "sip_secret_wrong", "1006")
    assert found["detail"]["address"] == "127.0.0.1" and await rung(floor, found)


async def test_registrations_and_calls_of_a_stranger(floor: Floor) -> None:
    """Half of the tries register an account that is none, half call: together they are enough for an alarm."""
    phone = await stranger(floor, "7777")
    tries = RULES["sip_unknown"].threshold
    assert tries // 2 < tries, "neither half is enough alone"
    for _ in range(tries // 2):
        with pytest.raises(NotRegistered):
            await phone.register()
    for _ in range(tries - tries // 2):
        call = phone.call("4008001000")
        with pytest.raises(NotAnswered):
            await call.wait_answered(8)
    found = await alarm(floor, "sip_unknown", STRANGE)
    assert found["detail"]["account"] == "7777" and await rung(floor, found)
    assert floor.live.calls() == []


@pytest.mark.parametrize("part", ["calls", "web", "worker"])
async def test_a_part_that_dies_is_told_and_nobody_is_cut_off(floor: Floor, part: str) -> None:
    agent = await floor.agent("1001")
    customer, phone, _ = await floor.talk(agent)
    old = floor.product.kill(part)
    await floor.product.until(lambda: floor.product.pid(part) != old
                              and floor.product.health()["engine"]["state"] == "ok", 40, f"{part} is back")
    await floor.product.until(lambda: floor.product.health()["worker"]["state"] != "down", 40, "the worker too")
    found = await alarm(floor, "part_restarted", part, 60)
    assert "9" in found["detail"]["how"] or "KILL" in found["detail"]["how"].upper(), found["detail"]
    assert await rung(floor, found)
    await both_hear(customer, CUSTOMER_HZ, phone, agent.hertz, 8)
    customer.hang_up()


async def test_a_switch_that_dies_is_told(floor: Floor) -> None:
    old = floor.product.kill("asterisk")
    await floor.product.until(lambda: floor.product.pid("asterisk") != old
                              and floor.product.health()["switch"]["state"] == "ok", 60, "the switch is back")
    assert await rung(floor, await alarm(floor, "part_restarted", "asterisk", 60))
    agent = await floor.agent("1001")
    customer, _, _ = await floor.talk(agent)  # and it serves again
    customer.hang_up()
