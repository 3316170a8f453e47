"""A running web process for the tests: real uvicorn on a free port, real database, the engine of `linkserver`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import uvicorn
from cryptography.fernet import Fernet
from tests.api.linkserver import TestEngine
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from yingda.acd.repo import QueueData, save_queue
from yingda.org import sessions, site
from yingda.org.actor import SYSTEM
from yingda.org.extensions import create_extension
from yingda.org.people import PersonData, create_person
from yingda.org.sealing import Seal
from yingda.store.engine import Store
from yingda.web.app import UVICORN, create_app
from yingda.web.config import WebConfig

T = TypeVar("T")
PASSWORD = "Correct-Horse-7"
SETUP_TOKEN = "setup-token-of-the-tests"
LINK_TOKEN = "link-token-of-the-tests"
STAFF = (("9000", "陈管理", "admin"), ("9001", "李班长", "supervisor"), ("1001", "王芳", "agent"),
         ("1002", "赵磊", "agent"))


@dataclass
class Company:
    """Ids of what `seed` made, by number."""

    people: dict[str, int] = field(default_factory=dict)
    queues: dict[str, int] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)


async def seed(store: Store, seal: Seal) -> Company:
    """A small company: an administrator, a supervisor, two agents with extensions, one queue."""
    made = Company()
    async with store.uow() as u:
        await site.save_site(u, SYSTEM, site.Site("测试公司", "Asia/Shanghai", "zh"))
        await site.add_break_reasons(u)
        for number, name, role in STAFF:
            extension_id = None
            if role == "agent":
                row, _ = await create_extension(u, SYSTEM, seal, number)
                extension_id = made.extensions[number] = row.id
            person = await create_person(u, SYSTEM, PersonData(
                number=number, name=name, role=role, password=PASSWORD, extension_id=extension_id))
            made.people[number] = person.id
        queue = await save_queue(u, SYSTEM, None, QueueData(
            number="802", name="售后服务", members=((made.people["1001"], 1),)))
        made.queues["802"] = queue.id
    return made


class Browser(httpx2.Client):
    """One logged-in browser: cookie and CSRF value come along by themselves."""

    def __init__(self, base_url: str, token: str = "", csrf: str = "") -> None:
        super().__init__(base_url=base_url, timeout=10, trust_env=False)
        self.token = token
        if token:
            self.cookies.set("yingda_session", token)
        if csrf:
            self.headers["X-Yingda-CSRF"] = csrf

    def live(self) -> ClientConnection:
        return self.socket("/api/v1/live")

    def socket(self, path: str, *, origin: str | None = None, subprotocols: list[Any] | None = None,
               cookie: str | None = None) -> ClientConnection:
        base = str(self.base_url).rstrip("/")
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.cookies.jar)
        headers = {"Cookie": cookies if cookie is None else cookie}
        return connect(base.replace("http", "ws", 1) + path, additional_headers=headers, origin=Origin(origin or base),
                       subprotocols=subprotocols, compression=None, open_timeout=20, close_timeout=1, proxy=None)


class Site:
    """Everything of one running site. `login` opens sessions straight in the database: Argon2 takes its time."""

    def __init__(self, folder: Path, database_url: str, company: Company, site_key: str,
                 ari_ws_url: str = "ws://127.0.0.1:9/ws") -> None:
        self.folder, self.company, self.site_key = folder, company, site_key
        self.database_url = database_url
        self.engine = TestEngine(LINK_TOKEN, folder / "journal")
        self.ari_ws_url = ari_ws_url
        self.recordings = folder / "recordings"
        self.recordings.mkdir(exist_ok=True)
        self.page = folder / "page"
        self.page.mkdir(exist_ok=True)
        (self.page / "index.html").write_text("<!doctype html><title>Yingda</title>")
        self.port = 0
        self.app: Any = None
        self._server: uvicorn.Server | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failed: BaseException | None = None

    # --- life ---

    def config(self) -> WebConfig:
        return WebConfig(
            database_url=self.database_url, link_url=f"ws://127.0.0.1:{self.engine.port}/link",
            link_token=LINK_TOKEN, ari_ws_url=self.ari_ws_url, data_dir=self.folder,
            recordings_dir=self.recordings, page_dir=self.page, site_key=self.site_key, setup_token=SETUP_TOKEN,
            version="1.2.3", sip_host="127.0.0.1", sip_port=5070, disk_low_bytes=1,
            checkout=Path(__file__).resolve().parents[2])

    async def _main(self) -> None:
        try:
            self._loop = asyncio.get_running_loop()
            await self.engine.start()
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # so: no delay
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
            self.app = create_app(self.config())
            self._server = uvicorn.Server(uvicorn.Config(self.app, **UVICORN))
            self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
            task = asyncio.create_task(self._server.serve(sockets=[listener]))
            while not self._server.started and not task.done():
                await asyncio.sleep(0.01)
            self._ready.set()
            await task
            await self.engine.stop()
        except BaseException as error:
            self._failed = error
            self._ready.set()
            raise

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10) and self._failed is None, self._failed
        self.until(lambda: self.app.state.room.link.up)

    def stop(self) -> None:
        if self._server:
            self._server.should_exit = True
        self._thread.join(10)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the site's loop."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    @staticmethod
    def until(holds: Any, seconds: float = 5.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "did not come true in time"
            time.sleep(0.01)

    # --- people ---

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def store(self) -> Store:
        store: Store = self.app.state.room.store
        return store

    def login(self, number: str) -> Browser:
        async def work() -> sessions.NewSession:
            async with self.store.uow() as u:
                return await sessions.open_session(u, self.company.people[number], time.time_ns() // 1_000_000)
        made = self.do(work())
        return Browser(self.url, made.token, made.csrf)

    def stranger(self) -> Browser:
        return Browser(self.url)

    def in_database(self, work: Any) -> Any:
        """`work(u)` in one writing transaction."""
        async def run() -> Any:
            async with self.store.uow() as u:
                return await work(u)
        return self.do(run())


@contextmanager
def running(folder: Path, database_url: str, company: Company, site_key: str, **over: Any) -> Iterator[Site]:
    made = Site(folder, database_url, company, site_key, **over)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def next_frame(socket: ClientConnection, kind: str = "", entity: str = "", seconds: float = 5.0) -> dict[str, Any]:
    """The next live frame of that kind (and entity); others are passed over."""
    end = time.monotonic() + seconds
    while True:
        frame: dict[str, Any] = json.loads(socket.recv(timeout=max(0.01, end - time.monotonic())))
        if (not kind or frame["t"] == kind) and (not entity or frame.get("entity") == entity):
            return frame


def no_frame(socket: ClientConnection, entity: str, seconds: float = 0.3) -> None:
    """Nothing of that entity comes."""
    with contextlib.suppress(TimeoutError):
        frame = next_frame(socket, entity=entity, seconds=seconds)
        raise AssertionError(f"should not have come: {frame}")


def new_site_key() -> str:
    return Fernet.generate_key().decode()
