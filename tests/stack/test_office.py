"""The office telephone on the real switch: new phones and lines register by themselves, phones talk to phones, calls
go on where they are forwarded, the next line is taken when one fails, and nobody calls out who may not."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.stack.client import Entity
from tests.stack.floor import CUSTOMER_HZ, FAR_HZ, Carrier, Floor, both_hear, deaf, fresh_number, hears
from yingda.caller.call import PhoneCall
from yingda.caller.clips import tone
from yingda.caller.errors import NotAnswered, NotRegistered
from yingda.caller.phone import Phone

pytestmark = [pytest.mark.switch, pytest.mark.anyio]
ONE_HZ, TWO_HZ = 1100, 1500


class Registrar(asyncio.DatagramProtocol):
    """A carrier that takes no call: it answers REGISTER with `status`, OPTIONS with 200 and INVITE, unrung, with 503.

    `on_invite` is called before that answer is sent.
    """

    def __init__(self, status: str, on_invite: Callable[[], None] = lambda: None) -> None:
        self.status, self.asked, self.on_invite = status, 0, on_invite

    def connection_made(self, transport: Any) -> None:
        self.wire = transport
        self.port = int(transport.get_extra_info("sockname")[1])

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        text = data.decode("utf-8", "replace")
        if text.startswith(("SIP/2.0", "ACK")) or not text.strip():
            return
        self.asked += text.startswith("REGISTER")
        if text.startswith("INVITE"):
            self.on_invite()
        status = {"REGISTER": self.status, "INVITE": "503 Service Unavailable"}.get(text.split(" ", 1)[0], "200 OK")
        kept = re.findall(r"^(?:Via|From|Call-ID|CSeq|Contact):.*$", text, re.MULTILINE | re.IGNORECASE)
        to = re.findall(r"^To:.*$", text, re.MULTILINE | re.IGNORECASE)[0].strip() + ";tag=carrier"
        lines = [f"SIP/2.0 {status}", *(line.strip() for line in kept), to, "Expires: 300", "Content-Length: 0", "", ""]
        self.wire.sendto("\r\n".join(lines).encode(), address)


@contextlib.asynccontextmanager
async def registrar(status: str, on_invite: Callable[[], None] = lambda: None) -> AsyncIterator[Registrar]:
    wire, carrier = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Registrar(status, on_invite), local_addr=("127.0.0.1", 0))
    yield carrier
    wire.close()


@contextlib.asynccontextmanager
async def new_trunk(floor: Floor, **body: Any) -> AsyncIterator[Entity]:
    """A trunk as an administrator makes it in the browser, switched off afterwards."""
    body = {"name": f"备用 {secrets.token_hex(3)}", **body}
    made = await floor.admin.post("trunks", **body)
    try:
        yield made
    finally:
        await floor.admin.ask("PUT", f"trunks/{made['id']}", {**body, "register_at_carrier": False, "active": False})


async def answering(floor: Floor, trunk: Entity) -> None:
    """A new trunk is asked at once whether it is there: until then it comes after those that are."""
    await floor.live.until(lambda: (floor.live.entities["lines"].get(trunk["id"]) or {}).get("state") == "reachable",
                           "the trunk answers", 15)


async def new_phone(floor: Floor, number: str, hertz: int, **options: Any) -> Phone:
    """A new extension and its phone, registered."""
    made = await floor.admin.post("extensions", number=number)
    phone = await floor.phone(user=number, secret=made["sip_secret"], say=tone(hertz), **options)
    await register(floor, phone, number)
    return phone


async def register(floor: Floor, phone: Phone, number: str) -> None:
    """The switch learns of a new account within seconds; a phone asks again as real ones do."""
    for _ in range(100):
        with contextlib.suppress(NotRegistered):
            await phone.register(120)
            break
        await asyncio.sleep(0.1)
    await until_state(floor, number, "free")


async def until_state(floor: Floor, number: str, state: str) -> None:
    seen: str = ""
    for _ in range(100):
        seen = {x["extension"]: x["state"] for x in await floor.admin.get("office/directory")}.get(number, "")
        if seen == state:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{number} is {seen}, not {state}")


def free_number() -> str:
    return str(2000 + secrets.randbelow(7000))


async def test_a_new_extension_and_a_new_trunk_register_within_seconds(floor: Floor) -> None:
    begun = asyncio.get_running_loop().time()
    await new_phone(floor, free_number(), ONE_HZ)
    assert asyncio.get_running_loop().time() - begun < 10
    async with registrar("200 OK") as carrier, new_trunk(
            floor, host=f"127.0.0.1:{carrier.port}", username="acct", secret="pw", register_at_carrier=True) as trunk:
        line = await floor.live.until(lambda: (x := floor.live.entities["lines"].get(trunk["id"])) and
                                      x["state"] == "registered" and x, "the trunk is registered", 15)
        assert line["reason"] == "" and carrier.asked >= 1


async def test_a_phone_of_nobody_takes_what_rings_in_its_group_and_what_is_parked(floor: Floor) -> None:
    agent, numbers = await floor.agent("1001"), (free_number(), free_number())
    await new_phone(floor, numbers[0], ONE_HZ)  # rings, and nobody is there to lift it
    taker = await new_phone(floor, numbers[1], TWO_HZ)
    ids = [one["id"] for one in await floor.admin.get("extensions") if one["number"] in numbers]
    group = await floor.admin.post("extension-groups", name=f"仓库 {numbers[1]}")
    await floor.admin.post("extensions/group", extension_ids=ids, group_id=group["id"])
    site = floor.product.data / "journal" / "site.json"
    try:
        await floor.product.until(lambda: site.read_text().count(f'"group_id":"{group["id"]}"') == 2, 30,
                                  "the engine knows the group")
        asking = agent.phone.call(numbers[0])
        await until_state(floor, numbers[0], "busy")
        mine = taker.call("*8")
        await both_hear(asking, agent.hertz, mine, TWO_HZ)
        asking.hang_up()
        await mine.wait_ended(5)
        await floor.live.agent_is("1001", "ready")
        customer, _, call = await floor.talk(agent)
        slot = (await agent.api.post(f"calls/{call['id']}/park"))["slot"]
        await floor.live.until(lambda: floor.live.entities["calls"][call["id"]]["state"] == "parked", "it is parked", 5)
        mine = taker.call(f"*71{slot}")
        await both_hear(customer, CUSTOMER_HZ, mine, TWO_HZ)
        mine.hang_up()
        record = await floor.record(call["id"], within=15, recordings=2)
        assert record["outcome"] == "answered" and record["segments"][-1]["number"] == numbers[1]
    finally:
        await floor.admin.post("extensions/group", extension_ids=ids, group_id=None)
        await floor.admin.ask("PUT", f"extension-groups/{group['id']}", {"name": f"旧 {group['id']}", "active": False})


async def test_a_carrier_that_refuses_is_shown_with_its_reason(floor: Floor) -> None:
    async with registrar("403 Forbidden") as carrier, new_trunk(
            floor, host=f"127.0.0.1:{carrier.port}", username="acct", secret="pw", register_at_carrier=True) as trunk:
        await floor.live.until(lambda: (x := floor.live.entities["lines"].get(trunk["id"])) and
                               (x["state"], x["reason"]) == ("rejected", "403"), "the refusal is told", 20)


async def test_the_next_trunk_is_taken_when_one_answers_503(floor: Floor) -> None:
    broken = await floor.phone(user="carrier", on_call=lambda call: call.reject(503))
    rung: list[PhoneCall] = []
    sound = await floor.phone(user="carrier", say=tone(FAR_HZ), on_call=rung.append, answer_after=0.2)
    agent = await floor.agent("1001", ready=False, answer_after=60)
    async with floor.trunk(host=f"127.0.0.1:{sound.port}"), new_trunk(
            floor, host=f"127.0.0.1:{broken.port}", numbering={"mobile_zero": "always"}) as trunk:
        await answering(floor, trunk)
        number = fresh_number()
        call_id = str((await agent.api.post("calls", number=number, key=secrets.token_hex(8)))["call_id"])
        mine = await agent.ring()
        await floor.live.agent_is("1001", "talking")
        await both_hear(rung[0], FAR_HZ, mine, agent.hertz)
        assert number in rung[0].dialog.local and f"0{number}" not in rung[0].dialog.local
        await agent.verb("hang-up", call_id)
        record = await floor.record(call_id, recordings=1)
        assert (record["outcome"], [s["outcome"] for s in record["segments"]]) == (
            "answered", ["answered", "failed", "answered"])


async def test_an_outside_third_is_reached_by_the_next_trunk(floor: Floor) -> None:
    """Asked first, then handed the call blindly, and the first line fails both times."""
    refused: list[PhoneCall] = []

    def refuse(call: PhoneCall) -> None:
        refused.append(call)
        call.reject(503)

    broken = await floor.phone(user="carrier", on_call=refuse)
    sound = Carrier(await floor.phone(user="carrier", say=tone(FAR_HZ), answer_after=0.2))
    agent = await floor.agent("1001")
    customer, mine, call = await floor.talk(agent)
    async with floor.trunk(host=f"127.0.0.1:{sound.phone.port}"), new_trunk(
            floor, host=f"127.0.0.1:{broken.port}", numbering={"mobile_zero": "always"}) as trunk:
        await answering(floor, trunk)
        first, second = fresh_number(), fresh_number()
        await agent.verb("consult", call["id"], to=first)
        far = await sound.ring(floor, within=10)
        await both_hear(mine, agent.hertz, far, FAR_HZ)
        assert [f"0{first}" in one.dialog.local for one in refused] == [True], "each line has its own form of number"
        assert first in far.dialog.local and f"0{first}" not in far.dialog.local
        await agent.verb("consult/cancel", call["id"])
        await both_hear(customer, CUSTOMER_HZ, mine, agent.hertz)
        await agent.verb("transfer", call["id"], to=second)
        assert (await mine.wait_ended(5)).by == "them"
        far = await sound.ring(floor, within=10)
        await both_hear(customer, CUSTOMER_HZ, far, FAR_HZ)
        assert len(refused) == 2
        customer.hang_up()
        assert (await far.wait_ended(5)).by == "them"
        record = await floor.record(call["id"], recordings=3, within=10)
        assert [(s["kind"], s["outcome"]) for s in record["segments"] if s["kind"] in ("agent", "outside")] == [
            ("agent", "transferred"), ("outside", "failed"), ("outside", "answered"), ("outside", "failed"),
            ("outside", "answered")]


async def test_who_is_invited_to_a_conference_is_reached_by_the_next_trunk(floor: Floor) -> None:
    refused: list[PhoneCall] = []

    def refuse(call: PhoneCall) -> None:
        refused.append(call)
        call.reject(503)

    broken = await floor.phone(user="carrier", on_call=refuse)
    sound = Carrier(await floor.phone(user="carrier", say=tone(FAR_HZ), answer_after=0.2))
    agent, colleague = await floor.agent("1001"), await floor.agent("1002", ready=False, answer_after=0.3)
    customer, mine, call = await floor.talk(agent)
    async with floor.trunk(host=f"127.0.0.1:{sound.phone.port}"), new_trunk(
            floor, host=f"127.0.0.1:{broken.port}", numbering={"mobile_zero": "always"}) as trunk:
        await answering(floor, trunk)
        await agent.verb("consult", call["id"], to="1002")
        theirs = await colleague.ring()
        await both_hear(mine, agent.hertz, theirs, colleague.hertz)
        await agent.verb("conference", call["id"])
        await hears(customer, colleague.hertz)
        invited = fresh_number()
        await agent.verb("invite", call["id"], to=invited)
        far = await sound.ring(floor, within=15)
        assert [f"0{invited}" in one.dialog.local for one in refused] == [True] and invited in far.dialog.local
        await asyncio.gather(hears(far, CUSTOMER_HZ), hears(far, agent.hertz), hears(far, colleague.hertz),
                             hears(customer, FAR_HZ), hears(mine, FAR_HZ), hears(theirs, FAR_HZ))
        customer.hang_up()
        mine.hang_up()
        theirs.hang_up()
        far.hang_up()
    record = await floor.record(call["id"], within=15)
    assert [s["outcome"] for s in record["segments"] if s["kind"] == "outside"] == ["failed", "answered"]


async def test_two_phones_talk_and_a_call_goes_on_when_nobody_answers(floor: Floor) -> None:
    first, second, third = (free_number() for _ in range(3))
    one = await new_phone(floor, first, ONE_HZ)
    two = await new_phone(floor, second, TWO_HZ, answer_after=0.2)
    rung: list[PhoneCall] = []
    await new_phone(floor, third, TWO_HZ, on_call=rung.append)
    two_rung: list[PhoneCall] = []
    two.on_call = two_rung.append
    call = one.call(second)
    await call.wait_answered(10)
    await both_hear(call, ONE_HZ, two_rung[0], TWO_HZ)
    call.hang_up()
    await two_rung[0].wait_ended(5)
    await floor.admin.ask("PUT", f"extension-features/{third}", {"no_answer": f"agent:{second}", "no_answer_s": 5})
    call = one.call(third)
    await call.wait_answered(15)
    await both_hear(call, ONE_HZ, two_rung[1], TWO_HZ)
    assert rung[0].state == "ended", "the phone that nobody lifted rings no more"
    call.hang_up()
    await two_rung[1].wait_ended(5)
    await floor.admin.ask("PUT", f"extension-features/{second}", {"dnd": True})
    call = one.call(second)
    await call.wait_ended(15)
    assert len(two_rung) == 2


async def test_nobody_calls_out_who_may_not(floor: Floor) -> None:
    rung: list[PhoneCall] = []
    far = await floor.phone(user="carrier", on_call=rung.append)
    number = free_number()
    phone = await new_phone(floor, number, ONE_HZ)
    agent = await floor.agent("1001", ready=False, answer_after=60)
    async with floor.trunk(host=f"127.0.0.1:{far.port}"):
        for dialled in (fresh_number(), "0044207123456", "00960123456"):
            call = phone.call(dialled)
            await call.wait_answered(5)  # the reason is spoken
            await call.wait_ended(15)
        for dialled in ("0044207123456", "+1 900 555 0100", "16812345"):
            body = {"number": dialled, "key": secrets.token_hex(8)}
            assert await agent.api.refused("POST", "calls", body) == "calling_forbidden"
        stranger = await floor.phone(user=number, secret="wrong")
        with pytest.raises(NotAnswered):
            await stranger.call("0044207123456").wait_answered(5)
        assert rung == [], "nothing has reached the carrier"
    log = (await floor.admin.get("audit", object_kind="extension", object_id=number))["items"]
    assert [x["after"]["reason"] for x in log if x["action"] == "call.refused"] == ["calling_forbidden"] * 3


async def test_three_phones_meet_in_a_room_with_a_pin(floor: Floor) -> None:
    number = free_number()
    room = await floor.admin.post("rooms", number=number, name="晨会", pin="4711")
    hertz = (1100, 1500, 1900)
    phones = [await new_phone(floor, free_number(), one) for one in hertz]
    calls = []
    for phone in phones:
        call = phone.call(number)
        await call.wait_answered(10)
        await asyncio.sleep(0.5)
        await call.send_keys("4711")
        calls.append(call)
    for call, own in zip(calls, hertz, strict=True):
        for other in hertz:
            if other != own:
                await hears(call, other, 8)
    inside = next(r for r in await floor.admin.get("rooms") if r["id"] == room["id"])["participants"]
    assert [x["number"] for x in inside] == [phone.user for phone in phones]
    await floor.admin.ask("PUT", f"rooms/participants/{inside[0]['call_id']}/mute", {"on": True})
    await deaf(calls[1], hertz[0], 8)
    await floor.admin.ask("DELETE", f"rooms/participants/{inside[1]['call_id']}")
    await calls[1].wait_ended(5)
    await hears(calls[0], hertz[2], 5)
    for call in (calls[0], calls[2]):
        call.hang_up()
    await floor.admin.ask("DELETE", f"rooms/{room['id']}")
