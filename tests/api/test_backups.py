"""Backups in the browser: made beside the running site, taken by right, deleted, planned for the night."""

from __future__ import annotations

import gzip
import time
from typing import Any

from tests.api.site import Browser, Site

from yingda.kit.backups import FOLDER
from yingda.main import backup as backups
from yingda.main.settings import begin, save


def made(admin: Browser, within_s: float = 60) -> dict[str, Any]:
    end = time.monotonic() + within_s
    while (now := admin.get("/api/v1/backups").json())["making"]:
        assert time.monotonic() < end, now
        time.sleep(0.2)
    assert not now["failed"], now
    return dict(now)


def test_made_listed_taken_and_deleted(site: Site) -> None:
    save(begin(site.folder, {"database_url": site.database_url}))
    with site.login("9000") as admin, site.login("9001") as boss, site.login("1001") as agent:
        assert admin.post("/api/v1/backups", json={"passphrase": "short"}).status_code == 422
        assert admin.post("/api/v1/backups", json={"passphrase": "lange Worte"}).status_code == 202
        assert admin.post("/api/v1/backups", json={}).json()["code"] == "backup_runs"
        (one,) = made(admin)["items"]
        assert one["kind"] == "hand" and one["sealed"] and one["size"] > 1000
        path = f"/api/v1/backups/{one['name']}"
        for other in (boss, agent):
            assert other.get(path).status_code == 403 and other.delete(path).status_code == 403
        got = admin.get(path)
        assert got.status_code == 200 and len(got.content) == one["size"] and one["name"] in got.headers[
            "content-disposition"]
        file = site.folder / "taken"
        file.write_bytes(got.content)
        assert "audit" in backups.check(file, "lange Worte").tables
        done = [row["action"] for row in admin.get("/api/v1/audit", params={"object_kind": "backup"}).json()["items"]]
        assert done == ["backup.take", "backup.make"]
        assert admin.delete(path).status_code == 204 and admin.get(path).json()["code"] == "backup_missing"
        assert not admin.get("/api/v1/backups").json()["items"]


def test_only_files_of_ours_are_seen_and_given(site: Site) -> None:
    folder = site.folder / FOLDER
    folder.mkdir(exist_ok=True)
    (folder / "private.key").write_text("x")
    (folder / "yingda-20260101-030000-nightly.backup").write_bytes(gzip.compress(b"x"))
    (folder / "yingda-20260102-030000-nightly.backup").symlink_to("/etc/passwd")
    with site.login("9000") as admin:
        names = [one["name"] for one in admin.get("/api/v1/backups").json()["items"]]
        assert names == ["yingda-20260101-030000-nightly.backup"]
        for name in ("private.key", "yingda-20260102-030000-nightly.backup", "..%2Fsecrets.json", "%2Fetc%2Fpasswd"):
            assert admin.get(f"/api/v1/backups/{name}").status_code == 404
            assert admin.delete(f"/api/v1/backups/{name}").status_code in (404, 405)


def test_the_nights_are_planned_by_one_at_a_time(site: Site) -> None:
    with site.login("9000") as admin:
        read = admin.get("/api/v1/backups").json()
        assert (read["on"], read["hour"], read["keep"]) == (True, 3, 14)
        mark = {"If-Match": read["rev"]}
        wanted = {"on": True, "hour": 4, "keep": 3}
        assert admin.put("/api/v1/backups/settings", json=wanted, headers=mark).json()["hour"] == 4
        late = admin.put("/api/v1/backups/settings", json=wanted | {"hour": 5}, headers=mark)
        assert late.json()["code"] == "changed_meanwhile"
        assert admin.put("/api/v1/backups/settings", json=wanted | {"hour": 24}).status_code == 422


def test_a_passphrase_for_the_nights_goes_in_and_never_comes_out(site: Site) -> None:
    path, wanted = "/api/v1/backups/settings", {"on": True, "hour": 3, "keep": 14, "encrypt": True}
    with site.login("9000") as admin:
        none = admin.put(path, json=wanted)
        assert (none.status_code, none.json()["fields"]["passphrase"]["code"]) == (422, "required")
        assert admin.put(path, json=wanted | {"passphrase": "short"}).status_code == 422
        saved = admin.put(path, json=wanted | {"passphrase": "planted-passphrase"})
        assert saved.json()["encrypt"] and saved.json()["passphrase_set"]
        kept = admin.put(path, json=wanted | {"keep": 3}).json()
        assert kept["passphrase_set"] and kept["keep"] == 3
        seen = saved.text + admin.get("/api/v1/backups").text + admin.get("/api/v1/audit").text
        assert "planted-passphrase" not in seen and "sealed" not in saved.json()
        off = admin.put(path, json=wanted | {"encrypt": False}).json()
        assert not off["encrypt"] and not off["passphrase_set"]
