"""The first start: a link with a one-time token makes the company and its first administrator."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from yingda.org import login, site
from yingda.web.access import address_of, public
from yingda.web.api.session import session_out, set_session_cookie
from yingda.web.errors import NotLoggedIn, SetupTokenWrong
from yingda.web.identity import identify
from yingda.web.room import Room, room_of
from yingda.web.shapes.common import Asked
from yingda.web.shapes.session import SessionOut, SetupIn, SetupState

router = APIRouter(tags=["setup"])


def _fits(room: Room, token: str) -> bool:
    expected = room.config.setup_token
    return bool(expected) and hmac.compare_digest(token.encode(), expected.encode())


@router.get("/setup", operation_id="getSetup")
async def get_setup(_: Annotated[None, public()], request: Request,
                    token: Annotated[Asked, Query(max_length=200)] = "") -> SetupState:
    room = room_of(request)
    async with room.store.reading() as u:
        needed = await site.needs_set_up(u)
    return SetupState(needed=needed, token_ok=needed and _fits(room, token))


@router.post("/setup", operation_id="setUp", status_code=201)
async def set_up(body: SetupIn, _: Annotated[None, public()], request: Request, response: Response) -> SessionOut:
    """Works once: as soon as there is an administrator it is refused. The new administrator is logged in."""
    room = room_of(request)
    if not _fits(room, body.token):
        raise SetupTokenWrong
    address = address_of(request)
    async with room.store.uow() as u:
        await site.set_up(u, company=body.company, timezone=body.timezone, language=body.language,
                          admin_number=body.admin_number, admin_name=body.admin_name, password=body.password,
                          address=address)
    room.forget_site()
    done = await login.log_in(room.store, body.admin_number, body.password, room.clock.now_ms(), address,
                              request.headers.get("user-agent", ""), seal=room.seal)
    me = await identify(room.store, room.clock, done.session.token, address)
    if me is None:
        raise NotLoggedIn
    request.state.identity = me
    set_session_cookie(request, response, done.session.token)
    room.reload_engine(me.person_id)
    return await session_out(room, me)
