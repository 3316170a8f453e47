"""A call engine without calls, for the API's tests: the real link server of `bus/`, fed by the test.

It stands for the engine process: frames, token check and refusals are the product's own; what lives (agents, calls,
queues) and what a verb answers is said by the test. Whole calls through the real engine are the switch tests' matter.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from yingda.bus.journal import Journal
from yingda.bus.link import Snapshot
from yingda.bus.link_server import LinkServer
from yingda.bus.verbs import AnyVerb
from yingda.kit.errors import Refused


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class TestEngine:
    """`entities` is what lives; `verbs` what was asked; `answers` by verb name: data, a Refused, or a function."""

    __test__ = False

    def __init__(self, token: str, folder: Path) -> None:
        self.entities: dict[str, dict[str, Any]] = {"agents": {}, "calls": {}, "queues": {}, "lines": {}}
        self.switch: dict[str, Any] = {"id": "switch", "state": "up", "version": "22.10.1", "since": 1}
        self.boot = "boot-1"
        self.verbs: list[AnyVerb] = []
        self.answers: dict[str, Any] = {}
        self.delay_s = 0.0
        self.server = LinkServer(token, self, Journal(folder, lambda entry: True))
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def picture(self) -> Snapshot:
        lists = {name: tuple(values.values()) for name, values in self.entities.items()}
        return Snapshot(seq=self.server.seq, at=now_ms(), boot=self.boot, switch=self.switch, **lists)

    async def do(self, verb: AnyVerb) -> Any:
        self.verbs.append(verb)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        answer = self.answers.get(type(verb).__name__)
        if isinstance(answer, Refused):
            raise answer
        return answer(verb) if callable(answer) else answer

    async def start(self, port: int = 0) -> None:
        self._loop = asyncio.get_running_loop()
        app = web.Application()
        app.router.add_get("/link", self.server.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        assert site._server is not None and hasattr(site._server, "sockets")
        self.port = site._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    # --- called by the tests, from their own thread ---

    def run(self, work: Callable[[], None]) -> None:
        """Do something in the engine's loop and wait for it."""
        assert self._loop is not None
        done = asyncio.run_coroutine_threadsafe(self._call(work), self._loop)
        done.result(5)

    @staticmethod
    async def _call(work: Callable[[], None]) -> None:
        work()

    def put(self, entity: str, value: dict[str, Any]) -> None:
        def work() -> None:
            if entity == "switch":
                self.switch = value
            else:
                self.entities[entity][value["id"]] = value
            self.server.publish(entity, value["id"], value, now_ms())
        self.run(work)

    def look_up(self, what: str, params: dict[str, Any]) -> dict[str, Any]:
        """As the engine asks for a caller in a menu."""
        assert self._loop is not None
        found = asyncio.run_coroutine_threadsafe(self.server.look_up(what, params, 5), self._loop)
        return found.result(10)

    def drop(self, entity: str, key: str) -> None:
        def work() -> None:
            self.entities[entity].pop(key, None)
            self.server.publish(entity, key, None, now_ms())
        self.run(work)

    def skip_a_number(self) -> None:
        """Lose a frame on the way."""
        def work() -> None:
            self.server.seq += 1
        self.run(work)


def agent_view(key: str, **over: Any) -> dict[str, Any]:
    return {"id": key, "number": "1001", "name": "王芳", "extension": "1001", "phone_group": "", "queues": [],
            "presence": "ready", "reason": "", "next_presence": "", "engagement": "free", "since": 1,
            "state": "ready", "phone": "web",
            "phone_ok": True, "call_id": "", "signed_in_at": 1, "free_since": 1, "wrap_up_until": 0,
            "calls_today": 0, "talk_ms_today": 0, "can": ["break"], **over}


def call_view(key: str, **over: Any) -> dict[str, Any]:
    return {"id": key, "direction": "in", "state": "waiting", "caller": "13812345678", "called": "4008001000",
            "customer_number": "13812345678", "trunk": "trunk-demo", "queue_id": "1", "queue_name": "售后服务",
            "agent_id": "", "menu_path": ["主菜单:2"], "keys": "2", "pin": "",
            "started_at": now_ms(), "waiting_since": 1,
            "ringing_since": 0, "answered_at": 0, "held_since": 0, "ended_at": 0, "outcome": "",
            "recording": False, "rings_at": "", "rings_group": "",
            "parties": [{"leg": "x", "kind": "caller", "agent_id": "", "number": "13812345678", "state": "up",
                         "muted": False}], **over}
