"""What ARI does not know of trunks, through the switch's control socket: registrations are asked, OPTIONS ordered.

Why a carrier refused stands nowhere but in the switch's own log, so its last words there are read as well. Socket and
log are files, hence this works on the switch's own machine only; elsewhere nothing is told of registrations.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_LINE = re.compile(r"^ ([\w-]+)/sips?:\S*\s.*?\b(Registered|Unregistered|Rejected|Stopped)\b", re.MULTILINE)
_AVAILABLE = re.compile(r"^ *Contact: +([\w-]+)/sips?:\S+ +\S+ +Avail\b", re.MULTILINE)
_STATES = {"Registered": "registered", "Unregistered": "unregistered", "Rejected": "rejected", "Stopped": "rejected"}
_END = b"Objects found:"
_NONE = b"No objects found"
TIMEOUT_S = 2.0
_TAIL = 65_536  # bytes of the log that are looked at
_REFUSED = re.compile(r"(?:\b(\d{3}) [^']*response|response '(\d{3})') received from '[^']*' "
                      r"on registration attempt to '([^']+)'")
_SILENT = re.compile(r"No response received from '[^']*' on registration attempt to '([^']+)'")


async def registrations(control: Path, registrars: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Trunk → (registered | unregistered | rejected, SIP status or "no_response" or "").

    `registrars`: the address that a trunk registers as → its name. Raises OSError when the switch cannot be asked.
    """
    states = parse(await _said(control, "pjsip show registrations", (_END, _NONE)))
    if all(state == "registered" for state in states.values()):
        return {name: (state, "") for name, state in states.items()}
    log = control.parent.parent / "log" / "messages.log"
    said = reasons(await asyncio.to_thread(_tail, log), registrars)
    return {name: (state, "" if state == "registered" else said.get(name, "")) for name, state in states.items()}


async def ask_now(control: Path, trunks: Iterable[str]) -> None:
    """Let the switch send its OPTIONS to these trunks at once: by itself it takes up to a minute for the first time.

    Raises OSError when the switch cannot be told.
    """
    for name in trunks:
        await _said(control, f"pjsip qualify {name}", (b"\n",))


async def answering(control: Path) -> list[str]:
    """Trunks and phones that have answered the switch's last OPTIONS. Raises OSError when it cannot be asked."""
    return available(await _said(control, "pjsip show contacts", (_END, _NONE)))


async def _said(control: Path, command: str, ends: tuple[bytes, ...]) -> str:
    """The switch's answer to a command, up to one of `ends`. Raises OSError."""
    async with asyncio.timeout(TIMEOUT_S):
        reader, writer = await asyncio.open_unix_connection(control)
        try:
            await reader.readline()  # who answers
            writer.write(command.encode() + b"\0")
            text = b""
            while not any(end in text for end in ends):
                piece = await reader.read(65536)
                if not piece:
                    break
                text += piece
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return text.decode("utf-8", "replace")


def _tail(file: Path) -> str:
    """The end of a log; "" when there is none."""
    with contextlib.suppress(OSError), file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - _TAIL))
        return opened.read().decode("utf-8", "replace")
    return ""


def reasons(text: str, registrars: Mapping[str, str]) -> dict[str, str]:
    """Trunk → the last reason in the switch's log why it is not registered: a SIP status or "no_response"."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        refused, silent = _REFUSED.search(line), _SILENT.search(line)
        address = refused[3] if refused else (silent[1] if silent else "")
        if address in registrars:
            found[registrars[address]] = (refused[1] or refused[2]) if refused else "no_response"
    return found


def available(text: str) -> list[str]:
    """Who is so in the table of `pjsip show contacts`."""
    return _AVAILABLE.findall(text)


def parse(text: str) -> dict[str, str]:
    """The table of `pjsip show registrations`."""
    return {name: _STATES[state] for name, state in _LINE.findall(text)}
