"""Screen pops: when a call reaches an agent, look up who is behind the number and push the card.

The call itself is pushed at once; the card follows when the database has answered, and never holds anything up.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from yingda.kit.numbers import area, mask
from yingda.store.engine import Store
from yingda.web.cards import number_card
from yingda.web.engine_link import Value
from yingda.web.live import Hub
from yingda.web.shapes.customers import NumberCard, PopCard

log = structlog.get_logger("web.pops")

SHOWN_IN: Final = frozenset({"offered", "dialing", "talking", "held", "rejoining", "consulting", "conference",
                             "transferring"})
LOOKUP_LIMIT_S: Final = 3.0
_TRY_AGAIN_S = (0.2, 0.5, 1.0, 3.0, 10.0)  # after a database that did not answer in time


def agents_in(call: Value) -> list[str]:
    """On whose screens the card belongs: the call's agent and colleagues who take part."""
    if call.get("state") not in SHOWN_IN:
        return []
    found = {str(party.get("agent_id") or "") for party in call.get("parties") or () if party.get("state") != "gone"}
    return sorted((found | {str(call.get("agent_id") or "")}) - {""})


class PopMaker:
    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._looking: dict[str, asyncio.Task[None]] = {}
        hub.on_call = self.on_call

    def warm_up(self) -> None:
        """Load the table of places before the first call needs it."""
        self._looking["warm-up"] = asyncio.create_task(self._warm_up())

    async def _warm_up(self) -> None:
        await asyncio.to_thread(area, "13800138000")
        self._looking.pop("warm-up", None)

    def on_call(self, call_id: str, call: Value | None) -> None:
        if call is None:
            task = self._looking.pop(call_id, None)
            if task is not None:
                task.cancel()
            return
        agents = agents_in(call)
        shown = self._hub.pops.get(call_id)
        if shown is not None:
            if shown["agent_ids"] != agents:  # offered to the next, refused, a colleague consulted: the same card
                self._hub.set_pop(call_id, {**shown, "agent_id": call.get("agent_id") or "", "agent_ids": agents})
        elif agents and call_id not in self._looking and call.get("direction") != "internal":
            self._looking[call_id] = asyncio.create_task(self._look(call_id, str(call.get("customer_number") or "")))

    async def _look(self, call_id: str, number: str) -> None:
        try:
            for pause_s in _TRY_AGAIN_S:
                card, whole = await self._card(call_id, number)
                call = self._hub.link.mirror.call(call_id)
                if call is None or not agents_in(call):
                    break
                self._hub.set_pop(call_id, _pop(call_id, card, call, whole))
                if whole:
                    break
                await asyncio.sleep(pause_s)  # the number is shown meanwhile; the customer follows
        except Exception:
            log.exception("pop_failed", call=call_id)
        finally:
            self._looking.pop(call_id, None)

    async def _card(self, call_id: str, number: str) -> tuple[NumberCard, bool]:
        """The card, and whether the database answered for it."""
        own = int(call_id) if call_id.isdecimal() else None
        try:
            async with asyncio.timeout(LOOKUP_LIMIT_S):
                return await number_card(self._store, number, own), True
        except (TimeoutError, SQLAlchemyError, OSError) as error:
            log.warning("pop_without_database", call=call_id, error=type(error).__name__)
            return NumberCard(number=number, number_masked=mask(number), area="", customers=[], recent=[]), False

    async def stop(self) -> None:
        for task in list(self._looking.values()):
            task.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)


def _pop(call_id: str, card: NumberCard, call: Value, whole: bool) -> Value:
    return PopCard(
        **card.model_dump(), id=call_id, call_id=call_id, agent_id=str(call.get("agent_id") or ""),
        agent_ids=agents_in(call),
        direction=str(call.get("direction", "")), menu_path=[str(step) for step in call.get("menu_path") or ()],
        keys=str(call.get("keys") or ""), pin=str(call.get("pin") or ""),
        queue_name=str(call.get("queue_name") or ""), whole=whole,
    ).model_dump()
