"""Named groups of extensions. A calling rule can name one, and its phones pick up what rings at one another.

Nothing is deleted: a group without extensions can be archived and is then no longer offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select

from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import Extension, ExtensionGroup
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

LONGEST_NAME: Final = 40
MOST: Final = 500
_PART: Final = 500
"""Ids in one question to the database."""


async def list_groups(u: Uow) -> list[ExtensionGroup]:
    """By name, archived ones too."""
    return list((await u.execute(select(ExtensionGroup).order_by(ExtensionGroup.name))).scalars())


async def group_sizes(u: Uow) -> dict[int, int]:
    """How many extensions each group has; those without any are left out."""
    rows = await u.execute(select(Extension.group_id, func.count()).where(Extension.group_id.is_not(None))
                           .group_by(Extension.group_id))
    return {group: count for group, count in rows if group is not None}


async def group_size(u: Uow, group_id: int) -> int:
    """How many extensions it has."""
    return (await u.execute(select(func.count()).where(Extension.group_id == group_id))).scalar_one()


async def save_group(u: Uow, actor: Actor, group_id: int | None, name: str, *, active: bool = True) -> ExtensionGroup:
    """Make (`group_id` None) or change one. Raises NotFound, Invalid (also: archive one that has extensions)."""
    rows = await list_groups(u)
    row = next((one for one in rows if one.id == group_id), None)
    if group_id is not None and row is None:
        raise NotFound(kind="extension_group", id=str(group_id))
    checks = Checks()
    name = checks.text("name", name, LONGEST_NAME)
    if any(one is not row and one.name.casefold() == name.casefold() for one in rows):
        checks.fail("name", "taken")
    if row is None and len(rows) >= MOST:
        checks.fail("name", "too_many")
    if row is not None and not active and await group_size(u, row.id):
        checks.fail("active", "in_use")
    checks.done()
    before = plain(row) if row else None
    if row is None:
        row = ExtensionGroup(id=new_id())
        u.add(row)
    row.name, row.active = name, active
    await u.flush()
    audit.record(u, actor, "extension_group.update" if before else "extension_group.create", "extension_group", row.id,
                 before, plain(row))
    return row


async def check_group(u: Uow, checks: Checks, group_id: int | None) -> None:
    """Notes a fault at "group_id" unless an extension may be put into this group."""
    if group_id is None:
        return
    row = await u.get(ExtensionGroup, group_id)
    if row is None:
        checks.fail("group_id", "unknown")
    elif not row.active:
        checks.fail("group_id", "archived")


async def put_into(u: Uow, actor: Actor, extension_ids: Sequence[int], group_id: int | None) -> int:
    """Put all of these extensions into one group (None: into none); how many that has changed.

    All or none. Raises NotFound, Invalid.
    """
    checks = Checks()
    await check_group(u, checks, group_id)
    checks.done()
    wanted = list(dict.fromkeys(extension_ids))
    rows = [row for start in range(0, len(wanted), _PART) for row in (await u.execute(
        select(Extension).where(Extension.id.in_(wanted[start:start + _PART])))).scalars()]
    missing = set(wanted) - {row.id for row in rows}
    if missing:
        raise NotFound(kind="extension", id=str(min(missing)))
    changed = [row for row in rows if row.group_id != group_id]
    for row in changed:
        before, row.group_id = row.group_id, group_id
        audit.record(u, actor, "extension.update", "extension", row.id, {"number": row.number, "group_id": before},
                     {"number": row.number, "group_id": group_id})
    await u.flush()
    return len(changed)
