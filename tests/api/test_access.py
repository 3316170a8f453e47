"""Every route names its permission, and every role meets every route: what it may, and what it may not.

`decisions.txt` says by hand what each route asks for. A new route needs a line there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.api.site import Browser, Site

from yingda.kit import i18n
from yingda.org import people, roles
from yingda.org.actor import SYSTEM
from yingda.org.permissions import ROLES, SCOPED, Permission, Scope
from yingda.org.rights import Grants, effective
from yingda.web.openapi import description

pytestmark = pytest.mark.api

FILE = Path(__file__).with_name("decisions.txt")
DECISIONS = dict(line.split() for line in FILE.read_text().splitlines() if line.strip() and not line.startswith("#"))
ADVICE = """
{name} ({method} {path}) has no decision yet about who may use it.
Add this line to tests/api/decisions.txt (keep the file sorted):

{name} {word}

A word that is no permission yet belongs into the enum of src/yingda/org/permissions.py first, see its head."""


@dataclass(frozen=True)
class Route:
    name: str  # operation id
    method: str
    path: str
    word: str  # public | signed-in | the permission


ROUTES = [Route(of.get("operationId", path), method.upper(), path, of.get("x-permission", ""))
          for path, methods in json.loads(description())["paths"].items() for method, of in methods.items()]
NAMES = [route.name for route in ROUTES]
CLOSED = [route for route in ROUTES if route.word != "public"]

# A role of the company's own, and an agent to whom one right was given and two were denied.
INSPECTOR = {"calls.view": "department", "recordings.listen": "department", "people.view": "group"}
EXCEPTIONS = {"queues.edit": "all", "calls.note": "none", "customers.edit": "none"}
WHO: dict[str, Grants] = {
    **ROLES, "own-role": {Permission(one): Scope[word.upper()] for one, word in INSPECTOR.items()},
    "exceptions": effective(ROLES["agent"], EXCEPTIONS)}


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_route_has_a_decision_and_the_code_follows_it(route: Route) -> None:
    assert route.word, f"{route.name}: the route must declare one of require(), signed_in(), public()"
    assert re.fullmatch(r"[a-z][A-Za-z]+", route.name), "the route must have an operation_id in camelCase"
    assert route.name in DECISIONS, ADVICE.format(**route.__dict__)
    assert route.word == DECISIONS[route.name], (
        f"{route.name}: decisions.txt says {DECISIONS[route.name]}, the code asks for {route.word}")


def test_decisions_name_routes_that_are_there_once() -> None:
    assert set(DECISIONS) <= set(NAMES), f"no such route any more: {sorted(set(DECISIONS) - set(NAMES))}"
    assert len(NAMES) == len(set(NAMES))
    assert set(DECISIONS.values()) <= {"public", "signed-in", *Permission}


@pytest.mark.parametrize("permission", Permission)
def test_permission_has_a_name_and_an_explanation_in_both_languages(permission: Permission) -> None:
    for language in i18n.LANGUAGES:
        for part in ("name", "note"):
            key = f"permission.{permission}.{part}"
            assert key in i18n.catalogue(language), (
                f'add "{permission}": {{"name": …, "note": …}} under "permission" in '
                f"src/yingda/kit/texts/org.{language}.json")


def test_built_in_roles_are_what_they_are_meant_to_be() -> None:
    assert set(ROLES["admin"]) == set(Permission) and set(ROLES["admin"].values()) == {Scope.ALL}
    for permission, scope in ROLES["agent"].items():
        assert permission not in SCOPED or scope is Scope.OWN, f"an agent's {permission} must reach his own data only"
    for role in ("agent", "supervisor"):
        for name in ("people.edit", "roles.edit", "departments.edit", "extensions.edit", "queues.edit", "numbers.edit",
                     "trunks.edit", "settings.edit", "audit.view"):
            assert name not in ROLES[role], f"{role} must not have {name}"
    assert "recordings.download" not in ROLES["agent"] and "data.export" not in ROLES["agent"]


@pytest.fixture(scope="module")
def browsers(site: Site) -> Iterator[dict[str, Browser]]:
    async def make(u: Any) -> None:
        role = await roles.save_role(u, SYSTEM, ROLES["admin"], None, name="质检员", note="", base="agent",
                                     grants=INSPECTOR)
        for number, code in (("7001", role.code), ("7002", "agent")):
            row = await people.create_person(u, SYSTEM, people.PersonData(number=number, name=number, role=code))
            site.company.people[number] = row.id
            if code == "agent":
                await roles.set_exceptions(u, SYSTEM, ROLES["admin"], row, EXCEPTIONS)
    site.in_database(make)
    numbers = {"agent": "1001", "supervisor": "9001", "admin": "9000", "own-role": "7001", "exceptions": "7002"}
    made = {who: site.login(number) for who, number in numbers.items()}
    yield made
    for browser in made.values():
        browser.close()
    for number in ("7001", "7002"):
        site.company.people.pop(number)


def ask(browser: Browser, route: Route) -> Any:
    """A request that gets past the permission only: its ids name nothing and its body is empty."""
    path = re.sub(r"\{[^}]+\}", "1", route.path)
    return browser.request(route.method, path, json={} if route.method in ("POST", "PUT", "PATCH") else None)


CELLS = [(who, route) for who in WHO for route in CLOSED if route.name != "logOut"]


@pytest.mark.parametrize(("who", "route"), CELLS, ids=[f"{who}-{route.name}" for who, route in CELLS])
def test_matrix(browsers: dict[str, Browser], who: str, route: Route) -> None:
    answer = ask(browsers[who], route)
    assert answer.status_code < 500, answer.text
    try:
        body = answer.json() if answer.content else None
    except ValueError:
        body = None  # a file
    code = body.get("code") if isinstance(body, dict) else None
    if route.word == "signed-in" or route.word in WHO[who]:
        # within the right's reach there may be nothing by that id: then it is "not found", or not one's own
        reached = answer.status_code not in (401, 403) and code != "not_allowed"
        limited = route.word in SCOPED and WHO[who][Permission(route.word)] is not Scope.ALL
        assert reached or limited, answer.text
    elif answer.status_code == 422:
        pytest.fail("input was looked at before the permission")
    else:
        assert (answer.status_code, code) == (403, "not_allowed")


def test_nobody_gets_in_without_a_login(site: Site) -> None:
    with site.stranger() as browser:
        for route in CLOSED:
            answer = ask(browser, route)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_logged_in"), route


def test_no_change_without_the_csrf_value(site: Site) -> None:
    with site.login("9000") as browser:
        browser.headers["X-Yingda-CSRF"] = "guess"
        for route in CLOSED:
            if route.method != "GET":
                answer = ask(browser, route)
                assert (answer.status_code, answer.json()["code"]) == (403, "csrf_missing"), route
