"""The same process on PostgreSQL: a working day in short, hostile text, and the server going away and coming back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.linkserver import agent_view, call_view
from tests.api.site import PASSWORD, Site, new_site_key, next_frame, running, seed
from tests.api.test_http import HOSTILE
from tests.store.conftest import Postgres

from yingda.org.sealing import Seal
from yingda.store.engine import Store

pytestmark = pytest.mark.api


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    made = Postgres()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def site(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url, key = server.fresh("api"), new_site_key()

    async def fill() -> object:
        store = Store(url)
        try:
            return await seed(store, Seal(key))
        finally:
            await store.close()

    company = asyncio.run(fill())
    folder: Path = tmp_path_factory.mktemp("pg")
    with running(folder, url, company, key) as made:  # type: ignore[arg-type]
        yield made


def test_a_day_in_short(site: Site) -> None:
    with site.stranger() as browser:
        body = browser.post("/api/v1/session", json={"number": "9000", "password": PASSWORD}).json()
        browser.headers["X-Yingda-CSRF"] = body["csrf"]
        assert browser.post("/api/v1/session", json={"number": "9000", "password": "no"}).status_code == 401
        made = browser.post("/api/v1/customers", json={"name": "张伟", "phones": [{"number": "13812345678"}]})
        assert made.status_code == 201, made.text
        found = browser.get("/api/v1/customers", params={"q": "5678"}).json()["items"]
        assert [c["id"] for c in found] == [made.json()["id"]]
        assert browser.get("/api/v1/calls", params={"number": "5678", "min_s": 1}).json() == {
            "items": [], "next": None}
        queue = browser.post("/api/v1/queues", json={"number": "803", "name": "投诉", "members": [
            {"person_id": str(site.company.people["1001"])}]})
        assert queue.status_code == 201 and queue.json()["members"][0]["name"] == "王芳", queue.text
        person = browser.post("/api/v1/people", json={"number": "1010", "name": "孙丽", "role": "agent"})
        assert person.status_code == 201
        double = browser.post("/api/v1/people", json={"number": "1010", "name": "孙丽", "role": "agent"})
        assert double.json()["fields"]["number"]["code"] == "taken"
        assert {row["action"] for row in browser.get("/api/v1/audit").json()["items"]} >= {
            "login", "customer.create", "queue.create", "person.create"}
        assert "postgresql" in browser.get("/api/v1/health").json()["database"]["detail"]
        assert browser.delete("/api/v1/session").status_code == 204


def test_pop_card(site: Site) -> None:
    me = str(site.company.people["1001"])
    with site.login("1001") as agent, agent.live() as socket:
        next_frame(socket, "snapshot")
        agent.post("/api/v1/customers", json={"name": "张伟", "phones": [{"number": "13812345678"}]})
        site.engine.put("calls", call_view("42", state="offered", agent_id=me))
        while not (card := next_frame(socket, "set", "pops", seconds=15)["value"])["whole"]:
            assert card["number"], "what is known without the database is shown at once"
        assert card["customers"][0]["name"] == "张伟"
        site.engine.drop("calls", "42")


@pytest.mark.parametrize(("path", "field", "rest"), [
    ("customers", "name", {}), ("customers", "note", {"name": "n"}), ("departments", "name", {"number": "D1"}),
    ("departments", "parent_id", {"number": "D1", "name": "n"}), ("session", "number", {"password": "x"})])
def test_hostile_values(site: Site, path: str, field: str, rest: dict[str, str]) -> None:
    with site.login("9000") as admin:
        for value in HOSTILE[::4] if path == "session" else HOSTILE:  # a password is hashed slowly on purpose
            text = json.dumps(rest | {field: value})
            answer = admin.post(f"/api/v1/{path}", content=text.encode("ascii"),
                                headers={"Content-Type": "application/json"})
            assert answer.status_code < 500, (value, answer.text)


@pytest.mark.parametrize(("path", "field"), [("customers", "q"), ("calls", "number"), ("people", "q"),
                                             ("audit", "object_id"), ("audit", "object_kind"),
                                             ("calls", "cursor"), ("calls", "agent_id")])
def test_hostile_queries(site: Site, path: str, field: str) -> None:
    with site.login("9000") as admin:
        for value in HOSTILE:
            if isinstance(value, str | int) and value != "\ud800":
                answer = admin.get(f"/api/v1/{path}", params={field: str(value)})
                assert answer.status_code < 500, (value, answer.text)


def test_server_goes_and_comes_back(site: Site, server: Postgres) -> None:
    """Live push and the engine's answers go on; all else says database_away; afterwards everybody is still in."""
    with site.login("9001") as boss, boss.live() as socket:
        next_frame(socket, "snapshot")
        server.stop()
        try:
            answer = boss.get("/api/v1/directory")
            assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
            health = boss.get("/api/v1/health")
            assert health.status_code == 503
            assert (health.json()["database"]["state"], health.json()["engine"]["state"]) == ("down", "ok")
            site.engine.put("agents", agent_view("5", state="talking"))
            assert next_frame(socket, "set", "agents")["value"]["state"] == "talking"
            site.engine.put("calls", call_view("43", state="offered", agent_id="5"))
            assert next_frame(socket, "set", "pops")["value"]["whole"] is False
        finally:
            server.start()
        site.until(lambda: boss.get("/api/v1/directory").status_code == 200)
        assert boss.get("/api/v1/session").json()["me"]["number"] == "9001"
