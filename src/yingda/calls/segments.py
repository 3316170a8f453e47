"""Small pure helpers on the record of a call: its segments and its timers."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from yingda.calls.state import Call, Segment, Timer


def add(call: Call, **fields: Any) -> Call:
    return replace(call, segments=(*call.segments, Segment(**fields)))


def find(call: Call, **wanted: str) -> Segment | None:
    """The youngest open segment whose fields (kind, leg, agent_id …) are as wanted."""
    return next((s for s in reversed(call.segments)
                 if not s.ended_at and all(getattr(s, name) == value for name, value in wanted.items())), None)


def _swap(call: Call, old: Segment, new: Segment) -> Call:
    return replace(call, segments=tuple(new if s is old else s for s in call.segments))


def close(call: Call, at: int, outcome: str, cause: int = 0, **wanted: str) -> Call:
    """End the open segment that is so; nothing happens when there is none."""
    segment = find(call, **wanted)
    if segment is None:
        return call
    return _swap(call, segment, replace(segment, ended_at=at, outcome=outcome, cause=cause))


def close_all(call: Call, at: int, outcome: str, cause: int = 0) -> Call:
    return replace(call, segments=tuple(
        s if s.ended_at else replace(s, ended_at=at, outcome=outcome, cause=cause) for s in call.segments))


def note(call: Call, answered_at: int = 0, new_leg: str = "", add_hold: int = 0, **wanted: str) -> Call:
    """Note on the open segment that is so: answered, rung on another leg, held for some ms more."""
    segment = find(call, **wanted)
    if segment is None:
        return call
    return _swap(call, segment, replace(segment, answered_at=segment.answered_at or answered_at,
                                        leg=new_leg or segment.leg, hold_ms=segment.hold_ms + add_hold))


def talk_ms(call: Call, agent_id: str, at: int) -> int:
    """How long this agent has been connected up to `at`, holding included, over legs that replaced one another."""
    return sum((s.ended_at or at) - s.answered_at for s in call.segments
               if s.agent_id == agent_id and s.answered_at and s.outcome in ("", "rejoined"))


def set_timer(call: Call, name: str, at: int) -> Call:
    """Set (or set anew) a timer; a firing that bears another deadline is outdated and counts for nothing."""
    rest = tuple(t for t in call.timers if t.name != name)
    return replace(call, timers=(*rest, Timer(name=name, at=at)))


def clear_timer(call: Call, name: str) -> Call:
    if not any(t.name == name for t in call.timers):
        return call
    return replace(call, timers=tuple(t for t in call.timers if t.name != name))
