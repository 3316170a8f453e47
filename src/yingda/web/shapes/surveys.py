"""Answers to surveys and their figures."""

from __future__ import annotations

from yingda.web.shapes.common import Id, Ms, Out


class SurveyAnswerOut(Out):
    call_id: Id
    n: Id
    at: Ms
    question: str
    key: str
    score: int | None  # none: heard the question and did not answer
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
