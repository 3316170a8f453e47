"""When a trouble becomes an alarm and when it is told again; what the switch's log tells."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingda.notify.rules import Count, Rule, happened, next_try, reaches
from yingda.worker.switch_log import Refused, Tail, parse
from yingda.worker.watch import disk_is_low

pytestmark = pytest.mark.pure
RULE = Rule("warning", threshold=3, window_s=60, silence_s=600)
S = 1000


def play(rule: Rule, times: list[int], before: Count | None = None) -> tuple[Count, list[int]]:
    """The count after happenings at these seconds, and at which of them it was told."""
    count, told = before or Count(), []
    for at in times:
        verdict = happened(rule, count, at * S + 10**12)
        count = verdict.now
        if verdict.tell:
            told.append(at)
    return count, told


def test_below_the_threshold_nothing_is_told() -> None:
    assert play(RULE, [0, 10])[0].state == "quiet"
    assert play(RULE, [0, 61, 122, 183, 250])[1] == []  # never three within a minute


def test_the_threshold_opens_and_silence_follows() -> None:
    count, told = play(RULE, [0, 10, 20, 30, 500, 619, 620, 900, 1221])
    assert (count.state, count.count, told) == ("open", 9, [20, 620, 1221])


def test_acknowledged_is_not_told_again_and_an_inactive_rule_never() -> None:
    assert play(RULE, [1000, 5000], Count("acknowledged", 5, 0, 5, 1))[1] == []
    assert play(Rule(active=False), list(range(0, 9000, 10)))[1] == []


def test_many_at_once_count_each() -> None:
    verdict = happened(RULE, Count(), 10**12, 50)
    assert verdict.opened and verdict.tell and verdict.now.count == 50


@given(st.lists(st.integers(0, 20_000), max_size=60))
def test_two_tellings_are_never_nearer_than_the_silence(times: list[int]) -> None:
    count, told = play(RULE, sorted(times))
    assert all(b - a >= RULE.silence_s for a, b in pairwise(told)) and count.count == len(times)


def test_severity_and_retries() -> None:
    assert reaches("critical", "warning") and not reaches("info", "warning") and not reaches("critical", "")
    waits = [next_try(n, 0) for n in range(1, 13)]
    assert waits[0] == 10 * S and waits[-1] is None and waits[:-1] == sorted(waits[:-1], key=lambda w: w or 0)


LOG = ("[2026-11-25 20:00:00.123] NOTICE[123] res_pjsip/pjsip_distributor.c: Request 'REGISTER' from "
       "'\"admin\" <sip:9999@192.0.2.1>' failed for '203.0.113.7:5061' (callid: abc-1) - {}")


def test_the_switchs_refusals_are_read() -> None:
    assert parse(LOG.format("No matching endpoint found")) == Refused("sip_unknown", "9999", "203.0.113.7", "REGISTER")
    assert parse(LOG.format("Failed to authenticate")) == Refused("sip_secret_wrong", "9999", "203.0.113.7", "REGISTER")
    assert parse(LOG.format("No matching endpoint found after 6 tries in 5.1 ms")) is not None
    assert parse("[2026] WARNING[1] chan_pjsip.c: something else") is None
    assert parse("Request 'X' from '" + "<sip:" * 4000) is None


def test_a_log_is_followed_through_its_rotation(tmp_path: Path) -> None:
    file = tmp_path / "messages.log"
    file.write_text("old\n")
    tail = Tail(file)
    assert tail.lines() == []
    with file.open("a") as out:
        out.write("one\ntwo\nhal")
    assert tail.lines() == ["one", "two"]
    with file.open("a") as out:
        out.write("f\n")
    assert tail.lines() == ["half"]
    file.rename(tmp_path / "messages.log.0")
    file.write_text("fresh\n")
    assert tail.lines() == ["fresh"] and tail.lines() == []


def test_what_is_written_while_the_reader_is_dead_is_read_afterwards(tmp_path: Path) -> None:
    file, mark = tmp_path / "parts.jsonl", tmp_path / "parts.seen"
    assert Tail(file, mark).lines() == []  # dies before the first line
    file.write_text("worker\n")
    second = Tail(file, mark)
    assert second.lines() == ["worker"] and Tail(file, mark).lines() == [], "and once only"
    with file.open("a") as out:
        out.write("web\n")
    assert Tail(file, mark).lines() == ["web"]
    mark.write_text("rubbish")
    assert Tail(file, mark).lines() == []


def test_when_a_disk_is_low() -> None:
    gb = 10**9
    assert disk_is_low(1 * gb, 10 * gb) and disk_is_low(9 * gb, 100 * gb) and not disk_is_low(30 * gb, 1000 * gb)
