"""The two WebSockets: live push and the browser phone's SIP. Cookies come along by themselves, so Origin is checked."""

from __future__ import annotations

import contextlib

from fastapi import APIRouter, WebSocket
from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocketDisconnect

from yingda.org.permissions import Permission
from yingda.web import softphones
from yingda.web.access import identity_of, is_due
from yingda.web.identity import Identity
from yingda.web.live import CLOSE_PASSWORD_DUE, CLOSE_REVOKED, Client
from yingda.web.reach import viewer_of
from yingda.web.room import room_of
from yingda.web.security import origin_fits
from yingda.web.sip_proxy import CLOSE_AGAIN_LATER, Line

router = APIRouter()
CLOSE_POLICY = 1008


async def _visitor(socket: WebSocket) -> Identity | None:
    """Who opens the socket; refuses and answers None when nobody may."""
    if not origin_fits(socket.headers):
        await socket.close(CLOSE_POLICY)
        return None
    try:
        me = await identity_of(socket)
    except (SQLAlchemyError, OSError):
        await socket.close(CLOSE_AGAIN_LATER)
        return None
    return None if me is not None and me.by_key else me  # a key asks, it watches nothing and has no phone


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """Accepted even without a login, only to be closed with 4401: a browser cannot read a refused handshake."""
    me = await _visitor(socket)
    if me is None:
        if socket.application_state.name == "CONNECTING":
            await socket.accept()
            await socket.close(CLOSE_REVOKED)
        return
    room = room_of(socket)
    try:
        async with room.store.reading() as u:
            viewer = await viewer_of(u, me)
    except (SQLAlchemyError, OSError):
        await socket.close(CLOSE_AGAIN_LATER)
        return
    await socket.accept()
    if await is_due(room, me):
        await socket.close(CLOSE_PASSWORD_DUE)
        return
    client = Client(socket=socket, viewer=viewer, session_hash=me.session_hash, token=me.token, me={
        "id": str(me.person_id), "number": me.number, "name": me.name, "role": me.role,
        "permissions": me.permissions, "language": me.language, "extension": me.extension})
    client.wake.set()
    with contextlib.suppress(WebSocketDisconnect):
        await room.hub.serve(client)


@router.websocket("/sip")
async def sip(socket: WebSocket) -> None:
    """SIP over WebSocket to the switch, for those who opened the softphone in this browser."""
    if "sip" not in socket.scope.get("subprotocols", ()):
        await socket.close(CLOSE_POLICY)
        return
    me = await _visitor(socket)
    room = room_of(socket)
    if me is None or not me.may(Permission.AGENT_WORK) or await is_due(room, me):
        if socket.application_state.name == "CONNECTING":
            await socket.close(CLOSE_POLICY)
        return
    held = room.passes.read(socket.cookies.get(softphones.cookie_name(socket.url.scheme), ""), me.session_hash)
    if held is None or held.person_id != str(me.person_id) or not room.holds_phone(held):
        await socket.close(CLOSE_POLICY)
        return
    await room.sip.serve(Line(socket=socket, session_hash=me.session_hash, person_id=held.person_id,
                              client=held.client))
