"""How one works by telephone: PIN and auto-answer, by oneself or by who looks after people; and the feature codes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import StringConstraints

from yingda.journey import feature_codes
from yingda.org import phone_settings
from yingda.org.permissions import Permission
from yingda.web.access import require, signed_in
from yingda.web.api.people import need_editable
from yingda.web.identity import Identity
from yingda.web.room import room_of
from yingda.web.shapes.common import Id, In, Out

router = APIRouter(tags=["phone"])
Me = Annotated[Identity, signed_in()]
Editor = Annotated[Identity, require(Permission.PEOPLE_EDIT)]


class PersonPhoneOut(Out):
    has_pin: bool
    auto_answer: bool


class AutoAnswerIn(In):
    auto_answer: bool


class PinIn(In):
    """Empty takes the PIN away."""

    pin: Annotated[str, StringConstraints(max_length=16)]


class CodeOut(Out):
    code: str
    act: str
    takes: str  # none | number | maybe


async def _shown(request: Request, person_id: int) -> PersonPhoneOut:
    async with room_of(request).store.reading() as u:
        row = await phone_settings.get_setting(u, person_id)
    return PersonPhoneOut(has_pin=bool(row.pin_hash), auto_answer=row.auto_answer)


async def _auto_answer(request: Request, me: Identity, person_id: int, on: bool) -> PersonPhoneOut:
    room = room_of(request)
    async with room.store.uow() as u:
        await phone_settings.set_auto_answer(u, me.actor, person_id, on)
    room.reload_engine(me.person_id)
    return await _shown(request, person_id)


async def _pin(request: Request, me: Identity, person_id: int, pin: str) -> PersonPhoneOut:
    room = room_of(request)
    async with room.store.uow() as u:
        await phone_settings.set_pin(u, me.actor, person_id, pin, room.config.site_key)
    room.reload_engine(me.person_id)
    return await _shown(request, person_id)


@router.get("/me/phone", operation_id="getOwnPhone")
async def get_own(me: Me, request: Request) -> PersonPhoneOut:
    return await _shown(request, me.person_id)


@router.put("/me/phone", operation_id="setOwnAutoAnswer")
async def set_own(body: AutoAnswerIn, me: Me, request: Request) -> PersonPhoneOut:
    """Auto-answer: an offered call is connected after a tone."""
    return await _auto_answer(request, me, me.person_id, body.auto_answer)


@router.put("/me/phone/pin", operation_id="setOwnPhonePin")
async def set_own_pin(body: PinIn, me: Me, request: Request) -> PersonPhoneOut:
    """Four to eight digits, for signing in by the keys of any desk phone."""
    return await _pin(request, me, me.person_id, body.pin)


@router.get("/people/{person_id}/phone", operation_id="getPersonPhone")
async def get_of(person_id: Id, me: Editor, request: Request) -> PersonPhoneOut:
    await need_editable(room_of(request), me, person_id)
    return await _shown(request, person_id)


@router.put("/people/{person_id}/phone", operation_id="setPersonAutoAnswer")
async def set_of(person_id: Id, body: AutoAnswerIn, me: Editor, request: Request) -> PersonPhoneOut:
    await need_editable(room_of(request), me, person_id)
    return await _auto_answer(request, me, person_id, body.auto_answer)


@router.put("/people/{person_id}/phone/pin", operation_id="setPersonPhonePin")
async def set_pin_of(person_id: Id, body: PinIn, me: Editor, request: Request) -> PersonPhoneOut:
    await need_editable(room_of(request), me, person_id)
    return await _pin(request, me, person_id, body.pin)


@router.get("/feature-codes", operation_id="listFeatureCodes")
async def codes(_: Me) -> list[CodeOut]:
    """What a phone's keys mean when they begin with a star."""
    return [CodeOut(code=one.code, act=one.act, takes=one.takes) for one in feature_codes.TABLE]
