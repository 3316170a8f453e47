"""One line per request, one trace id through it, and the last net under everything that was not foreseen."""

from __future__ import annotations

import re
import secrets
import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yingda.web.problems import unforeseen_response

log = structlog.get_logger("web")
_TRACE: Final = re.compile(rb"^[A-Za-z0-9_-]{8,64}$")


def _trace_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-trace" and _TRACE.match(value):
            return str(value.decode("ascii"))
    return secrets.token_hex(8)


def _route_of(scope: Scope) -> str:
    """The route's template, never the path itself: paths can carry customers' numbers."""
    route = scope.get("route")
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    return str(path) if path else "page" if not str(scope["path"]).startswith("/api") else "unknown"


class RequestLog:
    """Puts `state.trace` on the request, the X-Trace header on the answer, and a 500 where nothing caught."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace = _trace_of(scope)
        scope.setdefault("state", {})["trace"] = trace
        begun = time.perf_counter()
        status = 0

        async def send_traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-trace", trace.encode("ascii")))
            await send(message)

        with structlog.contextvars.bound_contextvars(trace=trace):
            try:
                await self.app(scope, receive, send_traced)
            except Exception:
                log.exception("request_failed", method=scope["method"], route=_route_of(scope))
                if status:
                    raise  # the answer has begun: the connection must break, half an answer must not look whole
                await unforeseen_response(scope)(scope, receive, send_traced)
            finally:
                self._say(scope, status, (time.perf_counter() - begun) * 1000)

    def _say(self, scope: Scope, status: int, took_ms: float) -> None:
        route = _route_of(scope)
        say = log.debug if route == "page" or (route.endswith("/health") and status < 500) else log.info
        who = scope.get("state", {}).get("identity")
        say("request", method=scope["method"], route=route, status=status, ms=round(took_ms, 1),
            person=str(who.person_id) if who else None)
