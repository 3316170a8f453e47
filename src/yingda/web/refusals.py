"""Refused acts become happenings of the alarm feed: a missing right, a locked log-in, a series of wrong passwords."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from fastapi import Request

from yingda.kit.errors import YingdaError
from yingda.org.errors import FactorWrong, Inactive, LoginLocked, WrongLogin
from yingda.web.room import Room


def refused(request: Request, error: YingdaError) -> None:
    """Called for every refusal that leaves the API."""
    if error.code != "not_allowed":
        return
    identity = getattr(request.state, "identity", None)
    if identity is not None:
        route = request.scope.get("route")
        request.app.state.room.feed.note(
            "not_allowed", identity.number, name=identity.name, address=identity.address,
            act=f"{request.method} {getattr(route, 'path', '')}")


@contextlib.contextmanager
def of_login(room: Room, number: str, address: str) -> Iterator[None]:
    """Around a log-in."""
    try:
        yield
    except LoginLocked:
        room.feed.note("login_locked", number.strip()[:40], address=address)
        raise
    except (WrongLogin, Inactive, FactorWrong):
        room.feed.note("login_wrong", number.strip()[:40], address=address)
        raise
