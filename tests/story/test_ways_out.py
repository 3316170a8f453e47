"""Calls out: the next trunk when one fails, what the calling rules refuse, what is booked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from tests.story.world import Phone, World, site

from yingda.bus import verbs as v
from yingda.journey import errors as err
from yingda.journey.directory import Extension, Trunk
from yingda.journey.office_directory import CallingRule, Office, Route, Tariff, Toll
from yingda.kit.numbering import NumberFormat
from yingda.telephony import commands as c
from yingda.telephony import facts as f

pytestmark = pytest.mark.story
HOME = ("service", "free", "local", "mobile", "long_distance")


def two_trunks(**office: Any) -> World:
    plain = site()
    second = Trunk(id="t2", name="备用", endpoint="trunk-two", host="other", match=(), capacity=5,
                   form=NumberFormat(mobile_zero="always", number="02188886666"))
    book = Office(**{"rules": {"role:*": CallingRule(classes=HOME)}, **office})
    return World(replace(plain, trunks=(*plain.trunks, second), office=book,
                         extensions=(*plain.extensions, Extension(number="1008", secret="s"))))


def dial(w: World, number: str, who: str = "p1") -> str:
    return str(asyncio.run(w.verbs.do(v.Dial(actor=who, agent_id=who, number=number, key="")))["call_id"])


def rung(w: World) -> list[tuple[str, str]]:
    return [(x.endpoint, x.number) for _, x in w.commands if isinstance(x, c.Ring) and x.number]


def test_a_call_goes_on_to_the_next_trunk_when_one_is_out_of_order() -> None:
    w = two_trunks()
    w.staff("1001", ready=False)
    w.fars = {"trunk-demo": Phone(cause=34)}
    dial(w, "13812345678")
    w.run(3_000)
    assert rung(w) == [("trunk-demo", "13812345678"), ("trunk-two", "013812345678")]
    assert w.agent("1001").state == "talking"
    call = w.desk.live()[0]
    assert (call.trunk, call.tried, call.segments[-1].why) == ("t2", ("t1", "t2"), "trunk")
    shown = [x.caller_id for _, x in w.commands if isinstance(x, c.Ring) and x.endpoint == "trunk-two"]
    assert shown == ["02188886666"], "the second trunk shows its own number"
    w.leaves(call.caller_leg)
    w.run(60_000)
    w.at_rest()


@pytest.mark.parametrize(("cause", "outcome"), [(17, "busy"), (21, "rejected"), (19, "no_answer"),
                                                 (1, "unknown_number")])
def test_busy_or_no_answer_is_no_reason_to_try_another(cause: int, outcome: str) -> None:
    w = two_trunks()
    w.staff("1001", ready=False)
    w.far = Phone(cause=cause)
    dial(w, "13812345678")
    w.run(2_000)
    assert rung(w) == [("trunk-demo", "13812345678")]
    assert w.outcomes == {outcome: 1}
    w.at_rest()


def test_when_every_trunk_fails_the_call_ends_as_failed() -> None:
    w = two_trunks()
    w.staff("1001", ready=False)
    w.far = Phone(cause=38)
    dial(w, "13812345678")
    w.run(2_000)
    assert [endpoint for endpoint, _ in rung(w)] == ["trunk-demo", "trunk-two"]
    assert w.outcomes == {"failed": 1}
    w.at_rest()


def test_a_trunk_that_lost_its_registration_is_not_tried_first() -> None:
    w = two_trunks()
    w.staff("1001", ready=False)
    w.tell(f.TrunkChanged(at=w.at, trunk="trunk-demo", state="rejected", reason="403"))
    dial(w, "13812345678")
    w.run(3_000)
    assert rung(w) == [("trunk-two", "013812345678")]


def test_the_route_chooses_the_order() -> None:
    w = two_trunks(routes=(Route(name="m", classes=("mobile",), trunk_ids=("t2", "t1")),))
    w.staff("1001", ready=False)
    dial(w, "13812345678")
    w.run(3_000)
    assert rung(w) == [("trunk-two", "013812345678")]
    with pytest.raises(err.NotNow):
        dial(w, "13812345679")


def test_the_number_shown_is_the_persons_then_the_queues_then_the_trunks() -> None:
    w = two_trunks(rules={"role:*": CallingRule(classes=HOME), "person:p1": CallingRule(shown="01011110001"),
                          "queue:q1": CallingRule(shown="01011110002")})
    w.staff("1001", "1002", ready=False)
    for who in ("p1", "p2"):
        dial(w, "13812345678", who)
    w.run(3_000)
    assert [x.caller_id for _, x in w.commands if isinstance(x, c.Ring) and x.number] == ["01011110001", "01011110002"]


@pytest.mark.parametrize(("number", "rules", "toll", "error"), [
    ("0044207123456", {}, {}, err.CallingForbidden),
    ("13812345678", {"role:agent": CallingRule(classes=("local",))}, {}, err.CallingForbidden),
    ("13812345678", {}, {"forbidden": ("1381",)}, err.CallingForbidden),
    ("13812345678", {}, {"night_from": 0, "night_to": 1439}, err.NightForbidden),
    ("13812345678", {}, {"fen_a_day": 5, "tariffs": (Tariff(prefix="1", fen_a_minute=10),)}, err.SpendUsedUp),
])
def test_what_the_rules_refuse_is_never_dialled_and_is_told(number: str, rules: Any, toll: Any, error: Any) -> None:
    w = two_trunks(rules={"role:*": CallingRule(classes=HOME), **rules}, toll=Toll(**toll))
    w.staff("1001", ready=False)
    with pytest.raises(error):
        dial(w, number)
    w.run(2_000)
    assert rung(w) == []
    told = [x for x in w.facts if type(x).__name__ == "CallRefused"]
    assert [(x.payer, x.reason) for x in told] == [("p1", error.code)]  # type: ignore[union-attr]
    assert [line[4] is not None for line in w.journal.lines if line[0] == "refused"] == [True]


def test_a_phone_that_is_nobodys_calls_nobody_outside_but_the_police() -> None:
    w = two_trunks()
    w.phones["1008"] = Phone()
    for number in ("13812345678", "10086", "0044207123456"):
        leg = arrive(w, "1008", number)
        w.run(5_000)
        assert w.call(leg).outcome == "refused"
    assert rung(w) == []
    said = [x.media for _, x in w.commands if isinstance(x, c.Play)]
    assert said == [("sound:yd/call-not-allowed",)] * 3
    leg = arrive(w, "1008", "110")
    w.run(5_000)
    assert rung(w) == [("trunk-demo", "110")]
    w.leaves(leg)
    w.run(1_000)
    w.at_rest()


def arrive(w: World, endpoint: str, called: str) -> str:
    leg = f"own-{len(w.commands)}-{w.at}"
    w.legs[leg] = "ringing"
    w.tell(f.LegArrived(at=w.at, leg=leg, door="phone", endpoint=endpoint, caller=endpoint, caller_name="",
                        called=called, sip_call_id=leg))
    return leg


def test_the_days_minutes_are_counted_and_end_a_talk() -> None:
    w = two_trunks(rules={"role:*": CallingRule(classes=HOME, minutes_a_day=3)})
    w.staff("1001", ready=False)
    dial(w, "13812345678")
    w.run(62_000)
    w.leaves(w.desk.live()[0].caller_leg)
    w.run(2_000)
    assert 60 <= w.office.ways.meter.figures()[0].seconds <= 61
    dial(w, "13812345678")
    w.run(200_000)
    last = list(w.ended.values())[-1]
    assert (last.outcome, last.ended_by) == ("answered", "system")
    assert 118_000 <= last.ended_at - last.answered_at <= 120_000
    with pytest.raises(err.MinutesUsedUp):
        dial(w, "13812345678")
    w.at_rest()


def test_a_ceiling_of_calls_at_once_counts_every_outside_leg() -> None:
    w = two_trunks(toll=Toll(at_once=2))
    w.staff("1001", "1002", "1003", ready=False)
    dial(w, "13812345678", "p1")
    dial(w, "13812345679", "p2")
    w.run(3_000)
    with pytest.raises(err.TooManyAtOnce):
        dial(w, "13812345670", "p3")
    dial(w, "120", "p3")
    w.run(3_000)
    assert rung(w)[-1] == ("trunk-demo", "120")


def test_the_engine_is_restarted_between_two_trunks() -> None:
    w = two_trunks()
    w.staff("1001", ready=False)
    w.story.on_far_failed = lambda call, fact: None  # killed before it decides
    w.far = Phone(cause=34)
    dial(w, "13812345678")
    w.run(100)
    call = w.desk.live()[0]
    assert (call.state, call.caller_leg) == ("dialing", "")
    w.story.on_far_failed = w.office.far_failed
    w.far = Phone(answer_ms=500)
    w.story.resume(call, w.at)
    w.run(3_000)
    assert rung(w)[-1] == ("trunk-two", "013812345678") and w.agent("1001").state == "talking"


def test_the_first_line_failed_while_the_engine_was_away() -> None:
    """Nobody has heard why: the next line is tried, unless the party had rung already."""
    for ring_ms, rung_in_the_end in ((5_000, ["trunk-demo", "trunk-two"]), (20, ["trunk-demo"])):
        w = two_trunks()
        w.staff("1001", ready=False)
        w.fars = {"trunk-demo": Phone(answer_ms=None, ring_ms=ring_ms)}
        dial(w, "13812345678")
        w.run(100)
        call = w.desk.live()[0]
        w.legs.pop(call.caller_leg)
        w.tell(f.LegGone(at=w.at, leg=call.caller_leg, cause=-1, cause_text="missing"))
        w.run(3_000)
        assert [endpoint for endpoint, _ in rung(w)] == rung_in_the_end
        assert bool(w.desk.live()) == (len(rung_in_the_end) == 2)


def test_the_rule_of_an_extension_group_holds_for_its_phones_only() -> None:
    w = two_trunks(rules={"role:*": CallingRule(classes=HOME), "extension_group:5": CallingRule(classes=("local",))})
    site_now = w.story.site
    for number, group in (("1001", "5"), ("1002", "6")):
        site_now.extensions[number] = replace(site_now.extensions[number], group_id=group)
    w.staff("1001", "1002", ready=False)
    with pytest.raises(err.CallingForbidden):
        dial(w, "13812345678")
    dial(w, "13812345678", "p2")
    w.run(3_000)
    assert w.agent("1002").state == "talking" and w.agent("1001").engagement == "free"
