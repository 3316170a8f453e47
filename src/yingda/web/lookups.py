"""What the engine asks of us while a caller waits: who he is, whether his PIN is right, which draft he tries, and what
waits in his message box."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yingda.crm.customers import pins
from yingda.org.sealing import Seal
from yingda.store.engine import Store
from yingda.web import flows, own_box


class LookupDesk:
    """Answers one question at a time each; the engine gives up by itself after a few seconds."""

    def __init__(self, store: Store, seal: Seal, recordings: Path) -> None:
        self._store, self._seal, self._recordings = store, seal, recordings

    async def answer(self, what: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Raises ValueError for a question that we do not know, and whatever the database raises."""
        match what:
            case "customer":
                return dict(await pins.who_calls(self._store, str(params.get("number", ""))))
            case "pin":
                return await pins.check_pin(self._store, str(params.get("who", "")), str(params.get("by", "number")),
                                            str(params.get("pin", "")))
            case "draft":
                async with self._store.reading() as u:
                    return await flows.tried_by_phone(u, self._seal, int(params.get("person_id", 0)),
                                                      str(params.get("number", "")))
            case "box":
                return await own_box.waiting(self._store, self._recordings, int(params.get("person_id", 0)))
            case "box_message":
                return await own_box.deal(self._store, int(params.get("person_id", 0)),
                                          int(params.get("call_id", 0)), done=params.get("done") is True)
        raise ValueError(f"unknown look-up: {what}")
