"""Whatever is sent, made up from the API's own description: no unforeseen error, and nobody gets what he may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.result import Ok
from tests.api.conftest import Template, copy_database
from tests.api.site import Browser, Site, running

from yingda.org.permissions import ROLES, Permission
from yingda.web.openapi import description

pytestmark = [pytest.mark.api, pytest.mark.timeout(300)]
EXAMPLES = 5  # for each route and each asker
# They end the very session that asks, or need a person's own password; each has tests of its own
LEFT_OUT = {"logOut", "changePassword", "endOwnSession", "useResetLink", "logIn", "setUp", "startTestCall",
            "tryOutsideLogin"}  # the last one would ask strangers' servers
SCHEMA = schemathesis.openapi.from_dict(json.loads(description()))
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
AGENT = ROLES["agent"]


@pytest.fixture(scope="module")
def fuzzed(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("fuzz")
    with running(folder, copy_database(template, folder), template.company, template.site_key) as site:
        for verb in ("Dial", "TestFlow", "PickUp"):
            site.engine.answers[verb] = {"call_id": "1"}
        site.engine.answers["OpenSoftphone"] = {"endpoint": "1001-web", "secret": "x", "realm": "yingda"}
        yield site


def word_of(operation: Any) -> str:
    return str(operation.definition.raw.get("x-permission", ""))


def send(browser: Browser, case: Any) -> Any:
    made = case.as_transport_kwargs(base_url=str(browser.base_url).rstrip("/"))
    kept = {name: made[name] for name in ("params", "json", "data", "files", "headers") if made.get(name) is not None}
    if isinstance(kept.get("data"), (bytes, str)):
        kept["content"] = kept.pop("data")
    if "files" in kept:
        kept["files"] = {name: repr(value).encode() for name, value in dict(kept["files"]).items()}
    try:
        request = browser.build_request(made["method"], made["url"], **kept)
    except (ValueError, TypeError, UnicodeError):
        return None  # it cannot even be written down as HTTP
    return browser.send(request)


def judged(answer: Any, name: str, word: str, allowed: Any) -> str:
    """What is wrong with an answer, "" when nothing is."""
    if answer.status_code >= 500 and answer.json().get("code") not in ("engine_away", "engine_slow"):
        return f"{name}: {answer.status_code} {answer.text[:200]}"
    if answer.status_code < 300 and not allowed(word):
        return f"{name} ({word}) was answered with {answer.status_code}"
    return ""


def meet(browser: Browser, operation: Any, allowed: Any) -> set[str]:
    name, word, wrong = operation.definition.raw["operationId"], word_of(operation), set()

    @seed(20260101)
    @settings(max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def once(case: Any) -> None:
        answer = send(browser, case)
        if answer is not None and (fault := judged(answer, name, word, allowed)):
            wrong.add(fault)

    once()
    return wrong


def walk(site: Site, number: str, allowed: Any) -> None:
    wrong: set[str] = set()
    for operation in OPERATIONS:
        if operation.definition.raw["operationId"] not in LEFT_OUT:
            with site.login(number) if number else site.stranger() as browser:
                wrong |= meet(browser, operation, allowed)
    assert wrong == set()


@pytest.mark.parametrize(("number", "may"), [
    ("9000", lambda word: True),
    ("1001", lambda word: word in ("public", "signed-in") or Permission(word) in AGENT),
    ("", lambda word: word == "public"),
], ids=["administrator", "agent", "nobody"])
def test_no_unforeseen_error_and_no_foreign_data(fuzzed: Site, number: str, may: Any) -> None:
    walk(fuzzed, number, may)
