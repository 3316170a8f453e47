"""Who listens to a call is let go when he may no longer."""

from __future__ import annotations

import pytest
from tests.api.linkserver import agent_view, call_view
from tests.api.site import Site

from yingda.bus import verbs as v

pytestmark = pytest.mark.api


def stopped(site: Site) -> set[tuple[str, str]]:
    return {(one.agent_id, one.call_id) for one in site.engine.verbs if isinstance(one, v.StopWatching)}


def test_a_right_taken_away_ends_the_listening(site: Site) -> None:
    boss, agent = str(site.company.people["9001"]), str(site.company.people["1001"])
    site.engine.put("calls", call_view("771", state="talking", agent_id=agent))
    site.engine.put("agents", agent_view(agent, number="1001", call_id="771", engagement="talking"))
    for who, number in ((boss, "9001"), (str(site.company.people["9000"]), "9000")):
        site.engine.put("agents", agent_view(who, number=number, call_id="771", engagement="talking",
                                             watching="listen"))
    rights = f"/api/v1/people/{boss}/rights"
    with site.login("9000") as admin:
        assert admin.put(rights, json={"exceptions": {"customers.view": "none"}}).status_code == 200
        assert admin.put(rights, json={"exceptions": {"calls.supervise": "own"}}).status_code == 200
        site.until(lambda: stopped(site))
        assert stopped(site) == {(boss, "771")}, "the other listener stays"
        admin.put(rights, json={"exceptions": {}})
    site.engine.drop("calls", "771")
