"""Who may see which live entity, and in which form. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from yingda.web.masking import mask_call

# what a colleague outside one's reach does, beyond whether he can be called, is not everybody's business
_NOT_FOR_ALL: Mapping[str, Any] = {
    "reason": "", "next_presence": "", "since": 0, "phone": "", "station": "", "call_id": "", "watching": "",
    "signed_in_at": 0, "free_since": 0, "wrap_up_until": 0, "prolong_left": 0, "calls_today": 0, "talk_ms_today": 0,
    "can": (), "brief": True,
}


@dataclass(frozen=True)
class Viewer:
    """What the filter must know of the person at the other end of a live socket; ids as words, None: all."""

    person_id: str
    watch: frozenset[str] | None  # whose work may be watched; empty: nobody's but the own
    whole: frozenset[str] | None  # in whose calls customers' numbers are shown whole
    queues: frozenset[str] | None  # the service groups of those that may be watched
    takes: str = ""  # what he may take by hand: own | all, "" nothing
    serves: frozenset[str] = frozenset()  # the groups that he serves, while `takes`
    phone_group: str = ""  # extension group of his phone, while `takes`
    alarms: bool = False  # hears the alarms' bell

    @property
    def sees_all(self) -> bool:
        return self.watch is None

    def working_as(self, agent: Mapping[str, Any] | None) -> Viewer:
        """With what the engine says of him as an agent: he may have been moved to another group just now."""
        if agent is None or not self.takes:
            return self
        return replace(self, serves=frozenset(agent.get("queues") or ()),
                       phone_group=str(agent.get("phone_group") or ""))

    @property
    def limited(self) -> bool:
        """Watches some people, not all: what they are may change with the organisation."""
        return any(one is not None and bool(one - {self.person_id}) for one in (self.watch, self.whole))


def agents_in_words(call: Mapping[str, Any]) -> set[str]:
    """Ids of all agents in a call, as words."""
    found = {str(call.get(name) or "") for name in ("agent_id", "origin_agent_id", "parked_by")}
    found |= {str(party.get("agent_id") or "") for party in call.get("parties") or ()}
    return found - {""}


def agents_of(call: Mapping[str, Any]) -> set[int]:
    return {int(one) for one in agents_in_words(call) if one.isdecimal()}


def _within(reach: frozenset[str] | None, viewer: Viewer, ids: set[str]) -> bool:
    return reach is None or bool(reach & ids) or (viewer.person_id in ids)


def _may_take(viewer: Viewer, call: Mapping[str, Any]) -> bool:
    """Whether he may take this call by hand, by the rule of `journey/pickups.py`."""
    rings = bool(call.get("rings_at"))
    state = call.get("state")
    if (state == "waiting" or (rings and state == "offered")) and call.get("queue_id") in viewer.serves:
        return True
    near = bool(viewer.phone_group) and call.get("rings_group") == viewer.phone_group
    return rings and (viewer.takes == "all" or near)


def may_see(viewer: Viewer, entity: str, key: str, value: Mapping[str, Any]) -> bool:
    if entity == "bell":
        return viewer.alarms or key != "alarms"
    if viewer.sees_all or entity in ("agents", "switch", "news"):
        return True
    if entity == "queues":
        # agents see all: their own are picked on their page. Who watches some people sees the groups these serve.
        return not viewer.watch or key in (viewer.queues or ())
    if entity == "calls":
        agents = agents_in_words(value)
        if value.get("slot"):
            return True  # a parked call is anybody's to fetch; the number is masked as ever
        if _may_take(viewer, value):
            return True
        if not agents and viewer.watch:
            return str(value.get("queue_id") or "") in (viewer.queues or ())
        return _within(viewer.watch, viewer, agents)
    if entity == "pops":
        return _within(viewer.watch, viewer, set(value.get("agent_ids") or ()))
    return False


def sees_whole(viewer: Viewer, entity: str, key: str, value: Mapping[str, Any]) -> bool:
    """Whether this viewer gets the entity as it is; otherwise the form with less in it (`less`)."""
    if entity == "agents":
        return viewer.sees_all or key == viewer.person_id or key in (viewer.watch or ())
    if entity == "calls":
        return viewer.whole is None or bool(viewer.whole & agents_in_words(value))
    if entity == "pops":
        return viewer.whole is None or bool(viewer.whole & set(value.get("agent_ids") or ()))
    return True


def less(entity: str, value: dict[str, Any]) -> dict[str, Any]:
    """The form of an entity for those who may not see all of it."""
    if entity == "agents":
        return {**value, **_NOT_FOR_ALL}
    if entity == "calls":
        return mask_call(value)
    if entity == "pops":
        return {**value, "number": value.get("number_masked", "")}
    return value


def shown(viewer: Viewer, entity: str, key: str, value: dict[str, Any]) -> dict[str, Any]:
    """The entity as this viewer reads it. Two forms exist, so each is encoded at most twice."""
    return value if sees_whole(viewer, entity, key, value) else less(entity, value)
