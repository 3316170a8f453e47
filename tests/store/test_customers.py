"""Customers: found by number, suffix, name, pinyin, plate; made and changed with phones and vehicles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yingda.crm.customers import repo, service
from yingda.crm.customers.models import Customer
from yingda.crm.customers.service import CustomerData, PhoneData, VehicleData
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.store.engine import Store, Uow
from yingda.store.errors import Invalid, NotFound

pytestmark = pytest.mark.anyio
AGENT = Actor(7, "agent", "10.0.0.7")
ZHANG = CustomerData(
    name="张伟", level="金卡", vip=True, phones=(PhoneData(number="+86 138 0013 8000", label="手机"),
                                               PhoneData(number="010-62345678")),
    vehicles=(VehicleData(plate="京A·12345", vin="LSVAA49J132047371", model="帕萨特", purchased_on="2023-05-01"),))


async def make(store: Store, *several: CustomerData) -> list[Customer]:
    async with store.uow() as u:
        return [await service.create_customer(u, AGENT, data) for data in several]


async def found(u: Uow, q: str) -> list[str]:
    return [row.name for row in (await repo.search(u, q)).items]


async def test_none_one_and_several_customers_have_a_number(store: Store) -> None:
    await make(store, ZHANG, replace(ZHANG, name="李娜", phones=(PhoneData(number="01062345678"),)))
    async with store.reading() as u:
        assert await repo.by_number(u, "13900000000") == []
        assert await repo.by_number(u, "anonymous") == []
        assert [c.name for c in await repo.by_number(u, "8613800138000")] == ["张伟"]
        assert {c.name for c in await repo.by_number(u, "010 6234 5678")} == {"张伟", "李娜"}
        assert await repo.ids_by_numbers(u, {"13800138000", "01062345678", "1"}) == {
            "13800138000": (await repo.by_number(u, "13800138000"))[0].id}


async def test_the_pop_card(store: Store) -> None:
    made = (await make(store, ZHANG))[0]
    async with store.reading() as u:
        card = await repo.pop_card(u, "+8613800138000")
        unknown = await repo.pop_card(u, "13900000000")
        withheld = await repo.pop_card(u, "anonymous")
    assert (card.number, card.number_masked) == ("13800138000", "138****8000")
    assert [(c.id, c.name, c.level, c.vip) for c in card.customers] == [(str(made.id), "张伟", "金卡", True)]
    assert card.customers[0].vehicles[0].plate == "京A·12345"
    assert unknown.customers == ()
    assert (withheld.number, withheld.customers) == ("", ())


@pytest.mark.parametrize(("q", "hits"), [
    ("13800138000", 1), ("1380", 1), ("8000", 1), ("138 0013", 1), ("+8613800138000", 1), ("5678", 1), ("80001", 0),
    ("138", 0), ("张", 1), ("张伟", 1), ("伟", 0), ("zhangw", 1), ("ZW", 1), ("zw", 1), ("京A12", 1), ("京a·123", 1),
    ("LSVAA", 1), ("lsvaa49j", 1), ("%", 0), ("_", 0), ("'", 0), ("张%", 0), ("\U0010ffff", 0), ("---", 0)])
async def test_every_way_of_searching(store: Store, q: str, hits: int) -> None:
    await make(store, ZHANG, CustomerData(name="王芳", phones=(PhoneData(number="13911112222"),)))
    async with store.reading() as u:
        assert await found(u, q) == ["张伟"] * hits


async def test_pages_have_every_customer_once(store: Store) -> None:
    await make(store, *(CustomerData(name=f"王{n:03d}") for n in range(23)))
    for q in ("", "王"):
        seen: list[str] = []
        after = ""
        while True:
            async with store.reading() as u:
                page = await repo.search(u, q, after, limit=5)
            seen += [row.name for row in page.items]
            after = page.next
            if not after:
                break
        assert len(seen) == len(set(seen)) == 23, q
    async with store.reading() as u:
        for strange in ("x", "....", "MQ", "é", "=" * 9):
            with pytest.raises(Invalid):
                await repo.search(u, "", strange)


async def test_changing_replaces_phones_and_vehicles(store: Store) -> None:
    made = (await make(store, ZHANG))[0]
    car = made.vehicles[0]
    data = CustomerData(
        name="张小伟", phones=(PhoneData(number="138****8000", label="新"), PhoneData(number="13911112222")),
        vehicles=(VehicleData(id=car.id, plate="沪B99999", model=car.model), VehicleData(model="汉 EV")))
    async with store.uow() as u:
        await service.update_customer(u, AGENT, made.id, data)
    async with store.reading() as u:
        kept = await repo.get_customer(u, made.id)
        assert [(p.number, p.label) for p in kept.phones] == [("13800138000", "新"), ("13911112222", "")]
        assert kept.vehicles[0].id == car.id
        assert {v.plate for v in kept.vehicles} == {"沪B99999", ""}
        assert await repo.by_number(u, "01062345678") == []
        assert await found(u, "zhangxiao") == ["张小伟"]
        assert await found(u, "京A12345") == []
        log = await audit.page(u, object_kind="customer", object_id=str(made.id))
    assert [row.action for row in log] == ["customer.update", "customer.create"]
    assert "13800138000" not in str([(row.before, row.after) for row in log])


async def test_faults_name_their_fields(store: Store) -> None:
    data = CustomerData(
        name=" ", kind="alien", phones=(PhoneData(number="abc"), PhoneData(number="13800138000"),
                                        PhoneData(number="+8613800138000"), PhoneData(number="139****0000")),
        vehicles=(VehicleData(vin="IOQ"), VehicleData(), VehicleData(model="x", purchased_on="2023-13-01"),
                  VehicleData(model="x", mileage_km=-1)))
    with pytest.raises(Invalid) as fault:
        await make(store, data)
    assert fault.value.fields == {
        "name": "required", "kind": "unknown", "phones.0.number": "malformed", "phones.2.number": "twice",
        "phones.3.number": "malformed", "vehicles.0.vin": "malformed", "vehicles.1.plate": "required",
        "vehicles.2.purchased_on": "malformed", "vehicles.3.mileage_km": "out_of_range"}
    async with store.reading() as u:
        assert (await repo.search(u)).items == []
        assert await audit.page(u) == []
        with pytest.raises(NotFound):
            await repo.get_customer(u, 1)
