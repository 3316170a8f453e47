"""Which trunks a call out may take, in which order. Pure: loads and states are handed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from yingda.journey import errors as err
from yingda.journey.directory import Trunk
from yingda.journey.office_directory import Route
from yingda.kit.numbering import EMERGENCY

DOWN = ("unreachable", "rejected", "unregistered")


def ways(trunks: Sequence[Trunk], routes: Sequence[Route], called: str, kind: str) -> list[Trunk]:
    """The trunks for a number of this class, cheapest (first named) first: the route with the longest prefix decides,
    then one for the class, then one for every number. No route at all: every trunk that leads out."""
    leading_out = {t.id: t for t in trunks if t.host}
    fitting = [r for r in routes if called.startswith(r.prefix) and (not r.classes or kind in r.classes)]
    fitting.sort(key=lambda r: (-len(r.prefix), not r.classes))  # stable: the position decides among equals
    for route in fitting:
        found = [leading_out[one] for one in route.trunk_ids if one in leading_out]
        if found:
            return found
    return list(leading_out.values()) if not routes or kind == "emergency" else []


def choose(trunks: Sequence[Trunk], in_use: Callable[[str], int], called: str, tried: Sequence[str] = (),
           down: Callable[[str], bool] = lambda trunk_id: False) -> Trunk:
    """The first trunk with a free line; those known to be down come last, those in `tried` not again.

    An emergency call goes even when all are full, by the one least over its limit: the limit is ours, and the carrier
    may still have a line. Raises NoTrunk, NoFreeLine.
    """
    leading_out = [t for t in trunks if t.host and t.id not in tried]
    if not leading_out:
        raise err.NoTrunk
    for trunk in sorted(leading_out, key=lambda t: down(t.id)):
        if in_use(trunk.id) < trunk.capacity:
            return trunk
    if called in EMERGENCY:
        return min(leading_out, key=lambda t: in_use(t.id) - t.capacity)
    raise err.NoFreeLine
