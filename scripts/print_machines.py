"""Writes the tables of the call and the agent machine as Markdown into docs/machines.

A test compares the files with the code, so the tables in the documentation are the ones that run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from yingda.agents import machine as agents
from yingda.calls import machine as calls
from yingda.calls.events import AnyEvent

FOLDER = Path(__file__).parents[1] / "docs" / "machines"
_NOTE = "Printed by `scripts/print_machines.py` from the code; do not edit.\n\n"


def call_table() -> str:
    """Rows: events. Columns: states. A name is the move, `late` a foreseen late event, `–` an incident if it comes."""
    events = get_args(AnyEvent)
    lines = ["# The call machine 通话状态机\n\n", _NOTE,
             "A name is the move's function in `src/yingda/calls`; *late*: foreseen, nothing to do; "
             "–: an incident, counted.",
             "\n\n",
             "| event | " + " | ".join(calls.STATES) + " |\n", "|---" * (len(calls.STATES) + 1) + "|\n"]
    for event in events:
        cells = []
        for state in calls.STATES:
            move = calls.MOVES.get((state, event))
            cells.append(move.__name__ if move else "*late*" if (state, event) in calls.LATE else "–")
        lines.append(f"| {event.__name__} | " + " | ".join(cells) + " |\n")
    moves, late = len(calls.MOVES), len(calls.LATE)
    lines.append(f"\n{len(calls.STATES)} states × {len(events)} events = {len(calls.STATES) * len(events)} pairs: "
                 f"{moves} moves, {late} late, {len(calls.STATES) * len(events) - moves - late} incidents.\n")
    return "".join(lines)


def agent_table() -> str:
    """Rows: events. Columns: engagement; in a cell the presences in which the event is a move."""
    lines = ["# The agent's two machines 坐席状态机\n\n", _NOTE,
             "Presence: " + ", ".join(agents.PRESENCES) + ". Engagement: the columns. A cell names the presences in "
             "which\n"
             "the event is a move; *late*: foreseen after the agent is free again; –: refused.\n\n",
             "| event | " + " | ".join(agents.ENGAGEMENTS) + " |\n", "|---" * (len(agents.ENGAGEMENTS) + 1) + "|\n"]
    for event in get_args(agents.AnyEvent):
        cells = []
        for engagement in agents.ENGAGEMENTS:
            legal = [p for p in agents.PRESENCES if (p, engagement, event) in agents.MOVES]
            late = any((p, engagement, event) in agents.LATE for p in agents.PRESENCES)
            everywhere = len(legal) == len(agents.PRESENCES)
            cells.append("all" if everywhere else ", ".join(legal) or ("*late*" if late else "–"))
        lines.append(f"| {event.__name__} | " + " | ".join(cells) + " |\n")
    lines.append("\nMay be offered a call: presence ready, engagement free, phone registered, nothing else asked for.\n"
                 "May call out: signed in, free, phone registered.\n")
    return "".join(lines)


def tables() -> dict[str, str]:
    return {"call.md": call_table(), "agent.md": agent_table()}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in tables().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
