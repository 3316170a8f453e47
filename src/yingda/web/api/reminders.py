"""Reminders to oneself: everybody may be told something at a time of his own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from yingda.notify import reminders
from yingda.notify.models import NoticeRow
from yingda.web.access import signed_in
from yingda.web.identity import Identity
from yingda.web.room import room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.notify import ReminderIn, ReminderOut

router = APIRouter(tags=["notices"], prefix="/reminders")
Anybody = Annotated[Identity, signed_in()]


def _out(row: NoticeRow) -> ReminderOut:
    return ReminderOut(id=row.id, title=row.title, body=row.body, due_at=row.due_at)


@router.get("", operation_id="listReminders")
async def list_reminders(me: Anybody, request: Request) -> list[ReminderOut]:
    """One's own that wait, the next one first."""
    async with room_of(request).store.reading() as u:
        return [_out(row) for row in await reminders.waiting(u, me.person_id)]


@router.post("", operation_id="planReminder", status_code=201)
async def plan(body: ReminderIn, me: Anybody, request: Request) -> ReminderOut:
    """It pops up at its time like a notice, and stands in the inbox."""
    room = room_of(request)
    async with room.store.uow() as u:
        return _out(await reminders.plan(u, me.actor, body.title, body.body, body.due_at, room.clock.now_ms()))


@router.delete("/{reminder_id}", operation_id="dropReminder", status_code=204)
async def drop(reminder_id: Id, me: Anybody, request: Request) -> None:
    room = room_of(request)
    async with room.store.uow() as u:
        await reminders.drop(u, me.actor, reminder_id, room.clock.now_ms())
