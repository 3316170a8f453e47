"""What must not work, and says so: at the door of the switch, of the API and of the page."""

from __future__ import annotations

import socket

import pytest

from tests.stack.client import Live
from tests.stack.floor import CUSTOMER_HZ, Floor, both_hear, number_of
from yingda.caller.errors import NotAnswered, NotRegistered

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


async def test_signing_in_on_a_phone_that_is_not_registered(floor: Floor) -> None:
    agent = await floor.api("1005")
    assert await agent.refused("POST", "agent/sign-in", {"phone": "desk"}) == "phone_not_registered"
    assert await agent.refused("POST", "agent/sign-in", {"phone": "web"}) == "phone_not_registered"
    assert await agent.refused("POST", "agent/ready") == "not_signed_in"


async def test_a_wrong_sip_secret_opens_nothing(floor: Floor) -> None:
    phone = await floor.phone(user="1001", secret="wrong")
    with pytest.raises(NotRegistered) as refused:
        await phone.register()
    assert refused.value.params["status"] in (401, 403)
    call = phone.call("4008001000")
    with pytest.raises(NotAnswered) as unanswered:
        await call.wait_answered(5)
    assert unanswered.value.params["cause"] == "forbidden"
    nobody = await floor.phone(user="web-1001", secret="wrong")
    with pytest.raises(NotRegistered):
        await nobody.register()
    agent = await floor.api("1001")
    assert await agent.refused("POST", "agent/sign-in", {"phone": "desk"}) == "phone_not_registered"
    assert floor.live.calls() == []


async def test_malformed_sip_harms_nobody(floor: Floor) -> None:
    agent = await floor.agent("1001")
    customer, ringing, _ = await floor.talk(agent)
    target = (floor.product.demo["sip_host"], floor.product.demo["sip_port"])
    head = "INVITE sip:4008001000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{}\r\n"
    bad = [
        b"", b"\0" * 1400, b"INVITE", b"INVITE sip: SIP/2.0\r\n\r\n", b"\xff\xfe\xfd" * 400,
        (head.format("a") + "Content-Length: -1\r\n\r\n").encode(),
        (head.format("b") + "From: <sip:1@x>;tag=1\r\nTo: <sip:2@x>\r\nCall-ID: x\r\nCSeq: 99999999999 INVITE\r\n"
         "Max-Forwards: 70\r\nContent-Type: application/sdp\r\nContent-Length: 9000\r\n\r\nv=0").encode(),
        (head.format("c") + "From: \"" + "A" * 20_000 + "\" <sip:1@x>;tag=1\r\n\r\n").encode(),
        (head.format("d") + "From: <sip:1;exten=h@x>;tag=1\r\nTo: <sip:${SHELL(id)}@x>\r\nCall-ID: y\r\n"
         "CSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:1@127.0.0.1:9>\r\nContent-Length: 0\r\n\r\n").encode(),
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        for data in bad * 3:
            wire.sendto(data[:60_000], target)
    before = floor.product.pid("asterisk")
    other = await floor.customer()
    await floor.live.state(number_of(other), "waiting")
    await both_hear(customer, CUSTOMER_HZ, ringing, agent.hertz)
    assert floor.product.pid("asterisk") == before
    other.hang_up()
    customer.hang_up()


async def test_verbs_that_are_not_live_now_or_not_ones_own(floor: Floor) -> None:
    agent = await floor.agent("1001")
    stranger = await floor.agent("1002", ready=False)
    customer, _, call = await floor.talk(agent)
    for word in ("hang-up", "hold", "reject"):
        assert await stranger.api.refused("POST", f"calls/{call['id']}/{word}") == "not_your_call"
    assert await agent.api.refused("POST", f"calls/{call['id']}/resume") == "not_now"
    assert await agent.api.refused("POST", f"calls/{call['id']}/reject") == "not_now"
    assert await agent.api.refused("POST", "agent/sign-in", {"phone": "desk"}) == "not_now"
    assert await agent.api.refused("POST", "calls", {"number": "13812345678", "key": "k1"}) == "not_now"
    assert await stranger.api.refused("POST", "calls", {"number": "12", "key": "k2"}) == "bad_number"
    assert await stranger.api.refused("POST", "calls", {"number": "1006", "key": "k3"}) == "nobody_there"
    assert await stranger.api.refused("POST", "agent/break", {"reason": "no-such"}) == "unknown_break_reason"
    customer.hang_up()
    await floor.live.agent_is("1001", "wrapping_up", "ready")
    assert await agent.api.refused("POST", f"calls/{call['id']}/hang-up") == "call_gone"
    supervisor = await floor.api("9001")
    assert await supervisor.refused("POST", "agent/sign-in", {"phone": "desk"}) in (
        "not_allowed", "no_extension", "phone_not_registered")


async def test_two_browsers_for_one_agent(floor: Floor) -> None:
    agent = await floor.api("1004")
    first = await agent.post("softphone", client="tab-one", take_over=False)
    assert first["endpoint"] == "web-1004" and first["secret"]
    phone = await floor.phone(user="web-1004", secret=first["secret"])
    await phone.register(60)  # stands for the browser's: the account is the same
    await floor.sign_in(agent, "web")
    await floor.live.until(lambda: floor.live.agent("1004")["phone"] == "web", "signed in on the browser's phone")
    refused = await agent.refused("POST", "softphone", {"client": "tab-two", "take_over": False})
    assert refused == "softphone_elsewhere"
    second = await agent.post("softphone", client="tab-two", take_over=True)
    assert second["secret"] != first["secret"]
    stale = await floor.phone(user="web-1004", secret=first["secret"])
    with pytest.raises(NotRegistered):
        await stale.register(60)
    phone.registered_until = 0  # its secret is void: nothing to unregister with
    await agent.ask("DELETE", "softphone", client="tab-two")
    assert await agent.refused("POST", "agent/sign-in", {"phone": "web"}) == "phone_not_registered", "it is gone"
    await floor.live.until(lambda: not floor.live.agent("1004")["phone_ok"], "and shown so")
    third = await agent.post("softphone", client="tab-three", take_over=False)
    fresh = await floor.phone(user="web-1004", secret=third["secret"])
    await fresh.register(60)
    await floor.sign_in(agent, "web")
    await fresh.unregister()
    await agent.ask("DELETE", "softphone", client="tab-three")


async def test_an_agent_sees_only_his_own_calls(floor: Floor) -> None:
    agent = await floor.agent("1001")
    async with Live(agent.api) as own, Live(await floor.api("1002")) as other:
        customer, _, call = await floor.talk(agent)
        await own.until(lambda: call["id"] in own.entities["calls"], "his own call")
        await own.until(lambda: call["id"] in own.entities["pops"], "the card of his call")
        assert other.entities["calls"] == {} == other.entities["pops"]
        assert own.entities["pops"][call["id"]]["queue_name"] == "售后服务"
        customer.hang_up()
        await own.until(lambda: not own.entities["calls"] and not own.entities["pops"], "the call has gone")
