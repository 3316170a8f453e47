"""What calls are about: a tree of categories, kept by an administrator. Nothing is deleted: records speak of it.

An archived category is no longer offered; calls that have it keep it, and can still be searched by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import select

from yingda.calls.models import CallCategory
from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

LONGEST_NAME: Final = 40
DEEPEST: Final = 3
"""Levels of the tree: deeper, nobody finds anything while a customer waits."""
MOST: Final = 500
BETWEEN: Final = " › "


@dataclass(frozen=True, kw_only=True)
class CategoryData:
    """`parent_id` None: on the top level."""

    name_zh: str
    name_en: str
    parent_id: int | None = None
    active: bool = True


async def list_categories(u: Uow) -> list[CallCategory]:
    """All, archived ones too, in the order of the tree: each before those below it."""
    rows = (await u.execute(select(CallCategory).order_by(CallCategory.position, CallCategory.id))).scalars().all()
    return in_order(rows)


def in_order(rows: Sequence[CallCategory]) -> list[CallCategory]:
    """The rows as one reads a tree from top to bottom; brothers stay in the order in which they come."""
    below: dict[int | None, list[CallCategory]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)

    def walk(parent: int | None) -> list[CallCategory]:
        return [one for row in below.get(parent, ()) for one in (row, *walk(row.id))]
    return walk(None)


def way_to(rows: Mapping[int, CallCategory], category_id: int | None) -> list[CallCategory]:
    """The category with those above it, the topmost first; empty for one that is not known."""
    way: list[CallCategory] = []
    row = rows.get(category_id) if category_id is not None else None
    while row is not None and row not in way:
        way.insert(0, row)
        row = rows.get(row.parent_id) if row.parent_id is not None else None
    return way


def with_below(rows: Sequence[CallCategory], category_id: int) -> frozenset[int]:
    """The category and everything below it; the rows come in the order of the tree."""
    found = {category_id}
    for row in rows:
        if row.parent_id in found:
            found.add(row.id)
    return frozenset(found)


async def names(u: Uow, language: str) -> dict[int, str]:
    """Each category with those above it, e.g. "Complaint › Waiting time"."""
    rows = {row.id: row for row in await list_categories(u)}
    return {key: BETWEEN.join(one.name_en if language == "en" else one.name_zh for one in way_to(rows, key))
            for key in rows}


async def save_category(u: Uow, actor: Actor, category_id: int | None, data: CategoryData) -> CallCategory:
    """Make (`category_id` None) or change one; a new or moved one goes behind its new brothers.

    Archiving takes along what is below. Raises NotFound, Invalid (also for a circle and for a tree too deep).
    """
    rows = await list_categories(u)
    row = next((one for one in rows if one.id == category_id), None)
    if category_id is not None and row is None:
        raise NotFound(kind="call_category", id=str(category_id))
    name_zh, name_en = _check(rows, row, data)
    before = plain(row) if row else None
    if row is None:
        row = CallCategory(id=new_id())
        u.add(row)
    if before is None or row.parent_id != data.parent_id:
        row.position = 1 + max((one.position for one in rows if one.parent_id == data.parent_id), default=0)
    row.name_zh, row.name_en, row.parent_id, row.active = name_zh, name_en, data.parent_id, data.active
    await u.flush()
    audit.record(u, actor, "call_category.update" if before else "call_category.create", "call_category", row.id,
                 before, plain(row))
    if before is not None and not data.active:
        await _archive_below(u, actor, rows, row.id)
    return row


async def _archive_below(u: Uow, actor: Actor, rows: Sequence[CallCategory], category_id: int) -> None:
    below = with_below(rows, category_id) - {category_id}
    for one in rows:
        if one.id in below and one.active:
            was = plain(one)
            one.active = False
            audit.record(u, actor, "call_category.update", "call_category", one.id, was, plain(one))
    await u.flush()


async def move_category(u: Uow, actor: Actor, category_id: int, where: Literal["up", "down"]) -> None:
    """Change places with the brother before or behind it; at the end of the row nothing happens. Raises NotFound."""
    rows = await list_categories(u)
    row = next((one for one in rows if one.id == category_id), None)
    if row is None:
        raise NotFound(kind="call_category", id=str(category_id))
    brothers = [one for one in rows if one.parent_id == row.parent_id]
    at = brothers.index(row)
    to = at - 1 if where == "up" else at + 1
    if not 0 <= to < len(brothers):
        return
    before = [str(one.id) for one in brothers]
    brothers[at], brothers[to] = brothers[to], brothers[at]
    for place, one in enumerate(brothers, 1):
        one.position = place
    await u.flush()
    audit.record(u, actor, "call_category.move", "call_category", row.id, {"order": before},
                 {"order": [str(one.id) for one in brothers]})


def _check(rows: Sequence[CallCategory], row: CallCategory | None, data: CategoryData) -> tuple[str, str]:
    checks, known = Checks(), {one.id: one for one in rows}
    name_zh = checks.text("name_zh", data.name_zh, LONGEST_NAME)
    name_en = checks.text("name_en", data.name_en, LONGEST_NAME)
    if row is None and len(rows) >= MOST:
        checks.fail("name_zh", "too_many")
    for one in rows:
        if one is not row and one.parent_id == data.parent_id:
            for field, mine, theirs in (("name_zh", name_zh, one.name_zh), ("name_en", name_en, one.name_en)):
                if mine.casefold() == theirs.casefold():
                    checks.fail(field, "taken")
    if data.parent_id is not None:
        _check_parent(checks, known, row, data)
    checks.done()
    return name_zh, name_en


def _check_parent(checks: Checks, known: Mapping[int, CallCategory], row: CallCategory | None,
                  data: CategoryData) -> None:
    way = way_to(known, data.parent_id)
    if not way:
        checks.fail("parent_id", "unknown")
        return
    if row is not None and row in way:
        checks.fail("parent_id", "circular")
        return
    if data.active and not all(one.active for one in way):
        checks.fail("parent_id", "archived")
    own = len(way_to(known, row.id)) if row else 1
    deepest = max((len(one) for one in (way_to(known, key) for key in known) if row in one), default=own)
    if len(way) + 1 + deepest - own > DEEPEST:
        checks.fail("parent_id", "too_deep")
