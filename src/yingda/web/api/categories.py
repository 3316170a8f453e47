"""What calls are about: a tree of categories that administrators keep and agents choose from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from yingda.calls import categories
from yingda.calls.models import CallCategory
from yingda.org.permissions import Permission
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import room_of
from yingda.web.shapes.categories import CategoryIn, CategoryMove, CategoryOut
from yingda.web.shapes.common import Id

router = APIRouter(tags=["records"])
Reader = Annotated[Identity, require(Permission.CALLS_VIEW)]
Owner = Annotated[Identity, require(Permission.SETTINGS_EDIT)]


def _out(row: CallCategory) -> CategoryOut:
    return CategoryOut(id=row.id, name_zh=row.name_zh, name_en=row.name_en, parent_id=row.parent_id, active=row.active)


@router.get("/call-categories", operation_id="listCallCategories")
async def list_all(_: Reader, request: Request) -> list[CategoryOut]:
    """All, archived ones too, in the order of the tree: each before those below it."""
    async with room_of(request).store.reading() as u:
        return [_out(row) for row in await categories.list_categories(u)]


@router.post("/call-categories", operation_id="createCallCategory", status_code=201)
async def create(body: CategoryIn, me: Owner, request: Request) -> CategoryOut:
    """It goes behind its brothers."""
    async with room_of(request).store.uow() as u:
        return _out(await categories.save_category(u, me.actor, None, categories.CategoryData(**body.values())))


@router.put("/call-categories/{category_id}", operation_id="updateCallCategory")
async def update(category_id: Id, body: CategoryIn, me: Owner, request: Request, read: IfMatch = "") -> CategoryOut:
    """Calls that have an archived category keep it."""
    async with room_of(request).store.uow() as u:
        await check_row(u, read, CallCategory, category_id, _out)
        return _out(await categories.save_category(
            u, me.actor, category_id, categories.CategoryData(**body.values())))


@router.post("/call-categories/{category_id}/move", operation_id="moveCallCategory", status_code=204)
async def move(category_id: Id, body: CategoryMove, me: Owner, request: Request) -> None:
    """Change places with the brother before or behind it."""
    async with room_of(request).store.uow() as u:
        await categories.move_category(u, me.actor, category_id, body.where)
