"""Channels as the administrator keeps them: a port, its values, its sealed secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select

from yingda.kit.ids import new_id
from yingda.notify.models import ChannelRow
from yingda.notify.ports import Port, ports
from yingda.notify.rules import SEVERITIES
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.sealing import Seal
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

_SECRET = frozenset({"secrets_sealed"})


async def listed(u: Uow) -> list[ChannelRow]:
    return list((await u.execute(select(ChannelRow).order_by(ChannelRow.name))).scalars())


async def get(u: Uow, channel_id: int) -> ChannelRow:
    """Raises NotFound."""
    row = await u.get(ChannelRow, channel_id)
    if row is None:
        raise NotFound(kind="channel", id=str(channel_id))
    return row


def port_of(kind: str) -> Port:
    """Raises NotFound when the port is not installed (any more)."""
    port = ports().get(kind)
    if port is None:
        raise NotFound(kind="channel", id=kind)
    return port


def secrets_of(row: ChannelRow, seal: Seal) -> dict[str, str]:
    """Raises SealBroken."""
    found: dict[str, str] = json.loads(seal.open(row.secrets_sealed) or "{}")
    return found


def values_of(row: ChannelRow, seal: Seal) -> dict[str, str]:
    """All that the port needs, secrets included. Raises SealBroken."""
    return {**{name: str(value) for name, value in row.settings.items()}, **secrets_of(row, seal)}


async def save(u: Uow, actor: Actor, seal: Seal, channel_id: int | None, *, name: str, kind: str,
               settings: Mapping[str, str], alarms_from: str = "", active: bool = True) -> ChannelRow:
    """Make or change a channel. A secret that is left empty stays as it is. Raises NotFound, Invalid."""
    row = await get(u, channel_id) if channel_id is not None else None
    checks = Checks()
    name = checks.text("name", name, 40)
    kind = row.kind if row else kind
    port = ports().get(kind)
    if port is None:
        checks.fail("kind", "unknown")
        checks.done()
    assert port is not None
    if alarms_from and alarms_from not in SEVERITIES:
        checks.fail("alarms_from", "unknown")
    other = (await u.execute(select(ChannelRow.id).where(ChannelRow.name == name))).scalar_one_or_none()
    if other is not None and other != channel_id:
        checks.fail("name", "taken")
    kept = secrets_of(row, seal) if row else {}
    plain_values, hidden = _sort(port, settings, kept, checks)
    checks.done()
    before = plain(row, _SECRET) if row else None
    if row is None:
        row = ChannelRow(id=new_id(), kind=kind)
        u.add(row)
    row.name, row.settings, row.alarms_from, row.active = name, plain_values, alarms_from, active
    row.secrets_sealed = seal.close(json.dumps(hidden))
    await u.flush()
    audit.record(u, actor, "channel.update" if before else "channel.create", "channel", row.id, before,
                 plain(row, _SECRET))
    return row


def _sort(port: Port, values: Mapping[str, str], kept: Mapping[str, str],
          checks: Checks) -> tuple[dict[str, str], dict[str, str]]:
    settings: dict[str, str] = {}
    hidden: dict[str, str] = {}
    for field in port.fields:
        value = values.get(field.name, "").strip()
        if field.secret and not value:
            value = kept.get(field.name, "")
        place = f"settings.{field.name}"
        value = checks.text(place, value, 4000 if field.long else 500, empty=not field.required)
        if value and field.choices:
            checks.one_of(place, value, field.choices)
        (hidden if field.secret else settings)[field.name] = value
    return settings, hidden


async def delete(u: Uow, actor: Actor, channel_id: int) -> None:
    """Messages that still wait for it are given up. Raises NotFound."""
    row = await get(u, channel_id)
    audit.record(u, actor, "channel.delete", "channel", row.id, plain(row, _SECRET), None)
    await u.delete(row)
