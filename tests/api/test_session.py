"""Log-in, CSRF, log-out, passwords, set-up: who is who and stays so."""

from __future__ import annotations

import pytest
from tests.api.site import PASSWORD, SETUP_TOKEN, Site

pytestmark = pytest.mark.api


def test_log_in_opens_a_session_and_log_out_ends_it(site: Site) -> None:
    with site.stranger() as browser:
        answer = browser.post("/api/v1/session", json={"number": "1001", "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert body["me"]["number"] == "1001" and body["me"]["extension"] == "1001"
        assert body["company"] == "测试公司" and body["timezone"] == "Asia/Shanghai"
        assert isinstance(body["me"]["id"], str)
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie
        assert browser.get("/api/v1/session").json()["me"]["name"] == "王芳"
        browser.headers["X-Yingda-CSRF"] = body["csrf"]
        assert browser.delete("/api/v1/session").status_code == 204
        browser.cookies.set("yingda_session", answer.cookies["yingda_session"])
        assert browser.get("/api/v1/session").status_code == 401


def test_wrong_password_is_refused_slowed_and_audited(own_site: Site) -> None:
    with own_site.stranger() as browser:
        answers = [browser.post("/api/v1/session", json={"number": "1002", "password": "wrong"}) for _ in range(4)]
        assert [a.json()["code"] for a in answers] == ["wrong_login"] * 3 + ["login_locked"]
        assert answers[-1].status_code == 429 and int(answers[-1].headers["retry-after"]) >= 1
        # even the right one has to wait now
        locked = browser.post("/api/v1/session", json={"number": "1002", "password": PASSWORD})
        assert locked.json()["code"] == "login_locked"
    with own_site.login("9000") as admin:
        rows = admin.get("/api/v1/audit", params={"object_kind": "login"}).json()["items"]
        assert [row["action"] for row in rows].count("login.wrong") == 3


def test_unknown_number_reads_like_a_wrong_password(site: Site) -> None:
    with site.stranger() as browser:
        answer = browser.post("/api/v1/session", json={"number": "7777", "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_login")


def test_message_follows_the_languages_wish(site: Site) -> None:
    with site.stranger() as browser:
        zh = browser.get("/api/v1/session", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).json()
        en = browser.get("/api/v1/session", headers={"Accept-Language": "en-GB"}).json()
        assert zh["message"] == "请先登录。" and en["message"] == "Please log in first."
        assert zh["code"] == en["code"] == "not_logged_in" and len(zh["trace"]) == 16


def test_change_needs_the_csrf_value(site: Site) -> None:
    with site.login("1001") as browser:
        del browser.headers["X-Yingda-CSRF"]
        answer = browser.put("/api/v1/session/language", json={"language": "en"})
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_missing")
        wrong = browser.put("/api/v1/session/language", json={"language": "en"}, headers={"X-Yingda-CSRF": "x"})
        assert wrong.status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Origin": "null"},
                                     {"Sec-Fetch-Site": "cross-site"}])
def test_other_sites_pages_are_refused(site: Site, headers: dict[str, str]) -> None:
    with site.stranger() as browser:
        answer = browser.post("/api/v1/session", json={"number": "1001", "password": PASSWORD}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


def test_own_page_is_let_in(site: Site) -> None:
    with site.stranger() as browser:
        answer = browser.post("/api/v1/session", json={"number": "1001", "password": PASSWORD},
                              headers={"Origin": site.url, "Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 201


def test_language_is_kept_and_used(own_site: Site) -> None:
    with own_site.login("1001") as browser:
        assert browser.put("/api/v1/session/language", json={"language": "en"}).status_code == 204
        assert browser.get("/api/v1/session").json()["me"]["language"] == "en"
        assert browser.get("/api/v1/people").json()["message"] == "You do not have the right to do this."


def test_password_change_ends_other_sessions(own_site: Site) -> None:
    with own_site.login("1001") as here, own_site.login("1001") as there:
        assert here.put("/api/v1/session/password", json={"old": "nope", "new": "New-Horse-99"}).status_code == 422
        weak = here.put("/api/v1/session/password", json={"old": PASSWORD, "new": "short"}).json()
        assert weak["fields"]["new"]["code"] == "password_short" and weak["fields"]["new"]["message"]
        done = here.put("/api/v1/session/password", json={"old": PASSWORD, "new": "New-Horse-99"})
        assert done.status_code == 204, done.text
        assert here.get("/api/v1/session").status_code == 200
        assert there.get("/api/v1/session").status_code == 401


def test_given_password_must_be_changed_first(own_site: Site) -> None:
    with own_site.login("9000") as admin:
        made = admin.post(f"/api/v1/people/{own_site.company.people['1002']}/password").json()["password"]
    with own_site.stranger() as browser:
        body = browser.post("/api/v1/session", json={"number": "1002", "password": made}).json()
        assert body["must_change_password"] is True
        browser.headers["X-Yingda-CSRF"] = body["csrf"]
        assert browser.get("/api/v1/directory").json()["code"] == "password_change_due"
        assert browser.put("/api/v1/session/password",
                           json={"old": made, "new": "Brand-New-Pass-1"}).status_code == 204
        assert browser.get("/api/v1/directory").status_code == 200


def test_set_up_works_only_once_and_only_with_the_token(site: Site) -> None:
    with site.stranger() as browser:
        state = browser.get("/api/v1/setup", params={"token": SETUP_TOKEN}).json()
        assert state == {"needed": False, "token_ok": False}
        body = {"token": SETUP_TOKEN, "company": "另一家", "admin_number": "1", "admin_name": "新",
                "password": "Some-Good-Pass-1"}
        assert browser.post("/api/v1/setup", json=body).json()["code"] == "already_set_up"
        wrong = browser.post("/api/v1/setup", json=body | {"token": "guess"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "setup_token_wrong")
