"""The conditions of a branch: whether one is well formed, whether one holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from yingda.ivr.form import VARIABLE, Condition, filled

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
COMPARISONS = ("equals", "differs", "contains", "starts", "greater", "less", "empty", "filled")
LISTS = ("black", "white", "vip")
_CUSTOMER = ("known", "vip", "level", "verified")


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine knows at this moment of the site and of the caller."""

    weekday: int = 1  # Monday is 1
    date: str = ""  # "2026-11-25", in the site's zone
    time: str = ""  # "22:15"
    caller: str = ""
    called: str = ""
    area: str = ""
    lists: frozenset[str] = frozenset()  # lists that the caller is on
    open_plans: frozenset[str] = frozenset()  # plans of hours that are open now


def needs_customer(condition: Condition) -> bool:
    """Whether the customer must have been looked up to judge this."""
    return condition.on == "customer" and condition.is_ != "verified"


def holds(condition: Condition, context: Context, variables: Mapping[str, str]) -> bool:
    return _holds(condition, context, variables) != condition.not_


def _holds(condition: Condition, context: Context, variables: Mapping[str, str]) -> bool:
    match condition.on:
        case "time":
            return ((not condition.days or context.weekday in condition.days)
                    and (not condition.dates or context.date in condition.dates)
                    and _within(context.time, condition.from_, condition.to))
        case "hours":
            return condition.plan in context.open_plans
        case "caller":
            if condition.list_:
                return condition.list_ in context.lists
            return any(context.caller.startswith(number) if condition.prefix else context.caller == number
                       for number in condition.numbers)
        case "area":
            return any(area in context.area for area in condition.areas)
        case "variable":
            return _compares(condition, variables)
        case "customer":
            return _customer(condition, variables)
    return False


def _within(now: str, start: str, end: str) -> bool:
    start, end = start or "00:00", end or "24:00"
    return start <= now < end if start <= end else now >= start or now < end


def _customer(condition: Condition, variables: Mapping[str, str]) -> bool:
    match condition.is_:
        case "known":
            return bool(variables.get("customer_id"))
        case "vip":
            return variables.get("customer_vip") == "1"
        case "level":
            return variables.get("customer_level", "") == condition.value
        case "verified":
            return variables.get("pin") == "ok"
    return False


def _compares(condition: Condition, variables: Mapping[str, str]) -> bool:
    has, wanted = variables.get(condition.name, ""), filled(condition.value, dict(variables))
    match condition.is_:
        case "equals":
            return has == wanted
        case "differs":
            return has != wanted
        case "contains":
            return wanted in has
        case "starts":
            return has.startswith(wanted)
        case "empty":
            return not has
        case "filled":
            return bool(has)
    try:
        left, right = float(has), float(wanted)
    except ValueError:
        return False
    return left > right if condition.is_ == "greater" else left < right


def condition_faults(condition: Condition, plans: frozenset[str] | None) -> list[tuple[str, str]]:
    """(field, code) of everything that is wrong with it."""
    match condition.on:
        case "time":
            return _time_faults(condition)
        case "hours":
            if not condition.plan:
                return [("plan", "required")]
            return [] if plans is None or condition.plan in plans else [("plan", "unknown")]
        case "caller":
            return _caller_faults(condition)
        case "area":
            return [] if any(condition.areas) and all(condition.areas) else [("areas", "required")]
        case "variable":
            found = [] if VARIABLE.fullmatch(condition.name) else [
                ("name", "malformed" if condition.name else "required")]
            return found if condition.is_ in COMPARISONS else [*found, ("is", "unknown")]
        case "customer":
            if condition.is_ not in _CUSTOMER:
                return [("is", "unknown")]
            return [("value", "required")] if condition.is_ == "level" and not condition.value else []
    return [("on", "unknown")]


def _time_faults(condition: Condition) -> list[tuple[str, str]]:
    found = [(field, "malformed") for field, value in (("from", condition.from_), ("to", condition.to))
             if value and not _TIME.fullmatch(value)]
    if any(not 1 <= day <= 7 for day in condition.days):
        found.append(("days", "out_of_range"))
    if any(not _DATE.fullmatch(date) for date in condition.dates):
        found.append(("dates", "malformed"))
    if not (condition.from_ or condition.to or condition.days or condition.dates):
        found.append(("from", "required"))
    return found


def _caller_faults(condition: Condition) -> list[tuple[str, str]]:
    if condition.list_:
        return [] if condition.list_ in LISTS else [("list", "unknown")]
    if not condition.numbers:
        return [("numbers", "required")]
    return [] if all(re.fullmatch(r"[0-9]{1,20}", number) for number in condition.numbers) else [
        ("numbers", "malformed")]
