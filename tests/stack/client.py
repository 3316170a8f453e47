"""What a page does: log in, ask, watch. One `Api` a person, one `Live` a browser tab."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import aiohttp

from tests.stack.product import Product

Entity = dict[str, Any]


class Refused(Exception):
    """The API's problem answer."""

    def __init__(self, status: int, problem: Entity) -> None:
        super().__init__(f"{status} {problem}")
        self.status, self.code = status, str(problem.get("code", ""))


class Api:
    """Logged in as one person; the log-in is made once for each and kept."""

    def __init__(self, product: Product, number: str, session: aiohttp.ClientSession) -> None:
        self.product, self.number, self.session = product, number, session
        self.headers: dict[str, str] = {}
        self.person_id = ""

    async def log_in(self) -> Api:
        if self.number not in self.product.logins:
            password = next(p["password"] for p in self.product.demo["people"] if p["number"] == self.number)
            async with self.session.post(self._url("session"), json={"number": self.number, "password": password}) as r:
                body = await r.json()
                assert r.status == 201, body
                cookie = "; ".join(f"{key}={morsel.value}" for key, morsel in r.cookies.items())
            self.product.logins[self.number] = (cookie, body["csrf"], str(body["me"]["id"]))
        cookie, csrf, self.person_id = self.product.logins[self.number]
        self.headers = {"Cookie": cookie, "X-Yingda-CSRF": csrf}
        return self

    def _url(self, path: str) -> str:
        return f"{self.product.settings.url}/api/v1/{path}"

    async def ask(self, method: str, path: str, body: object | None = None, **params: object) -> Any:
        """Raises Refused."""
        query = {key.rstrip("_"): str(value) for key, value in params.items()}
        async with self.session.request(method, self._url(path), json=body, params=query, headers=self.headers) as r:
            text = await r.text()
            answer = json.loads(text) if text else None
            if r.status >= 400:
                raise Refused(r.status, answer or {})
            return answer

    async def get(self, path: str, **params: object) -> Any:
        return await self.ask("GET", path, None, **params)

    async def post(self, path: str, **body: object) -> Any:
        return await self.ask("POST", path, body or None)

    async def raw(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        async with self.session.get(self._url(path), headers={**self.headers, **headers}) as r:
            return r.status, dict(r.headers), await r.read()

    async def refused(self, method: str, path: str, body: object | None = None) -> str:
        """The code of the refusal that is expected."""
        try:
            answer = await self.ask(method, path, body)
        except Refused as refusal:
            return refusal.code
        raise AssertionError(f"{method} {path} was not refused: {answer}")


class Live:
    """A mirror of what the server pushes. Checks the numbers of the frames; connects again when the socket ends."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.entities: dict[str, dict[str, Entity]] = {}
        self.switch: Entity = {}
        self.engine_up = False
        self.snapshots = 0
        self.closings = 0
        self.history: list[tuple[float, str, str, Entity | None]] = []
        self._seq = 0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Live:
        self._task = asyncio.create_task(self._run())
        await self.until(lambda: self.snapshots > 0, "the first snapshot")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with self.api.session.ws_connect(self.api._url("live"), headers=self.api.headers) as ws:
                    async for message in ws:
                        if message.type is aiohttp.WSMsgType.TEXT:
                            self._take(json.loads(message.data))
            self.closings += 1
            await asyncio.sleep(0.1)

    def _take(self, frame: Entity) -> None:
        if frame["t"] == "snapshot":
            self.snapshots += 1
            self.engine_up = frame["engine"]
            self.entities = {name: {one["id"] if "id" in one else one["call_id"]: one for one in frame[name]}
                             for name in ("agents", "calls", "queues", "lines", "pops")}
            self.switch = frame["switch"]
        else:
            assert frame["seq"] == self._seq + 1, "a gap in the numbers of the frames"
            self._apply(frame)
        self._seq = frame["seq"]
        self._changed.set()

    def _apply(self, frame: Entity) -> None:
        match frame["t"]:
            case "set" if frame["entity"] == "switch":
                self.switch = frame["value"]
            case "set":
                self.entities.setdefault(frame["entity"], {})[frame["id"]] = frame["value"]
            case "del":
                self.entities.setdefault(frame["entity"], {}).pop(frame["id"], None)
            case "engine":
                self.engine_up = frame["up"]
        if frame["t"] in ("set", "del"):
            self.history.append((time.monotonic(), frame["entity"], frame["id"], frame.get("value")))

    # ---- reading

    async def until(self, reached: Callable[[], Any], what: str, within: float = 20.0) -> Any:
        """Wait for a condition on the mirror; its (true) value. Raises AssertionError with the picture."""
        deadline = time.monotonic() + within
        while not (value := reached()):
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{what}: not within {within} s\n{self.picture()}")
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left, 0.5))
        return value

    def picture(self) -> str:
        agents = [f"  agent {a['number']} {a['presence']}/{a['engagement']} {a['state']} {a['reason']}"
                  f" phone_ok={a['phone_ok']} call={a['call_id']}"
                  for a in self.entities["agents"].values() if a["presence"] != "signed_out"]
        calls = [f"  call {c['id']} {c['direction']} {c['state']} {c['caller']}→{c['called']} agent={c['agent_id']} "
                 f"path={c['menu_path']}" for c in self.entities["calls"].values()]
        return "\n".join([f"engine_up={self.engine_up} switch={self.switch.get('state')}", *agents, *calls])

    def agent(self, number: str) -> Entity:
        return next(a for a in self.entities["agents"].values() if a["number"] == number)

    def calls(self) -> list[Entity]:
        return sorted(self.entities["calls"].values(), key=lambda c: int(c["id"]))

    def call_of(self, number: str) -> Entity | None:
        """The live call of this customer number, if there is one."""
        return next((c for c in self.calls() if number in (c["customer_number"], c["caller"])), None)

    def queue(self, number: str) -> Entity:
        return next(q for q in self.entities["queues"].values() if q["number"] == number)

    async def state(self, number: str, *states: str, within: float = 20.0) -> Entity:
        """Until the customer's call is in one of these states."""
        def reached() -> Entity | None:
            call = self.call_of(number)
            return call if call and call["state"] in states else None

        found: Entity = await self.until(reached, f"call of {number} → {'|'.join(states)}", within)
        return found

    async def agent_is(self, number: str, *states: str, within: float = 20.0) -> Entity:
        found: Entity = await self.until(lambda: (a := self.agent(number))["state"] in states and a,
                                         f"agent {number} → {'|'.join(states)}", within)
        return found

    async def gone(self, number: str, within: float = 15.0) -> None:
        await self.until(lambda: self.call_of(number) is None, f"call of {number} ends", within)
