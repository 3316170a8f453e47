"""The own account: where one is logged in, and the second factor."""

from __future__ import annotations

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Path, Request
from sqlalchemy import select

from yingda.org import factor, login, resets, sessions
from yingda.org.models import Person, SessionRow
from yingda.org.people import get_person
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.store.errors import NotFound
from yingda.web.access import address_of, public, require, signed_in
from yingda.web.api.people import editable
from yingda.web.errors import NotForKeys
from yingda.web.identity import Identity
from yingda.web.room import Room, room_of
from yingda.web.shapes.account import (
    AccountOut,
    CodeIn,
    FactorBegun,
    FactorDone,
    FactorIn,
    LoginSession,
    ResetIn,
    ResetLinkOut,
    SessionKey,
)
from yingda.web.shapes.common import Id

router = APIRouter(tags=["account"])
Mine = Annotated[Identity, signed_in(while_due=True)]
Editor = Annotated[Identity, require(Permission.PEOPLE_EDIT)]


async def _account(room: Room, u: Uow, me: Identity, person: Person) -> AccountOut:
    now = room.clock.now_ms()
    rows = (await u.execute(select(SessionRow).where(
        SessionRow.person_id == person.id, SessionRow.revoked.is_(False), SessionRow.expires_at > now)
        .order_by(SessionRow.last_seen_at.desc()))).scalars()
    policy = await room.policy()
    return AccountOut(
        sessions=[LoginSession(key=row.token_hash, here=row.token_hash == me.session_hash, created_at=row.created_at,
                               last_seen_at=row.last_seen_at, address=row.address, browser=row.agent_string,
                               way=row.way)
                  for row in rows],
        factor=bool(person.factor_at), factor_due=person.role in policy.factor_roles and not person.factor_at,
        recovery_codes=len(person.factor_codes or ()), password_at=person.password_at,
        locked_until=await login.locked_until(u, person.number, now))


async def _end(room: Room, me: Identity, person_id: int, key: str) -> None:
    async with room.store.uow() as u:
        row = await u.get(SessionRow, key)
        if row is None or row.person_id != person_id:
            raise NotFound(kind="session", id=key[:8])
        await sessions.end(u, me.actor, row)
    room.end_session(key)


# ---- one's own


@router.get("/account", operation_id="getAccount")
async def account(me: Mine, request: Request) -> AccountOut:
    room = room_of(request)
    async with room.store.reading() as u:
        return await _account(room, u, me, await get_person(u, me.person_id))


@router.delete("/account/sessions/{key}", operation_id="endOwnSession", status_code=204)
async def end_own_session(key: Annotated[SessionKey, Path()], me: Mine, request: Request) -> None:
    """That browser is logged out, its live push and its phone end too."""
    await _end(room_of(request), me, me.person_id, key)


@router.post("/account/factor", operation_id="beginFactor")
async def begin_factor(me: Mine, request: Request) -> FactorBegun:
    """Nothing changes until the first code of the app comes back."""
    room = room_of(request)
    if me.by_key:
        raise NotForKeys
    async with room.store.reading() as u:
        sealed, uri = factor.begin(await get_person(u, me.person_id), room.seal, (await room.site()).company)
    out = io.BytesIO()
    segno.make(uri, error="m").save(out, kind="svg", scale=4, border=2, xmldecl=False)
    return FactorBegun(secret=room.seal.open(sealed), qr=out.getvalue().decode(), sealed=sealed)


@router.put("/account/factor", operation_id="confirmFactor")
async def confirm_factor(body: FactorIn, me: Mine, request: Request) -> FactorDone:
    """Where a factor is in use already, the new one takes its place; `old` is then a code of that one."""
    room = room_of(request)
    if me.by_key:
        raise NotForKeys
    now = room.clock.now_ms()
    if me.factor:
        await login.guarded(room.store, me.number, me.address, now)
    async with room.store.uow() as u:
        row = await get_person(u, me.person_id)
        if row.factor_at:
            factor.need(row, room.seal, body.old, now)
            await login.forgive(u, me.number, me.address, now)
        codes = await factor.confirm(u, me.actor, row, room.seal, body.sealed, body.code, now)
    return FactorDone(codes=codes)


@router.post("/account/factor/off", operation_id="endFactor", status_code=204)
async def end_factor(body: CodeIn, me: Mine, request: Request) -> None:
    room = room_of(request)
    now = room.clock.now_ms()
    await login.guarded(room.store, me.number, me.address, now)
    async with room.store.uow() as u:
        row = await get_person(u, me.person_id)
        factor.need(row, room.seal, body.code, now)
        await login.forgive(u, me.number, me.address, now)
        await factor.switch_off(u, me.actor, row)


@router.post("/session/reset", operation_id="useResetLink", status_code=204)
async def use_reset_link(body: ResetIn, _: Annotated[None, public()], request: Request) -> None:
    """A new password by a one-time link. All logins of the person end."""
    room = room_of(request)
    async with room.store.uow() as u:
        row = await resets.use(u, body.token, body.password, room.clock.now_ms(), address_of(request))
    room.end_sessions(row.id)


# ---- other people's, for administrators


@router.get("/people/{person_id}/account", operation_id="getPersonAccount")
async def person_account(person_id: Id, me: Editor, request: Request) -> AccountOut:
    room = room_of(request)
    async with room.store.reading() as u:
        return await _account(room, u, me, await editable(u, me, person_id))


@router.delete("/people/{person_id}/sessions/{key}", operation_id="endPersonSession", status_code=204)
async def end_person_session(person_id: Id, key: Annotated[SessionKey, Path()], me: Editor, request: Request) -> None:
    room = room_of(request)
    async with room.store.reading() as u:
        await editable(u, me, person_id)
    await _end(room, me, person_id, key)


@router.post("/people/{person_id}/reset-link", operation_id="makeResetLink", status_code=201)
async def make_reset_link(person_id: Id, me: Editor, request: Request) -> ResetLinkOut:
    """For one day and one use; an earlier link ends."""
    room = room_of(request)
    now = room.clock.now_ms()
    async with room.store.uow() as u:
        await editable(u, me, person_id)
        token = await resets.make(u, me.actor, person_id, now)
    return ResetLinkOut(path=f"/reset?token={token}", expires_at=now + resets.LASTS_MS)


@router.delete("/people/{person_id}/factor", operation_id="resetFactor", status_code=204)
async def reset_factor(person_id: Id, me: Editor, request: Request) -> None:
    """For who has lost telephone and recovery codes. He logs in by password alone until he sets it up again."""
    room = room_of(request)
    async with room.store.uow() as u:
        await factor.switch_off(u, me.actor, await editable(u, me, person_id))


@router.delete("/people/{person_id}/lock", operation_id="unlockPerson", status_code=204)
async def unlock_person(person_id: Id, me: Editor, request: Request) -> None:
    """For who has typed wrong passwords too often: the next attempt counts at once."""
    room = room_of(request)
    async with room.store.uow() as u:
        await login.unlock(u, me.actor, await editable(u, me, person_id))
