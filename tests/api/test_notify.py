"""Alarms, notices and channels over the API, with the bell that rings live."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.api.linkserver import agent_view
from tests.api.site import PASSWORD, Site, next_frame, no_frame

from yingda.acd.membership import QueueMembers
from yingda.notify import alarms, notices
from yingda.notify.rules import RULES
from yingda.org import people, roles
from yingda.org.actor import SYSTEM
from yingda.org.permissions import ROLES

pytestmark = pytest.mark.api


def test_refused_acts_raise_an_alarm_that_rings_at_the_administrators_only(own_site: Site) -> None:
    with own_site.login("9000") as admin, own_site.login("1001") as agent:
        with admin.live() as hears, agent.live() as deaf:
            next_frame(hears, "snapshot", seconds=30)
            next_frame(deaf, "snapshot", seconds=30)
            for _ in range(3):
                assert agent.get("/api/v1/people").status_code == 403
            assert next_frame(hears, "set", "bell", 30)["id"] == "alarms"
            no_frame(deaf, "bell")
        bell = admin.get("/api/v1/bell").json()
        assert bell["alarms_open"] == 1 and "王芳" in bell["alarms"][0]["text"]
        assert agent.get("/api/v1/bell").json()["alarms_open"] == 0
        alarm = admin.get("/api/v1/alarms").json()["items"][0]
        assert (alarm["kind"], alarm["subject"], alarm["count"]) == ("not_allowed", "1001", 3)
        taken = admin.post(f"/api/v1/alarms/{alarm['id']}/acknowledge", json={"note": "问过了"}).json()
        assert (taken["state"], taken["taken_by_name"], taken["note"]) == ("acknowledged", "陈管理", "问过了")
        assert admin.post(f"/api/v1/alarms/{alarm['id']}/close", json={}).json()["state"] == "closed"
        assert [row["action"] for row in admin.get("/api/v1/audit?action=alarm.").json()["items"]] == [
            "alarm.close", "alarm.acknowledge"]
        assert admin.get("/api/v1/bell").json()["alarms_open"] == 0


def test_giving_away_what_one_has_not_and_dead_keys_raise_alarms(own_site: Site) -> None:
    async def lend(u: Any) -> None:
        boss = await people.get_person(u, own_site.company.people["9001"])
        await roles.set_exceptions(u, SYSTEM, ROLES["admin"], boss, {"roles.edit": "all"})

    own_site.in_database(lend)
    with own_site.login("9000") as admin, own_site.login("9001") as boss, own_site.stranger() as program:
        for _ in range(3):
            answer = boss.post("/api/v1/roles", json={"name": "假管理员", "grants": {"trunks.edit": "all"}})
            assert answer.json()["code"] == "beyond_own_rights"
        program.headers["Authorization"] = "Bearer yk_nothing-that-was-ever-given-away"
        for _ in range(5):
            assert program.get("/api/v1/calls").status_code == 401

        def alarms() -> dict[str, str]:
            return {row["kind"]: row["text"] for row in admin.get("/api/v1/alarms").json()["items"]}

        own_site.until(lambda: alarms().keys() == {"not_allowed", "key_wrong"}, 30)
        assert "9001" in alarms()["not_allowed"] and "yk_nothin…" in alarms()["key_wrong"]
        assert "ever-given" not in str(alarms())


def test_guessing_masked_numbers_is_told(own_site: Site) -> None:
    tries = RULES["numbers_tried"].threshold
    with own_site.login("9000") as admin, own_site.login("1001") as agent:
        for n in range(tries - 1):
            assert agent.get("/api/v1/customers", params={"q": f"1380013{n:04}"}).json()["items"] == []
        for q in ("0001", "王"):  # what is seen, and what is no number
            assert agent.get("/api/v1/customers", params={"q": q}).status_code == 200
        assert agent.get("/api/v1/customers/by-number/13800139999").json()["customers"] == []
        own_site.until(lambda: any(
            (one["kind"], one["subject"], one["count"]) == ("numbers_tried", "1001", tries)
            for one in admin.get("/api/v1/alarms").json()["items"]), 60)
        for n in range(tries):  # whoever may see them guesses nothing
            admin.get("/api/v1/customers", params={"q": f"1380013{n:04}"})
        assert len(admin.get("/api/v1/alarms").json()["items"]) == 1


def test_callers_numbers_in_alarms_are_for_those_who_may_see_them(own_site: Site) -> None:
    async def lend(u: Any) -> None:
        guard = await people.get_person(u, own_site.company.people["1001"])
        await roles.set_exceptions(u, SYSTEM, ROLES["admin"], guard, {"alarms.handle": "all"})
        for _ in range(10):
            await alarms.note(u, "caller_blocked", "13746258813", 1_790_000_000_000, {"called": "4001"})
        for _ in range(3):
            await alarms.note(u, "toll_refused", "8001", 1_790_000_000_000, {"called": "0088213370000"})

    own_site.in_database(lend)
    with own_site.login("9000") as admin, own_site.login("1001") as guard:
        whole, masked = (one.get("/api/v1/alarms").text + one.get("/api/v1/bell").text for one in (admin, guard))
    assert "13746258813" in whole and "0088213370000" in whole
    assert "137****8813" in masked and "13746258813" not in masked and "0088213370000" not in masked


def test_a_locked_account_raises_an_alarm(own_site: Site) -> None:
    with own_site.stranger() as thief, own_site.login("9000") as admin:
        for _ in range(5):
            thief.post("/api/v1/session", json={"number": "1002", "password": "falsch"})
        def kinds() -> set[str]:
            return {row["kind"] for row in admin.get("/api/v1/alarms").json()["items"]}

        own_site.until(lambda: kinds() == {"login_locked"}, 30)
        assert thief.post("/api/v1/session", json={"number": "1001", "password": PASSWORD}).status_code == 201


def test_a_trunk_that_loses_its_registration_and_gets_it_back(own_site: Site) -> None:
    line = {"id": "t1", "name": "电信中继", "capacity": 30, "in_use": 0, "peak_today": 0, "blocked_today": 0}
    own_site.engine.put("lines", {**line, "state": "unregistered"})
    bells = own_site.app.state.room.bells
    with own_site.login("9000") as admin:
        def kinds(state: str) -> list[str]:
            bells._look.set() if own_site._loop is None else own_site._loop.call_soon_threadsafe(bells.look)
            return [row["subject"] for row in admin.get("/api/v1/alarms", params={"state": state}).json()["items"]]

        own_site.until(lambda: kinds("open") == ["电信中继"], 60)
        own_site.engine.put("lines", {**line, "state": "ok"})
        own_site.until(lambda: kinds("closed") == ["电信中继"], 60)


def test_a_broadcast_rings_and_its_receipts_come_back(own_site: Site) -> None:
    with own_site.login("9001") as boss, own_site.login("1001") as agent, own_site.login("9000") as admin:
        with agent.live() as hears:
            next_frame(hears, "snapshot", seconds=30)
            sent = boss.post("/api/v1/notices", json={"title": "系统升级", "body": "今晚十点", "audience": "agents"})
            assert sent.status_code == 201 and sent.json()["readers"] == 2, sent.text
            assert next_frame(hears, "set", "bell", 30)["id"] == "notices"
        bell = agent.get("/api/v1/bell").json()
        assert bell["unread"] == 1 and bell["notices"][0]["author_name"] == "李班长"
        key = sent.json()["id"]
        assert agent.post(f"/api/v1/notices/{key}/read").status_code == 204
        assert boss.post(f"/api/v1/notices/{key}/read").status_code == 404  # it was not for him
        readers = boss.get(f"/api/v1/notices/{key}/readers").json()
        assert [(one["number"], one["read_at"] > 0) for one in readers] == [("1002", False), ("1001", True)]
        assert boss.get("/api/v1/notices/sent").json()["items"][0]["read"] == 1
        other = admin.post("/api/v1/notices", json={"title": "只给管理员看的"}).json()["id"]
        assert boss.get(f"/api/v1/notices/{other}/readers").json()["code"] == "not_allowed"
        assert boss.post(f"/api/v1/notices/{key}/withdraw").status_code == 204
        assert [one["title"] for one in agent.get("/api/v1/notices").json()["items"]] == ["只给管理员看的"]
        wrong = boss.post("/api/v1/notices", json={"title": "空", "audience": "people", "ids": []})
        assert wrong.status_code == 422 and "ids" in wrong.json()["fields"]


def test_everybody_reminds_himself_and_nobody_else_sees_it(own_site: Site) -> None:
    with own_site.login("1001") as agent, own_site.login("1002") as other, own_site.login("9000") as admin:
        soon = int(time.time() * 1000) + 3_600_000
        made = agent.post("/api/v1/reminders", json={"title": "回电李先生", "due_at": soon}).json()
        early = agent.post("/api/v1/reminders", json={"title": "太早", "due_at": 1_000})
        assert early.json()["fields"].keys() == {"due_at"}
        assert [one["title"] for one in agent.get("/api/v1/reminders").json()] == ["回电李先生"]
        assert other.get("/api/v1/reminders").json() == [] == admin.get("/api/v1/notices/sent").json()["items"]
        for stranger in (other, admin):
            assert stranger.delete(f"/api/v1/reminders/{made['id']}").status_code == 404
        gone = agent.post("/api/v1/reminders", json={"title": "不用了", "due_at": soon - 60_000}).json()["id"]
        assert [one["title"] for one in agent.get("/api/v1/reminders").json()] == ["不用了", "回电李先生"]
        assert agent.delete(f"/api/v1/reminders/{gone}").status_code == 204
        assert agent.delete(f"/api/v1/reminders/{gone}").status_code == 404

        async def time_comes(u: Any) -> int:
            return await notices.give_due(u, soon, QueueMembers())

        assert own_site.in_database(time_comes) == 1
        mine = agent.get("/api/v1/bell").json()
        assert [(one["title"], one["manner"]) for one in mine["notices"]] == [("回电李先生", "reminder")]
        assert other.get("/api/v1/bell").json()["unread"] == 0
        assert agent.get("/api/v1/reminders").json() == [], "it has been told"


def test_a_channels_secrets_never_come_out(own_site: Site) -> None:
    with own_site.login("9000") as admin:
        ports = {port["kind"]: port for port in admin.get("/api/v1/channel-ports").json()}
        assert {"mail", "sms", "wecom", "dingtalk"} <= ports.keys()
        made = admin.post("/api/v1/channels", json={
            "name": "运维群", "kind": "dingtalk", "alarms_from": "warning",
            "settings": {"url": "http://127.0.0.1:9/robot?access_token=GEHEIM", "secret": "SECGEHEIM"}})
        assert made.status_code == 201, made.text
        shown = admin.get("/api/v1/channels").json()[0]
        assert shown["secrets_set"] == ["secret", "url"] and "GEHEIM" not in str(shown)
        result = admin.post(f"/api/v1/channels/{shown['id']}/test").json()
        assert result["sent"] is False and "GEHEIM" not in str(result)
        wrong = admin.post("/api/v1/channels", json={"name": "信", "kind": "mail", "settings": {}})
        assert {"settings.host", "settings.sender", "settings.to"} <= wrong.json()["fields"].keys()
        assert admin.get("/api/v1/outbox").json()["items"] == []
        assert admin.delete(f"/api/v1/channels/{shown['id']}").status_code == 204


def test_rules_can_be_changed(own_site: Site) -> None:
    with own_site.login("9000") as admin, own_site.login("1001") as agent:
        rules = {rule["kind"]: rule for rule in admin.get("/api/v1/alarm-rules").json()}
        rule = {**rules["not_allowed"], "threshold": 1}
        rule.pop("kind")
        assert admin.put("/api/v1/alarm-rules/not_allowed", json=rule).status_code == 200
        agent.get("/api/v1/people")
        own_site.until(lambda: admin.get("/api/v1/bell").json()["alarms_open"] == 1, 30)


def test_a_trunk_that_worked_and_does_no_more_is_an_alarm_until_it_works_again(own_site: Site) -> None:
    def line(name: str, state: str) -> None:
        own_site.engine.put("lines", {"id": name, "name": name, "state": state})

    with own_site.login("9000") as admin:
        def alarms(state: str) -> set[str]:
            found = admin.get("/api/v1/alarms", params={"kind": "trunk_down", "state": state}).json()["items"]
            return {one["subject"] for one in found}

        lost = {"ip": "unreachable", "account": "rejected"}
        for name, state in (("ip", "reachable"), ("account", "registered"), ("mute", "unreachable")):
            line(name, state)
        own_site.until(lambda: {"ip", "account"} <= own_site.app.state.room.bells._worked, 30)
        for name, state in lost.items():
            line(name, state)
        own_site.until(lambda: alarms("open") == lost.keys(), 40)  # one that never answered is none
        line("ip", "reachable")
        own_site.until(lambda: alarms("open") == {"account"} and alarms("closed") == {"ip"}, 30)


def test_a_break_that_lasts_too_long_is_an_alarm_until_the_agent_is_back(own_site: Site) -> None:
    fang = str(own_site.company.people["1001"])
    now = time.time_ns() // 1_000_000
    with own_site.login("9000") as admin:
        reasons = {one["code"]: one for one in admin.get("/api/v1/settings/break-reasons").json()["reasons"]}
        code = next(key for key, one in reasons.items() if one["limit_s"])
        limit_ms = reasons[code]["limit_s"] * 1000

        def alarms(state: str) -> list[str]:
            found = admin.get("/api/v1/alarms", params={"kind": "break_long", "state": state}).json()["items"]
            return [one["text"] for one in found]

        for number, since in (("1002", now - limit_ms + 3_600_000), ("1001", now - limit_ms - 1_000)):
            own_site.engine.put("agents", agent_view(str(own_site.company.people[number]), number=number, reason=code,
                                                     state="on_break", presence="on_break", since=since))
        own_site.until(lambda: alarms("open"), 30)
        told, = alarms("open")
        assert "1001" in told and reasons[code]["name_zh"] in told
        own_site.engine.put("agents", agent_view(fang))
        own_site.until(lambda: alarms("closed") and not alarms("open"), 30)
