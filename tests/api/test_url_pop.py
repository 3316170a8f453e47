"""A page of another system for the call at hand: the setting, and the address that an agent gets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.api.linkserver import call_view
from tests.api.site import Browser, Site
from tests.api.test_admin import last_audit

pytestmark = pytest.mark.api
PATH = "/api/v1/settings/url-pop"
ADDRESS = ("https://crm.example.com/open?phone={number}&call={call_id}&called={called}&queue={queue}"
           "&name={queue_name}&agent={agent}&customer={customer_id}")
WANTED = {"address": ADDRESS, "name_zh": "打开客户系统", "name_en": "", "opens": "ring", "new_tab": False}
NOTHING = {"address": "", "name_zh": "", "name_en": "", "opens": "button", "new_tab": False}


@pytest.fixture(autouse=True)
def set_and_taken_back(site: Site) -> Iterator[None]:
    site.engine.put("queues", {"id": "1", "number": "802", "name": "售后服务"})
    with site.login("9000") as admin:
        assert admin.put(PATH, json=WANTED).status_code == 200
    yield
    with site.login("9000") as admin:
        assert admin.put(PATH, json=NOTHING).status_code == 200
    for entity in ("calls", "queues"):
        for key in list(site.engine.entities[entity]):
            site.engine.drop(entity, key)


def rings(site: Site, key: str, number: str, **over: Any) -> None:
    """A call at this agent, once the web process knows of it."""
    who = str(site.company.people[number])
    site.engine.put("calls", call_view(key, agent_id=who, **{"state": "talking", **over}))
    mirror = site.app.state.room.link.mirror
    site.until(lambda: (mirror.call(key) or {}).get("agent_id") == who and "1" in mirror.entities["queues"])


def given(agent: Browser, key: str, **params: str) -> dict[str, str]:
    answer = agent.get(f"/api/v1/calls/{key}/page", params=params)
    assert answer.status_code == 200, answer.text
    made = urlsplit(answer.json()["url"])
    assert made.netloc in ("crm.example.com", "")
    return {name: values[0] for name, values in parse_qs(made.query, keep_blank_values=True).items()}


def test_the_setting_is_checked_kept_and_logged(site: Site) -> None:
    with site.login("9000") as admin, site.login("1001") as agent:
        for wrong, field, code in (
                ({"address": "javascript:alert(1)"}, "address", "address_scheme"),
                ({"address": "https://crm/{phone}"}, "address", "address_holder"),
                ({"address": "https://{number}/"}, "address", "address_host"),
                ({"address": "https://crm/" + "x" * 1_000}, "address", "too_long"),
                ({"name_zh": "长" * 21}, "name_zh", "too_long"), ({"opens": "always"}, "opens", "not_offered")):
            answer = admin.put(PATH, json=WANTED | wrong)
            assert answer.status_code == 422 and answer.json()["fields"][field]["code"] == code, answer.text
            assert answer.json()["fields"][field]["message"]
        assert {name: admin.get(PATH).json()[name] for name in WANTED} == WANTED
        assert admin.put(PATH, json=WANTED | {"opens": "answer"}).status_code == 200
        line = last_audit(admin, "setting", "url_pop")
        assert line["before"]["value"] == WANTED and line["after"]["value"] == WANTED | {"opens": "answer"}
        assert agent.get(PATH).status_code == agent.put(PATH, json=WANTED).status_code == 403


def test_the_agent_of_the_call_gets_the_whole_address(site: Site) -> None:
    rings(site, "501", "1001")
    with site.login("1001") as agent, site.login("1002") as other, site.login("9001") as boss:
        assert given(agent, "501", customer_id="77") == {
            "phone": "13812345678", "call": "501", "called": "4008001000", "queue": "802", "name": "售后服务",
            "agent": "1001", "customer": "77"}
        assert given(agent, "501")["customer"] == ""
        answer = agent.get("/api/v1/calls/501/page").json()
        assert (answer["name_zh"], answer["name_en"], answer["opens"]) == ("打开客户系统", "打开客户系统", "ring")
        for none_of_his in (other, boss):  # the supervisor sees it on the board; it is not his to open
            answer = none_of_his.get("/api/v1/calls/501/page", params={"customer_id": "77"})
            assert answer.status_code in (200, 403) and not answer.json().get("url") and "1381" not in answer.text


def test_no_masked_digit_is_in_the_address(site: Site) -> None:
    who = f"/api/v1/people/{site.company.people['1001']}/rights"
    rings(site, "502", "1001")
    rings(site, "503", "1001", direction="out", caller="4008001000", called="13812345678")
    with site.login("9000") as admin:
        assert admin.put(who, json={"exceptions": {"numbers.reveal": "none"}}).status_code == 200
    try:
        with site.login("1001") as agent:
            came, went = given(agent, "502"), given(agent, "503")
            assert (came["phone"], came["called"]) == ("138****5678", "4008001000")
            assert went["phone"] == went["called"] == "138****5678"
            for key in ("502", "503"):
                assert "13812345678" not in agent.get(f"/api/v1/calls/{key}/page").text
    finally:
        with site.login("9000") as admin:
            assert admin.put(who, json={"exceptions": {}}).status_code == 200


def test_without_an_address_within_the_house_and_after_the_call_there_is_nothing(site: Site) -> None:
    rings(site, "504", "1001", direction="internal")
    rings(site, "505", "1001")
    rings(site, "506", "1001", state="parked", slot="3")
    with site.login("1001") as agent, site.login("9000") as admin:
        assert given(agent, "504") == {} and given(agent, "999") == given(agent, "506") == {}
        assert given(agent, "505")
        assert admin.put(PATH, json=NOTHING).status_code == 200
        assert given(agent, "505") == {}
