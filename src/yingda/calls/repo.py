"""Every query for calls, and the note that people write on them.

Shapes as measured on ten million calls: the most selective index is chosen here and the planner is kept from any other
("+ 0" makes a column unfit for an index), since SQLite chooses wrongly on its own. A page is first found as ids,
mostly inside the index, then read.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_, union_all

from yingda.calls import notes
from yingda.calls.models import CallCategory, CallEventRow, CallRow, SegmentRow
from yingda.kit.clock import SystemClock
from yingda.kit.numbers import normalise, reverse
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.store.engine import Uow
from yingda.store.errors import Invalid, NotFound
from yingda.store.pages import Page, cursor, read_cursor
from yingda.store.ranges import starts_with

LONGEST_NOTE = 4000
_clock = SystemClock()


@dataclass(frozen=True, kw_only=True)
class CallFilter:
    """What is looked for; None or "" means any. Times are UTC milliseconds, `until` is exclusive.

    `number`: a whole number in any spelling or its last digits (at least 4; fewer must match whole). `guarded`: for
    whom numbers are masked: the whole number or exactly the four digits that he sees, so that nobody finds the others
    by trying.
    `min_ms`, `max_ms`: how long was talked.
    """

    number: str = ""
    guarded: bool = False
    customer_id: int | None = None
    category_ids: frozenset[int] = frozenset()  # any of these: a category with those below it
    uncategorised: bool = False  # only calls without one
    agent_id: int | None = None
    queue_id: int | None = None
    direction: str = ""
    outcome: str = ""  # several: comma-separated
    since: int | None = None
    until: int | None = None
    min_ms: int | None = None
    max_ms: int | None = None
    people: frozenset[int] | None = None  # only calls that one of these people had a part in
    unanswered_in: frozenset[int] = frozenset()  # with `people`: also calls of these queues that reached nobody


@dataclass(frozen=True)
class CallDetail:
    call: CallRow
    segments: list[SegmentRow]
    events: list[CallEventRow]


async def search_calls(u: Uow, wanted: CallFilter, after: str = "", limit: int = 50) -> Page[CallRow]:
    """A page of calls, newest first; `after` is the cursor of the page before. Raises Invalid."""
    keys = read_cursor(after, 2)
    found = (await u.execute(_ids(wanted, keys, limit + 1))).all()
    page = found[:limit]
    following = cursor(page[-1].started_at, page[-1].id) if len(found) > limit else ""
    rows = {row.id: row for row in (await u.execute(
        select(CallRow).where(CallRow.id.in_([hit.id for hit in page])))).scalars()} if page else {}
    return Page([rows[hit.id] for hit in page if hit.id in rows], following)


async def get_call(u: Uow, call_id: int) -> CallRow:
    """Raises NotFound."""
    row = await u.get(CallRow, call_id)
    if row is None:
        raise NotFound(kind="call", id=str(call_id))
    return row


async def get_detail(u: Uow, call_id: int) -> CallDetail:
    """The call with what lies under it, in order. Raises NotFound."""
    call = await get_call(u, call_id)
    segments = await u.execute(select(SegmentRow).where(SegmentRow.call_id == call_id)
                               .order_by(SegmentRow.position))
    events = await u.execute(select(CallEventRow).where(CallEventRow.call_id == call_id)
                             .order_by(CallEventRow.at, CallEventRow.n).limit(1000))
    return CallDetail(call, list(segments.scalars()), list(events.scalars()))


async def recent_calls(u: Uow, number: str, limit: int = 10, but: int | None = None) -> list[CallRow]:
    """The last calls from or to a number, newest first; `but` leaves one out (the one that rings now)."""
    clean = normalise(number)
    if not clean:
        return []
    query = (select(CallRow).where(CallRow.peer_rev == reverse(clean))
             .order_by(CallRow.started_at.desc(), CallRow.id.desc()).limit(limit + (but is not None)))
    rows = [row for row in (await u.execute(query)).scalars() if row.id != but]
    return rows[:limit]


async def set_note(u: Uow, actor: Actor, call_id: int, text: str | None, customer_id: int | None,
                   category_id: int | None, before: str | None = None) -> CallRow:
    """Write the note and say which customer it was and what it was about; that the customer exists is for the caller.

    Without a text the note stays. `before` is what the writer had read; what others wrote meanwhile is kept too.
    A category that was archived may stay, and cannot be newly chosen. Raises NotFound, Invalid.
    """
    # locked and read anew: two agents of one call save as it ends
    row = await u.get(CallRow, call_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(kind="call", id=str(call_id))
    text = row.note if text is None else notes.joined(row.note, before, text)
    if len(text) > LONGEST_NOTE:
        raise Invalid({"text": "too_long"})
    if category_id is not None and category_id != row.category_id:
        category = await u.get(CallCategory, category_id)
        if category is None or not category.active:
            raise Invalid({"category_id": "archived" if category else "unknown"})
    was = {"note": row.note, "customer_id": row.customer_id, "category_id": row.category_id}
    row.note, row.customer_id, row.category_id = text, customer_id, category_id
    row.note_by, row.note_at = actor.id, _clock.now_ms()
    await u.flush()
    audit.record(u, actor, "call.note", "call", call_id, was,
                 {"note": text, "customer_id": customer_id, "category_id": category_id})
    return row


def _ids(wanted: CallFilter, keys: tuple[int, ...] | None, limit: int) -> Select[int, int]:
    """Ids and times of one page, by the most selective way: number, customer, agent, queue, time."""
    by_number = _number(wanted.number, wanted.guarded)
    rest = _rest(wanted)
    if by_number is not None:
        # few rows in the index, none of its order: gather them, then sort
        hits = (select(CallRow.id, CallRow.started_at)
                .where(by_number, *_others(wanted), *rest, *_window(wanted, keys, plain=False))
                .cte("m").prefix_with("MATERIALIZED"))
        return select(hits.c.id, hits.c.started_at).order_by(
            hits.c.started_at.desc(), hits.c.id.desc()).limit(limit)
    window = _window(wanted, keys, plain=True)
    if wanted.customer_id is not None:
        first: ColumnElement[bool] | None = CallRow.customer_id == wanted.customer_id
        others = [c for c in (_agent(wanted), _queue(wanted)) if c is not None]
    elif wanted.agent_id is not None:
        queue = _queue(wanted)
        return _of_agent(wanted.agent_id, [*rest, *window, *([] if queue is None else [queue])], limit)
    elif wanted.queue_id is not None:
        first, others = CallRow.queue_id == wanted.queue_id, []
    elif wanted.category_ids and wanted.people is None and wanted.since is None:
        # without a range of time the few calls of a category are found by its own index
        first, others = CallRow.category_id.in_(sorted(wanted.category_ids)), []
    else:
        first, others = None, []
    return _newest(select(CallRow.id, CallRow.started_at).where(
        *([] if first is None else [first]), *others, *rest, *window), limit)


def _newest(query: Select[int, int], limit: int) -> Select[int, int]:
    return query.order_by(CallRow.started_at.desc(), CallRow.id.desc()).limit(limit)


def _of_agent(agent_id: int, conditions: list[ColumnElement[bool]], limit: int) -> Select[int, int]:
    """Calls that the agent had, or was called in by a colleague: two walks down two indexes, merged."""
    walks = [_newest(select(CallRow.id, CallRow.started_at).where(column == agent_id, *conditions), limit).subquery()
             for column in (CallRow.agent_id, CallRow.far_agent_id)]
    both = union_all(*(select(walk.c.id, walk.c.started_at) for walk in walks)).subquery()
    return (select(both.c.id, both.c.started_at).distinct()
            .order_by(both.c.started_at.desc(), both.c.id.desc()).limit(limit))


def _number(text: str, guarded: bool) -> ColumnElement[bool] | None:
    if not text.strip():
        return None
    digits = "".join(ch for ch in text if ch.isdigit())
    clean = normalise(text)
    # the typed digits too: the last digits of a number need not be a number themselves ("0013")
    endings = sorted({reverse(one) for one in (digits, clean) if one})
    if not endings or len(digits) > 20:
        raise Invalid({"number": "malformed"})
    if len(digits) < 4 or (guarded and len(digits) > 4):
        return CallRow.peer_rev.in_(endings)
    return or_(*(starts_with(CallRow.peer_rev, ending) for ending in endings))


def _agent(wanted: CallFilter) -> ColumnElement[bool] | None:
    if wanted.agent_id is None:
        return None
    return or_(CallRow.agent_id + 0 == wanted.agent_id, CallRow.far_agent_id + 0 == wanted.agent_id)


def _queue(wanted: CallFilter) -> ColumnElement[bool] | None:
    return None if wanted.queue_id is None else CallRow.queue_id + 0 == wanted.queue_id


def _others(wanted: CallFilter) -> list[ColumnElement[bool]]:
    customer = None if wanted.customer_id is None else CallRow.customer_id + 0 == wanted.customer_id
    return [c for c in (_agent(wanted), _queue(wanted), customer) if c is not None]


def _rest(wanted: CallFilter) -> list[ColumnElement[bool]]:
    """Conditions that no index serves."""
    found: list[ColumnElement[bool]] = []
    if wanted.category_ids:
        found.append((CallRow.category_id + 0).in_(sorted(wanted.category_ids)))
    if wanted.uncategorised:
        found.append((CallRow.category_id + 0).is_(None))
    if wanted.direction:
        found.append(CallRow.direction == wanted.direction)
    if wanted.outcome:
        found.append(CallRow.outcome.in_(wanted.outcome.split(",")))
    if wanted.min_ms is not None:
        found.append(CallRow.talk_ms >= wanted.min_ms)
    if wanted.max_ms is not None:
        found.append(CallRow.talk_ms <= wanted.max_ms)
    if wanted.people is not None:
        found.append(_of_people(wanted.people, wanted.unanswered_in))
    return found


def _of_people(people: frozenset[int], queues: frozenset[int]) -> ColumnElement[bool]:
    ids = sorted(people)
    columns = (CallRow.agent_id + 0, CallRow.far_agent_id + 0, CallRow.origin_agent_id + 0)
    parts: list[ColumnElement[bool]] = [column.in_(ids) for column in columns]
    if queues:
        parts.append(and_(CallRow.agent_id.is_(None), (CallRow.queue_id + 0).in_(sorted(queues))))
    return or_(*parts)


def _window(wanted: CallFilter, keys: tuple[int, ...] | None, *, plain: bool) -> list[ColumnElement[bool]]:
    """The time range and the place where the page begins. `plain`: the time index may be used.

    With a key the upper bound is left out: SQLite would seek to the bound and walk to the key.
    """
    started = CallRow.started_at if plain else CallRow.started_at + 0
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(started >= wanted.since)
    if keys:
        found.append(tuple_(started, CallRow.id) < keys)
        if wanted.until is not None and keys[0] >= wanted.until:
            found.append(started < wanted.until)  # a cursor from another search
    elif wanted.until is not None:
        found.append(started < wanted.until)
    return found
