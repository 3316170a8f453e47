"""The guide: what it makes is whole or not there at all, and faults are told at the field."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Template, copy_database
from tests.api.site import Site, running

pytestmark = pytest.mark.api
EMPTY = {"finished": False, "trunks": 0, "numbers": [], "answered": 0, "my_extension": ""}


@pytest.fixture
def fresh(template: Template, tmp_path: Path) -> Iterator[Site]:
    """A company of its own for each test: groups and numbers are counted."""
    url = copy_database(template, tmp_path)
    with running(tmp_path, url, template.company, template.site_key) as site:
        yield site


def counted(admin: Any) -> list[int]:
    return [len(admin.get(f"/api/v1/{what}").json())
            for what in ("people", "extensions", "queues", "flows", "hours", "numbers")]


def test_from_people_to_the_hotline(fresh: Site) -> None:
    with fresh.login("9000") as admin:
        assert admin.get("/api/v1/guide").json().items() >= EMPTY.items()
        made = admin.post("/api/v1/guide/people", json={"with_me": True, "people": [
            {"number": "1011", "name": "孙丽"}, {"number": "1012", "name": "钱进", "role": "supervisor"}]})
        assert made.status_code == 201, made.text
        mine, first, second = made.json()
        assert (mine["number"], mine["password"], first["extension"]) == ("9000", "", "1011")
        assert len(first["password"]) >= 12 and len(second["secret"]) >= 16
        with fresh.stranger() as new:
            session = new.post("/api/v1/session", json={"number": "1011", "password": first["password"]})
            assert session.json()["must_change_password"]
        people = {one["number"]: one for one in admin.get("/api/v1/people").json()}
        hotline = admin.post("/api/v1/guide/hotline", json={
            "number": "4008002000", "hours": {"days": [0, 1, 2, 3, 4], "opens": 540, "closes": 1080},
            "groups": [{"name": "销售", "members": [people["1011"]["id"]]},
                       {"name": "售后", "members": [people["1011"]["id"], people["9000"]["id"]]}]})
        assert hotline.status_code == 201, hotline.text
        assert hotline.json()["queues"] == ["801", "803"], "802 is there already"
        number = next(x for x in admin.get("/api/v1/numbers").json() if x["number"] == "4008002000")
        assert number["destination"] == f"flow:{hotline.json()['flow_id']}"
        assert (number["closed_to"], bool(number["plan_id"])) == ("voicemail:801", True)
        state = admin.get("/api/v1/guide").json()
        assert (state["numbers"], state["my_extension"], state["workers"]) == (["4008002000"], "9000", 5)
        assert admin.put("/api/v1/guide", json={"finished": True}).json()["finished"] is True
        assert admin.get("/api/v1/guide").json()["finished"] is True


def test_a_faulty_row_makes_nothing(fresh: Site) -> None:
    with fresh.login("9000") as admin:
        before, one = counted(admin), {"number": "1021", "name": "甲"}
        people: list[tuple[dict[str, Any], str, str]] = [
            ({"people": [one, {"number": "1001", "name": "乙"}]}, "people.1.number", "taken"),
            ({"people": [one, {"number": "1021", "name": "乙"}]}, "people.1.number", "taken"),
            ({"people": [{"number": "A1021", "name": "甲"}]}, "people.0.number", "malformed"),
            ({"people": [{"number": "1021", "name": " "}]}, "people.0.name", "required"),
            ({"people": [{"number": "1021", "name": "甲", "role": "boss"}]}, "people.0.role", "unknown"),
        ]
        for body, field, code in people:
            answer = admin.post("/api/v1/guide/people", json=body)
            assert answer.status_code == 422, answer.text
            assert answer.json()["fields"][field]["code"] == code, answer.text
        group = {"name": "销售"}
        hotlines: list[tuple[dict[str, Any], str, str]] = [
            ({"number": "400-800", "groups": [group]}, "number", "wrong_form"),
            ({"number": "4008003000", "groups": []}, "groups", "too_few"),
            ({"number": "4008003000", "groups": [group, {"name": "", "members": []}]}, "groups.1.name", "required"),
            ({"number": "4008003000", "groups": [{"name": "x", "members": ["77"]}]}, "groups.0.members", "unknown"),
            ({"number": "4008003000", "groups": [group], "trunk_id": "77"}, "trunk_id", "unknown"),
            ({"number": "4008003000", "groups": [group], "hours": {"days": [0], "opens": 900, "closes": 600}},
             "hours.closes", "out_of_range"),
        ]
        for body, field, code in hotlines:
            answer = admin.post("/api/v1/guide/hotline", json=body)
            assert answer.status_code == 422, answer.text
            assert answer.json()["fields"][field]["code"] == code, answer.text
        assert counted(admin) == before
        assert admin.post("/api/v1/guide/hotline", json={"number": "4008003000", "groups": [group]}).status_code == 201
        again = admin.post("/api/v1/guide/hotline", json={"number": "4008003000", "groups": [group]})
        assert again.json()["fields"]["number"]["code"] == "taken"


def test_a_test_call_into_nothing_says_so(fresh: Site) -> None:
    """No switch listens at the address: the guide tells it, and another try may be made."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody, fresh.login("9000") as admin:
        nobody.bind(("127.0.0.1", 5070))  # takes all and answers nothing
        assert admin.get("/api/v1/guide/test-call").json()["state"] == "none"
        begun = admin.post("/api/v1/guide/test-call", json={"number": "4008002000", "key": "1"})
        assert begun.status_code == 202 and begun.json()["state"] == "calling", begun.text
        twice = admin.post("/api/v1/guide/test-call", json={"number": "4008002000"})
        assert (twice.status_code, twice.json()["code"]) == (409, "test_call_runs")
        trunks = admin.get("/api/v1/trunks").json()
        assert [one["match"] for one in trunks if one["endpoint"] == "trunk-test-call"] == [["127.0.0.1"]]
        assert admin.get("/api/v1/guide").json()["trunks"] == len(trunks) - 1
        fresh.until(lambda: admin.get("/api/v1/guide/test-call").json()["state"] == "failed", seconds=40)
        assert admin.get("/api/v1/guide/test-call").json()["cause"] == "no_switch"
