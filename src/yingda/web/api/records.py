"""Calls in the record: search, detail, note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request

from yingda.calls import categories, repo
from yingda.calls.models import CallRow, SegmentRow
from yingda.calls.repo import CallDetail as Detail
from yingda.calls.repo import CallFilter
from yingda.crm.customers import repo as customers
from yingda.kit.numbers import mask
from yingda.org.permissions import Permission, Scope
from yingda.recording.models import Recording
from yingda.store.engine import Uow
from yingda.store.errors import Invalid
from yingda.web import refusals
from yingda.web.access import require
from yingda.web.errors import NotAllowed
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, person_names, queue_names
from yingda.web.reach import Reach, queues_served, reach_of
from yingda.web.recorded import of_calls, recording_out
from yingda.web.room import room_of
from yingda.web.shapes.common import Asked, Id
from yingda.web.shapes.records import CallDetail, CallEventOut, CallItem, CallPage, NoteIn, SegmentOut

router = APIRouter(tags=["records"])
Reader = Annotated[Identity, require(Permission.CALLS_VIEW)]
_SECRET_IN_EVENTS = frozenset({"caller", "caller_raw", "caller_name", "called", "number", "customer_number", "peer"})


def takes_part(row: CallRow, segments: Sequence[SegmentRow], reach: Reach) -> bool:
    """Whether this was the call of somebody within reach."""
    return reach.covers(row.agent_id, row.origin_agent_id, row.far_agent_id,
                        *(segment.agent_id for segment in segments if segment.answered_at))


async def items_out(u: Uow, rows: Sequence[CallRow], me: Identity) -> list[CallItem]:
    """Rows as they are shown; numbers masked in calls that the asker's right to see them does not reach."""
    reveal = await reach_of(u, me, Permission.NUMBERS_REVEAL)
    people = await person_names(u, (row.agent_id for row in rows))
    queues = await queue_names(u) if rows else {}
    names = await customers.names(u, {row.customer_id for row in rows if row.customer_id is not None})
    recordings = await of_calls(u, [row.id for row in rows])
    about = await categories.names(u, me.language) if any(row.category_id for row in rows) else {}
    return [_item(row, people.get(row.agent_id, NOBODY), queues.get(row.queue_id, ""),
                  names.get(row.customer_id or 0, ""), about.get(row.category_id or 0, ""),
                  recordings.get(row.id, []), takes_part(row, (), reveal))
            for row in rows]


def _item(row: CallRow, agent: tuple[str, str], queue: str, customer: str, category: str,
          recordings: list[Recording], whole: bool) -> CallItem:
    internal = row.direction == "internal"
    hide_caller = not whole and not internal and row.direction == "in"
    hide_called = not whole and not internal and row.direction == "out"
    return CallItem(
        id=row.id, direction=row.direction, state=row.state, outcome=row.outcome, started_at=row.started_at,
        answered_at=row.answered_at, ended_at=row.ended_at, caller=mask(row.caller) if hide_caller else row.caller,
        called=mask(row.called) if hide_called else row.called,
        customer_number=row.peer if whole or internal else mask(row.peer), agent_id=row.agent_id,
        agent_number=agent[0], agent_name=agent[1], queue_id=row.queue_id, queue_name=queue,
        customer_id=row.customer_id, customer_name=customer, category_id=row.category_id, category_name=category,
        wait_ms=row.wait_ms, ring_ms=row.ring_ms,
        talk_ms=row.talk_ms, hold_ms=row.hold_ms, ended_by=row.ended_by, note=row.note,
        recordings=[recording_out(one) for one in recordings])


def _wanted(
    number: Annotated[Asked, Query(max_length=40)] = "",
    agent_id: Annotated[Id | None, Query()] = None,
    queue_id: Annotated[Id | None, Query()] = None,
    customer_id: Annotated[Id | None, Query()] = None,
    category_id: Annotated[Id | None, Query()] = None,
    uncategorised: Annotated[bool, Query()] = False,
    direction: Annotated[Literal["", "in", "out", "internal"], Query()] = "",
    outcome: Annotated[str, Query(max_length=200, pattern="^[a-z_,]*$")] = "",
    since: Annotated[int | None, Query(alias="from", ge=0, le=2**53)] = None,
    until: Annotated[int | None, Query(alias="to", ge=0, le=2**53)] = None,
    min_s: Annotated[int | None, Query(ge=0, le=1_000_000)] = None,
    max_s: Annotated[int | None, Query(ge=0, le=1_000_000)] = None,
) -> CallFilter:
    if since is not None and until is not None and since >= until:
        raise Invalid({"from": "wrong_range_of_time"})
    if uncategorised and category_id is not None:
        raise Invalid({"uncategorised": "not_with_category"})
    about = frozenset[int]() if category_id is None else frozenset({category_id})
    return CallFilter(number=number, customer_id=customer_id, category_ids=about, uncategorised=uncategorised,
                        agent_id=agent_id, queue_id=queue_id, direction=direction, outcome=outcome,
                        since=since, until=until, min_ms=None if min_s is None else min_s * 1000,
                        max_ms=None if max_s is None else max_s * 1000 + 999)


Wanted = Annotated[CallFilter, Depends(_wanted)]


@router.get("/calls", operation_id="listCalls")
async def list_calls(
    me: Reader, request: Request, wanted: Wanted, cursor: Annotated[Asked, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CallPage:
    """Newest first. `number`: whole, or its last four digits or more (exactly four for whom numbers are masked).

    `from` is inclusive, `to` exclusive. `min_s`, `max_s`: seconds talked. `category_id`: with the categories below it;
    `uncategorised`: only calls without one, not both. Only calls within the asker's reach are found.
    """
    async with room_of(request).store.reading() as u:
        search = await within_reach(u, me, wanted)
        page = await repo.search_calls(u, search, cursor, limit)
        if search.guarded:
            refusals.tried(room_of(request), me, search.number, found=bool(page.items))
        return CallPage(items=await items_out(u, page.items, me), next=page.next or None)


async def within_reach(u: Uow, me: Identity, wanted: CallFilter) -> CallFilter:
    """The search, kept to the calls that the asker may see. Raises NotAllowed when he names an agent outside."""
    reach = await reach_of(u, me, Permission.CALLS_VIEW)
    if wanted.number:
        wanted = replace(wanted, guarded=not await _whole_in(u, me, reach))
    if wanted.category_ids:  # one was asked for: those below it too
        tree, (asked,) = await categories.list_categories(u), wanted.category_ids
        wanted = replace(wanted, category_ids=categories.with_below(tree, asked))
    if reach.people is None:
        return wanted
    if wanted.agent_id is not None:
        reach.need(wanted.agent_id)
        return wanted
    if len(reach.people) == 1:
        return replace(wanted, agent_id=me.person_id)
    return replace(wanted, people=reach.people, unanswered_in=await queues_served(u, reach.people))


async def _whole_in(u: Uow, me: Identity, seen: Reach) -> bool:
    """Whether no number is masked in all the calls that the asker sees. Calls that reached nobody are nobody's own."""
    whole = await reach_of(u, me, Permission.NUMBERS_REVEAL)
    return whole.people is None or (seen.people == frozenset({me.person_id}) and whole.covers(me.person_id))


@router.get("/calls/{call_id}", operation_id="getCall")
async def get_call(call_id: Id, me: Reader, request: Request) -> CallDetail:
    async with room_of(request).store.reading() as u:
        return await _detail_out(u, await _allowed(u, call_id, me, Permission.CALLS_VIEW), me)


@router.put("/calls/{call_id}/note", operation_id="noteCall")
async def note_call(call_id: Id, body: NoteIn, me: Annotated[Identity, require(Permission.CALLS_NOTE)],
                    request: Request) -> CallDetail:
    """Write the note and say which customer it was. The call is in the record about a second after its end."""
    async with room_of(request).store.uow() as u:
        detail = await _allowed(u, call_id, me, Permission.CALLS_NOTE)
        # who called was found when the call came: a note that does not speak of it leaves it so
        customer_id = body.customer_id if "customer_id" in body.model_fields_set else detail.call.customer_id
        if body.customer_id is not None and body.customer_id not in await customers.names(u, {body.customer_id}):
            raise Invalid({"customer_id": "unknown"})
        category_id = body.category_id if "category_id" in body.model_fields_set else detail.call.category_id
        await repo.set_note(u, me.actor, call_id, body.text, customer_id, category_id, body.before)
        return await _detail_out(u, await repo.get_detail(u, call_id), me)


async def _allowed(u: Uow, call_id: int, me: Identity, permission: Permission) -> Detail:
    detail = await repo.get_detail(u, call_id)
    reach = await reach_of(u, me, permission)
    if takes_part(detail.call, detail.segments, reach):
        return detail
    # a call that reached nobody belongs to those who serve where it waited
    row = detail.call
    if row.agent_id is None and me.may(permission, Scope.GROUP) and row.queue_id in await queues_served(
            u, reach.people or ()):
        return detail
    raise NotAllowed


async def _detail_out(u: Uow, detail: Detail, me: Identity) -> CallDetail:
    row = detail.call
    whole = takes_part(row, detail.segments, await reach_of(u, me, Permission.NUMBERS_REVEAL))
    item = (await items_out(u, [row], me))[0]
    people = await person_names(u, [row.note_by, *(s.agent_id for s in detail.segments)])
    queues = await queue_names(u)
    segments = [SegmentOut(
        id=s.id, kind=s.kind, started_at=s.started_at, answered_at=s.answered_at, ended_at=s.ended_at,
        outcome=s.outcome, queue_id=s.queue_id, queue_name=queues.get(s.queue_id, ""), agent_id=s.agent_id,
        agent_name=people.get(s.agent_id, NOBODY).name,
        number=s.number if whole or s.kind != "outside" else mask(s.number), node=s.node, hold_ms=s.hold_ms,
        why=s.why, cause=s.cause) for s in detail.segments]
    events = [CallEventOut(at=e.at, event=e.event, data=e.data if whole else _hidden(e.data))
              for e in detail.events]
    return CallDetail(**item.model_dump(), trunk=row.trunk, keys=row.keys, menu_path=list(row.menu_path or ()),
                      cause=row.cause, note_by_name=people.get(row.note_by, NOBODY).name, note_at=row.note_at,
                      segments=segments, events=events)


def _hidden(data: dict[str, object] | None) -> dict[str, object] | None:
    """An event's data without numbers, for those who may not see them."""
    if data is None:
        return None
    return {key: value for key, value in data.items()
            if key not in _SECRET_IN_EVENTS and not isinstance(value, dict | list)}
