"""Wrap-up 话后处理 that no service group sets: after calls out, and how often an agent may prolong one."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.site import get_setting, put_setting
from yingda.store.engine import Uow

LONGEST_S = 3_600
MOST_PROLONG = 10


@dataclass(frozen=True)
class WrapUp:
    """`after_out_s`: seconds after an answered call to an outside number, 0 = none. `prolong`: times, 0 = never."""

    after_out_s: int = 15
    prolong: int = 3


async def get_wrap_up(u: Uow) -> WrapUp:
    """What holds; the defaults when nobody has set anything."""
    return WrapUp(**await get_setting(u, "wrap_up", {}))


async def save_wrap_up(u: Uow, actor: Actor, wrap_up: WrapUp) -> None:
    """Of calls made, and of wrap-ups begun, from now on. Raises Invalid."""
    checks = Checks()
    checks.between("after_out_s", wrap_up.after_out_s, 0, LONGEST_S)
    checks.between("prolong", wrap_up.prolong, 0, MOST_PROLONG)
    checks.done()
    await put_setting(u, actor, "wrap_up", asdict(wrap_up))
