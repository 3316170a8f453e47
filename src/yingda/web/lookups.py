"""What the engine asks of us while a caller waits in a menu: who he is, and whether his PIN is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yingda.crm.customers import pins
from yingda.store.engine import Store


class LookupDesk:
    """Answers one question at a time each; the engine gives up by itself after a few seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def answer(self, what: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Raises ValueError for a question that we do not know, and whatever the database raises."""
        match what:
            case "customer":
                return dict(await pins.who_calls(self._store, str(params.get("number", ""))))
            case "pin":
                return await pins.check_pin(self._store, str(params.get("who", "")), str(params.get("by", "number")),
                                            str(params.get("pin", "")))
        raise ValueError(f"unknown look-up: {what}")
