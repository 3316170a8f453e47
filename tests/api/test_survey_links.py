"""The page behind a link to the survey: no login, no script, nobody's data; one answer, and no way to another call."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from tests.api.site import Site

from yingda.acd.models import Queue
from yingda.calls.models import CallRow, SegmentRow
from yingda.followup.models import FollowUp
from yingda.ivr.models import Flow
from yingda.ivr.survey_links import token_of
from yingda.org.sealing import Seal
from yingda.store.engine import Uow

pytestmark = pytest.mark.api
NUMBER = "13800138000"
NODES = {"start": "a", "nodes": {
    "a": {"kind": "survey", "question": "满意<吗>", "answers": {"1": 5, "2": 3, "3": 1}, "next": "b"},
    "b": {"kind": "survey", "question": "解决了吗", "answers": {"1": 1, "2": 0}, "next": ""}}}
DAY = 86_400_000


@pytest.fixture(scope="module")
def asked(site: Site) -> Site:
    """Calls 901 to 909 of one customer, served by 王芳 in group 802."""
    async def work(u: Uow) -> None:
        person, queue = site.company.people["1001"], site.company.queues["802"]
        u.add(Flow(id=77, number=7, name="评价", version=1, nodes=NODES))
        (await u.get_one(Queue, queue)).survey_flow_id = 77
        for call_id in range(901, 910):
            u.add(CallRow(id=call_id, direction="in", state="ended", outcome="answered", started_at=1_780_000_000_000,
                          peer=NUMBER, peer_rev=NUMBER[::-1], agent_id=person, queue_id=queue))
        await u.flush()
        for call_id in range(901, 910):
            u.add(SegmentRow(call_id=call_id, position=0, id="a", kind="agent", agent_id=person, queue_id=queue,
                             started_at=1_780_000_000_000, answered_at=1_780_000_001_000))
    site.in_database(work)
    return site


def path(site: Site, call_id: int, in_ms: int = DAY) -> str:
    return f"/s/{token_of(Seal(site.site_key), call_id, site.app.state.room.clock.now_ms() + in_ms)}"


def of_call(site: Site, call_id: int) -> list[Any]:
    with site.login("9001") as boss:
        found: list[Any] = boss.get(f"/api/v1/calls/{call_id}/survey").json()
    return found


def test_a_customer_opens_answers_and_it_stands_at_the_call(asked: Site) -> None:
    where = path(asked, 901)
    with asked.stranger() as customer:
        page = customer.get(where, headers={"Accept-Language": "en"})
        assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
        assert 'lang="en"' in page.text and "very satisfied" in page.text and "满意&lt;吗&gt;" in page.text
        assert "最满意" in customer.get(where, headers={"Accept-Language": "zh-CN"}).text
        assert re.findall(r'name="(q\d)" value="(\d)"', page.text) == [
            ("q0", "1"), ("q0", "2"), ("q0", "3"), ("q1", "1"), ("q1", "2")]
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "<script" not in page.text
        assert page.headers["cache-control"] == "no-store" and page.headers["x-frame-options"] == "DENY"
        assert not re.search(r"138|8000|王芳|1001|901", page.text), "nothing about caller, agent or call"
        assert of_call(asked, 901) == [], "opening it changes nothing"
        assert customer.post(where, data={"q0": "2"}).status_code == 422
        assert customer.post(where, data={"q0": "7", "q1": "1"}).status_code == 422
        done = customer.post(where, data={"q0": "2", "q1": "1"})
        assert done.status_code == 200 and "谢谢，您的评价已收到" in done.text
        for again in (customer.post(where, data={"q0": "1", "q1": "2"}), customer.get(where)):
            assert again.status_code == 200 and "已经评价过" in again.text and "<form" not in again.text
    assert [(one["question"], one["score"], one["way"], one["agent_name"], one["queue_name"], one["number"])
            for one in of_call(asked, 901)] == [
        ("满意<吗>", 3, "link", "王芳", "售后服务", NUMBER), ("解决了吗", 1, "link", "王芳", "售后服务", NUMBER)]
    assert of_call(asked, 902) == []
    with asked.login("9001") as boss:
        sums = boss.get("/api/v1/surveys/figures", params={"from": 0, "to": 2**52, "by": "question"}).json()
        assert {one["key"]: (one["asked"], one["mean"]) for one in sums} == {"满意<吗>": (1, 3.0), "解决了吗": (1, 1.0)}


def test_a_low_mark_by_link_becomes_work(asked: Site) -> None:
    with asked.stranger() as customer:
        assert customer.post(path(asked, 903), data={"q0": "3", "q1": "1"}).status_code == 200

    async def items(u: Uow) -> list[str]:
        return [row.number for row in (await u.execute(select(FollowUp))).scalars()]
    assert asked.in_database(items) == [NUMBER]


def test_late_forged_and_foreign_links_are_refused(asked: Site) -> None:
    with asked.stranger() as customer:
        late = path(asked, 904, in_ms=-2000)
        for answer in (customer.get(late), customer.post(late, data={"q0": "1", "q1": "1"})):
            assert answer.status_code == 410 and "过期" in answer.text
        right = path(asked, 904)
        other = f"/s/{token_of(Seal('A' * 43 + '='), 904, 2 * 10**12)}"
        for wrong in (right[:-1] + ("A" if right[-1] != "A" else "B"), "/s/" + "A" * 32, other, "/s/904"):
            assert customer.get(wrong).status_code == 404
            assert customer.post(wrong, data={"q0": "1", "q1": "1"}).status_code == 404
        foreign = customer.post(right, data={"q0": "1", "q1": "1"}, headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        assert customer.get(path(asked, 4711)).status_code == 410, "no such call"
        assert customer.post(right, content=b"\xff&&=&q0", headers={"Content-Type": "text/plain"}).status_code == 422
    assert of_call(asked, 904) == []


def test_who_asks_too_often_is_slowed_down(asked: Site) -> None:
    where = path(asked, 905)
    with asked.stranger() as customer:
        found = [customer.get(where).status_code for _ in range(45)]  # a minute may turn once meanwhile
        assert found[0] == 200 and 429 in found
        assert customer.get(path(asked, 906)).status_code == 200, "another link is not held up"


def test_the_setting_belongs_to_administrators(asked: Site) -> None:
    with asked.login("9000") as admin:
        before = admin.get("/api/v1/surveys/links").json()
        assert (before["channel_id"], before["page_url"]) == (None, "")
        saved = admin.put("/api/v1/surveys/links", json={"channel_id": None, "page_url": "https://call.example.cn/"})
        assert saved.status_code == 200 and saved.json()["page_url"] == "https://call.example.cn"
        refused = admin.put("/api/v1/surveys/links", json={"channel_id": "5", "page_url": "https://call.example.cn"})
        assert refused.status_code == 422 and "channel_id" in refused.json()["fields"]
    with asked.login("1001") as agent:
        assert agent.get("/api/v1/surveys/links").status_code == 403
