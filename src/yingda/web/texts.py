"""Sentences of the API in the reader's language; the catalogues themselves are `kit/i18n`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from yingda.kit import i18n

DEFAULT: Final = "zh"
LANGUAGES: Final = i18n.LANGUAGES


def _first(language: str, keys: tuple[str, ...], params: Mapping[str, Any]) -> str:
    table = i18n.catalogue(language)
    for key in keys:
        if key in table:
            return i18n.text(key, language, **params)
    return i18n.text(keys[-1], language, **params)


def error_text(language: str, code: str, params: Mapping[str, Any] | None = None) -> str:
    return _first(language, (f"errors.{code}", "errors.unforeseen_code"), {"code": code, **(params or {})})


def field_text(language: str, code: str, params: Mapping[str, Any] | None = None) -> str:
    """The sentence that stands at an input."""
    return _first(language, (f"fields.{code}", f"errors.{code}", "fields.invalid"), params or {})


def choose_language(accept: str | None) -> str:
    """The best of our languages for an Accept-Language header."""
    wishes: list[tuple[float, str]] = []
    for part in (accept or "")[:200].split(","):
        tag, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.strip()[2:]) if rest.strip().startswith("q=") else 1.0
        except ValueError:
            weight = 0.0
        wishes.append((-weight, tag.split("-")[0].lower()))
    for _, language in sorted(wishes, key=lambda wish: wish[0]):
        if language in LANGUAGES:
            return language
    return DEFAULT
