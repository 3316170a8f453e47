"""Who is behind a number: what a screen shows the moment a call rings."""

from __future__ import annotations

import asyncio

from yingda.calls import repo as calls
from yingda.crm.customers import repo as customers
from yingda.kit.numbers import area, mask, normalise
from yingda.store.engine import Store
from yingda.web.names import NOBODY, person_names, queue_names
from yingda.web.shapes.customers import NumberCard, PopCall, PopCustomer, PopVehicle

RECENT = 5


async def number_card(store: Store, number: str, but: int | None = None) -> NumberCard:
    """Customers, place and last calls of a number in any spelling; `but`: a call that is left out."""
    clean = normalise(number)
    if not clean:
        return NumberCard(number="", number_masked="", area="", customers=[], recent=[])
    async with store.reading() as u:
        part = await customers.pop_card(u, clean)
        rows = await calls.recent_calls(u, clean, RECENT, but)
        people = await person_names(u, (row.agent_id for row in rows))
        queues = await queue_names(u) if rows else {}
    # the first look-up of a place loads a table: not in the event loop
    place = await asyncio.to_thread(area, clean)
    return NumberCard(
        number=clean, number_masked=mask(clean), area=place,
        customers=[PopCustomer(
            id=int(one.id), name=one.name, level=one.level, vip=one.vip, note=one.note,
            vehicles=[PopVehicle(plate=v.plate, model=v.model, vin=v.vin) for v in one.vehicles],
        ) for one in part.customers],
        recent=[PopCall(
            id=row.id, started_at=row.started_at, direction=row.direction, outcome=row.outcome,
            agent_name=people.get(row.agent_id, NOBODY).name, queue_name=queues.get(row.queue_id, ""),
            talk_ms=row.talk_ms) for row in rows])
