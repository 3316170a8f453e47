"""Every query for the follow-up: what the worker writes, what people read and do.

Shapes as for calls: the open items are few, the finished ones many; a page is walked down one index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_

from yingda.followup import rules
from yingda.followup.models import FollowUp, FollowUpContact
from yingda.followup.rules import Contact
from yingda.followup.settings import get_rules
from yingda.kit.clock import SystemClock
from yingda.kit.ids import new_id
from yingda.kit.numbers import normalise, reverse
from yingda.store.engine import Uow
from yingda.store.errors import Invalid, NotFound
from yingda.store.pages import Page, cursor, read_cursor
from yingda.store.ranges import starts_with
from yingda.store.upsert import insert_missing

_clock = SystemClock()
TABS = ("", "lost", "message", "callback", "refused")


# ---- what the worker writes

async def take(u: Uow, contacts: Sequence[Contact], customers: dict[str, int]) -> None:
    """Let calls become work, and contacts end it. Taking the same call again changes nothing.

    `customers`: the customer of a number that belongs to exactly one.
    """
    if not contacts:
        return
    known = {row.call_id: row for row in (await u.execute(select(FollowUpContact).where(
        FollowUpContact.call_id.in_([c.call_id for c in contacts])))).scalars()}
    for contact in sorted(contacts, key=lambda one: one.at):
        if contact.call_id in known:
            continue
        if rules.opens(contact):
            item = await _open_item(u, contact, customers.get(contact.number))
            _add(item, contact)
            u.add(_row(item, contact))
        elif contact.kind in ("try", "reached") and contact.number:
            items = await _open_of(u, contact.number)
            for item in items:
                _tried(item, contact) if contact.kind == "try" else _reached(item, contact)
            if items:
                u.add(_row(items[0], contact))
        await u.flush()


async def take_marks(u: Uow, marks: Sequence[Contact]) -> None:
    """Let low marks of surveys become work. A second low mark in the same call changes nothing."""
    limit = (await get_rules(u)).low_mark if marks else 0
    for contact in marks:
        row = await u.get(FollowUpContact, contact.call_id) if rules.is_low(contact, limit) else None
        if not rules.is_low(contact, limit) or (row is not None and row.kind == rules.LOW_MARK):
            continue
        item = await _open_item(u, contact, None)
        _add(item, contact)
        if row is None:
            u.add(_row(item, contact))
        else:  # the talk had ended an item; that one keeps the call as the one that reached him
            row.follow_up_id, row.kind, row.reason, row.at = item.id, contact.kind, contact.reason, contact.at
        await u.flush()


async def _open_item(u: Uow, contact: Contact, customer_id: int | None) -> FollowUp:
    key = rules.key_of(contact.number, contact.owner_id, contact.call_id)
    item = await open_with(u, key)
    if item is None:
        await insert_missing(u, FollowUp, [_new(key, contact, customer_id)])
        item = await open_with(u, key)
        assert item is not None
    return item


def _new(key: str, contact: Contact, customer_id: int | None) -> dict[str, Any]:
    return {
        "id": new_id(), "open_key": key, "over": False, "state": "open", "number": contact.number,
        "number_rev": reverse(contact.number), "queue_id": None, "owner_id": contact.owner_id,
        "customer_id": customer_id, "lost": 0, "messages": 0, "unheard": 0, "callbacks": 0, "refused": True,
        "reasons": {}, "last_reason": "", "first_at": contact.at, "last_at": 0, "longest_wait_ms": 0, "tries": 0,
        "last_try_at": 0, "last_try": "", "claimed_by": None, "claimed_at": 0, "reached_at": 0, "reached_by": None,
        "reached_call_id": None, "done_at": 0, "done_by": None, "result": "", "note": "", "changed_at": 0}


def _add(item: FollowUp, contact: Contact) -> None:
    item.lost += contact.kind == "lost"
    item.messages += contact.kind == "message"
    item.unheard += contact.kind == "message"
    item.callbacks += contact.kind == "callback"
    item.refused = item.refused and contact.reason in rules.REFUSED
    item.reasons = dict(Counter(item.reasons or {}) + Counter([contact.reason]))
    item.last_reason = contact.reason
    item.first_at = min(item.first_at, contact.at)
    item.last_at = max(item.last_at, contact.at)
    item.queue_id = contact.queue_id if contact.queue_id is not None else item.queue_id
    item.longest_wait_ms = max(item.longest_wait_ms, contact.wait_ms)
    item.changed_at = _clock.now_ms()


def _row(item: FollowUp, contact: Contact) -> FollowUpContact:
    return FollowUpContact(
        call_id=contact.call_id, follow_up_id=item.id, kind=contact.kind, reason=contact.reason,
        direction=contact.direction, at=contact.at, wait_ms=contact.wait_ms, queue_id=contact.queue_id,
        agent_id=contact.agent_id)


async def no_message(u: Uow, call_id: int) -> bool:
    """What was taken for a message has turned out to be none (the engine was away when it ended): a lost call."""
    contact = await u.get(FollowUpContact, call_id, with_for_update=True)
    if contact is None or contact.kind != "message":
        return False
    item = (await u.execute(select(FollowUp).where(FollowUp.id == contact.follow_up_id).with_for_update())).scalar_one()
    item.messages, item.lost = item.messages - 1, item.lost + 1
    item.unheard -= not contact.heard_at
    left = Counter(item.reasons or {}) - Counter([contact.reason])
    contact.kind, contact.reason = "lost", "abandoned_message"
    item.reasons, item.last_reason = dict(left + Counter([contact.reason])), contact.reason
    item.changed_at = _clock.now_ms()
    return True


async def _open_of(u: Uow, number: str) -> list[FollowUp]:
    """Open items of a number, those of no personal box first."""
    rows = (await u.execute(select(FollowUp).where(
        FollowUp.number_rev == reverse(number), FollowUp.over.is_(False)).with_for_update())).scalars()
    return sorted(rows, key=lambda item: (item.owner_id is not None, item.id))


def _tried(item: FollowUp, contact: Contact) -> None:
    item.tries += 1
    item.last_try_at, item.last_try, item.changed_at = contact.at, contact.reason, _clock.now_ms()


def _reached(item: FollowUp, contact: Contact) -> None:
    item.reached_at, item.reached_by, item.reached_call_id = contact.at, contact.agent_id, contact.call_id
    item.changed_at = _clock.now_ms()
    if rules.clears(contact, last_at=item.last_at, unheard=item.unheard,
                    low_marks=int((item.reasons or {}).get(rules.LOW_MARK, 0))):
        finish(item, contact.at, None, rules.BY_ITSELF, "")


def finish(item: FollowUp, at: int, by: int | None, result: str, note: str, state: str = "done") -> None:
    item.state, item.over, item.open_key = state, True, None
    item.done_at, item.done_by, item.result, item.changed_at = at, by, result, _clock.now_ms()
    item.note = note or item.note


# ---- what people read

@dataclass(frozen=True, kw_only=True)
class Sight:
    """Whose items are seen: everybody's, or those of one's groups, of no group, of oneself and of one's own box."""

    everything: bool
    person_id: int
    queues: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ItemFilter:
    """`tab`: lost | message | callback | refused, "" for all but refused ones. `over`: the finished ones.

    `guarded`: only the whole number or exactly its last four digits, which masked numbers show too.
    """

    tab: str = ""
    over: bool = False
    mine: bool = False
    number: str = ""
    guarded: bool = False
    queue_id: int | None = None
    reason: str = ""


async def search(u: Uow, sight: Sight, wanted: ItemFilter, after: str = "", limit: int = 50) -> Page[FollowUp]:
    """A page of items, the latest caller first. Raises Invalid."""
    keys = read_cursor(after, 2)
    query: Select[FollowUp] = select(FollowUp).where(
        FollowUp.over.is_(wanted.over), *_seen(sight), *_tab(wanted.tab), *_rest(wanted, sight))
    if keys:
        query = query.where(tuple_(FollowUp.last_at, FollowUp.id) < keys)
    rows = list((await u.execute(query.order_by(FollowUp.last_at.desc(), FollowUp.id.desc()).limit(limit + 1)))
                .scalars())
    items = rows[:limit]
    return Page(items, cursor(items[-1].last_at, items[-1].id) if len(rows) > limit else "")


def _seen(sight: Sight) -> list[ColumnElement[bool]]:
    if sight.everything:
        return []
    groups = or_(FollowUp.queue_id.is_(None), FollowUp.queue_id.in_(sight.queues))
    return [or_(FollowUp.owner_id == sight.person_id,
                FollowUp.owner_id.is_(None) & or_(groups, FollowUp.claimed_by == sight.person_id))]


def _tab(tab: str) -> list[ColumnElement[bool]]:
    match tab:
        case "lost":
            return [FollowUp.lost > 0, FollowUp.refused.is_(False)]
        case "message":
            return [FollowUp.messages > 0]
        case "callback":
            return [FollowUp.callbacks > 0]
        case "refused":
            return [FollowUp.refused.is_(True)]
        case _:
            return [FollowUp.refused.is_(False)]


def _rest(wanted: ItemFilter, sight: Sight) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.mine:
        found.append(FollowUp.claimed_by == sight.person_id)
    if wanted.queue_id is not None:
        found.append(FollowUp.queue_id == wanted.queue_id)
    if wanted.reason:
        found.append(FollowUp.last_reason == wanted.reason)
    if wanted.number.strip():
        found.append(_number(wanted.number, wanted.guarded))
    return found


def _number(text: str, guarded: bool) -> ColumnElement[bool]:
    digits = "".join(ch for ch in text if ch.isdigit())
    endings = sorted({reverse(one) for one in (digits, normalise(text)) if one})
    if not endings or len(digits) < 4 or len(digits) > 20:
        raise Invalid({"number": "malformed"})
    if guarded and len(digits) > 4:
        return FollowUp.number_rev.in_(endings)
    return or_(*(starts_with(FollowUp.number_rev, ending) for ending in endings))


async def counts(u: Uow, sight: Sight) -> dict[str, int]:
    """How many items are open, by what they hold; `waits` are those that nobody has claimed."""
    def number_of(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(*conditions)
    work = FollowUp.refused.is_(False)
    row = (await u.execute(select(
        number_of(work).label("open"), number_of(work, FollowUp.state == "open").label("waits"),
        number_of(work, FollowUp.lost > 0).label("lost"), number_of(FollowUp.messages > 0).label("message"),
        number_of(FollowUp.callbacks > 0).label("callback"), number_of(FollowUp.refused.is_(True)).label("refused"),
        number_of(FollowUp.unheard > 0).label("unheard"),
        number_of(FollowUp.claimed_by == sight.person_id).label("mine"),
    ).where(FollowUp.over.is_(False), *_seen(sight)))).one()
    return {name: int(value) for name, value in row._mapping.items()}


async def oldest_unheard(u: Uow, sight: Sight, before: int) -> int:
    """When the oldest message that nobody has heard was left, if that was before `before`; else 0."""
    found = (await u.execute(select(func.min(FollowUpContact.at)).join(
        FollowUp, FollowUp.id == FollowUpContact.follow_up_id).where(
        FollowUp.over.is_(False), FollowUp.unheard > 0, *_seen(sight), FollowUpContact.kind == "message",
        FollowUpContact.heard_at == 0, FollowUpContact.at < before))).scalar_one()
    return int(found or 0)


async def get(u: Uow, item_id: int, sight: Sight, *, lock: bool = False) -> FollowUp:
    """`lock`: to be changed. Raises NotFound, also for an item that the asker may not see."""
    query = select(FollowUp).where(FollowUp.id == item_id, *_seen(sight))
    row = (await u.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        raise NotFound(kind="follow_up", id=str(item_id))
    return row


async def open_with(u: Uow, key: str) -> FollowUp | None:
    """The open item with this key, kept from others until the transaction ends."""
    return (await u.execute(select(FollowUp).where(FollowUp.open_key == key).with_for_update())).scalar_one_or_none()


async def contacts(u: Uow, item_ids: Iterable[int]) -> list[FollowUpContact]:
    """Latest first."""
    return list((await u.execute(select(FollowUpContact).where(
        FollowUpContact.follow_up_id.in_(list(item_ids))).order_by(
        FollowUpContact.at.desc(), FollowUpContact.call_id.desc()).limit(1000))).scalars())


async def of_call(u: Uow, call_id: int, sight: Sight) -> FollowUpContact | None:
    """The contact that this call is, if it stands under an item that is seen."""
    return (await u.execute(select(FollowUpContact).join(FollowUp, FollowUp.id == FollowUpContact.follow_up_id).where(
        FollowUpContact.call_id == call_id, *_seen(sight)))).scalar_one_or_none()


async def unheard_of(u: Uow, owner_id: int, limit: int) -> list[FollowUpContact]:
    """Messages of open items in this person's own box that nobody has listened to, the oldest first."""
    return list((await u.execute(select(FollowUpContact).join(
        FollowUp, FollowUp.id == FollowUpContact.follow_up_id).where(
        FollowUp.over.is_(False), FollowUp.owner_id == owner_id, FollowUpContact.kind == "message",
        FollowUpContact.heard_at == 0).order_by(FollowUpContact.at, FollowUpContact.call_id).limit(limit))).scalars())


async def changed_at(u: Uow) -> int:
    """When anything of the follow-up was last changed."""
    return int((await u.execute(select(func.max(FollowUp.changed_at)))).scalar_one() or 0)
