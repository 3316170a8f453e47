"""Calls that live: wishes of the agent who is in them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from yingda.bus.verbs import (
    AnswerCall,
    Dial,
    HangUpCall,
    HoldCall,
    MuteCall,
    RejectCall,
    ResumeCall,
    SendDigits,
)
from yingda.crm.customers import repo as customers
from yingda.kit.numbers import mask
from yingda.org.permissions import Permission
from yingda.store.errors import Invalid
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.room import Room, room_of
from yingda.web.shapes.work import CallId, DialIn, DialOut, DigitsIn, MuteIn

router = APIRouter(tags=["calls"])
Agent = Annotated[Identity, require(Permission.AGENT_WORK)]
Call = Annotated[CallId, Path()]


@router.post("/calls", operation_id="dial", status_code=201)
async def dial(body: DialIn, me: Agent, request: Request) -> DialOut:
    """Call out. The agent's phone rings first and lifts by itself. The same `key` again gives the same call.

    A masked number (138****5678) is dialled when `customer_id` says whose it is.
    """
    room = room_of(request)
    who = str(me.person_id)
    number = await _unmasked(room, me, body) if "*" in body.number else body.number
    given = await room.link.ask(Dial(actor=who, agent_id=who, number=number, key=body.key))
    return DialOut(call_id=str(given["call_id"]))


async def _unmasked(room: Room, me: Identity, body: DialIn) -> str:
    if body.customer_id is None or not me.may(Permission.CUSTOMERS_VIEW):
        raise Invalid({"number": "masked_number"})
    async with room.store.reading() as u:
        customer = await customers.get_customer(u, body.customer_id)
    for phone in customer.phones:
        if mask(phone.number) == body.number:
            return phone.number
    raise Invalid({"number": "masked_number"})


@router.post("/calls/{call_id}/hang-up", operation_id="hangUpCall", status_code=204)
async def hang_up(call_id: Call, me: Agent, request: Request) -> None:
    who = str(me.person_id)
    await room_of(request).link.ask(HangUpCall(actor=who, agent_id=who, call_id=call_id))


@router.post("/calls/{call_id}/answer", operation_id="answerCall", status_code=204)
async def answer(call_id: Call, me: Agent, request: Request) -> None:
    who = str(me.person_id)
    await room_of(request).link.ask(AnswerCall(actor=who, agent_id=who, call_id=call_id))


@router.post("/calls/{call_id}/reject", operation_id="rejectCall", status_code=204)
async def reject(call_id: Call, me: Agent, request: Request) -> None:
    who = str(me.person_id)
    await room_of(request).link.ask(RejectCall(actor=who, agent_id=who, call_id=call_id))


@router.post("/calls/{call_id}/hold", operation_id="holdCall", status_code=204)
async def hold(call_id: Call, me: Agent, request: Request) -> None:
    who = str(me.person_id)
    await room_of(request).link.ask(HoldCall(actor=who, agent_id=who, call_id=call_id))


@router.post("/calls/{call_id}/resume", operation_id="resumeCall", status_code=204)
async def resume(call_id: Call, me: Agent, request: Request) -> None:
    who = str(me.person_id)
    await room_of(request).link.ask(ResumeCall(actor=who, agent_id=who, call_id=call_id))


@router.post("/calls/{call_id}/mute", operation_id="muteCall", status_code=204)
async def mute(call_id: Call, body: MuteIn, me: Agent, request: Request) -> None:
    who = str(me.person_id)
    await room_of(request).link.ask(MuteCall(actor=who, agent_id=who, call_id=call_id, on=body.on))


@router.post("/calls/{call_id}/digits", operation_id="sendDigits", status_code=204)
async def digits(call_id: Call, body: DigitsIn, me: Agent, request: Request) -> None:
    who = str(me.person_id)
    await room_of(request).link.ask(SendDigits(actor=who, agent_id=who, call_id=call_id, digits=body.digits))
