"""Who may call what, and the site's ceilings; the extension features that the engine reported."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from yingda.kit.numbering import CLASSES
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.office_models import CallingRule, ExtensionFeature
from yingda.org.site import get_setting, put_setting
from yingda.store.engine import Uow
from yingda.store.upsert import put

_SUBJECT = re.compile(r"role:[A-Za-z0-9_-]{1,40}|phone|person:\d{1,19}|queue:\d{1,19}|extension_group:\d{1,19}")
_PREFIX = re.compile(r"[0-9]{1,12}")
_AREA = re.compile(r"0\d{2,3}")
TOLL: dict[str, Any] = {
    "minutes_a_day": 0, "fen_a_day": 0, "at_once": 0, "night_from": 0, "night_to": 0, "night_classes": [],
    "forbidden": [], "tariffs": [], "area_code": "",
}
# who has no rule of his own: people may call inside the country, a phone that is nobody's may call nobody outside
DEFAULT_RULES: dict[str, dict[str, Any]] = {
    "role:*": {"classes": ["service", "free", "local", "mobile", "long_distance"]},
    "phone": {"classes": []},
}


async def all_rules(u: Uow) -> dict[str, dict[str, Any]]:
    """Every rule by its subject, the built-in ones where nobody has set another."""
    rows = (await u.execute(select(CallingRule))).scalars()
    return DEFAULT_RULES | {row.subject: row.rule for row in rows}


async def save_rule(u: Uow, actor: Actor, subject: str, rule: dict[str, Any] | None) -> None:
    """Set the rule of a subject, None: back to what the wider rule says. Raises Invalid."""
    checks = Checks()
    if not (subject == "role:*" or _SUBJECT.fullmatch(subject)):
        checks.fail("subject", "malformed" if subject != "-" else "required")  # an address cannot hold an empty word
    if rule is not None:
        for kind in rule.get("classes") or ():
            checks.one_of("classes", kind, CLASSES)
        for name in ("minutes_a_day", "fen_a_day", "at_once"):
            checks.between(name, rule.get(name, 0), 0, 10_000_000)
        if rule.get("shown"):
            checks.digits("shown", rule["shown"])
    checks.done()
    row = await u.get(CallingRule, subject)
    before = row.rule if row else None
    if rule is None:
        if row is not None:
            await u.delete(row)
    else:
        await put(u, CallingRule, [{"subject": subject, "rule": rule}])
    audit.record(u, actor, "calling_rule.update", "calling_rule", subject, before, rule)


async def get_toll(u: Uow) -> dict[str, Any]:
    return TOLL | dict(await get_setting(u, "toll", {}))


async def save_toll(u: Uow, actor: Actor, toll: dict[str, Any]) -> None:
    """Raises Invalid."""
    checks = Checks()
    for name in ("minutes_a_day", "fen_a_day", "at_once"):
        checks.between(name, toll[name], 0, 100_000_000)
    for name in ("night_from", "night_to"):
        checks.between(name, toll[name], 0, 1439)
    for kind in toll["night_classes"]:
        checks.one_of("night_classes", kind, CLASSES)
    if not all(_PREFIX.fullmatch(one) for one in toll["forbidden"]):
        checks.fail("forbidden", "malformed")
    prefixes = [one["prefix"] for one in toll["tariffs"]]
    if not all(_PREFIX.fullmatch(one) for one in prefixes):
        checks.fail("tariffs", "malformed")
    elif len(set(prefixes)) != len(prefixes):
        checks.fail("tariffs", "doubled")
    if toll["area_code"] and not _AREA.fullmatch(toll["area_code"]):
        checks.fail("area_code", "malformed")
    checks.done()
    await put_setting(u, actor, "toll", toll)


async def all_features(u: Uow) -> list[ExtensionFeature]:
    return list((await u.execute(select(ExtensionFeature).order_by(ExtensionFeature.extension))).scalars())
