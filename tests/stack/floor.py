"""The call floor: customers who ring in, agents at their desk phones, and what every ear hears.

Each party sends a tone of its own, so who hears whom is a matter of measuring.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any

import aiohttp

from tests.stack.client import Api, Entity, Live, Refused
from tests.stack.product import Product
from yingda.caller.call import PhoneCall
from yingda.caller.clips import tone
from yingda.caller.phone import Phone

MENU, QUEUE = "4008001000", "4008001001"
CUSTOMER_HZ, FAR_HZ = 700, 900
AGENT_HZ = {"9001": 2300, "1001": 1100, "1002": 1300, "1003": 1500, "1004": 1700, "1005": 1900, "1006": 2100}
LOUD_DB, FAINT_DB = -30.0, -46.0  # tones are sent with -20 dBFS; the codec's own noise lies below -55
_numbers = itertools.count(int(time.time()) % 90_000_000)


def fresh_number() -> str:
    """A mobile number that no other test of this run uses, nor any customer of the sample company."""
    return f"199{next(_numbers):08d}"


def ear(call: PhoneCall, hertz: int, seconds: float = 0.3) -> float:
    """Level of this tone in what the party has just heard, dBFS; no packets are silence."""
    if call.phone.loop.time() - call.heard.last_at > seconds:
        return -96.0
    return call.heard.power_at_db(hertz, seconds)


async def hears(call: PhoneCall, hertz: int, within: float = 10.0) -> float:
    """Until the party hears the tone; seconds that took."""
    return await _ear_until(call, hertz, within, lambda level: level > LOUD_DB, "is heard")


async def deaf(call: PhoneCall, hertz: int, within: float = 10.0) -> float:
    """Until the party does not hear the tone any more."""
    return await _ear_until(call, hertz, within, lambda level: level < FAINT_DB, "is not heard")


async def _ear_until(call: PhoneCall, hertz: int, within: float, test: Any, what: str) -> float:
    begun = time.monotonic()
    while not test(level := ear(call, hertz)) or call.heard.seconds < 0.3:
        assert call.state != "ended", f"{call.number}: the call has ended: {call.ending}"
        assert time.monotonic() - begun < within, f"{call.number}: {hertz} Hz {what}: {level:.0f} dB"
        await asyncio.sleep(0.04)
    return time.monotonic() - begun


async def both_hear(one: PhoneCall, one_hz: int, other: PhoneCall, other_hz: int, within: float = 10.0) -> None:
    """Both directions, and nobody hears himself."""
    await asyncio.gather(hears(one, other_hz, within), hears(other, one_hz, within))
    for call, own in ((one, one_hz), (other, other_hz)):
        assert ear(call, own) < FAINT_DB, "a party hears himself"


class Agent:
    """An agent with a desk phone, seen from his side: the API and the phone."""

    def __init__(self, floor: Floor, number: str, api: Api, phone: Phone) -> None:
        self.floor, self.number, self.api, self.phone = floor, number, api, phone
        self.id, self.hertz = api.person_id, AGENT_HZ[number]
        self.rung: list[PhoneCall] = []
        phone.on_call = self.rung.append

    async def ready(self) -> Agent:
        await self.api.post("agent/ready")
        await self.floor.live.until(lambda: self.view["presence"] == "ready", f"{self.number} ready")
        return self

    async def ring(self, nth: int = 1, within: float = 20.0) -> PhoneCall:
        """The nth call that rings at his phone."""
        deadline = time.monotonic() + within
        while len(self.rung) < nth:
            assert time.monotonic() < deadline, f"{self.number} is not rung\n{self.floor.live.picture()}"
            await asyncio.sleep(0.01)
        return self.rung[nth - 1]

    async def verb(self, word: str, call_id: str, **body: object) -> None:
        await self.api.post(f"calls/{call_id}/{word}", **body)

    async def leave(self) -> None:
        await self.api.post("agent/sign-out")

    @property
    def view(self) -> Entity:
        return self.floor.live.agent(self.number)


class Carrier:
    """The far end of a trunk of ours: a phone on loopback that any number leads to."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.rung: list[PhoneCall] = []
        phone.on_call = self.rung.append

    async def ring(self, floor: Floor, within: float = 15.0) -> PhoneCall:
        """The next call that comes out of the trunk."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if self.rung:
                return self.rung.pop(0)
            await asyncio.sleep(0.01)
        raise AssertionError(f"the carrier gets no call\n{floor.live.picture()}")


class Floor:
    """Everything that one test uses; on leaving it, all hang up and sign out, and the switch must be empty."""

    def __init__(self, product: Product, rest_s: float = 8.0) -> None:
        """`rest_s`: how long calls, agents and the switch may take to come to rest at the end."""
        self.product, self.rest_s = product, rest_s
        self.agents: dict[str, Agent] = {}
        self.phones: list[Phone] = []
        self.at_work: list[Api] = []
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Floor:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False,
                                              timeout=aiohttp.ClientTimeout(total=20))
        self.admin = await self.api("9000")
        self.live = await Live(self.admin).__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        assert self._session is not None
        try:
            await asyncio.gather(*(phone.close(0.5) for phone in self.phones))
            for api in self.at_work:
                with contextlib.suppress(Refused):
                    await api.post("agent/sign-out")
            if kind is None:
                await self.at_rest(self.rest_s)
        finally:
            await self.live.__aexit__(kind, error, trace)
            await self._session.close()

    async def at_rest(self, within: float = 20.0) -> None:
        """No call lives, nobody is at work, and the switch holds no channel and no bridge."""
        await self.live.until(lambda: not self.live.calls(), "all calls have ended", within)
        await self.live.until(lambda: all(a["presence"] == "signed_out" for a in self.live.entities["agents"].values()),
                              "all agents are signed out", within)
        await self.product.until(lambda: self.product.channels() == [] == self.product.bridges(), within,
                                 "the switch is empty")

    # ---- people

    async def api(self, number: str) -> Api:
        assert self._session is not None
        return await Api(self.product, number, self._session).log_in()

    async def phone(self, **options: Any) -> Phone:
        server = (self.product.demo["sip_host"], self.product.demo["sip_port"])
        phone = await Phone("127.0.0.1", server=server, **options).open()
        self.phones.append(phone)
        return phone

    def secret(self, number: str) -> str:
        return str(next(p["sip_secret"] for p in self.product.demo["people"] if p["number"] == number))

    async def agent(self, number: str, *, ready: bool = True, answer_after: float | None = None) -> Agent:
        """Registers the desk phone, signs in on it and, unless told otherwise, goes ready."""
        phone = await self.phone(user=number, secret=self.secret(number), answer_after=answer_after,
                                 say=tone(AGENT_HZ[number]))
        await phone.register(120)
        agent = self.agents[number] = Agent(self, number, await self.api(number), phone)
        await self.sign_in(agent.api)
        if ready:
            await agent.ready()
        return agent

    async def sign_in(self, api: Api, phone: str = "desk", within: float = 15.0) -> None:
        """Sign in on this kind of phone; the engine may need a moment to hear of the registration."""
        deadline = time.monotonic() + within
        while True:
            try:
                await api.post("agent/sign-in", phone=phone)
                self.at_work.append(api)
                return
            except Refused as refusal:
                if refusal.code != "phone_not_registered" or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.02)

    async def customer(self, called: str = QUEUE, number: str = "", hertz: int = CUSTOMER_HZ) -> PhoneCall:
        """A customer rings in over the trunk; comes back at once."""
        number = number or fresh_number()
        phone = await self.phone(user=number, say=tone(hertz))
        return phone.call(called, caller=number)

    async def talk(self, agent: Agent, nth: int = 1, called: str = QUEUE) -> tuple[PhoneCall, PhoneCall, Entity]:
        """A customer and this agent, talking and hearing each other: both ends and the live call."""
        customer = await self.customer(called)
        ringing = await agent.ring(nth)
        if ringing.state == "ringing":
            ringing.answer()
        call = await self.live.state(number_of(customer), "talking")
        await both_hear(customer, CUSTOMER_HZ, ringing, agent.hertz)
        return customer, ringing, call

    # ---- the trunk

    @contextlib.asynccontextmanager
    async def trunk(self, **changes: Any) -> AsyncIterator[str]:
        """The demo's trunk, changed as an administrator changes it, and put back afterwards; its id."""
        found = next(t for t in await self.admin.get("trunks") if t["endpoint"] == "trunk-demo")
        before = {key: value for key, value in found.items() if key not in ("id", "has_secret")}
        await self._save_trunk(str(found["id"]), {**before, **changes})
        try:
            yield str(found["id"])
        finally:
            await self._save_trunk(str(found["id"]), before)

    async def _save_trunk(self, trunk_id: str, body: Entity) -> None:
        """Save and wait until engine and switch have it (on a busy machine the answer may come before)."""
        await self.admin.ask("PUT", f"trunks/{trunk_id}", body)
        await self.live.until(lambda: self.live.entities["lines"][trunk_id]["capacity"] == body["capacity"],
                              "capacity", 30)

        def known() -> bool:
            fields = self.product.ari("GET", "/asterisk/config/dynamic/res_pjsip/aor/trunk-demo")
            if not isinstance(fields, list):
                return False  # being replaced just now
            return [f["value"] for f in fields if f["attribute"] == "contact"] == [f"sip:{body['host']}"]

        await self.product.until(known, 30, "the trunk's host in the switch")

    # ---- a group

    @contextlib.asynccontextmanager
    async def group(self, number: str, **policy: Any) -> AsyncIterator[None]:
        """The group of this number is treated so while the test lasts; the engine reads it beside its work."""
        queue = next(one for one in await self.admin.get("queues") if one["number"] == number)
        before = await self.admin.get(f"queues/{queue['id']}")
        body = {key: value for key, value in before.items() if key not in ("id", "members")}
        body["members"] = [{name: one[name] for name in ("person_id", "level", "areas")} for one in before["members"]]
        await self.admin.ask("PUT", f"queues/{queue['id']}", {**body, "policy": {**body["policy"], **policy}})
        try:
            yield
        finally:
            await self.admin.ask("PUT", f"queues/{queue['id']}", body)

    # ---- the record

    async def record(self, call_id: str, within: float = 15.0, recordings: int = 0) -> Entity:
        """The ended call in the record, with so many playable recordings."""
        deadline = time.monotonic() + within
        while True:
            found: Entity | None = None
            with contextlib.suppress(Refused):
                found = await self.admin.get(f"calls/{call_id}")
                playable = [r for r in found["recordings"] if r["playable"]] if found else []
                if found and found["ended_at"] and len(playable) >= recordings:
                    return found
            assert time.monotonic() < deadline, f"call {call_id} is not in the record: {found}"
            await asyncio.sleep(0.02)


def number_of(call: PhoneCall) -> str:
    """The customer's own number."""
    return call.phone.user
