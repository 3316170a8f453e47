"""The ways through a flow: nodes that nothing leads to, rings without a way out. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from yingda.ivr.form import ENDS, WAITING, Node, exits


def path_faults(nodes: Mapping[str, Node], start: str, error: str) -> list[tuple[str, str, str, str]]:
    """(node, field, code, severity): unreachable, endless, no_way_out."""
    leads = {key: {to for to in exits(node).values() if to in nodes} for key, node in nodes.items()}
    seen = _forward(leads, {start} | ({error} if error in nodes else set()))
    found = [(key, "", "unreachable", "warning") for key in nodes if key not in seen]
    back: dict[str, set[str]] = {key: set() for key in nodes}
    for key, targets in leads.items():
        for to in targets:
            back[to].add(key)
    # an exit that is missing or leads nowhere is told by itself: here it counts as a way out
    ends = _forward(back, {key for key, node in nodes.items() if node.kind in ENDS or not leads[key] or any(
        to not in nodes for to in exits(node).values() if to)})
    for key in nodes:
        if key in seen and key not in ends:
            waits = any(_waits(nodes[one]) for one in _forward(leads, {key}))
            found.append((key, "", "no_way_out" if waits else "endless", "error"))
    return found


def _waits(node: Node) -> bool:
    return node.kind in WAITING and (node.kind != "language" or bool(node.keys))


def _forward(leads: Mapping[str, set[str]], starts: set[str]) -> set[str]:
    seen, todo = set(starts), list(starts)
    while todo:
        for to in leads[todo.pop()]:
            if to not in seen:
                seen.add(to)
                todo.append(to)
    return seen
