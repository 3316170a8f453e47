"""Phones that call phones: with and without a person, signed in or not, forwarded, not to be disturbed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from tests.story.test_ways_out import arrive
from tests.story.world import Phone, World, site

from yingda.agents import machine as am
from yingda.bus import verbs as v
from yingda.journey import errors as err
from yingda.journey.directory import Extension
from yingda.telephony import commands as c
from yingda.telephony import facts as f

pytestmark = pytest.mark.story


def office(*numbers: str) -> World:
    """The usual people, and phones 1008, 1009 that are nobody's; `numbers` are registered."""
    plain = site()
    w = World(replace(plain, extensions=(*plain.extensions, Extension(number="1008", secret="s"),
                                         Extension(number="1009", secret="s"))))
    for number in numbers:
        w.phones.setdefault(number, Phone())
        w.tell(f.PhoneChanged(at=w.at, endpoint=number, reachable=True, address="x"))
    return w


def set_features(w: World, extension: str, **features: Any) -> Any:
    return asyncio.run(w.verbs.do(v.SetFeatures(actor="p9", extension=extension, **features)))


def rung(w: World) -> list[str]:
    return [x.endpoint for _, x in w.commands if isinstance(x, c.Ring)]


def test_two_phones_without_people_talk() -> None:
    w = office("1008", "1009")
    leg = arrive(w, "1008", "1009")
    w.run(3_000)
    call = w.call(leg)
    assert (call.state, call.direction, call.agent_id, call.far_agent_id) == ("talking", "internal", "", "")
    assert w.bridges[call.bridge] == {leg, call.caller_leg}
    w.leaves(call.caller_leg)
    w.run(1_000)
    assert w.outcomes == {"answered": 1}
    w.at_rest()


def test_who_dialled_while_the_engine_was_away_is_a_phone_of_ours_still() -> None:
    w = office("1008", "1009")
    leg = w.dials("1008", "1009", door="fallback")
    w.run(3_000)
    call = w.call(leg)
    assert (call.state, call.direction, call.customer_number) == ("talking", "internal", "")
    assert w.bridges[call.bridge] == {leg, call.caller_leg}
    w.leaves(leg)
    out = w.dials("1001", "13800138000", door="fallback")
    w.run(3_000)
    assert (w.call(out).state, w.call(out).direction) == ("talking", "out")
    w.leaves(out)
    w.run(1_000)
    assert w.outcomes == {"answered": 2}
    w.at_rest()


def test_a_colleague_who_has_not_signed_in_is_reached_at_his_phone() -> None:
    w = office("1001", "1002")
    leg = arrive(w, "1001", "1002")
    w.run(3_000)
    assert w.call(leg).state == "talking"
    assert [w.agent(n).presence for n in ("1001", "1002")] == ["signed_out", "signed_out"]
    w.leaves(leg)
    w.run(1_000)
    w.at_rest()


@pytest.mark.parametrize(("features", "phone", "stops"), [
    ({"always": "agent:1009"}, Phone(), ["1009"]),
    ({"dnd": True, "busy": "agent:1009"}, Phone(), ["1009"]),
    ({"busy": "agent:1009"}, Phone(cause=17), ["1008", "1009"]),
    ({"busy": "agent:1009"}, Phone(cause=21), ["1008", "1009"]),
    ({"no_answer": "agent:1009", "no_answer_s": 10}, Phone(answer_ms=None), ["1008", "1009"]),
    ({"unreachable": "agent:1009"}, None, ["1009"]),
])
def test_each_forward_leads_on(features: Any, phone: Phone | None, stops: list[str]) -> None:
    w = office("1001", "1009", *(["1008"] if phone else []))
    if phone:
        w.phones["1008"] = phone
    set_features(w, "1008", **features)
    leg = arrive(w, "1001", "1008")
    w.run(16_000)
    assert rung(w) == stops
    assert w.call(leg).state == "talking"
    w.leaves(leg)
    w.run(1_000)
    w.at_rest()


def test_no_answer_is_counted_by_the_extensions_own_time() -> None:
    w = office("1001", "1008", "1009")
    w.phones["1008"] = Phone(answer_ms=None)
    set_features(w, "1008", no_answer="agent:1009", no_answer_s=10)
    arrive(w, "1001", "1008")
    w.run(9_900)
    assert rung(w) == ["1008"]
    w.run(200)
    assert rung(w) == ["1008", "1009"]


def test_do_not_disturb_without_a_forward_is_busy() -> None:
    w = office("1001", "1008")
    set_features(w, "1008", dnd=True)
    leg = arrive(w, "1001", "1008")
    w.run(5_000)
    assert rung(w) == [] and w.call(leg).state == "ended"


def test_a_circle_of_forwards_ends() -> None:
    w = office("1001", "1008", "1009")
    set_features(w, "1008", always="agent:1009")
    set_features(w, "1009", always="agent:1008")
    leg = arrive(w, "1001", "1008")
    w.run(5_000)
    assert rung(w) == [] and w.call(leg).state == "ended"
    w.at_rest()


def test_a_forward_outside_is_its_holders_right_and_his_bill() -> None:
    w = office("1001", "1003", "1008")
    with pytest.raises(err.CallingForbidden):
        set_features(w, "1008", always="number:13812345678")  # nobody's phone may not
    with pytest.raises(err.CallingForbidden):
        set_features(w, "1003", always="number:0044207123456")
    set_features(w, "1003", always="number:13812345678")
    leg = arrive(w, "1008", "1003")
    w.run(5_000)
    call = w.call(leg)
    assert (call.state, call.payer, call.trunk) == ("talking", "p3", "t1")
    w.run(60_000)
    w.leaves(leg)
    w.run(1_000)
    assert {x.payer for x in w.office.ways.meter.figures()} == {"p3", "site"}
    w.at_rest()


def test_a_forward_to_a_group_makes_the_caller_wait_there() -> None:
    w = office("1008")
    w.staff("1002", ready=False)
    set_features(w, "1003", unreachable="queue:801")
    leg = arrive(w, "1008", "1003")
    w.run(1_000)
    assert (w.call(leg).state, w.call(leg).queue_id) == ("waiting", "q1")
    w.agents.post("p2", am.ReadyAsked(at=w.at))
    w.run(5_000)
    assert w.call(leg).state == "talking" and w.agent("1002").state == "talking"
    w.leaves(leg)
    w.run(20_000)
    w.at_rest()


def test_an_agent_who_clicks_is_led_on_after_his_phone_has_lifted() -> None:
    w = office()
    w.staff("1001", "1002", ready=False)
    set_features(w, "1003", always="queue:801")
    asyncio.run(w.verbs.do(v.Dial(actor="p1", agent_id="p1", number="1003", key="")))
    w.run(2_000)
    assert [call.state for call in w.desk.live()] == ["waiting"]


def test_features_are_kept_in_the_journal_and_newer_ones_of_the_database_win() -> None:
    w = office("1008")
    set_features(w, "1008", dnd=True)
    kept = [line for line in w.journal.lines if line[0] == "features"]
    assert [(key, value.dnd, value.changed_by) for _, key, _, value, _ in kept] == [("1008", True, "p9")]
    newer = replace(w.office.features("1008"), dnd=False, changed_at=w.at + 1)
    book = replace(w.story.site.directory.office, features=(newer,))
    w.story.site.directory = replace(w.story.site.directory, office=book)
    w.office.use_site()
    assert not w.office.features("1008").dnd


def test_who_looks_around_sees_phones_and_features() -> None:
    w = office("1008", "1009")
    set_features(w, "1009", dnd=True)
    arrive(w, "1001", "1008")
    w.run(3_000)
    seen = {x["number"]: x for x in asyncio.run(w.verbs.do(v.LookAround(actor="p9")))["phones"]}
    assert (seen["1008"]["reachable"], seen["1008"]["busy"]) == (True, True)
    assert (seen["1009"]["busy"], seen["1009"]["features"]["dnd"]) == (False, True)
    assert not seen["1002"]["reachable"]


def test_an_unknown_extension_has_no_features() -> None:
    w = office()
    with pytest.raises(err.NoSuchExtension):
        set_features(w, "7777", dnd=True)
    with pytest.raises(err.BadDestination):
        set_features(w, "1008", always="agent:7777")
