"""Lists of thousands, written out at once: the framework would check each line again, which costs more than reading."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json
from starlette.responses import Response


@lru_cache(maxsize=32)
def _writer(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def long_list(kind: Any, rows: Any) -> Response:
    """The JSON of `rows`, which are of this kind already; name it as the route's `response_model` too."""
    return Response(_writer(kind).dump_json(rows), media_type="application/json")


def written(rows: Sequence[dict[str, Any]]) -> Response:
    """The JSON of rows that are worded for the outside already: for lists where even making the shapes is felt."""
    return Response(to_json(rows), media_type="application/json")
