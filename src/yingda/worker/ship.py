"""Writes journal entries into the database, each once: rows and mark in one transaction."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import structlog
from sqlalchemy import literal_column, select, update
from sqlalchemy.exc import DataError, IntegrityError

from yingda.agents.models import AgentStateRow
from yingda.agents.state import Agent
from yingda.bus.link import Entry
from yingda.calls.models import CallEventRow, CallRow, SegmentRow
from yingda.calls.state import SHORTEST_MESSAGE_MS, Call
from yingda.crm.customers.repo import ids_by_numbers
from yingda.followup import repo as follow_ups
from yingda.recording import repo as recordings
from yingda.recording.models import Recording
from yingda.recording.repo import Talk
from yingda.store.engine import Store, Uow
from yingda.store.upsert import insert_missing, put
from yingda.worker import derive, office, survey_links
from yingda.worker.menus import MenuBatch
from yingda.worker.models import JournalMark

log = structlog.get_logger("worker")

CARRIED = "Carried"  # the journal's own copy of what lives, at the head of a new part: nothing happened
UNFIT = (DataError, IntegrityError, OverflowError, ValueError, TypeError, KeyError, msgspec.ValidationError)


@dataclass
class Batch:
    """What some entries come to: the newest state of each thing, and every event."""

    calls: dict[str, Call] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    intervals: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    office: list[Entry] = field(default_factory=list)
    menus: MenuBatch = field(default_factory=MenuBatch)


def gather(entries: Sequence[Entry]) -> Batch:
    """Raises one of UNFIT when an entry cannot be read."""
    batch = Batch()
    for entry in entries:
        if entry.kind == "call":
            call = msgspec.convert(entry.value, Call)
            batch.calls[call.id] = call
            if entry.event != CARRIED:
                batch.events.append(_event(entry, call.id, {"state": call.state, "agent_id": call.agent_id}))
        elif entry.kind == "agent":
            agent = msgspec.convert(entry.value, Agent)
            batch.agents[agent.id] = agent
            for row in derive.agent_rows(agent):
                batch.intervals[row["agent_id"], row["started_at"]] = row
        elif entry.kind in office.KINDS:
            batch.office.append(entry)
        elif entry.kind == "event":
            batch.events.append(_event(entry, str(entry.value["call_id"]), entry.value.get("data")))
            batch.menus.take(entry)
    return batch


def _event(entry: Entry, call_id: str, data: Any) -> dict[str, Any]:
    return {"call_id": int(call_id), "at": entry.at, "n": entry.n, "event": derive.text(entry.event), "data": data}


class Shipper:
    """`name` tells journals apart when several engines write into one database."""

    def __init__(self, store: Store, name: str, refused: Path, on_ended: Callable[[list[str]], None]) -> None:
        self._store, self._name, self._refused, self._on_ended = store, name, refused, on_ended
        self.on_calls: Callable[[Iterable[Call]], None] = lambda calls: None  # what has just been written
        self.on_refused: Callable[[Mapping[str, Any]], None] = lambda value: None  # a call out that was forbidden

    async def mark(self) -> tuple[int, int]:
        """Number and time of the last entry that is in the database; (0, 0) for none."""
        async with self._store.reading() as u:
            row = await u.get(JournalMark, self._name)
            return (row.n, row.at) if row else (0, 0)

    async def forget_mark(self) -> None:
        """The journal is another one than the mark speaks of: begin at its first entry."""
        async with self._store.uow() as u:
            await put(u, JournalMark, [{"name": self._name, "n": 0, "at": 0}])

    async def ship(self, entries: Sequence[Entry]) -> int:
        """Write the entries and answer the number up to which all is in the database.

        Entries that are in it already are passed over. One that no database would take is put aside in a file and
        told of, so that it cannot hold up the rest. Raises SQLAlchemyError when the database is away: nothing is
        written then, call again.
        """
        try:
            return await self._write(entries)
        except UNFIT as reason:
            if len(entries) > 1:
                half = len(entries) // 2
                await self.ship(entries[:half])
                return await self.ship(entries[half:])
            self._put_aside(entries[0], reason)
            return await self._write(entries, only_mark=True)

    async def _write(self, entries: Sequence[Entry], *, only_mark: bool = False) -> int:
        ended: list[str] = []
        batch = Batch()
        async with self._store.uow() as u:
            row = await u.get(JournalMark, self._name, with_for_update=True)
            done = row.n if row else 0
            fresh = [entry for entry in entries if entry.n > done]
            if fresh:
                if not only_mark:
                    batch = gather(fresh)
                    ended = await self._rows(u, batch)
                await put(u, JournalMark, [{"name": self._name, "n": fresh[-1].n, "at": fresh[-1].at}])
                done = fresh[-1].n
        self.on_calls(batch.calls.values())
        for entry in batch.office:
            if entry.kind == "refused" and entry.event != CARRIED:
                self.on_refused(dict(entry.value))
        if ended:
            self._on_ended(ended)
        return done

    async def _rows(self, u: Uow, batch: Batch) -> list[str]:
        """Write it all; answers the recordings whose talk is over."""
        calls = list(batch.calls.values())
        await put(u, CallRow, [derive.call_row(call) for call in calls], keep=derive.BY_OTHERS)
        await put(u, SegmentRow, [row for call in calls for row in derive.segment_rows(call)])
        await insert_missing(u, CallEventRow, batch.events)
        marks = await batch.menus.write(u)
        await put(u, AgentStateRow, list(batch.intervals.values()))
        for agent in batch.agents.values():
            # an agent is in one state: close what a crash of the engine left open
            await u.execute(update(AgentStateRow).where(
                AgentStateRow.agent_id == int(agent.id), AgentStateRow.ended_at == literal_column("0"),
                AgentStateRow.started_at < agent.since).values(ended_at=agent.since))
        await office.write(u, [entry for entry in batch.office if entry.event != CARRIED])
        talks = [talk for call in calls for talk in derive.talks(call)]
        await self._note_talks(u, talks)
        known = await ids_by_numbers(u, {call.customer_number for call in calls if call.customer_number})
        await self._link_customers(u, [call for call in calls if call.ended_at], known)
        await follow_ups.take(u, derive.contacts(calls), known)
        await follow_ups.take_marks(u, marks)
        await survey_links.post(u, calls)
        return [talk.base for talk in talks if talk.ended_at]

    async def _note_talks(self, u: Uow, talks: list[Talk]) -> None:
        if not talks:
            return
        await recordings.note_talks(u, talks)
        playable = select(Recording.call_id).where(
            Recording.base.in_([talk.base for talk in talks]), Recording.state.in_(recordings.PLAYABLE))
        await u.execute(update(CallRow).where(CallRow.id.in_(playable)).values(recorded=True)
                        .execution_options(synchronize_session=False))

    async def _link_customers(self, u: Uow, calls: list[Call], known: dict[str, int]) -> None:
        """A number that belongs to exactly one customer makes the call his, unless somebody said otherwise."""
        for call in calls:
            customer_id = known.get(call.customer_number)
            if customer_id is not None:
                await u.execute(update(CallRow).where(
                    CallRow.id == int(call.id), CallRow.customer_id.is_(None), CallRow.note_at == 0)
                    .values(customer_id=customer_id).execution_options(synchronize_session=False))

    def _put_aside(self, entry: Entry, reason: Exception) -> None:
        log.error("entry_refused", n=entry.n, kind=entry.kind, id=entry.id, reason=type(reason).__name__)
        line = json.dumps(msgspec.to_builtins(entry), ensure_ascii=True) + "\n"
        with contextlib.suppress(OSError):
            self._refused.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._refused, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "a", encoding="ascii") as out:
                out.write(line)


async def mark_recorded(u: Uow, call_id: int) -> None:
    """The call has a recording that can be played; of a message it tells whether it was one."""
    for row in await recordings.of_call(u, call_id):
        if row.duration_ms < SHORTEST_MESSAGE_MS and await follow_ups.no_message(u, call_id):
            await u.execute(update(CallRow).where(CallRow.id == call_id).values(outcome="abandoned_message"))
    await u.execute(update(CallRow).where(CallRow.id == call_id).values(recorded=True)
                    .execution_options(synchronize_session=False))
