"""Voice flows over the API: drafts, conflicts, checks, versions, files, secrets, trying out; customers' PINs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.site import Browser, Site

pytestmark = pytest.mark.api
GOOD: dict[str, Any] = {
    "start": "a", "nodes": {
        "a": {"kind": "menu", "title": "菜单", "prompts": ["yd/main-menu"], "keys": {"1": "q"}, "failed": "bye",
              "x": 1, "y": 2},
        "q": {"kind": "queue", "queue": "802"}, "bye": {"kind": "hang_up", "prompts": ["yd/goodbye"]}}}
SECRET = "Bearer geheim-4711"


def with_secret(value: str = SECRET) -> dict[str, Any]:
    http = {"kind": "http", "url": "https://crm.example.cn/x", "headers": [
        {"name": "Authorization", "value": value, "secret": True}], "next": "q", "failed": "bye"}
    return {"start": "h", "nodes": {**GOOD["nodes"], "h": http}}


def made(admin: Browser, name: str, draft: dict[str, Any]) -> dict[str, Any]:
    answer = admin.post("/api/v1/flows", json={"name": name, "draft": draft})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_flow_from_draft_to_version_and_back(site: Site) -> None:
    with site.login("9000") as admin:
        flow = made(admin, "主流程", GOOD)
        at = f"/api/v1/flows/{flow['id']}"
        assert (flow["version"], flow["draft_rev"], flow["changed"]) == (0, 1, True)
        assert admin.post(f"{at}/check", json={}).json() == []
        published = admin.post(f"{at}/publish", json={"note": "第一版"}).json()
        assert (published["version"], published["changed"]) == (1, False)
        other = {**GOOD, "start": "q"}
        saved = admin.put(f"{at}/draft", json={"rev": 1, "draft": other})
        assert saved.json()["draft_rev"] == 2 and saved.json()["changed"]
        late = admin.put(f"{at}/draft", json={"rev": 1, "draft": GOOD})
        assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
        assert admin.post(f"{at}/publish", json={}).json()["version"] == 2
        versions = admin.get(f"{at}/versions").json()
        assert [(v["version"], v["note"], v["current"]) for v in versions] == [(2, "", True), (1, "第一版", False)]
        assert versions[0]["published_by_name"] == "陈管理"
        assert admin.get(f"{at}/versions/1").json()["nodes"]["start"] == "a"
        assert admin.post(f"{at}/versions/1/restore", json={"rev": 2}).json()["draft"] == GOOD
        assert admin.get(f"{at}/versions/9").status_code == 404
        renamed = admin.put(f"{at}/name", json={"name": "总流程"}).json()
        assert renamed["name"] == "总流程"
        assert admin.post(f"{at}/copy", json={"name": "总流程"}).json()["fields"]["name"]["code"] == "taken"
        copied = admin.post(f"{at}/copy", json={"name": "副本"}).json()
        assert copied["draft"] == GOOD and copied["version"] == 0
        file = admin.get(f"{at}/export").json()
        assert admin.post("/api/v1/flows/import", json={**file, "name": "导入"}).json()["draft"] == GOOD
        figures = admin.get(f"{at}/statistics").json()
        assert (figures["entries"], [n["node"] for n in figures["nodes"]]) == (0, ["a", "q", "bye"])


def test_faults_are_told_and_stop_publishing(site: Site) -> None:
    bad = {"start": "a", "nodes": {**GOOD["nodes"], "a": {**GOOD["nodes"]["a"], "prompts": ["yd/none"]},
                                   "q": {"kind": "queue", "queue": "999"}}}
    with site.login("9000") as admin:
        flow = made(admin, "有错", bad)
        found = admin.post(f"/api/v1/flows/{flow['id']}/check", json={}).json()
        assert {(f["node"], f["field"], f["code"]) for f in found} == {("a", "prompts.0", "no_prompt"),
                                                                      ("q", "queue", "no_queue")}
        refused = admin.post(f"/api/v1/flows/{flow['id']}/publish", json={})
        assert refused.status_code == 422
        assert set(refused.json()["fields"]) == {"nodes.a.prompts.0", "nodes.q.queue"}
        assert admin.post(f"/api/v1/flows/{flow['id']}/check", json={"draft": GOOD}).json() == []


def test_secrets_of_headers_are_never_shown(site: Site) -> None:
    with site.login("9000") as admin:
        flow = made(admin, "接口", with_secret())
        at = f"/api/v1/flows/{flow['id']}"
        header = flow["draft"]["nodes"]["h"]["headers"][0]
        assert header["value"] == "••••••"
        saved = admin.put(f"{at}/draft", json={"rev": 1, "draft": flow["draft"]}).json()
        answers = [str(saved), admin.get(at).text, admin.get(f"{at}/export").text,
                   admin.get("/api/v1/audit", params={"object_kind": "flow"}).text]
        assert not any("geheim" in one or "sealed:" in one for one in answers)
        assert admin.get(f"{at}/export").json()["document"]["nodes"]["h"]["headers"][0]["value"] == ""
        site.engine.answers |= {"TestFlow": {"call_id": "7"}}
        with site.login("1001") as agent:
            assert agent.post(f"{at}/test-call", json={}).status_code == 403
        assert admin.post(f"{at}/test-call", json={}).json()["code"] == "no_extension"


def test_a_draft_that_is_dialled_is_the_newest_and_only_for_who_draws_flows(site: Site) -> None:
    with site.login("9000") as admin:
        flow, after = made(admin, "甲", with_secret()), made(admin, "乙", GOOD)
        assert after["number"] == flow["number"] + 1 == admin.get(f"/api/v1/flows/{after['id']}").json()["number"]
        people = {one["number"]: one["id"] for one in admin.get("/api/v1/people").json()}

        def dial(number: object, who: str = "9000") -> dict[str, Any]:
            return site.engine.look_up("draft", {"person_id": people[who], "number": str(number)})

        assert dial(flow["number"])["document"]["nodes"]["h"]["headers"][0]["value"] == SECRET, "as it will be used"
        assert dial(after["number"]) == {"flow_id": after["id"], "document": GOOD}
        changed = {**GOOD, "nodes": {**GOOD["nodes"], "x": GOOD["nodes"]["bye"]}}
        admin.put(f"/api/v1/flows/{after['id']}/draft", json={"rev": after["draft_rev"], "draft": changed})
        assert "x" in dial(after["number"])["document"]["nodes"], "unpublished"
        assert dial(after["number"], "1001") == {"refused": "not_allowed"}
        for wrong in (9_999, "", "-1", "１", "9" * 40):
            assert dial(wrong) == {"refused": "unknown"}, wrong
        broken = made(admin, "半成品", {"start": "", "nodes": {}})
        assert dial(broken["number"]) == {"refused": "faulty"}
        admin.post(f"/api/v1/flows/{after['id']}/archive")
        assert dial(after["number"]) == {"refused": "unknown"}
        assert made(admin, "丙", GOOD)["number"] == broken["number"] + 1, "the number of an archived one stays its own"


def test_what_is_used_cannot_be_archived(site: Site) -> None:
    with site.login("9000") as admin:
        flow = made(admin, "在用", GOOD)
        at = f"/api/v1/flows/{flow['id']}"
        admin.post(f"{at}/publish", json={})
        number = admin.post("/api/v1/numbers", json={"number": "4008009999", "destination": f"flow:{flow['id']}"})
        assert number.json()["destination_name"] == "在用", number.text
        assert [f["numbers"] for f in admin.get("/api/v1/flows").json() if f["id"] == flow["id"]] == [["4008009999"]]
        refused = admin.post(f"{at}/archive")
        assert (refused.status_code, refused.json()["code"]) == (409, "flow_in_use") and "4008009999" in refused.text
        admin.delete(f"/api/v1/numbers/{number.json()['id']}")
        assert admin.post(f"{at}/archive").json()["archived_at"] > 0
        assert flow["id"] not in [f["id"] for f in admin.get("/api/v1/flows").json()]
        assert flow["id"] in [f["id"] for f in admin.get("/api/v1/flows", params={"archived": True}).json()]
        assert admin.post(f"{at}/unarchive").json()["archived_at"] == 0


@pytest.mark.parametrize("draft", [{"nodes": {"a": None}}, {"nodes": 5, "start": ["x"]},
                                   {"nodes": {"a": {"headers": 7}}}, {"start": {}, "nodes": {"": {"kind": ["play"]}}}])
def test_a_half_finished_draft_is_kept_and_checked(site: Site, draft: dict[str, Any]) -> None:
    with site.login("9000") as admin:
        flow = made(admin, f"草稿{abs(hash(str(draft)))}"[:20], draft)
        assert flow["draft"] == draft
        assert admin.post(f"/api/v1/flows/{flow['id']}/check", json={}).json()
        assert admin.post(f"/api/v1/flows/{flow['id']}/publish", json={}).status_code == 422
        assert admin.get(f"/api/v1/flows/{flow['id']}/statistics").status_code == 200


def test_the_pin_of_a_customer(site: Site) -> None:
    with site.login("1001") as agent:
        customer = agent.post("/api/v1/customers", json={
            "name": "密码客户", "phones": [{"number": "13911112222"}]}).json()
        at = f"/api/v1/customers/{customer['id']}/pin"
        assert agent.get(at).json() == {"set_at": 0, "locked_until": 0, "failures": 0}
        for easy in ("1111", "123456", "987654"):
            assert agent.put(at, json={"pin": easy}).json()["fields"]["pin"]["code"] == "pin_easy"
        for wrong in ("123", "12a4", "1234567890123", ""):
            assert agent.put(at, json={"pin": wrong}).status_code == 422
        assert agent.put(at, json={"pin": "86420"}).json()["set_at"] > 0

        def ask(what: str, **params: str) -> dict[str, Any]:
            return site.engine.look_up(what, params)

        assert ask("customer", number="+86 139 1111 2222")["name"] == "密码客户"
        assert ask("customer", number="13900000000") == {}
        assert ask("pin", who="13911112222", by="number", pin="86420")["result"] == "ok"
        results = [ask("pin", who="13911112222", by="number", pin="00000")["result"] for _ in range(5)]
        assert results == ["failed"] * 4 + ["locked"]
        assert ask("pin", who="13911112222", by="number", pin="86420")["result"] == "locked"
        assert agent.get(at).json()["locked_until"] > 0
        agent.put(at, json={"pin": "97531"})
        assert ask("pin", who="13911112222", by="number", pin="97531")["result"] == "ok", "a new PIN unlocks"
        assert ask("pin", who="13900000000", by="number", pin="97531")["result"] == "none"
        assert agent.delete(at).json()["set_at"] == 0
        assert ask("pin", who="13911112222", by="number", pin="97531")["result"] == "none"
    with site.login("9000") as admin:
        log = admin.get("/api/v1/audit", params={"object_kind": "customer"}).text
        assert "customer.pin.set" in log and "customer.pin.locked" in log
        assert "86420" not in log and "97531" not in log and "argon2" not in log


def test_a_group_leads_to_a_survey_that_is_published(site: Site) -> None:
    with site.login("9000") as admin:
        flow = made(admin, "满意度", GOOD)
        group = {"number": "805", "name": "回访", "survey_flow_id": flow["id"]}
        refused = admin.post("/api/v1/queues", json=group)
        assert refused.status_code == 422 and "survey_flow_id" in refused.json()["fields"], "a draft leads nowhere"
        admin.post(f"/api/v1/flows/{flow['id']}/publish", json={})
        kept = admin.post("/api/v1/queues", json=group)
        assert kept.status_code == 201 and kept.json()["survey_flow_id"] == flow["id"], kept.text
        archived = admin.post(f"/api/v1/flows/{flow['id']}/archive")
        assert archived.status_code == 409, "a group still leads here"
