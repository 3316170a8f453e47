"""One policy everywhere: what each kind of person gets of every live topic, export and search.

The lists of topics, exports and searches are taken from the code, so that a new one must be decided here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.api.linkserver import agent_view, call_view
from tests.api.site import Browser, Site, next_frame
from tests.api.test_records import call_row

import yingda.web
from yingda.kit.ids import new_id
from yingda.org import callers, departments, people, roles
from yingda.org.actor import SYSTEM
from yingda.org.permissions import ROLES

pytestmark = pytest.mark.api
FANG, LEI = "13811112222", "13933334444"  # who calls whom
HEAD = dict.fromkeys(("live.watch", "calls.view", "people.view", "data.export"), "department")
WHO = {"admin": "9000", "boss": "9001", "head": "8001", "agent": "1001", "nobody": "8002"}


@dataclass
class Made:
    """`head` leads the department of 王芳 (1001), who serves group 802; 赵磊 (1002) works elsewhere."""

    ids: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def made(site: Site) -> Iterator[Made]:
    async def work(u: Any) -> None:
        top = await departments.save_department(u, SYSTEM, None, number="A", name="客服部")
        other = await departments.save_department(u, SYSTEM, None, number="B", name="销售部")
        for number, name, place, grants in (("8001", "周主管", top, HEAD), ("8002", "郑无权", other, {})):
            role = await roles.save_role(u, SYSTEM, ROLES["admin"], None, name=f"{name}的角色", note="", base="agent",
                                         grants=dict.fromkeys(map(str, ROLES["admin"]), "none") | grants)
            person = await people.create_person(u, SYSTEM, people.PersonData(
                number=number, name=name, role=role.code, department_id=place.id))
            site.company.people[number] = person.id
        for number, place in (("1001", top), ("1002", other)):
            (await people.get_person(u, site.company.people[number])).department_id = place.id
        for at, (number, peer) in enumerate((("1001", FANG), ("1002", LEI))):
            u.add(call_row(1_790_200_000_000 + at, site.company.people[number], peer))
        await callers.save_caller(u, SYSTEM, None, kind="black", number=LEI)
    site.in_database(work)
    calls = {one: str(new_id()) for one in ("hers", "his", "waits", "far")}
    yield Made({"fang": str(site.company.people["1001"]), "lei": str(site.company.people["1002"]),
                "802": str(site.company.queues["802"]), **calls})


def told(site: Site, who: str, change: Any) -> dict[tuple[str, str], Any]:
    """What that person's page holds after the snapshot and the changes, by topic and name."""
    with site.login(WHO[who]) as browser, browser.live() as socket:
        frame = next_frame(socket, "snapshot")
        found = {(topic, one["id"]): one for topic in ("agents", "calls", "queues", "lines", "pops")
                 for one in frame[topic]}
        site.do(change())
        while (frame := next_frame(socket))["t"] != "set" or frame["id"] != "the end":
            if frame["t"] == "set":
                found[frame["entity"], frame["id"]] = frame["value"]
        return found


def live_site(site: Site, made: Made) -> Any:
    """Puts one of everything into the picture; answers what is pushed while somebody looks on."""
    ids, engine, hub = made.ids, site.engine, site.app.state.room.hub
    for name, number, serves in (("fang", "1001", [ids["802"]]), ("lei", "1002", [])):
        engine.put("agents", agent_view(ids[name], number=number, reason="lunch", queues=serves))
    for name, over in (("hers", {"agent_id": ids["fang"], "state": "talking"}),
                       ("his", {"agent_id": ids["lei"], "state": "talking"}),
                       ("waits", {"queue_id": ids["802"]}), ("far", {"queue_id": "4711"})):
        engine.put("calls", call_view(ids[name], **{"queue_id": "4711", "customer_number": FANG} | over))
    for key in (ids["802"], "4711"):
        engine.put("queues", {"id": key, "number": key, "name": key})
    engine.put("lines", {"id": "t1", "name": "trunk", "state": "registered"})
    site.until(lambda: all(site.app.state.room.link.mirror.call(ids[one]) for one in ("hers", "his", "waits", "far"))
               and "t1" in site.app.state.room.link.mirror.entities["lines"])

    async def change() -> None:
        for name, agent in (("hers", "fang"), ("his", "lei")):
            hub.set_pop(ids[name], {"id": ids[name], "agent_ids": [ids[agent]], "number": FANG, "number_masked": "*"})
        for topic in ("alarms", "notices"):
            hub.spread("bell", topic, {"id": topic, "n": 1})
        hub.spread("news", "follow_ups", {"id": "follow_ups", "at": 1})
        hub.spread("news", "the end", {"id": "the end"})
    return change


def test_every_live_topic_reaches_whom_it_may_in_the_form_he_may_see(site: Site, made: Made) -> None:
    change = live_site(site, made)
    ids = made.ids

    def form(topic: str, value: Any) -> str:
        if topic == "agents":
            return "brief" if value.get("brief") else "whole"
        if topic in ("calls", "pops"):
            return "whole" if FANG in str(value) else "masked"
        return "whole"

    every = {"agents": {"fang": "whole", "lei": "whole"}, "lines": {"t1": "whole"},
             "calls": dict.fromkeys(("hers", "his", "waits", "far"), "whole"),
             "queues": {"802": "whole", "4711": "whole"}, "pops": {"hers": "whole", "his": "whole"},
             "bell": {"alarms": "whole", "notices": "whole"}, "news": {"follow_ups": "whole"}}
    quiet = {"notices": "whole"}
    wanted: dict[str, dict[str, dict[str, str]]] = {
        "admin": every,
        "boss": every | {"bell": quiet},
        "head": every | {"agents": {"fang": "whole", "lei": "brief"}, "calls": {"hers": "masked", "waits": "masked"},
                         "queues": {"802": "whole"}, "lines": {}, "pops": {"hers": "masked"}, "bell": quiet},
        "agent": every | {"agents": {"fang": "whole", "lei": "brief"}, "lines": {},
                          "calls": {"hers": "whole", "waits": "masked"},  # who waits for her she may pick up
                          "pops": {"hers": "whole"}, "bell": quiet},
        "nobody": every | {"agents": {"fang": "brief", "lei": "brief"}, "calls": {}, "lines": {}, "pops": {},
                           "bell": quiet},
    }
    names = {key: name for name, key in ids.items()}
    for who, topics in wanted.items():
        got: dict[str, dict[str, str]] = {topic: {} for topic in topics}
        for (topic, key), value in told(site, who, change).items():
            if topic != "switch":
                got[topic][names.get(key, key)] = form(topic, value)
        assert got == topics, who
    pushed = set(re.findall(r'spread\("(\w+)"', "".join(
        file.read_text() for file in Path(yingda.web.__file__).parent.rglob("*.py"))))
    known = set(site.app.state.room.link.mirror.entities) | pushed
    assert known == {*every, "switch"}, "a topic that nobody has decided on here"


def operations(browser: Browser) -> list[dict[str, Any]]:
    paths = browser.get("/api/v1/openapi.json").json()["paths"]
    return [{"path": path, **one["get"]} for path, one in paths.items() if "get" in one]


def test_every_export_holds_what_its_reader_may_see_and_nothing_else(site: Site, made: Made) -> None:
    texts: dict[str, dict[str, str]] = {}
    lists = ("calls", "people", "extensions", "queues", "callers")
    may = {"admin": set(lists) | {"audit"}, "boss": {"calls", "people"}, "head": {"calls", "people"}, "agent": set(),
           "nobody": set()}
    for who, number in WHO.items():
        with site.login(number) as browser:
            for what in (*lists, "audit"):
                path = "/api/v1/audit/export" if what == "audit" else f"/api/v1/exports/{what}"
                answer = browser.get(path, params={"format": "csv"})
                assert answer.status_code == (200 if what in may[who] else 403), (who, what)
                if answer.status_code == 200:
                    texts.setdefault(who, {})[what] = answer.content.decode("utf-8-sig")
    with site.login("9000") as admin:
        asked = {one["operationId"] for one in operations(admin) if "export" in one["operationId"].lower()}
    assert asked == {"exportCalls", "exportList", "exportAudit", "exportFlow"}, "decide on it here"  # flows: no people
    for who in ("admin", "boss"):
        assert FANG in texts[who]["calls"] and LEI in texts[who]["calls"] and "赵磊" in texts[who]["people"]
    head = texts["head"]
    assert "138****2222" in head["calls"] and FANG not in head["calls"], "masked as on the screen"
    assert "王芳" in head["people"] and "赵磊" not in head["people"] + head["calls"]
    assert "4444" not in head["calls"]


def test_every_search_finds_what_one_may_see_and_nothing_else(site: Site, made: Made) -> None:
    searches: dict[str, tuple[dict[str, str], dict[str, str]]] = {
        # what is asked, and who finds 赵磊 or his caller: finds | not | refused
        "listCalls": ({"number": LEI}, {"head": "not", "agent": "not", "boss": "finds"}),
        "listPeople": ({"q": "赵"}, {"head": "not", "agent": "refused", "boss": "finds"}),
        "listCallers": ({"q": "139"}, {"head": "refused", "agent": "refused", "boss": "refused"}),
        "listCustomers": ({"q": "139"}, {"head": "refused"}),
        "listFollowUps": ({"number": "4444"}, {"head": "refused"}),
        "listLogs": ({"q": "x"}, {"head": "refused", "agent": "refused", "boss": "refused"}),
    }
    with site.login("9000") as admin:
        found = {one["operationId"]: one["path"] for one in operations(admin)
                 if {"q", "number"} & {each["name"] for each in one.get("parameters", ()) if each["in"] == "query"}
                 and "export" not in one["operationId"].lower()}
        assert found.keys() == searches.keys(), "decide on it here"
    for name, (params, wanted) in searches.items():
        for who, how in {"nobody": "refused", **wanted}.items():
            with site.login(WHO[who]) as browser:
                answer = browser.get(found[name], params=params)
                got = "refused" if answer.status_code == 403 else "finds" if re.search(
                    "赵磊|3934444|33334444", answer.text) else "not"
                assert got == how, (name, who, answer.status_code, answer.text[:300])


def test_nobody_finds_the_masked_digits_by_trying(site: Site, made: Made) -> None:
    """Digit after digit would tell the whole number: who sees it masked finds it by what he sees, or by knowing it."""
    number = "13746258813"
    with site.login(WHO["boss"]) as boss:
        assert boss.post("/api/v1/customers", json={"name": "冯遮", "phones": [{"number": number}]}).status_code == 201

    def finds(who: str, path: str, asked: dict[str, str], mark: str) -> bool:
        with site.login(WHO[who]) as browser:
            answer = browser.get(f"/api/v1{path}", params=asked)
            assert answer.status_code == 200, answer.text
            return mark in answer.text

    for part in (number[-5:], number[-8:], number[:6], "0" + number[-4:]):
        assert not finds("agent", "/customers", {"q": part}, "冯遮"), part
    for part in (number[-5:], number[:6]):
        assert finds("boss", "/customers", {"q": part}, "冯遮"), part
    for part in (number, "+86 " + number, number[-4:]):
        assert finds("agent", "/customers", {"q": part}, "冯遮"), part
    seen = "138****2222"
    assert FANG.startswith("138") and FANG.endswith("2222")
    for part, there in ((FANG[-5:], False), (FANG[-9:], False), (FANG[-4:], True), (FANG, True)):
        assert finds("head", "/calls", {"number": part}, seen) is there, part
    assert finds("agent", "/calls", {"number": FANG[-6:]}, FANG), "her own calls, where nothing is masked"
    assert finds("boss", "/calls", {"number": FANG[-6:]}, FANG)
