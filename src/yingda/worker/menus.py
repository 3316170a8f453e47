"""What happened in voice flows: figures of the nodes and answers to surveys, from the journal into the database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from yingda.bus.link import Entry
from yingda.followup import rules
from yingda.followup.rules import Contact
from yingda.ivr.models import FlowStat, SurveyAnswer
from yingda.ivr.surveys import who_served
from yingda.store.engine import Uow
from yingda.store.upsert import add, insert_missing
from yingda.worker.derive import ref, text

HOUR_MS = 3_600_000


@dataclass
class MenuBatch:
    passed: Counter[tuple[int, int, int, str, str]] = field(default_factory=Counter)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def take(self, entry: Entry) -> None:
        """Raises KeyError, ValueError or TypeError when the entry cannot be read."""
        data = entry.value.get("data") or {}
        if entry.event == "FlowPassed":
            for flow, version, node, way in data["passed"]:
                if (flow_id := ref(str(flow))) is not None and int(version) > 0:
                    self.passed[flow_id, int(version), entry.at // HOUR_MS * HOUR_MS, text(node), text(way)] += 1
        elif entry.event == "SurveyAnswered":
            score = data.get("score")
            self.answers.append({
                "call_id": int(entry.value["call_id"]), "n": entry.n, "at": entry.at, "flow_id": ref(data["flow"]) or 0,
                "question": text(data["question"]), "key": text(data.get("key", "")),
                "score": None if score is None else int(score)})

    async def write(self, u: Uow) -> list[Contact]:
        """Answers the marks that were given, as what they may bring into the follow-up of their callers."""
        await add(u, FlowStat, [
            {"flow_id": flow, "version": version, "hour": hour, "node": node, "way": way, "count": count}
            for (flow, version, hour, node, way), count in sorted(self.passed.items())], "count")
        rows = [answer | await who_served(u, answer["call_id"]) for answer in self.answers]
        await insert_missing(u, SurveyAnswer, rows)
        return [Contact(call_id=row["call_id"], kind=rules.LOW_MARK, reason=rules.LOW_MARK, number=row["number"],
                        at=row["at"], mark=row["score"], queue_id=row["queue_id"], agent_id=row["agent_id"])
                for row in rows if row["score"] is not None]
