"""The link between the call engine and the other processes: JSON frames over one WebSocket.

The engine serves it (TCP on loopback, or elsewhere by settings); web and worker connect with the site's link token.

Frames from the engine:
  Snapshot  all live entities at once, first frame after a connect and after a request for one
  Change    one live entity, whole, or gone (value null); `seq` rises by one, a gap means: ask for a snapshot
  Reply     the answer to an Ask
  Wanted    a look-up for a caller, only to a client that answers them (`Subscribe.answers`)
  Entry     one journal entry, only to a client that asked for them (`Subscribe.journal_from`)
Frames to the engine:
  Subscribe, Ask, Found, Ack (journal entries up to `n` are safe in the database and may be forgotten)
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from yingda.bus.verbs import AnyVerb


class Frame(msgspec.Struct, frozen=True, tag=True, tag_field="frame", kw_only=True):
    pass


class Snapshot(Frame, frozen=True, tag="snapshot"):
    seq: int
    at: int
    boot: str  # changes when the engine was started anew
    agents: tuple[Any, ...]  # AgentView as plain dicts
    calls: tuple[Any, ...]
    queues: tuple[Any, ...]
    lines: tuple[Any, ...]
    switch: Any


class Change(Frame, frozen=True, tag="change"):
    seq: int
    at: int
    entity: str  # agents | calls | queues | lines | switch
    id: str
    value: Any  # plain dict, or None when it is gone


class Reply(Frame, frozen=True, tag="reply"):
    ask: str
    ok: bool
    data: Any = None
    code: str = ""
    params: dict[str, Any] = {}


class Entry(Frame, frozen=True, tag="entry"):
    n: int  # position in the journal, rising by one for ever
    at: int
    kind: str  # call | agent | event
    id: str
    event: str  # name of what happened, e.g. "CallOffered"
    value: Any  # the whole record after it (calls/machine.py Call, agents/machine.py Agent), see recording of truth


class Wanted(Frame, frozen=True, tag="wanted"):
    """The engine looks something up for a caller: customer | pin. Answered by Found, or not in time."""

    ask: str
    what: str
    params: dict[str, Any]


class Found(Frame, frozen=True, tag="found"):
    ask: str
    ok: bool
    data: dict[str, Any] = {}


class Subscribe(Frame, frozen=True, tag="subscribe"):
    token: str
    live: bool = False
    answers: bool = False  # this client answers `Wanted`
    journal_from: int = -1  # first entry wanted; -1: none


class Ask(Frame, frozen=True, tag="ask"):
    ask: str  # id of the request, unique per connection
    verb: AnyVerb


class Ack(Frame, frozen=True, tag="ack"):
    n: int


FromEngine: TypeAlias = Snapshot | Change | Reply | Entry | Wanted
ToEngine: TypeAlias = Subscribe | Ask | Ack | Found
