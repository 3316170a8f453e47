"""Links to the survey by SMS: the setting, and the page that customers open. Who holds a link needs no login."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from limits import RateLimitItemPerMinute

from yingda.acd.models import Queue
from yingda.followup import repo as follow_ups
from yingda.followup import rules
from yingda.followup.rules import Contact
from yingda.ivr import survey_links
from yingda.ivr.models import Flow
from yingda.ivr.survey_links import SurveyLinks
from yingda.ivr.surveys import who_served
from yingda.org.permissions import Permission
from yingda.store.engine import Uow
from yingda.web import survey_page
from yingda.web.access import address_of, public, require
from yingda.web.identity import Identity
from yingda.web.problems import language_of
from yingda.web.revisions import IfMatch, check
from yingda.web.room import room_of
from yingda.web.shapes.surveys import SurveyLinksIn, SurveyLinksOut

router = APIRouter(tags=["surveys"])
page = APIRouter(tags=["surveys"])
Owner = Annotated[Identity, require(Permission.SETTINGS_EDIT)]
Token = Annotated[str, Path(max_length=64)]
WRONG_RATE: Final = RateLimitItemPerMinute(30)  # of one address
RATE: Final = RateLimitItemPerMinute(20)  # of one link
LONGEST: Final = 4_000  # bytes of a form


async def _kept(u: Uow) -> SurveyLinksOut:
    links = await survey_links.get_links(u)
    return SurveyLinksOut(channel_id=links.channel_id, page_url=links.page_url)


@router.get("/surveys/links", operation_id="getSurveyLinks")
async def get_links(_: Owner, request: Request) -> SurveyLinksOut:
    async with room_of(request).store.reading() as u:
        return await _kept(u)


@router.put("/surveys/links", operation_id="setSurveyLinks")
async def set_links(body: SurveyLinksIn, me: Owner, request: Request, read: IfMatch = "") -> SurveyLinksOut:
    """For calls to come. Which groups send links is told at each group."""
    async with room_of(request).store.uow() as u:
        check(read, await _kept(u))
        await survey_links.save_links(u, me.actor, SurveyLinks(**body.model_dump()))
        return await _kept(u)


async def _call_of(request: Request, token: str) -> int | HTMLResponse:
    """The call that the link speaks of, or what to say instead."""
    room, address, language = room_of(request), f"survey:{address_of(request)}", language_of(request.scope)
    company = (await room.site()).company
    if not room.wrong_tokens.test(WRONG_RATE, address):
        return survey_page.said(company, language, "busy", 429)
    found = survey_links.read_token(room.seal, token)
    if found is None:
        room.wrong_tokens.hit(WRONG_RATE, address)
        return survey_page.said(company, language, "wrong", 404)
    call_id, ends_at = found
    if not room.wrong_tokens.hit(RATE, f"survey:{call_id}"):
        return survey_page.said(company, language, "busy", 429)
    if room.clock.now_ms() > ends_at:
        return survey_page.said(company, language, "over", 410)
    return call_id


async def _flow_of(u: Uow, call_id: int) -> Flow | None:
    """The survey of the group that served the caller; None when it has none any more."""
    served = await who_served(u, call_id)
    queue = await u.get(Queue, served["queue_id"]) if served["queue_id"] else None
    return await u.get(Flow, queue.survey_flow_id) if queue is not None and queue.survey_flow_id else None


@page.get("/s/{token}", operation_id="showSurveyPage", response_class=HTMLResponse)
async def show(token: Token, _: Annotated[None, public()], request: Request) -> HTMLResponse:
    """Changes nothing: programs that look into messages open links too."""
    room, language = room_of(request), language_of(request.scope)
    call = await _call_of(request, token)
    if isinstance(call, HTMLResponse):
        return call
    company = (await room.site()).company
    async with room.store.reading() as u:
        if await survey_links.is_answered(u, call):
            return survey_page.said(company, language, "answered", 200)
        flow = await _flow_of(u, call)
    questions = survey_links.questions(flow.nodes) if flow is not None else ()
    return survey_page.asked(company, language, questions) if questions else survey_page.said(
        company, language, "over", 410)


@page.post("/s/{token}", operation_id="takeSurveyPage", response_class=HTMLResponse)
async def take(token: Token, _: Annotated[None, public()], request: Request) -> HTMLResponse:
    """One answer for each call; a second one is thanked for and changes nothing."""
    room, language = room_of(request), language_of(request.scope)
    call = await _call_of(request, token)
    if isinstance(call, HTMLResponse):
        return call
    company, now = (await room.site()).company, room.clock.now_ms()
    form = dict(parse_qsl((await request.body())[:LONGEST].decode("utf-8", "replace")))
    async with room.store.uow() as u:
        flow = await _flow_of(u, call)
        questions = survey_links.questions(flow.nodes) if flow is not None else ()
        if flow is None or not questions:
            return survey_page.said(company, language, "over", 410)
        keys = {one.name: form.get(f"q{n}", "") for n, one in enumerate(questions)}
        rows = await survey_links.answer(u, call, flow, keys, now)
        if rows:
            await follow_ups.take_marks(u, [Contact(
                call_id=call, kind=rules.LOW_MARK, reason=rules.LOW_MARK, number=row["number"], at=now,
                mark=row["score"], queue_id=row["queue_id"], agent_id=row["agent_id"]) for row in rows])
            return survey_page.said(company, language, "thanks", 200)
        if await survey_links.is_answered(u, call):
            return survey_page.said(company, language, "answered", 200)
    return survey_page.asked(company, language, questions, missing=True)
