"""What administrators keep: each change checked, audited and told to the engine."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.api.site import PASSWORD, Site

from yingda.bus.verbs import ReloadDirectory
from yingda.kit.errors import Refused

pytestmark = pytest.mark.api


def reloads(site: Site) -> int:
    return sum(isinstance(verb, ReloadDirectory) for verb in site.engine.verbs)


def last_audit(admin: Any, kind: str, key: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = admin.get(
        "/api/v1/audit", params={"object_kind": kind, "object_id": key}).json()["items"]
    return items[0]


def test_person_from_hiring_to_leaving(site: Site) -> None:
    with site.login("9000") as admin, site.stranger() as new:
        before = reloads(site)
        made = admin.post("/api/v1/people", json={"number": "1010", "name": "孙丽", "role": "agent"})
        assert made.status_code == 201, made.text
        person, password = made.json()["person"], made.json()["password"]
        assert person["active"] and person["must_change_password"] and len(password) >= 12
        site.until(lambda: reloads(site) == before + 1)
        assert password not in str(last_audit(admin, "person", person["id"]))
        session = new.post("/api/v1/session", json={"number": "1010", "password": password})
        assert session.status_code == 201 and session.json()["must_change_password"]
        change = {"number": "1010", "name": "孙莉", "role": "supervisor", "active": False}
        gone = admin.put(f"/api/v1/people/{person['id']}", json=change).json()
        assert (gone["name"], gone["role"], gone["active"]) == ("孙莉", "supervisor", False)
        audit = last_audit(admin, "person", person["id"])
        assert audit["before"]["name"] == "孙丽" and audit["after"]["name"] == "孙莉"
        assert audit["actor_name"] == "陈管理"
        assert new.get("/api/v1/session").status_code == 401
        again = new.post("/api/v1/session", json={"number": "1010", "password": password})
        assert again.json()["code"] == "person_inactive"
        assert person["id"] in [p["id"] for p in admin.get("/api/v1/people", params={"q": "sunl"}).json()]


def test_faulty_people_are_told_at_the_field(site: Site) -> None:
    with site.login("9000") as admin:
        for body, field, code in (
            ({"number": "1001", "name": "x", "role": "agent"}, "number", "taken"),
            ({"number": "1 1", "name": "x", "role": "agent"}, "number", "wrong_form"),
            ({"number": " ", "name": "x", "role": "agent"}, "number", "required"),
            ({"number": "1011", "name": "x", "role": "boss"}, "role", "unknown"),
            ({"number": "1011", "name": "x", "role": "agent", "department_id": "77"}, "department_id", "unknown"),
            ({"number": "1011", "name": "x", "role": "agent", "password": "short"}, "password", "password_short"),
            ({"number": "1011", "role": "agent"}, "name", "required"),
            ({"number": "1011", "name": "x", "role": "agent",
              "extension_id": str(site.company.extensions["1001"])}, "extension_id", "taken"),
        ):
            answer = admin.post("/api/v1/people", json=body)
            assert answer.status_code in (409, 422), answer.text
            assert answer.json()["fields"][field]["code"] == code, answer.text


def test_the_first_of_a_long_list_alone(site: Site) -> None:
    """What a page shows at once: those at work, in the order of the whole list."""
    with site.login("9000") as admin:
        for what in ("people", "extensions"):
            whole = admin.get(f"/api/v1/{what}").json()
            some = admin.get(f"/api/v1/{what}", params={"first": 2}).json()
            if what == "people":
                whole = [one for one in whole if one["active"]]
            assert len(some) == 2 and some == whole[:2]
        assert admin.get("/api/v1/people", params={"first": -1}).status_code == 422


def test_a_list_tells_of_a_person_what_his_own_page_tells(site: Site) -> None:
    """The list is read and written by a way of its own, for speed: no field may be missing, spare or other."""
    with site.login("9000") as admin:
        place = admin.post("/api/v1/departments", json={"number": "L1", "name": "名单科"}).json()["id"]
        phone = admin.post("/api/v1/extensions", json={"number": "7311"}).json()["extension"]["id"]
        made = admin.post("/api/v1/people", json={
            "number": "1733", "name": "何静", "role": "agent", "department_id": place, "extension_id": phone,
            "mobile": "13911112222", "team": "甲班", "skills": ["维修"]}).json()["person"]
        alone = admin.get(f"/api/v1/people/{made['id']}").json()
        assert (alone["department_name"], alone["extension"], alone["skills"]) == ("名单科", "7311", ["维修"])
        assert [one for one in admin.get("/api/v1/people").json() if one["id"] == made["id"]] == [alone] == [made]
        bare = next(one for one in admin.get("/api/v1/people").json() if one["extension_id"] is None)
        assert admin.get(f"/api/v1/people/{bare['id']}").json() == bare
        assert admin.get("/api/v1/people", params={"department": place}).json() == [alone]
        assert admin.get("/api/v1/people", params={"department": "77"}).json() == []


def test_last_administrator_stays(site: Site) -> None:
    with site.login("9000") as admin:
        key = site.company.people["9000"]
        answer = admin.put(f"/api/v1/people/{key}", json={"number": "9000", "name": "陈管理", "role": "agent"})
        assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
        assert answer.json()["message"] != "last_admin"


def test_extension_secret_is_shown_once_and_sealed(site: Site) -> None:
    with site.login("9000") as admin:
        made = admin.post("/api/v1/extensions", json={"number": "1020"}).json()
        assert made["sip_username"] == "1020" and len(made["sip_secret"]) >= 20
        assert (made["sip_host"], made["sip_port"]) == ("127.0.0.1", 5070)
        key = made["extension"]["id"]
        assert made["sip_secret"] not in admin.get("/api/v1/extensions").text
        assert made["sip_secret"] not in str(last_audit(admin, "extension", key))
        again = admin.post(f"/api/v1/extensions/{key}/secret").json()
        assert again["sip_secret"] != made["sip_secret"]
        boss = str(site.company.people["9001"])
        moved = admin.put(f"/api/v1/extensions/{key}", json={"number": "1020", "person_id": boss}).json()
        assert moved["person_name"] == "李班长"
        with site.login("9001") as supervisor:
            assert supervisor.get("/api/v1/session").json()["me"]["extension"] == "1020"
        admin.put(f"/api/v1/extensions/{key}", json={"number": "1020", "person_id": None})
        taken = admin.post("/api/v1/extensions", json={"number": "1001"}).json()
        assert taken["fields"]["number"]["code"] == "taken"


def test_queue_with_members(site: Site) -> None:
    with site.login("9000") as admin:
        fang, lei = (str(site.company.people[n]) for n in ("1001", "1002"))
        made = admin.post("/api/v1/queues", json={
            "number": "803", "name": "投诉", "members": [{"person_id": fang}, {"person_id": lei, "level": 2}]})
        assert made.status_code == 201, made.text
        queue = made.json()
        assert [(m["name"], m["level"]) for m in queue["members"]] == [("王芳", 1), ("赵磊", 2)]
        changed = admin.put(f"/api/v1/queues/{queue['id']}", json={
            "number": "803", "name": "投诉", "wrap_up_s": 0, "members": [{"person_id": lei}]}).json()
        assert changed["wrap_up_s"] == 0 and [m["person_id"] for m in changed["members"]] == [lei]
        assert admin.get(f"/api/v1/queues/{queue['id']}").json() == changed
        assert changed in admin.get("/api/v1/queues").json()
        for body, field in (({"members": [{"person_id": "5"}]}, "members"), ({"ring_s": 1}, "ring_s"),
                            ({"number": "802"}, "number"), ({"survey_flow_id": "5"}, "survey_flow_id"),
                            ({"strategy": "magic"}, "strategy"),
                            ({"members": [{"person_id": fang}, {"person_id": fang}]}, "members"),
                            ({"members": [{"person_id": fang, "level": 0}]}, "members.0.level")):
            answer = admin.post("/api/v1/queues", json={"number": "804", "name": "n"} | body)
            assert answer.status_code == 422 and field in answer.json()["fields"], answer.text


def test_trunk_keeps_its_secret_unread(site: Site) -> None:
    with site.login("9000") as admin:
        body = {"name": "电信中继", "host": "sip.example.com:5060", "match": ["192.0.2.7", "198.51.100.0/24"],
                "username": "u1", "secret": "geheim-42", "register_at_carrier": True, "capacity": 60}
        made = admin.post("/api/v1/trunks", json=body)
        assert made.status_code == 201, made.text
        trunk = made.json()
        assert trunk["has_secret"] and trunk["endpoint"].startswith("trunk-") and "geheim" not in made.text
        changed = admin.put(f"/api/v1/trunks/{trunk['id']}", json=body | {"secret": None, "capacity": 30}).json()
        assert changed["has_secret"] and changed["capacity"] == 30 and changed["endpoint"] == trunk["endpoint"]
        assert "geheim" not in str(last_audit(admin, "trunk", trunk["id"]))
        emptied = admin.post("/api/v1/trunks", json=body | {"name": "另一条", "capacity": None}).json()
        assert emptied["fields"]["capacity"]["code"] == "required", "a number that was taken out is missing"
        for host in ("10.0.0.1:99999", "10.0.0.1:", ":5060", "10.0.0.1:sip", "[::1]:0"):
            told = admin.post("/api/v1/trunks", json=body | {"name": "另一条", "host": host}).json()
            assert list(told["fields"]) == ["host"], host
        wrong = admin.post("/api/v1/trunks", json=body | {"name": "另一条", "match": ["not-an-address"]}).json()
        assert wrong["fields"]["match"]["code"] == "malformed"


def test_number_leads_somewhere(site: Site) -> None:
    with site.login("9000") as admin:
        queue = "queue:802"
        made = admin.post("/api/v1/numbers", json={"number": "4008001001", "destination": queue})
        assert made.status_code == 201 and made.json()["destination_name"] == "售后服务", made.text
        for body, field in (({"number": "4008001001", "destination": queue}, "number"),
                            ({"number": "4008001002"}, "destination"),
                            ({"number": "4008001002", "destination": "flow:9"}, "destination"),
                            ({"number": "4008001002", "destination": "queue:999"}, "destination"),
                            ({"number": "4008001002", "destination": "agent:4711"}, "destination"),
                            ({"number": "110", "destination": queue}, "number"),
                            ({"number": "abc", "destination": queue}, "number")):
            answer = admin.post("/api/v1/numbers", json=body)
            assert answer.status_code == 422 and field in answer.json()["fields"], answer.text
        assert admin.delete(f"/api/v1/numbers/{made.json()['id']}").status_code == 204
        assert admin.get("/api/v1/numbers").json() == []
        assert admin.delete(f"/api/v1/numbers/{made.json()['id']}").json()["code"] == "not_found"
        assert admin.get("/api/v1/flows").json() == []


def test_departments_form_no_circle(site: Site) -> None:
    with site.login("9000") as admin:
        a = admin.post("/api/v1/departments", json={"number": "D1", "name": "客服部"}).json()
        b = admin.post("/api/v1/departments", json={"number": "D2", "name": "一组", "parent_id": a["id"]}).json()
        answer = admin.put(f"/api/v1/departments/{a['id']}",
                           json={"number": "D1", "name": "客服部", "parent_id": b["id"]})
        assert answer.json()["fields"]["parent_id"]["code"] == "circular"
        with site.login("1001") as agent:
            assert {"客服部", "一组"} <= {d["name"] for d in agent.get("/api/v1/departments").json()}


def test_directory_for_everybody_and_break_reasons_in_both_languages(site: Site) -> None:
    with site.login("1001") as agent:
        body = agent.get("/api/v1/directory").json()
        assert {"王芳", "陈管理"} <= {p["name"] for p in body["people"]} and "password" not in str(body)
        assert "售后服务" in {q["name"] for q in body["queues"]}
        reasons = agent.get("/api/v1/agent/break-reasons").json()
        assert reasons[0]["name"] == reasons[0]["name_zh"] == "用餐" and reasons[0]["name_en"] == "Meal"


def test_changes_are_kept_while_the_engine_refuses(site: Site) -> None:
    site.engine.answers["ReloadDirectory"] = Refused("switch_down")
    try:
        with site.login("9000") as admin:
            assert admin.post("/api/v1/departments", json={"number": "D9", "name": "九部"}).status_code == 201
            made = admin.post("/api/v1/extensions", json={"number": "1099"})
            assert made.status_code == 201
    finally:
        site.engine.answers.pop("ReloadDirectory")


def test_engine_hears_of_changes_made_while_it_was_away(own_site: Site) -> None:
    with own_site.login("9000") as admin:
        port = own_site.engine.port
        own_site.do(own_site.engine.stop())
        own_site.until(lambda: not own_site.app.state.room.link.up)
        assert admin.post("/api/v1/extensions", json={"number": "1050"}).status_code == 201
        own_site.do(own_site.engine.start(port))
        own_site.until(lambda: reloads(own_site) == 1)


def test_saving_does_not_wait_for_the_engine_and_many_changes_are_few_readings(own_site: Site) -> None:
    own_site.engine.delay_s = 0.5
    with own_site.login("9000") as admin:
        begun = time.monotonic()
        for at in range(6):
            assert admin.post("/api/v1/extensions", json={"number": f"17{at}0"}).status_code == 201
        took = time.monotonic() - begun
        own_site.until(lambda: reloads(own_site) >= 2)
        time.sleep(1.2)
        assert reloads(own_site) <= 2 + took / 0.5


def test_audit_pages(site: Site) -> None:
    with site.login("9000") as admin:
        first = admin.get("/api/v1/audit", params={"limit": 3}).json()
        second = admin.get("/api/v1/audit", params={"limit": 3, "cursor": first["next"]}).json()
        ids = [int(row["id"]) for row in first["items"] + second["items"]]
        assert len(ids) == 6 and ids == sorted(ids, reverse=True)
        assert PASSWORD not in str(first)
