"""The site's own settings and its reasons for breaks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from yingda.web.shapes.common import In, Name, Word
from yingda.web.shapes.session import Language

BreakCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,16}$")]


class SiteShape(In):
    company: Name
    timezone: Word
    language: Language  # of callers and of new people


class BreakReasonShape(In):
    code: BreakCode
    name_zh: Annotated[Name, Field(max_length=20)]
    name_en: Annotated[Name, Field(max_length=40)]
    limit_s: Annotated[int, Field(ge=0, le=86_400)] = 0  # seconds after which the supervisor is warned; 0 = no limit
    active: bool = True


class BreakReasonsIn(In):
    """In the order in which agents are to see them."""

    reasons: list[BreakReasonShape] = Field(min_length=1, max_length=50)
