"""The company's own settings and the reasons for breaks. They hold at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from yingda.org import site
from yingda.org.checks import Checks
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.room import room_of
from yingda.web.shapes.settings import BreakReasonShape, BreakReasonsIn, SiteShape

router = APIRouter(tags=["settings"])
Owner = Annotated[Identity, require(Permission.SETTINGS_EDIT)]


@router.get("/settings/site", operation_id="getSite")
async def get_site(_: Owner, request: Request) -> SiteShape:
    async with room_of(request).store.reading() as u:
        kept = await site.get_site(u)
    return SiteShape(company=kept.company or "-", timezone=kept.timezone,
                     language="en" if kept.language == "en" else "zh")


@router.put("/settings/site", operation_id="setSite")
async def set_site(body: SiteShape, me: Owner, request: Request) -> SiteShape:
    """Figures of the day begin anew at the midnight of the new zone."""
    room = room_of(request)
    async with room.store.uow() as u:
        await site.save_site(u, me.actor, site.Site(body.company, body.timezone, body.language))
    room.forget_site()
    room.reload_engine(me.person_id)
    return body


async def _reasons(u: Uow) -> list[BreakReasonShape]:
    return [BreakReasonShape(code=row.code, name_zh=row.name_zh, name_en=row.name_en, limit_s=row.limit_s,
                             active=row.active) for row in await site.list_break_reasons(u, inactive=True)]


@router.get("/settings/break-reasons", operation_id="listAllBreakReasons")
async def list_reasons(_: Owner, request: Request) -> list[BreakReasonShape]:
    """Archived ones too."""
    async with room_of(request).store.reading() as u:
        return await _reasons(u)


@router.put("/settings/break-reasons", operation_id="setBreakReasons")
async def set_reasons(body: BreakReasonsIn, me: Owner, request: Request) -> list[BreakReasonShape]:
    """All of them in their order. One that is missing here is archived: it stands in records."""
    room = room_of(request)
    async with room.store.uow() as u:
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
