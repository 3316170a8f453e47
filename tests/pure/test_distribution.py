"""Sticky calls and areas in the dispatcher, staffing, memory of last agents, announcements: the pure parts."""

from __future__ import annotations

import pytest
from tests.pure.test_dispatcher import idle

from yingda.acd.announce import Pace, announcement, greeting, number
from yingda.acd.dispatcher import Dispatcher
from yingda.acd.policy import Policy, faults, from_store, to_store
from yingda.acd.staffing import Staffing
from yingda.acd.sticky import LastAgents, ago

pytestmark = pytest.mark.pure


def test_a_call_kept_for_one_agent_keeps_its_place_when_released() -> None:
    d = Dispatcher()
    d.enqueue("kept", "q", 0, wanted="b", note="1d ago")
    d.enqueue("later", "q", 10)
    d.idle(idle("a", ("q",), 5))
    pair = d.for_agent("a", 20)
    assert pair is not None and pair.call_id == "later", "the kept call is not for a"
    assert d.position("kept") == 1 and d.length("q") == 2
    assert d.release("kept") and not d.release("kept")
    pair = d.for_call("kept", 30)
    assert pair is not None and (pair.call_id, pair.agent_id) == ("kept", "a")


def test_the_wanted_agent_serves_strictly_by_age() -> None:
    d = Dispatcher()
    d.enqueue("old", "q", 0)
    d.enqueue("kept", "q", 10, wanted="b", note="1d ago")
    d.enqueue("young", "q", 20)
    order = []
    d.idle(idle("b", ("q",), 5))
    while (pair := d.for_agent("b", 60)) is not None:
        order.append((pair.call_id, pair.why.split(":")[0]))
        d.leave(pair.call_id)
    assert order == [("old", "longest_idle"), ("kept", "sticky"), ("young", "longest_idle")]


def test_calls_of_an_agent_who_goes_are_released_in_order() -> None:
    d = Dispatcher()
    for n in range(3):
        d.enqueue(f"c{n}", "q", n, wanted="b")
    d.leave("c1")
    assert d.release_agent("b") == ["c0", "c2"] and d.release_agent("b") == []
    assert d.length("q") == 2


def test_staffing_tells_who_lacks() -> None:
    s = Staffing()
    assert s.lacking("q") == "nobody"
    assert s.agent("a", ("q", "r"), "on_break") == ()
    assert s.lacking("q") == "breaks"
    assert s.agent("a", ("q", "r"), "ready") == () and s.lacking("q") == ""
    s.agent("b", ("q",), "wrapping_up")
    assert s.agent("a", ("q", "r"), "on_break") == ("r",), "q has b still"
    assert s.agent("b", ("r",), "ready") == ("q",), "moved away"
    assert (s.lacking("q"), s.lacking("r"), s.signed_in("q")) == ("breaks", "", 1)


def test_an_agent_whom_waiting_queues_share_is_a_part_of_one_for_each() -> None:
    s = Staffing()
    s.agent("a", ("q", "r", "s"), "ready")
    s.agent("b", ("q",), "wrapping_up")
    s.agent("c", ("q",), "on_break")
    assert s.shared("q", lambda queue_id: False) == 2, "nobody else waits for a"
    assert s.shared("q", lambda queue_id: queue_id == "r") == 1.5
    assert s.shared("r", lambda queue_id: queue_id in "qrs") == pytest.approx(1 / 3)
    p = Pace()
    p.handled("q", 120_000)
    assert p.expected_ms("q", 3, 1.5) == 240_000


def test_the_memory_is_bounded_and_the_newest_wins() -> None:
    m = LastAgents(most=3)
    m.load([("1", "a", 50), ("1", "b", 10), ("2", "a", 20)])
    assert m.of("1", 0) == ("a", 50) and m.of("1", 51) is None and m.of("9", 0) is None
    m.served("3", "c", 60)
    m.served("4", "c", 70)
    assert len(m) == 3 and m.of("2", 0) is None, "the oldest is forgotten"
    m.served("", "c", 80)
    assert len(m) == 3
    assert [ago(x) for x in (59_000, 3_600_000, 3 * 86_400_000)] == ["0min ago", "1h ago", "3d ago"]


@pytest.mark.parametrize(("n", "zh", "en"), [
    (0, "digit-0", "digit-0"), (2, "digit-2-count", "digit-2"), (10, "number-10", "number-10"),
    (12, "number-10 digit-2", "number-12"), (20, "digit-2 number-10", "number-20"),
    (35, "digit-3 number-10 digit-5", "number-30 digit-5"),
    (101, "digit-1 number-100 digit-0 digit-1", "digit-1 number-100 digit-1"),
    (250, "digit-2 number-100 digit-5 number-10", "digit-2 number-100 number-50")])
def test_numbers_as_sounds(n: int, zh: str, en: str) -> None:
    for language, words in (("zh", zh), ("en", en)):
        assert number(n, language, counts=True) == tuple(f"yd/{w}" for w in words.split())


def test_expected_wait_is_place_times_handling_over_agents() -> None:
    p = Pace()
    assert p.expected_ms("q", 3, 2) == 0
    for _ in range(50):
        p.handled("q", 120_000)
    assert p.expected_ms("q", 3, 2) == 180_000 and p.expected_ms("q", 3, 0) == 0
    p.handled("q", 220_000)
    assert p.expected_ms("q", 1, 1) == 130_000


def test_what_is_said_and_what_not() -> None:
    quiet = Policy(comfort="", say_position=False, say_wait=False)
    assert announcement(quiet, 3, 600_000, "zh") == ()
    said = announcement(Policy(comfort="", exit_key="*", exit_to="hang_up:"), 1, 30_000, "en")
    assert said == ("sound:yd/queue-next", "sound:yd/queue-wait-short", "sound:yd/exit-key-prefix",
                    "sound:yd/key-star", "sound:yd/exit-key-suffix")
    assert not any("wait" in x for x in announcement(Policy(), 3, 90 * 60_000, "zh")), "nobody is told 90 minutes"
    assert greeting("A8") == ("sound:yd/agent-number", "sound:yd/digit-8", "sound:yd/at-your-service")
    assert greeting("xx") == ()


def test_a_policy_is_kept_by_what_differs() -> None:
    policy = Policy(sticky=True, full_length=7)
    assert to_store(policy) == {"sticky": True, "full_length": 7} and from_store(to_store(policy)) == policy
    assert from_store({"of_a_later_version": 1}) == Policy() and faults(Policy()) == {}
