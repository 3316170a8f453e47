"""What calls are about: the tree of categories."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yingda.web.shapes.common import Edited, Id, In, Name


class CategoryIn(In):
    """`parent_id` null: on the top level. Archiving takes along what is below."""

    name_zh: Annotated[Name, Field(max_length=40)]
    name_en: Annotated[Name, Field(max_length=40)]
    parent_id: Id | None = None
    active: bool = True


class CategoryOut(Edited):
    edits = CategoryIn

    id: Id
    name_zh: str
    name_en: str
    parent_id: Id | None
    active: bool


class CategoryMove(In):
    where: Literal["up", "down"]
