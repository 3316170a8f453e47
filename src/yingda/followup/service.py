"""What people do with the items of the follow-up; each act writes the audit log."""

from __future__ import annotations

from yingda.followup import repo, rules
from yingda.followup.errors import ItemOpenElsewhere, ItemOver, ItemTaken
from yingda.followup.models import FollowUp, FollowUpContact
from yingda.kit.clock import SystemClock
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.store.engine import Uow
from yingda.store.errors import Invalid, NotFound

LONGEST_NOTE = 1000
_clock = SystemClock()


def _note(u: Uow, actor: Actor, action: str, item: FollowUp, before: dict[str, object]) -> None:
    after = {name: getattr(item, name) for name in before}
    audit.record(u, actor, f"follow_up.{action}", "follow_up", item.id, before, after)


def _seen(item: FollowUp) -> dict[str, object]:
    return {name: getattr(item, name) for name in ("state", "claimed_by", "result", "note")}


def claim(u: Uow, actor: Actor, item: FollowUp, person_id: int, *, take_over: bool = False) -> None:
    """Make the item somebody's. Raises ItemOver, and ItemTaken when it is another's and not `take_over`."""
    if item.over:
        raise ItemOver
    if item.claimed_by is not None and item.claimed_by != person_id and not take_over:
        raise ItemTaken
    if item.claimed_by == person_id:
        return
    before = _seen(item)
    now = _clock.now_ms()
    item.state, item.claimed_by, item.claimed_at, item.changed_at = "claimed", person_id, now, now
    _note(u, actor, "claim" if person_id == actor.id else "assign", item, before)


def release(u: Uow, actor: Actor, item: FollowUp, *, anybodys: bool = False) -> None:
    """Give it back. Raises ItemTaken when it is another's and not `anybodys` to give."""
    if item.over or item.claimed_by is None:
        return
    if item.claimed_by != actor.id and not anybodys:
        raise ItemTaken
    before = _seen(item)
    item.state, item.claimed_by, item.claimed_at, item.changed_at = "open", None, 0, _clock.now_ms()
    _note(u, actor, "release", item, before)


def close(u: Uow, actor: Actor, item: FollowUp, result: str, note: str) -> None:
    """End it by hand. "Called back" needs a call of ours to stand by it, or a word. Raises ItemOver, Invalid."""
    note = note.strip()
    if item.over:
        raise ItemOver
    if result not in (*rules.RESULTS, rules.INVALID):
        raise Invalid({"result": "unknown"})
    if len(note) > LONGEST_NOTE:
        raise Invalid({"note": "too_long"})
    if not note and (result == "handled_otherwise" or (
            result == "called_back" and not item.tries and not item.reached_at)):
        raise Invalid({"note": "required"})
    before = _seen(item)
    repo.finish(item, _clock.now_ms(), actor.id, result, note, "invalid" if result == rules.INVALID else "done")
    _note(u, actor, "close", item, before)


async def reopen(u: Uow, actor: Actor, item: FollowUp) -> None:
    """Take it up again. Raises ItemOpenElsewhere."""
    if not item.over:
        return
    key = rules.key_of(item.number, item.owner_id, item.id)
    if await repo.open_with(u, key) is not None:
        raise ItemOpenElsewhere
    before = _seen(item)
    item.state, item.over, item.open_key = ("claimed" if item.claimed_by else "open"), False, key
    item.done_at, item.done_by, item.result, item.changed_at = 0, None, "", _clock.now_ms()
    _note(u, actor, "reopen", item, before)


def hear(u: Uow, actor: Actor, item: FollowUp, contact: FollowUpContact) -> None:
    """Somebody listens to a message. Raises NotFound when the call left none."""
    if contact.kind != "message":
        raise NotFound(kind="message", id=str(contact.call_id))
    if contact.heard_at:
        return
    now = _clock.now_ms()
    contact.heard_at, contact.heard_by = now, actor.id
    item.unheard, item.changed_at = max(0, item.unheard - 1), now
    audit.record(u, actor, "follow_up.hear", "follow_up", item.id, None, {"call_id": str(contact.call_id)})
