"""May this call be made? The guards against toll fraud. Pure: hours and what was used so far are handed in.

Rules are looked up from the narrowest: the person's, his role's, the one of his phone's extension group, everybody's.
Of a phone that is nobody's: its extension group's, the one of all such phones. Emergency calls are never asked about.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from yingda.journey import errors as err
from yingda.journey.office_directory import CallingRule, Office, Toll

_EVERYBODY = "role:*"


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What one payer, or the whole site, has used today, and how many calls are going on now."""

    seconds: int = 0
    fen: int = 0
    live: int = 0


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """The call may be made. `seconds`: it must end after so long a talk, 0 = no limit."""

    seconds: int = 0


HOUSE = (_EVERYBODY,)  # a flow or number that leads to the outside: nobody dials, the site pays


def subjects(agent_id: str, role: str, group: str = "") -> tuple[str, ...]:
    """Whose rules count for a person, or for a phone that is nobody's (`agent_id` "").

    `group`: the extension group of the phone, "" = none.
    """
    phones = (f"extension_group:{group}",) if group else ()
    return (f"person:{agent_id}", f"role:{role}", *phones, _EVERYBODY) if agent_id else (*phones, "phone")


def rule_of(office: Office, asked: Sequence[str]) -> CallingRule:
    """The rules in force, put together: each field from the narrowest rule that says something of it."""
    found = [office.rules[subject] for subject in asked if subject in office.rules]
    return CallingRule(
        classes=next((r.classes for r in found if r.classes is not None), ()),
        minutes_a_day=next((r.minutes_a_day for r in found if r.minutes_a_day), 0),
        fen_a_day=next((r.fen_a_day for r in found if r.fen_a_day), 0),
        at_once=next((r.at_once for r in found if r.at_once), 0),
        at_night=any(r.at_night for r in found),
        shown=next((r.shown for r in found if r.shown), ""))


def is_night(toll: Toll, minute: int) -> bool:
    """`minute`: of the day, in the site's zone. The odd hours may pass midnight."""
    if toll.night_from == toll.night_to:
        return False
    if toll.night_from < toll.night_to:
        return toll.night_from <= minute < toll.night_to
    return minute >= toll.night_from or minute < toll.night_to


def fen_a_minute(toll: Toll, number: str) -> int:
    """By the longest prefix in the table, 0 when none fits."""
    fitting = [t for t in toll.tariffs if number.startswith(t.prefix)]
    return max(fitting, key=lambda t: len(t.prefix)).fen_a_minute if fitting else 0


def cost(toll: Toll, number: str, seconds: int) -> int:
    """Fen for a talk; carriers count begun minutes."""
    return fen_a_minute(toll, number) * -(-seconds // 60)


def allow(rule: CallingRule, toll: Toll, number: str, kind: str, minute: int, own: Used, site: Used) -> Grant:
    """Raises what stands in the way: CallingForbidden, NightForbidden, TooManyAtOnce, MinutesUsedUp, SpendUsedUp."""
    if kind == "emergency":
        return Grant()
    if kind not in (rule.classes or ()) or number.startswith(toll.forbidden or ("x",)):
        raise err.CallingForbidden(kind=kind)
    if is_night(toll, minute) and not rule.at_night and kind not in toll.night_classes:
        raise err.NightForbidden(kind=kind)
    if (rule.at_once and own.live >= rule.at_once) or (toll.at_once and site.live >= toll.at_once):
        raise err.TooManyAtOnce
    price = fen_a_minute(toll, number)
    left = [limit * 60 - used.seconds for limit, used in
            ((rule.minutes_a_day, own), (toll.minutes_a_day, site)) if limit]
    if any(one <= 0 for one in left):
        raise err.MinutesUsedUp
    paid = [limit - used.fen for limit, used in ((rule.fen_a_day, own), (toll.fen_a_day, site)) if limit]
    if any(one < price or one <= 0 for one in paid):
        raise err.SpendUsedUp
    if price:
        left += [one // price * 60 for one in paid]
    return Grant(seconds=min(left, default=0))
