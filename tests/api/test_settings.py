"""The site's settings and break reasons as the administrator changes them."""

from __future__ import annotations

import pytest
from tests.api.site import Site
from tests.api.test_admin import last_audit, reloads

pytestmark = pytest.mark.api


def test_the_company_is_renamed_at_once(site: Site) -> None:
    with site.login("9000") as admin:
        kept, before = admin.get("/api/v1/settings/site").json(), reloads(site)
        bad = admin.put("/api/v1/settings/site", json=kept | {"timezone": "Mars/Base"})
        assert bad.json()["fields"]["timezone"]["code"] == "unknown"
        assert admin.put("/api/v1/settings/site", json=kept | {"company": "新名字 <b>"}).status_code == 200
        assert admin.get("/api/v1/session").json()["company"] == "新名字 <b>"
        site.until(lambda: reloads(site) > before)
        assert last_audit(admin, "setting", "site")["before"]["value"]["company"] == kept["company"]


def test_parking_holds_at_once_and_within_its_bounds(site: Site) -> None:
    path = "/api/v1/settings/parking"
    with site.login("9000") as admin, site.login("1001") as agent:
        kept, before = admin.get(path).json(), reloads(site)
        assert (kept["slots"], kept["back_s"]) == (50, 120)
        for wrong in ({"slots": 0}, {"slots": 100}, {"back_s": 9}, {"back_s": 3_601}, {"back_s": "1.5"}):
            answer = admin.put(path, json=kept | wrong)
            assert answer.status_code == 422 and set(answer.json()["fields"]) == set(wrong), wrong
        assert reloads(site) == before
        saved = admin.put(path, json={"slots": 9, "back_s": 45})
        assert saved.status_code == 200 and admin.get(path).json() == saved.json()
        site.until(lambda: reloads(site) > before)
        line = last_audit(admin, "setting", "parking")
        assert line["after"]["value"] == {"slots": 9, "back_s": 45}
        assert agent.get(path).status_code == agent.put(path, json=saved.json()).status_code == 403


def test_wrap_up_holds_at_once_and_within_its_bounds(site: Site) -> None:
    path = "/api/v1/settings/wrap-up"
    with site.login("9000") as admin, site.login("1001") as agent:
        kept, before = admin.get(path).json(), reloads(site)
        assert (kept["after_out_s"], kept["prolong"]) == (15, 3)
        for wrong in ({"after_out_s": -1}, {"after_out_s": 3_601}, {"prolong": -1}, {"prolong": 11}):
            answer = admin.put(path, json=kept | wrong)
            assert answer.status_code == 422 and set(answer.json()["fields"]) == set(wrong), wrong
        assert reloads(site) == before
        saved = admin.put(path, json={"after_out_s": 0, "prolong": 1})
        assert saved.status_code == 200 and admin.get(path).json() == saved.json()
        site.until(lambda: reloads(site) > before)
        assert last_audit(admin, "setting", "wrap_up")["after"]["value"] == {"after_out_s": 0, "prolong": 1}
        assert agent.get(path).status_code == agent.put(path, json=saved.json()).status_code == 403


def test_break_reasons_are_ordered_and_archived_never_lost(site: Site) -> None:
    with site.login("9000") as admin, site.login("1001") as agent:
        kept = admin.get("/api/v1/settings/break-reasons").json()["reasons"]
        first, second, *rest = kept
        coffee = {"code": "coffee", "name_zh": "咖啡", "name_en": "Coffee", "limit_s": 600}
        doubled = admin.put("/api/v1/settings/break-reasons", json={"reasons": [coffee, coffee]})
        assert doubled.json()["fields"]["reasons.1.code"]["code"] == "doubled"
        wrong = admin.put("/api/v1/settings/break-reasons", json={"reasons": [coffee | {"limit_s": -1}]})
        assert wrong.json()["fields"]["reasons.0.limit_s"]["code"] == "too_small"
        saved = admin.put("/api/v1/settings/break-reasons", json={"reasons": [second, coffee, *rest]}).json()["reasons"]
        assert [one["code"] for one in saved][:2] == [second["code"], "coffee"]
        assert [one["code"] for one in saved if not one["active"]] == [first["code"]], "archived, not deleted"
        seen = [one["code"] for one in agent.get("/api/v1/agent/break-reasons").json()]
        assert seen == [second["code"], "coffee", *(one["code"] for one in rest)]
        nothing = admin.put("/api/v1/settings/break-reasons", json={"reasons": [coffee | {"active": False}]})
        assert nothing.status_code == 422
