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


def test_break_reasons_are_ordered_and_archived_never_lost(site: Site) -> None:
    with site.login("9000") as admin, site.login("1001") as agent:
        kept = admin.get("/api/v1/settings/break-reasons").json()
        first, second, *rest = kept
        coffee = {"code": "coffee", "name_zh": "咖啡", "name_en": "Coffee", "limit_s": 600}
        doubled = admin.put("/api/v1/settings/break-reasons", json={"reasons": [coffee, coffee]})
        assert doubled.json()["fields"]["reasons.1.code"]["code"] == "doubled"
        wrong = admin.put("/api/v1/settings/break-reasons", json={"reasons": [coffee | {"limit_s": -1}]})
        assert wrong.json()["fields"]["reasons.0.limit_s"]["code"] == "too_small"
        saved = admin.put("/api/v1/settings/break-reasons", json={"reasons": [second, coffee, *rest]}).json()
        assert [one["code"] for one in saved][:2] == [second["code"], "coffee"]
        assert [one["code"] for one in saved if not one["active"]] == [first["code"]], "archived, not deleted"
        seen = [one["code"] for one in agent.get("/api/v1/agent/break-reasons").json()]
        assert seen == [second["code"], "coffee", *(one["code"] for one in rest)]
        nothing = admin.put("/api/v1/settings/break-reasons", json={"reasons": [coffee | {"active": False}]})
        assert nothing.status_code == 422
