"""Alarms, notices and channels on both databases; each channel against a real server of its protocol."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from sqlalchemy.exc import OperationalError

from yingda.acd.membership import QueueMembers
from yingda.acd.repo import QueueData, save_queue
from yingda.notify import alarms, bell, channels, notices, outbox
from yingda.notify.feed import Feed
from yingda.notify.notices import NoticeData
from yingda.notify.ports import NotSent, ports
from yingda.notify.rules import Rule
from yingda.org import audit
from yingda.org.actor import SYSTEM, Actor
from yingda.org.departments import save_department
from yingda.org.people import PersonData, create_person, get_person
from yingda.org.sealing import Seal
from yingda.store.engine import Store
from yingda.store.errors import Invalid, NotFound
from yingda.worker.errands import Errands

pytestmark = pytest.mark.anyio
NOW = 1_795_000_000_000


async def test_an_alarm_opens_is_acknowledged_closed_and_comes_anew(store: Store) -> None:
    async with store.uow() as u:
        for n in range(2):
            assert not await alarms.note(u, "not_allowed", "1001", NOW + n, {"name": "王芳", "act": "PUT /x"})
        assert await alarms.listed(u) == []
        assert await alarms.note(u, "not_allowed", "1001", NOW + 5, {"name": "王芳", "act": "PUT /x"})
        await alarms.note(u, "not_allowed", "1002", NOW + 6, {"name": "赵磊", "act": "PUT /x"}, times=7)
        first, second = (await alarms.listed(u))[::-1]
        assert (first.subject, first.count, first.state) == ("1001", 3, "open") and second.count == 7
        assert "王芳" in alarms.words(first, "zh") and await alarms.open_count(u) == 2
        me = Actor(5, "admin")
        await alarms.acknowledge(u, me, first.id, "在查", NOW + 10)
        await alarms.note(u, "not_allowed", "1001", NOW + 11)
        assert (await alarms.listed(u, state="acknowledged"))[0].count == 4
        await alarms.close(u, me, first.id, "培训过了", NOW + 20)
        await alarms.note(u, "not_allowed", "1001", NOW + 30, times=3)
        assert [row.state for row in await alarms.listed(u)] == ["open", "open", "closed"]
        assert (await bell.marks(u))["alarms"] >= 5
        with pytest.raises(NotFound):
            await alarms.close(u, me, 1, "", NOW)


async def test_what_is_right_again_closes_by_itself(store: Store) -> None:
    async with store.uow() as u:
        await alarms.note(u, "trunk_down", "移动", NOW)
        assert await alarms.calm(u, "trunk_down", "移动", NOW + 1)
        assert not await alarms.calm(u, "trunk_down", "移动", NOW)
        row = (await alarms.listed(u))[0]
        assert (row.state, row.closed_by, row.closed_at) == ("closed", None, NOW + 1)


async def test_rules_are_the_sites_own(store: Store) -> None:
    async with store.uow() as u:
        await alarms.save_rule(u, SYSTEM, "part_restarted", Rule("critical", 2, 60, 60))
        assert (await alarms.rules(u))["part_restarted"].threshold == 2
        assert not await alarms.note(u, "part_restarted", "web", NOW, {"how": "code 1"})
        with pytest.raises(NotFound):
            await alarms.save_rule(u, SYSTEM, "nonsense", Rule())
        with pytest.raises(Invalid):
            await alarms.save_rule(u, SYSTEM, "disk_low", Rule(threshold=0))


async def test_the_feed_bundles_and_outlives_a_database_that_is_away(store: Store) -> None:
    feed = Feed(store, lambda: NOW)
    for _ in range(5000):
        feed.note("login_wrong", "9000", address="192.0.2.9")
    for n in range(3000):
        feed.note("sip_unknown", f"10.0.{n // 250}.{n % 250}")
    good, feed._store = feed._store, Store("postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=1")
    with pytest.raises(OperationalError):
        await feed.flush()
    await feed._store.close()
    feed._store = good
    feed.note("login_wrong", "9000", address="192.0.2.9")  # what came meanwhile is counted with it
    await feed.flush()
    async with store.reading() as u:
        assert (await alarms.listed(u))[0].count == 5001


async def test_what_a_thread_notes_is_written_without_anything_else_happening(
        store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread loses the processor in the midst of its note, whenever it asks for the time."""
    def slow() -> int:
        time.sleep(0.02)
        return NOW
    monkeypatch.setattr("yingda.notify.feed.EVERY_S", 0)
    feed = Feed(store, slow)
    writer = asyncio.create_task(feed.run())
    try:
        for n in range(1, 11):
            await asyncio.to_thread(feed.note, "part_restarted", f"part{n}", how="signal SIGKILL")
            deadline = time.monotonic() + 5
            while await written(store) < n:
                assert time.monotonic() < deadline, f"part{n} waits unseen"
                await asyncio.sleep(0.01)
    finally:
        writer.cancel()


async def written(store: Store) -> int:
    async with store.reading() as u:
        return len(await alarms.listed(u))


async def people(store: Store) -> dict[str, int]:
    async with store.uow() as u:
        top = await save_department(u, SYSTEM, None, number="1", name="客服部", parent_id=None)
        low = await save_department(u, SYSTEM, None, number="11", name="一组", parent_id=top.id)
        made = {}
        for number, department in (("1", None), ("2", top.id), ("3", low.id), ("4", low.id)):
            row = await create_person(u, SYSTEM, PersonData(number=number, name="人" + number, role="agent",
                                                            department_id=department))
            made[number] = row.id
        queue = await save_queue(u, SYSTEM, None, QueueData(number="801", name="售后", members=((made["1"], 1),)))
        return {**made, "top": top.id, "low": low.id, "queue": queue.id}


async def readers_of(store: Store, data: NoticeData) -> set[int]:
    async with store.uow() as u:
        row = await notices.write(u, Actor(1, "supervisor"), data, NOW, QueueMembers())
        return {one.person_id for one in await notices.readers(u, row.id)}


async def test_a_notice_reaches_whom_it_is_for(store: Store) -> None:
    who = await people(store)
    assert await readers_of(store, NoticeData(title="全体")) == {who[n] for n in "1234"}
    assert await readers_of(store, NoticeData(title="人", audience="people", ids=[who["2"]])) == {who["2"]}
    assert await readers_of(store, NoticeData(title="组", audience="queues", ids=[who["queue"]])) == {who["1"]}
    assert await readers_of(store, NoticeData(title="部", audience="departments", ids=[who["top"]])) == {
        who[n] for n in "234"}
    with pytest.raises(Invalid):
        await readers_of(store, NoticeData(title="", audience="people"))


async def test_receipts_reminders_and_withdrawal(store: Store) -> None:
    who = await people(store)
    async with store.uow() as u:
        now = await notices.write(u, Actor(who["2"]), NoticeData(title="班会", body="五点"), NOW, QueueMembers())
        later = await notices.write(u, Actor(who["2"]), NoticeData(title="提醒", due_at=NOW + 60_000), NOW,
                                    QueueMembers())
        assert [n.title for n, _ in await notices.inbox(u, who["1"])] == ["班会"]
        await notices.read(u, who["1"], now.id, NOW + 5)
        await notices.read(u, who["1"], now.id, NOW + 9)
        assert (await notices.readers(u, now.id))[-1].read_at == NOW + 5
        assert [(row.title, all_, read) for row, all_, read in await notices.written(u, author=who["2"])] == [
            ("提醒", 0, 0), ("班会", 4, 1)]
        assert not await notices.any_due(u, NOW + 59_000) and await notices.any_due(u, NOW + 60_000)
        assert await notices.give_due(u, NOW + 60_000, QueueMembers()) == 1
        assert await notices.give_due(u, NOW + 60_001, QueueMembers()) == 0
        assert await notices.unread_count(u, who["1"]) == 1
        await notices.withdraw(u, Actor(who["2"]), later.id, NOW + 70_000)
        assert await notices.unread_count(u, who["1"]) == 0
        with pytest.raises(NotFound):
            await notices.read(u, 999, now.id, NOW)


# --- channels against real servers


class Post:
    """An HTTP server that keeps what it is sent. `answers`: (status, text), one after the other, the last for ever."""

    def __init__(self) -> None:
        self.got: list[tuple[Any, str, Any]] = []
        self.answers: list[tuple[int, str]] = [(200, '{"errcode": 0, "errmsg": "ok"}')]

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append((request.query, await request.text(), request.headers))
        status, words = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, text=words)


@asynccontextmanager
async def post() -> AsyncIterator[tuple[Post, str]]:
    server = Post()
    app = web.Application()
    app.router.add_route("*", "/send", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield server, f"http://127.0.0.1:{port}/send"
    finally:
        await runner.cleanup()


class Mailbox:
    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 taken"


def _right(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"yingda", b"geheim")
    return AuthResult(success=right)


async def test_mail_is_sent_with_log_in_and_says_why_not() -> None:
    box = Mailbox()
    controller = UnthreadedController(box, "127.0.0.1", 0, loop=asyncio.get_running_loop(), authenticator=_right,
                                      auth_required=True, auth_require_tls=False)
    server = await controller.loop.create_server(lambda: SMTP(box, **controller.SMTP_kwargs), "127.0.0.1", 0)
    values = {"host": "127.0.0.1", "port": str(server.sockets[0].getsockname()[1]), "security": "none",
              "username": "yingda", "password": "geheim", "sender": "a@example.com",
              "to": "b@example.com; c@example.com"}
    try:
        await ports()["mail"].send(values, "告警\n：磁盘", "第一行\n第二行")
        to, letter = box.letters[0]
        assert to == ["b@example.com", "c@example.com"] and letter["subject"] == "告警 ：磁盘"
        assert letter.get_content().splitlines() == ["第一行", "第二行"]
        with pytest.raises(NotSent):
            await ports()["mail"].send({**values, "password": "falsch"}, "x", "y")
    finally:
        server.close()
    with pytest.raises(NotSent):
        await ports()["mail"].send({**values, "port": "9"}, "x", "y")


async def test_wecom_robot() -> None:
    async with post() as (server, url):
        await ports()["wecom"].send({"url": url + "?key=k", "mention": "13800000000, @all"}, "标题", "正文")
        query, body, _ = server.got[0]
        assert query["key"] == "k" and json.loads(body)["text"] == {
            "content": "标题\n正文", "mentioned_mobile_list": ["13800000000", "@all"]}
        server.answers = [(200, '{"errcode": 45009, "errmsg": "api freq out of limit"}')]
        with pytest.raises(NotSent) as refused:
            await ports()["wecom"].send({"url": url}, "x", "")
        assert "45009" in str(refused.value.params["reason"])


async def test_dingtalk_robot_signs() -> None:
    async with post() as (server, url):
        await ports()["dingtalk"].send({"url": url + "?access_token=t", "secret": "SEC123"}, "标题", "正文")
        query, body, _ = server.got[0]
        wanted = hmac.new(b"SEC123", f"{query['timestamp']}\nSEC123".encode(), hashlib.sha256).digest()
        assert base64.b64decode(query["sign"]) == wanted and query["access_token"] == "t"
        assert abs(int(query["timestamp"]) - time.time() * 1000) < 60_000
        assert json.loads(body)["text"]["content"] == "标题\n正文"


async def test_sms_template_escapes_for_its_form() -> None:
    async with post() as (server, url):
        values = {"url": url + "?u={to}&t={text}", "to": "13800000000,13900000000", "secret": "k",
                  "headers": "X-Key: {secret}\nX-Other: 1", "body": '{"m": "{to}", "c": "{text}", "o": {}}'}
        await ports()["sms"].send(values, '引"号', "a&b\\c")
        assert len(server.got) == 2
        query, body, headers = server.got[0]
        assert json.loads(body) == {"m": "13800000000", "c": '引"号 a&b\\c', "o": {}} and headers["X-Key"] == "k"
        assert query["u"] == "13800000000" and query["t"] == '引"号 a&b\\c'
        form = {**values, "content_type": "application/x-www-form-urlencoded", "body": "mobile={to}&text={text}"}
        await ports()["sms"].send(form, "x", "1&2")
        assert server.got[2][1] == "mobile=13800000000&text=x+1%262"
        with pytest.raises(NotSent):
            await ports()["sms"].send({**values, "success": "\"code\":0"}, "x", "y")
        with pytest.raises(NotSent):
            await ports()["sms"].send({**values, "url": "file:///etc/passwd"}, "x", "y")


async def test_secrets_of_a_channel_are_sealed_kept_and_never_logged(store: Store, seal: Seal) -> None:
    async with store.uow() as u:
        row = await channels.save(u, SYSTEM, seal, None, name="群", kind="dingtalk",
                                  settings={"url": "https://oapi.example/robot?access_token=TTT", "secret": "SECSEC"})
        assert "TTT" not in row.secrets_sealed and row.settings == {}
        await channels.save(u, SYSTEM, seal, row.id, name="群二", kind="dingtalk", settings={"url": "", "secret": ""})
        assert channels.values_of(row, seal)["secret"] == "SECSEC"
        with pytest.raises(Invalid) as refused:
            await channels.save(u, SYSTEM, seal, None, name="群二", kind="mail", settings={"security": "no"})
        assert {"name", "settings.host", "settings.security"} <= refused.value.fields.keys()
        logged = str([(a.before, a.after) for a in await audit.page(u)])
        assert "TTT" not in logged and "SECSEC" not in logged


async def test_alarms_go_out_are_tried_again_and_given_up(store: Store, seal: Seal,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    at = [NOW]
    monkeypatch.setattr("yingda.worker.errands.now_ms", lambda: at[0])
    feed = Feed(store, lambda: at[0])
    errands = Errands(store, seal, feed)
    async with post() as (server, url):
        async with store.uow() as u:
            for name, least in (("严重", "critical"), ("全部", "info"), ("不发", "")):
                await channels.save(u, SYSTEM, seal, None, name=name, kind="wecom", settings={"url": url},
                                    alarms_from=least)
            await alarms.note(u, "part_restarted", "web", NOW, {"how": "code 1"})
            await alarms.note(u, "trunk_down", "移动", NOW)
        server.answers = [(500, "oh")] * 3 + [(200, '{"errcode":0}')]
        assert await errands.send_due() == 3 and await errands.send_due() == 0
        assert len(server.got) == 3
        at[0] += 10_000
        assert await errands.send_due() == 3 and await errands.send_due() == 0
        async with store.reading() as u:
            rows = await outbox.listed(u)
        assert [row.state for row in rows] == ["sent"] * 3 and {row.tries for row in rows} == {2}
        assert any("移动" in json.loads(body)["text"]["content"] for _, body, _ in server.got)
        server.answers = [(500, "oh")]
        async with store.uow() as u:
            outbox.post(u, rows[0].channel_id, "test", "t", "b", at[0])
        for _ in range(14):
            await errands.send_due()
            at[0] += 30_000_000
        async with store.uow() as u:
            assert (await outbox.listed(u, state="failed"))[0].error.startswith("HTTP 500")
            await channels.delete(u, SYSTEM, rows[0].channel_id)
            outbox.post(u, rows[0].channel_id, "test", "t", "b", at[0])
        await errands.send_due()
        async with store.reading() as u:
            assert (await outbox.listed(u))[0].state == "failed"
        await feed.flush()
        async with store.reading() as u:
            assert "outbox_stuck" in [row.kind for row in await alarms.listed(u)]


async def test_a_notice_by_sms_reaches_each_reader_and_a_robots_group_once(
        store: Store, seal: Seal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yingda.worker.errands.now_ms", lambda: NOW)
    who = await people(store)
    errands = Errands(store, seal, Feed(store, lambda: NOW))
    async with post() as (server, url):
        server.answers = [(200, '{"errcode": 0}')]
        async with store.uow() as u:
            for number, mobile in (("2", "13800000002"), ("3", "13800000003"), ("1", "13800000001")):
                (await get_person(u, who[number])).mobile = mobile
            sms = await channels.save(u, SYSTEM, seal, None, name="短信", kind="sms", settings={
                "url": url + "?u={to}", "method": "POST", "content_type": "application/json",
                "body": '{"m": "{to}"}', "to": "13999999999"})
            robot = await channels.save(u, SYSTEM, seal, None, name="群", kind="wecom", settings={"url": url})
            row = await notices.write(u, Actor(1), NoticeData(
                title="停机", audience="departments", ids=(who["top"],), channels=(sms.id, robot.id)), NOW,
                QueueMembers())
            assert await notices.unreached(u, row) == 1, "the fourth has no mobile number"
            plain = await notices.write(u, Actor(1), NoticeData(
                title="停机", audience="departments", ids=(who["top"],), channels=(robot.id,)), NOW, QueueMembers())
            assert await notices.unreached(u, plain) == 0, "a group needs nobody's number"
            (await get_person(u, who["3"])).mobile = "13800000033"  # where he is reached when it is sent
            (await get_person(u, who["2"])).active = False
        await errands.send_due()
        sent = sorted(query["u"] for query, _, _ in server.got if "u" in query)
        assert sent == ["13800000033"] and len(server.got) == 3, "not to the channel's own number, nor who has left"
        async with store.reading() as u:
            rows = await outbox.listed(u)
        assert {outbox.receiver_of(one): one.state for one in rows} == {
            who["2"]: "failed", who["3"]: "sent", None: "sent"}
