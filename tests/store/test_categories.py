"""The tree of what calls are about: order, limits, archiving, and calls found by a category with those below it."""

from __future__ import annotations

from typing import Any

import pytest

from yingda.calls import categories, repo
from yingda.calls.categories import CategoryData
from yingda.calls.models import CallRow
from yingda.calls.repo import CallFilter
from yingda.calls.state import Call
from yingda.org import audit
from yingda.org.actor import SYSTEM, Actor
from yingda.store.engine import Store, Uow
from yingda.store.errors import Invalid, NotFound
from yingda.store.upsert import put
from yingda.worker import derive

pytestmark = pytest.mark.anyio
T0 = 1_790_000_000_000


async def make(u: Uow, name: str, parent: int | None = None) -> int:
    return (await categories.save_category(
        u, SYSTEM, None, CategoryData(name_zh=name, name_en=f"{name}-en", parent_id=parent))).id


async def tree(u: Uow) -> dict[str, int]:
    """投诉 (态度 (电话), 等待), 咨询."""
    found = {"投诉": await make(u, "投诉"), "咨询": await make(u, "咨询")}
    found["态度"] = await make(u, "态度", found["投诉"])
    found["等待"] = await make(u, "等待", found["投诉"])
    found["电话"] = await make(u, "电话", found["态度"])
    return found


async def order(u: Uow) -> list[str]:
    return [row.name_zh for row in await categories.list_categories(u)]


async def refused(store: Store, category_id: int | None, **data: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as fault:
        async with store.uow() as u:
            await categories.save_category(u, SYSTEM, category_id, CategoryData(**{"name_en": "new"} | data))
    return dict(fault.value.fields)


async def test_they_stand_in_the_order_of_the_tree_and_brothers_change_places(store: Store) -> None:
    async with store.uow() as u:
        made = await tree(u)
        assert await order(u) == ["投诉", "态度", "电话", "等待", "咨询"]
        await categories.move_category(u, SYSTEM, made["等待"], "up")
        await categories.move_category(u, SYSTEM, made["等待"], "up")  # already first
        await categories.move_category(u, SYSTEM, made["投诉"], "down")
        assert await order(u) == ["咨询", "投诉", "等待", "态度", "电话"]
        assert (await categories.names(u, "en"))[made["电话"]] == "投诉-en › 态度-en › 电话-en"
        assert [row.action for row in await audit.page(u)][:2] == ["call_category.move"] * 2
    with pytest.raises(NotFound):
        async with store.uow() as u:
            await categories.move_category(u, SYSTEM, 4711, "up")


async def test_a_tree_stays_a_tree(store: Store) -> None:
    async with store.uow() as u:
        made = await tree(u)
    assert await refused(store, None, name_zh="投诉") == {"name_zh": "taken"}
    assert await refused(store, None, name_zh=" ") == {"name_zh": "required"}
    assert await refused(store, None, name_zh="x" * 41) == {"name_zh": "too_long"}
    assert await refused(store, None, name_zh="新", parent_id=4711) == {"parent_id": "unknown"}
    assert await refused(store, made["投诉"], name_zh="投诉", parent_id=made["电话"]) == {"parent_id": "circular"}
    assert await refused(store, made["投诉"], name_zh="投诉", parent_id=made["投诉"]) == {"parent_id": "circular"}
    assert await refused(store, None, name_zh="新", parent_id=made["电话"]) == {"parent_id": "too_deep"}
    assert await refused(store, made["态度"], name_zh="态度", parent_id=made["等待"]) == {"parent_id": "too_deep"}
    async with store.uow() as u:  # with one below it, it may stand on the second level
        await categories.save_category(u, SYSTEM, made["态度"], CategoryData(
            name_zh="态度", name_en="态度-en", parent_id=made["咨询"]))
        assert await order(u) == ["投诉", "等待", "咨询", "态度", "电话"]


async def test_archiving_takes_along_what_is_below_and_calls_keep_it(store: Store) -> None:
    async with store.uow() as u:
        made = await tree(u)
        await put(u, CallRow, [derive.call_row(Call(id=str(n), direction="in", state="ended", started_at=T0 + n))
                               for n in (1, 2, 3)])
        await repo.set_note(u, Actor(7), 1, "", None, made["电话"])
        await repo.set_note(u, Actor(7), 2, "", None, made["咨询"])
    async with store.uow() as u:
        await categories.save_category(u, SYSTEM, made["投诉"], CategoryData(
            name_zh="投诉", name_en="投诉-en", active=False))
        assert {row.name_zh for row in await categories.list_categories(u) if row.active} == {"咨询"}
    assert await refused(store, None, name_zh="新", parent_id=made["等待"]) == {"parent_id": "archived"}
    async with store.uow() as u:  # what is chosen may stay
        await repo.set_note(u, Actor(7), 1, "text", None, made["电话"])
    for chosen, code in ((made["等待"], "archived"), (4711, "unknown")):
        with pytest.raises(Invalid) as fault:
            async with store.uow() as u:
                await repo.set_note(u, Actor(7), 1, "text", None, chosen)
        assert fault.value.fields == {"category_id": code}
    async with store.uow() as u:  # the worker writes the call again
        await put(u, CallRow, [derive.call_row(Call(id="1", direction="in", state="ended", started_at=T0))],
                  keep=derive.BY_OTHERS)
        assert (await repo.get_call(u, 1)).category_id == made["电话"]
    async with store.reading() as u:
        rows = await categories.list_categories(u)
        for name, calls in (("投诉", [1]), ("态度", [1]), ("等待", []), ("咨询", [2])):
            below = categories.with_below(rows, made[name])
            for since in (None, T0):
                found = await repo.search_calls(u, CallFilter(category_ids=below, since=since))
                assert [row.id for row in found.items] == calls, (name, since)
        bare = await repo.search_calls(u, CallFilter(uncategorised=True))
        assert [row.id for row in bare.items] == [3]
