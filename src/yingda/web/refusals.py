"""Refused acts become happenings of the alarm feed: a missing right, a locked log-in, a series of wrong passwords."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from fastapi import Request

from yingda.kit.errors import YingdaError
from yingda.org.errors import FactorWrong, Inactive, LoginLocked, WrongLogin, WrongPassword
from yingda.web.identity import Identity
from yingda.web.room import Room

# beyond what one may: the route itself, what one wants to give away, and what only people may do
_ILLEGAL: Final = frozenset({"not_allowed", "beyond_own_rights", "not_for_keys"})


def refused(request: Request, error: YingdaError) -> None:
    """Called for every refusal that leaves the API."""
    if error.code not in _ILLEGAL:
        return
    identity = getattr(request.state, "identity", None)
    if identity is not None:
        route = request.scope.get("route")
        request.app.state.room.feed.note(
            "not_allowed", identity.number, name=identity.name, address=identity.address,
            act=f"{request.method} {getattr(route, 'path', '')}")

WHOLE: Final = 11  # digits of a mobile number; fewer are what somebody has typed so far


@contextlib.contextmanager
def of_login(room: Room, number: str, address: str) -> Iterator[None]:
    """Around a log-in, and around the old password when a new one is chosen."""
    try:
        yield
    except LoginLocked:
        room.feed.note("login_locked", number.strip()[:40], address=address)
        raise
    except (WrongLogin, Inactive, FactorWrong, WrongPassword):
        room.feed.note("login_wrong", number.strip()[:40], address=address)
        raise


def tried(room: Room, me: Identity, text: str, *, found: bool) -> None:
    """Somebody for whom numbers are masked asked for one by `text`: a whole one that nobody has is a guess."""
    if not found and sum(char.isdigit() for char in text) >= WHOLE:
        room.feed.note("numbers_tried", me.number, name=me.name, address=me.address)
