"""`demo.json` and the mark of the sample company: what scripts and later starts know of it."""

from __future__ import annotations

import json
from dataclasses import replace

from yingda.main import settings as store
from yingda.main.settings import Settings


def refresh_demo_file(settings: Settings) -> None:
    """Scripts read addresses from demo.json: they follow the ports of this start."""
    file = settings.data / "demo.json"
    try:
        known = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return
    https = "" if settings.loopback_only else f"https://{settings.shown_host}:{settings.https_port}"
    fresh = {**known, "url": settings.url, "https_url": https, "sip_port": settings.sip_port,
             "sip_host": "127.0.0.1" if settings.host == "0.0.0.0" else settings.host}  # noqa: S104 - compared
    if fresh != known:
        store.write_private(file, json.dumps(fresh, ensure_ascii=False, indent=2) + "\n")


def mark_demo(settings: Settings) -> None:
    """Remember that this folder holds the sample company."""
    store.save(replace(settings, demo=True))
