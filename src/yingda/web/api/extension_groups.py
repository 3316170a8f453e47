"""Named groups of extensions: for calling rules, for picking up, for finding one's way in a long list."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from yingda.org import extension_groups
from yingda.org.models import ExtensionGroup
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.revisions import IfMatch, check_row
from yingda.web.room import room_of
from yingda.web.shapes.admin import ExtensionGroupIn, ExtensionGroupOut, GroupedIn, GroupedOut
from yingda.web.shapes.common import Id

router = APIRouter(tags=["extensions"])
Editor = Annotated[Identity, require(Permission.EXTENSIONS_EDIT)]


def _out(row: ExtensionGroup, extensions: int) -> ExtensionGroupOut:
    return ExtensionGroupOut(id=row.id, name=row.name, active=row.active, extensions=extensions)


async def _save(u: Uow, me: Identity, group_id: int | None, body: ExtensionGroupIn) -> ExtensionGroupOut:
    row = await extension_groups.save_group(u, me.actor, group_id, body.name, active=body.active)
    return _out(row, await extension_groups.group_size(u, row.id))


@router.get("/extension-groups", operation_id="listExtensionGroups")
async def list_groups(_: Editor, request: Request) -> list[ExtensionGroupOut]:
    """By name, archived ones too."""
    async with room_of(request).store.reading() as u:
        sizes = await extension_groups.group_sizes(u)
        return [_out(row, sizes.get(row.id, 0)) for row in await extension_groups.list_groups(u)]


@router.post("/extension-groups", operation_id="createExtensionGroup", status_code=201)
async def create(body: ExtensionGroupIn, me: Editor, request: Request) -> ExtensionGroupOut:
    async with room_of(request).store.uow() as u:
        return await _save(u, me, None, body)


@router.put("/extension-groups/{group_id}", operation_id="updateExtensionGroup")
async def update(group_id: Id, body: ExtensionGroupIn, me: Editor, request: Request,
                 read: IfMatch = "") -> ExtensionGroupOut:
    """Only a group without extensions can be archived."""
    async with room_of(request).store.uow() as u:
        await check_row(u, read, ExtensionGroup, group_id, lambda row: _out(row, 0))
        return await _save(u, me, group_id, body)


@router.post("/extensions/group", operation_id="groupExtensions")
async def group_extensions(body: GroupedIn, me: Editor, request: Request) -> GroupedOut:
    """Put many extensions into one group, or into none, all or none of them."""
    room = room_of(request)
    async with room.store.uow() as u:
        changed = await extension_groups.put_into(u, me.actor, body.extension_ids, body.group_id)
    room.reload_engine(me.person_id)
    return GroupedOut(changed=changed)
