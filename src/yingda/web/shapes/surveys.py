"""Answers to surveys and their figures."""

from __future__ import annotations

from typing import Literal

from yingda.web.shapes.common import Edited, Id, In, Ms, Out
from yingda.web.shapes.outside import Url


class SurveyAnswerOut(Out):
    call_id: Id
    n: Id
    at: Ms
    question: str
    key: str
    score: int | None  # none: heard the question and did not answer
    way: Literal["keys", "link"]
    agent_id: Id | None
    agent_name: str
    agent_number: str
    queue_name: str
    customer_id: Id | None
    customer_name: str
    number: str


class SurveyPage(Out):
    items: list[SurveyAnswerOut]
    next: str | None


class SurveySum(Out):
    """`mean` over the marks that were given, none without any; `marks`: score → how often."""

    key: str
    name: str
    asked: int
    answered: int
    mean: float | None
    marks: dict[str, int]


class SurveyLinksIn(In):
    """`channel_id`: the SMS channel that links go by, null = none are sent. `page_url`: how customers reach us."""

    channel_id: Id | None = None
    page_url: Url = ""


class SurveyLinksOut(Edited, Out):
    edits = SurveyLinksIn

    channel_id: Id | None
    page_url: str
