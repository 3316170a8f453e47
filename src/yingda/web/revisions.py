"""Two who edit one record: whoever saves second is told, and loses nothing that he typed.

A form gives back, as `If-Match`, the `rev` of what it was filled with (`shapes.common.Edited`). Programs that leave it
out overwrite whatever is there.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias, TypeVar

from fastapi import Header

from yingda.org.errors import ChangedMeanwhile
from yingda.store.base import Base
from yingda.store.engine import Uow
from yingda.web.shapes.common import Edited

IfMatch: TypeAlias = Annotated[str, Header(alias="If-Match", max_length=64)]
"""The `rev` that was read; "" overwrites."""
Row = TypeVar("Row", bound=Base)


def check(read: str, now: Edited) -> None:
    """Raises ChangedMeanwhile when what is there now is not what was read."""
    if read and read.strip('"') != now.rev:
        raise ChangedMeanwhile


async def check_row(u: Uow, read: str, model: type[Row], key: int | None,
                    shown: Callable[[Row], Edited | Awaitable[Edited]]) -> None:
    """As `check` for a row, which nobody else can change from here until the transaction ends. A new one: nothing."""
    if not read or key is None:
        return
    row = await u.get(model, key, with_for_update=True, populate_existing=True)
    if row is not None:
        now = shown(row)
        check(read, await now if inspect.isawaitable(now) else now)
