"""The callers' lists: kept, searched, audited, told to the engine."""

from __future__ import annotations

import pytest
from tests.api.site import Site
from tests.api.test_admin import last_audit, reloads

pytestmark = pytest.mark.api


def test_an_entry_from_its_making_to_its_end(site: Site) -> None:
    with site.login("9000") as admin:
        before = reloads(site)
        made = admin.post("/api/v1/callers", json={"kind": "black", "number": "+86 138 0013-9999", "reason": "骚扰"})
        assert made.status_code == 201, made.text
        entry = made.json()
        assert (entry["number"], entry["created_by_name"], entry["expires_at"]) == ("13800139999", "陈管理", 0)
        site.until(lambda: reloads(site) == before + 1)
        for q in ("39999", "骚扰"):
            assert entry in admin.get("/api/v1/callers", params={"q": q}).json()
        assert admin.get("/api/v1/callers", params={"q": "%"}).json() == []
        body = {"kind": "vip", "number": "0106", "prefix": True, "expires_at": 1_900_000_000_000}
        changed = admin.put(f"/api/v1/callers/{entry['id']}", json=body).json()
        assert (changed["kind"], changed["number"], changed["prefix"]) == ("vip", "0106", True)
        assert last_audit(admin, "caller", entry["id"])["before"]["kind"] == "black"
        assert admin.delete(f"/api/v1/callers/{entry['id']}").status_code == 204
        assert admin.get("/api/v1/callers").json() == []
        assert admin.delete(f"/api/v1/callers/{entry['id']}").status_code == 404


def test_faults_are_told_at_the_field(site: Site) -> None:
    with site.login("9000") as admin:
        body = {"kind": "black", "number": "13800138111"}
        assert admin.post("/api/v1/callers", json=body).status_code == 201
        for change, field in (({}, "number"), ({"number": "abc"}, "number"), ({"kind": "grey"}, "kind"),
                              ({"number": "x", "prefix": True}, "number"), ({"expires_at": -1}, "expires_at")):
            answer = admin.post("/api/v1/callers", json=body | change)
            assert answer.status_code == 422 and field in answer.json()["fields"], answer.text
