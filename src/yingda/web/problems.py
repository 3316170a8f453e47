"""Errors as they leave the API: {"code", "message", "fields", "params", "trace"}, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope

from yingda.kit.errors import YingdaError
from yingda.web.refusals import refused
from yingda.web.texts import LANGUAGES, choose_language, error_text, field_text

log = structlog.get_logger("web")
MEDIA_TYPE = "application/problem+json"

# Pydantic's kinds of error → our field codes; whatever is not named here is "invalid".
_FIELD_CODES = {
    "missing": "required",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_short": "too_few",
    "too_long": "too_many",
    "greater_than_equal": "too_small",
    "greater_than": "too_small",
    "less_than_equal": "too_large",
    "less_than": "too_large",
    "literal_error": "not_offered",
    "enum": "not_offered",
    "string_pattern_mismatch": "wrong_form",
    "extra_forbidden": "unknown_field",
    "id_wrong": "id_wrong",
    "string_type": "wrong_type",
    "int_type": "wrong_type",
    "int_parsing": "wrong_type",
    "bool_type": "wrong_type",
    "bool_parsing": "wrong_type",
    "list_type": "wrong_type",
    "dict_type": "wrong_type",
    "model_attributes_type": "wrong_type",
    "json_invalid": "not_json",
}
_HTTP_CODES = {400: "bad_request", 401: "not_logged_in", 403: "not_allowed", 404: "no_such_address",
               405: "method_not_allowed", 413: "too_big", 415: "wrong_media_type", 416: "range_wrong"}


class FieldProblem(BaseModel):
    code: str
    message: str
    words: dict[str, str] = {}


class Problem(BaseModel):
    """`message` is a sentence for the user; `code` is stable and for programs; `trace` finds the log lines.

    `words`: the same sentence by language, for a page whose language is switched while it stands there.
    """

    code: str
    message: str
    fields: dict[str, FieldProblem] = {}
    params: dict[str, str | int] = {}
    words: dict[str, str] = {}
    trace: str = ""


def language_of(scope: Scope) -> str:
    """The signed-in person's language, else the browser's."""
    identity = scope.get("state", {}).get("identity")
    if identity is not None and identity.language in LANGUAGES:
        return str(identity.language)
    header = next((v.decode("latin-1") for k, v in scope.get("headers", ()) if k == b"accept-language"), None)
    return choose_language(header)


def problem_response(scope: Scope, status: int, code: str, *, params: Mapping[str, str | int] | None = None,
                     fields: Mapping[str, tuple[str, Mapping[str, Any]]] | None = None,
                     headers: Mapping[str, str] | None = None) -> JSONResponse:
    """`fields` maps an input's name to its field code and that code's places."""
    language = language_of(scope)
    body = Problem(
        code=code,
        message=error_text(language, code, params),
        words={one: error_text(one, code, params) for one in LANGUAGES},
        fields={name: FieldProblem(code=field, message=field_text(language, field, places),
                                   words={one: field_text(one, field, places) for one in LANGUAGES})
                for name, (field, places) in (fields or {}).items()},
        params=dict(params or {}),
        trace=scope.get("state", {}).get("trace", ""),
    )
    return JSONResponse(body.model_dump(), status, dict(headers or {}) | {"Cache-Control": "no-store"},
                        media_type=MEDIA_TYPE)


def unforeseen_response(scope: Scope) -> JSONResponse:
    return problem_response(scope, 500, "internal")


def field_name(location: Sequence[str | int]) -> str:
    """("body", "members", 2, "level") → "members.2.level"."""
    parts = [str(part) for part in location[1:]] if len(location) > 1 else [str(part) for part in location]
    return ".".join(parts)[:120]


async def _on_yingda(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, YingdaError)
    if error.status >= 500:
        log.warning("refused", code=error.code, status=error.status)
    refused(request, error)
    headers = {"Retry-After": str(error.params.get("retry_s", 1))} if error.status == 429 else None
    fields = {name: (code, error.params) for name, code in error.fields.items()}
    return problem_response(request.scope, error.status, error.code, params=error.params, fields=fields,
                            headers=headers)


def _typed(item: Mapping[str, Any]) -> bool:
    """Whether the field held anything: an empty one lacks a value, its form is not the matter."""
    value = item.get("input")
    return bool(value.strip()) if isinstance(value, str) else value is not None


async def _on_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for item in error.errors()[:50]:
        places = {k: v for k, v in (item.get("ctx") or {}).items() if isinstance(v, str | int | float)}
        name = "body" if item["type"] == "json_invalid" else field_name(item["loc"])
        code = _FIELD_CODES.get(item["type"], "invalid")
        if (code == "too_short" and places.get("min_length") == 1) or (
                code in ("wrong_form", "wrong_type") and not _typed(item)):
            code = "required"
        fields.setdefault(name, (code, places))
    return problem_response(request.scope, 422, "invalid", fields=fields)


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, "internal" if error.status_code >= 500 else "bad_request")
    return problem_response(request.scope, error.status_code, code, headers=error.headers)


async def _on_database(request: Request, error: Exception) -> JSONResponse:
    """The database is away or locked: calls go on, the page says so and tries again."""
    log.error("database_away", error=str(getattr(error, "orig", error)))
    return problem_response(request.scope, 503, "database_away")


async def _on_double(request: Request, error: Exception) -> JSONResponse:
    """Two people made the same thing at once, or took away what the other one points to."""
    log.info("integrity_refused", error=type(getattr(error, "orig", error)).__name__)
    return problem_response(request.scope, 409, "changed_meanwhile")


def install_problems(app: FastAPI) -> None:
    app.add_exception_handler(YingdaError, _on_yingda)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(OperationalError, _on_database)
    app.add_exception_handler(InterfaceError, _on_database)
    app.add_exception_handler(PoolTimeout, _on_database)
    app.add_exception_handler(IntegrityError, _on_double)

