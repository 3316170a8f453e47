"""Who does something: every writing service takes one and the audit log keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """`id` is the person (None: the system itself), `address` the network address the wish came from."""

    id: int | None
    role: str = "agent"
    address: str = ""


SYSTEM = Actor(None, "admin", "")
