"""Phone-only work, pickup by code and a mobile as the agent's phone, on the real switch."""

from __future__ import annotations

import asyncio

import pytest

from tests.stack.floor import CUSTOMER_HZ, FAR_HZ, QUEUE, Agent, Floor, both_hear, deaf, ear, hears, number_of
from yingda.caller.call import PhoneCall
from yingda.caller.clips import tone
from yingda.caller.phone import Phone

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
PIN = "47110"


async def code(phone: Phone, dialled: str) -> None:
    """Dial a code and listen to what is said until the switch lets the phone go."""
    call = phone.call(dialled)
    await call.wait_answered(4)
    ending = await call.wait_ended(8)
    assert ending.by == "them" and call.heard.seconds > 0.6, "something is said before the end"


async def sign_in(phone: Phone, number: str, pin: str) -> None:
    call = phone.call(f"*50{number}")
    await call.wait_answered(4)
    await call.wait_heard(0.5)
    await call.send_keys(f"{pin}#")
    assert (await call.wait_ended(12)).by == "them"


async def test_a_day_by_phone_alone_at_a_colleagues_desk(floor: Floor) -> None:
    """1001 works at the phone of 1002: identity follows the number."""
    phone = await floor.phone(user="1002", secret=floor.secret("1002"), answer_after=0.3, say=tone(1300))
    await phone.register(120)
    rung: list[PhoneCall] = []
    phone.on_call = rung.append
    api = await floor.api("1001")
    floor.at_work.append(api)
    await api.ask("PUT", "me/phone/pin", {"pin": PIN})
    assert (await api.refused("PUT", "me/phone/pin", {"pin": "1234"})) == "invalid"
    site = floor.product.data / "journal" / "site.json"
    await floor.product.until(lambda: "scrypt$" in site.read_text(), 20, "the engine knows the PIN's hash")
    assert PIN not in site.read_text()
    await sign_in(phone, "1001", PIN)
    view = await floor.live.agent_is("1001", "on_break")
    assert view["phone"] == "desk" and view["station"] == "1002"
    await code(phone, "*54")
    ready = asyncio.create_task(code(phone, "*52"))
    customer = await floor.customer(QUEUE)
    await ready
    await floor.live.agent_is("1001", "talking")
    await both_hear(customer, CUSTOMER_HZ, rung[0], 1300)
    customer.hang_up()
    await rung[0].wait_ended(3)
    await code(phone, "*532")
    assert (await floor.live.agent_is("1001", "on_break"))["reason"] != "signed_in"
    await code(phone, "*51")
    await floor.live.agent_is("1001", "signed_out")


async def test_pick_up_and_listen_by_code(floor: Floor) -> None:
    rung, taker = await floor.agent("1001"), await floor.agent("1002", ready=False)
    customer = await floor.customer(QUEUE)
    ringing = await rung.ring()
    call = await floor.live.state(number_of(customer), "offered")
    mine = taker.phone.call("*8")
    await both_hear(customer, CUSTOMER_HZ, mine, taker.hertz)
    assert (await ringing.wait_ended(3)).by == "them"
    await floor.live.agent_is("1001", "ready")
    boss = await floor.agent("9001", ready=False)
    spy = boss.phone.call("*561002")
    await asyncio.gather(hears(spy, CUSTOMER_HZ), hears(spy, taker.hertz))
    await asyncio.sleep(0.4)
    assert ear(customer, boss.hertz) < -46 and ear(mine, boss.hertz) < -46, "no sound can leave a listener"
    await spy.send_keys("5")
    await hears(mine, boss.hertz)
    assert ear(customer, boss.hertz) < -46, "only the agent hears a whisper"
    await spy.send_keys("4")
    await asyncio.gather(deaf(mine, boss.hertz), hears(spy, CUSTOMER_HZ))
    spy.hang_up()
    await both_hear(customer, CUSTOMER_HZ, mine, taker.hertz)
    customer.hang_up()
    record = await floor.record(call["id"], recordings=1)
    assert [(s["agent_id"], s["outcome"]) for s in record["segments"] if s["kind"] == "agent"] == [
        (rung.id, "picked_up"), (taker.id, "answered")], "and the picked-up talk is recorded"


async def test_a_mobile_as_the_agents_phone(floor: Floor) -> None:
    """The mobile lifts at once, as its voicemail would; only a key brings the caller to it."""
    mobile = await floor.phone(user="mobile", say=tone(FAR_HZ), answer_after=0.1)
    rung: list[PhoneCall] = []
    mobile.on_call = rung.append
    async with floor.trunk(host=f"127.0.0.1:{mobile.port}"):
        api = await floor.api("1001")
        floor.at_work.append(api)
        await api.post("agent/sign-in", phone="outside", station="13912345678")
        await api.post("agent/ready")
        customer = await floor.customer(QUEUE)
        await floor.product.until(lambda: bool(rung) and rung[0].state == "talking", 6, "the mobile has lifted")
        await rung[0].wait_heard(2.0)
        assert ear(customer, FAR_HZ) < -46 and ear(rung[0], CUSTOMER_HZ) < -46, "nobody is connected before the key"
        call = await floor.live.state(number_of(customer), "offered")
        await rung[0].send_keys("1")
        await both_hear(customer, CUSTOMER_HZ, rung[0], FAR_HZ)
        await api.post(f"calls/{call['id']}/hang-up")
        assert (await customer.wait_ended(3)).by == "them"
        await floor.record(call["id"], recordings=1)
        await api.post("agent/sign-out")
        await floor.live.agent_is("1001", "signed_out")


async def lifted_by_itself(floor: Floor, agent: Agent) -> tuple[PhoneCall, PhoneCall]:
    """A customer and the agent's phone that lifted unasked; the engine reads the change that makes it do so beside
    its work, so customers call until it has."""
    while True:
        customer = await floor.customer(QUEUE)
        mine = await agent.ring(len(agent.rung) + 1)
        await asyncio.sleep(0.3)
        if mine.state == "talking":
            return customer, mine
        customer.hang_up()
        await floor.live.agent_is("1001", "ready", "on_break")
        await agent.ready()


async def test_a_phone_that_lifts_by_itself_warns_first(floor: Floor) -> None:
    agent = await floor.agent("1001", ready=False, answer_after=60)  # lifts at once because the switch asks for it
    await agent.api.ask("PUT", "me/phone", {"auto_answer": True})
    try:
        await agent.ready()
        async with asyncio.timeout(20):
            customer, mine = await lifted_by_itself(floor, agent)
        await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz)
        customer.hang_up()
    finally:
        await agent.api.ask("PUT", "me/phone", {"auto_answer": False})


async def test_a_group_whose_calls_are_answered_by_themselves(floor: Floor) -> None:
    agent = await floor.agent("1001", answer_after=60)  # lifts at once because the switch asks for it
    group = next(one["destination"] for one in await floor.admin.get("numbers") if one["number"] == QUEUE)
    async with floor.group(group.removeprefix("queue:"), auto_answer=True), asyncio.timeout(60):
        customer, mine = await lifted_by_itself(floor, agent)
        await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz)
        customer.hang_up()
        await mine.wait_ended(5)
