"""When a trouble becomes an alarm, and when it is told again. Pure.

A rule per kind: so many happenings (`threshold`) within `window_s` open an alarm; once told it is silent for
`silence_s`, then told again if it goes on. Somebody who acknowledged it is not told again. A closed alarm that happens
again is a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

SEVERITIES: Final = ("info", "warning", "critical")


@dataclass(frozen=True)
class Rule:
    """`threshold` happenings within `window_s` seconds; `silence_s` seconds between two tellings."""

    severity: str = "warning"
    threshold: int = 1
    window_s: int = 600
    silence_s: int = 1800
    active: bool = True


RULES: Final[dict[str, Rule]] = {
    "not_allowed": Rule("warning", 3, 600, 1800),  # subject: the person's number
    "login_wrong": Rule("warning", 5, 600, 1800),  # the number typed
    "login_locked": Rule("warning", 1, 600, 1800),  # the number typed
    "key_wrong": Rule("warning", 5, 600, 3600),  # the address
    "numbers_tried": Rule("warning", 40, 600, 3600),  # the person's number
    "numbers_revealed": Rule("warning", 30, 3600, 3600),  # the person's number
    "caller_blocked": Rule("info", 10, 3600, 7200),  # the caller's number
    "sip_unknown": Rule("warning", 5, 600, 3600),  # the address
    "sip_secret_wrong": Rule("warning", 5, 600, 3600),  # the account
    "handset_wrong": Rule("warning", 5, 600, 3600),  # the address
    "toll_refused": Rule("critical", 3, 600, 1800),  # the extension that dialled
    "disk_low": Rule("critical", 1, 600, 7200),
    "part_restarted": Rule("warning", 1, 600, 1800),  # the part
    "trunk_down": Rule("critical", 1, 600, 3600),  # the trunk
    "certificate_ends": Rule("warning", 1, 600, 86_400),
    "outbox_stuck": Rule("warning", 1, 600, 7200),  # the channel
    "backup_old": Rule("warning", 1, 600, 86_400),
    "backup_failed": Rule("warning", 1, 600, 43_200),
    "break_long": Rule("info", 1, 600, 1800),  # the person's number
}


@dataclass(frozen=True)
class Count:
    """What is known of one trouble. Times: UTC ms, 0 = not yet."""

    state: str = "quiet"  # quiet | open | acknowledged
    count: int = 0
    window_at: int = 0
    window_count: int = 0
    told_at: int = 0


@dataclass(frozen=True)
class Verdict:
    """`tell`: it goes out through the channels now. `opened`: it has just become an alarm."""

    now: Count
    tell: bool = False
    opened: bool = False


def happened(rule: Rule, before: Count, at: int, times: int = 1) -> Verdict:
    """`times` more happenings at the instant `at` (UTC ms)."""
    fresh = at - before.window_at > rule.window_s * 1000
    count = replace(before, count=before.count + times, window_at=at if fresh else before.window_at,
                    window_count=times if fresh else before.window_count + times)
    if not rule.active:
        return Verdict(count)
    if count.state == "quiet":
        if count.window_count < rule.threshold:
            return Verdict(count)
        return Verdict(replace(count, state="open", told_at=at), tell=True, opened=True)
    if count.state == "open" and at - count.told_at >= rule.silence_s * 1000:
        return Verdict(replace(count, told_at=at), tell=True)
    return Verdict(count)


def reaches(severity: str, least: str) -> bool:
    """Whether an alarm of that severity goes out by a channel that takes from `least` on ("" takes none)."""
    return least in SEVERITIES and SEVERITIES.index(severity) >= SEVERITIES.index(least)


def next_try(tries: int, at: int) -> int | None:
    """When a message that failed `tries` times is tried again (UTC ms); None: given up, after about a day."""
    steps = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 28_800)
    return at + steps[tries - 1] * 1000 if tries <= len(steps) else None
