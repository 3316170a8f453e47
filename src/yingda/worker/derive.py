"""From the engine's records to rows: what the database keeps of a call and of an agent's time. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from yingda.agents.state import Agent
from yingda.calls.state import Call, Segment
from yingda.followup import rules
from yingda.followup.rules import Contact
from yingda.kit.numbers import reverse
from yingda.recording.repo import Talk

_BASE = re.compile(r"[A-Za-z0-9._-]{1,120}")
_AWAY = frozenset({"", "signed_out"})  # no row for the time that nobody worked


def ref(word: str) -> int | None:
    """An id as the database has it, None for "none"."""
    return int(word) if word.isdecimal() and word.isascii() and len(word) < 19 else None


def text(value: str) -> str:
    """Text as both databases take it: PostgreSQL refuses the zero character, which a SIP header may carry."""
    return value.replace("\x00", "")


def wait_ms(call: Call) -> int:
    """From entering the first queue until an agent answered, the caller left or was sent on; ringing included."""
    stays = [s for s in call.segments if s.kind == "queue"]
    if not stays:
        return 0
    end = call.answered_at or stays[-1].ended_at or call.ended_at
    return max(0, end - stays[0].started_at) if end else 0


def ring_ms(call: Call) -> int:
    """The last ringing that has come to its end."""
    rung = [s for s in call.segments if s.kind in ("agent", "outside") and (s.answered_at or s.ended_at)
            and s.why != "rejoined"]
    return max(0, (rung[-1].answered_at or rung[-1].ended_at) - rung[-1].started_at) if rung else 0


def talk_ms(call: Call) -> int:
    """From the first answer to the end, holds included; 0 while the call lives."""
    return max(0, call.ended_at - call.answered_at) if call.answered_at and call.ended_at else 0


def _last(segments: tuple[Segment, ...], field: str) -> str:
    return next((getattr(s, field) for s in reversed(segments) if getattr(s, field)), "")


def call_row(call: Call) -> dict[str, Any]:
    """The row of `call`, without what people write (note, customer) and what the recordings tell. Raises ValueError."""
    peer = call.customer_number or (call.called if call.direction == "internal" else "")
    return {
        "id": int(call.id), "direction": call.direction, "state": call.state, "outcome": call.outcome,
        "started_at": call.started_at, "answered_at": call.answered_at, "ended_at": call.ended_at,
        "caller": text(call.caller), "caller_raw": text(call.caller_raw), "caller_name": text(call.caller_name),
        "called": text(call.called), "peer": text(peer), "peer_rev": reverse(text(peer)), "trunk": call.trunk,
        "agent_id": ref(call.agent_id) or ref(_last(call.segments, "agent_id")),
        "origin_agent_id": ref(call.origin_agent_id), "far_agent_id": ref(call.far_agent_id),
        "queue_id": ref(call.queue_id) or ref(_last(call.segments, "queue_id")),
        "flow_id": ref(call.flow_id), "flow_version": call.flow_version, "keys": text(call.keys),
        "menu_path": [text(step) for step in call.menu_path], "language": call.language,
        "wait_ms": wait_ms(call), "ring_ms": ring_ms(call), "talk_ms": talk_ms(call),
        "hold_ms": sum(s.hold_ms for s in call.segments), "ended_by": call.ended_by, "cause": call.cause,
        "recorded": False, "customer_id": None, "category_id": None, "note": "", "note_by": None, "note_at": 0,
    }


BY_OTHERS = frozenset({"recorded", "customer_id", "category_id", "note", "note_by", "note_at"})


def segment_rows(call: Call) -> list[dict[str, Any]]:
    return [{
        "call_id": int(call.id), "id": s.id, "position": place, "kind": s.kind, "started_at": s.started_at,
        "answered_at": s.answered_at, "ended_at": s.ended_at, "outcome": s.outcome, "queue_id": ref(s.queue_id),
        "agent_id": ref(s.agent_id), "endpoint": text(s.endpoint), "number": text(s.number), "node": text(s.node),
        "hold_ms": s.hold_ms, "recording": s.recording, "why": text(s.why), "cause": s.cause,
    } for place, s in enumerate(call.segments)]


def talks(call: Call) -> list[Talk]:
    """The call's recorded talks and its message. A leg that was not answered has recorded nothing.

    A call that has ended has no open talk, whatever a crash left in its segments.
    """
    return [Talk(
        base=s.recording, call_id=int(call.id), segment_id=s.id, agent_id=ref(s.agent_id) or ref(call.agent_id),
        started_at=s.answered_at, ended_at=s.ended_at or call.ended_at, swap=call.direction != "in",
        message=s.kind == "message")
        for s in call.segments if s.recording and s.answered_at and _BASE.fullmatch(s.recording)
        and (s.kind != "message" or s.outcome == "left")]


def contacts(calls: Iterable[Call]) -> list[Contact]:
    """What calls bring into the follow-up of their callers; an answered call counts from its answer on."""
    found: list[Contact] = []
    for call in calls:
        kind = rules.kind_of(call.direction, call.outcome, bool(call.answered_at), bool(call.ended_at))
        if kind:
            found.append(Contact(
                call_id=int(call.id), kind=kind, number=text(call.customer_number), reason=call.outcome,
                direction=call.direction, at=call.answered_at or call.ended_at, wait_ms=wait_ms(call),
                queue_id=ref(call.queue_id) or ref(_last(call.segments, "queue_id")),
                owner_id=ref(call.message.owner_id) if call.message else None,
                agent_id=ref(call.agent_id) or ref(_last(call.segments, "agent_id"))))
    return found


def agent_rows(agent: Agent) -> list[dict[str, Any]]:
    """The interval that has just closed and the one that lasts."""
    rows: list[dict[str, Any]] = []
    if agent.was_state not in _AWAY and 0 < agent.was_since < agent.since:
        rows.append(_interval(agent, agent.was_since, agent.since, agent.was_state, agent.was_reason,
                              agent.was_call_id))
    if agent.state not in _AWAY and agent.since > 0:
        rows.append(_interval(agent, agent.since, 0, agent.state, agent.reason, agent.call_id))
    return rows


def _interval(agent: Agent, start: int, end: int, state: str, reason: str, call_id: str) -> dict[str, Any]:
    return {"agent_id": int(agent.id), "started_at": start, "ended_at": end, "state": state, "reason": text(reason),
            "call_id": ref(call_id)}
