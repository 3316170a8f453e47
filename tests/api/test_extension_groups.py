"""Extension groups over the web: made, filled, told in the list and the export, named by a calling rule."""

from __future__ import annotations

import pytest
from tests.api.site import Site

pytestmark = pytest.mark.api


def test_a_group_is_filled_listed_exported_and_named_by_a_rule(site: Site) -> None:
    with site.login("9000") as admin, site.login("1001") as agent:
        made = admin.post("/api/v1/extension-groups", json={"name": "大厅"}).json()
        assert agent.post("/api/v1/extension-groups", json={"name": "x"}).status_code == 403
        assert agent.get("/api/v1/extension-groups").status_code == 403
        phones = admin.get("/api/v1/extensions").json()[:2]
        put = {"extension_ids": [one["id"] for one in phones], "group_id": made["id"]}
        assert agent.post("/api/v1/extensions/group", json=put).status_code == 403
        assert admin.post("/api/v1/extensions/group", json=put).json() == {"changed": 2}
        assert admin.post("/api/v1/extensions", json={"number": "6999"}).json()["extension"]["group_id"] is None
        listed = {one["number"]: one["group_name"] for one in admin.get("/api/v1/extensions").json()}
        assert listed == {one["number"]: "大厅" for one in phones} | {"6999": ""}
        assert admin.get("/api/v1/extension-groups").json()[0]["extensions"] == 2
        full = admin.put(f"/api/v1/extension-groups/{made['id']}", json={"name": "大厅", "active": False})
        assert full.json()["fields"]["active"]["code"] == "in_use"

        late = admin.put(f"/api/v1/extensions/{phones[0]['id']}", headers={"If-Match": phones[0]["rev"]}, json={
            "number": phones[0]["number"], "person_id": phones[0]["person_id"], "group_id": None})
        assert late.json()["code"] == "changed_meanwhile", "who read it before it was put into the group is told"
        sheet = admin.get("/api/v1/exports/extensions", params={"format": "csv"})
        lines = sheet.content.decode("utf-8-sig").split("\n")
        assert "分机组" in lines[0] and "大厅" in lines[1]

        subject = f"extension_group:{made['id']}"
        assert admin.put(f"/api/v1/calling-rules/{subject}", json={"classes": ["local"]}).status_code == 204
        calling = admin.get("/api/v1/calling-rules").json()
        assert [(one["name"], one["classes"]) for one in calling["rules"] if one["subject"] == subject] == [
            ("大厅", ["local"])]
        assert calling["groups"] == [{"id": made["id"], "name": "大厅"}]
        unknown = admin.put("/api/v1/calling-rules/extension_group:4711", json={"classes": []})
        assert unknown.json()["fields"]["subject"]["code"] == "unknown"

        wanted = {"first": "7001", "count": 2, "group_id": made["id"]}
        block = admin.post("/api/v1/extensions/range", json=wanted).json()
        assert [one["extension"]["group_id"] for one in block] == [made["id"]] * 2
        rows = admin.get("/api/v1/audit", params={"object_kind": "extension_group"}).json()["items"]
        assert [one["action"] for one in rows] == ["extension_group.create"]
