"""Notices a part that lives but does nothing any more: its process is there, its port does not answer.

A thread asks, since an answer may take seconds and the supervisor must restart the dead at once meanwhile. The
supervisor alone kills. The engine's and the web part's calls outlive their restart, so a wrong alarm costs little; the
switch is left alone, because killing it would end every call.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from yingda.main.settings import Settings

_EVERY_S = 2.0
_ANSWER_S = 3.0


@dataclass(frozen=True)
class Watched:
    """`path` is asked for over HTTP; any answer counts as life. It must need no database: one that is locked is no
    reason to end the page. `patience_s`: silence after which the part is hung; long, since an overloaded machine is no
    hang.
    """

    part: str
    port: int
    path: str
    patience_s: float


def watched(settings: Settings) -> tuple[Watched, ...]:
    return (
        Watched("calls", settings.engine_port, "/link", 10.0),
        Watched("web", settings.http_port, "/favicon.svg", 30.0),
    )


def answers(port: int, path: str) -> bool:
    """Whether an HTTP server on this machine says anything at all."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_S)
    try:
        connection.request("GET", path)
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


class Watch:
    """`hung(started)` names the parts that have been silent for too long. `started`: monotonic start of each part."""

    def __init__(self, parts: tuple[Watched, ...], ask: Callable[[int, str], bool] = answers) -> None:
        self._parts = parts
        self._ask = ask
        self._heard = {one.part: time.monotonic() for one in parts}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(_EVERY_S):
            for one in self._parts:
                if self._ask(one.port, one.path):
                    self._heard[one.part] = time.monotonic()

    def hung(self, started: dict[str, float], now: float | None = None) -> list[str]:
        """A part that has just been started gets its whole patience before its silence means anything."""
        at = time.monotonic() if now is None else now
        return [
            one.part for one in self._parts
            if one.part in started and at - max(self._heard[one.part], started[one.part]) > one.patience_s
        ]
