"""Queues, flows, the directory that the engine reads, and the sample company."""

from __future__ import annotations

import asyncio
import json
import stat
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.exc import IntegrityError

from yingda.acd import repo as acd
from yingda.acd.repo import QueueData
from yingda.crm.customers import repo as customers
from yingda.ivr import repo as ivr
from yingda.journey.directory import Directory, load
from yingda.kit.errors import YingdaError
from yingda.kit.i18n import text
from yingda.main import demo
from yingda.main.settings import Settings
from yingda.org import audit, extensions, lines, login, people, site
from yingda.org import errors as org_errors
from yingda.org.actor import SYSTEM, Actor
from yingda.org.people import PersonData
from yingda.org.sealing import Seal
from yingda.store import errors as store_errors
from yingda.store.engine import Store
from yingda.store.errors import Invalid, NotFound

pytestmark = pytest.mark.anyio
ADMIN = Actor(1, "admin", "")
PASSWORD = "correct horse battery"


async def test_flows_made_in_the_same_instant_get_numbers_of_their_own(store: Store) -> None:
    """The second one asks for its number while the first one's is not committed yet; SQLite lets it wait."""
    async def make(name: str) -> int:
        async with store.uow() as u:
            return (await ivr.save_draft(u, ADMIN, None, name, demo.MENU)).number

    async with store.uow() as u:
        first = (await ivr.save_draft(u, ADMIN, None, "甲", demo.MENU)).number
        others = [asyncio.create_task(make(name)) for name in ("乙", "丙", "丁")]
        same = asyncio.create_task(make("甲"))
        await asyncio.wait(others, timeout=0.3)
    numbers = [first, *await asyncio.gather(*others)]
    assert sorted(numbers) == list(range(first, first + 4))
    with pytest.raises((Invalid, IntegrityError)):  # the same name is refused as ever
        await same


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_error_has_its_sentence(language: str) -> None:
    found = [one for module in (org_errors, store_errors) for one in vars(module).values()
             if isinstance(one, type) and issubclass(one, YingdaError) and one is not YingdaError]
    assert len(found) > 8
    for one in found:
        assert text(f"errors.{one.code}", language) != f"errors.{one.code}", one


async def person(store: Store, number: str) -> int:
    async with store.uow() as u:
        return (await people.create_person(u, ADMIN, PersonData(number=number, name="李娜", role="agent"))).id


async def test_a_queue_and_its_members(store: Store) -> None:
    one, two = await person(store, "1001"), await person(store, "1002")
    data = QueueData(number="801", name="销售", members=((one, 1), (two, 2)))
    async with store.uow() as u:
        queue = await acd.save_queue(u, ADMIN, None, data)
    async with store.uow() as u:
        await acd.save_queue(u, ADMIN, queue.id, replace(data, members=((two, 1),), ring_s=30))
    async with store.reading() as u:
        assert [(m.person_id, m.level) for m in await acd.members(u, queue.id)] == [(two, 1)]
        assert (await acd.get_queue(u, queue.id)).ring_s == 30
        log = (await audit.page(u, object_kind="queue"))[0]
        assert log.before == {"ring_s": 20, "members": [[one, 1, ""], [two, 2, ""]]}
        with pytest.raises(NotFound):
            await acd.get_queue(u, 4711)
    wrong = QueueData(number="801", name="", strategy="dice", ring_s=0, members=((99, 1), (99, 20)))
    with pytest.raises(Invalid) as fault:
        async with store.uow() as u:
            await acd.save_queue(u, ADMIN, None, wrong)
    assert set(fault.value.fields) == {"number", "name", "strategy", "ring_s", "members"}


async def test_callers_hear_a_flow_only_once_it_is_published(store: Store, seal: Seal) -> None:
    async with store.uow() as u:
        flow = await ivr.save_draft(u, ADMIN, None, "主菜单", demo.MENU)
    async with store.reading() as u:
        assert (await load(u, seal)).flows == ()
    async with store.uow() as u:
        await ivr.publish(u, ADMIN, flow.id)
        await ivr.save_draft(u, ADMIN, flow.id, "主菜单", demo.MENU | {"start": "bye"})
    async with store.reading() as u:
        published = (await load(u, seal)).flows[0]
    assert (published.id, published.version, published.start) == (str(flow.id), 1, "welcome")
    assert published.nodes["menu"].keys == {"1": "sales", "2": "service"}


@pytest.mark.parametrize(("draft", "faulty"), [
    ({}, "nodes"), ({"start": "x", "nodes": {"a": {"kind": "hang_up"}}}, "start"),
    ({"start": "a", "nodes": {"a": {"kind": "dance"}}}, "nodes.a.kind"),
    ({"start": "a", "nodes": {"a": {"kind": "play", "prompts": ["x"], "next": "b"}}}, "nodes.a.next"),
    ({"start": "a", "nodes": {"a": {"kind": "menu", "prompts": ["x"], "failed": "a", "keys": {"12": "a"}}}},
     "nodes.a.keys.12"),
    ({"start": "a", "nodes": {"a": {"kind": "menu", "prompts": ["x"], "failed": "a"}}}, "nodes.a.keys"),
    ({"start": "a", "nodes": {"a": {"kind": "queue"}}}, "nodes.a.queue")])
async def test_a_broken_flow_cannot_be_published(store: Store, draft: dict[str, object], faulty: str) -> None:
    async with store.uow() as u:
        flow = await ivr.save_draft(u, ADMIN, None, "f", draft)
    with pytest.raises(Invalid) as fault:
        async with store.uow() as u:
            await ivr.publish(u, ADMIN, flow.id)
    assert faulty in fault.value.fields


async def test_the_directory_holds_what_is_active(store: Store, seal: Seal) -> None:
    one = await person(store, "1001")
    async with store.uow() as u:
        extension, secret = await extensions.create_extension(u, ADMIN, seal, "1001")
        await extensions.assign(u, ADMIN, extension.id, one)
        off, _ = await extensions.create_extension(u, ADMIN, seal, "1002", active=False)
        open_queue = await acd.save_queue(u, ADMIN, None, QueueData(number="801", name="开", members=((one, 2),)))
        await acd.save_queue(u, ADMIN, None, QueueData(number="802", name="关", active=False, members=((one, 1),)))
        trunk = await lines.save_trunk(u, ADMIN, seal, None, lines.TrunkData(
            name="t", endpoint="trunk-t", match="127.0.0.1,10.0.0.0/8", secret="x1"))
        await lines.save_number(u, ADMIN, None, number="95588", trunk_id=trunk.id, destination="queue:801")
        await site.add_break_reasons(u)
    async with store.reading() as u:
        found = await load(u, seal)
    assert [(p.id, p.number, p.extension, p.queues) for p in found.people] == [
        (str(one), "1001", "1001", ((str(open_queue.id), 2),))]
    assert [(x.number, x.secret, x.person_id) for x in found.extensions] == [("1001", secret, str(one))]
    assert [q.number for q in found.queues] == ["801"]
    assert (found.trunks[0].match, found.trunks[0].secret) == (("127.0.0.1", "10.0.0.0/8"), "x1")
    assert found.numbers[0].destination == "queue:801"
    assert "lunch" in found.break_reasons
    assert msgspec.json.decode(msgspec.json.encode(found), type=Directory) == found
    async with store.uow() as u:
        await people.update_person(u, ADMIN, one, PersonData(number="1001", name="李娜", role="agent", active=False,
                                                             extension_id=extension.id))
    async with store.reading() as u:
        found = await load(u, seal)
    assert found.people == ()
    assert [x.person_id for x in found.extensions] == [""]
    assert off.number == "1002"


async def test_the_sample_company(url: str, store: Store, tmp_path: Path) -> None:
    key = "3Yr6cVW4c3wWcXZyY0Jm0H8m1pQm0oVvYw0n9YxQx2M="
    settings = Settings(data=tmp_path, database_url=url, site_key=key, sip_port=5070, http_port=8090)
    await demo.seed(settings)
    file = tmp_path / "demo.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = json.loads(file.read_text("utf-8"))
    assert {"url", "https_url", "sip_host", "sip_port", "numbers", "people", "customers"} <= set(told)
    assert [p["number"] for p in told["people"] if p["role"] == "agent"] == [f"100{n}" for n in range(1, 7)]
    passwords = {p["password"] for p in told["people"]}
    assert len(passwords) == 8
    for staff in (told["people"][0], told["people"][-1]):
        opened = await login.log_in(store, staff["number"], staff["password"], 1, seal=Seal(key))
        assert opened.person.role == staff["role"]
    async with store.reading() as u:
        found = await load(u, Seal(key))
        known = await customers.by_number(u, told["customers"][0]["number"])
        page = await customers.search(u, "", limit=500)
    assert known[0].name == told["customers"][0]["name"]
    assert len(page.items) == demo.CUSTOMERS
    assert all(c.phones and c.vehicles for c in page.items)
    assert {x.number: x.secret for x in found.extensions} == {
        p["extension"]: p["sip_secret"] for p in told["people"] if "extension" in p}
    assert {n.number: n.destination.split(":")[0] for n in found.numbers} == {
        "4008001000": "flow", "4008001001": "queue"}
    assert [len(p.queues) for p in found.people if p.role == "agent"] == [2] * 6
    assert (found.trunks[0].match, found.trunks[0].capacity) == (("127.0.0.1",), 20)
    before = file.read_text("utf-8")
    await demo.seed(settings)  # a second time: somebody's company now, left alone
    assert file.read_text("utf-8") == before


async def test_a_failing_sample_company_leaves_nothing(url: str, store: Store, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "absent", database_url=url,
                        site_key="3Yr6cVW4c3wWcXZyY0Jm0H8m1pQm0oVvYw0n9YxQx2M=")
    with pytest.raises(OSError):
        await demo.seed(settings)
    async with store.reading() as u:
        assert await site.needs_set_up(u)
        assert await people.list_people(u) == []
    async with store.uow() as u:
        await site.put_setting(u, SYSTEM, "still", "writable")
