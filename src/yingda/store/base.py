"""Column types and the declarative base that every room's models share.

Ids and instants are 64-bit integers (instants: UTC milliseconds). Text sorts by code point on both
databases, so that a prefix is a range (`ranges.py`).
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase

# SQLite makes a column the row id only when its type is spelled INTEGER; its integers are 64 bits wide all
# the same.
BigInt = BigInteger().with_variant(Integer(), "sqlite")
# PostgreSQL would sort by the locale, and a range over a prefix would then miss rows; SQLite is binary by
# itself.
Text = String().with_variant(String(collation="C"), "postgresql")
Json = JSON(none_as_null=True)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables. Plain `int` is 64 bits, `str` sorts by code point, `dict` and `list` are JSON."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInt,
        str: Text,
        dict[str, Any]: Json,
        list[str]: Json,
        list[Any]: Json,
    }


def plain(row: Base, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The columns of a row as a plain dict, for the audit log; `leave_out` names columns that hold secrets.
    """
    return {c.key: getattr(row, c.key) for c in row.__mapper__.column_attrs if c.key not in leave_out}
