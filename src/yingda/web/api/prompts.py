"""Prompts: what callers hear. Shipped ones and own ones, in versions, from upload, microphone or text."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from yingda.bus.verbs import RecordPrompt
from yingda.org.permissions import Permission
from yingda.prompts import repo
from yingda.prompts.audio import peaks_of, read_wave
from yingda.prompts.catalog import Shipped, shipped
from yingda.prompts.drafts import DraftFacts
from yingda.prompts.errors import PromptFileMissing
from yingda.prompts.files import LANGUAGES
from yingda.prompts.models import Prompt, PromptTake
from yingda.store.engine import Uow
from yingda.telephony.switch.config import SHIPPED_SOUNDS
from yingda.web import phone_takes
from yingda.web.access import require
from yingda.web.errors import NoExtension
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, PersonName, person_names
from yingda.web.prompt_uses import places
from yingda.web.room import room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.prompts import (
    DraftOut,
    Origin,
    PhoneTakeOut,
    PromptChange,
    PromptIn,
    PromptOut,
    SpeakerOut,
    SpeakIn,
    TakeIn,
    TakeOut,
    VoicesOut,
)

router = APIRouter(tags=["prompts"])
Editor = Annotated[Identity, require(Permission.PROMPTS_EDIT)]
WAV: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}}
BODY: Final[dict[str, Any]] = {"requestBody": {"required": True, "content": {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}
ADD_VOICE: Final = "./yingda add-voice"

def sound(path: Any) -> FileResponse:
    return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "private, no-cache"})

def _take_out(row: PromptTake, people: dict[int | None, PersonName]) -> TakeOut:
    return TakeOut(id=row.id, language=row.language, version=row.version, current=row.current, origin=row.origin,
                   text=row.text, duration_ms=row.duration_ms, level_db=row.level_db, created_at=row.created_at,
                   created_by_name=people.get(row.created_by, NOBODY).name)

def _shipped_takes(one: Shipped, replaced: set[str]) -> list[TakeOut]:
    return [TakeOut(id=None, language=language, version=0, current=True, origin="shipped", text=one.texts[language],
                    duration_ms=length, level_db=None, created_at=0, created_by_name="")
            for language, length in one.durations_ms.items() if language not in replaced]

async def _shown(u: Uow, rows: Sequence[Prompt]) -> list[PromptOut]:
    book, uses = shipped(SHIPPED_SOUNDS), await places(u)
    current: dict[int, list[PromptTake]] = {}
    for take in await repo.takes(u, rows[0].id if len(rows) == 1 else None):
        if take.current:
            current.setdefault(take.prompt_id, []).append(take)
    people = await person_names(u, (take.created_by for takes in current.values() for take in takes))
    found = []
    for row in rows:
        takes = [_take_out(take, people) for take in current.get(row.id, [])]
        if row.key in book:
            takes += _shipped_takes(book[row.key], {take.language for take in takes})
        takes.sort(key=lambda take: LANGUAGES.index(take.language))
        found.append(PromptOut(id=row.id, key=row.key, name=row.name, shipped=row.key in book, archived=row.archived,
                               takes=takes, used_by=uses.get(row.key, [])))
    return found

async def _used(u: Uow, key: str) -> list[str]:
    return [use.name for use in (await places(u)).get(key, [])]

@router.get("/prompts", operation_id="listPrompts")
async def list_prompts(_: Editor, request: Request) -> list[PromptOut]:
    """Own prompts, newest first, then those that came with the product (`name` is then their text's key)."""
    async with room_of(request).store.reading() as u:
        own = await _shown(u, await repo.list_prompts(u))
        uses = await places(u)
    known = {one.key for one in own}
    rest = [PromptOut(id=None, key=key, name="", shipped=True, archived=False, takes=_shipped_takes(one, set()),
                      used_by=uses.get(key, []))
            for key, one in shipped(SHIPPED_SOUNDS).items() if key not in known]
    return own + rest

@router.get("/prompts/voices", operation_id="listVoices")
async def list_voices(_: Editor, request: Request) -> VoicesOut:
    """Who can speak a text, by language."""
    found = await run_in_threadpool(room_of(request).prompts.voices.speakers)
    return VoicesOut(command=ADD_VOICE, languages={
        language: [SpeakerOut(id=one.id, name=one.name, sex=one.sex, engine=engine.name) for engine, one in rows]
        for language, rows in found.items()})

# ---- drafts: heard before they are saved

def _draft_out(facts: DraftFacts) -> DraftOut:
    return DraftOut(id=facts.id, origin=facts.origin, text=facts.text, duration_ms=facts.duration_ms,
                    level_db=facts.level_db, peaks=dict(facts.peaks))

@router.post("/prompts/drafts", operation_id="uploadDraft", status_code=201, openapi_extra=BODY)
async def upload_draft(me: Editor, request: Request, origin: Annotated[Origin, Query()] = "upload",
                       music: Annotated[bool, Query()] = False) -> DraftOut:
    """The body is a sound file of any kind, at most 100 MB. Answers how it sounds once brought to the telephone."""
    room = room_of(request).prompts
    raw = await room.take_upload(request)
    return _draft_out(await run_in_threadpool(room.drafts.finish, raw, str(me.person_id), origin, music=music))

@router.post("/prompts/drafts/speak", operation_id="speakDraft", status_code=201)
async def speak_draft(body: SpeakIn, me: Editor, request: Request) -> DraftOut:
    """Speak a text; takes about as long as the speech itself lasts, and some seconds more."""
    room = room_of(request).prompts
    raw = await run_in_threadpool(room.drafts.incoming)
    try:
        await room.voices.speak(body.text, body.language, body.speaker, body.speed, raw)
    except BaseException:
        room.drafts.forget(raw)
        raise
    return _draft_out(await run_in_threadpool(room.drafts.finish, raw, str(me.person_id), "tts", body.text))

@router.post("/prompts/drafts/phone", operation_id="recordByPhone", status_code=201)
async def record_by_phone(me: Editor, request: Request) -> PhoneTakeOut:
    """Ring the asker's own phone; what he says after the tone is recorded. He must not be ready for customers."""
    if not me.extension:
        raise NoExtension
    given = await room_of(request).link.ask(RecordPrompt(actor=str(me.person_id), agent_id=str(me.person_id)))
    return PhoneTakeOut(call_id=given["call_id"])

@router.post("/prompts/drafts/phone/{call_id}", operation_id="takePhoneDraft", status_code=201)
async def take_phone_draft(call_id: Id, me: Editor, request: Request) -> DraftOut:
    """What was said in that call. Refused: recording_not_ready (ask again), prompt_file_missing (nothing kept)."""
    room = room_of(request)
    async with room.store.reading() as u:
        file = await phone_takes.recorded(u, room, call_id, me)
    raw = await run_in_threadpool(room.prompts.drafts.incoming)
    await run_in_threadpool(shutil.copyfile, file, raw)
    return _draft_out(await run_in_threadpool(room.prompts.drafts.finish, raw, str(me.person_id), "phone"))

@router.get("/prompts/drafts/{draft}/audio", operation_id="getDraftAudio", response_class=FileResponse, responses=WAV)
async def get_draft_audio(draft: str, me: Editor, request: Request) -> FileResponse:
    return sound(await run_in_threadpool(room_of(request).prompts.drafts.audio, draft, str(me.person_id)))

# ---- shipped prompts

@router.get("/prompts/shipped/{name}/{language}/audio", operation_id="getShippedAudio", response_class=FileResponse,
            responses=WAV)
async def get_shipped_audio(name: str, language: Literal["zh", "en"], _: Editor, request: Request) -> FileResponse:
    return sound(_shipped_path(request, name, language))

@router.get("/prompts/shipped/{name}/{language}/peaks", operation_id="getShippedPeaks")
async def get_shipped_peaks(name: str, language: Literal["zh", "en"], _: Editor, request: Request) -> dict[str, Any]:
    samples, rate = await run_in_threadpool(read_wave, _shipped_path(request, name, language))
    return peaks_of(samples, rate)

def _shipped_path(request: Request, name: str, language: str) -> Any:
    if f"yd/{name}" not in shipped(SHIPPED_SOUNDS):
        raise PromptFileMissing
    return room_of(request).prompts.files.shipped_audio(f"yd/{name}", language)

# ---- own prompts

async def _add(u: Uow, request: Request, me: Identity, row: Prompt, body: TakeIn) -> None:
    room = room_of(request).prompts
    owner = str(me.person_id)
    facts = await run_in_threadpool(room.drafts.facts, body.draft, owner)
    ready = await run_in_threadpool(room.drafts.ready, body.draft, owner)
    await repo.add_take(u, me.actor, room.files, row, ready, language=body.language, origin=facts.origin,
                        text=body.text)

@router.post("/prompts", operation_id="createPrompt", status_code=201)
async def create_prompt(body: PromptIn, me: Editor, request: Request) -> PromptOut:
    """A new prompt, or with `replaces` an own recording in place of a shipped one; callers hear it at once."""
    async with room_of(request).store.uow() as u:
        row = await repo.create_prompt(u, me.actor, body.name, replaces=body.replaces)
        await _add(u, request, me, row, body)
        return (await _shown(u, [row]))[0]

@router.put("/prompts/{prompt_id}", operation_id="updatePrompt")
async def update_prompt(prompt_id: Id, body: PromptChange, me: Editor, request: Request) -> PromptOut:
    """Rename or archive. One that is in use cannot be archived."""
    async with room_of(request).store.uow() as u:
        row = await repo.get_prompt(u, prompt_id)
        row = await repo.change_prompt(u, me.actor, prompt_id, name=body.name, archived=body.archived,
                                       used=await _used(u, row.key))
        return (await _shown(u, [row]))[0]

@router.delete("/prompts/{prompt_id}", operation_id="deletePrompt", status_code=204)
async def delete_prompt(prompt_id: Id, me: Editor, request: Request) -> None:
    """Refused while a flow or queue plays it. An own recording of a shipped prompt gives way to the original."""
    room = room_of(request)
    async with room.store.uow() as u:
        row = await repo.get_prompt(u, prompt_id)
        await repo.delete_prompt(u, me.actor, room.prompts.files, prompt_id, await _used(u, row.key))

@router.post("/prompts/{prompt_id}/takes", operation_id="addTake", status_code=201)
async def add_take(prompt_id: Id, body: TakeIn, me: Editor, request: Request) -> PromptOut:
    """A new version; who is hearing the old one hears it to its end."""
    async with room_of(request).store.uow() as u:
        row = await repo.get_prompt(u, prompt_id)
        await _add(u, request, me, row, body)
        return (await _shown(u, [row]))[0]

@router.get("/prompts/{prompt_id}/takes", operation_id="listTakes")
async def list_takes(prompt_id: Id, _: Editor, request: Request) -> list[TakeOut]:
    """Every version, newest first."""
    async with room_of(request).store.reading() as u:
        await repo.get_prompt(u, prompt_id)
        rows = await repo.takes(u, prompt_id)
        people = await person_names(u, (row.created_by for row in rows))
        return [_take_out(row, people) for row in rows]

@router.post("/prompts/{prompt_id}/takes/{take_id}/use", operation_id="useTake")
async def use_take(prompt_id: Id, take_id: Id, me: Editor, request: Request) -> PromptOut:
    room = room_of(request)
    async with room.store.uow() as u:
        row = await repo.get_prompt(u, prompt_id)
        await repo.use_take(u, me.actor, room.prompts.files, row, await repo.get_take(u, prompt_id, take_id))
        return (await _shown(u, [row]))[0]

@router.get("/prompts/{prompt_id}/takes/{take_id}/audio", operation_id="getTakeAudio", response_class=FileResponse,
            responses=WAV)
async def get_take_audio(prompt_id: Id, take_id: Id, _: Editor, request: Request) -> FileResponse:
    room = room_of(request)
    async with room.store.reading() as u:
        row, take = await repo.get_prompt(u, prompt_id), await repo.get_take(u, prompt_id, take_id)
    return sound(room.prompts.files.audio(row.key, take.language, take.version))

@router.get("/prompts/{prompt_id}/takes/{take_id}/peaks", operation_id="getTakePeaks")
async def get_take_peaks(prompt_id: Id, take_id: Id, _: Editor, request: Request) -> dict[str, Any]:
    room = room_of(request)
    async with room.store.reading() as u:
        row, take = await repo.get_prompt(u, prompt_id), await repo.get_take(u, prompt_id, take_id)
    path = room.prompts.files.peaks(row.key, take.language, take.version)
    found: dict[str, Any] = json.loads(await run_in_threadpool(path.read_bytes))
    return found

