"""What a call means for the follow-up of its caller."""

from __future__ import annotations

import pytest

from yingda.followup import rules
from yingda.followup.rules import Contact

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(("direction", "outcome", "answered", "ended", "kind"), [
    ("in", "abandoned_queue", False, True, "lost"), ("in", "abandoned_menu", False, True, "lost"),
    ("in", "lines_full", False, True, "lost"), ("in", "queue_timeout", False, True, "lost"),
    ("in", "blocked", False, True, "lost"), ("in", "a_reason_of_tomorrow", False, True, "lost"),
    ("in", "message", False, True, "message"), ("in", "callback", False, True, "callback"),
    ("in", "menu_done", False, True, ""), ("in", "", False, False, ""),
    ("in", "", True, False, "reached"), ("in", "answered", True, True, "reached"), ("out", "", True, False, "reached"),
    ("out", "no_answer", False, True, "try"), ("out", "", False, False, ""), ("internal", "answered", True, True, ""),
])
def test_the_kind_of_contact(direction: str, outcome: str, answered: bool, ended: bool, kind: str) -> None:
    assert rules.kind_of(direction, outcome, answered, ended) == kind


def test_a_withheld_number_cannot_be_called_back_unless_it_left_a_message() -> None:
    def contact(kind: str) -> Contact:
        return Contact(call_id=7, kind=kind, number="", at=1)
    assert not rules.opens(contact("lost")) and rules.opens(contact("message"))
    assert rules.key_of("", None, 7) != rules.key_of("", None, 8), "two of them are never one person"
    assert rules.key_of("138", None, 7) == rules.key_of("138", None, 8) != rules.key_of("138", 5, 8)


@pytest.mark.parametrize(("direction", "at", "unheard", "clears"), [
    ("in", 100, 0, True), ("out", 100, 0, True), ("out", 99, 0, False), ("in", 100, 1, False), ("out", 100, 1, True)])
def test_what_ends_an_item(direction: str, at: int, unheard: int, clears: bool) -> None:
    contact = Contact(call_id=1, kind="reached", number="138", at=at, direction=direction)
    assert rules.clears(contact, last_at=100, unheard=unheard) is clears
