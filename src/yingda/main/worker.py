"""The worker process: ships the engine's journal into the database and finishes recordings."""

from __future__ import annotations

import asyncio
import signal

from yingda.main.settings import Settings
from yingda.worker.run import run as work


async def _until_told(settings: Settings) -> None:
    task = asyncio.ensure_future(
        work(f"ws://127.0.0.1:{settings.engine_port}/link", settings.link_token, settings.database, settings.data,
             settings.site_key)
    )
    loop = asyncio.get_running_loop()
    told = asyncio.Event()

    def stop() -> None:
        told.set()
        task.cancel()

    for sig in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sig, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not told.is_set():
            raise


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    asyncio.run(_until_told(settings))
