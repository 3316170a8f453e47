"""The built page: files from one folder, compressed once, kept in memory; unknown addresses give the page itself."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from yingda.kit import i18n
from yingda.web.problems import language_of, problem_response

_IMMUTABLE: Final = "public, max-age=31536000, immutable"  # names under assets/ carry a hash of their content
_FRESH: Final = "no-cache"
_A_DAY: Final = "public, max-age=86400"
_ICON: Final = "/favicon.svg"  # the browser looks for it anew at every change of the address
_LARGE: Final = 8 * 1024 * 1024  # larger files are not kept in memory
_SMALL: Final = 1024
_COMPRESSIBLE: Final = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/manifest")
_TYPES: Final = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
                 ".woff2": "font/woff2", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm"}


@dataclass(frozen=True)
class _File:
    stamp: tuple[int, int]
    body: bytes
    packed: bytes | None
    media_type: str
    etag: str


class Page:
    """ASGI app for everything that is not the API."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._kept: dict[Path, _File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._answer(scope))(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return problem_response(scope, 405, "method_not_allowed")
        path = str(scope["path"])
        if path == "/api" or path.startswith("/api/"):
            return problem_response(scope, 404, "no_such_address")
        wanted = self._inside(path)
        file = await self._load(wanted) if wanted else None
        if file is None:
            if Path(path).suffix:
                return problem_response(scope, 404, "no_such_address")
            file = await self._load(self._folder / "index.html")
            path = "/index.html"
        if file is None:
            return PlainTextResponse(i18n.text("web.page_not_built", language_of(scope)), 503)
        return self._send(scope, path, file)

    def _inside(self, path: str) -> Path | None:
        """The file for a path, or None when it is a folder or lies outside."""
        relative = unquote(path).lstrip("/")
        if not relative or "\x00" in relative or len(relative) > 500:
            return None
        target = (self._folder / relative).resolve()
        return target if target.is_relative_to(self._folder) and not target.is_dir() else None

    async def _load(self, target: Path) -> _File | None:
        try:
            found = target.stat()  # noqa: ASYNC240 - microseconds from the kernel's cache, cheaper than a thread
        except OSError:
            return None
        stamp = (found.st_mtime_ns, found.st_size)
        kept = self._kept.get(target)
        if kept is not None and kept.stamp == stamp:
            return kept
        file = await asyncio.to_thread(self._read, target, stamp)
        if file is not None and stamp[1] <= _LARGE:
            self._kept[target] = file
        return file

    @staticmethod
    def _read(target: Path, stamp: tuple[int, int]) -> _File | None:
        try:
            body = target.read_bytes()
        except OSError:
            return None
        guessed = _TYPES.get(target.suffix) or mimetypes.guess_type(target.name)[0] or "application/octet-stream"
        packed = None
        if len(body) >= _SMALL and guessed.startswith((*_COMPRESSIBLE, "text/javascript", "application/wasm")):
            packed = gzip.compress(body, 6, mtime=0)
        return _File(stamp, body, packed, guessed, f'"{hashlib.sha256(body).hexdigest()[:24]}"')

    @staticmethod
    def _send(scope: Scope, path: str, file: _File) -> Response:
        asked = Headers(scope=scope)
        headers = {"ETag": file.etag, "Vary": "Accept-Encoding",
                   "Cache-Control": (_IMMUTABLE if path.startswith("/assets/") else
                                     _A_DAY if path == _ICON else _FRESH)}
        if asked.get("if-none-match") == file.etag:
            return Response(status_code=304, headers=headers)
        body = file.body
        if file.packed is not None and "gzip" in asked.get("accept-encoding", ""):
            body = file.packed
            headers["Content-Encoding"] = "gzip"
        return Response(body, headers=headers, media_type=file.media_type)
