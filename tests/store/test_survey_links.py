"""Links to the survey on both databases: who gets one, where it is sent, and one answer a call."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select
from tests.store.test_notify import post as server_for_posts

from yingda.acd.policy import Policy
from yingda.acd.repo import QueueData, save_queue
from yingda.bus.link import Entry
from yingda.calls.models import CallRow
from yingda.calls.state import Call, Segment
from yingda.ivr import survey_links
from yingda.ivr.models import BY_LINK, Flow, SurveyAnswer
from yingda.ivr.survey_links import SurveyLinks, questions, read_token, save_links, token_of
from yingda.kit.clock import SystemClock
from yingda.notify import channels, outbox
from yingda.notify.feed import Feed
from yingda.org import site
from yingda.org.actor import SYSTEM
from yingda.org.sealing import Seal
from yingda.store.engine import Store
from yingda.store.errors import Invalid
from yingda.worker.errands import Errands
from yingda.worker.ship import Shipper

pytestmark = pytest.mark.anyio
MOBILE, OTHER, LANDLINE = "13800138000", "13900139000", "01062345678"
FLOW = {"start": "a", "nodes": {
    "a": {"kind": "play", "prompts": ["yd/welcome"], "next": "b"},
    "b": {"kind": "survey", "question": "满意度", "answers": {"1": 5, "2": 3, "3": 1}, "next": "c"},
    "c": {"kind": "survey", "question": "解决了吗", "answers": {"1": 1, "2": 0}, "next": "d", "failed": "e"},
    "d": {"kind": "menu", "keys": {"1": "e"}, "failed": "e"},
    "e": {"kind": "survey", "question": "仅按键", "answers": {"1": 1}, "next": ""}}}


class Desk:
    """A company with a survey in group 802, and a worker that ships ended calls."""

    def __init__(self, store: Store, tmp_path: Path) -> None:
        self.store, self.n, self.queue, self.channel, self.flow = store, 0, 0, 0, 0
        self.shipper = Shipper(store, "engine", tmp_path / "refused.jsonl", lambda bases: None)

    async def open(self, seal: Seal, url: str = "http://127.0.0.1:9/send") -> None:
        async with self.store.uow() as u:
            await site.save_site(u, SYSTEM, site.Site("测试公司", "Asia/Shanghai", "zh"))
            u.add(Flow(id=77, number=7, name="评价", version=1, nodes=FLOW))
            await u.flush()
            self.flow = 77
            self.queue = (await save_queue(u, SYSTEM, None, QueueData(
                number="802", name="售后", survey_flow_id=77, policy=Policy(survey_link=True)))).id
            self.channel = (await channels.save(u, SYSTEM, seal, None, name="短信", kind="sms", settings={
                "url": url + "?u={to}&t={text}", "method": "GET", "content_type": "application/json", "body": "",
                "to": "13700000000"})).id
            await save_links(u, SYSTEM, SurveyLinks(channel_id=self.channel, page_url="https://call.example.cn/"))

    def talk(self, call_id: int, number: str = MOBILE, *, by: str = "caller", flow: str = "77", ago_ms: int = 1000,
             direction: str = "in", then: tuple[Segment, ...] = ()) -> Call:
        end = SystemClock().now_ms() - ago_ms
        at = end - 60_000
        parts = (Segment(id="q", kind="queue", started_at=at, ended_at=at + 5_000, queue_id=str(self.queue)),
                 Segment(id="a", kind="agent", started_at=at, answered_at=at + 5_000, ended_at=end, agent_id="101",
                         queue_id=str(self.queue)), *then)
        return Call(id=str(call_id), direction=direction, state="ended", started_at=at, answered_at=at + 5_000,
                    ended_at=end, outcome="answered", customer_number=number, agent_id="101", ended_by=by,
                    survey_flow_id=flow, segments=parts)

    async def ship(self, *calls: Call) -> list[str]:
        """What waits for which call afterwards."""
        for call in calls:
            self.n += 1
            await self.shipper.ship([Entry(n=self.n, at=call.ended_at, kind="call", id=call.id, event="FarGone",
                                           value=msgspec.to_builtins(call))])
        async with self.store.reading() as u:
            return sorted(row.about for row in await outbox.listed(u))


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


async def test_only_who_hung_up_on_the_agent_by_a_mobile_number_and_once_a_day(desk: Desk, seal: Seal) -> None:
    await desk.open(seal)
    waits = Segment(id="w", kind="queue", started_at=1, queue_id=str(desk.queue))
    nobody = (desk.talk(1, LANDLINE), desk.talk(2, ""), desk.talk(3, "008613800138000"), desk.talk(4, by="agent"),
              desk.talk(5, flow=""), desk.talk(6, direction="out"), desk.talk(7, ago_ms=2 * 3_600_000),
              desk.talk(8, then=(waits,)), msgspec.structs.replace(desk.talk(9), ended_at=0, state="talking"))
    assert await desk.ship(*nobody) == []
    first = desk.talk(10)
    assert await desk.ship(first, first, desk.talk(11)) == ["survey:10"], "the second call of the day gets none"
    assert await desk.ship(desk.talk(12, OTHER)) == ["survey:10", "survey:12"]


async def test_none_is_sent_where_the_group_the_setting_or_the_flow_does_not_want_it(desk: Desk, seal: Seal) -> None:
    await desk.open(seal)
    async with desk.store.uow() as u:
        await save_queue(u, SYSTEM, desk.queue, QueueData(number="802", name="售后", survey_flow_id=77))
    assert await desk.ship(desk.talk(1)) == []
    async with desk.store.uow() as u:
        await save_queue(u, SYSTEM, desk.queue, QueueData(number="802", name="售后", survey_flow_id=77,
                                                          policy=Policy(survey_link=True)))
        (await u.get_one(Flow, 77)).nodes = {"start": "d", "nodes": {"d": FLOW["nodes"]["d"]}}  # type: ignore[index]
    assert await desk.ship(desk.talk(2)) == [], "nothing to ask on a page"
    async with desk.store.uow() as u:
        (await u.get_one(Flow, 77)).nodes = FLOW
        await save_links(u, SYSTEM, SurveyLinks(page_url="https://call.example.cn"))
    assert await desk.ship(desk.talk(3)) == []
    async with desk.store.uow() as u:
        await save_links(u, SYSTEM, SurveyLinks(channel_id=desk.channel, page_url="https://call.example.cn"))
    assert await desk.ship(desk.talk(4)) == ["survey:4"]


async def test_the_message_goes_to_the_caller_with_a_link_that_nothing_else_keeps(desk: Desk, seal: Seal) -> None:
    async with server_for_posts() as (server, url):
        await desk.open(seal, url)
        await desk.ship(desk.talk(10))
        await Errands(desk.store, seal, Feed(desk.store, SystemClock().now_ms)).send_due()
        assert [query["u"] for query, _, _ in server.got] == [MOBILE]
        words = unquote(server.got[0][0]["t"])
    assert words.startswith("测试公司 ") and len(words) <= 120
    token = words.split("https://call.example.cn/s/")[1].split(" ")[0]
    async with desk.store.reading() as u:
        row = (await outbox.listed(u))[0]
    assert row.state == "sent" and MOBILE not in json.dumps([row.about, row.title, row.body]) and token not in row.body
    found = read_token(seal, token)
    assert found is not None and found[0] == 10
    assert 0 <= row.created_at + survey_links.LASTS_MS - found[1] < 1000


def test_a_token_is_of_one_site_one_call_and_one_time(seal: Seal) -> None:
    token = token_of(seal, 4711, 1_800_000_000_000)
    assert len(token) == 32 and read_token(seal, token) == (4711, 1_800_000_000_000)
    assert read_token(Seal(Fernet.generate_key().decode()), token) is None
    for place in range(len(token)):
        for letter in "AB-_":
            changed = token[:place] + letter + token[place + 1:]
            assert changed == token or read_token(seal, changed) is None
    for wrong in ("", "x", "ü" * 32, token + "=", token + "A", " " + token, token[:-4], "A" * 32, "%00"):
        assert read_token(seal, wrong) is None
    assert seal.sign("a", b"x") != seal.sign("b", b"x")


def test_the_questions_are_those_on_the_straight_way() -> None:
    assert [(one.name, one.marks) for one in questions(FLOW)] == [
        ("满意度", ((5, "1"), (3, "2"), (1, "3"))), ("解决了吗", ((1, "1"), (0, "2")))]
    ring = {"start": "a", "nodes": {"a": {"kind": "play", "next": "a"}}}
    assert questions(None) == questions({}) == questions(ring) == ()
    assert questions({"start": "a", "nodes": {"a": {"kind": 5}}}) == ()


async def test_one_answer_a_call_tied_to_who_served(desk: Desk, seal: Seal) -> None:
    await desk.open(seal)
    await desk.ship(desk.talk(10), desk.talk(11))
    keys = {"满意度": "2", "解决了吗": "1"}
    async with desk.store.uow() as u:
        flow = await u.get_one(Flow, 77)
        for part in ({}, {"满意度": "2"}, {"满意度": "9", "解决了吗": "1"}):
            assert await survey_links.answer(u, 10, flow, part, 5_000) == []
        assert len(await survey_links.answer(u, 10, flow, keys, 5_000)) == 2
        assert await survey_links.answer(u, 10, flow, {"满意度": "1", "解决了吗": "2"}, 6_000) == []
        u.add(SurveyAnswer(call_id=11, n=3, at=1, flow_id=77, question="满意度", key="1", score=5, number=MOBILE))
        await u.flush()
        assert await survey_links.answer(u, 11, flow, keys, 5_000) == [], "answered by keys"
    async with desk.store.reading() as u:
        rows = list((await u.execute(select(SurveyAnswer).where(SurveyAnswer.call_id == 10)
                                     .order_by(SurveyAnswer.n))).scalars())
        assert [(row.n - BY_LINK, row.question, row.score, row.agent_id, row.queue_id, row.number) for row in rows] == [
            (0, "满意度", 3, 101, desk.queue, MOBILE), (1, "解决了吗", 1, 101, desk.queue, MOBILE)]
        assert await u.scalar(select(func.count()).select_from(CallRow)) == 2


async def test_the_setting_is_checked(desk: Desk, seal: Seal) -> None:
    await desk.open(seal)
    async with desk.store.uow() as u:
        robot = await channels.save(u, SYSTEM, seal, None, name="群", kind="wecom", settings={"url": "https://x.cn"})
        for channel, url, field in (
                (desk.channel, "", "page_url"), (desk.channel, "http://call.example.cn", "page_url"),
                (desk.channel, "https://x.cn/s?a=1", "page_url"), (robot.id, "https://x.cn", "channel_id"),
                (5, "https://x.cn", "channel_id")):
            with pytest.raises(Invalid) as refused:
                await save_links(u, SYSTEM, SurveyLinks(channel_id=channel, page_url=url))
            assert set(refused.value.fields) == {field}
