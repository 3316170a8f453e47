"""Two administrators edit the same thing: the second is told before anything is overwritten. One line for each form.

On both databases: they lock rows differently.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.site import Browser, Site

WEEK = [[[540, 1080]]] * 5 + [[], []]
NEW: dict[str, tuple[dict[str, Any], str]] = {
    "trunks": ({"name": "专线", "host": "10.9.8.7"}, "name"),
    "queues": ({"number": "877", "name": "甲组"}, "name"),
    "hours": ({"name": "早班", "week": WEEK}, "name"),
    "callers": ({"kind": "black", "number": "13900001111", "reason": "骚扰"}, "reason"),
    "channels": ({"name": "群", "kind": "wecom", "settings": {"url": "http://127.0.0.1:1/x"}}, "name"),
    "rooms": ({"number": "6401", "name": "周会"}, "name"),
    "call-categories": ({"name_zh": "投诉", "name_en": "Complaint"}, "name_zh"),
    "extension-groups": ({"name": "一楼"}, "name"),
    "numbers": ({"number": "4009998888", "destination": "queue:802"}, "closed_to"),
}
"""What is made by POST, and a field that two people change."""
ALWAYS = {
    "settings/site": "company", "login-policy": "history", "follow-ups/callback-rules": "tries",
    "settings/break-reasons": "reasons", "alarm-rules/disk_low": "threshold", "toll": "at_once",
    "settings/parking": "slots", "settings/url-pop": "name_zh",
}


@pytest.fixture(scope="module", name="site")
def the_site(on_both: Site) -> Site:
    return on_both


def other(value: Any, n: int) -> Any:
    if isinstance(value, list):
        return [value[0] | {"limit_s": 60 * n}, *value[1:]]
    if isinstance(value, int):
        return 3 + n
    return f"hang_up:yd/{n}" if value == "hang_up:" else f"{value}{n}"


def two_edit(admin: Browser, path: str, read: dict[str, Any], field: str, body: dict[str, Any]) -> None:
    """Both read; the first saves; the second is refused, reads anew, and saves; without a mark one overwrites."""
    mark = {"If-Match": read["rev"]}
    first = admin.put(path, json=body | {field: other(read[field], 1)}, headers=mark)
    assert first.status_code in (200, 204), (path, first.text)
    second = admin.put(path, json=body | {field: other(read[field], 2)}, headers=mark)
    assert (second.status_code, second.json().get("code")) == (409, "changed_meanwhile"), (path, second.text)
    if first.status_code == 200:
        fresh = {"If-Match": first.json()["rev"]}
        again = admin.put(path, json=body | {field: other(read[field], 2)}, headers=fresh)
        assert again.status_code == 200 and again.json()[field] == other(read[field], 2), (path, again.text)
    assert admin.put(path, json=body | {field: other(read[field], 3)}).status_code in (200, 204)


@pytest.mark.parametrize("kind", NEW)
def test_what_is_in_lists(site: Site, kind: str) -> None:
    body, field = NEW[kind]
    with site.login("9000") as admin:
        made = admin.post(f"/api/v1/{kind}", json=body)
        assert made.status_code == 201, made.text
        listed = next(one for one in admin.get(f"/api/v1/{kind}").json() if one["id"] == made.json()["id"])
        assert listed["rev"] == made.json()["rev"]  # a list says the same as the answer to saving
        two_edit(admin, f"/api/v1/{kind}/{listed['id']}", listed, field, body)


@pytest.mark.parametrize("path", ALWAYS)
def test_what_is_always_there(site: Site, path: str) -> None:
    with site.login("9000") as admin:
        if path == "toll":
            read = admin.get("/api/v1/calling-rules").json()["toll"]
        elif path.startswith("alarm-rules"):
            read = next(one for one in admin.get("/api/v1/alarm-rules").json() if path.endswith(one["kind"]))
        else:
            read = admin.get(f"/api/v1/{path}").json()
        body = {name: value for name, value in read.items() if name not in ("rev", "kind")}
        two_edit(admin, f"/api/v1/{path}", read, ALWAYS[path], body)


def test_what_hangs_on_something_else(site: Site) -> None:
    with site.login("9000") as admin:
        phone = admin.get("/api/v1/extensions").json()[0]
        body = {"number": phone["number"], "active": True, "person_id": phone["person_id"]}
        mark = {"If-Match": phone["rev"]}
        path = f"/api/v1/extensions/{phone['id']}"
        assert admin.put(path, json=body | {"active": False}, headers=mark).status_code == 200
        late = admin.put(path, json=body, headers=mark)
        assert late.json()["code"] == "changed_meanwhile"

        who = f"/api/v1/people/{site.company.people['1002']}/rights"
        mark = {"If-Match": admin.get(who).json()["rev"]}
        assert admin.put(who, json={"exceptions": {"recordings.listen": "none"}}, headers=mark).status_code == 200
        assert admin.put(who, json={"exceptions": {}}, headers=mark).json()["code"] == "changed_meanwhile"

        assert admin.put("/api/v1/calling-rules/phone", json={"at_once": 1}).status_code == 204
        rule = next(one for one in admin.get("/api/v1/calling-rules").json()["rules"] if one["subject"] == "phone")
        mark = {"If-Match": rule["rev"]}
        assert admin.put("/api/v1/calling-rules/phone", json={"at_once": 2}, headers=mark).status_code == 204
        late = admin.put("/api/v1/calling-rules/phone", json={"at_once": 3}, headers=mark)
        assert late.json()["code"] == "changed_meanwhile"


def test_the_company_log_in(site: Site) -> None:
    path = "/api/v1/settings/outside-login"
    with site.login("9000") as admin:
        read = admin.get(path).json()
        body: dict[str, Any] = {name: read[name] for name in ("oidc", "ldap", "own_passwords")}
        mark = {"If-Match": read["rev"]}
        first = admin.put(path, json=body | {"oidc": body["oidc"] | {"label": "甲"}}, headers=mark)
        assert first.status_code == 200, first.text
        late = admin.put(path, json=body | {"ldap": body["ldap"] | {"host": "ldap.firm.test"}}, headers=mark)
        assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
        assert admin.get(path).json() == first.json()
        fresh = {"If-Match": first.json()["rev"]}
        assert admin.put(path, json=body, headers=fresh).json()["rev"] == read["rev"]


def test_the_telephone_at_an_extension(site: Site) -> None:
    """Two open a drawer where none stands; one changes what stands there; one takes it away."""
    with site.login("9000") as admin:
        made = admin.post("/api/v1/extensions", json={"number": "6466"}).json()["extension"]["id"]
        path, none = f"/api/v1/extensions/{made}/handset", {"If-Match": "none"}

        def put(make: str, mark: dict[str, str]) -> Any:
            return admin.put(path, json={"make": make, "mac": "0015656466aa"}, headers=mark)

        first = put("yealink", none)
        assert first.status_code == 200, first.text
        assert put("fanvil", none).json()["code"] == "changed_meanwhile"
        listed = next(one for one in admin.get("/api/v1/handsets").json() if one["extension_id"] == made)
        assert listed["rev"] == first.json()["handset"]["rev"] and listed["make"] == "yealink"
        mark = {"If-Match": listed["rev"]}
        assert put("fanvil", mark).status_code == 200
        assert put("grandstream", mark).json()["code"] == "changed_meanwhile"
        assert admin.delete(path).status_code == 204
        assert put("yealink", mark).json()["code"] == "changed_meanwhile"
        assert put("yealink", none).status_code == 200
        assert put("grandstream", {}).status_code == 200


def test_a_figure_that_moves_by_itself_is_nobodys_change(site: Site) -> None:
    """Names of people, what a plan is used by, whether it is open now: none of that makes a conflict."""
    with site.login("9000") as admin:
        made = admin.post("/api/v1/hours", json={"name": "晚班", "week": WEEK}).json()
        number = {"number": "4001112222", "destination": "queue:802", "plan_id": made["id"]}
        assert admin.post("/api/v1/numbers", json=number).status_code == 201
        now = next(one for one in admin.get("/api/v1/hours").json() if one["id"] == made["id"])
        assert now["used_by"] != made["used_by"] and now["rev"] == made["rev"]
