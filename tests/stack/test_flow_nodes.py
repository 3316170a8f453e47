"""Nodes of voice flows with a real caller: digits and a look-up at a real server, a PIN, the survey after the talk, and
a version that is published while somebody is in the old one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.stack.client import Entity
from tests.stack.floor import QUEUE, Floor, fresh_number
from tests.stack.test_distribution import put
from tests.stack.test_office import free_number, new_phone
from yingda.caller.call import PhoneCall

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
NUMBER = "4008001077"
BYE = {"kind": "hang_up", "title": "再见", "prompts": ["yd/goodbye"]}
SALES = {"kind": "queue", "title": "销售", "queue": "801"}
SERVICE = {"kind": "queue", "title": "售后", "queue": "802"}


async def publish(floor: Floor, name: str, start: str, nodes: dict[str, Any], flow_id: str = "") -> str:
    document = {"start": start, "nodes": nodes}
    if not flow_id:
        flow_id = str((await floor.admin.post("flows", name=name, draft=document))["id"])
    else:
        rev = (await floor.admin.get(f"flows/{flow_id}"))["draft_rev"]
        await floor.admin.ask("PUT", f"flows/{flow_id}/draft", {"rev": rev, "draft": document})
    await floor.admin.post(f"flows/{flow_id}/publish", note="test")
    return flow_id


@contextlib.asynccontextmanager
async def leading_to(floor: Floor, destination: str) -> AsyncIterator[None]:
    made = await floor.admin.post("numbers", number=NUMBER, destination=destination)
    try:
        yield
    finally:
        await floor.admin.ask("DELETE", f"numbers/{made['id']}")


async def enter(floor: Floor, node: str, number: str = "") -> PhoneCall:
    """Calls until the flow's first node is reached: the engine reads new numbers and flows beside its work."""
    number = number or fresh_number()
    for _ in range(30):
        call = await floor.customer(NUMBER, number)
        with contextlib.suppress(AssertionError):
            await floor.live.until(lambda: at_node(floor, number, node), f"{number} at {node}", 2)
            return call
        call.hang_up()
        await call.wait_ended(5)
    raise AssertionError(f"nobody gets to {node}\n{floor.live.picture()}")


def at_node(floor: Floor, number: str, node: str) -> bool:
    return any(call["customer_number"] == number and any(node in word for word in call["menu_path"] or [])
               for call in floor.live.calls())


async def waits(floor: Floor, number: str, queue: str) -> Entity:
    call = await floor.live.state(number, "waiting", within=15)
    assert call["queue_name"] == queue
    return call


@pytest.fixture
async def shop() -> AsyncIterator[tuple[str, list[str]]]:
    """A customer system: order 4711 is red, 5 takes too long, others are unknown. Its address, what it was asked."""
    asked: list[str] = []

    async def order(request: web.Request) -> web.Response:
        asked.append(request.match_info["order"])
        if asked[-1] == "5":
            await asyncio.sleep(8)
        if asked[-1] != "4711":
            raise web.HTTPNotFound
        return web.json_response({"order": {"colour": "red"}})

    app = web.Application()
    app.router.add_get("/orders/{order}", order)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}", asked  # type: ignore[attr-defined]
    await runner.cleanup()


async def test_digits_are_looked_up_at_a_real_server(floor: Floor, shop: tuple[str, list[str]]) -> None:
    address, asked = shop
    flow = await publish(floor, "查单", "ask", {
        "ask": {"kind": "collect", "title": "单号", "prompts": ["yd/enter-number"], "variable": "order",
                "max_length": 6, "next": "look", "failed": "bye"},
        "look": {"kind": "http", "title": "查询", "url": address + "/orders/{order}", "timeout_s": 2,
                 "into": [{"path": "order.colour", "variable": "colour"}], "next": "which", "failed": "service"},
        "which": {"kind": "branch", "title": "颜色", "otherwise": "service", "rules": [
            {"title": "红", "when": [{"on": "variable", "name": "colour", "is": "equals", "value": "red"}],
             "next": "sales"}]},
        "sales": SALES, "service": SERVICE, "bye": BYE})
    async with leading_to(floor, f"flow:{flow}"):
        for digits, queue in (("4711#", "销售"), ("12#", "售后服务"), ("5#", "售后服务")):
            number = fresh_number()
            call = await enter(floor, "单号", number)
            await call.wait_heard(0.5)
            await call.send_keys(digits)  # while the prompt is still playing
            await waits(floor, number, queue)
            call.hang_up()
            await call.wait_ended(5)
        assert asked == ["4711", "12", "5"], "each was asked once; the third did not answer in time"


async def test_a_pin_lets_the_right_one_in(floor: Floor) -> None:
    number = fresh_number()
    customer = await floor.admin.post("customers", name="会员", phones=[{"number": number}])
    await floor.admin.ask("PUT", f"customers/{customer['id']}/pin", {"pin": "480913"})
    flow = await publish(floor, "会员", "pin", {
        "pin": {"kind": "pin", "title": "密码", "prompts": ["yd/enter-pin"], "invalid_prompts": ["yd/wrong-pin"],
                "next": "sales", "failed": "service", "locked": "bye", "length": 6},
        "sales": SALES, "service": SERVICE, "bye": BYE})
    async with leading_to(floor, f"flow:{flow}"):
        call = await enter(floor, "密码", number)
        await call.send_keys("111111#")
        await call.wait_heard(1.0)
        await call.send_keys("480913#")
        found = await waits(floor, number, "销售")
        call.hang_up()
        await call.wait_ended(5)
        record = await floor.record(found["id"])
        assert "480913" not in str(record), "the digits of a PIN are kept nowhere"


async def test_the_survey_after_the_talk_is_on_the_page_with_its_agent(floor: Floor) -> None:
    flow = await publish(floor, "评价", "ask", {
        "ask": {"kind": "survey", "title": "评价", "question": "本次服务", "prompts": ["yd/rate-service"],
                "answers": {"1": 5, "2": 3, "3": 1}, "next": "bye"}, "bye": BYE})
    await put(floor, "802", survey_flow_id=flow)
    try:
        agent = await floor.agent("1001")
        customer, _, call = await floor.talk(agent, called=QUEUE)
        await agent.verb("hang-up", call["id"])
        await floor.live.until(lambda: at_node(floor, customer.phone.user, "评价"), "the caller is asked", 10)
        await floor.live.until(lambda: agent.view["engagement"] == "free", "the agent is free meanwhile", 5)
        assert customer.state == "talking"
        await customer.wait_heard(0.5)
        await customer.send_keys("3")
        await customer.wait_ended(20)
        for _ in range(100):
            if found := await floor.admin.get(f"calls/{call['id']}/survey"):
                break
            await asyncio.sleep(0.05)
        assert [(one["score"], one["question"], one["agent_number"]) for one in found] == [(1, "本次服务", "1001")]
    finally:
        await put(floor, "802", survey_flow_id=None)


async def test_who_is_in_the_old_version_finishes_there(floor: Floor) -> None:
    def nodes(queue: dict[str, Any], title: str) -> dict[str, Any]:
        return {"menu": {"kind": "menu", "title": title, "prompts": ["yd/main-menu"], "keys": {"1": "q"},
                         "failed": "bye", "timeout_s": 20}, "q": queue, "bye": BYE}

    flow = await publish(floor, "改版", "menu", nodes(SALES, "旧菜单"))
    async with leading_to(floor, f"flow:{flow}"):
        first = await enter(floor, "旧菜单")
        await publish(floor, "改版", "menu", nodes(SERVICE, "新菜单"), flow)
        second = await enter(floor, "新菜单")
        for call in (first, second):
            await call.send_keys("1")
        await waits(floor, first.phone.user, "销售")
        await waits(floor, second.phone.user, "售后服务")
        for call in (first, second):
            call.hang_up()
            await call.wait_ended(5)


async def test_a_draft_is_tried_on_ones_own_phone_and_by_dialling(floor: Floor) -> None:
    """The administrator gets a phone; it rings, or dials, and leads him through what nobody else has heard yet."""
    number, rung = free_number(), list[PhoneCall]()
    phone = await new_phone(floor, number, 500, answer_after=0.3)
    phone.on_call = rung.append
    extension = next(one["id"] for one in await floor.admin.get("extensions") if one["number"] == number)
    me = next(one for one in await floor.admin.get("people") if one["id"] == floor.admin.person_id)
    body = {name: me[name] for name in ("number", "name", "role", "department_id", "language")}
    await floor.admin.ask("PUT", f"people/{me['id']}", {**body, "extension_id": extension})
    try:
        await put(floor, "802")  # when this is known to the engine, so is his phone
        draft = {"start": "menu", "nodes": {"menu": {
            "kind": "menu", "title": "草稿", "prompts": ["yd/main-menu"], "keys": {"1": "bye"}, "failed": "bye",
            "timeout_s": 30}, "bye": BYE}}
        flow = await floor.admin.post("flows", name=f"草稿 {number}", draft=draft)
        made = await floor.admin.post(f"flows/{flow['id']}/test-call", caller=fresh_number())
        await floor.live.until(lambda: "草稿" in str((floor.live.entities["calls"].get(made["call_id"]) or {})
                                                    .get("menu_path")), "he is in the menu of the draft")
        await rung[0].wait_heard(0.5)
        await rung[0].send_keys("1")
        assert (await rung[0].wait_ended(15)).by == "them" and rung[0].heard.loud_s > 0.5, "he hears it to its end"
        await floor.sign_in(floor.admin, within=30)
        call = phone.call(f"*60{flow['number']}")
        await call.wait_answered(5)
        await floor.live.until(lambda: any("草稿" in str(one.get("menu_path")) for one in floor.live.calls()),
                               "he is in it by dialling too")
        await call.wait_heard(0.5)
        await call.send_keys("1")
        assert (await call.wait_ended(15)).by == "them" and call.heard.loud_s > 0.5
        await floor.admin.post("agent/sign-out")
    finally:
        await floor.admin.ask("PUT", f"people/{me['id']}", {**body, "extension_id": None})
