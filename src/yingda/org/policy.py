"""How people must log in: passwords, second factor. One setting of the site."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import Setting
from yingda.store.engine import Uow
from yingda.store.upsert import put

_KEY = "login"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`shortest`: characters. `kinds`: how many of small, capital, digit, other. `history`: so many passwords back,
    the present one included, cannot be taken again. `days`: a password is changed after so many; 0: never.
    `factor_roles`: roles that log in with a second factor only.
    """

    shortest: int = 8
    kinds: int = 1
    history: int = 3
    days: int = 0
    factor_roles: tuple[str, ...] = field(default=())


PLAIN = Policy()


async def get_policy(u: Uow) -> Policy:
    row = await u.get(Setting, _KEY)
    kept = row.value.get("v", {}) if row is not None else {}
    known = {name: value for name, value in kept.items() if name in Policy.__dataclass_fields__}
    return Policy(**known | {"factor_roles": tuple(known.get("factor_roles", ()))})


async def save_policy(u: Uow, actor: Actor, policy: Policy) -> None:
    """Raises Invalid. It holds for passwords that are chosen from now on."""
    checks = Checks()
    for name, least, most in (("shortest", 8, 64), ("kinds", 1, 4), ("history", 0, 24), ("days", 0, 730)):
        checks.between(name, getattr(policy, name), least, most)
    checks.done()
    before = await get_policy(u)
    await put(u, Setting, [{"key": _KEY, "value": {"v": asdict(policy) | {"factor_roles": list(policy.factor_roles)}}}])
    audit.record(u, actor, "login_policy.update", "setting", _KEY, asdict(before), asdict(policy))
