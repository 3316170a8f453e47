"""The site as the engine knows it: who works here, which queues, numbers, trunks and menus there are.

Read from the database at start and after each change, kept as JSON beside the journal so that the engine also starts
while the database is away. `load` (below the structs) does the reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from yingda.acd.policy import Policy
from yingda.callback.machine import Limits
from yingda.ivr.form import Flow
from yingda.journey.office_directory import Office, load_office
from yingda.kit.numbering import NumberFormat
from yingda.org.hours import Plan

if TYPE_CHECKING:
    from yingda.org.sealing import Seal
    from yingda.store.engine import Uow


OLD_FLOWS_MS = 24 * 3_600_000  # so long an old version is kept for callers who are still in it


class Person(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: str  # employee number, 工号
    name: str
    role: str
    extension: str  # "" when the person has none
    queues: tuple[tuple[str, int], ...] = ()  # (queue id, level)
    language: str = "zh"  # of the prompts he hears
    auto_answer: bool = False  # his phone lifts by itself, after a tone
    pin_hash: str = ""  # for signing in by a phone's keys; see kit/pins.py
    picks_up: str = ""  # own: calls of the groups he serves; all: any; "": none
    watches: tuple[str, ...] = ()  # people whose calls he may listen to; "*": everybody's
    areas: dict[str, tuple[str, ...]] = {}  # queue id → places or beginnings of numbers that he is to have first


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: str
    name: str
    strategy: str = "longest_idle"
    wrap_up_s: int = 15
    ring_s: int = 20
    max_wait_s: int = 600
    service_level_s: int = 20
    music: str = "default"
    priority: int = 0
    policy: Policy = Policy()
    survey_flow_id: str = ""  # "" = callers are not asked after the talk


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    secret: str
    person_id: str = ""
    group_id: str = ""  # its extension group, "" = none


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    endpoint: str
    host: str
    match: tuple[str, ...]
    username: str = ""
    secret: str = ""
    register: bool = False
    capacity: int = 20
    form: NumberFormat = NumberFormat()


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A number that callers dial (DID) and where it leads (`kit/destination.py`)."""

    number: str
    trunk_id: str
    destination: str = ""
    plan_id: str = ""  # working hours, "" = always open
    closed_to: str = "hang_up:"
    priority: int = 0  # steps added to the queue's


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    kind: str  # black | white | vip
    number: str
    prefix: bool = False
    expires_at: int = 0  # UTC ms, 0 = never


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    people: tuple[Person, ...] = ()
    queues: tuple[Queue, ...] = ()
    extensions: tuple[Extension, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    numbers: tuple[Number, ...] = ()
    flows: tuple[Flow, ...] = ()  # of one flow the newest version stands last
    break_reasons: tuple[str, ...] = ()
    listed: tuple[Listed, ...] = ()
    plans: tuple[Plan, ...] = ()
    calendar: dict[str, str] = {}  # ISO date → holiday | workday | closed
    office: Office = Office()
    callback: Limits = Limits()
    company: str = ""
    timezone: str = "Asia/Shanghai"
    language: str = "zh"


async def load(u: Uow, seal: Seal) -> Directory:
    """Read the whole site in one transaction; only what is active. Secrets come opened: keep the result private.

    The database's libraries are imported here and not above: the engine reads its site through a child process and
    never pays for them.
    """
    from yingda.acd import repo as acd
    from yingda.followup.settings import get_rules
    from yingda.ivr import repo as ivr
    from yingda.ivr.secrets import opened
    from yingda.kit.clock import SystemClock
    from yingda.org import calendars, callers, extensions, lines, people, phone_settings, site

    queues = await acd.list_queues(u, inactive=False)
    open_queues = {queue.id for queue in queues}
    serves: dict[int, list[tuple[str, int]]] = {}
    areas: dict[int, dict[str, tuple[str, ...]]] = {}
    for member in await acd.members(u):
        if member.queue_id in open_queues:
            serves.setdefault(member.person_id, []).append((str(member.queue_id), member.level))
            if member.areas:
                areas.setdefault(member.person_id, {})[str(member.queue_id)] = tuple(member.areas.split(","))
    phones = {x.id: x for x in await extensions.list_extensions(u) if x.active}
    sealed = await extensions.sealed_secrets(u)
    staff = await people.list_people(u, inactive=False)
    here = {person.id for person in staff}
    company = await site.get_site(u)
    rules = await get_rules(u)
    own_phones = await phone_settings.all_settings(u)
    allowed = {person.id: await phone_settings.by_phone(u, person) for person in staff}
    flows = {row.id: row for row in await ivr.list_flows(u) if not row.archived_at}
    versions = [row for row in await ivr.recent_versions(u, SystemClock().now_ms() - OLD_FLOWS_MS)
                if row.flow_id in flows]
    return Directory(
        people=tuple(Person(
            id=str(p.id), number=p.number, name=p.name, role=p.role, queues=tuple(serves.get(p.id, ())),
            language=p.language, auto_answer=own_phones[p.id].auto_answer, pin_hash=own_phones[p.id].pin_hash,
            picks_up=allowed[p.id][0], watches=allowed[p.id][1],
            areas=areas.get(p.id, {}),
            extension=phones[p.extension_id].number if p.extension_id in phones else "") for p in staff),
        queues=tuple(Queue(
            id=str(q.id), number=q.number, name=q.name, strategy=q.strategy, wrap_up_s=q.wrap_up_s, ring_s=q.ring_s,
            max_wait_s=q.max_wait_s, service_level_s=q.service_level_s, music=q.music, priority=q.priority,
            policy=acd.policy_of(q), survey_flow_id=str(q.survey_flow_id or ""))
            for q in queues),
        extensions=tuple(Extension(
            number=x.number, secret=seal.open(sealed[x.id]),
            person_id=str(x.person_id) if x.person_id in here else "", group_id=str(x.group_id or ""))
            for x in phones.values()),
        trunks=tuple(Trunk(
            id=str(t.id), name=t.name, endpoint=t.endpoint, host=t.host, username=t.username,
            match=tuple(part for part in t.match.split(",") if part), secret=seal.open(t.secret_sealed),
            register=t.register, capacity=t.capacity,
            form=msgspec.convert(t.numbering, NumberFormat)) for t in await lines.list_trunks(u) if t.active),
        numbers=tuple(Number(
            number=n.number, trunk_id=str(n.trunk_id or ""), destination=n.destination,
            plan_id=str(n.plan_id or ""), closed_to=n.closed_to, priority=n.priority)
            for n in await lines.list_numbers(u)),
        flows=tuple(msgspec.convert({
            **opened(row.nodes, seal), "id": str(row.flow_id), "version": row.version,
            "name": flows[row.flow_id].name}, Flow) for row in versions),
        break_reasons=tuple(reason.code for reason in await site.list_break_reasons(u)),
        listed=tuple(Listed(kind=x.kind, number=x.number, prefix=x.prefix, expires_at=x.expires_at)
                     for x in await callers.list_callers(u)),
        plans=tuple(calendars.rule(row) for row in await calendars.list_plans(u)),
        calendar={row.day: row.kind for row in await calendars.list_days(u)},
        office=await load_office(u, seal),
        callback=Limits(tries=rules.tries, interval_ms=rules.interval_min * 60_000, lasts_ms=rules.lasts_h * 3_600_000,
                        open_h=rules.open_h, close_h=rules.close_h),
        company=company.company, timezone=company.timezone, language=company.language)
