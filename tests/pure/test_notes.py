"""Several people write at one call's note."""

from __future__ import annotations

import pytest

from yingda.calls.notes import joined


@pytest.mark.parametrize(("stored", "before", "text", "after"), [
    ("", "", "a", "a"), ("a", "a", "b", "b"), ("a", "a", "", ""), ("a", None, "b", "b"),
    ("a", "", "b", "a\nb"),           # somebody else has written meanwhile
    ("a", "", "", "a"),               # who wrote nothing takes nothing away
    ("a\nb", "a", "c", "c\nb"),       # the own part, as it was saved last
    ("a\nb", "b ", "", "a"),
    ("a\nb", "", "b", "a\nb"),        # saved twice
    ("b", "", "a\nb", "a\nb"),        # holds what is stored
    ("x", "gone", "y", "x\ny"),
    ("book it\nok", "ok", "done", "book it\ndone"),
])
def test_what_stands_afterwards(stored: str, before: str | None, text: str, after: str) -> None:
    assert joined(stored, before, text) == after


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("a", ""), ("a", "a\nb")])
def test_whoever_saves_first_both_are_kept(one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        kept = joined(joined("", "", first), "", second)
        assert one in kept and other in kept
