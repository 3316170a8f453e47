"""Customers, their numbers and vehicles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from yingda.crm.customers import id_numbers, repo, service
from yingda.crm.customers.models import Customer
from yingda.crm.customers.service import CustomerData, PhoneData, VehicleData
from yingda.kit.numbers import mask
from yingda.org.permissions import Permission, Scope
from yingda.org.sealing import Seal
from yingda.web import refusals
from yingda.web.access import require
from yingda.web.cards import number_card
from yingda.web.errors import Conflict
from yingda.web.identity import Identity
from yingda.web.room import room_of
from yingda.web.shapes.common import Asked, Id
from yingda.web.shapes.customers import (
    CustomerChange,
    CustomerIn,
    CustomerOut,
    CustomerPage,
    NumberCard,
    PhoneOut,
    VehicleOut,
)

router = APIRouter(tags=["customers"])
Reader = Annotated[Identity, require(Permission.CUSTOMERS_VIEW)]
Editor = Annotated[Identity, require(Permission.CUSTOMERS_EDIT)]


def _out(row: Customer, me: Identity, seal: Seal) -> CustomerOut:
    whole = me.may(Permission.NUMBERS_REVEAL, Scope.ALL)
    return CustomerOut(
        id=row.id, name=row.name, kind=row.kind, level=row.level, vip=row.vip, note=row.note,
        id_number=id_numbers.shown(row, seal),
        phones=[PhoneOut(number=phone.number if whole else mask(phone.number), label=phone.label)
                for phone in row.phones],
        vehicles=[VehicleOut.model_validate(vehicle) for vehicle in row.vehicles],
        created_at=row.created_at, updated_at=row.updated_at)


def _data(body: CustomerIn) -> CustomerData:
    return CustomerData(
        name=body.name, kind=body.kind, level=body.level, vip=body.vip, note=body.note,
        phones=tuple(PhoneData(number=phone.number, label=phone.label) for phone in body.phones),
        vehicles=tuple(VehicleData(**vehicle.model_dump() | {"id": vehicle.id}) for vehicle in body.vehicles))


@router.get("/customers", operation_id="listCustomers")
async def list_customers(
    me: Reader, request: Request, q: Annotated[Asked, Query(max_length=64)] = "",
    cursor: Annotated[Asked, Query(max_length=100)] = "", limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CustomerPage:
    """`q`: end or beginning of a number (4 digits or more), beginning of name, pinyin, initials, plate or VIN.

    For whom numbers are masked: the whole number or its last four digits.
    """
    guarded = not me.may(Permission.NUMBERS_REVEAL, Scope.ALL)
    async with room_of(request).store.reading() as u:
        page = await repo.search(u, q, cursor, limit, guarded=guarded)
    if guarded:
        refusals.tried(room_of(request), me, q, found=bool(page.items))
    return CustomerPage(items=[_out(row, me, room_of(request).seal) for row in page.items], next=page.next or None)


@router.get("/customers/by-number/{number}", operation_id="getCustomersByNumber")
async def by_number(number: Annotated[Asked, Path(max_length=40)], me: Reader, request: Request) -> NumberCard:
    """Who is behind a number that the asker knows already."""
    room = room_of(request)
    card = await number_card(room.store, number)
    if not me.may(Permission.NUMBERS_REVEAL, Scope.ALL):
        refusals.tried(room, me, number, found=bool(card.customers))
    return card


@router.get("/customers/{customer_id}", operation_id="getCustomer")
async def get_customer(customer_id: Id, me: Reader, request: Request) -> CustomerOut:
    async with room_of(request).store.reading() as u:
        return _out(await repo.get_customer(u, customer_id), me, room_of(request).seal)


@router.post("/customers", operation_id="createCustomer", status_code=201)
async def create_customer(body: CustomerIn, me: Editor, request: Request) -> CustomerOut:
    room = room_of(request)
    async with room.store.uow() as u:
        row = await service.create_customer(u, me.actor, _data(body))
        await id_numbers.put(u, me.actor, row, room.seal, body.id_number or "")
        return _out(row, me, room.seal)


@router.put("/customers/{customer_id}", operation_id="updateCustomer")
async def update_customer(customer_id: Id, body: CustomerChange, me: Editor, request: Request) -> CustomerOut:
    """Replaces the whole. A masked number stands for the one that the customer has already."""
    room = room_of(request)
    async with room.store.uow() as u:
        before = await repo.get_customer(u, customer_id)
        if body.updated_at is not None and body.updated_at != before.updated_at:
            raise Conflict
        row = await service.update_customer(u, me.actor, customer_id, _data(body))
        if body.id_number is not None:
            await id_numbers.put(u, me.actor, row, room.seal, body.id_number)
        return _out(row, me, room.seal)
