"""A person's own message box for the telephone: what waits in it, and what becomes of one message."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from yingda.followup import repo, service
from yingda.followup.models import FollowUpContact
from yingda.followup.repo import Sight
from yingda.org.actor import Actor
from yingda.org.models import Person
from yingda.recording.models import Recording
from yingda.store.engine import Store, Uow
from yingda.store.errors import NotFound
from yingda.web.errors import RecordingMissing, RecordingNotReady
from yingda.web.recorded import file_of, of_calls

MOST = 50  # in one call; the next call finds the rest
_BY_PHONE = "*97"  # the word that stands by an item closed with the phone's keys


async def waiting(store: Store, recordings: Path, person_id: int) -> dict[str, Any]:
    """Unheard messages, the oldest first, with the sound's place on this machine without its ending.

    Raises NotFound for somebody who is not at work here any more.
    """
    async with store.reading() as u:
        await _person(u, person_id)
        rows = await repo.unheard_of(u, person_id, MOST)
        sounds = await of_calls(u, [row.call_id for row in rows])
    return {"messages": await asyncio.to_thread(_playable, recordings, rows, sounds)}


def _playable(recordings: Path, rows: list[FollowUpContact],
              sounds: dict[int, list[Recording]]) -> list[dict[str, Any]]:
    """What is still being written, or gone, is left out: the page tells of it."""
    found = []
    for row in rows:
        for sound in sounds.get(row.call_id, [])[-1:]:
            try:
                file = file_of(recordings, sound, sound.path)
            except (RecordingMissing, RecordingNotReady):
                continue
            found.append({"call_id": str(row.call_id), "file": str(file.with_suffix("")),
                          "duration_ms": sound.duration_ms})
    return found


async def deal(store: Store, person_id: int, call_id: int, *, done: bool) -> dict[str, Any]:
    """The message of this call was heard by its owner. `done`: its item is closed too, unless more of the same caller
    waits to be heard; "closed" tells whether it is. Raises NotFound.
    """
    async with store.uow() as u:
        person = await _person(u, person_id)
        sight = Sight(everything=False, person_id=person_id)
        contact = await repo.of_call(u, call_id, sight)
        if contact is None:
            raise NotFound(kind="message", id=str(call_id))
        item = await repo.get(u, contact.follow_up_id, sight, lock=True)
        if item.owner_id != person_id:
            raise NotFound(kind="message", id=str(call_id))
        actor = Actor(person.id, person.role)
        service.hear(u, actor, item, contact)
        if done and not item.over and not item.unheard:
            service.close(u, actor, item, "handled_otherwise", _BY_PHONE)
        return {"closed": item.over}


async def _person(u: Uow, person_id: int) -> Person:
    person = await u.get(Person, person_id)
    if person is None or not person.active:
        raise NotFound(kind="person", id=str(person_id))
    return person
