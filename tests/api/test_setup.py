"""The first start of an empty company."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.api.site import SETUP_TOKEN, Company, new_site_key, running

from yingda.bus.verbs import ReloadDirectory
from yingda.store.migrate import upgrade

pytestmark = pytest.mark.api


def test_first_administrator_is_made_and_logged_in(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    upgrade(url)
    with running(tmp_path, url, Company(), new_site_key()) as site, site.stranger() as browser:
        assert browser.get("/api/v1/setup").json() == {"needed": True, "token_ok": False}
        assert browser.get("/api/v1/setup", params={"token": SETUP_TOKEN}).json()["token_ok"] is True
        body = {"token": SETUP_TOKEN, "company": "示范汽车", "timezone": "Asia/Shanghai", "admin_number": "9000",
                "admin_name": "管理员", "password": "12345678"}
        weak = browser.post("/api/v1/setup", json=body | {"password": "aaaaaaaa"})
        assert weak.status_code == 422 and weak.json()["fields"]["password"]["code"] == "password_weak"
        zone = browser.post("/api/v1/setup", json=body | {"timezone": "Mars/Base", "password": "Good-Pass-2026"})
        assert zone.json()["fields"]["timezone"]["code"] == "unknown"
        done = browser.post("/api/v1/setup", json=body | {"password": "Good-Pass-2026"})
        assert done.status_code == 201, done.text
        assert done.json()["company"] == "示范汽车" and done.json()["me"]["role"] == "admin"
        assert browser.get("/api/v1/session").status_code == 200
        site.until(lambda: [type(verb) for verb in site.engine.verbs] == [ReloadDirectory])
        assert browser.get("/api/v1/setup", params={"token": SETUP_TOKEN}).json()["needed"] is False
        again = browser.post("/api/v1/setup", json=body | {"password": "Good-Pass-2026"})
        assert again.json()["code"] == "already_set_up"
