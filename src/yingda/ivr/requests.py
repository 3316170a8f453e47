"""What an HTTP look-up of a flow sends, and what is taken out of its answer. Pure; `journey/lookups.py` sends it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from yingda.ivr.form import PLACE, Into, Node


def http_request(node: Node, variables: Mapping[str, str]) -> dict[str, Any]:
    """Values are put in so that they can break out of nothing: quoted in the address, escaped in JSON, one line in
    headers.
    """
    def put(template: str, quoted: Any) -> str:
        return PLACE.sub(lambda place: quoted(variables.get(place[1], "")), template)

    return {
        "method": node.method, "url": put(node.url, lambda value: quote(value, safe="")),
        "headers": {header.name: put(header.value, lambda value: "".join(ch for ch in value if ord(ch) >= 32))
                    for header in node.headers},
        "body": put(node.body, lambda value: json.dumps(value, ensure_ascii=False)[1:-1]) if node.body else "",
        "into": [{"path": into.path, "variable": into.variable} for into in node.into],
        "timeout_s": node.timeout_s}


def taken(answer: Any, into: list[Into]) -> dict[str, str]:
    """Values by variable; a path that leads nowhere gives "". "data.points", "list.0.name"."""
    return {one.variable: _text(_at(answer, one.path)) for one in into}


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str | int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
