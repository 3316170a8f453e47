"""Where a call goes next, as one string `kind:value`: what numbers, menus, queues and hours have in common. Pure.

    queue:801            waits in the service group of that number
    flow:7251…           is led through a published flow (its id)
    agent:1001           rings that person, by extension or employee number
    number:13800000000   is connected to an outside number through a trunk
    voicemail:801        leaves a message in that box (number of a group, or an extension)
    callback:801         is called back by that group
    hang_up:yd/goodbye   hears this prompt (or none), then the call ends
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

KINDS: Final = ("queue", "flow", "agent", "number", "voicemail", "callback", "hang_up")
_VALUE: Final = {
    "queue": re.compile(r"[0-9]{2,16}"),
    "flow": re.compile(r"[0-9A-Za-z-]{1,40}"),
    "agent": re.compile(r"[0-9A-Za-z_-]{1,20}"),
    "number": re.compile(r"\+?[0-9]{3,20}"),
    "voicemail": re.compile(r"[0-9A-Za-z_-]{1,20}"),
    "callback": re.compile(r"[0-9]{2,16}"),
    "hang_up": re.compile(r"([A-Za-z0-9_-]+(/[A-Za-z0-9_.-]+)*)?"),
}


class Destination(NamedTuple):
    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def parse(text: str) -> Destination | None:
    """The two halves; None when the text is no destination (see `fault` for why)."""
    return None if fault(text) else Destination(*text.split(":", 1))


def fault(text: str, kinds: tuple[str, ...] = KINDS) -> str:
    """"" when the text is a well-formed destination of one of these kinds, else the code of the field error.

    required (empty, or a kind without a target) | unknown (no such kind) | malformed (the value cannot be one).
    Whether the target exists is for those to say who know the site.
    """
    if not text:
        return "required"
    kind, colon, value = text.partition(":")
    if not colon or kind not in kinds:
        return "unknown"
    if _VALUE[kind].fullmatch(value):
        return ""
    return "malformed" if value else "required"
