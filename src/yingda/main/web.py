"""The web process: one application, plain http on 127.0.0.1 and, for other machines, https."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
from collections.abc import Iterator
from pathlib import Path

import structlog
import uvicorn

from yingda import __version__
from yingda.kit.certificates import CERT, KEY
from yingda.main import tls
from yingda.main.prepare import TOOLS
from yingda.main.settings import CHECKOUT, Settings
from yingda.web.app import UVICORN, create_app
from yingda.web.config import WebConfig

log = structlog.get_logger("web")
_LOOK_S = 2.0


def config_of(settings: Settings) -> WebConfig:
    return WebConfig(
        database_url=settings.database,
        link_url=f"ws://127.0.0.1:{settings.engine_port}/link",
        link_token=settings.link_token,
        ari_ws_url=f"ws://127.0.0.1:{settings.ari_port}/ws",
        data_dir=settings.data,
        recordings_dir=settings.data / "recordings",
        page_dir=CHECKOUT / "ui" / "dist",
        site_key=settings.site_key,
        setup_token=settings.setup_token,
        version=__version__,
        sip_host=settings.shown_host,
        sip_port=settings.sip_port,
        https_port=0 if settings.loopback_only else settings.https_port,
        checkout=CHECKOUT,
        voice_dir=TOOLS / "voice",
    )


class _Listener(uvicorn.Server):
    """Leaves signals to us: two listeners would each catch, and swallow, what the other needs."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _times(folder: Path) -> tuple[int, int]:
    return (folder / CERT).stat().st_mtime_ns, (folder / KEY).stat().st_mtime_ns


async def _follow_certificate(listener: _Listener, folder: Path) -> None:
    """A certificate that was put in place holds for new connections, without a restart; a broken one is left alone."""
    seen = _times(folder)
    while not listener.should_exit:
        await asyncio.sleep(_LOOK_S)
        with contextlib.suppress(OSError):
            now = _times(folder)
            context = listener.config.ssl
            if now == seen or context is None:
                continue
            seen = now
            try:  # on trial first: half of a pair would spoil the one in use
                ssl.create_default_context().load_cert_chain(folder / CERT, folder / KEY)
                context.load_cert_chain(folder / CERT, folder / KEY)
                log.info("certificate_taken_up")
            except ssl.SSLError as error:
                log.error("certificate_unusable", reason=str(error))


async def _serve(settings: Settings) -> None:
    app = create_app(config_of(settings))
    # Only the first listener runs the application's start and stop
    listeners = [_Listener(uvicorn.Config(app, host="127.0.0.1", port=settings.http_port, **UVICORN))]
    if not settings.loopback_only:
        cert, key = tls.ensure(settings.data / "tls", settings.host)
        listeners.append(_Listener(uvicorn.Config(
            app, host=settings.host, port=settings.https_port, lifespan="off",
            ssl_certfile=str(cert), ssl_keyfile=str(key), **UVICORN,
        )))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for listener in listeners:
            listener.should_exit = True

    for sig in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sig, stop)
    first, *others = listeners
    async with asyncio.TaskGroup() as group:
        group.create_task(first.serve())
        for other in others:
            while not first.started and not first.should_exit:  # noqa: ASYNC110 - uvicorn offers no event
                await asyncio.sleep(0.02)
            group.create_task(other.serve())
            group.create_task(_follow_certificate(other, settings.data / "tls"))


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    import uvloop

    uvloop.run(_serve(settings))
