"""The company's own settings, parking, wrap-up, and the reasons for breaks. They hold at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from yingda.org import parking, site, wrap_up
from yingda.org.checks import Checks
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.revisions import IfMatch, check
from yingda.web.room import room_of
from yingda.web.shapes.settings import (
    BreakReasonShape,
    BreakReasonsIn,
    BreakReasonsOut,
    ParkingOut,
    ParkingShape,
    SiteOut,
    SiteShape,
    WrapUpOut,
    WrapUpShape,
)

router = APIRouter(tags=["settings"])
Owner = Annotated[Identity, require(Permission.SETTINGS_EDIT)]


@router.get("/settings/site", operation_id="getSite")
async def get_site(_: Owner, request: Request) -> SiteOut:
    async with room_of(request).store.reading() as u:
        return await _site(u)


async def _site(u: Uow) -> SiteOut:
    kept = await site.get_site(u)
    return SiteOut(company=kept.company or "-", timezone=kept.timezone,
                   language="en" if kept.language == "en" else "zh")


@router.put("/settings/site", operation_id="setSite")
async def set_site(body: SiteShape, me: Owner, request: Request, read: IfMatch = "") -> SiteOut:
    """Figures of the day begin anew at the midnight of the new zone."""
    room = room_of(request)
    async with room.store.uow() as u:
        check(read, await _site(u))
        await site.save_site(u, me.actor, site.Site(body.company, body.timezone, body.language))
    room.forget_site()
    room.reload_engine(me.person_id)
    return SiteOut(**body.model_dump())


async def _parking(u: Uow) -> ParkingOut:
    kept = await parking.get_parking(u)
    return ParkingOut(slots=kept.slots, back_s=kept.back_s)


@router.get("/settings/parking", operation_id="getParking")
async def get_parking(_: Owner, request: Request) -> ParkingOut:
    async with room_of(request).store.reading() as u:
        return await _parking(u)


@router.put("/settings/parking", operation_id="setParking")
async def set_parking(body: ParkingShape, me: Owner, request: Request, read: IfMatch = "") -> ParkingOut:
    """Of calls to come: what is parked already keeps its slot, also above a lower number, and its time."""
    room = room_of(request)
    async with room.store.uow() as u:
        check(read, await _parking(u))
        await parking.save_parking(u, me.actor, parking.Parking(body.slots, body.back_s))
    room.reload_engine(me.person_id)
    return ParkingOut(**body.model_dump())


async def _wrap_up(u: Uow) -> WrapUpOut:
    kept = await wrap_up.get_wrap_up(u)
    return WrapUpOut(after_out_s=kept.after_out_s, prolong=kept.prolong)


@router.get("/settings/wrap-up", operation_id="getWrapUp")
async def get_wrap_up(_: Owner, request: Request) -> WrapUpOut:
    async with room_of(request).store.reading() as u:
        return await _wrap_up(u)


@router.put("/settings/wrap-up", operation_id="setWrapUp")
async def set_wrap_up(body: WrapUpShape, me: Owner, request: Request, read: IfMatch = "") -> WrapUpOut:
    """Of calls to come; a wrap-up that runs already goes on as it was. A service group's own stands at the group."""
    room = room_of(request)
    async with room.store.uow() as u:
        check(read, await _wrap_up(u))
        await wrap_up.save_wrap_up(u, me.actor, wrap_up.WrapUp(body.after_out_s, body.prolong))
    room.reload_engine(me.person_id)
    return WrapUpOut(**body.model_dump())


async def _reasons(u: Uow) -> BreakReasonsOut:
    return BreakReasonsOut(reasons=[
        BreakReasonShape(code=row.code, name_zh=row.name_zh, name_en=row.name_en, limit_s=row.limit_s,
                         active=row.active) for row in await site.list_break_reasons(u, inactive=True)])


@router.get("/settings/break-reasons", operation_id="listAllBreakReasons")
async def list_reasons(_: Owner, request: Request) -> BreakReasonsOut:
    """Archived ones too."""
    async with room_of(request).store.reading() as u:
        return await _reasons(u)


@router.put("/settings/break-reasons", operation_id="setBreakReasons")
async def set_reasons(body: BreakReasonsIn, me: Owner, request: Request, read: IfMatch = "") -> BreakReasonsOut:
    """All of them in their order. One that is missing here is archived: it stands in records."""
    room = room_of(request)
    async with room.store.uow() as u:
        check(read, await _reasons(u))
        _check(body)
        known = {row.code: row for row in await site.list_break_reasons(u, inactive=True)}
        for place, one in enumerate(body.reasons):
            await site.save_break_reason(u, me.actor, code=one.code, name_zh=one.name_zh, name_en=one.name_en,
                                         limit_s=one.limit_s, position=place, active=one.active)
            known.pop(one.code, None)
        for place, row in enumerate(known.values(), len(body.reasons)):
            await site.save_break_reason(u, me.actor, code=row.code, name_zh=row.name_zh, name_en=row.name_en,
                                         limit_s=row.limit_s, position=place, active=False)
        shown = await _reasons(u)
    room.reload_engine(me.person_id)
    return shown


def _check(body: BreakReasonsIn) -> None:
    checks, seen = Checks(), set[str]()
    for place, one in enumerate(body.reasons):
        if one.code in seen:
            checks.fail(f"reasons.{place}.code", "doubled")
        seen.add(one.code)
    if not any(one.active for one in body.reasons):
        checks.fail("reasons.0.active", "required")
    checks.done()
