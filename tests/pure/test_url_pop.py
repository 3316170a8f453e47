"""The address of another system's page: what may be written, and what becomes of the values. The page's own check reads
the same table (`ui/tests/url-pop.test.ts`)."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from yingda.org.url_pop import HOLDERS, LONGEST, fault, render

CASES: list[tuple[str, str]] = json.loads(Path(__file__).with_name("url_pop_addresses.json").read_text("utf-8"))


@pytest.mark.parametrize(("address", "wrong"), CASES)
def test_what_may_be_written(address: str, wrong: str) -> None:
    assert fault(address) == wrong


def test_the_longest_address() -> None:
    assert fault("https://crm/".ljust(LONGEST, "x")) == ""
    assert fault("https://crm/".ljust(LONGEST + 1, "x")) == "too_long"


def test_a_value_stays_one_value_whatever_is_in_it() -> None:
    nasty = {name: f"{name} &x=1#?/../{{number}}%00\"<售后>" for name in HOLDERS}
    template = "https://crm.example.com/open?" + "&".join(f"{name}={{{name}}}" for name in HOLDERS)
    made = urlsplit(render(template, nasty))
    assert (made.scheme, made.netloc, made.path, made.fragment) == ("https", "crm.example.com", "/open", "")
    assert {name: given[0] for name, given in parse_qs(made.query, strict_parsing=True).items()} == nasty


def test_what_is_not_known_is_left_out() -> None:
    assert render("https://crm/{customer_id}?n={number}&n={number}", {"number": "138****5678"}) == (
        "https://crm/?n=138%2A%2A%2A%2A5678&n=138%2A%2A%2A%2A5678")
