"""Secret values of headers in a flow: sealed in the database, masked on screens, absent in exported files."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from yingda.org.sealing import Seal

MASK = "••••••"
_SEALED = "sealed:"

Document = dict[str, Any]


def _secrets(document: Document) -> Iterator[tuple[str, Document]]:
    """(node key, header) of every secret header; a draft may be half-finished, so nothing is taken for granted."""
    nodes = document.get("nodes")
    for key, node in (nodes if isinstance(nodes, dict) else {}).items():
        headers = node.get("headers") if isinstance(node, dict) else None
        for header in headers if isinstance(headers, list) else ():
            if isinstance(header, dict) and header.get("secret") and isinstance(header.get("value"), str):
                yield str(key), header


def _mapped(document: Document, value: Callable[[str, Document], str]) -> Document:
    fresh = copy.deepcopy(document)
    for key, header in _secrets(fresh):
        header["value"] = value(key, header)
    return fresh


def sealed(document: Document, before: Document | None, seal: Seal) -> Document:
    """What may be stored. A masked value stands for the one that the same header of the same node had `before`."""
    kept = {(key, str(header.get("name")).lower()): header["value"] for key, header in _secrets(before or {})}

    def close(key: str, header: Document) -> str:
        value = str(header["value"])
        if value == MASK:
            return str(kept.get((key, str(header.get("name")).lower()), ""))
        return _SEALED + seal.close(value) if value else ""

    return _mapped(document, close)


def masked(document: Document) -> Document:
    return _mapped(document, lambda key, header: MASK if header["value"] else "")


def stripped(document: Document) -> Document:
    return _mapped(document, lambda key, header: "")


def opened(document: Document, seal: Seal) -> Document:
    """For the engine. Raises SealBroken."""
    return _mapped(document, lambda key, header: seal.open(str(header["value"]).removeprefix(_SEALED)))
