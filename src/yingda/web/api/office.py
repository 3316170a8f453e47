"""The office directory for everybody, and how one's own phone is set."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from yingda.bus.verbs import LookAround, SetFeatures
from yingda.kit.errors import Refused
from yingda.org import people_lines
from yingda.org.checks import Checks
from yingda.org.people_lines import Contact
from yingda.org.permissions import Permission
from yingda.prompts import repo as prompts
from yingda.web import sounds
from yingda.web.access import require, signed_in
from yingda.web.errors import NoExtension
from yingda.web.identity import Identity
from yingda.web.lists import long_list
from yingda.web.revisions import IfMatch, check
from yingda.web.room import Room, room_of
from yingda.web.shapes.common import ExtensionNumber
from yingda.web.shapes.office import ContactOut, FeaturesIn, FeaturesOut, GreetingOut

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


def _contact(one: Contact, phone: dict[str, Any] | None, agent: dict[str, Any] | None) -> ContactOut:
    features = phone["features"] if phone else {}
    return ContactOut(
        extension=one.extension, name=one.name or "", number=one.number or "", pinyin=one.pinyin or "",
        py=one.py or "", department=one.department or "", person_id=one.person_id, state=_state(phone, agent),
        dnd=bool(features.get("dnd")), forwarded=bool(features.get("always")), photo=one.photo or 0)


@router.get("/office/directory", operation_id="getOfficeDirectory", response_model=list[ContactOut])
async def directory(me: Anybody, request: Request) -> Response:
    """Everybody who has an extension, and phones that are nobody's, with what they do now."""
    room = room_of(request)
    phones = await _phones(room, me)
    async with room.store.reading() as u:
        found = await people_lines.contacts(u)
    agents = room.link.mirror
    return long_list(list[ContactOut], [
        _contact(one, phones.get(one.extension), agents.agent(str(one.person_id)) if one.person_id else None)
        for one in found])


async def _get(request: Request, me: Identity, extension: str) -> FeaturesOut:
    phone = (await _phones(room_of(request), me)).get(extension)
    features = phone["features"] if phone else {}
    return FeaturesOut(extension=extension, changed_at=features.get("changed_at", 0),
                       **{name: features[name] for name in FeaturesIn.model_fields if name in features})


async def _check_greeting(request: Request, key: str) -> None:
    async with room_of(request).store.reading() as u:
        playable = (await sounds.playable(u)).values()
    checks = Checks()
    if key and not any(key in keys for keys in playable):
        checks.fail("box_greeting", "unknown")
    checks.done()


async def _set(request: Request, me: Identity, extension: str, body: FeaturesIn, read: str) -> FeaturesOut:
    if read:
        check(read, await _get(request, me, extension))
    await _check_greeting(request, body.box_greeting)
    kept = await room_of(request).link.ask(SetFeatures(actor=str(me.person_id), extension=extension,
                                                       **body.model_dump())) or {}
    return FeaturesOut(extension=extension, changed_at=kept.get("changed_at", 0), **body.model_dump())


@router.get("/office/greetings", operation_id="listGreetings")
async def greetings(_: Anybody, request: Request) -> list[GreetingOut]:
    """The company's own prompts, of which everybody may choose one for his message box: key and name only."""
    async with room_of(request).store.reading() as u:
        playable = set().union(*(await prompts.known_keys(u)).values())
        return [GreetingOut(key=row.key, name=row.name) for row in await prompts.list_prompts(u)
                if row.key in playable and row.key.startswith("own/")]


@router.get("/me/features", operation_id="getMyFeatures")
async def my_features(me: Anybody, request: Request) -> FeaturesOut:
    if not me.extension:
        raise NoExtension
    return await _get(request, me, me.extension)


@router.put("/me/features", operation_id="setMyFeatures")
async def set_my_features(body: FeaturesIn, me: Anybody, request: Request, read: IfMatch = "") -> FeaturesOut:
    """Forwarding and do-not-disturb of one's own extension. An outside number needs the right to call it."""
    if not me.extension:
        raise NoExtension
    return await _set(request, me, me.extension, body, read)


@router.get("/extension-features/{extension}", operation_id="getFeatures")
async def features_of(extension: ExtensionNumber, me: Editor, request: Request) -> FeaturesOut:
    return await _get(request, me, extension)


@router.put("/extension-features/{extension}", operation_id="setFeatures")
async def set_features(extension: ExtensionNumber, body: FeaturesIn, me: Editor, request: Request,
                       read: IfMatch = "") -> FeaturesOut:
    return await _set(request, me, extension, body, read)
