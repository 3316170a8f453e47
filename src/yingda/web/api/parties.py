"""A third party in a call that lives: transfer, consultation, conference. Wishes of the agent who is in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from yingda.bus.verbs import (
    CancelConsult,
    CompleteTransfer,
    ConsultCall,
    FetchParked,
    InviteParty,
    LendCall,
    MakeConference,
    ParkCall,
    PickUpCall,
    RemoveParty,
    TakeBack,
    ToggleConsult,
    TransferCall,
)
from yingda.org.permissions import Permission, Scope
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.room import room_of
from yingda.web.shapes.work import CallId, FetchIn, InviteIn, LendIn, PartyIn, PickUpIn, SlotOut

router = APIRouter(tags=["calls"])
Agent = Annotated[Identity, require(Permission.AGENT_WORK)]
Call = Annotated[CallId, Path()]


@router.post("/calls/{call_id}/transfer", operation_id="transferCall", status_code=204)
async def transfer(call_id: Call, body: PartyIn, me: Agent, request: Request) -> None:
    """Blind transfer to an extension, an outside number or a queue (`queue:801`): the agent is free at once."""
    who = str(me.person_id)
    await room_of(request).link.ask(TransferCall(actor=who, agent_id=who, call_id=call_id, to=body.to))


@router.post("/calls/{call_id}/consult", operation_id="consultCall", status_code=204)
async def consult(call_id: Call, body: PartyIn, me: Agent, request: Request) -> None:
    """Ask a colleague, an outside number or a group (`queue:801`) while the customer hears music.

    Of a group the agent whose turn it is gets rung; `nobody_free` when there is none.
    """
    who = str(me.person_id)
    await room_of(request).link.ask(ConsultCall(actor=who, agent_id=who, call_id=call_id, to=body.to))


@router.post("/calls/{call_id}/consult/cancel", operation_id="cancelConsult", status_code=204)
async def cancel(call_id: Call, me: Agent, request: Request) -> None:
    """Back to the customer."""
    who = str(me.person_id)
    await room_of(request).link.ask(CancelConsult(actor=who, agent_id=who, call_id=call_id))


@router.post("/calls/{call_id}/consult/complete", operation_id="completeTransfer", status_code=204)
async def complete(call_id: Call, me: Agent, request: Request) -> None:
    """The agent leaves, customer and third party go on; while the third still rings the customer waits."""
    who = str(me.person_id)
    await room_of(request).link.ask(CompleteTransfer(actor=who, agent_id=who, call_id=call_id))


@router.post("/calls/{call_id}/consult/toggle", operation_id="toggleConsult", status_code=204)
async def toggle(call_id: Call, me: Agent, request: Request) -> None:
    """Swap between the customer and the third; who is left hears music."""
    who = str(me.person_id)
    await room_of(request).link.ask(ToggleConsult(actor=who, agent_id=who, call_id=call_id))


@router.post("/calls/{call_id}/invite", operation_id="inviteParty", status_code=204)
async def invite(call_id: Call, body: InviteIn, me: Agent, request: Request) -> None:
    """One more to the conference, joined when he answers; eight parties at most."""
    who = str(me.person_id)
    await room_of(request).link.ask(InviteParty(actor=who, agent_id=who, call_id=call_id, to=body.to))


@router.delete("/calls/{call_id}/parties/{leg}", operation_id="removeParty", status_code=204)
async def remove(call_id: Call, leg: Call, me: Agent, request: Request) -> None:
    """Out of the conference: one who was brought into it, also while his phone still rings. The others talk on."""
    who = str(me.person_id)
    await room_of(request).link.ask(RemoveParty(actor=who, agent_id=who, call_id=call_id, leg=leg))


@router.post("/agent/pick-up", operation_id="pickUpCall", status_code=204)
async def pick_up(body: PickUpIn, me: Annotated[Identity, require(Permission.CALLS_PICK_UP)],
                  request: Request) -> None:
    """Take a call that rings at a colleague's phone or waits in a group; the own phone lifts by itself.

    Refused with `taken_already` when another agent was quicker.
    """
    who = str(me.person_id)
    await room_of(request).link.ask(PickUpCall(
        actor=who, agent_id=who, call_id=body.call_id or "", from_agent=str(body.agent_id or ""),
        from_queue=str(body.queue_id or ""), anywhere=me.may(Permission.CALLS_PICK_UP, Scope.ALL)))


@router.post("/calls/{call_id}/park", operation_id="parkCall")
async def park(call_id: Call, me: Agent, request: Request) -> SlotOut:
    """The customer waits with music in a numbered slot, from which any phone can fetch him; the agent is free.

    Whoever parked is rung when nobody has fetched the call for two minutes.
    """
    who = str(me.person_id)
    given = await room_of(request).link.ask(ParkCall(actor=who, agent_id=who, call_id=call_id)) or {}
    return SlotOut(slot=given.get("slot", ""))


@router.post("/calls/{call_id}/lend", operation_id="lendCall", status_code=204)
async def lend(call_id: Call, body: LendIn, me: Agent, request: Request) -> None:
    """The caller goes into a flow, such as the check of his PIN, and comes back to the same agent when it ends.

    Of calls that came in, while talking. Meanwhile the agent is reserved and neither hears nor sees what is keyed.
    """
    who = str(me.person_id)
    await room_of(request).link.ask(LendCall(actor=who, agent_id=who, call_id=call_id, flow_id=str(body.flow_id)))


@router.post("/calls/{call_id}/lend/end", operation_id="takeBack", status_code=204)
async def take_back(call_id: Call, me: Agent, request: Request) -> None:
    """The lent caller back from the flow before it ends."""
    who = str(me.person_id)
    await room_of(request).link.ask(TakeBack(actor=who, agent_id=who, call_id=call_id))


@router.post("/agent/fetch-parked", operation_id="fetchParked", status_code=204)
async def fetch(body: FetchIn, me: Agent, request: Request) -> None:
    """Take the call that is parked in this slot; the own phone lifts by itself."""
    who = str(me.person_id)
    await room_of(request).link.ask(FetchParked(actor=who, agent_id=who, slot=body.slot))


@router.post("/calls/{call_id}/conference", operation_id="makeConference", status_code=204)
async def conference(call_id: Call, me: Agent, request: Request) -> None:
    """All three together. Whoever hangs up first, the other two go on."""
    who = str(me.person_id)
    await room_of(request).link.ask(MakeConference(actor=who, agent_id=who, call_id=call_id))
