"""The audit log's chain: each entry carries its number, the hash of its predecessor and the hash of itself.

hash = SHA-256 over the entry's canonical JSON, in which number and predecessor's hash stand too. An entry that is
changed, taken out or put elsewhere no longer fits. Cutting off the end fits again only until the head that was kept
elsewhere (`Head.word`, written beside the database every hour and on demand) is held against it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from yingda.org.models import Audit, AuditHead
from yingda.store.engine import Uow

FIRST: Final = "0" * 64  # the predecessor of the first entry
_HEAD: Final = 1
_PENDING: Final = "yingda.audit"
_CHUNK: Final = 2000
_COVERED: Final = ("id", "at", "actor_id", "address", "action", "object_kind", "object_id", "before", "after")


@dataclass(frozen=True)
class Head:
    """Number and hash of the last entry."""

    seq: int
    hash: str

    @property
    def word(self) -> str:
        return f"{self.seq}:{self.hash}"

    @classmethod
    def read(cls, word: str) -> Head:
        """Raises ValueError when it is not "number:64 hexadecimal digits"."""
        seq, _, value = word.strip().partition(":")
        if len(value) != 64 or not set(value) <= set("0123456789abcdef"):
            raise ValueError(word)
        return cls(int(seq), value)


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold. `kind`: changed | removed | reordered | unchained | head."""

    kind: str
    seq: int  # of the entry, or the first missing one
    id: int = 0
    until: int = 0  # last missing number, for removed


@dataclass(frozen=True)
class Report:
    entries: int
    head: Head
    breaks: tuple[Break, ...]


def fingerprint(entry: Mapping[str, Any], seq: int, prev: str) -> str:
    """The hash of one entry. `entry` holds the columns of `audit` by name."""
    whole = {name: entry[name] for name in _COVERED} | {"seq": seq, "prev": prev}
    # once through JSON, so that what is hashed is what a database gives back: keys are text, tuples are lists
    plain = json.loads(json.dumps(whole, ensure_ascii=True))
    canonical = json.dumps(plain, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def columns(row: Audit) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _COVERED}


def append(u: Uow, row: Audit) -> None:
    """Add an entry; it gets its place in the chain as the last thing before the commit."""
    session = u.sync_session
    waiting = session.info.get(_PENDING)
    if waiting is None:
        session.info[_PENDING] = waiting = []
        event.listen(session, "before_commit", _link)
    waiting.append(row)
    session.add(row)


def _link(session: Session) -> None:
    """Everything else is written first: the head is locked last and shortest, so that nobody waits crosswise."""
    waiting: list[Audit] = session.info.get(_PENDING) or []
    if not waiting:
        return
    session.info[_PENDING] = []
    session.flush()
    head = session.get(AuditHead, _HEAD, with_for_update=True, populate_existing=True)
    if head is None:
        head = AuditHead(id=_HEAD, seq=0, hash=FIRST)
        session.add(head)
    for row in waiting:
        row.seq, row.prev = head.seq + 1, head.hash
        row.hash = fingerprint(columns(row), row.seq, row.prev)
        head.seq, head.hash = row.seq, row.hash
    session.flush()


async def head_of(u: Uow) -> Head:
    row = await u.get(AuditHead, _HEAD)
    return Head(row.seq, row.hash) if row else Head(0, FIRST)


async def verify(u: Uow, kept: Iterable[Head] = ()) -> Report:
    """Walk the whole chain. `kept`: heads that were noted elsewhere at earlier times."""
    breaks: list[Break] = []
    wanted = {head.seq: head.hash for head in kept}
    last, hash_before, count = 0, FIRST, 0
    seen_id = 0
    while True:
        query = select(Audit).where(Audit.seq > last).order_by(Audit.seq).limit(_CHUNK)
        rows = (await u.execute(query)).scalars().all()
        for row in rows:
            seq = int(row.seq or 0)
            if seq != last + 1:
                breaks.append(Break("removed", last + 1, until=seq - 1))
            changed = fingerprint(columns(row), seq, row.prev) != row.hash
            if changed:
                breaks.append(Break("changed", seq, row.id))
            elif seq == last + 1 and row.prev != hash_before:
                breaks.append(Break("reordered", seq, row.id))
            kept_hash = wanted.pop(seq, None)
            if kept_hash is not None and kept_hash != row.hash and not changed:
                breaks.append(Break("changed", seq, row.id))
            last, hash_before, seen_id, count = seq, row.hash, row.id, count + 1
        u.expunge_all()
        if len(rows) < _CHUNK:
            break
    head = await head_of(u)
    if head.seq > last:
        breaks.append(Break("removed", last + 1, until=head.seq))
    elif (head.seq, head.hash) != (last, hash_before):
        breaks.append(Break("head", head.seq, seen_id))
    lost = [seq for seq in wanted if seq > max(last, head.seq)]
    if lost:
        breaks.append(Break("removed", last + 1, until=max(lost)))
    loose = await u.scalar(select(func.count()).select_from(Audit).where(Audit.seq.is_(None)))
    if loose:
        breaks.append(Break("unchained", 0, until=loose))
    return Report(count, head, tuple(breaks))
