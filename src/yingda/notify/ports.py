"""The ports by which a message leaves the house. Another one comes by an entry point, without a change here.

A package names its port in the group `yingda.channels` ("feishu = package.module:PORT"). A port says which plain values
and which secrets it needs (`fields`), and sends one message: `send` returns, or raises `NotSent` with a reason a person
can read. One that can reach a single person has `personal`: "email" or "mobile", what of him takes the place of `to`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Final, Protocol

from yingda.kit.errors import YingdaError

GROUP: Final = "yingda.channels"


class NotSent(YingdaError):
    """The other side refused or is away; `reason` says why."""

    code = "channel_not_sent"
    status = 502


@dataclass(frozen=True)
class Field:
    """One thing to fill in. `secret`: sealed, never shown again. `long`: several lines."""

    name: str
    secret: bool = False
    required: bool = True
    long: bool = False
    preset: str = ""
    choices: tuple[str, ...] = ()


class Port(Protocol):
    @property
    def kind(self) -> str: ...

    @property
    def fields(self) -> tuple[Field, ...]: ...

    async def send(self, values: Mapping[str, str], title: str, body: str) -> None:
        """Raises NotSent."""
        ...


@cache
def ports() -> dict[str, Port]:
    """All ports by kind: ours, then what is installed beside us."""
    from yingda.notify.mail import MAIL
    from yingda.notify.web_ports import DINGTALK, SMS, WECOM

    found: dict[str, Port] = {port.kind: port for port in (MAIL, SMS, WECOM, DINGTALK)}
    for entry in entry_points(group=GROUP):
        port: Port = entry.load()
        found.setdefault(port.kind, port)
    return found


def personal(kind: str) -> str:
    """What of a person the port needs to reach him alone: email | mobile; "" when it reaches a group, or is gone."""
    wanted = getattr(ports().get(kind), "personal", "")
    return wanted if wanted in ("email", "mobile") else ""
