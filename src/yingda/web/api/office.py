"""The office directory for everybody, and how one's own phone is set."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request

from yingda.bus.verbs import LookAround, SetFeatures
from yingda.kit.errors import Refused
from yingda.org import departments as departments_of
from yingda.org import extensions, people
from yingda.org.models import Person
from yingda.org.permissions import Permission
from yingda.web.access import require, signed_in
from yingda.web.errors import NoExtension
from yingda.web.identity import Identity
from yingda.web.room import Room, room_of
from yingda.web.shapes.common import ExtensionNumber
from yingda.web.shapes.office import ContactOut, FeaturesIn, FeaturesOut

router = APIRouter(tags=["office"])
Anybody = Annotated[Identity, signed_in()]
Editor = Annotated[Identity, require(Permission.EXTENSIONS_EDIT)]


async def _phones(room: Room, me: Identity) -> dict[str, dict[str, Any]]:
    """Every phone as the engine sees it; none while it is away."""
    try:
        seen = await room.link.ask(LookAround(actor=str(me.person_id)))
    except Refused:
        return {}
    return {one["number"]: one for one in (seen or {}).get("phones", [])}


def _state(phone: dict[str, Any] | None, agent: dict[str, Any] | None) -> str:
    if agent and agent["presence"] != "signed_out":
        return str(agent["state"])
    if phone is None or not phone["reachable"]:
        return "offline"
    return "busy" if phone["busy"] else "free"


def _contact(extension: str, person: Person | None, department: str, phone: dict[str, Any] | None,
             agent: dict[str, Any] | None) -> ContactOut:
    features = phone["features"] if phone else {}
    return ContactOut(
        extension=extension, name=person.name if person else "", number=person.number if person else "",
        pinyin=person.pinyin if person else "", py=person.py if person else "", department=department,
        person_id=person.id if person else None, state=_state(phone, agent), dnd=bool(features.get("dnd")),
        forwarded=bool(features.get("always")))


@router.get("/office/directory", operation_id="getOfficeDirectory")
async def directory(me: Anybody, request: Request) -> list[ContactOut]:
    """Everybody who has an extension, and phones that are nobody's, with what they do now."""
    room = room_of(request)
    phones = await _phones(room, me)
    async with room.store.reading() as u:
        staff = {row.id: row for row in await people.list_people(u, inactive=False)}
        departments = {row.id: row.name for row in await departments_of.list_departments(u)}
        rows = [one for one in await extensions.list_extensions(u) if one.active]
    found = []
    for one in rows:
        person = staff.get(one.person_id or 0)
        agent = room.link.mirror.agent(str(person.id)) if person else None
        department = departments.get(person.department_id or 0, "") if person else ""
        found.append(_contact(one.number, person, department, phones.get(one.number), agent))
    return found


async def _get(request: Request, me: Identity, extension: str) -> FeaturesOut:
    phone = (await _phones(room_of(request), me)).get(extension)
    features = phone["features"] if phone else {}
    return FeaturesOut(extension=extension, changed_at=features.get("changed_at", 0),
                       **{name: features[name] for name in FeaturesIn.model_fields if name in features})


async def _set(request: Request, me: Identity, extension: str, body: FeaturesIn) -> FeaturesOut:
    kept = await room_of(request).link.ask(SetFeatures(actor=str(me.person_id), extension=extension,
                                                       **body.model_dump())) or {}
    return FeaturesOut(extension=extension, changed_at=kept.get("changed_at", 0), **body.model_dump())


@router.get("/me/features", operation_id="getMyFeatures")
async def my_features(me: Anybody, request: Request) -> FeaturesOut:
    if not me.extension:
        raise NoExtension
    return await _get(request, me, me.extension)


@router.put("/me/features", operation_id="setMyFeatures")
async def set_my_features(body: FeaturesIn, me: Anybody, request: Request) -> FeaturesOut:
    """Forwarding and do-not-disturb of one's own extension. An outside number needs the right to call it."""
    if not me.extension:
        raise NoExtension
    return await _set(request, me, me.extension, body)


@router.get("/extension-features/{extension}", operation_id="getFeatures")
async def features_of(extension: ExtensionNumber, me: Editor, request: Request) -> FeaturesOut:
    return await _get(request, me, extension)


@router.put("/extension-features/{extension}", operation_id="setFeatures")
async def set_features(extension: ExtensionNumber, body: FeaturesIn, me: Editor, request: Request) -> FeaturesOut:
    return await _set(request, me, extension, body)
