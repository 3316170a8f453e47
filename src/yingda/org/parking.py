"""Parking 停泊: how many slots there are, and how long a call waits in one before whoever parked it is rung."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.site import get_setting, put_setting
from yingda.store.engine import Uow

MOST_SLOTS = 99  # two digits are quickly keyed and quickly said
SHORTEST_S, LONGEST_S = 10, 3_600


@dataclass(frozen=True)
class Parking:
    """`slots`: calls that can be parked at once. `back_s`: seconds until whoever parked one is rung."""

    slots: int = 50
    back_s: int = 120


async def get_parking(u: Uow) -> Parking:
    """What holds; the defaults when nobody has set anything."""
    return Parking(**await get_setting(u, "parking", {}))


async def save_parking(u: Uow, actor: Actor, parking: Parking) -> None:
    """Calls that are parked already stay where they are. Raises Invalid."""
    checks = Checks()
    checks.between("slots", parking.slots, 1, MOST_SLOTS)
    checks.between("back_s", parking.back_s, SHORTEST_S, LONGEST_S)
    checks.done()
    await put_setting(u, actor, "parking", asdict(parking))
