"""The outer shell: headers, the page's files, health, errors nobody foresaw, hostile input, the description."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from tests.api.site import Browser, Site

from yingda.kit import i18n
from yingda.web.openapi import description
from yingda.web.problems import _FIELD_CODES
from yingda.web.texts import choose_language

pytestmark = pytest.mark.api
ROOT = Path(__file__).parents[2]


# --- headers and the page ---

@pytest.mark.parametrize("path", ["/", "/api/v1/health", "/api/v1/session", "/api/v1/nothing", "/missing.js"])
def test_every_answer_is_shielded(site: Site, path: str) -> None:
    with site.stranger() as browser:
        headers = browser.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "'unsafe-eval'" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
        # what the desk opens stays ours by name, so that one window serves all calls; who opens us does not reach us
        assert headers["cross-origin-opener-policy"] == "same-origin-allow-popups"
        assert headers["referrer-policy"] == "same-origin"
        assert len(headers["x-trace"]) == 16 and "server" not in headers
        if path.startswith("/api"):
            assert headers["cache-control"] == "no-store"


def test_page_is_served_compressed_and_cached(site: Site) -> None:
    (site.page / "assets").mkdir(exist_ok=True)
    script = "console.log('应答');" * 500
    (site.page / "assets" / "main-ab12.js").write_text(script)
    (site.page / "index.html").write_text("<!doctype html><title>Yingda</title>")
    (site.page / "favicon.svg").write_text("<svg/>")
    (site.page.parent / "secret.txt").write_text("secret")
    with site.stranger() as browser:
        answer = browser.get("/assets/main-ab12.js")
        assert answer.text == script and answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/javascript")
        again = browser.get("/assets/main-ab12.js", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304 and not again.content
        plain = browser.get("/assets/main-ab12.js", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers and plain.text == script
        for path in ("/", "/calls/123", "/customers"):
            page = browser.get(path)
            assert "Yingda" in page.text and page.headers["cache-control"] == "no-cache"
        assert "max-age" in browser.get("/favicon.svg").headers["cache-control"]
        assert browser.get("/assets/old-cd34.js").status_code == 404
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt",
                     "/%00", "/" + "a" * 3000):
            answer = browser.get(path)
            assert answer.status_code in (200, 404) and "secret" not in answer.text
        assert browser.post("/").status_code in (403, 405)
        assert browser.head("/").status_code == 200


def test_rebuilt_page_is_seen_at_once(site: Site) -> None:
    with site.stranger() as browser:
        (site.page / "index.html").write_text("one")
        assert browser.get("/").text == "one"
        (site.page / "index.html").write_text("two!")
        assert browser.get("/").text == "two!"


def test_packed_bytes_are_stable() -> None:
    assert gzip.compress(b"x" * 2000, 6, mtime=0) == gzip.compress(b"x" * 2000, 6, mtime=0)


# --- health ---

def test_health_for_all_details_for_administrators(site: Site) -> None:
    with site.stranger() as monitor, site.login("9000") as admin, site.login("9001") as boss:
        body = monitor.get("/api/v1/health").json()
        assert {body[name]["state"] for name in ("switch", "engine", "database", "disk")} == {"ok"}
        assert all(body[name]["detail"] == "" for name in ("switch", "engine", "database", "disk", "worker"))
        assert "22.10.1" in admin.get("/api/v1/health").json()["switch"]["detail"]
        assert boss.get("/api/v1/health").json()["switch"]["detail"] == ""


def test_lost_switch_is_down_and_503(site: Site) -> None:
    site.engine.put("switch", {"id": "switch", "state": "down", "version": "", "since": 1})
    try:
        with site.stranger() as monitor:
            answer = monitor.get("/api/v1/health")
            assert answer.status_code == 503 and answer.json()["state"] == answer.json()["switch"]["state"] == "down"
    finally:
        site.engine.put("switch", {"id": "switch", "state": "up", "version": "22.10.1", "since": 1})


def test_dead_worker_degrades_but_calls_go_on(own_site: Site) -> None:
    with own_site.stranger() as monitor:
        (own_site.folder / "run").mkdir()
        answer = monitor.get("/api/v1/health")
        assert (answer.status_code, answer.json()["worker"]["state"], answer.json()["state"]) == (
            200, "down", "degraded")
        (own_site.folder / "run" / "worker.pid").write_text(f"{os.getpid()}\n")
        body = monitor.get("/api/v1/health").json()
        assert (body["worker"]["state"], body["state"]) == ("ok", "ok")


def test_database_away_is_said_and_calls_go_on(own_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads fail as they do when the server is gone: health still answers, routes say database_away."""
    with own_site.login("1001") as agent:
        store = own_site.store

        def away() -> Any:
            raise OperationalError("SELECT 1", {}, Exception("connection refused"))
        monkeypatch.setattr(store, "reading", away)
        answer = agent.get("/api/v1/session", headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
        assert "connection refused" not in answer.text
        health = agent.get("/api/v1/health")
        assert health.status_code == 503 and health.json()["database"]["state"] == "down"
        assert health.json()["engine"]["state"] == "ok"


# --- errors ---

def test_unforeseen_error_is_a_500_with_a_trace_and_tells_nothing(own_site: Site,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    with own_site.login("9000") as admin:
        def broken() -> Any:
            raise ZeroDivisionError("inner secret")
        monkeypatch.setattr(own_site.app.state.room.store, "uow", broken)
        answer = admin.post("/api/v1/departments", json={"number": "D1", "name": "x"},
                            headers={"X-Trace": "trace-of-the-test"})
        assert answer.status_code == 500 and answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert (body["code"], body["trace"]) == ("internal", "trace-of-the-test") and "secret" not in answer.text
        assert answer.headers["x-trace"] == "trace-of-the-test" and "x-frame-options" in answer.headers


def test_unknown_addresses_and_methods(site: Site) -> None:
    with site.login("9000") as admin:
        for method, path, status, code in (("GET", "/api/v1/nothing", 404, "no_such_address"),
                                           ("GET", "/api", 404, "no_such_address"),
                                           ("PATCH", "/api/v1/session", 405, "method_not_allowed")):
            answer = admin.request(method, path)
            assert (answer.status_code, answer.json()["code"]) == (status, code), (method, path, answer.text)


def test_strange_bodies(site: Site) -> None:
    with site.login("1001") as agent:
        url = "/api/v1/customers"
        for content, kind in ((b"{", "application/json"), (b"", "application/json"), (b"[]", "application/json"),
                              (b"null", "application/json"), (b"name=x", "application/x-www-form-urlencoded"),
                              (b"\xff\xfe", "application/json"), (b'{"name": "a"}', "text/plain"),
                              (b"[" * 100_000, "application/json"), (b'{"name": NaN}', "application/json")):
            answer = agent.post(url, content=content, headers={"Content-Type": kind})
            assert 400 <= answer.status_code < 500, (content[:20], answer.text)
            assert answer.headers["content-type"] == "application/problem+json", (content[:20], answer.text)
            assert answer.json()["message"]
        answer = agent.post(url, content=b'{"name": "' + b"a" * 1_500_000 + b'"}',
                            headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_big")
        endless = agent.post(url, content=(b" " * 100_000 for _ in range(15)),
                             headers={"Content-Type": "application/json"})
        assert (endless.status_code, endless.json()["code"]) == (413, "too_big")


HOSTILE: list[Any] = [
    "", " ", "\x00", "a\x00b", "\u202eevil", "👩‍👩‍👧‍👦🚗", "مرحبا بالعالم", "'; DROP TABLE person; --",
    "<script>alert(1)</script>",
    "../../etc/passwd", "%s%n{0}{name}", "a" * 5000, "\ud800", "-1", "1e999", "9" * 40, "٣٤٥", "true", "null",
    "\r\nSet-Cookie: a=b", "${jndi:ldap://x}", 0, -1, 2**63, 2**70, 1.5, True, None, [], {}, ["x"], {"a": 1}, [[[[]]]],
]
FIELDS = {
    "/api/v1/customers": ("name", "kind", "level", "vip", "note", "phones", "vehicles"),
    "/api/v1/people": ("number", "name", "role", "department_id", "extension_id", "language", "password"),
    "/api/v1/queues": ("number", "name", "strategy", "wrap_up_s", "music", "members"),
    "/api/v1/trunks": ("name", "endpoint", "host", "match", "username", "secret", "capacity"),
    "/api/v1/numbers": ("number", "trunk_id", "destination"),
    "/api/v1/flows": ("name", "draft"),
    "/api/v1/flows/import": ("yingda_flow", "name", "document"),
    "/api/v1/extensions": ("number", "active", "person_id"),
    "/api/v1/departments": ("number", "name", "parent_id"),
    "/api/v1/session": ("number", "password"),
    "/api/v1/calls": ("number", "key"),
    "/api/v1/agent/break": ("reason",),
    "/api/v1/calls/7/transfer": ("to",),
    "/api/v1/calls/7/digits": ("digits",),
    "/api/v1/supervise/calls/7/watch": ("mode",),
    "/api/v1/softphone": ("client", "take_over"),
    "/api/v1/setup": ("token", "company", "timezone", "admin_number", "password"),
}


FOR_AGENTS = {"/api/v1/softphone", "/api/v1/calls", "/api/v1/agent/break", "/api/v1/calls/7/transfer",
              "/api/v1/calls/7/digits"}


def good_body(path: str) -> dict[str, Any]:
    bodies: dict[str, dict[str, Any]] = {"/api/v1/people": {"number": "5000", "name": "n", "role": "agent"},
            "/api/v1/queues": {"number": "880", "name": "q"}, "/api/v1/trunks": {"name": "t"},
            "/api/v1/numbers": {"number": "4008001009", "destination": "queue:802"}, "/api/v1/flows": {"name": "f"},
            "/api/v1/flows/import": {"name": "f", "document": {}}, "/api/v1/extensions": {"number": "1500"},
            "/api/v1/departments": {"number": "D5", "name": "d"}, "/api/v1/customers": {"name": "c"},
            "/api/v1/session": {"number": "x", "password": "y"}, "/api/v1/calls": {"number": "1002", "key": "k"},
            "/api/v1/setup": {"token": "t", "company": "c", "admin_number": "1", "admin_name": "n",
                              "password": "p"}}
    return bodies.get(path, {})


@pytest.mark.parametrize("path", FIELDS)
def test_hostile_values_never_break_anything(site: Site, path: str) -> None:
    site.engine.answers |= {"Dial": {"call_id": "1"},
                            "OpenSoftphone": {"endpoint": "e", "secret": "s", "realm": "r"}}
    with site.login("1001" if path in FOR_AGENTS else "9000") as admin:
        for field in FIELDS[path]:
            # a password is hashed each time, slowly on purpose
            for value in HOSTILE[::4] if path in ("/api/v1/session", "/api/v1/people") else HOSTILE:
                text = json.dumps(good_body(path) | {field: value})
                answer = admin.post(path, content=text.encode("ascii"), headers={"Content-Type": "application/json"})
                assert answer.status_code < 500, (path, field, value, answer.text)
                if answer.status_code >= 400:
                    assert answer.json()["code"] and answer.json()["message"]


QUERIES = {"/api/v1/customers": ("q", "cursor", "limit"), "/api/v1/people": ("q",),
           "/api/v1/calls": ("number", "agent_id", "queue_id", "customer_id", "direction", "outcome", "from", "to",
                             "min_s", "max_s", "cursor", "limit"),
           "/api/v1/audit": ("object_kind", "object_id", "actor_id", "cursor", "limit"), "/api/v1/setup": ("token",)}


@pytest.mark.parametrize("path", QUERIES)
def test_hostile_queries_never_break_anything(site: Site, path: str) -> None:
    with site.login("9000") as admin:
        for field in QUERIES[path]:
            for value in HOSTILE:
                if isinstance(value, str | int | float) and value != "\ud800":
                    answer = admin.get(path, params={field: str(value)})
                    assert answer.status_code < 500, (path, field, value, answer.text)
        assert admin.get(path + "?q=%ff%fe&number=%00&cursor=%ed%a0%80").status_code < 500


@pytest.mark.parametrize("path", ["calls/{}", "customers/{}", "people/{}", "queues/{}", "recordings/{}/audio",
                                  "customers/by-number/{}"])
def test_hostile_ids_never_break_anything(site: Site, path: str) -> None:
    with site.login("9000") as admin:
        for value in ("0", "-1", "9223372036854775807", "9223372036854775808", "9" * 60, "x", "%00", "..%2f..",
                      "%F0%9F", "1%27%20OR%201=1", "٣"):
            answer = admin.get("/api/v1/" + path.format(value))
            assert answer.status_code in (200, 404, 422), (path, value, answer.text)


# --- texts and description ---

def test_both_languages_say_the_same_things() -> None:
    folder = ROOT / "src/yingda/kit/texts"
    zh, en = (i18n.merge([folder / f"web.{language}.json"]) for language in i18n.LANGUAGES)
    assert zh.keys() == en.keys()
    assert all("{" not in sentence or sentence.count("{") == en[key].count("{") for key, sentence in zh.items())


@pytest.mark.parametrize(("header", "language"), [
    (None, "zh"), ("", "zh"), ("en", "en"), ("en-US,en;q=0.9,zh;q=0.8", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
    ("fr, de;q=0.9, en;q=0.5", "en"), ("ru", "zh"), ("*;q=zzz", "zh"), ("en;q=0.1,zh;q=0.2", "zh")])
def test_language_choice(header: str | None, language: str) -> None:
    assert choose_language(header) == language


def test_description_is_current() -> None:
    committed = (ROOT / "ui" / "openapi.json").read_text("utf-8")
    assert committed == description(), "run: python -m yingda.web.openapi"


def test_foreign_browser_cannot_read_a_missing_page(tmp_path: Path, site: Site) -> None:
    (site.page / "index.html").unlink(missing_ok=True)
    with Browser(site.url) as browser:
        answer = browser.get("/", headers={"Accept-Language": "en"})
        assert answer.status_code == 503 and "not been built" in answer.text


def test_every_refusal_has_a_sentence() -> None:
    """Codes of errors and of fields, as the source names them, in both languages."""
    sources = [file.read_text("utf-8") for file in (ROOT / "src" / "yingda").rglob("*.py")]
    codes = {code for text in sources for code in re.findall(r'^    code = "(\w+)"', text, re.M)}
    fields = {code for text in sources for code in re.findall(r'\.fail\([^)]*?"(\w+)"\)', text)}
    fields |= set(_FIELD_CODES.values()) | {"invalid", "required"}
    assert len(codes) > 30 and {"taken", "unknown", "malformed"} <= fields
    for language in i18n.LANGUAGES:
        table = i18n.catalogue(language)
        assert not {code for code in codes if f"errors.{code}" not in table}, language
        assert not {code for code in fields if f"fields.{code}" not in table and f"errors.{code}" not in table}
