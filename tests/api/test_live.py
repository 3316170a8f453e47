"""Live push: numbering, who sees what, pops, gaps, slow readers, ends of sessions, an engine that goes and comes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from tests.api.linkserver import agent_view, call_view
from tests.api.site import Site, next_frame, no_frame
from websockets.exceptions import ConnectionClosed

from yingda.crm.customers.service import CustomerData, PhoneData, VehicleData, create_customer
from yingda.kit.ids import new_id
from yingda.org.actor import SYSTEM
from yingda.org.models import SessionRow
from yingda.org.sessions import token_hash
from yingda.web import live

pytestmark = pytest.mark.api


@pytest.fixture(autouse=True)
def clean(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "site" in request.fixturenames:
        site = request.getfixturevalue("site")
        for entity in ("calls", "agents"):
            for key in list(site.engine.entities[entity]):
                site.engine.drop(entity, key)


def me_id(site: Site, number: str) -> str:
    return str(site.company.people[number])


def test_snapshot_then_numbered_changes(site: Site) -> None:
    site.engine.put("agents", agent_view(me_id(site, "1001")))
    with site.login("9001") as boss, boss.live() as socket:
        first = next_frame(socket)
        assert (first["t"], first["seq"], first["engine"]) == ("snapshot", 1, True)
        assert first["me"]["number"] == "9001" and first["switch"]["state"] == "up"
        assert [a["id"] for a in first["agents"]] == [me_id(site, "1001")]
        site.engine.put("agents", agent_view(me_id(site, "1001"), state="on_break"))
        site.engine.drop("agents", me_id(site, "1001"))
        second, third = next_frame(socket), next_frame(socket)
        assert (second["t"], second["seq"], second["value"]["state"]) == ("set", 2, "on_break")
        assert (third["t"], third["seq"], third["entity"], third["id"]) == (
            "del", 3, "agents", me_id(site, "1001"))


def test_agent_sees_own_calls_and_loses_sight_when_they_move_on(site: Site) -> None:
    fang, lei = me_id(site, "1001"), me_id(site, "1002")
    call = str(new_id())
    with site.login("1001") as browser, browser.live() as socket:
        next_frame(socket, "snapshot")
        site.engine.put("calls", call_view(call))
        site.engine.put("agents", agent_view(lei))
        assert next_frame(socket)["entity"] == "agents"  # the waiting call was not shown, a colleague is
        site.engine.put("calls", call_view(call, state="offered", agent_id=fang))
        seen = next_frame(socket, "set", "calls")
        assert seen["value"]["customer_number"] == "13812345678"  # own call: whole number
        site.engine.put("calls", call_view(call, state="offered", agent_id=lei))
        gone = next_frame(socket, "del", "calls")
        assert gone["id"] == call


def test_an_agent_who_is_moved_sees_at_once_who_waits_there_and_what_rings(site: Site) -> None:
    fang, lei = me_id(site, "1001"), me_id(site, "1002")
    site.engine.put("agents", agent_view(fang))
    site.engine.put("calls", call_view("71", queue_id="4711"))
    site.engine.put("calls", call_view("72", queue_id="", state="transferring", agent_id=lei, rings_at="1002",
                                       rings_group="5"))
    with site.login("1001") as browser, browser.live() as socket:
        assert next_frame(socket, "snapshot")["calls"] == []
        for over, seen in (({"queues": ["4711"]}, "71"), ({"phone_group": "5"}, "72"), ({}, "")):
            site.engine.put("agents", agent_view(fang, **over))
            calls = next_frame(socket, "snapshot")["calls"]
            assert [one["id"] for one in calls] == ([seen] if seen else [])
            assert all(one["caller"] == "138****5678" for one in calls)


def test_agent_does_not_see_lines_or_others_calls_in_the_snapshot(site: Site) -> None:
    site.engine.put("calls", call_view("77", agent_id=me_id(site, "1002"), state="talking"))
    site.engine.run(lambda: site.engine.entities["lines"].update({"1": {"id": "1", "name": "t"}}))
    try:
        with site.login("1001") as agent, site.login("9001") as boss, agent.live() as a, boss.live() as b:
            mine, all_ = next_frame(a, "snapshot"), next_frame(b, "snapshot")
            assert mine["calls"] == [] and mine["lines"] == [] and mine["pops"] == []
            assert [c["id"] for c in all_["calls"]] == ["77"]
    finally:
        site.engine.run(lambda: site.engine.entities["lines"].clear())


def test_pop_card_knows_the_customer_and_comes_quickly(site: Site) -> None:
    async def customer(u: object) -> int:
        row = await create_customer(u, SYSTEM, CustomerData(  # type: ignore[arg-type]
            name="张伟", level="金卡", vip=True, note="喜欢早上联系", phones=(PhoneData(number="139-1234-5678"),),
            vehicles=(VehicleData(plate="鲁A12345", model="星瑞"),)))
        return row.id
    site.in_database(customer)
    fang, lei = me_id(site, "1001"), me_id(site, "1002")
    with site.login("1001") as browser, browser.live() as socket, site.login("1002") as other, other.live() as o:
        next_frame(socket, "snapshot")
        next_frame(o, "snapshot")
        took: list[float] = []
        for _ in range(5):
            call = str(new_id())
            begun = time.perf_counter()
            site.engine.put("calls", call_view(call, state="offered", agent_id=fang, caller="+8613912345678",
                                               customer_number="13912345678"))
            pop = next_frame(socket, "set", "pops")
            took.append(time.perf_counter() - begun)
            assert pop["id"] == call and pop["value"]["call_id"] == call
            card = pop["value"]
            assert card["customers"][0]["name"] == "张伟" and card["customers"][0]["vehicles"][0]["plate"] == "鲁A12345"
            assert card["area"] and card["menu_path"] == ["主菜单:2"] and card["queue_name"] == "售后服务"
            assert card["whole"] is True
            site.engine.drop("calls", call)
            assert next_frame(socket, "del", "pops")["id"] == call
        assert sorted(took)[2] < 0.2, took
        no_frame(o, "pops", 0.1)
        # offered to the next agent: the card follows him
        call = str(new_id())
        site.engine.put("calls", call_view(call, state="offered", agent_id=fang, customer_number="13912345678"))
        next_frame(socket, "set", "pops")
        site.engine.put("calls", call_view(call, state="offered", agent_id=lei, customer_number="13912345678"))
        assert next_frame(socket, "del", "pops")["id"] == call
        assert next_frame(o, "set", "pops")["value"]["agent_id"] == lei
        # a colleague is consulted: both have it
        site.engine.put("calls", call_view(call, state="consulting", agent_id=lei, customer_number="13912345678",
                                           parties=[{"agent_id": fang, "kind": "agent", "state": "ringing"}]))
        assert next_frame(socket, "set", "pops")["value"]["agent_ids"] == sorted([fang, lei])
        # refused: the call waits again and the card is nobody's
        site.engine.put("calls", call_view(call, state="waiting", agent_id="", customer_number="13912345678"))
        assert next_frame(o, "del", "pops")["id"] == call


def test_unknown_and_withheld_numbers_have_a_card_too(site: Site) -> None:
    fang = me_id(site, "1001")
    with site.login("1001") as browser, browser.live() as socket:
        next_frame(socket, "snapshot")
        for number in ("17700001111", ""):
            site.engine.put("calls", call_view(str(new_id()), state="offered", agent_id=fang,
                                               customer_number=number))
            card = next_frame(socket, "set", "pops")["value"]
            assert card["customers"] == [] and card["recent"] == [] and card["number"] == number


def test_page_reload_in_mid_call_finds_the_call_and_its_card(site: Site) -> None:
    fang, call = me_id(site, "1001"), str(new_id())
    site.engine.put("calls", call_view(call, state="talking", agent_id=fang))
    with site.login("1001") as browser:
        with browser.live() as socket:
            next_frame(socket, "snapshot")
        site.until(lambda: call in site.app.state.room.hub.pops)
        with browser.live() as socket:
            again = next_frame(socket, "snapshot")
            assert [c["id"] for c in again["calls"]] == [call] and again["pops"][0]["call_id"] == call


def test_client_may_ask_for_a_snapshot(site: Site) -> None:
    with site.login("1001") as browser, browser.live() as socket:
        assert next_frame(socket)["seq"] == 1
        for junk in ("not json", "[]", '{"t": 3}', "{" * 3000, '{"t":"hello","client":{"a":[1]}}'):
            socket.send(junk)
        socket.send('{"t":"resync"}')
        again = next_frame(socket)
        assert (again["t"], again["seq"]) == ("snapshot", 2)


def test_lost_frame_on_the_link_heals_by_a_snapshot(site: Site) -> None:
    with site.login("9001") as boss, boss.live() as socket:
        next_frame(socket, "snapshot")
        site.engine.skip_a_number()
        site.engine.put("agents", agent_view(me_id(site, "1001"), state="talking"))
        healed = next_frame(socket, "snapshot")
        assert healed["agents"][0]["state"] == "talking"


def test_frame_that_cannot_be_taken_does_not_end_the_link(site: Site) -> None:
    with site.login("9001") as boss, boss.live() as socket:
        next_frame(socket, "snapshot")
        site.engine.run(lambda: site.engine.server.publish("calls", "x", "not an entity", 1))
        assert next_frame(socket, "engine")["up"] is False
        assert next_frame(socket, "snapshot")["engine"] is True
        site.engine.put("agents", agent_view("5"))
        assert next_frame(socket, "set", "agents")["id"] == "5"


def test_slow_reader_gets_a_snapshot_instead_of_a_backlog(site: Site) -> None:
    """The client's queue is filled behind the writer's back; what comes is a numbered snapshot, not 3000 changes."""
    with site.login("9001") as boss, boss.live() as socket:
        next_frame(socket, "snapshot")
        room = site.app.state.room

        async def flood() -> None:
            for at in range(3000):
                room.hub.spread("agents", "5", agent_view("5", since=at))
        site.do(flood())
        frame = next_frame(socket)
        assert (frame["t"], frame["seq"]) == ("snapshot", 2)


def test_log_out_and_revocation_close_the_socket(site: Site) -> None:
    with site.login("1001") as browser, browser.live() as socket:
        next_frame(socket, "snapshot")
        browser.delete("/api/v1/session")
        with pytest.raises(ConnectionClosed) as closed:
            next_frame(socket, "never")
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_session_that_ran_out_is_noticed_at_the_next_beat(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT_S", 0.2)

    async def run_out(u: AsyncSession) -> None:
        await u.execute(update(SessionRow).where(SessionRow.token_hash == token_hash(browser.token))
                        .values(expires_at=1))
    with site.login("1001") as browser, browser.live() as socket:
        before = next_frame(socket, "snapshot")
        while before["t"] != "beat":  # news of the house may come first: the beat follows without a gap all the same
            before, last = next_frame(socket), before["seq"]
            assert before["seq"] == last + 1
        beat = before
        assert abs(beat["at"] - time.time() * 1000) < 5000
        site.in_database(run_out)
        with pytest.raises(ConnectionClosed) as closed:
            next_frame(socket, "never")
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


def test_without_login_or_from_elsewhere_nobody_listens(site: Site) -> None:
    with site.stranger() as browser, browser.live() as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=3)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401
    with site.login("9000") as admin, pytest.raises(Exception, match="403"):
        admin.socket("/api/v1/live", origin="http://evil.example")


def test_engine_away_is_said_and_healed(own_site: Site) -> None:
    with own_site.login("9001") as boss, boss.live() as socket:
        next_frame(socket, "snapshot")
        port = own_site.engine.port
        own_site.do(own_site.engine.stop())
        assert next_frame(socket, "engine")["up"] is False
        answer = boss.post("/api/v1/agent/ready")
        assert answer.status_code == 503 and answer.json()["code"] == "engine_away"
        assert boss.get("/api/v1/health").json()["engine"]["state"] == "down"
        own_site.engine.boot = "boot-2"
        own_site.do(own_site.engine.start(port))
        assert next_frame(socket, "snapshot")["engine"] is True
        own_site.engine.answers["SetReady"] = None
        assert boss.post("/api/v1/agent/ready").status_code == 204


def test_switched_off_person_is_cut_off(own_site: Site) -> None:
    lei = own_site.company.people["1002"]
    with own_site.login("9000") as admin, own_site.login("1002") as browser, browser.live() as socket:
        next_frame(socket, "snapshot")
        person = admin.get(f"/api/v1/people/{lei}").json()
        answer = admin.put(f"/api/v1/people/{lei}", json={
            "number": person["number"], "name": person["name"], "role": "agent",
            "extension_id": person["extension_id"], "active": False})
        assert answer.status_code == 200, answer.text
        with pytest.raises(ConnectionClosed) as closed:
            next_frame(socket, "never")
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401
        assert browser.get("/api/v1/session").status_code == 401
