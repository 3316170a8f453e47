"""Answers to surveys: whose one may see, and what they come to."""

from __future__ import annotations

import pytest
from tests.api.site import Site

from yingda.calls.models import CallRow
from yingda.ivr.models import SurveyAnswer
from yingda.store.engine import Uow

pytestmark = pytest.mark.api
DAY = 86_400_000
T0 = 1_780_000_000_000 - 1_780_000_000_000 % DAY - 8 * 3_600_000  # midnight in Shanghai
MARKS = ((0, "1001", 5), (0, "1001", 3), (0, "1001", None), (1, "1002", 1), (1, "1002", 5), (1, "1002", 5))


async def _fill(site: Site, u: Uow) -> None:
    for n, (day, agent, score) in enumerate(MARKS):
        person, at = site.company.people[agent], T0 + day * DAY + n
        u.add(CallRow(id=900 + n, direction="in", state="ended", outcome="answered", started_at=at,
                      peer="13800138000", peer_rev="00083100831", agent_id=person))
        u.add(SurveyAnswer(call_id=900 + n, n=n, at=at, flow_id=1, question="满意吗", agent_id=person, score=score,
                           key=str(score or ""), queue_id=site.company.queues["802"], number="13800138000"))


@pytest.fixture(scope="module")
def answered(site: Site) -> Site:
    site.in_database(lambda u: _fill(site, u))
    return site


def test_figures_by_agent_day_and_all(answered: Site) -> None:
    span = {"from": T0, "to": T0 + 2 * DAY}
    with answered.login("9001") as boss:
        by_agent = boss.get("/api/v1/surveys/figures", params=span | {"by": "agent"}).json()
        assert {one["name"]: (one["asked"], one["answered"], one["mean"]) for one in by_agent} == {
            "王芳": (3, 2, 4.0), "赵磊": (3, 3, pytest.approx(11 / 3))}
        days = boss.get("/api/v1/surveys/figures", params=span | {"by": "day"}).json()
        assert [(one["asked"], one["marks"]) for one in days] == [(3, {"3": 1, "5": 1}), (3, {"1": 1, "5": 2})]
        whole = boss.get("/api/v1/surveys/figures", params=span | {"by": "all"}).json()
        assert [(one["asked"], one["mean"]) for one in whole] == [(6, pytest.approx(19 / 5))]
        assert boss.get("/api/v1/surveys/figures", params={"from": 5, "to": 5}).status_code == 422


def test_the_list_its_pages_and_low_marks(answered: Site) -> None:
    span = {"from": T0, "to": T0 + 2 * DAY, "limit": 4}
    with answered.login("9001") as boss:
        first = boss.get("/api/v1/surveys", params=span).json()
        rest = boss.get("/api/v1/surveys", params=span | {"cursor": first["next"]}).json()
        assert [one["call_id"] for one in first["items"] + rest["items"]] == [str(905 - n) for n in range(6)]
        assert rest["next"] is None and first["items"][0]["number"] == "13800138000"
        low = boss.get("/api/v1/surveys", params=span | {"most": 2}).json()["items"]
        assert [(one["agent_name"], one["score"]) for one in low] == [("赵磊", 1)]
        assert [one["score"] for one in boss.get("/api/v1/calls/903/survey").json()] == [1]


def test_an_agent_sees_his_own_marks_alone(answered: Site) -> None:
    span = {"from": T0, "to": T0 + 2 * DAY}
    with answered.login("1001") as agent:
        assert {one["agent_name"] for one in agent.get("/api/v1/surveys", params=span).json()["items"]} == {"王芳"}
        assert [one["asked"] for one in agent.get("/api/v1/surveys/figures", params=span | {"by": "all"}).json()] == [3]
        assert agent.get("/api/v1/calls/903/survey").status_code == 403
