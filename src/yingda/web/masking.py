"""Telephone numbers as they are shown to those who may not see them whole. Pure."""

from __future__ import annotations

from typing import Any

from yingda.kit.numbers import mask


def mask_call(call: dict[str, Any]) -> dict[str, Any]:
    """A call view without the customer's number; our own numbers and the agents' extensions stay."""
    if call.get("direction") == "internal":
        return call
    ours = "called" if call.get("direction") == "in" else "caller"
    masked = dict(call)
    for name in ("caller", "called", "customer_number"):
        if name != ours:
            masked[name] = mask(str(call.get(name) or ""))
    masked["parties"] = [
        party if party.get("kind") == "agent" else {**party, "number": mask(str(party.get("number") or ""))}
        for party in call.get("parties") or ()
    ]
    return masked
