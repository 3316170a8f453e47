"""Sentences for people: one catalogue per room and language, merged into one table.

A room keeps `kit/texts/<room>.zh.json` and `<room>.en.json`: JSON objects, flat ("errors.port_taken") or nested;
nested ones are flattened with dots. Places are filled by name: "Port {port} is taken". Chinese is the source language.

Only the standard library is used here: the launcher speaks through this module before anything is installed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
_FOLDER = Path(__file__).resolve().parent / "texts"


class DoubleKey(Exception):
    """Two catalogues of one language hold the same key."""


class _Left(dict[str, object]):
    """A place that nobody filled stays visible instead of raising in the middle of an error message."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _flat(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)


def merge(files: list[Path]) -> dict[str, str]:
    """One flat table of all files. Raises `DoubleKey` when two files claim one key with different sentences."""
    table: dict[str, str] = {}
    for file in files:
        for key, sentence in _flat(json.loads(file.read_text("utf-8"))):
            if table.setdefault(key, sentence) != sentence:
                raise DoubleKey(f"{key} in {file.name}")
    return table


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """All sentences of a language, by key."""
    return merge(sorted([*_FOLDER.glob(f"*.{lang}.json"), *_FOLDER.glob(f"{lang}.json")]))


def text(key: str, lang: str = "zh", /, **params: object) -> str:
    """The sentence for `key`, its places filled; the other language when one lacks it, at last the key itself."""
    for tongue in (lang if lang in LANGUAGES else "zh", *LANGUAGES):
        sentence = catalogue(tongue).get(key)
        if sentence is not None:
            return sentence.format_map(_Left(params)) if params else sentence
    return key


def console_language(chosen: str | None = None) -> str:
    """The language to speak on a terminal: the option, YINGDA_LANG, then the locale; Chinese for zh_*, else English."""
    if chosen in LANGUAGES:
        return str(chosen)
    for name in ("YINGDA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
