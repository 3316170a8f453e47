"""What a call means for the follow-up of its caller. Pure.

A call in is lost when nobody talked with the caller, no message was kept and the menu did not serve him by his own
choice (glossary: 呼损, lost call). An answered call in either direction is a contact: what was open with that number
is over, with one exception: a message that nobody has heard stays until somebody listens or calls back.
"""

from __future__ import annotations

import msgspec

# outcomes of calls in that were not answered and are nevertheless no loss: served by the menu, or promised a call
SERVED = frozenset({"menu_done", "answered", "answered_elsewhere", "callback", "pin_done"})
REFUSED = frozenset({"blocked"})  # by a list of ours: counted, kept apart from the work
RESULTS = ("called_back", "unreachable", "no_need", "wrong_number", "handled_otherwise")
BY_ITSELF = "reached"  # result of an item that cleared itself
INVALID = "invalid"
LOW_MARK = "low_mark"  # kind and reason: the caller was asked how it was, and it was bad


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """What one call brings into the follow-up."""

    call_id: int
    kind: str  # lost | message | callback | low_mark | try | reached
    number: str
    at: int  # UTC ms: end of a lost call, answer of a talk
    reason: str = ""
    direction: str = "in"
    wait_ms: int = 0
    queue_id: int | None = None
    agent_id: int | None = None
    owner_id: int | None = None
    mark: int = 0


def kind_of(direction: str, outcome: str, answered: bool, ended: bool) -> str:
    """The kind of contact that a call is, "" for none (it lives still, is internal, or nothing follows from it)."""
    if direction == "internal":
        return ""
    if answered:
        return "reached"
    if not ended:
        return ""
    if direction == "out":
        return "try"
    if outcome == "message":
        return "message"
    if outcome == "callback":
        return "callback"
    return "" if outcome in SERVED else "lost"


def key_of(number: str, owner_id: int | None, call_id: int) -> str:
    """What is unique among open items. Callers who hide their number are never taken for one person."""
    own = f"@{owner_id}" if owner_id is not None else ""
    return f"{number or f'?{call_id}'}{own}"


def opens(contact: Contact) -> bool:
    """Whether this contact makes or feeds an item. Nobody can call back a withheld number that left no message."""
    return contact.kind in ("lost", "message", "callback") and (bool(contact.number) or contact.kind == "message")


def is_low(contact: Contact, limit: int) -> bool:
    """Whether a mark is so low that somebody should look after it. `limit` 0: none is."""
    return limit > 0 and contact.mark <= limit


def clears(contact: Contact, *, last_at: int, unheard: int, low_marks: int = 0) -> bool:
    """Whether a contact that reached the caller ends the item: of one who left a message that nobody has heard, or
    who was not satisfied, only if we called him.
    """
    return contact.at >= last_at and (contact.direction == "out" or not (unheard or low_marks))
