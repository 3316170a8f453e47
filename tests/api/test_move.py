"""Agents moved between service groups: stored, told to the engine, audited, by right only."""

from __future__ import annotations

import pytest
from tests.api.site import Site
from tests.api.test_admin import last_audit, reloads

from yingda.bus.verbs import MoveAgent

pytestmark = pytest.mark.api


def test_a_supervisor_moves_an_agent(site: Site) -> None:
    agent = site.company.people["1002"]
    path = f"/api/v1/supervise/agents/{agent}/queues"
    with site.login("9001") as boss, site.login("1001") as other, site.login("9000") as admin:
        queue = next(q for q in admin.get("/api/v1/queues").json() if q["number"] == "802")
        before = reloads(site)
        assert boss.put(path, json={"queues": [{"queue_id": queue["id"], "level": 3}]}).status_code == 204
        assert boss.get(path).json() == [{"queue_id": queue["id"], "level": 3}]
        verb = [x for x in site.engine.verbs if isinstance(x, MoveAgent)][-1]
        assert (verb.agent_id, verb.queues) == (str(agent), ((queue["id"], 3),))
        site.until(lambda: reloads(site) > before)
        told = last_audit(admin, "person", str(agent))
        assert told["action"] == "person.move" and told["after"] == {"queues": {queue["id"]: 3}}
        assert other.put(path, json={"queues": []}).status_code == 403 == other.get(path).status_code
        for body in ({"queues": [{"queue_id": "77"}]}, {"queues": [{"queue_id": queue["id"]}] * 2},
                     {"queues": [{"queue_id": queue["id"], "level": 10}]}):
            assert boss.put(path, json=body).status_code == 422
        assert boss.put(path, json={"queues": []}).status_code == 204 and boss.get(path).json() == []
