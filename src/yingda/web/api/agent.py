"""The agent's presence and phone: wishes that go to the engine, which alone decides."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from yingda.bus.verbs import CloseSoftphone, OpenSoftphone, ProlongWrapUp, SetBreak, SetReady, SignIn, SignOut
from yingda.org import site
from yingda.org.permissions import Permission
from yingda.web import softphones
from yingda.web.access import require, signed_in
from yingda.web.errors import NoExtension
from yingda.web.identity import Identity
from yingda.web.room import room_of
from yingda.web.shapes.work import BreakIn, BreakReasonOut, SignInIn, SoftphoneIn, SoftphoneOut, TabId

router = APIRouter(tags=["agent"])
Agent = Annotated[Identity, require(Permission.AGENT_WORK)]


@router.post("/agent/sign-in", operation_id="signInAgent", status_code=204)
async def sign_in(body: SignInIn, me: Agent, request: Request) -> None:
    """Start work on the browser's phone, a desk phone, or an outside number that is dialled for each call."""
    if not me.extension:
        raise NoExtension
    who = str(me.person_id)
    await room_of(request).link.ask(SignIn(actor=who, agent_id=who, phone=body.phone, station=body.station))


@router.post("/agent/sign-out", operation_id="signOutAgent", status_code=204)
async def sign_out(me: Agent, request: Request) -> None:
    who = str(me.person_id)
    await room_of(request).link.ask(SignOut(actor=who, agent_id=who))


@router.post("/agent/ready", operation_id="setReady", status_code=204)
async def ready(me: Agent, request: Request) -> None:
    """Ready for calls; in mid-call it takes effect after it, in wrap-up it ends that."""
    who = str(me.person_id)
    await room_of(request).link.ask(SetReady(actor=who, agent_id=who))


@router.post("/agent/wrap-up/prolong", operation_id="prolongWrapUp", status_code=204)
async def prolong(me: Agent, request: Request) -> None:
    """A minute more, so often as the company allows in one wrap-up."""
    who = str(me.person_id)
    await room_of(request).link.ask(ProlongWrapUp(actor=who, agent_id=who))


@router.post("/agent/break", operation_id="setBreak", status_code=204)
async def take_break(body: BreakIn, me: Agent, request: Request) -> None:
    who = str(me.person_id)
    await room_of(request).link.ask(SetBreak(actor=who, agent_id=who, reason=body.reason))


@router.get("/agent/break-reasons", operation_id="listBreakReasons")
async def break_reasons(me: Annotated[Identity, signed_in()], request: Request) -> list[BreakReasonOut]:
    async with room_of(request).store.reading() as u:
        rows = await site.list_break_reasons(u)
    return [BreakReasonOut(code=row.code, name=row.name_en if me.language == "en" else row.name_zh,
                           name_zh=row.name_zh, name_en=row.name_en, limit_s=row.limit_s) for row in rows]


@router.post("/softphone", operation_id="openSoftphone")
async def open_softphone(body: SoftphoneIn, me: Agent, request: Request, response: Response) -> SoftphoneOut:
    """SIP credentials for this tab. Refused with `softphone_elsewhere` while another tab holds the phone."""
    if not me.extension:
        raise NoExtension
    room = room_of(request)
    who = str(me.person_id)
    given = await room.link.ask(OpenSoftphone(actor=who, agent_id=who, client=body.client,
                                              take_over=body.take_over, talking=body.talking))
    cookie = room.give_phone(softphones.Pass(who, body.client, me.session_hash))
    response.set_cookie(softphones.cookie_name(request.url.scheme), cookie, path=softphones.PATH, httponly=True,
                        samesite="strict", secure=room.secure(request))
    return SoftphoneOut(endpoint=given["endpoint"], secret=given["secret"], realm=given["realm"],
                        path=softphones.PATH)


@router.delete("/softphone", operation_id="closeSoftphone", status_code=204)
async def close_softphone(client: Annotated[TabId, Query()], me: Agent, request: Request,
                          response: Response) -> None:
    room = room_of(request)
    who = str(me.person_id)
    await room.link.ask(CloseSoftphone(actor=who, agent_id=who, client=client))
    room.take_phone(softphones.Pass(who, client, me.session_hash))
    response.delete_cookie(softphones.cookie_name(request.url.scheme), path=softphones.PATH, httponly=True,
                           samesite="strict", secure=room.secure(request))
