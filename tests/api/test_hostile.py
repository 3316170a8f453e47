"""Names that want to be something else: script, formula, right-to-left, emoji, ten thousand characters; in every form.

Either what was typed is kept to the letter and comes out harmless, or it is refused at its field in a sentence.
"""

from __future__ import annotations

import csv
import io
import itertools
from typing import Any, Final

import pytest
from tests.api.site import Browser, Site

WEEK = [[[540, 1080]]] * 5 + [[], []]
KEPT: Final = {
    "script": "<script>alert(1)</script>", "markup": "\"><img src=x onerror=alert(1)>", "formula": "=cmd|'/C calc'!A0",
    "at": "@SUM(1+1)", "minus": "-2+3", "sql": "'; DROP TABLE person; --", "rtl": "مرحبا \u202eabc\u202c",
    "emoji": "客服👩🏽‍💻",
    "template": "{{7*7}}${7*7}%s", "path": "../../etc/passwd", "null": "null", "combining": "e\u0301" * 10,
}
REFUSED: Final = {"long": "长" * 10_000, "nul": "a\u0000b", "newline": "a\r\nSet-Cookie: x=y", "blank": "   "}
_next = itertools.count(8600)


def forms() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Form → (route, field, the rest of the body)."""
    n = next(_next)
    return {
        "department": ("departments", "name", {"number": f"D{n}"}),
        "person": ("people", "name", {"number": f"{n}", "role": "agent"}),
        "title": ("people", "title", {"number": f"9{n}", "name": "甲", "role": "agent"}),
        "queue": ("queues", "name", {"number": f"{n}"}),
        "trunk": ("trunks", "name", {"host": "10.1.2.3"}),
        "hours": ("hours", "name", {"week": WEEK}),
        "room": ("rooms", "name", {"number": f"7{n}"}),
        "caller": ("callers", "reason", {"kind": "black", "number": f"1380000{n}"}),
        "channel": ("channels", "name", {"kind": "wecom", "settings": {"url": "http://127.0.0.1:1/x"}}),
        "role": ("roles", "name", {}),
        "music": ("music", "name", {}),
        "flow": ("flows", "name", {}),
        "customer": ("customers", "name", {"phones": [{"number": f"1391111{n}"}]}),
        "note": ("customers", "note", {"name": "乙", "phones": [{"number": f"1392222{n}"}]}),
    }


NAMED = tuple(forms())
MAY_BE_BLANK: Final = {"title", "caller", "note"}
SEVERAL_LINES: Final = {"note"}


@pytest.fixture(scope="module", name="site")
def the_site(on_both: Site) -> Site:
    return on_both


def send(admin: Browser, form: str, text: str) -> tuple[Any, str]:
    route, field, body = forms()[form]
    return admin.post(f"/api/v1/{route}", json=body | {field: text}), field


@pytest.mark.parametrize("form", NAMED)
def test_what_can_be_kept_is_kept_to_the_letter(site: Site, form: str) -> None:
    with site.login("9000") as admin:
        for kind, text in KEPT.items():
            answer, field = send(admin, form, text)
            if answer.status_code == 422:  # a shorter field
                assert field in answer.json()["fields"], (form, kind, answer.text)
                continue
            assert answer.status_code == 201, (form, kind, answer.text)
            made = answer.json()
            made = made.get("person", made)
            assert made[field] == text, (form, kind)
            assert answer.headers["content-type"].startswith("application/json"), "no browser reads it as a page"
            assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("form", NAMED)
def test_what_cannot_be_kept_is_refused_at_its_field(site: Site, form: str) -> None:
    with site.login("9000") as admin:
        for kind, text in REFUSED.items():
            if (kind == "blank" and form in MAY_BE_BLANK) or (kind == "newline" and form in SEVERAL_LINES):
                continue
            answer, field = send(admin, form, text)
            assert answer.status_code == 422, (form, kind, answer.status_code, answer.text[:300])
            assert answer.json()["fields"][field]["message"], (form, kind)


def test_nothing_of_it_runs_in_a_spreadsheet(site: Site) -> None:
    with site.login("9000") as admin:
        for text in KEPT.values():
            for form in ("person", "queue", "caller"):
                send(admin, form, text)
        for what in ("people", "queues", "callers"):
            answer = admin.get(f"/api/v1/exports/{what}", params={"format": "csv"})
            rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
            cells = [cell for row in rows[1:] for cell in row]
            assert any("calc" in cell for cell in cells), what
            assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))], what
            assert admin.get(f"/api/v1/exports/{what}").status_code == 200
        assert admin.get("/api/v1/exports/people", params={"format": "csv"}).headers[
            "content-disposition"].startswith("attachment")
