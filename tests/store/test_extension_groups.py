"""Named groups of extensions: names, archiving, many extensions at once."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet

from yingda.journey.directory import load
from yingda.org import audit, extension_groups, extensions
from yingda.org.actor import SYSTEM
from yingda.org.sealing import Seal
from yingda.store.engine import Store
from yingda.store.errors import Invalid, NotFound

pytestmark = pytest.mark.anyio
SEAL = Seal(Fernet.generate_key().decode())


async def refused(store: Store, group_id: int | None, name: str, **data: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as fault:
        async with store.uow() as u:
            await extension_groups.save_group(u, SYSTEM, group_id, name, **data)
    return dict(fault.value.fields)


async def test_extensions_go_into_a_group_and_the_engine_knows_it(store: Store) -> None:
    async with store.uow() as u:
        hall = (await extension_groups.save_group(u, SYSTEM, None, " 大厅 ")).id
        yard = (await extension_groups.save_group(u, SYSTEM, None, "仓库")).id
        made = [row.id for row, _ in await extensions.create_range(u, SYSTEM, SEAL, "1001", 3, group_id=yard)]
    async with store.uow() as u:
        assert await extension_groups.put_into(u, SYSTEM, [*made[:2], made[0]], hall) == 2
        assert await extension_groups.put_into(u, SYSTEM, made[:1], hall) == 0, "it is there already"
    async with store.reading() as u:
        assert await extension_groups.group_sizes(u) == {hall: 2, yard: 1}
        assert [(one.number, one.group_name) for one in await extensions.list_extensions(u)] == [
            ("1001", "大厅"), ("1002", "大厅"), ("1003", "仓库")]
        site = await load(u, SEAL)
        assert {one.number: one.group_id for one in site.extensions} == {
            "1001": str(hall), "1002": str(hall), "1003": str(yard)}
        changes = [row.after for row in await audit.page(u) if row.action == "extension.update"]
        assert len(changes) == 2 and {(one or {})["group_id"] for one in changes} == {hall}
    async with store.uow() as u:
        await extensions.update_extension(u, SYSTEM, made[2], number="1003", active=True, group_id=None)
        assert (await extensions.extension_info(u, made[2])).group_id is None


async def test_names_are_taken_once_and_only_an_empty_group_is_archived(store: Store) -> None:
    async with store.uow() as u:
        group = (await extension_groups.save_group(u, SYSTEM, None, "Hall")).id
        row, _ = await extensions.create_extension(u, SYSTEM, SEAL, "1001", group_id=group)
    assert await refused(store, None, "hall") == {"name": "taken"}
    assert await refused(store, None, " ") == {"name": "required"}
    assert await refused(store, group, "Hall", active=False) == {"active": "in_use"}
    async with store.uow() as u:
        await extension_groups.put_into(u, SYSTEM, [row.id], None)
        await extension_groups.save_group(u, SYSTEM, group, "Hall", active=False)
        with pytest.raises(NotFound):
            await extension_groups.save_group(u, SYSTEM, 4711, "x")
        with pytest.raises(NotFound):
            await extension_groups.put_into(u, SYSTEM, [row.id, 4711], None)
    for unfit, code in ((group, "archived"), (4711, "unknown")):
        with pytest.raises(Invalid) as fault:
            async with store.uow() as u:
                await extension_groups.put_into(u, SYSTEM, [row.id], unfit)
        assert fault.value.fields == {"group_id": code}
        with pytest.raises(Invalid):
            async with store.uow() as u:
                await extensions.create_extension(u, SYSTEM, SEAL, "1002", group_id=unfit)
