"""What calls are about, from the administrator's tree over the agent's choice to the list and the export."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.site import Site
from tests.api.test_records import AT, call_row

pytestmark = pytest.mark.api


def test_an_agent_chooses_and_the_list_the_filter_and_the_export_tell(site: Site) -> None:
    async def work(u: Any) -> list[int]:
        rows = [call_row(AT + n, site.company.people["1001"], f"1381234000{n}") for n in range(3)]
        u.add_all(rows)
        return [row.id for row in rows]

    calls = site.in_database(work)
    with site.login("9000") as admin, site.login("1001") as agent:
        top = admin.post("/api/v1/call-categories", json={"name_zh": "投诉", "name_en": "Complaint"}).json()
        under = admin.post("/api/v1/call-categories", json={
            "name_zh": "等待太久", "name_en": "Waiting", "parent_id": top["id"]}).json()
        other = admin.post("/api/v1/call-categories", json={"name_zh": "咨询", "name_en": "Question"}).json()
        assert agent.post("/api/v1/call-categories", json={"name_zh": "a", "name_en": "b"}).status_code == 403
        assert [one["id"] for one in agent.get("/api/v1/call-categories").json()] == [
            top["id"], under["id"], other["id"]]

        note = f"/api/v1/calls/{calls[0]}/note"
        chosen = agent.put(note, json={"text": "x", "category_id": under["id"]}).json()
        assert (chosen["category_id"], chosen["category_name"]) == (under["id"], "投诉 › 等待太久")
        assert agent.put(note, json={"text": "y"}).json()["category_id"] == under["id"], "not spoken of: stays"
        unknown = agent.put(note, json={"text": "y", "category_id": "4711"})
        assert unknown.json()["fields"]["category_id"]["code"] == "unknown"
        agent.put(f"/api/v1/calls/{calls[1]}/note", json={"text": "z", "category_id": other["id"]})

        for who in (admin, agent):
            for category, found in ((top, calls[:1]), (under, calls[:1]), (other, calls[1:2])):
                for more in ({}, {"from": AT, "to": AT + 10}):
                    listed = who.get("/api/v1/calls", params={"category_id": category["id"], **more}).json()["items"]
                    assert [one["id"] for one in listed] == [str(one) for one in found], (category, more)
            bare = who.get("/api/v1/calls", params={"uncategorised": True}).json()["items"]
            assert [one["id"] for one in bare] == [str(calls[2])]
        both = admin.get("/api/v1/calls", params={"uncategorised": True, "category_id": top["id"]})
        assert both.status_code == 422 and both.json()["fields"]["uncategorised"]["message"]
        sheet = admin.get("/api/v1/exports/calls", params={"category_id": top["id"], "format": "csv"})
        lines = sheet.content.decode("utf-8-sig").strip().splitlines()
        assert len(lines) == 2 and "来电分类" in lines[0] and "投诉 › 等待太久" in lines[1]

        assert admin.post(f"/api/v1/call-categories/{other['id']}/move", json={"where": "up"}).status_code == 204
        assert admin.get("/api/v1/call-categories").json()[0]["id"] == other["id"]
        assert agent.put(note, json={"text": "y", "category_id": None}).json()["category_name"] == ""
        rows = admin.get("/api/v1/audit", params={"object_kind": "call_category"}).json()["items"]
        assert [one["action"] for one in rows] == ["call_category.move"] + ["call_category.create"] * 3
