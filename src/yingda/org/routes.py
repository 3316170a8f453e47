"""Ways out: which calls take which trunks, in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from yingda.kit.ids import new_id
from yingda.kit.numbering import CLASSES
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import Trunk
from yingda.org.office_models import Route
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

_PREFIX = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, kw_only=True)
class RouteData:
    """`trunk_ids` in the order in which they are tried."""

    name: str
    classes: tuple[str, ...] = ()
    prefix: str = ""
    trunk_ids: tuple[int, ...] = ()
    position: int = 0
    active: bool = True


async def list_routes(u: Uow) -> list[Route]:
    return list((await u.execute(select(Route).order_by(Route.position, Route.id))).scalars())


async def save_route(u: Uow, actor: Actor, route_id: int | None, data: RouteData) -> Route:
    """Make (`route_id` None) or change a way out. Raises NotFound, Invalid."""
    checks = Checks()
    name = checks.text("name", data.name)
    for kind in data.classes:
        checks.one_of("classes", kind, CLASSES)
    if data.prefix and not _PREFIX.fullmatch(data.prefix):
        checks.fail("prefix", "malformed")
    checks.between("position", data.position, 0, 10_000)
    known = set((await u.execute(select(Trunk.id).where(Trunk.id.in_(data.trunk_ids or (0,))))).scalars())
    if not data.trunk_ids:
        checks.fail("trunk_ids", "required")
    elif known != set(data.trunk_ids):
        checks.fail("trunk_ids", "unknown")
    elif len(set(data.trunk_ids)) != len(data.trunk_ids):
        checks.fail("trunk_ids", "doubled")
    checks.done()
    row = await _get(u, route_id) if route_id is not None else None
    before = plain(row) if row else None
    if row is None:
        row = Route(id=new_id())
        u.add(row)
    row.name, row.classes, row.prefix, row.position, row.active = (
        name, list(data.classes), data.prefix, data.position, data.active)
    row.trunk_ids = [str(one) for one in data.trunk_ids]
    await u.flush()
    audit.record(u, actor, "route.update" if before else "route.create", "route", row.id, before, plain(row))
    return row


async def delete_route(u: Uow, actor: Actor, route_id: int) -> None:
    """Raises NotFound."""
    row = await _get(u, route_id)
    audit.record(u, actor, "route.delete", "route", row.id, plain(row), None)
    await u.delete(row)


async def _get(u: Uow, route_id: int) -> Route:
    row = await u.get(Route, route_id)
    if row is None:
        raise NotFound(kind="route", id=str(route_id))
    return row
