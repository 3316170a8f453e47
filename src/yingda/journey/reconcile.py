"""After a restart or a reconnect: compare what we remember with what lives, before anything else is obeyed. Pure.

The answer is a list of ordinary facts and events; the machines need no special case for a crash.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from yingda.calls import events as e
from yingda.calls.runner import legs_of
from yingda.calls.state import Call
from yingda.telephony import facts as f

ORPHAN_MS = 10_000  # a leg or bridge that no call owns is left alone for so long


class Findings(NamedTuple):
    facts: tuple[f.AnyFact, ...]  # legs that vanished or answered while nobody listened
    events: tuple[tuple[str, e.AnyEvent], ...]  # (call id, event) to post afterwards


class Orphans(NamedTuple):
    legs: tuple[str, ...]
    bridges: tuple[str, ...]


def compare(calls: Iterable[Call], live: f.SwitchState, at: int, switch_restarted: bool, lost_at: int = 0) -> Findings:
    """What happened to our calls meanwhile. `switch_restarted`: nothing of them can be left.

    `lost_at`: when the switch was lost, 0 if nobody saw it; calls that died with it ended then, not now.
    """
    legs = {leg.leg: leg for leg in live.legs}
    bridges = {bridge.bridge: bridge for bridge in live.bridges}
    facts: list[f.AnyFact] = []
    events: list[tuple[str, e.AnyEvent]] = []
    for call in calls:
        ours = [leg for leg in legs_of(call) if leg]
        if switch_restarted and not any(leg in legs for leg in ours):
            events.append((call.id, e.SwitchLost(at=_end_of(call, lost_at or at))))
            continue
        for leg in ours:
            seen = legs.get(leg)
            if seen is None:
                if leg == call.caller_leg and call.state == "dialing" and not call.agent_up:
                    continue  # the far side is not rung before the agent has lifted
                facts.append(f.LegGone(at=at, leg=leg, cause=-1, cause_text="missing"))
            elif seen.state == "Up" and seen.in_stasis and _waited_for(call, leg):
                facts.append(f.LegAnswered(at=at, leg=leg))
        bridge = bridges.get(call.bridge)
        events.append((call.id, e.Compared(at=at, bridged=bridge.legs if bridge else (),
                                           bridge_lives=bridge is not None)))
    return Findings(tuple(facts), tuple(events))


def _end_of(call: Call, at: int) -> int:
    """Never before what has been written of the call already."""
    return max(at, call.started_at, call.answered_at, call.held_since)


def _waited_for(call: Call, leg: str) -> bool:
    if leg == call.agent_leg:
        return not call.agent_up
    if leg == call.caller_leg:
        return not call.caller_up
    if leg == call.third_leg:
        return not call.third_up
    if any(leg == x.leg for x in call.others) or any(leg == one.leg and not one.up for one in call.guests):
        return True
    return leg == call.rejoin_leg or any(leg == w.leg and not w.up for w in call.watchers)


def orphans(calls: Iterable[Call], live: f.SwitchState, at: int) -> Orphans:
    """Legs in our hands and bridges that belong to no live call and are older than ORPHAN_MS."""
    owned: set[str] = set()
    for call in calls:
        owned.update((*legs_of(call), call.bridge, call.third_bridge, *(w.bridge for w in call.watchers)))
    legs = tuple(x.leg for x in live.legs
                 if (x.in_stasis or x.call_id) and x.leg not in owned and at - x.created_at > ORPHAN_MS)
    bridges = tuple(x.bridge for x in live.bridges if x.bridge not in owned and at - x.created_at > ORPHAN_MS)
    return Orphans(legs, bridges)
