"""Customers: made, found, changed by two at once, numbers masked, and who is behind a number."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.site import Browser, Site

from yingda.crm.customers.models import Customer

pytestmark = pytest.mark.api


def make(browser: Browser, number: str, name: str = "刘洋", **more: object) -> dict[str, object]:
    answer = browser.post("/api/v1/customers", json={
        "name": name, "phones": [{"number": number, "label": "手机"}],
        "vehicles": [{"plate": "京A·12345", "model": "星越L", "mileage_km": 12000}], **more})
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_made_found_and_shown(site: Site) -> None:
    with site.login("9001") as boss:
        made = make(boss, "+86 137-0000-1111", vip=True, level="金卡")
        assert made["phones"] == [{"number": "13700001111", "label": "手机"}]
        for q in ("1111", "13700001111", "刘", "liuy", "ly", "京A12345"):
            found = boss.get("/api/v1/customers", params={"q": q}).json()["items"]
            assert made["id"] in [c["id"] for c in found], q
        assert boss.get(f"/api/v1/customers/{made['id']}").json() == made
        card = boss.get("/api/v1/customers/by-number/13700001111").json()
        assert card["customers"][0]["name"] == "刘洋" and card["area"] and card["recent"] == []
        assert boss.get("/api/v1/customers/by-number/withheld").json()["customers"] == []


def test_agent_sees_masked_numbers_and_saving_keeps_them(site: Site) -> None:
    with site.login("1001") as agent, site.login("9001") as boss:
        made = make(boss, "13700002222", name="吴敏")
        seen = agent.get(f"/api/v1/customers/{made['id']}").json()
        assert seen["phones"][0]["number"] == "137****2222"
        change = {"name": "吴敏敏", "phones": seen["phones"], "updated_at": seen["updated_at"]}
        assert agent.put(f"/api/v1/customers/{made['id']}", json=change).status_code == 200
        whole = boss.get(f"/api/v1/customers/{made['id']}").json()
        assert whole["name"] == "吴敏敏" and whole["phones"][0]["number"] == "13700002222"
        strange = agent.put(f"/api/v1/customers/{made['id']}",
                            json={"name": "x", "phones": [{"number": "139****9999"}]})
        assert strange.status_code == 422 and "phones.0.number" in strange.json()["fields"]


def test_two_at_once_is_a_conflict(site: Site) -> None:
    with site.login("9001") as boss:
        made = make(boss, "13700003333")
        change = {"name": "甲", "updated_at": made["updated_at"]}
        first = boss.put(f"/api/v1/customers/{made['id']}", json=change)
        assert first.status_code == 200
        second = boss.put(f"/api/v1/customers/{made['id']}", json=change | {"name": "乙"})
        assert (second.status_code, second.json()["code"]) == (409, "changed_meanwhile")
        fresh = first.json()["updated_at"]
        assert boss.put(f"/api/v1/customers/{made['id']}", json=change | {"updated_at": fresh}).status_code == 200


def test_faults_stand_at_their_fields_in_the_readers_language(site: Site) -> None:
    with site.login("1001") as agent:
        answer = agent.post("/api/v1/customers", json={
            "name": " ", "phones": [{"number": "12"}], "vehicles": [{"vin": "SHORT"}], "kind": "alien"})
        assert answer.status_code == 422
        fields = answer.json()["fields"]
        words = {"zh": "必填。", "en": "Required."}
        assert fields["name"] == {"code": "required", "message": "必填。", "words": words}
        assert fields["kind"]["code"] == "not_offered"
        answer = agent.post("/api/v1/customers", json={"name": "好", "phones": [{"number": "1"}],
                                                       "vehicles": [{"vin": "SHORT"}, {}]})
        assert set(answer.json()["fields"]) == {"phones.0.number", "vehicles.0.vin", "vehicles.1.plate"}
        misspelt = agent.post("/api/v1/customers", json={"name": "好", "phonez": []}).json()
        assert misspelt["fields"]["phonez"]["code"] == "unknown_field"


def test_vehicle_keeps_its_id(site: Site) -> None:
    with site.login("9001") as boss:
        made = boss.get(f"/api/v1/customers/{make(boss, '13700004444')['id']}").json()
        vehicle = made["vehicles"][0] | {"mileage_km": 20_000}
        again = boss.put(f"/api/v1/customers/{made['id']}", json={
            "name": made["name"], "phones": made["phones"], "vehicles": [vehicle, {"plate": "京B1"}]}).json()
        assert len(again["vehicles"]) == 2
        assert [v["mileage_km"] for v in again["vehicles"] if v["id"] == vehicle["id"]] == [20_000]


def test_an_id_number_is_sealed_masked_and_told_on_demand_only(site: Site) -> None:
    number = "11010519491231002X"
    with site.login("9001") as boss, site.login("1001") as agent, site.login("9000") as admin:
        made = make(boss, "13700007777", id_number="110105 19491231002x")
        assert made["id_number"] == "110***********002X"
        place = f"/api/v1/customers/{made['id']}"
        assert number not in agent.get(place).text and number not in boss.get(place).text
        kept = agent.put(place, json={"name": "刘洋", "id_number": made["id_number"]}).json()
        assert kept["id_number"] == made["id_number"] == agent.put(place, json={"name": "刘洋洋"}).json()["id_number"]
        wish = {"kind": "customer_id", "id": made["id"], "number": made["id_number"]}
        assert agent.post("/api/v1/reveal", json=wish).status_code == 403
        assert boss.post("/api/v1/reveal", json=wish).json()["number"] == number
        log = admin.get("/api/v1/audit", params={"object_kind": "customer", "object_id": str(made["id"])}).text
        assert "id_number.reveal" in log and number not in log and "id_sealed" not in log
        wrong = boss.put(place, json={"name": "刘洋", "id_number": "110105194912310021"}).json()
        assert wrong["fields"]["id_number"]["code"] == "id_number_wrong"
        assert boss.put(place, json={"name": "刘洋", "id_number": ""}).json()["id_number"] == ""

        async def stored(u: Any) -> str:
            return str((await u.get(Customer, int(str(again["id"])))).id_sealed)
        again = make(boss, "13700007778", id_number="E12345678")
        assert again["id_number"] == "*******78" and "E12345678" not in site.in_database(stored)
