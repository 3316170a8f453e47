"""Logging in safely: sessions, second factor, one-time links, the policy, keys of other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from tests.api.conftest import Template, copy_database
from tests.api.site import PASSWORD, Browser, Site, running

from yingda.bus.verbs import Dial
from yingda.org.models import LoginAttempt

pytestmark = pytest.mark.api
FRESH = "Neu-und-Gut-2026"


@pytest.fixture
def place(template: Template, tmp_path: Path) -> Iterator[Site]:
    """Of its own: the policy holds for everybody."""
    with running(tmp_path, copy_database(template, tmp_path), template.company, template.site_key) as site:
        yield site


def log_in(site: Site, number: str, password: str = PASSWORD, code: str = "") -> Any:
    with site.stranger() as browser:
        return browser.post("/api/v1/session", json={"number": number, "password": password, "code": code})


def enrol(browser: Browser) -> tuple[pyotp.TOTP, list[str], str]:
    """(the app, recovery codes, the code that was used)"""
    begun = browser.post("/api/v1/account/factor").json()
    assert begun["qr"].startswith("<svg") and begun["secret"] not in begun["sealed"]
    app = pyotp.TOTP(begun["secret"])
    wrong = browser.put("/api/v1/account/factor", json={"sealed": begun["sealed"], "code": "000000"})
    assert wrong.json()["fields"]["code"]["code"] == "code_wrong"
    assert browser.get("/api/v1/account").json()["factor"] is False
    code = app.now()
    done = browser.put("/api/v1/account/factor", json={"sealed": begun["sealed"], "code": code})
    assert done.status_code == 200, done.text
    return app, done.json()["codes"], code


def test_second_factor_from_setting_up_to_a_lost_telephone(place: Site) -> None:
    with place.login("1001") as agent, place.login("9000") as admin:
        _, codes, used = enrol(agent)
        assert len(set(codes)) == 10 and agent.get("/api/v1/account").json()["recovery_codes"] == 10
        due = log_in(place, "1001")
        assert (due.status_code, due.json()["code"]) == (401, "factor_due")
        assert log_in(place, "1001", "wrong").json()["code"] == "wrong_login", "the password goes first"
        assert log_in(place, "1001", code=used).json()["code"] == "factor_wrong", "no code counts twice"
        assert log_in(place, "1001", code=codes[0].upper()).status_code == 201
        assert log_in(place, "1001", code=codes[0]).json()["code"] == "factor_wrong", "nor does a recovery code"
        assert agent.get("/api/v1/account").json()["recovery_codes"] == 9
        full_width = log_in(place, "1001", code="１２３４５６")
        assert full_width.json()["code"] in ("factor_wrong", "login_locked"), full_width.text
        begun = agent.post("/api/v1/account/factor").json()
        stolen = agent.put("/api/v1/account/factor", json={
            "sealed": begun["sealed"], "code": pyotp.TOTP(begun["secret"]).now()})
        assert stolen.json()["code"] in ("factor_wrong", "login_locked"), "a stolen session cannot put its own in place"
        answers = [agent.post("/api/v1/account/factor/off", json={"code": f"{n:06d}"}).json()["code"] for n in range(6)]
        assert answers[-1] == "login_locked", "guesses are slowed down here too"
        person = place.company.people["1001"]
        assert admin.delete(f"/api/v1/people/{person}/factor").status_code == 204
        link = admin.post(f"/api/v1/people/{person}/reset-link").json()["path"].partition("token=")[2]
        with place.stranger() as new:
            assert new.post("/api/v1/session/reset", json={"token": link, "password": FRESH}).status_code == 204
        assert log_in(place, "1001", FRESH).status_code == 201, "who has a link is not kept waiting"
        actions = [row["action"] for row in admin.get(
            "/api/v1/audit", params={"object_kind": "person", "object_id": str(person)}).json()["items"]]
        assert {"factor.on", "factor.off"} <= set(actions)
        shown = str(admin.get("/api/v1/audit", params={"object_kind": "person"}).json())
        assert all(code not in shown for code in codes)


def test_a_role_that_needs_the_factor_gets_no_further_without(place: Site) -> None:
    with place.login("9000") as admin, place.login("9001") as boss:
        policy = admin.get("/api/v1/login-policy").json()
        bad = admin.put("/api/v1/login-policy", json=policy | {"factor_roles": ["captain"]})
        assert bad.json()["fields"]["factor_roles"]["code"] == "unknown"
        assert admin.put("/api/v1/login-policy", json=policy | {"factor_roles": ["supervisor"]}).status_code == 200
        assert boss.get("/api/v1/people").json()["code"] == "factor_set_up_due"
        assert boss.get("/api/v1/session").json()["factor_due"] is True
        enrol(boss)
        assert boss.get("/api/v1/people").status_code == 200
        assert boss.get("/api/v1/session").json()["factor_due"] is False


def test_the_policy_of_passwords(place: Site) -> None:
    with place.login("9000") as admin, place.login("1002") as agent:
        admin.put("/api/v1/login-policy", json={"shortest": 10, "kinds": 3, "history": 2})

        def change(old: str, new: str) -> str:
            answer = agent.put("/api/v1/session/password", json={"old": old, "new": new})
            return "" if answer.status_code == 204 else answer.json()["fields"]["new"]["code"]

        for new, code in (("Ab-3456x", "password_short"), ("abcdefgh12", "password_weak"),
                          ("Password-12", "password_weak"), ("nur-kleine-zeichen", "password_kinds")):
            assert change(PASSWORD, new) == code, new
        assert change(PASSWORD, FRESH) == ""
        assert change(FRESH, PASSWORD) == "password_used"
        assert change(FRESH, "Noch-Eins-2026") == ""
        assert change("Noch-Eins-2026", PASSWORD) == "", "two back is long enough ago"
        admin.put("/api/v1/login-policy", json={"days": 30})
        place.until(lambda: agent.get("/api/v1/calls").status_code == 200)
        assert agent.get("/api/v1/session").json()["must_change_password"] is False


def test_guessing_the_old_password_is_slowed_locked_and_logged(place: Site) -> None:
    with place.login("9000") as admin, place.login("1002") as thief:
        codes: list[str] = []
        while "login_locked" not in codes and len(codes) < 9:  # a slow machine sits out the first short pauses
            answer = thief.put("/api/v1/session/password", json={"old": f"falsch-{len(codes)}", "new": FRESH})
            codes.append(answer.json()["code"])
        wrong = codes[:-1]
        assert len(wrong) >= 3 and set(wrong) == {"wrong_password"} and codes[-1] == "login_locked"
        acts = [row["action"] for row in admin.get("/api/v1/audit", params={"action": "person."}).json()["items"]]
        assert acts.count("person.password_wrong") == len(wrong)

        async def counted(u: Any) -> int:
            return int((await u.get_one(LoginAttempt, "person:1002")).failures)

        assert place.in_database(counted) == len(wrong), "the count of his log-in"
    with place.login("1001") as clumsy:
        for _ in range(6):  # the old one is right: nobody guesses
            bad = clumsy.put("/api/v1/session/password", json={"old": PASSWORD, "new": "kurz"})
            assert bad.json()["fields"]["new"]["code"] == "password_short"
        assert clumsy.put("/api/v1/session/password", json={"old": PASSWORD, "new": FRESH}).status_code == 204


def test_the_log_out_is_in_the_log_and_found_by_its_address(place: Site) -> None:
    with place.login("1001") as agent, place.login("9000") as admin:
        assert agent.delete("/api/v1/session").status_code == 204

        def found(address: str) -> list[str]:
            asked = {"action": "logout", "address": address}
            return [row["actor_number"] for row in admin.get("/api/v1/audit", params=asked).json()["items"]]

        assert found("127.0.0.1") == ["1001"] and found("127.0.0.2") == []


def test_sessions_are_listed_and_ended(place: Site) -> None:
    with place.login("1001") as first, place.login("1001") as second, place.login("9000") as admin:
        mine = first.get("/api/v1/account").json()["sessions"]
        assert len(mine) == 2 and [one["here"] for one in mine].count(True) == 1
        other = next(one["key"] for one in mine if not one["here"])
        with second.live() as live:
            assert first.delete(f"/api/v1/account/sessions/{other}").status_code == 204
            with pytest.raises(Exception, match="4401"):
                while True:
                    live.recv(timeout=5)
        assert second.get("/api/v1/session").status_code == 401
        assert first.delete(f"/api/v1/account/sessions/{'0' * 64}").status_code == 404
        person = place.company.people["1001"]
        theirs = admin.get(f"/api/v1/people/{person}/account").json()["sessions"]
        assert [one["here"] for one in theirs] == [False]
        admins = admin.get("/api/v1/account").json()["sessions"][0]["key"]
        assert first.delete(f"/api/v1/account/sessions/{admins}").status_code == 404, "somebody else's"
        assert admin.delete(f"/api/v1/people/{person}/sessions/{theirs[0]['key']}").status_code == 204
        assert first.get("/api/v1/session").status_code == 401


def test_a_reset_link_counts_once(place: Site) -> None:
    with place.login("9000") as admin, place.login("1001") as agent, place.stranger() as stranger:
        person = place.company.people["1001"]

        def link() -> str:
            made = admin.post(f"/api/v1/people/{person}/reset-link")
            assert made.status_code == 201, made.text
            return str(made.json()["path"]).partition("token=")[2]

        old, fresh = link(), link()
        assert stranger.post("/api/v1/session/reset", json={"token": old, "password": FRESH}).status_code == 403
        weak = stranger.post("/api/v1/session/reset", json={"token": fresh, "password": "aaaaaaaa"})
        assert weak.json()["fields"]["password"]["code"] == "password_weak"
        assert stranger.post("/api/v1/session/reset", json={"token": fresh, "password": FRESH}).status_code == 204
        assert agent.get("/api/v1/session").status_code == 401, "all logins have ended"
        again = stranger.post("/api/v1/session/reset", json={"token": fresh, "password": FRESH})
        assert again.json()["code"] == "reset_link_wrong"
        assert log_in(place, "1001", FRESH).status_code == 201
        assert fresh not in str(admin.get("/api/v1/audit").json())


def test_a_key_does_what_it_names_and_no_more(place: Site) -> None:
    with place.login("9000") as admin, place.stranger() as program, place.login("9001") as boss:
        assert boss.post("/api/v1/api-keys", json={"name": "x", "grants": {"calls.view": "all"}}).status_code == 403
        for grants, code in (({"fly.away": "all"}, "unknown"), ({"calls.view": "none"}, "required")):
            bad = admin.post("/api/v1/api-keys", json={"name": "CRM", "grants": grants})
            assert bad.json()["fields"]["grants"]["code"] == code
        made = admin.post("/api/v1/api-keys", json={"name": "CRM", "grants": {
            "calls.order": "all", "calls.view": "own"}}).json()
        token, key = made["token"], made["key"]
        assert token not in str(admin.get("/api/v1/api-keys").json()) + str(admin.get("/api/v1/audit").json())
        program.headers["Authorization"] = f"Bearer {token}"
        assert program.get("/api/v1/calls").status_code == 200
        assert program.get("/api/v1/people").json()["code"] == "not_allowed"
        assert program.get("/api/v1/session").json()["code"] == "not_for_keys"
        assert program.post("/api/v1/api-keys", json={"name": "y", "grants": {"calls.view": "all"}}).status_code == 403
        place.engine.answers["Dial"] = {"call_id": "77"}
        made_call = program.post("/api/v1/click-to-call", json={"agent": "1001", "number": "13800138000"})
        assert (made_call.status_code, made_call.json()) == (202, {"call_id": "77"}), made_call.text
        dialled = next(verb for verb in place.engine.verbs if isinstance(verb, Dial))
        assert (dialled.agent_id, dialled.number) == (str(place.company.people["1001"]), "13800138000")
        assert program.post("/api/v1/click-to-call", json={"agent": "4711", "number": "1"}).status_code == 404
        with pytest.raises(Exception, match="4401"), program.socket("/api/v1/live") as live:
            live.recv(timeout=5)
        listed = admin.get("/api/v1/api-keys").json()[0]
        assert listed["hint"] == token[:9] and listed["last_used_at"] > 0 and listed["last_address"] == "127.0.0.1"
        assert admin.delete(f"/api/v1/api-keys/{key['id']}").status_code == 204
        assert program.get("/api/v1/calls").status_code == 401
