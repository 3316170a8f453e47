"""What becomes of a promised call. Pure: instants, hours and outcomes are handed in.

The caller keeps the place that he had: it is ordered by the instant at which he began to wait, like everybody's. When
an agent's turn comes, the agent's phone is lifted first and shows who it is, then the customer is called.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from yingda.callback.state import OVER, Callback

AGENT_AGAIN_MS = 10_000  # after an agent whose phone could not be lifted


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`open_h`, `close_h`: customers are called between these full hours of the site's day only."""

    tries: int = 3
    interval_ms: int = 10 * 60_000
    lasts_ms: int = 24 * 3_600_000
    open_h: int = 8
    close_h: int = 21


def promise(callback_id: str, *, at: int, queue_id: str, number: str, from_call: str, since: int, priority: int,
            limits: Limits) -> Callback:
    return Callback(id=callback_id, state="waiting", queue_id=queue_id, number=number, from_call=from_call,
                    since=since or at, promised_at=at, expires_at=at + limits.lasts_ms, priority=priority)


def opens_at(at: int, zone: str, limits: Limits) -> int:
    """`at` when customers may be called then, else the instant at which they may again."""
    now = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    if limits.open_h <= now.hour < limits.close_h:
        return at
    day = now if now.hour < limits.open_h else now + timedelta(days=1)
    return int(day.replace(hour=limits.open_h, minute=0, second=0, microsecond=0).timestamp() * 1000)


def ready(callback: Callback, at: int, zone: str, limits: Limits) -> Callback:
    """Into the queue, or to rest until the hours permit it; over when its time has run out. Unchanged while calling."""
    if callback.state in (*OVER, "calling"):
        return callback
    if at >= callback.expires_at:
        return replace(callback, state="expired", ended_at=at)
    when = max(callback.next_at, opens_at(at, zone, limits))
    if when > at:
        return replace(callback, state="resting", next_at=when)
    return replace(callback, state="waiting", next_at=0)


def called(callback: Callback, agent_id: str, call_id: str) -> Callback:
    return replace(callback, state="calling", agent_id=agent_id, call_id=call_id)


def ended(callback: Callback, at: int, outcome: str, *, answered: bool, agent_lifted: bool, limits: Limits) -> Callback:
    """The call out is over. Where the agent's phone was not lifted the customer was never called: no try of his."""
    if callback.state != "calling":
        return callback
    if answered:
        return replace(callback, state="done", ended_at=at, result=outcome)
    if not agent_lifted:
        return replace(callback, state="resting", next_at=at + AGENT_AGAIN_MS, result=outcome)
    tries = callback.tries + 1
    if tries >= limits.tries:
        return replace(callback, state="failed", tries=tries, ended_at=at, result=outcome)
    return replace(callback, state="resting", tries=tries, next_at=at + limits.interval_ms, result=outcome)


def drop(callback: Callback, at: int, result: str) -> Callback:
    """It is needed no more: somebody talked with the customer, or closed the matter by hand."""
    if callback.state in (*OVER, "calling"):
        return callback
    return replace(callback, state="done", ended_at=at, result=result)
