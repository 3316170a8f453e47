"""Alarms: the list, who takes care, the rules that raise them; and the bell in the frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from yingda.notify import alarms, notices
from yingda.notify.models import AlarmRow
from yingda.notify.rules import Rule
from yingda.org.permissions import Permission, Scope
from yingda.store.engine import Uow
from yingda.store.pages import cursor as write_cursor
from yingda.store.pages import read_cursor
from yingda.web.access import require, signed_in
from yingda.web.api.notices import notices_out
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, person_names
from yingda.web.revisions import IfMatch, check
from yingda.web.room import room_of
from yingda.web.shapes.common import Asked, Id, Short
from yingda.web.shapes.notify import AlarmNote, AlarmOut, AlarmPage, AlarmRuleIn, AlarmRuleOut, BellOut

router = APIRouter(tags=["alarms"])
Handler = Annotated[Identity, require(Permission.ALARMS_HANDLE)]
IN_BELL = 8


async def alarms_out(u: Uow, rows: Sequence[AlarmRow], me: Identity) -> list[AlarmOut]:
    """As the asker may read them: customers' numbers masked without the right to see them."""
    whole = me.may(Permission.NUMBERS_REVEAL, Scope.ALL)
    people = await person_names(u, [row.taken_by for row in rows] + [row.closed_by for row in rows])
    return [AlarmOut(
        id=row.id, kind=row.kind, subject=alarms.subject_of(row, whole=whole),
        text=alarms.words(row, me.language, whole=whole), severity=row.severity,
        state=row.state, count=row.count, first_at=row.first_at, last_at=row.last_at,
        detail=alarms.detail_of(row, whole=whole),
        taken_by_name=people.get(row.taken_by, NOBODY).name, taken_at=row.taken_at,
        closed_by_name=people.get(row.closed_by, NOBODY).name, closed_at=row.closed_at, note=row.note)
        for row in rows]


@router.get("/bell", operation_id="getBell")
async def get_bell(me: Annotated[Identity, signed_in()], request: Request) -> BellOut:
    """What is new for this person: open alarms for those who handle them, unread notices for all."""
    hears = me.may(Permission.ALARMS_HANDLE)
    async with room_of(request).store.reading() as u:
        rows = await alarms.listed(u, state="open", limit=IN_BELL) if hears else []
        unread = await notices.inbox(u, me.person_id, unread=True, limit=30)
        return BellOut(
            alarms_open=await alarms.open_count(u) if hears else 0, alarms=await alarms_out(u, rows, me),
            unread=await notices.unread_count(u, me.person_id), notices=await notices_out(u, unread))


@router.get("/alarms", operation_id="listAlarms")
async def list_alarms(
    me: Handler, request: Request,
    state: Annotated[Literal["", "living", "open", "acknowledged", "closed"], Query()] = "",
    kind: Annotated[Asked, Query(max_length=40)] = "", cursor: Annotated[Asked, Query(max_length=60)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AlarmPage:
    """Newest first."""
    keys = read_cursor(cursor, 1)
    async with room_of(request).store.reading() as u:
        rows = await alarms.listed(u, state=state, kind=kind, before=keys[0] if keys else None, limit=limit + 1)
        items = await alarms_out(u, rows[:limit], me)
    return AlarmPage(items=items, next=write_cursor(items[-1].id) if len(rows) > limit else None)


@router.post("/alarms/{alarm_id}/acknowledge", operation_id="acknowledgeAlarm")
async def acknowledge(alarm_id: Id, body: AlarmNote, me: Handler, request: Request) -> AlarmOut:
    """Somebody looks after it: it is not told again."""
    room = room_of(request)
    async with room.store.uow() as u:
        row = await alarms.acknowledge(u, me.actor, alarm_id, body.note, room.clock.now_ms())
        shown = (await alarms_out(u, [row], me))[0]
    room.bells.look()
    return shown


@router.post("/alarms/{alarm_id}/close", operation_id="closeAlarm")
async def close(alarm_id: Id, body: AlarmNote, me: Handler, request: Request) -> AlarmOut:
    """It is settled. The same happening again is a new alarm."""
    room = room_of(request)
    async with room.store.uow() as u:
        row = await alarms.close(u, me.actor, alarm_id, body.note, room.clock.now_ms())
        shown = (await alarms_out(u, [row], me))[0]
    room.bells.look()
    return shown


@router.get("/alarm-rules", operation_id="listAlarmRules")
async def list_rules(_: Handler, request: Request) -> list[AlarmRuleOut]:
    async with room_of(request).store.reading() as u:
        return [AlarmRuleOut(kind=kind, **asdict(rule)) for kind, rule in (await alarms.rules(u)).items()]


@router.put("/alarm-rules/{kind}", operation_id="saveAlarmRule")
async def save_rule(kind: Short, body: AlarmRuleIn, me: Annotated[Identity, require(Permission.SETTINGS_EDIT)],
                    request: Request, read: IfMatch = "") -> AlarmRuleOut:
    """So many happenings within the window raise the alarm; then it is silent for a while before it is told again."""
    async with room_of(request).store.uow() as u:
        if read and (now := (await alarms.rules(u)).get(kind)):
            check(read, AlarmRuleOut(kind=kind, **asdict(now)))
        await alarms.save_rule(u, me.actor, kind, Rule(**body.model_dump()))
    return AlarmRuleOut(kind=kind, **body.model_dump())
