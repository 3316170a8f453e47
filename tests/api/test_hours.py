"""Working hours and calendar: kept, shown, audited, told to the engine; queues and numbers follow them."""

from __future__ import annotations

import pytest
from tests.api.site import Site
from tests.api.test_admin import last_audit, reloads

pytestmark = pytest.mark.api
DAY = [[540, 1080]]
PLAN = {"name": "客服工作时间", "week": [DAY] * 5 + [[], []], "workday": DAY}


def test_a_plan_from_its_making_to_its_end(site: Site) -> None:
    with site.login("9000") as admin, site.login("1001") as agent:
        before = reloads(site)
        made = admin.post("/api/v1/hours", json=PLAN)
        assert made.status_code == 201, made.text
        plan = made.json()
        site.until(lambda: reloads(site) == before + 1)
        assert plan["week"][0] == DAY and plan["state"] in ("open", "closed", "holiday") and plan["next_change"] > 0
        assert plan["id"] in [one["id"] for one in agent.get("/api/v1/hours").json()]
        assert agent.post("/api/v1/hours", json=PLAN).status_code == 403
        queue = next(q for q in admin.get("/api/v1/queues").json() if q["number"] == "802")
        body = {key: value for key, value in queue.items() if key != "id"}
        body["members"] = [{"person_id": m["person_id"], "level": m["level"], "areas": "山东，0531"}
                           for m in queue["members"]]
        body["policy"] |= {"plan_id": plan["id"], "closed_to": "hang_up:yd/after-hours", "sticky": True}
        kept = admin.put(f"/api/v1/queues/{queue['id']}", json=body)
        assert kept.status_code == 200, kept.text
        assert kept.json()["policy"]["plan_id"] == plan["id"] and kept.json()["policy"]["sticky"] is True
        assert kept.json()["members"][0]["areas"] == "山东,0531"
        assert admin.get("/api/v1/hours").json()[0]["used_by"] == ["售后服务"]
        refused = admin.delete(f"/api/v1/hours/{plan['id']}")
        assert refused.status_code == 422 and refused.json()["fields"]["id"]["code"] == "in_use"
        body["policy"]["plan_id"] = None
        assert admin.put(f"/api/v1/queues/{queue['id']}", json=body).status_code == 200
        assert admin.delete(f"/api/v1/hours/{plan['id']}").status_code == 204
        assert last_audit(admin, "hours", plan["id"])["before"]["name"] == PLAN["name"]


def test_the_calendar_shows_holidays_and_takes_closures(site: Site) -> None:
    with site.login("9000") as admin, site.login("9001") as supervisor:
        year = supervisor.get("/api/v1/calendar", params={"year": 2026}).json()
        assert year["known"]
        assert {"day": "2026-10-01", "kind": "holiday", "name": "国庆节", "official": True} in year["days"]
        body = {"kind": "closed", "name": "搬家"}
        assert supervisor.put("/api/v1/calendar/2026-11-30", json=body).status_code == 403
        set_ = admin.put("/api/v1/calendar/2026-11-30", json=body).json()
        assert {"day": "2026-11-30", "kind": "closed", "name": "搬家", "official": False} in set_["days"]
        assert admin.put("/api/v1/calendar/2026-02-30", json=body).status_code == 422
        admin.put("/api/v1/calendar/2026-10-01", json={"kind": "ordinary"})
        again = admin.post("/api/v1/calendar/official", json={"year": 2026}).json()
        assert {"2026-10-01", "2026-11-30"} <= {day["day"] for day in again["days"]}
        assert admin.post("/api/v1/calendar/official", json={"year": 2040}).status_code == 422


@pytest.mark.parametrize(("change", "field"), [
    ({"closed_to": "nowhere"}, "policy.closed_to"), ({"exit_key": "1"}, "policy.exit_to"),
    ({"exit_key": "x"}, "policy.exit_key"), ({"announce_every_s": 3}, "policy.announce_every_s"),
    ({"plan_id": "77"}, "policy.plan_id"), ({"full_length": 5, "full_to": ""}, "policy.full_to"),
    ({"comfort": "yd/no"}, "policy.comfort"), ({"sticky_days": 0}, "policy.sticky_days"),
])
def test_faults_of_a_queue_are_told_at_the_field(site: Site, change: dict[str, object], field: str) -> None:
    with site.login("9000") as admin:
        body = {"number": "899", "name": "x", "policy": change}
        answer = admin.post("/api/v1/queues", json=body)
        assert answer.status_code == 422 and field in answer.json()["fields"], answer.text
