"""Logging in by the company's provider (OpenID Connect) and directory (LDAP), against servers of both protocols."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import delete
from tests.api.conftest import Template, copy_database
from tests.api.directory import BASE, PEOPLE, READER, READER_SECRET, Directory
from tests.api.provider import CLIENT, SECRET, Provider
from tests.api.site import PASSWORD, Browser, Site, running

from yingda.org import ldap, people, roles
from yingda.org.actor import SYSTEM
from yingda.org.models import LoginAttempt
from yingda.org.permissions import ROLES

pytestmark = pytest.mark.api
SETTINGS = "/api/v1/settings/outside-login"


@pytest.fixture
def place(template: Template, tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path, copy_database(template, tmp_path), template.company, template.site_key) as site:
        yield site


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    made = Directory(tmp_path_factory.mktemp("directory"))
    yield made
    made.stop()


def save(site: Site, number: str = "9000", **parts: Any) -> Any:
    with site.login(number) as admin:
        return admin.put(SETTINGS, json=parts)


def log_in(site: Site, number: str, password: str) -> Any:
    """One attempt; earlier wrong ones are forgotten first."""
    async def forget(u: Any) -> None:
        await u.execute(delete(LoginAttempt))
    site.in_database(forget)
    return try_once(site, number, password)


def try_once(site: Site, number: str, password: str) -> Any:
    with site.stranger() as browser:
        return browser.post("/api/v1/session", json={"number": number, "password": password})


def actions(site: Site) -> set[str]:
    with site.login("9000") as admin:
        return {row["action"] for row in admin.get("/api/v1/audit", params={"limit": 100}).json()["items"]}


# ---- OpenID Connect


def by_provider(site: Site, provider: Provider, **more: Any) -> None:
    provider.redirects = {site.url + "/api/v1/session/oidc/back"}
    saved = save(site, oidc={"on": True, "label": "集团", "issuer": provider.url + "/", "client_id": CLIENT,
                             "secret": SECRET, "page_url": site.url, **more})
    assert saved.status_code == 200, saved.text


def go(browser: Browser, next_page: str = "/calls?x=1") -> str:
    """Along all redirects, as a browser does; where it ends on our side."""
    answer = browser.get("/api/v1/session/oidc", params={"next": next_page})
    for _ in range(4):
        place = answer.headers["location"]
        if answer.status_code != 302 or (place.startswith("/") and "/session/" not in place):
            return place
        answer = browser.get(place)
    raise AssertionError("no end of redirects")


def test_who_is_known_to_the_provider_is_let_in(place: Site, provider: Provider) -> None:
    by_provider(place, provider)
    with place.stranger() as browser:
        assert browser.get("/api/v1/session/ways").json()["oidc"] == "集团"
        assert go(browser) == "/calls?x=1"
        session = browser.get("/api/v1/session").json()
        assert session["me"]["number"] == "1001" and session["own_password"] is False
        browser.headers["X-Yingda-CSRF"] = session["csrf"]
        account = browser.get("/api/v1/account").json()["sessions"]
        assert [one["way"] for one in account if one["here"]] == ["oidc"]
    with place.stranger() as browser:
        assert go(browser, "https://evil.example/") == "/"
        assert go(browser, "//evil.example") == "/"
    with place.login("9000") as admin:
        shown = admin.get(SETTINGS).json()
        assert shown["oidc_secret_set"] and SECRET not in str(shown)
        assert SECRET not in str(admin.get("/api/v1/audit", params={"object_kind": "setting"}).json())


def test_a_given_password_and_the_own_factor_do_not_hold_up_who_comes_by_the_provider(
        place: Site, provider: Provider) -> None:
    by_provider(place, provider)
    with place.login("9000") as admin:
        person = admin.get(f"/api/v1/people/{place.company.people['1001']}").json()
        assert admin.put("/api/v1/login-policy", json={"factor_roles": ["agent"], "days": 1}).status_code == 200
        assert person["number"] == "1001"
    with place.stranger() as browser:
        go(browser)
        session = browser.get("/api/v1/session").json()
        assert not session["must_change_password"] and not session["factor_due"]
        assert browser.get("/api/v1/directory").status_code == 200


def test_nobody_comes_in_by_a_twisted_answer(place: Site, provider: Provider) -> None:
    by_provider(place, provider)

    def refusal() -> str:
        with place.stranger() as browser:
            end = go(browser)
            assert browser.get("/api/v1/session").status_code == 401
            return end.partition("refused=")[2]

    stranger_key = RSAKey.generate_key(2048, {"kid": "one"})
    twists: list[dict[str, Any]] = [
        {"nonce": "of another log-in"}, {"aud": "another client"}, {"iss": "https://other.example"},
        {"exp": 1_000_000}, {"aud": [CLIENT, "other"], "azp": "other"}]
    for change in twists:
        provider.twist = lambda claims, change=change: {**claims, **change}  # type: ignore[misc]
        assert refusal() == "provider_failed", change
    provider.twist = lambda claims: claims
    provider.signs_with = stranger_key
    assert refusal() == "provider_failed", "a signature of somebody else"
    provider.signs_with = provider.key
    provider.user = {"sub": "u-2", "preferred_username": "nobody"}
    assert refusal() == "nobody_here"
    provider.user = {"sub": "u-2"}
    assert refusal() == "nobody_here", "no claim, nobody; not everybody"
    assert "login.nobody" in actions(place)


def test_the_way_back_counts_once_and_only_in_the_browser_that_went(place: Site, provider: Provider) -> None:
    by_provider(place, provider)
    with place.stranger() as browser, place.stranger() as other:
        there = browser.get("/api/v1/session/oidc").headers["location"]
        back = browser.get(there).headers["location"]
        assert other.get(back).headers["location"] == "/login?refused=provider_again", "a link that somebody sent"
        wrong = browser.get(back.replace("state=", "state=x")).headers["location"]
        assert wrong == "/login?refused=provider_again" and provider.asked == []
        there = browser.get("/api/v1/session/oidc").headers["location"]
        back = browser.get(there).headers["location"]
        assert browser.get(back).headers["location"] == "/"
        with place.stranger() as again:
            assert again.get(back).headers["location"] == "/login?refused=provider_again"
        browser.get("/api/v1/session/oidc")
        denied = browser.get("/api/v1/session/oidc/back", params={"error": "access_denied"})
        assert denied.headers["location"].startswith("/login?refused=provider_")


def test_by_mail_and_a_provider_that_is_away(place: Site, provider: Provider) -> None:
    by_provider(place, provider, claim="email", finds="email")
    with place.login("9000") as admin:
        one = f"/api/v1/people/{place.company.people['1002']}"
        person = admin.get(one).json()
        body = {key: person[key] for key in ("number", "name", "role", "extension_id", "department_id", "version")}
        assert admin.put(one, json={**body, "email": "Zhao@Firm.test"}).status_code == 200
    provider.user = {"sub": "u-3", "email": "zhao@firm.TEST"}
    with place.stranger() as browser:
        assert go(browser, "/") == "/" and browser.get("/api/v1/session").json()["me"]["number"] == "1002"
    provider.user["email_verified"] = False
    with place.stranger() as browser:
        assert go(browser) == "/login?refused=nobody_here"
    tried = {"kind": "oidc", "settings": {"oidc": {"issuer": provider.url, "client_id": "x", "page_url": place.url}}}
    with place.login("9000") as admin:
        assert admin.post(SETTINGS + "/try", json=tried).json() | {"steps": 2} == {"steps": 2, "fault": ""}
        provider.stop()
        assert admin.post(SETTINGS + "/try", json=tried).json()["fault"]
    with place.stranger() as browser:
        assert go(browser) == "/login?refused=provider_failed"
        assert log_in(place, "1001", PASSWORD).status_code == 201, "the own password still counts"


# ---- LDAP


def by_directory(site: Site, directory: Directory, own: str = "all", new: Any = None, **more: Any) -> Any:
    return save(site, own_passwords=own, newcomers=new or {}, ldap={
        "on": True, "host": "127.0.0.1", "port": directory.secure, "security": "ldaps", "ca": directory.ca,
        "bind_dn": READER, "secret": READER_SECRET, "base": BASE, **more})


def test_the_directory_says_whether_a_password_is_right(place: Site, directory: Directory) -> None:
    assert by_directory(place, directory, own="admins").status_code == 200
    assert log_in(place, "1001", PEOPLE["1001"]).status_code == 201
    assert log_in(place, "1001", PASSWORD).json()["code"] == "wrong_login", "the password kept here counts no more"
    assert log_in(place, "1001", PEOPLE["1002"]).json()["code"] == "wrong_login"
    assert log_in(place, "1001", "\0").status_code in (401, 422)
    assert log_in(place, "9000", PASSWORD).status_code == 201, "but an administrator's does"
    assert log_in(place, "9001", "anything").json()["code"] == "wrong_login", "not in the directory"
    with place.stranger() as browser:
        done = browser.post("/api/v1/session", json={"number": "1002", "password": PEOPLE["1002"]}).json()
        assert done["own_password"] is False and done["me"]["number"] == "1002"
    assert by_directory(place, directory, filter="(employeeType=staff)").status_code == 200
    assert log_in(place, "1001", PEOPLE["1001"]).status_code == 201
    assert log_in(place, "1002", PEOPLE["1002"]).json()["code"] == "wrong_login", "the filter leaves him out"
    assert log_in(place, "1002", PASSWORD).status_code == 201, "by the own password again"


def test_starttls_foreign_certificates_and_a_directory_that_is_away(place: Site, directory: Directory) -> None:
    assert by_directory(place, directory, port=directory.plain, security="starttls").status_code == 200
    assert log_in(place, "1001", PEOPLE["1001"]).status_code == 201
    tries = [({}, "", True), ({"number": "1001", "password": PEOPLE["1001"]}, "", True),
             ({"number": "*"}, "", False), ({"number": "1001", "password": "no"}, "", False),
             ({}, "starttls", False)]
    with place.login("9000") as admin:
        for given, security, right in tries:
            ldap = {"host": "127.0.0.1", "port": directory.secure, "ca": directory.ca, "bind_dn": READER,
                    "secret": READER_SECRET, "base": BASE, **({"security": security} if security else {})}
            answer = admin.post(SETTINGS + "/try", json={"kind": "ldap", "settings": {"ldap": ldap}, **given}).json()
            assert (answer["fault"] == "") is right, (given, answer)
        untrusted = {"host": "127.0.0.1", "port": directory.secure, "base": BASE}
        answer = admin.post(SETTINGS + "/try", json={"kind": "ldap", "settings": {"ldap": untrusted}}).json()
        assert "certificate" in answer["fault"].lower() and answer["steps"] == []
        named = untrusted | {"host": "localhost", "ca": directory.ca}
        answer = admin.post(SETTINGS + "/try", json={"kind": "ldap", "settings": {"ldap": named}}).json()
        assert answer["fault"] and answer["steps"] == [], "a certificate for another name"
    assert by_directory(place, directory, port=9, own="admins").status_code == 200
    for _ in range(5):
        away = try_once(place, "1001", PEOPLE["1001"])
        assert (away.status_code, away.json()["code"]) == (503, "directory_away"), "and it is not counted as wrong"
    assert log_in(place, "9000", PASSWORD).status_code == 201
    assert "login.directory_away" in actions(place)


def test_settings_that_would_lock_everybody_out_or_give_secrets_away_are_refused(
        place: Site, directory: Directory) -> None:
    assert save(place, own_passwords="admins").json()["fields"]["own_passwords"]["code"] == "no_other_way"
    bad = save(place, oidc={"on": True, "issuer": "http://sso.firm.test", "client_id": "a", "page_url": "https://x/y",
                            "scopes": "profile"}).json()["fields"]
    assert {name: fault["code"] for name, fault in bad.items()} == {
        "oidc.issuer": "not_https", "oidc.page_url": "malformed", "oidc.scopes": "no_openid"}
    assert by_directory(place, directory, ca="no pem", filter="(a=b").json()["fields"].keys() == {
        "ldap.ca", "ldap.filter"}
    assert by_directory(place, directory).status_code == 200
    moved = by_directory(place, directory, secret="", host="localhost")
    assert moved.json()["ldap_secret_set"] is False, "what was typed for one host goes to no other"
    assert save(place, "9001").status_code == 403

    async def lend(u: Any) -> None:
        boss = await people.get_person(u, place.company.people["9001"])
        await roles.set_exceptions(u, SYSTEM, ROLES["admin"], boss, {"settings.edit": "all"})

    place.in_database(lend)
    assert save(place, "9001").json()["code"] == "beyond_own_rights", "a provider of his own would make him anybody"


# ---- people whom the directory or the provider knows better


def person(site: Site, number: str) -> dict[str, Any] | None:
    with site.login("9000") as admin:
        return next((one for one in admin.get("/api/v1/people").json() if one["number"] == number), None)


def test_somebody_new_becomes_a_person_at_the_first_log_in_when_that_is_wanted(
        place: Site, directory: Directory) -> None:
    directory.put("liming", "New-Here-1", displayName="李明\u202e", mail="li@firm.test", employeeType="staff")
    assert by_directory(place, directory).status_code == 200
    assert log_in(place, "liming", "New-Here-1").json()["code"] == "wrong_login", "off by default"
    with place.login("9000") as admin:
        shop = admin.post("/api/v1/departments", json={"number": "N1", "name": "新人部"}).json()["id"]
    new = {"on": True, "role": "agent", "department_id": shop}
    saved = by_directory(place, directory, new=new)
    assert saved.status_code == 200, saved.text
    assert log_in(place, "liming", "wrong").json()["code"] == "wrong_login" and person(place, "liming") is None
    assert log_in(place, "LIMING", "New-Here-1").json()["code"] == "wrong_login", "no second way to one account"
    assert person(place, "liming") is person(place, "LIMING") is None
    made = log_in(place, "liming", "New-Here-1")
    assert made.status_code == 201 and made.json()["me"]["role"] == "agent" and not made.json()["own_password"]
    row = person(place, "liming")
    assert row is not None and (row["name"], row["email"], row["department_id"]) == ("李明", "li@firm.test", shop)
    assert log_in(place, "liming", "New-Here-1").status_code == 201
    assert {"person.create", "login.newcomer"} <= actions(place)
    assert log_in(place, "liming", "").status_code in (401, 422)


def test_new_ones_come_from_the_provider_too_and_take_nobodys_place(place: Site, provider: Provider) -> None:
    new = {"on": True, "role": "agent"}
    by_provider(place, provider)
    with place.login("9000") as admin:
        wanted = admin.get(SETTINGS).json() | {"newcomers": new}
        for field in ("oidc_secret_set", "ldap_secret_set", "rev"):
            wanted.pop(field)
        for role, code in (("admin", "not_admin"), ("moon", "unknown")):
            refused = admin.put(SETTINGS, json=wanted | {"newcomers": {"on": True, "role": role}}).json()
            assert refused["fields"]["newcomers.role"]["code"] == code
        assert admin.put(SETTINGS, json=wanted).status_code == 200
    provider.user = {"sub": "u-9", "preferred_username": "7001", "name": "孙新", "email": "sun@firm.test"}
    with place.stranger() as browser:
        assert go(browser) == "/calls?x=1" and browser.get("/api/v1/session").json()["me"]["name"] == "孙新"
    provider.user["preferred_username"] = "bad number!"
    with place.stranger() as browser:
        assert go(browser) == "/login?refused=nobody_here"
    with place.login("9000") as admin:
        mail = {"oidc": wanted["oidc"] | {"claim": "upn", "finds": "email"}}
        assert admin.put(SETTINGS, json=wanted | mail).status_code == 200
    for user, number in (({"upn": "x@firm.test", "preferred_username": "9000"}, None),
                         ({"upn": "no mail", "preferred_username": "7003"}, None),
                         ({"upn": "zhou.jie@firm.test"}, "zhoujie")):
        provider.user = {"sub": "u", **user}
        with place.stranger() as browser:
            end = go(browser)
            assert (end == "/login?refused=nobody_here") is (number is None), (user, end)
            if number:
                assert browser.get("/api/v1/session").json()["me"]["number"] == number
                assert go(browser) == "/calls?x=1", "found by e-mail from now on"


def test_whom_the_directory_ends_is_logged_out(place: Site, directory: Directory) -> None:
    """By removal, by the filter, not by a directory that is away, nor by one that suddenly knows nobody."""
    staff = {number: f"Directory-{number}" for number in ("1001", "1002", "9001")}
    for number, secret in staff.items():
        directory.put(number, secret, employeeType="staff")
    assert by_directory(place, directory, filter="(employeeType=staff)").status_code == 200
    recheck = place.app.state.room.recheck

    def enter(number: str) -> Browser:
        with place.stranger() as browser:
            done = browser.post("/api/v1/session", json={"number": number, "password": staff[number]})
            assert done.status_code == 201, done.text
            return Browser(place.url, browser.cookies["yingda_session"])

    def inside(browser: Browser) -> bool:
        return browser.get("/api/v1/session").status_code == 200

    with enter("1001") as one, enter("1002") as two, enter("9001") as three, place.login("1002") as own:
        assert place.do(recheck.look()) == 0 and all(map(inside, (one, two, three)))
        directory.put("1001", staff["1001"], employeeType="left")
        assert place.do(recheck.look()) == 1 and list(map(inside, (one, two, three))) == [False, True, True]
        directory.take_away("1002")
        assert place.do(recheck.look()) == 1 and list(map(inside, (two, three, own))) == [False, True, True], (
            "a login by the password kept here rests on nobody else")
        assert by_directory(place, directory, port=9).status_code == 200
        assert place.do(recheck.look()) == 0 and inside(three)
        assert "session.vouched_no_more" in actions(place)
    for number in staff:
        directory.put(number, staff[number], employeeType="staff")
    assert by_directory(place, directory, filter="(employeeType=staff)").status_code == 200
    with enter("1001") as one, enter("1002") as two, enter("9001") as three:
        assert by_directory(place, directory, filter="(employeeType=nonsense)").status_code == 200
        assert place.do(recheck.look()) == 0 and all(map(inside, (one, two, three)))
    directory.take_away("9001")
    directory.put("1001", PEOPLE["1001"], employeeType="staff")
    directory.put("1002", PEOPLE["1002"], employeeType="left")


@pytest.mark.parametrize(("values", "ended"), [
    ({"useraccountcontrol": ["514"]}, True), ({"useraccountcontrol": ["512"]}, False), ({}, False),
    ({"nsaccountlock": ["TRUE"]}, True), ({"nsaccountlock": ["false"]}, False),
    ({"pwdaccountlockedtime": ["000001010000Z"]}, True), ({"pwdaccountlockedtime": ["20260101000000Z"]}, False)])
def test_the_marks_of_ended_accounts(values: dict[str, list[str]], ended: bool) -> None:
    assert ldap.is_ended(values) is ended


# ---- unlocked by an administrator


def test_an_administrator_unlocks_who_typed_wrong_passwords(place: Site) -> None:
    async def lock(u: Any) -> None:
        now = time.time_ns() // 1_000_000
        u.add(LoginAttempt(subject="person:1001", failures=10, last_at=now, locked_until=now + 300_000))
    place.in_database(lock)
    assert try_once(place, "1001", PASSWORD).json()["code"] == "login_locked"
    person = place.company.people["1001"]
    with place.login("9000") as admin, place.login("9001") as boss:
        assert admin.get(f"/api/v1/people/{person}/account").json()["locked_until"] > 0
        assert boss.delete(f"/api/v1/people/{person}/lock").status_code == 403
        assert admin.delete(f"/api/v1/people/{person}/lock").status_code == 204
        assert admin.get(f"/api/v1/people/{person}/account").json()["locked_until"] == 0
    assert try_once(place, "1001", PASSWORD).status_code == 201
    assert "login.unlock" in actions(place)
