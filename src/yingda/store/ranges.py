"""Prefix search as a range: `LIKE` with a bind loses the index on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

_LAST = "\U0010ffff"


def starts_with(column: InstrumentedAttribute[str] | ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """True for rows whose text begins with `prefix`, by an index range over binary order."""
    return and_(column >= prefix, column < prefix + _LAST)
