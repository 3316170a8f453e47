"""The filter of the live push and the masks, without anything running."""

from __future__ import annotations

import pytest
from tests.api.linkserver import agent_view, call_view

from yingda.web.engine_link import Mirror, refusal
from yingda.web.live_views import Viewer, may_see, shown
from yingda.web.pops import agents_in
from yingda.web.softphones import Pass, PassMaker

pytestmark = pytest.mark.api
OWN = frozenset({"7"})
BLIND = Viewer(person_id="7", watch=None, whole=frozenset(), queues=None)
AGENT = Viewer(person_id="7", watch=frozenset(), whole=OWN, queues=frozenset())
HEAD = Viewer(person_id="7", watch=frozenset({"7", "8"}), whole=OWN, queues=frozenset({"1"}))


def test_numbers_are_masked_whole_through() -> None:
    seen = shown(BLIND, "calls", "1", call_view("1"))
    assert seen["caller"] == seen["customer_number"] == "138****5678" and seen["called"] == "4008001000"
    assert seen["parties"][0]["number"] == "138****5678" and "13812345678" not in str(seen)
    out = shown(BLIND, "calls", "1", call_view(
        "1", direction="out", caller="4008001000", called="13812345678",
        parties=[{"kind": "agent", "number": "1001"}, {"kind": "outside", "number": "13812345678"}]))
    assert out["caller"] == "4008001000" and out["parties"][0]["number"] == "1001" and "13812345678" not in str(out)
    internal = call_view("1", direction="internal", caller="1001", called="1002", customer_number="1002")
    assert shown(BLIND, "calls", "1", internal) == internal
    pop = shown(BLIND, "pops", "1", {"number": "13812345678", "number_masked": "138****5678"})
    assert pop["number"] == "138****5678"


def test_original_is_not_touched_by_masking() -> None:
    value = call_view("1")
    shown(BLIND, "calls", "1", value)
    assert value["caller"] == "13812345678" and value["parties"][0]["number"] == "13812345678"


@pytest.mark.parametrize(("over", "seen"), [
    ({}, False), ({"agent_id": "8"}, False), ({"agent_id": "7"}, True),
    ({"direction": "internal", "agent_id": "8", "parties": [{"agent_id": "7"}]}, True)])
def test_agent_sees_calls_he_takes_part_in(over: dict[str, object], seen: bool) -> None:
    assert may_see(AGENT, "calls", "1", call_view("1", **over)) is seen
    assert may_see(BLIND, "calls", "1", call_view("1", **over)) is True


def test_parked_calls_and_waiting_callers_of_own_groups_are_seen_masked() -> None:
    parked = call_view("1", slot="3", agent_id="", parked_by="8")
    assert may_see(AGENT, "calls", "1", parked) and shown(AGENT, "calls", "1", parked)["caller"] == "138****5678"
    assert shown(AGENT, "calls", "1", {**parked, "parked_by": "7"})["caller"] == "13812345678", "whoever parked it"
    taker = Viewer(person_id="7", watch=frozenset(), whole=OWN, queues=frozenset(), takes="own",
                   serves=frozenset({"1"}))
    for queue, state, seen in (("1", "waiting", True), ("2", "waiting", False), ("1", "offered", False)):
        assert may_see(taker, "calls", "1", call_view("1", agent_id="", queue_id=queue, state=state)) is seen
    assert not may_see(AGENT, "calls", "1", call_view("1", agent_id="", queue_id="1", state="waiting"))


@pytest.mark.parametrize(("takes", "agent", "seen"), [
    ("own", {"queues": ["1"]}, ("of the group",)), ("own", {"phone_group": "5"}, ("direct",)), ("own", {}, ()),
    ("all", {}, ("of the group", "direct", "elsewhere", "on its way")),
    ("", {"queues": ["1"], "phone_group": "5"}, ())])
def test_what_rings_is_seen_by_those_who_may_take_it(takes: str, agent: dict[str, object],
                                                     seen: tuple[str, ...]) -> None:
    viewer = Viewer(person_id="7", watch=frozenset(), whole=OWN, queues=frozenset(), takes=takes).working_as(
        agent_view("7", **agent))
    calls = {"of the group": {"state": "offered", "queue_id": "1", "rings_at": "1008"},
             "direct": {"state": "transferring", "queue_id": "", "rings_at": "1008", "rings_group": "5"},
             "elsewhere": {"state": "dialing", "queue_id": "", "rings_at": "1009", "rings_group": ""},
             "on its way": {"state": "transferring", "queue_id": "1", "rings_at": "1009", "rings_group": "6"},
             "taken": {"state": "offered", "queue_id": "1", "rings_at": ""}}
    views = {name: call_view("1", agent_id="8", **over) for name, over in calls.items()}
    assert tuple(name for name, one in views.items() if may_see(viewer, "calls", "1", one)) == seen
    assert all(shown(viewer, "calls", "1", views[name])["caller"] == "138****5678" for name in seen)


def test_what_else_agents_see() -> None:
    for entity, seen in (("agents", True), ("queues", True), ("switch", True), ("lines", False), ("new", False)):
        assert may_see(AGENT, entity, "1", {"id": "1"}) is seen
    assert may_see(AGENT, "pops", "1", {"agent_ids": ["7"]}) and not may_see(AGENT, "pops", "1", {"agent_ids": ["8"]})


@pytest.mark.parametrize(("over", "seen"), [
    ({"agent_id": "8"}, True), ({"agent_id": "9"}, False), ({"queue_id": "1"}, True), ({"queue_id": "2"}, False),
    ({"agent_id": "9", "queue_id": "1"}, False), ({"agent_id": "9", "parties": [{"agent_id": "8"}]}, True)])
def test_head_of_a_group_sees_its_calls_and_what_waits_for_it(over: dict[str, object], seen: bool) -> None:
    assert may_see(HEAD, "calls", "1", call_view("1", **over)) is seen


def test_head_of_a_group_sees_its_people_closely_and_others_only_as_colleagues() -> None:
    value = agent_view("9", reason="lunch", call_id="5", calls_today=3)
    far, near = shown(HEAD, "agents", "9", value), shown(HEAD, "agents", "8", value)
    assert (far["brief"], far["reason"], far["call_id"], far["calls_today"], far["state"]) == (True, "", "", 0, "ready")
    assert near is value and shown(AGENT, "agents", "7", value) is value and shown(AGENT, "agents", "8", value) != value
    assert may_see(HEAD, "queues", "1", {}) and not may_see(HEAD, "queues", "2", {})
    assert may_see(AGENT, "queues", "2", {})
    assert may_see(HEAD, "pops", "1", {"agent_ids": ["8"]}) and not may_see(HEAD, "pops", "1", {"agent_ids": ["9"]})


def test_numbers_are_whole_in_own_calls_only() -> None:
    own, others = call_view("1", agent_id="7"), call_view("1", agent_id="8")
    assert shown(HEAD, "calls", "1", own)["caller"] == "13812345678"
    assert shown(HEAD, "calls", "1", others)["caller"] == "138****5678"


def test_card_belongs_to_all_who_take_part() -> None:
    parties = [{"agent_id": "8", "state": "up"}, {"agent_id": "9", "state": "gone"}, {"agent_id": "", "state": "up"}]
    assert agents_in(call_view("1", state="consulting", agent_id="7", parties=parties)) == ["7", "8"]
    assert agents_in(call_view("1", state="waiting", agent_id="7")) == []
    assert agents_in(call_view("1", state="talking", agent_id="", parties=[])) == []


def test_mirror_forgets_nothing_and_notices_gaps() -> None:
    from yingda.bus.link import Change, Snapshot
    mirror = Mirror()
    mirror.take_snapshot(Snapshot(seq=5, at=1, boot="b", agents=({"id": "1"},), calls=(), queues=(), lines=(),
                                  switch={"id": "switch"}))
    assert mirror.take_change(Change(seq=6, at=2, entity="calls", id="c", value={"id": "c"}))
    assert not mirror.take_change(Change(seq=8, at=2, entity="calls", id="d", value={"id": "d"}))
    assert mirror.take_change(Change(seq=7, at=2, entity="agents", id="1", value=None))
    assert (mirror.agent("1"), mirror.call("c"), mirror.call("d")) == (None, {"id": "c"}, None)


def test_refusals_survive_strange_params() -> None:
    made = refusal("not_now", {"code": "x", "status": 5, "fields": {}, "n": 3, "list": [1]})
    assert (made.code, made.status, made.params) == ("not_now", 409, {"n": 3})
    assert refusal("", {}).code == "internal"


def test_pass_is_bound_to_all_three() -> None:
    maker, given = PassMaker("key"), Pass("7", "tab-1", "hash")
    cookie = maker.make(given)
    assert maker.read(cookie, "hash") == given
    assert maker.read(cookie, "other") is None and PassMaker("other").read(cookie, "hash") is None
    for forged in ("", "a.b", "a.b.c.d", cookie.replace("7.", "8.", 1), cookie.replace("tab-1", "tab-2"), "é.é.é",
                   "x" * 400, cookie + "x"):
        assert maker.read(forged, "hash") is None
