"""Surveys: what callers answered after their calls, and what it comes to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from yingda.calls.models import CallRow
from yingda.crm.customers import repo as customers
from yingda.ivr import surveys
from yingda.ivr.models import BY_LINK, SurveyAnswer
from yingda.ivr.surveys import SurveyFilter
from yingda.kit.numbers import mask
from yingda.org.permissions import Permission
from yingda.org.site import get_site
from yingda.store.engine import Uow
from yingda.store.errors import Invalid, NotFound
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.names import NOBODY, person_names, queue_names
from yingda.web.reach import reach_of
from yingda.web.room import room_of
from yingda.web.shapes.common import Asked, Id
from yingda.web.shapes.surveys import SurveyAnswerOut, SurveyPage, SurveySum

router = APIRouter(tags=["surveys"])
Reader = Annotated[Identity, require(Permission.CALLS_VIEW)]


def _wanted(
    since: Annotated[int, Query(alias="from", ge=0, le=2**53)],
    until: Annotated[int, Query(alias="to", ge=0, le=2**53)],
    agent_id: Annotated[Id | None, Query()] = None, queue_id: Annotated[Id | None, Query()] = None,
    most: Annotated[int | None, Query(ge=0, le=9)] = None,
) -> SurveyFilter:
    if since >= until:
        raise Invalid({"from": "wrong_range_of_time"})
    return SurveyFilter(since=since, until=until, agent_id=agent_id, queue_id=queue_id, most=most)


Wanted = Annotated[SurveyFilter, Depends(_wanted)]


async def _within_reach(u: Uow, me: Identity, wanted: SurveyFilter) -> SurveyFilter:
    reach = await reach_of(u, me, Permission.CALLS_VIEW)
    return SurveyFilter(since=wanted.since, until=wanted.until, agent_id=wanted.agent_id, queue_id=wanted.queue_id,
                        most=wanted.most, people=reach.people)


async def answers_out(u: Uow, me: Identity, rows: list[SurveyAnswer]) -> list[SurveyAnswerOut]:
    """With names; numbers masked where the asker's right to see them does not reach."""
    reveal = await reach_of(u, me, Permission.NUMBERS_REVEAL)
    people = await person_names(u, (row.agent_id for row in rows))
    queues = await queue_names(u) if rows else {}
    names = await customers.names(u, {row.customer_id for row in rows if row.customer_id is not None})
    return [SurveyAnswerOut(
        call_id=row.call_id, n=row.n, at=row.at, question=row.question, key=row.key, score=row.score,
        way="link" if row.n >= BY_LINK else "keys",
        agent_id=row.agent_id, agent_name=people.get(row.agent_id, NOBODY).name,
        agent_number=people.get(row.agent_id, NOBODY).number, queue_name=queues.get(row.queue_id, ""),
        customer_id=row.customer_id, customer_name=names.get(row.customer_id or 0, ""),
        number=row.number if reveal.covers(row.agent_id) else mask(row.number)) for row in rows]


@router.get("/surveys", operation_id="listSurveyAnswers")
async def list_answers(me: Reader, request: Request, wanted: Wanted,
                       cursor: Annotated[Asked, Query(max_length=100)] = "",
                       limit: Annotated[int, Query(ge=1, le=200)] = 50) -> SurveyPage:
    """Newest first. `most`: only marks up to this. `from` is inclusive, `to` exclusive."""
    async with room_of(request).store.reading() as u:
        page = await surveys.list_answers(u, await _within_reach(u, me, wanted), cursor, limit)
        return SurveyPage(items=await answers_out(u, me, page.items), next=page.next or None)


@router.get("/surveys/figures", operation_id="getSurveyFigures")
async def get_figures(me: Reader, request: Request, wanted: Wanted,
                      by: Literal["agent", "queue", "day", "question", "all"] = "agent") -> list[SurveySum]:
    """One line for each agent, group, day or question; those who were asked and did not answer count in no mean."""
    async with room_of(request).store.reading() as u:
        found = await surveys.figures(u, await _within_reach(u, me, wanted), by, (await get_site(u)).timezone)
        names: dict[Any, str] = {}
        if by == "agent":
            names = {key: one.name for key, one in (await person_names(u, found)).items()}
        elif by == "queue":
            names = dict(await queue_names(u))
    return [SurveySum(key=str(key or ""), name=names.get(key, str(key or "") if by in ("day", "question") else ""),
                      asked=one.asked, answered=one.answered, mean=one.mean,
                      marks={str(score): count for score, count in one.marks})
            for key, one in sorted(found.items(), key=lambda pair: str(pair[0] or ""))]


@router.get("/calls/{call_id}/survey", operation_id="getCallSurvey")
async def of_call(call_id: Id, me: Reader, request: Request) -> list[SurveyAnswerOut]:
    async with room_of(request).store.reading() as u:
        call = await u.get(CallRow, call_id)
        if call is None:
            raise NotFound(kind="call", id=str(call_id))
        rows = await surveys.of_call(u, call_id)
        (await reach_of(u, me, Permission.CALLS_VIEW)).need(
            call.agent_id, call.origin_agent_id, call.far_agent_id, *(row.agent_id for row in rows))
        return await answers_out(u, me, rows)
