"""A customer's PIN for the telephone: staff set it or take it away, nobody can read it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from yingda.crm.customers import pins
from yingda.org.permissions import Permission
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.room import room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.customers import PinIn, PinOut

router = APIRouter(tags=["customers"])


@router.get("/customers/{customer_id}/pin", operation_id="getCustomerPin")
async def get_pin(customer_id: Id, _: Annotated[Identity, require(Permission.CUSTOMERS_VIEW)],
                  request: Request) -> PinOut:
    """Whether there is one, and whether it is locked after wrong tries."""
    async with room_of(request).store.reading() as u:
        return PinOut.model_validate(await pins.state(u, customer_id))


@router.put("/customers/{customer_id}/pin", operation_id="setCustomerPin")
async def set_pin(customer_id: Id, body: PinIn, me: Annotated[Identity, require(Permission.CUSTOMERS_EDIT)],
                  request: Request) -> PinOut:
    """A new PIN, which is unlocked too."""
    async with room_of(request).store.uow() as u:
        await pins.set_pin(u, me.actor, customer_id, body.pin)
        return PinOut.model_validate(await pins.state(u, customer_id))


@router.delete("/customers/{customer_id}/pin", operation_id="clearCustomerPin")
async def clear_pin(customer_id: Id, me: Annotated[Identity, require(Permission.CUSTOMERS_EDIT)],
                    request: Request) -> PinOut:
    async with room_of(request).store.uow() as u:
        await pins.clear_pin(u, me.actor, customer_id)
        return PinOut.model_validate(await pins.state(u, customer_id))
