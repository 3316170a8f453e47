"""What callers said when they were asked: the answers, and what they come to by agent, group or day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, tuple_

from yingda.calls.models import CallRow, SegmentRow
from yingda.crm.customers.repo import ids_by_numbers
from yingda.ivr.models import SurveyAnswer
from yingda.store.engine import Uow
from yingda.store.pages import Page, cursor, read_cursor


@dataclass(frozen=True, kw_only=True)
class SurveyFilter:
    """`since` inclusive, `until` exclusive, UTC ms. `people`: who served; None: whoever. `most`: marks up to this."""

    since: int
    until: int
    queue_id: int | None = None
    agent_id: int | None = None
    people: frozenset[int] | None = None
    most: int | None = None


@dataclass(frozen=True)
class Sum:
    """`asked`: heard the question; `marks`: score → how often it was given. Unanswered ones count in no mean."""

    asked: int = 0
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def answered(self) -> int:
        return sum(count for _, count in self.marks)

    @property
    def mean(self) -> float | None:
        """Arithmetic mean of the marks that were given; None without any."""
        return sum(score * count for score, count in self.marks) / self.answered if self.answered else None


def _within(query: Any, wanted: SurveyFilter) -> Any:
    query = query.where(SurveyAnswer.at >= wanted.since, SurveyAnswer.at < wanted.until)
    if wanted.queue_id is not None:
        query = query.where(SurveyAnswer.queue_id == wanted.queue_id)
    if wanted.agent_id is not None:
        query = query.where(SurveyAnswer.agent_id == wanted.agent_id)
    if wanted.people is not None:
        query = query.where(SurveyAnswer.agent_id.in_(wanted.people))
    if wanted.most is not None:
        query = query.where(SurveyAnswer.score.is_not(None), SurveyAnswer.score <= wanted.most)
    return query


async def list_answers(u: Uow, wanted: SurveyFilter, after: str, limit: int) -> Page[SurveyAnswer]:
    """Newest first."""
    query = _within(select(SurveyAnswer), wanted)
    keys = read_cursor(after, 3)
    if keys is not None:
        query = query.where(tuple_(SurveyAnswer.at, SurveyAnswer.call_id, SurveyAnswer.n) < tuple_(*keys))
    query = query.order_by(SurveyAnswer.at.desc(), SurveyAnswer.call_id.desc(), SurveyAnswer.n.desc())
    rows = list((await u.execute(query.limit(limit + 1))).scalars())
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, cursor(rows[-1].at, rows[-1].call_id, rows[-1].n) if more else "")


async def of_call(u: Uow, call_id: int) -> list[SurveyAnswer]:
    return list((await u.execute(select(SurveyAnswer).where(SurveyAnswer.call_id == call_id)
                                 .order_by(SurveyAnswer.n))).scalars())


def summed(rows: Iterable[tuple[Any, int | None, int]]) -> dict[Any, Sum]:
    """(group, score, count) → what each group comes to."""
    found: dict[Any, Sum] = {}
    for key, score, count in rows:
        before = found.get(key, Sum())
        marks = dict(before.marks)
        if score is not None:
            marks[score] = marks.get(score, 0) + count
        found[key] = replace(before, asked=before.asked + count, marks=tuple(sorted(marks.items())))
    return found


async def figures(u: Uow, wanted: SurveyFilter, by: str, zone: str) -> dict[Any, Sum]:
    """`by` agent | queue | day (ISO date in the zone) | question | all (one group: "")."""
    if by == "day":
        rows = (await u.execute(_within(select(SurveyAnswer.at, SurveyAnswer.score), wanted))).all()
        place = ZoneInfo(zone)
        return summed((datetime.fromtimestamp(at / 1000, place).date().isoformat(), score, 1) for at, score in rows)
    columns = {"agent": SurveyAnswer.agent_id, "queue": SurveyAnswer.queue_id, "question": SurveyAnswer.question}
    column: Any = columns.get(by)
    if column is None:
        query = _within(select(SurveyAnswer.score, func.count()), wanted).group_by(SurveyAnswer.score)
        return summed(("", score, count) for score, count in await u.execute(query))
    query = _within(select(column, SurveyAnswer.score, func.count()), wanted).group_by(column, SurveyAnswer.score)
    return summed((key, score, count) for key, score, count in await u.execute(query))


async def who_served(u: Uow, call_id: int) -> dict[str, Any]:
    """The last person who talked in the call, the group, the customer and his number."""
    call = await u.get(CallRow, call_id)
    served = (await u.execute(
        select(SegmentRow.agent_id, SegmentRow.queue_id)
        .where(SegmentRow.call_id == call_id, SegmentRow.answered_at > 0, SegmentRow.agent_id.is_not(None))
        .order_by(SegmentRow.position.desc()).limit(1))).first()
    number = call.peer if call else ""
    customer_id = call.customer_id if call else None
    if customer_id is None and number:  # the call is made the customer's only when it ends
        customer_id = (await ids_by_numbers(u, {number})).get(number)
    return {"agent_id": served.agent_id if served else None,
            "queue_id": (served.queue_id if served else None) or (call.queue_id if call else None),
            "customer_id": customer_id, "number": number}
