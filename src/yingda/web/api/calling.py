"""Who may call what, the site's ceilings, and what has been used today."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request

from yingda.bus.verbs import LookAround
from yingda.kit.errors import Refused
from yingda.org import calling, extension_groups
from yingda.org.checks import Checks
from yingda.org.models import ExtensionGroup, Person
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, person_names, queue_names
from yingda.web.revisions import IfMatch, check
from yingda.web.room import Room, room_of
from yingda.web.shapes.office import CallingOut, PhoneGroupOut, RuleIn, RuleOut, TollIn, TollOut, UsedOut

router = APIRouter(tags=["calling"])
Editor = Annotated[Identity, require(Permission.TRUNKS_EDIT)]
SUBJECT = "/calling-rules/{subject}"


def _person(subject: str) -> int | None:
    kind, _, rest = subject.partition(":")
    bare = rest if kind == "person" else kind
    return int(bare) if bare.isdecimal() else None


async def _rules(u: Uow) -> list[RuleOut]:
    rules = await calling.all_rules(u)
    people = await person_names(u, [_person(subject) for subject in rules])
    queues = {f"queue:{key}": name for key, name in (await queue_names(u)).items()}
    groups = {f"extension_group:{row.id}": row.name for row in await extension_groups.list_groups(u)}
    named = queues | groups
    return [RuleOut(subject=subject, name=people.get(_person(subject), NOBODY).name or named.get(subject, ""), **rule)
            for subject, rule in sorted(rules.items())]


async def _used(room: Room, u: Uow, actor: str) -> list[UsedOut]:
    """Today's figures; none while the engine is away."""
    try:
        figures: list[dict[str, Any]] = (await room.link.ask(LookAround(actor=actor)) or {}).get("used", [])
    except Refused:
        return []
    people = await person_names(u, [_person(one["payer"]) for one in figures])
    return [UsedOut(payer=one["payer"], name=people.get(_person(one["payer"]), NOBODY).name, seconds=one["seconds"],
                    fen=one["fen"]) for one in figures]


@router.get("/calling-rules", operation_id="getCallingRules")
async def get_calling(me: Editor, request: Request) -> CallingOut:
    room = room_of(request)
    async with room.store.reading() as u:
        groups = [PhoneGroupOut(id=row.id, name=row.name)
                  for row in await extension_groups.list_groups(u) if row.active]
        return CallingOut(rules=await _rules(u), groups=groups, toll=TollOut(**await calling.get_toll(u)),
                          used=await _used(room, u, str(me.person_id)))


@router.put(SUBJECT, operation_id="saveCallingRule", status_code=204)
async def save_rule(subject: str, body: RuleIn, me: Editor, request: Request, read: IfMatch = "") -> None:
    """`subject`: role:* | role:<role> | phone | person:<id> | queue:<id> | extension_group:<id>.

    Of a queue only `shown` counts.
    """
    await _write(request, me, subject, body.model_dump(), read)


@router.delete(SUBJECT, operation_id="deleteCallingRule", status_code=204)
async def delete_rule(subject: str, me: Editor, request: Request) -> None:
    """Back to what the wider rule says."""
    await _write(request, me, subject, None)


async def _write(request: Request, me: Identity, subject: str, rule: dict[str, Any] | None, read: str = "") -> None:
    room = room_of(request)
    async with room.store.uow() as u:
        for now in await _rules(u) if read else ():
            if now.subject == subject:
                check(read, now)
        person = _person(subject)
        unknown = subject.startswith("person:") and (person is None or await u.get(Person, person) is None)
        group = subject.removeprefix("extension_group:")
        if group != subject:
            unknown = not group.isdecimal() or await u.get(ExtensionGroup, int(group)) is None
        if unknown:
            checks = Checks()
            checks.fail("subject", "unknown")
            checks.done()
        await calling.save_rule(u, me.actor, subject, rule)
    room.reload_engine(me.person_id)


@router.put("/toll", operation_id="saveToll", status_code=204)
async def save_toll(body: TollIn, me: Editor, request: Request, read: IfMatch = "") -> None:
    room = room_of(request)
    async with room.store.uow() as u:
        check(read, TollOut(**await calling.get_toll(u)))
        await calling.save_toll(u, me.actor, body.model_dump())
    room.reload_engine(me.person_id)
