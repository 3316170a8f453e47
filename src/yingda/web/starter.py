"""What the guide makes in one go: people with their phones, and a hotline with groups, menu, hours and number.

Ordinary rows by the ordinary writers, each logged; all later edited on the ordinary pages.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select

from yingda.acd.models import Queue
from yingda.acd.repo import QueueData, save_queue
from yingda.ivr import repo as flows
from yingda.kit.i18n import text
from yingda.org import calendars, extensions, lines, passwords, people
from yingda.org.checks import Checks
from yingda.org.models import Extension, HoursPlan, Person
from yingda.org.people import PersonData
from yingda.org.sealing import Seal
from yingda.store.engine import Uow
from yingda.store.errors import Invalid
from yingda.web.flows import known
from yingda.web.identity import Identity
from yingda.web.shapes.guide import Account, HotlineIn, HotlineOut, NewPerson, OpenHours

FIRST_QUEUE: Final = 801


@contextlib.contextmanager
def at(place: str) -> Iterator[None]:
    """Faults of fields within are told as those of `place`, e.g. "people.3.number"."""
    try:
        yield
    except Invalid as error:
        raise Invalid({f"{place}.{field}": code for field, code in error.fields.items()}) from None


# ---- people


async def _phone(u: Uow, me: Identity, seal: Seal, number: str) -> tuple[int, str]:
    """A new extension of this number, or the one that lies idle; its id and secret. Raises Invalid at "number"."""
    row = (await u.execute(select(Extension).where(Extension.number == number))).scalar_one_or_none()
    if row is None:
        made, secret = await extensions.create_extension(u, me.actor, seal, number)
        return made.id, secret
    holder = (await u.execute(select(Person.id).where(Person.extension_id == row.id))).scalar_one_or_none()
    if holder is not None:
        raise Invalid({"number": "taken"})
    return row.id, await extensions.renew_secret(u, me.actor, seal, row.id)


async def add_person(u: Uow, me: Identity, seal: Seal, wanted: NewPerson) -> Account:
    """A person with a made-up password and an extension of the same number. Raises Invalid."""
    password = passwords.made_up()
    if await people.person_by_number(u, wanted.number) is not None:
        raise Invalid({"number": "taken"})
    extension_id, secret = await _phone(u, me, seal, wanted.number)
    await people.create_person(u, me.actor, data_of(wanted, me.language, extension_id, password))
    return Account(number=wanted.number, name=wanted.name, password=password, extension=wanted.number, secret=secret)


def data_of(wanted: NewPerson, language: str, extension_id: int | None = None, password: str = "") -> PersonData:
    return PersonData(number=wanted.number, name=wanted.name, role=wanted.role, department_id=wanted.department_id,
                      language=language, extension_id=extension_id, password=password, must_change_password=True)


async def phone_for_me(u: Uow, me: Identity, seal: Seal) -> Account:
    """An extension for the asker, numbered like himself. Raises Invalid at "with_me"."""
    try:
        extension_id, secret = await _phone(u, me, seal, me.number)
    except Invalid as error:
        raise Invalid({"with_me": next(iter(error.fields.values()))}) from None
    await extensions.assign(u, me.actor, extension_id, me.person_id)
    return Account(number=me.number, name=me.name, password="", extension=me.number, secret=secret)


# ---- the hotline


async def make_hotline(u: Uow, me: Identity, wanted: HotlineIn, now_ms: int) -> HotlineOut:
    """Groups, menu, hours and number. Raises Invalid at the field that is wrong; then nothing is made."""
    number = wanted.number.lstrip("+")
    checks = Checks()
    if any(row.number == number for row in await lines.list_numbers(u)):
        checks.fail("number", "taken")
    checks.done()
    numbers = [str(FIRST_QUEUE + place) for place in await _free_places(u, len(wanted.groups))]
    for place, (queue_number, group) in enumerate(zip(numbers, wanted.groups, strict=True)):
        with at(f"groups.{place}"):
            await save_queue(u, me.actor, None, QueueData(
                number=queue_number, name=group.name, members=tuple((one, 1) for one in dict.fromkeys(group.members))))
    plan = await _hours(u, me, wanted.hours, number, now_ms) if wanted.hours else None
    name = text("web.guide.flow", me.language, number=number)
    document = _menu(numbers, [one.name for one in wanted.groups], me.language)
    name = _free_name(name, {row.name for row in await flows.list_flows(u)})
    flow = await flows.save_draft(u, me.actor, None, name, document)
    await flows.publish(u, me.actor, flow.id, "", await known(u, flow.id))
    await lines.save_number(
        u, me.actor, None, number=number, destination=f"flow:{flow.id}", trunk_id=wanted.trunk_id,
        plan_id=plan.id if plan else None, closed_to=f"voicemail:{numbers[0]}" if plan else "hang_up:")
    return HotlineOut(number=number, flow_id=flow.id, queues=numbers)


async def _free_places(u: Uow, count: int) -> list[int]:
    """Places after the first number for groups where neither a group nor an extension stands."""
    taken = set((await u.execute(select(Queue.number))).scalars())
    taken |= set((await u.execute(select(Extension.number))).scalars())
    return [place for place in range(1000) if str(FIRST_QUEUE + place) not in taken][:count]


def _free_name(name: str, taken: set[str]) -> str:
    """What belonged to a number that was deleted since may still be there under the plain name."""
    return next(one for one in (name, *(f"{name} ({n})" for n in range(2, 1000))) if one not in taken)


async def _hours(u: Uow, me: Identity, wanted: OpenHours, number: str, now_ms: int) -> HoursPlan:
    checks = Checks()
    if wanted.opens >= wanted.closes:
        checks.fail("hours.closes", "out_of_range")
    checks.done()
    span = ((wanted.opens, wanted.closes),)
    if wanted.holidays:
        year = datetime.fromtimestamp(now_ms / 1000, UTC).year
        for one in (year, year + 1):
            with contextlib.suppress(Invalid):  # next year's arrangement is told late in the year
                await calendars.load_official(u, me.actor, one)
    name = _free_name(text("web.guide.hours", me.language, number=number),
                      {row.name for row in await calendars.list_plans(u)})
    return await calendars.save_plan(u, me.actor, None, calendars.PlanData(
        name=name,
        week=tuple(span if day in wanted.days else () for day in range(7)),
        holiday=() if wanted.holidays else span, workday=span))


def _menu(queues: list[str], names: list[str], language: str) -> dict[str, Any]:
    """Greeting, then the only group, or a choice between two."""
    def say(key: str) -> str:
        return text(f"web.guide.node.{key}", language)

    nodes: dict[str, Any] = {
        f"group{place}": {"kind": "queue", "title": name, "queue": queue}
        for place, (queue, name) in enumerate(zip(queues, names, strict=True), 1)}
    nodes["welcome"] = {"kind": "play", "title": say("welcome"), "prompts": ["yd/welcome"],
                        "next": "menu" if len(queues) > 1 else "group1"}
    if len(queues) > 1:
        nodes["menu"] = {
            "kind": "menu", "title": say("menu"), "prompts": ["yd/main-menu"], "keys": {"1": "group1", "2": "group2"},
            "timeout_s": 6, "retries": 2, "invalid_prompts": ["yd/invalid-key"], "timeout_prompts": ["yd/no-input"],
            "failed": "group1"}
    return {"start": "welcome", "nodes": nodes}
