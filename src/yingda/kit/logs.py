"""Structured logs: one JSON object a line in data/log/<process>.log, errors in short on stderr.

Every line carries `at` (UTC, ISO 8601), `level`, `event`, `process`, and, inside a call's life, `call` (its id): bind
it with `structlog.contextvars.bind_contextvars(call=…)` or pass `call=…`. Phone numbers and secrets never reach a file:
the masking processor is the last step before the line is written, for our own lines and for those of libraries.
"""

from __future__ import annotations

import atexit
import json
import logging
import logging.handlers
import queue
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

_SECRET = re.compile(r"password|passwd|secret|token|site_key|authorization|cookie|csrf|api_key", re.IGNORECASE)
_NUMBER = re.compile(r"(^|_)(number|numbers|phone|phones|mobile|caller|callee|called|peer|caller_id|dialled)$")
# Numbers inside sentences: mobiles, area code + number, 400/800 lines; ids (18-19 digits) and times (13) do not match
_IN_TEXT = re.compile(r"(?<!\d)(?:\+?86)?(1[3-9]\d{9}|0\d{9,11}|[48]00\d{7})(?!\d)")
_IN_URL = re.compile(r"(?i)\b(token|secret|password|api_key|csrf)=([^&\s\"']+)")
_KEEP_BYTES = 10_000_000
_KEEP_FILES = 5
_HIDDEN = "***"
_CONTEXT = "yingda_context"
_GATHERED = "yingda_gathered"


def mask_number(number: str) -> str:
    """13812345678 → 138****5678; short ones (extensions, 5 digits or fewer) stay readable."""
    if len(number) <= 5:
        return number
    head = 3 if len(number) >= 9 else 1
    return number[:head] + "*" * max(3, len(number) - head - 4) + number[-4:]


def mask_text(sentence: str) -> str:
    """A sentence with the phone numbers and secrets in it made unreadable."""
    hidden = _IN_URL.sub(r"\1=" + _HIDDEN, sentence)
    return _IN_TEXT.sub(lambda found: mask_number(found.group(0)), hidden)


def _masked(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _masked(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_masked(key, inner) for inner in value]
    if _SECRET.search(key) and value not in (None, "", True, False):
        return _HIDDEN
    if isinstance(value, str):
        return mask_number(value) if _NUMBER.search(key) and value[-4:].isdigit() else mask_text(value)
    if isinstance(value, bool | int | float) or value is None:
        return value
    return mask_text(str(value))


def mask(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """structlog processor: hides secrets and the middle of phone numbers in every field."""
    return {key: value if key in ("at", "level", "process") else _masked(key, value) for key, value in event.items()}


def _to_json(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    return json.dumps(event, ensure_ascii=False, default=str)


def _hold_error(_l: Any, _m: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The exception as it is now: the thread that writes the line has no current exception."""
    if event.get("exc_info") is True:
        event["exc_info"] = sys.exc_info()
    return event


def _library_context(_l: Any, _m: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {**event, **getattr(event.get("_record"), _CONTEXT, {})}


class _Whole(logging.Formatter):
    """Passes on what `Milestones` has gathered; everything else goes to the ordinary formatter."""

    def __init__(self, process: str, ordinary: logging.Formatter) -> None:
        super().__init__()
        self._process, self._ordinary = process, ordinary

    def format(self, record: logging.LogRecord) -> str:
        lines = record.msg.get(_GATHERED) if isinstance(record.msg, dict) else None
        if lines is None:
            return self._ordinary.format(record)
        return "\n".join(
            json.dumps({**fields, "event": event, "logger": record.name, "level": "info", "at": _iso(at),
                        "process": self._process}, ensure_ascii=False, default=str)
            for event, at, fields in lines)


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Milestones:
    """Many small lines of one logger, written together: for the call path.

    A line by the general way costs half a millisecond, most of it in the writing thread, which holds the interpreter
    while a call waits to ring. Here it costs microseconds. `later(action)` is asked once when lines wait and must run
    `action` within a second or so; the end of the process must call `flush`. Fields are not masked: ids, words and
    durations only. A crash loses what still waits; the journal is the truth.
    """

    def __init__(self, name: str, later: Callable[[Callable[[], None]], None]) -> None:
        self._log, self._later = logging.getLogger(name), later
        self._lines: list[tuple[str, int, dict[str, Any]]] = []

    def add(self, event: str, at_ms: int, **fields: Any) -> None:
        if not self._lines:
            self._later(self.flush)
        self._lines.append((event, at_ms, fields))

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            self._log.info({_GATHERED: lines})


class _Short(logging.Formatter):
    """For a terminal: process, event and the short form of what went wrong; the whole story is in the file."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        said = record.msg.get("event", "") if isinstance(record.msg, dict) else record.getMessage()
        error = ""
        if record.exc_info and record.exc_info[1] is not None:
            error = f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        return mask_text(f"[{self._process}] {said}{error}")


def _file_handler(process: str, file: Path) -> logging.Handler:
    def add_process(_l: Any, _m: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["process"] = process
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        add_process,
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _hold_error, *shared,
                    structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.handlers.RotatingFileHandler(
        file, maxBytes=_KEEP_BYTES, backupCount=_KEEP_FILES, encoding="utf-8"
    )
    ordinary = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_library_context, *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask,
            _to_json,
        ],
    )
    handler.setFormatter(_Whole(process, ordinary))
    return handler


class _Queue(logging.handlers.QueueHandler):
    """Hands the record over untouched: the formatter in the writing thread still needs its dictionary and traceback."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        if not isinstance(record.msg, dict):
            # A library's line: take the call's id along, the writing thread has no such context
            setattr(record, _CONTEXT, structlog.contextvars.get_contextvars())
            record.msg = record.getMessage()
            record.args = None
        return record


def set_up(process: str, folder: Path, *, level: int = logging.INFO, stderr: bool = True) -> None:
    """Send all logging of this process to `folder`/<process>.log, written by a thread of its own.

    The disk may stall for seconds; the caller of `log.info` never waits for it. Errors also go to stderr, in short.
    Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handlers: list[logging.Handler] = [_file_handler(process, folder / f"{process}.log")]
    if stderr:
        console = logging.StreamHandler(sys.stderr)
        console.setLevel(logging.ERROR)
        console.setFormatter(_Short(process))
        handlers.append(console)
    lane: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    listener = logging.handlers.QueueListener(lane, *handlers, respect_handler_level=True)
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(_Queue(lane))
    root.setLevel(level)
    for chatty in ("uvicorn.access", "websockets", "httpx2", "aiosqlite", "sqlalchemy.engine"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for own in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(own).handlers.clear()
        logging.getLogger(own).propagate = True
    listener.start()
    atexit.register(listener.stop)
