"""How a queue treats those who come to it: hours, overflow, sticky agent, announcements. Pure data and its checks.

Where a field is a destination (`kit/destination.py`), "" means that this case does not lead anywhere: the caller waits.
"""

from __future__ import annotations

from typing import Any

import msgspec

EXIT_KEYS = "0123456789*#"
REASONS = ("closed", "nobody", "breaks", "full", "wait", "exit")  # why a caller leaves a queue for another place
COMFORTS = ("", "yd/still-busy", "yd/please-hold")


class Policy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Seconds and days as named; 0 in `full_length` and `announce_every_s` = off.

    `hang_up:` in `closed_to` speaks the prompt that fits: out of hours or holiday.
    """

    plan_id: str = ""  # working hours; "" = always open
    closed_to: str = "hang_up:"
    nobody_to: str = ""  # no member is signed in
    breaks_to: str = ""  # members are signed in, but all of them are on a break
    full_length: int = 0  # so many wait already
    full_to: str = "hang_up:yd/no-agent"
    wait_to: str = "hang_up:yd/no-agent"  # waited longer than the queue's `max_wait_s`
    sticky: bool = False  # a returning caller goes to the agent of last time
    sticky_days: int = 30
    sticky_wait_s: int = 20
    announce_every_s: int = 0
    say_position: bool = True
    say_wait: bool = True
    comfort: str = "yd/still-busy"
    exit_key: str = ""
    exit_to: str = ""
    auto_answer: bool = False  # phones of ours lift by themselves, after a tone
    box_greeting: str = ""  # prompt before a message is left in this queue's box; "" = the one that came along
    box_longest_s: int = 180
    say_agent: bool = False  # "agent 1008 serves you" when it is answered
    survey_link: bool = False  # callers who hung up before the survey get a link to it by SMS


FIELDS = Policy.__struct_fields__
DESTINATIONS = ("closed_to", "nobody_to", "breaks_to", "full_to", "wait_to", "exit_to")
RANGES = {"full_length": (0, 500), "sticky_days": (1, 365), "sticky_wait_s": (0, 300), "announce_every_s": (0, 600),
          "box_longest_s": (10, 600)}


def to_store(policy: Policy) -> dict[str, Any]:
    """Only what differs from the defaults."""
    return dict(msgspec.to_builtins(policy))


def from_store(kept: dict[str, Any]) -> Policy:
    return msgspec.convert(kept, Policy)


def faults(policy: Policy) -> dict[str, str]:
    """Field → code. That destinations lead somewhere is for those to say who know the site."""
    found = {field: "out_of_range" for field, (least, most) in RANGES.items()
             if not least <= getattr(policy, field) <= most}
    if policy.exit_key and (len(policy.exit_key) != 1 or policy.exit_key not in EXIT_KEYS):
        found["exit_key"] = "malformed"
    if policy.exit_key and not policy.exit_to:
        found["exit_to"] = "required"
    if policy.full_length and not policy.full_to:
        found["full_to"] = "required"
    if policy.plan_id and not policy.closed_to:
        found["closed_to"] = "required"
    if policy.announce_every_s and policy.announce_every_s < 10:
        found["announce_every_s"] = "out_of_range"
    if policy.comfort not in COMFORTS:
        found["comfort"] = "unknown"
    return found
