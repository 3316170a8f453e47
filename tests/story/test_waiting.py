"""Hours, overflow, the agent of last time and what waiting callers are told, in virtual time."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests.story.world import START, Phone, World, site

from yingda.acd.policy import Policy
from yingda.agents import machine as am
from yingda.journey.directory import Directory
from yingda.journey.site import Site
from yingda.org.hours import Plan
from yingda.telephony import commands as c

pytestmark = pytest.mark.story
NEVER = Plan(id="never")
OPEN = Plan(id="always", week=(((0, 1440),),) * 7, holiday=((0, 1440),), workday=((0, 1440),))


def with_policy(base: Directory | None = None, queue: str = "q2", **fields: Any) -> Directory:
    base = base or site()
    return replace(base, plans=(NEVER, OPEN), queues=tuple(
        replace(q, policy=replace(q.policy, **fields)) if q.id == queue else q for q in base.queues))


def stays(world: World, leg: str) -> list[tuple[str, str]]:
    return [(s.queue_id, s.outcome) for s in world.call(leg).segments if s.kind == "queue"]


def said(world: World, leg: str) -> list[tuple[str, ...]]:
    return [x.media for _, x in world.commands if isinstance(x, c.Play) and x.leg == leg]


def why(world: World, leg: str) -> str:
    return world.call(leg).segments[-1].why


# ---- hours


@pytest.mark.parametrize(("calendar", "prompt"), [({}, "after-hours"), ({"2023-11-15": "holiday"}, "holiday"),
                                                  ({"2023-11-15": "closed"}, "holiday")])
def test_a_closed_queue_says_so_and_counts_it(calendar: dict[str, str], prompt: str) -> None:
    w = World(replace(with_policy(plan_id="never"), calendar=calendar))
    w.staff("1001")
    leg = w.caller()
    w.run(10_000)
    assert w.call(leg).outcome == "out_of_hours" and said(w, leg) == [(f"sound:yd/{prompt}",)]
    assert stays(w, leg) == [("q2", "overflow_closed")] and w.call(leg).overflows == ("q2:closed",)
    assert w.agent("1001").state == "ready"
    w.at_rest()


def test_a_closed_queue_leads_to_another_which_is_open() -> None:
    w = World(with_policy(plan_id="never", closed_to="queue:801"))
    w.staff("1001")
    leg = w.caller()
    w.run(3_000)
    assert w.call(leg).state == "talking" and w.call(leg).queue_id == "q1"
    assert stays(w, leg) == [("q2", "overflow_closed"), ("q1", "assigned")]


def test_the_hours_of_a_number() -> None:
    base = site()
    numbers = tuple(replace(n, plan_id="never") if n.destination.startswith("queue:") else n for n in base.numbers)
    w = World(replace(base, plans=(NEVER, OPEN), numbers=numbers))
    leg = w.caller()
    w.run(10_000)
    assert w.call(leg).outcome == "out_of_hours" and said(w, leg) == [("sound:yd/after-hours",)]
    w.story.use_site(Site(replace(base, plans=(OPEN,), numbers=tuple(
        replace(n, plan_id="always") if n.destination.startswith("queue:") else n for n in base.numbers))))
    other = w.caller()
    w.run(100)
    assert w.call(other).state == "waiting"


# ---- overflow


@pytest.mark.parametrize(("people", "field", "reason"), [("nobody", "nobody_to", "nobody"),
                                                         ("break", "breaks_to", "breaks")])
def test_nobody_signed_in_and_all_on_break_are_two_things(people: str, field: str, reason: str) -> None:
    other = "breaks_to" if field == "nobody_to" else "nobody_to"
    w = World(with_policy(None, **{field: "hang_up:yd/line-busy", other: "hang_up:yd/goodbye"}))
    if people == "break":
        w.staff("1001", "1002", ready=False)
    leg = w.caller()
    w.run(10_000)
    assert w.call(leg).outcome == "no_agents" and said(w, leg) == [("sound:yd/line-busy",)]
    assert stays(w, leg) == [("q2", f"overflow_{reason}")]
    w.at_rest()


def test_an_agent_in_a_talk_is_somebody_at_work() -> None:
    w = World(with_policy(breaks_to="hang_up:", nobody_to="hang_up:"))
    w.staff("1001")
    w.caller()
    w.run(5_000)
    leg = w.caller(caller="13900139000")
    w.run(5_000)
    assert w.call(leg).state == "waiting"


def test_the_last_agent_leaves_and_those_who_wait_go_on() -> None:
    w = World(with_policy(nobody_to="queue:801", breaks_to=""))
    w.staff("1001", ready=True)
    talking = w.caller()
    w.run(5_000)
    waiting = [w.caller(caller=f"1390013900{n}") for n in range(3)]
    since = [w.call(leg).waiting_since for leg in waiting]
    w.run(2_000)
    w.agents.post("p1", am.SignedOut(at=w.at))  # takes effect after the talk
    w.run(10)
    assert [w.call(leg).queue_id for leg in waiting] == ["q2"] * 3
    w.leaves(talking)
    w.run(60_000)  # the wrap-up is waived for one who signs out
    assert [w.call(leg).queue_id for leg in waiting] == ["q1"] * 3
    assert [w.call(leg).waiting_since for leg in waiting] == since, "the waiting time counts on"


def test_a_full_queue_sends_on_and_the_limit_is_exact() -> None:
    w = World(with_policy(full_length=2, full_to="queue:801"))
    legs = [w.caller(caller=f"1390013900{n}") for n in range(4)]
    w.run(100)
    assert [w.call(leg).queue_id for leg in legs] == ["q2", "q2", "q1", "q1"]
    w.leaves(legs[0])
    w.run(10)
    fifth = w.caller(caller="13900139009")
    assert w.call(fifth).queue_id == "q2", "a place has become free"
    assert stays(w, legs[2])[0] == ("q2", "overflow_full")


def test_waited_too_long_goes_to_the_other_queue_and_keeps_its_place() -> None:
    w = World(with_policy(site(agents=1, max_wait_s=30), wait_to="queue:801"))
    leg = w.caller()
    w.run(31_000)
    call = w.call(leg)
    assert (call.queue_id, call.state, call.waiting_since) == ("q1", "waiting", call.started_at)
    assert stays(w, leg) == [("q2", "overflow_wait"), ("q1", "")]
    w.run(31_000)  # the other queue has its own limit and its own way out
    assert w.call(leg).outcome == "queue_timeout" and call.overflows == ("q2:wait",)
    w.run(10_000)
    w.at_rest()


def test_overflow_into_a_flow_and_from_there_into_a_queue_again_keeps_the_time() -> None:
    w = World(with_policy(site(agents=1, max_wait_s=30), wait_to="flow:f1", announce_every_s=29))
    leg = w.caller()
    w.run(30_500)
    assert w.call(leg).state == "in_menu" and not w.music and stays(w, leg) == [("q2", "overflow_wait")]
    w.run(2_000)
    w.key(leg, "1")
    w.run(100)
    call = w.call(leg)
    assert (call.state, call.queue_id, call.waiting_since) == ("waiting", "q1", call.started_at)
    w.leaves(leg)
    w.run(10)
    w.at_rest()


@pytest.mark.parametrize(("to", "state"), [("agent:1003", "transferring"), ("number:13912345678", "transferring")])
def test_overflow_to_one_person_or_number(to: str, state: str) -> None:
    w = World(with_policy(nobody_to=to))
    w.staff("1003", ready=False)
    w.story.use_site(Site(replace(w.story.site.directory, people=tuple(
        replace(p, queues=()) if p.extension == "1003" else p for p in w.story.site.directory.people))))
    leg = w.caller()
    w.run(15)
    assert w.call(leg).state == state and stays(w, leg) == [("q2", "overflow_nobody")]
    w.run(5_000)
    assert w.call(leg).state == "talking"
    w.leaves(leg)
    w.run(100)
    w.at_rest()


def test_two_queues_that_send_to_each_other_end_with_a_word() -> None:
    w = World(with_policy(with_policy(nobody_to="queue:801"), "q1", nobody_to="queue:802"))
    leg = w.caller()
    w.run(10_000)
    assert w.call(leg).outcome == "no_agents" and said(w, leg) == [("sound:yd/no-agent",)]
    assert len(w.call(leg).overflows) <= 10
    w.at_rest()


def test_a_way_that_leads_nowhere_ends_with_a_word() -> None:
    w = World(with_policy(nobody_to="queue:999"))
    leg = w.caller()
    w.run(10_000)
    assert w.call(leg).outcome == "no_agents"
    w.at_rest()


def test_the_exit_key() -> None:
    w = World(with_policy(exit_key="0", exit_to="hang_up:yd/thanks"))
    leg = w.caller()
    w.run(3_000)
    w.key(leg, "1")
    assert w.call(leg).state == "waiting"
    w.key(leg, "0")
    w.run(5_000)
    assert w.call(leg).outcome == "left_queue" and stays(w, leg) == [("q2", "overflow_exit")]
    w.at_rest()


# ---- the agent of last time


def test_a_returning_caller_waits_for_his_agent_and_the_reason_says_so() -> None:
    w = World(with_policy(site(wrap_up_s=0), sticky=True, sticky_wait_s=60))
    w.staff("1001", "1002")
    w.phones["1001"] = w.phones["1002"] = Phone(answer_ms=500)
    first = w.caller(caller="13800138000")
    w.run(5_000)
    served = w.call(first).agent_id
    w.leaves(first)
    w.run(2 * 3_600_000)
    busy = w.caller(caller="13900139001")  # the other agent has been idle longer: he gets this one
    w.run(5_000)
    again = w.caller(caller="+86 138 0013 8000")
    w.run(5_000)
    assert w.call(busy).agent_id != served and w.call(again).agent_id == served
    assert why(w, again).startswith("sticky: 2h ago")


def test_a_busy_wanted_agent_is_waited_for_only_so_long() -> None:
    w = World(with_policy(site(wrap_up_s=0), sticky=True, sticky_wait_s=20))
    w.staff("1001")
    w.story.last_agents.load([("13800138000", "p1", START - 3_600_000)])
    w.caller(caller="13900139001")
    w.run(5_000)  # p1 talks
    w.staff("1002")
    leg = w.caller(caller="13800138000")
    w.run(19_000)
    assert w.call(leg).state == "waiting", "kept for p1 although p2 is free"
    w.run(4_000)
    assert w.call(leg).agent_id == "p2" and why(w, leg).startswith("longest_idle")


def test_the_wanted_agent_becomes_free_in_time() -> None:
    w = World(with_policy(site(wrap_up_s=0), sticky=True, sticky_wait_s=60))
    w.staff("1001")
    w.story.last_agents.load([("13800138000", "p1", START - 3_600_000)])
    busy = w.caller(caller="13900139001")
    w.run(5_000)
    w.staff("1002")
    leg = w.caller(caller="13800138000")
    w.run(10_000)
    w.leaves(busy)
    w.run(100)
    assert w.call(leg).agent_id == "p1"


@pytest.mark.parametrize("how", ["signed_out", "on_break", "too_old", "not_a_member", "off"])
def test_who_is_not_there_is_not_waited_for(how: str) -> None:
    base = site()
    if how == "not_a_member":
        base = replace(base, people=tuple(
            replace(p, queues=(("q1", 1),)) if p.id == "p1" else p for p in base.people))
    w = World(with_policy(base, sticky=how != "off", sticky_days=30, sticky_wait_s=60))
    days = 31 if how == "too_old" else 1
    w.story.last_agents.load([("13800138000", "p1", START - days * 86_400_000)])
    w.staff("1002")
    w.run(1_000)
    if how != "signed_out":
        w.staff("1001", ready=how != "on_break")
    leg = w.caller(caller="13800138000")
    w.run(200)
    assert w.call(leg).state == "offered" and w.call(leg).agent_id == "p2"


def test_the_wanted_agent_goes_on_a_break_while_he_is_waited_for() -> None:
    w = World(with_policy(site(wrap_up_s=10), sticky=True, sticky_wait_s=300))
    w.staff("1001")
    w.story.last_agents.load([("13800138000", "p1", START - 3_600_000)])
    busy = w.caller(caller="13900139001")
    w.run(5_000)
    w.staff("1002")
    leg = w.caller(caller="13800138000")
    w.leaves(busy)
    w.run(100)
    assert w.call(leg).state == "waiting", "p1 wraps up"
    w.agents.post("p1", am.BreakAsked(at=w.at, reason="rest"))
    w.run(100)
    assert w.call(leg).agent_id == "p2"


def test_unanswered_and_internal_calls_make_nobody_the_agent_of_last_time() -> None:
    w = World()
    w.staff("1001")
    w.phones["1001"] = Phone(answer_ms=None)
    leg = w.caller()
    w.run(1_000)
    w.leaves(leg)
    w.run(100)
    assert len(w.story.last_agents) == 0


# ---- what waiting callers are told


def test_position_wait_and_exit_key_are_told_and_music_comes_back() -> None:
    w = World(with_policy(announce_every_s=30, comfort="yd/still-busy", exit_key="#", exit_to="hang_up:"))
    first, second = w.caller(), w.caller(caller="13900139001")
    w.run(9_900)
    assert not said(w, first)
    w.run(200)
    way_out = ("sound:yd/exit-key-prefix", "sound:yd/key-hash", "sound:yd/exit-key-suffix")
    assert said(w, first) == [("sound:yd/still-busy", "sound:yd/queue-next", *way_out)]
    assert said(w, second) == [("sound:yd/still-busy", "sound:yd/queue-position-prefix", "sound:yd/digit-1",
                                "sound:yd/queue-position-suffix", *way_out)]
    assert not w.music
    w.run(2_000)
    assert w.music == {first, second}
    w.run(30_000)
    assert len(said(w, first)) == 2


def test_the_expected_wait_follows_from_the_pace_of_the_group() -> None:
    w = World(with_policy(site(wrap_up_s=20), announce_every_s=20, say_position=False, comfort=""))
    w.staff("1001", "1002")
    legs = [w.caller(caller=f"1390013900{n}") for n in range(2)]
    w.run(2_100)
    w.run(99_000)
    for leg in legs:
        w.leaves(leg)  # talked 100 s, wrap-up 20 s: handled in 120 s by two
    w.run(30_000)
    assert w.agent("1001").state == "ready"
    again = [w.caller(caller=f"1370013700{n}") for n in range(6)]
    w.run(10_500)
    third, sixth = said(w, again[2])[-1], said(w, again[5])[-1]
    assert third == ("sound:yd/queue-wait-short",)  # place 1: 60 s
    assert sixth == ("sound:yd/queue-wait-prefix", "sound:yd/digit-4", "sound:yd/queue-wait-suffix")  # place 4: 240 s


def test_an_announcement_delays_no_agent() -> None:
    w = World(with_policy(site(wrap_up_s=0), announce_every_s=10))
    w.prompt_ms = 15_000
    leg = w.caller()
    w.run(12_000)
    assert w.playing, "the prompt plays"
    begun = w.at
    w.phones["1001"] = Phone(answer_ms=1_000, ring_ms=20)
    w.staff("1001")
    w.run(1_100)
    call = w.call(leg)
    assert call.state == "talking" and call.answered_at - begun < 1_050 and not w.playing
    assert [x for x in w.commands if isinstance(x[1], c.StopPlay)]


def test_no_announcement_while_an_agent_rings_and_music_after_a_prompt_that_ends_then() -> None:
    w = World(with_policy(announce_every_s=10))
    w.phones["1001"] = Phone(answer_ms=None)
    leg = w.caller()
    w.run(10_100)
    w.staff("1001")
    w.run(5_000)
    assert w.call(leg).state == "offered" and len(said(w, leg)) == 1 and leg in w.music
    w.run(10_000)
    assert len(said(w, leg)) == 1


def test_the_agents_number_is_told_to_both() -> None:
    w = World(with_policy(say_agent=True))
    w.staff("1001")
    leg = w.caller()
    w.run(3_000)
    call = w.call(leg)
    media = ("sound:yd/agent-number", "sound:yd/digit-1-spoken", "sound:yd/digit-0", "sound:yd/digit-0",
             "sound:yd/digit-1-spoken", "sound:yd/at-your-service")
    assert said(w, leg) == [media] == said(w, call.agent_leg) and w.bridges[call.bridge] == {leg, call.agent_leg}


def test_the_defaults_are_as_before() -> None:
    w = World()
    leg = w.caller()
    w.run(120_000)
    assert w.call(leg).state == "waiting" and not said(w, leg) and Policy() == w.story.site.queues["q2"].policy
