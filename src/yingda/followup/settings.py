"""When and how often promised calls are made, and which marks are low: set by the company, the former read by the
engine with its site.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.site import get_setting, put_setting
from yingda.store.engine import Uow

_KEY = "callback_rules"


@dataclass(frozen=True, kw_only=True)
class CallbackRules:
    """`open_h`, `close_h`: customers are called between these full hours of the site's day only.

    `low_mark`: marks of surveys up to this become work, 0: none.
    """

    tries: int = 3
    interval_min: int = 10
    lasts_h: int = 24
    open_h: int = 8
    close_h: int = 21
    low_mark: int = 2


async def get_rules(u: Uow) -> CallbackRules:
    kept = await get_setting(u, _KEY, {})
    return CallbackRules(**{k: int(v) for k, v in kept.items() if k in CallbackRules.__dataclass_fields__})


async def save_rules(u: Uow, actor: Actor, rules: CallbackRules) -> CallbackRules:
    """Raises Invalid."""
    checks = Checks()
    for field, least, most in (("tries", 1, 10), ("interval_min", 1, 1440), ("lasts_h", 1, 168), ("open_h", 0, 23),
                               ("close_h", 1, 24), ("low_mark", 0, 9)):
        checks.between(field, getattr(rules, field), least, most)
    if rules.close_h <= rules.open_h:
        checks.fail("close_h", "too_small")
    checks.done()
    await put_setting(u, actor, _KEY, asdict(rules))
    return rules
