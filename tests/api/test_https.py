"""Over https the cookies are Secure and have names of their own, so that the http page cannot put theirs in place."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import httpx2
import pytest
import uvicorn
from cryptography import x509
from tests.api.conftest import Template, copy_database
from tests.api.site import PASSWORD
from tests.api.test_system import certificate

from yingda.kit.certificates import CERT, KEY, about, install
from yingda.main import web
from yingda.web.app import create_app
from yingda.web.config import WebConfig

pytestmark = pytest.mark.api


def test_cookies_over_https(template: Template, tmp_path: Path) -> None:
    app = create_app(WebConfig(
        database_url=copy_database(template, tmp_path), link_url="ws://127.0.0.1:9/link", link_token="t",
        ari_ws_url="ws://127.0.0.1:9/ws", data_dir=tmp_path, recordings_dir=tmp_path, page_dir=tmp_path,
        site_key=template.site_key))

    async def work() -> None:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="https://cc.example") as browser:
            answer = await browser.post("/api/v1/session", json={"number": "1001", "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("__Host-yingda=") and "Secure" in cookie and "Path=/;" in cookie + ";"
            token = answer.cookies["__Host-yingda"]
            assert (await browser.get("/api/v1/session")).status_code == 200
            plain = {"Cookie": f"yingda_session={token}"}
            async with httpx2.AsyncClient(transport=transport, base_url="https://cc.example") as other:
                assert (await other.get("/api/v1/session", headers=plain)).status_code == 401
        await app.state.room.store.close()

    asyncio.run(work())


@pytest.mark.anyio
async def test_a_new_certificate_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    def shown(port: int) -> str:
        pem = ssl.get_server_certificate(("127.0.0.1", port))
        return about(x509.load_pem_x509_certificate(pem.encode())).subject

    install(tmp_path, *(one.encode() for one in certificate(90, "first.example")))
    listener = web._Listener(uvicorn.Config(
        lambda scope, receive, send: None, host="127.0.0.1", port=0, lifespan="off", log_config=None,
        ssl_certfile=str(tmp_path / CERT), ssl_keyfile=str(tmp_path / KEY)))
    tasks = [asyncio.create_task(listener.serve()), asyncio.create_task(web._follow_certificate(listener, tmp_path))]
    async with asyncio.timeout(20):
        while not listener.started:
            await asyncio.sleep(0.02)
        port = listener.servers[0].sockets[0].getsockname()[1]
        assert await asyncio.to_thread(shown, port) == "first.example"
        second = [one.encode() for one in certificate(90, "second.example")]
        (tmp_path / CERT).write_bytes(second[0])  # copied in by hand, half of it only
        await asyncio.sleep(2.5)
        assert await asyncio.to_thread(shown, port) == "first.example", "the pair in use goes on"
        install(tmp_path, *second)
        while await asyncio.to_thread(shown, port) != "second.example":
            await asyncio.sleep(0.1)
    listener.should_exit = True
    await asyncio.gather(*tasks)
