"""What every answer carries against hostile pages, and which pages may send us anything that changes data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yingda.web.problems import problem_response

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

# Scripts come from our own files only. Styles may be inline: the chart and waveform parts of the page set them.
CONTENT_SECURITY_POLICY: Final = "; ".join((
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))
# The page of another system (`org/url_pop.py`) is one window that serves all calls: the browser finds it again by its
# name only while it belongs to ours. Pages that open us still cannot reach us.
_HEADERS: Final = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin-allow-popups"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"microphone=(self), camera=(), geolocation=(), payment=(), usb=()"),
)


def origin_fits(headers: Headers) -> bool:
    """True when the request comes from our own page, or from a program that is no browser (no Origin header)."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""


class Shield:
    """Security headers on every answer, the one to an unforeseen error too: the outermost layer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message.setdefault("headers", [])}
                message["headers"].extend(pair for pair in _HEADERS if pair[0] not in present)
                if scope["path"].startswith("/api") and b"cache-control" not in present:
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        await self.app(scope, receive, send_shielded)


class Gate:
    """What is refused before any route runs: changes asked by foreign pages, and bodies that are too long."""

    def __init__(self, app: ASGIApp, longest: int, larger: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.longest = longest  # bytes
        self.larger = larger or {}  # path → bytes, where files are taken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if not origin_fits(headers):
            return await problem_response(scope, 403, "foreign_origin")(scope, receive, send)
        longest = self.larger.get(scope["path"], self.longest)
        if not length.isdecimal() or int(length[:12]) > longest:
            return await problem_response(scope, 413, "too_big")(scope, receive, send)
        return await self.app(scope, self._measured(receive, longest), send)

    def _measured(self, receive: Receive, longest: int) -> Receive:
        """For bodies that do not say their length: counted while they come."""
        taken = 0

        async def measured() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > longest:
                raise HTTPException(413)
            return message

        return measured
