"""Log-in, log-out, the own password and language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from yingda.org import audit, login, people, sessions
from yingda.org.errors import WrongPassword
from yingda.store.errors import Invalid
from yingda.web import refusals
from yingda.web.access import address_of, cookie_name, factor_due, password_due, public, signed_in
from yingda.web.errors import NotLoggedIn
from yingda.web.identity import Identity, identify
from yingda.web.room import Room, room_of
from yingda.web.shapes.session import LanguageIn, LoginIn, Me, PasswordIn, SessionOut

router = APIRouter(tags=["session"])


async def session_out(room: Room, me: Identity) -> SessionOut:
    firm, policy = await room.site(), await room.policy()
    return SessionOut(
        me=Me(id=me.person_id, number=me.number, name=me.name, role=me.role, permissions=me.permissions,
              scopes=me.scopes, language="en" if me.language == "en" else "zh", extension=me.extension,
              department=me.department),
        csrf=me.csrf, expires_at=me.expires_at, must_change_password=password_due(room, me, policy),
        factor_due=factor_due(me, policy), own_password=me.own_password, company=firm.company,
        timezone=firm.timezone, version=room.config.version, at=room.clock.now_ms())


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Lives as long as the browser runs; its end is kept on our side."""
    response.set_cookie(cookie_name(request), token, path="/", httponly=True, samesite="lax",
                        secure=room_of(request).secure(request))


@router.post("/session", operation_id="logIn", status_code=201)
async def log_in(body: LoginIn, _: Annotated[None, public()], request: Request, response: Response) -> SessionOut:
    """Wrong passwords are slowed per person and per address (`login_locked` with `retry_s`) and audited.

    `factor_due`: the password is right, the code of the second factor is wanted too.
    """
    room = room_of(request)
    address = address_of(request)
    with refusals.of_login(room, body.number, address):
        done = await login.log_in(room.store, body.number, body.password, room.clock.now_ms(), address,
                                  request.headers.get("user-agent", ""), seal=room.seal, code=body.code)
    if done.fresh:
        room.reload_engine(done.person.id)
    me = await identify(room.store, room.clock, done.session.token, address)
    if me is None:
        raise NotLoggedIn
    request.state.identity = me
    set_session_cookie(request, response, done.session.token)
    return await session_out(room, me)


@router.get("/session", operation_id="getSession")
async def get_session(me: Annotated[Identity, signed_in(while_due=True)], request: Request) -> SessionOut:
    return await session_out(room_of(request), me)


@router.delete("/session", operation_id="logOut", status_code=204)
async def log_out(me: Annotated[Identity, signed_in(while_due=True)], request: Request, response: Response) -> None:
    """Ends this browser's session, its live push and its phone. A call that lasts goes on at a desk phone."""
    room = room_of(request)
    async with room.store.uow() as u:
        await sessions.log_out(u, me.actor, me.token)
    room.end_session(me.session_hash)
    response.delete_cookie(cookie_name(request), path="/", httponly=True, samesite="lax",
                           secure=room.secure(request))


@router.put("/session/password", operation_id="changePassword", status_code=204)
async def change_password(body: PasswordIn, me: Annotated[Identity, signed_in(while_due=True)],
                          request: Request) -> None:
    """The person's other sessions end. Wrong old passwords are slowed, locked and told like those of a log-in."""
    room = room_of(request)
    now = room.clock.now_ms()
    with refusals.of_login(room, me.number, me.address):
        await login.guarded(room.store, me.number, me.address, now)
        try:
            async with room.store.uow() as u:
                await people.change_password(u, me.actor, me.person_id, body.old, body.new, keep_token=me.token)
                await login.forgive(u, me.number, me.address, now)
        except WrongPassword:
            async with room.store.uow() as u:
                audit.record(u, me.actor, "person.password_wrong", "person", me.person_id)
            raise
        except Invalid:  # the old one was right, the new one will not do
            async with room.store.uow() as u:
                await login.forgive(u, me.number, me.address, now)
            raise
    room.end_sessions(me.person_id, me.session_hash)


@router.put("/session/language", operation_id="setLanguage", status_code=204)
async def set_language(body: LanguageIn, me: Annotated[Identity, signed_in(while_due=True)],
                       request: Request) -> None:
    room = room_of(request)
    async with room.store.uow() as u:
        await people.set_language(u, me.actor, me.person_id, body.language)

