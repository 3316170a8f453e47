"""Where prompts and music are played, found by their keys: flows (published and draft), queues, numbers and the message
boxes of extensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from yingda.acd.models import Queue
from yingda.ivr.models import Flow
from yingda.org.calling import all_features
from yingda.org.models import Extension, Number
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.web.shapes.prompts import UseOut


async def places(u: Uow) -> dict[str, list[UseOut]]:
    """Key of a prompt or music class → the flows, active queues, numbers and extensions that name it."""
    found: dict[str, list[UseOut]] = {}
    for flow in (await u.execute(select(Flow).order_by(Flow.name))).scalars():
        _note(found, {*_words(flow.nodes), *_words(flow.draft)}, UseOut(kind="flow", id=flow.id, name=flow.name))
    for queue in (await u.execute(select(Queue).where(Queue.active.is_(True)).order_by(Queue.number))).scalars():
        use = UseOut(kind="queue", id=queue.id, name=f"{queue.number} {queue.name}")
        _note(found, set(_words(plain(queue))), use)
    for number in (await u.execute(select(Number).order_by(Number.number))).scalars():
        _note(found, set(_words(plain(number))), UseOut(kind="number", id=number.id, name=number.number))
    chosen = {one.extension: str(one.features.get("box_greeting", "")) for one in await all_features(u)}
    if any(chosen.values()):
        for phone in await u.execute(select(Extension.id, Extension.number).order_by(Extension.number)):
            if chosen.get(phone.number):
                _note(found, {chosen[phone.number]}, UseOut(kind="extension", id=phone.id, name=phone.number))
    return found


def _note(found: dict[str, list[UseOut]], words: set[str], use: UseOut) -> None:
    for word in words:
        found.setdefault(word, []).append(use)


def _words(value: Any) -> Iterator[str]:
    """Every string in a JSON value; "hang_up:own/p1" names a prompt behind its colon."""
    if isinstance(value, str):
        yield value
        if ":" in value:
            yield value.partition(":")[2]
    elif isinstance(value, dict):
        for one in value.values():
            yield from _words(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _words(one)
