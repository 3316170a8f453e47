"""The SIP road: who may take it, that frames pass whole and in order, that nobody is let in before SIP answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Template, copy_database
from tests.api.site import Browser, Site, running
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from yingda.bus.verbs import CloseSoftphone, OpenSoftphone
from yingda.kit.errors import Refused

pytestmark = pytest.mark.api
SIP = [Subprotocol("sip")]


class SwitchSocket:
    """Where the switch would take SIP over WebSocket: answers OPTIONS, sends all else back reversed.

    It stands for Asterisk's /ws, so that this runs anywhere; the browser tests go through the real one.
    """

    def __init__(self) -> None:
        self.port = 0
        self.answers_options = True
        self.subprotocols: list[str | None] = []
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self._thread.start()
        assert self._ready.wait(5)

    async def _talk(self, socket: ServerConnection) -> None:
        self.subprotocols.append(socket.subprotocol)
        async for text in socket:
            assert isinstance(text, str)
            if text.startswith("OPTIONS "):
                if self.answers_options:
                    await socket.send("SIP/2.0 404 Not Found\r\n\r\n")
            elif text == "DROP":
                return
            else:
                await socket.send(text[::-1])

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with serve(self._talk, "127.0.0.1", 0, subprotocols=SIP, compression=None) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            self._ready.set()
            await self._stop.wait()

    def stop(self) -> None:
        assert self._loop is not None and self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)


@pytest.fixture(scope="module")
def switch() -> Iterator[SwitchSocket]:
    made = SwitchSocket()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def sip_site(template: Template, switch: SwitchSocket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("sip")
    with running(folder, copy_database(template, folder), template.company, template.site_key,
                 ari_ws_url=f"ws://127.0.0.1:{switch.port}/ws") as made:
        made.engine.answers["OpenSoftphone"] = {"endpoint": "web-1001", "secret": "s", "realm": "yingda"}
        yield made


def open_phone(browser: Browser, client: str = "tab-1", **more: Any) -> None:
    answer = browser.post("/api/v1/softphone", json={"client": client, **more})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"endpoint": "web-1001", "secret": "s", "realm": "yingda", "path": "/api/v1/sip"}
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "path=/api/v1/sip" in cookie


def test_frames_pass_both_ways(sip_site: Site, switch: SwitchSocket) -> None:
    with sip_site.login("1001") as browser:
        open_phone(browser)
        verb = sip_site.engine.verbs[-1]
        assert isinstance(verb, OpenSoftphone) and verb.client == "tab-1" and verb.take_over is False
        with browser.socket("/api/v1/sip", subprotocols=SIP) as socket:
            assert socket.subprotocol == "sip" and switch.subprotocols[-1] == "sip"
            for at in range(50):
                socket.send(f"REGISTER {at}")
            assert [socket.recv(timeout=3) for _ in range(50)] == [f"REGISTER {at}"[::-1] for at in range(50)]
            big = "x" * 60_000
            socket.send(big)
            assert socket.recv(timeout=3) == big


def test_restart_of_the_web_process_keeps_the_pass(sip_site: Site) -> None:
    """Nothing about opened phones is kept in memory: the pass alone lets the browser's phone back in."""
    with sip_site.login("1001") as browser:
        open_phone(browser)
        sip_site.app.state.room._phone_of.clear()
        with browser.socket("/api/v1/sip", subprotocols=SIP) as socket:
            socket.send("again")
            assert socket.recv(timeout=3) == "niaga"


def refused(browser: Browser, **how: Any) -> int:
    with pytest.raises(InvalidStatus) as error:
        browser.socket("/api/v1/sip", **({"subprotocols": SIP} | how))
    return error.value.response.status_code


def test_nobody_else_is_let_in(sip_site: Site) -> None:
    with sip_site.stranger() as nobody:
        assert refused(nobody) == 403
    with sip_site.login("1002") as browser:
        assert refused(browser) == 403  # logged in, but no phone opened
    with sip_site.login("1001") as browser:
        open_phone(browser)
        assert refused(browser, subprotocols=None) == 403
        assert refused(browser, origin="http://evil.example") == 403
        stolen = browser.cookies["yingda_phone"]
        with sip_site.login("1001") as other_login:
            cookie = f"yingda_session={other_login.token}; yingda_phone={stolen}"
            assert refused(other_login, cookie=cookie) == 403  # the pass belongs to the other session
        forged = stolen[:-3] + ("AAA" if not stolen.endswith("AAA") else "BBB")
        assert refused(browser, cookie=f"yingda_session={browser.token}; yingda_phone={forged}") == 403


def test_too_large_frame_ends_the_line(sip_site: Site) -> None:
    with sip_site.login("1001") as browser:
        open_phone(browser)
        with browser.socket("/api/v1/sip", subprotocols=SIP) as socket:
            socket.send("y" * 70_000)
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=3)
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009


def test_not_let_in_before_sip_answers(sip_site: Site, switch: SwitchSocket) -> None:
    with sip_site.login("1001") as browser:
        open_phone(browser)
        switch.answers_options = False
        try:
            assert refused(browser) == 403
        finally:
            switch.answers_options = True
        with browser.socket("/api/v1/sip", subprotocols=SIP) as socket:
            socket.send("ok")
            assert socket.recv(timeout=3) == "ko"


def test_ends_with_the_switch_and_with_the_session(sip_site: Site) -> None:
    with sip_site.login("1001") as browser:
        open_phone(browser)
        with browser.socket("/api/v1/sip", subprotocols=SIP) as socket:
            socket.send("DROP")
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=3)
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013
        with browser.socket("/api/v1/sip", subprotocols=SIP) as socket:
            browser.delete("/api/v1/session")
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=3)
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_second_browser_takes_the_phone_over(sip_site: Site) -> None:
    sip_site.engine.answers["OpenSoftphone"] = lambda verb: {"endpoint": "web-1001", "secret": "s", "realm": "yingda"}
    with sip_site.login("1001") as first, sip_site.login("1001") as second:
        open_phone(first)
        with first.socket("/api/v1/sip", subprotocols=SIP) as socket:
            sip_site.engine.answers["OpenSoftphone"] = Refused("softphone_elsewhere")
            answer = second.post("/api/v1/softphone", json={"client": "tab-2"})
            assert (answer.status_code, answer.json()["code"]) == (409, "softphone_elsewhere")
            assert answer.json()["message"] != "softphone_elsewhere"
            sip_site.engine.answers["OpenSoftphone"] = {"endpoint": "web-1001", "secret": "s", "realm": "yingda"}
            open_phone(second, "tab-2", take_over=True)
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=3)
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 4409
        assert refused(first) == 403  # its phone would call in again and again: the door is shut


def test_phone_is_given_back(sip_site: Site) -> None:
    with sip_site.login("1001") as browser:
        open_phone(browser)
        assert browser.delete("/api/v1/softphone", params={"client": "tab-1"}).status_code == 204
        verb = sip_site.engine.verbs[-1]
        assert isinstance(verb, CloseSoftphone) and verb.agent_id == str(sip_site.company.people["1001"])
        assert refused(browser) == 403


def test_without_an_extension_there_is_no_phone(sip_site: Site) -> None:
    with sip_site.login("9001") as boss:
        for path, body in (("softphone", {"client": "t"}), ("agent/sign-in", {"phone": "web"})):
            answer = boss.post(f"/api/v1/{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (409, "no_extension")
