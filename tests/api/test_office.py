"""Ways out, calling rules, blocks of extensions, the office directory and how a phone is set."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.api.site import Site
from tests.api.test_admin import last_audit, reloads

from yingda.bus.verbs import SetFeatures
from yingda.kit.errors import Refused

pytestmark = pytest.mark.api


def trunk(admin: Any, name: str, **more: Any) -> str:
    made = admin.post("/api/v1/trunks", json={"name": name, "host": "10.0.0.9", **more})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_a_trunk_keeps_how_it_writes_numbers(site: Site) -> None:
    with site.login("9000") as admin:
        form = {"area_code": "010", "mobile_zero": "outside", "prefix": "9", "shown_number": "01088886666"}
        key = trunk(admin, "写法", numbering=form)
        kept = next(t for t in admin.get("/api/v1/trunks").json() if t["id"] == key)["numbering"]
        assert {name: kept[name] for name in form} == form and kept["called_as"] == "national"
        for wrong, field in (({"area_code": "10"}, "numbering.area_code"), ({"mobile_zero": "outside"}, "area_code"),
                             ({"called_as": "x"}, "numbering.called_as")):
            answer = admin.post("/api/v1/trunks", json={"name": "错", "host": "10.0.0.8", "numbering": wrong})
            assert answer.status_code == 422 and field in answer.json()["fields"], answer.text


def test_a_preview_of_numbers_as_the_carrier_gets_them(site: Site) -> None:
    with site.login("9000") as admin:
        body = {"numbering": {"called_as": "e164", "area_code": "010"}, "numbers": ["13800138000", "01062345678"]}
        assert [(x["kind"], x["sent"]) for x in admin.post("/api/v1/numbering/preview", json=body).json()] == [
            ("mobile", "+8613800138000"), ("local", "+861062345678")]


def test_a_way_out_from_its_making_to_its_end(site: Site) -> None:
    with site.login("9000") as admin:
        one, two = trunk(admin, "路由一"), trunk(admin, "路由二")
        site.until(lambda: reloads(site) > 0)
        time.sleep(0.3)  # both lines are told by then
        before = reloads(site)
        body = {"name": "手机", "classes": ["mobile"], "trunk_ids": [two, one]}
        made = admin.post("/api/v1/routes", json=body)
        assert made.status_code == 201, made.text
        key = made.json()["id"]
        site.until(lambda: reloads(site) == before + 1)
        assert [r["trunk_ids"] for r in admin.get("/api/v1/routes").json() if r["id"] == key] == [[two, one]]
        changed = admin.put(f"/api/v1/routes/{key}", json=body | {"prefix": "139", "trunk_ids": [one]}).json()
        assert (changed["prefix"], changed["trunk_ids"]) == ("139", [one])
        assert last_audit(admin, "route", key)["action"] == "route.update"
        for wrong, field in (({"trunk_ids": []}, "trunk_ids"), ({"trunk_ids": ["77"]}, "trunk_ids"),
                             ({"trunk_ids": [one, one]}, "trunk_ids"), ({"classes": ["moon"]}, "classes.0")):
            answer = admin.post("/api/v1/routes", json=body | wrong)
            assert answer.status_code == 422 and field in answer.json()["fields"], answer.text
        assert admin.delete(f"/api/v1/routes/{key}").status_code == 204
        assert admin.delete(f"/api/v1/routes/{key}").status_code == 404


def test_calling_rules_and_the_guard_of_the_site(site: Site) -> None:
    who = site.company.people["1001"]
    with site.login("9000") as admin:
        rules = {r["subject"]: r for r in admin.get("/api/v1/calling-rules").json()["rules"]}
        assert "international" not in rules["role:*"]["classes"] and rules["phone"]["classes"] == []
        body = {"classes": ["international"], "minutes_a_day": 30, "shown": "01088886666"}
        assert admin.put(f"/api/v1/calling-rules/person:{who}", json=body).status_code == 204
        rule = {r["subject"]: r for r in admin.get("/api/v1/calling-rules").json()["rules"]}[f"person:{who}"]
        assert (rule["name"], rule["classes"], rule["minutes_a_day"]) == ("王芳", ["international"], 30)
        assert last_audit(admin, "calling_rule", f"person:{who}")["after"]["minutes_a_day"] == 30
        for subject in ("person:77", "person:x", "moon", "role:A B"):
            answer = admin.put(f"/api/v1/calling-rules/{subject}", json={})
            assert answer.status_code == 422 and "subject" in answer.json()["fields"], answer.text
        assert admin.put("/api/v1/calling-rules/-", json={}).json()["fields"]["subject"]["code"] == "required"
        assert admin.delete(f"/api/v1/calling-rules/person:{who}").status_code == 204
        toll = {"fen_a_day": 50_000, "night_from": 1320, "night_to": 360, "night_classes": ["local"],
                "forbidden": ["00960"], "tariffs": [{"prefix": "00", "fen_a_minute": 300}], "area_code": "010"}
        assert admin.put("/api/v1/toll", json=toll).status_code == 204
        kept = admin.get("/api/v1/calling-rules").json()["toll"]
        assert {name: kept[name] for name in toll} == toll
        twice = {"tariffs": [{"prefix": "0", "fen_a_minute": 1}, {"prefix": "0", "fen_a_minute": 2}]}
        answer = admin.put("/api/v1/toll", json=twice)
        assert answer.status_code == 422 and "tariffs" in answer.json()["fields"]
        assert admin.put("/api/v1/toll", json={}).status_code == 204


def test_a_block_of_extensions_all_or_none(site: Site) -> None:
    with site.login("9000") as admin:
        made = admin.post("/api/v1/extensions/range", json={"first": "0310", "count": 3})
        assert made.status_code == 201, made.text
        assert [x["sip_username"] for x in made.json()] == ["0310", "0311", "0312"]
        assert len({x["sip_secret"] for x in made.json()}) == 3 and all(len(x["sip_secret"]) >= 20 for x in made.json())
        taken = admin.post("/api/v1/extensions/range", json={"first": "0312", "count": 5})
        assert taken.status_code == 422 and "first" in taken.json()["fields"]
        over = admin.post("/api/v1/extensions/range", json={"first": "9999", "count": 2})
        assert over.status_code == 422 and "count" in over.json()["fields"]
        assert "0313" not in {x["number"] for x in admin.get("/api/v1/extensions").json()}


def test_a_conference_room_keeps_its_pins_to_itself(site: Site) -> None:
    with site.login("9000") as admin:
        # eight digits: no id or time holds them by chance
        body = {"number": "6001", "name": "早会", "pin": "47114711", "moderator_pin": "08150815", "capacity": 5}
        made = admin.post("/api/v1/rooms", json=body)
        assert made.status_code == 201, made.text
        key = made.json()["id"]
        assert "47114711" not in made.text and made.json()["has_pin"] and made.json()["has_moderator_pin"]
        audited = last_audit(admin, "room", key)
        assert audited["action"] == "room.create" and "47114711" not in str(audited) and "sealed" not in str(audited)
        site.engine.answers["LookAround"] = {"participants": [
            {"room_id": key, "call_id": "77", "number": "1001", "name": "王芳", "since": 5, "muted": False,
             "moderator": True, "waits": False, "outside": False}]}
        kept = next(r for r in admin.get("/api/v1/rooms").json() if r["id"] == key)
        assert [(x["call_id"], x["name"], x["moderator"]) for x in kept["participants"]] == [("77", "王芳", True)]
        for wrong, field in (({"pin": "12"}, "pin"), ({"number": "1001"}, "number"), ({"capacity": 1}, "capacity"),
                             ({"number": "6001"}, "number"),
                             ({"number": "6009", "moderator_pin": "47114711"}, "moderator_pin")):
            answer = admin.post("/api/v1/rooms", json=body | wrong)
            assert answer.status_code == 422 and field in answer.json()["fields"], (wrong, answer.text)
        changed = admin.put(f"/api/v1/rooms/{key}", json={"number": "6002", "name": "例会", "moderator_pin": ""}).json()
        assert (changed["number"], changed["has_pin"], changed["has_moderator_pin"]) == ("6002", True, False)
        assert admin.put("/api/v1/rooms/participants/77/mute", json={"on": True}).status_code == 204
        assert admin.delete("/api/v1/rooms/participants/77").status_code == 204
        assert [type(v).__name__ for v in site.engine.verbs[-2:]] == ["MuteParticipant", "RemoveParticipant"]
        assert admin.delete(f"/api/v1/rooms/{key}").status_code == 204
        assert admin.delete(f"/api/v1/rooms/{key}").status_code == 404


FEATURES = {"extension": "1001", "always": "", "busy": "agent:1002", "no_answer": "", "unreachable": "",
            "no_answer_s": 20, "dnd": True, "changed_at": 5, "changed_by": ""}


def test_everybody_sees_the_directory_and_sets_the_own_phone(site: Site) -> None:
    site.engine.answers["LookAround"] = {
        "phones": [{"number": "1001", "reachable": True, "busy": False, "features": FEATURES},
                   {"number": "1002", "reachable": False, "busy": False, "features": {**FEATURES, "dnd": False}}],
        "used": []}
    site.engine.answers["SetFeatures"] = FEATURES
    with site.login("1001") as agent:
        seen = {x["extension"]: x for x in agent.get("/api/v1/office/directory").json()}
        assert (seen["1001"]["name"], seen["1001"]["py"], seen["1001"]["state"]) == ("王芳", "wf", "free")
        assert seen["1001"]["dnd"] and seen["1002"]["state"] == "offline"
        assert agent.get("/api/v1/me/features").json()["busy"] == "agent:1002"
        answer = agent.put("/api/v1/me/features", json={"busy": "agent:1002", "dnd": True})
        assert answer.status_code == 200, answer.text
        verb = [v for v in site.engine.verbs if isinstance(v, SetFeatures)][-1]
        assert (verb.extension, verb.busy, verb.dnd, verb.actor) == (
            "1001", "agent:1002", True, str(site.company.people["1001"]))
        assert verb.box_greeting == ""
        assert agent.get("/api/v1/office/greetings").json() == []
        answer = agent.put("/api/v1/me/features", json={"box_greeting": "own/p2345678"})
        assert answer.json()["fields"] == {"box_greeting": answer.json()["fields"]["box_greeting"]}
        for wrong in ({"busy": "moon:1"}, {"box_greeting": "../../etc"}, {"busy": "agent:"}, {"no_answer_s": 1}):
            assert agent.put("/api/v1/me/features", json=wrong).status_code == 422
        assert agent.put("/api/v1/extension-features/1002", json={}).status_code == 403
        site.engine.answers["SetFeatures"] = Refused("calling_forbidden")
        answer = agent.put("/api/v1/me/features", json={"always": "number:0044207123456"})
        assert answer.status_code == 403 and "权限" in answer.json()["message"]
    with site.login("9000") as admin:
        assert admin.get("/api/v1/me/features").status_code == 409
        assert admin.get("/api/v1/extension-features/1001").json()["dnd"]


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "routes"), ("POST", "routes"), ("GET", "calling-rules"), ("PUT", "toll"), ("POST", "extensions/range"),
    ("POST", "numbering/preview"), ("GET", "rooms"), ("POST", "rooms"), ("GET", "extension-features/1001")])
def test_agents_may_not(site: Site, method: str, path: str) -> None:
    with site.login("1001") as agent, site.stranger() as nobody:
        assert agent.request(method, f"/api/v1/{path}", json={} if method != "GET" else None).status_code == 403
        assert nobody.request(method, f"/api/v1/{path}", json={} if method != "GET" else None).status_code == 401
