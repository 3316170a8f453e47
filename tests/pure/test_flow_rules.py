"""What the check of a flow finds."""

from __future__ import annotations

from typing import Any

import pytest

from yingda.ivr.form import KINDS
from yingda.ivr.rules import Known, check

pytestmark = pytest.mark.pure
MENU = {"kind": "menu", "prompts": ["yd/m"], "keys": {"1": "q"}, "failed": "bye"}
Q = {"kind": "queue", "queue": "801"}
BYE = {"kind": "hang_up", "prompts": ["yd/bye"]}
KNOWN = Known(queues=frozenset({"801"}), agents=frozenset({"1001"}), boxes=frozenset({"801"}), plans=frozenset({"1"}),
              flows={"g": {"nodes": {}}, "new": None, "f": {"nodes": {}}, "ring": {"nodes": {"x": {
                  "kind": "sub_flow", "flow": "f"}}}},
              sounds={"zh": frozenset({"yd/m", "yd/bye", "yd/only"}), "en": frozenset({"yd/m", "yd/bye"})}, own_id="f")


def found(nodes: dict[str, Any], start: str = "a", error: str = "") -> set[tuple[str, str, str, str]]:
    return {(f.node, f.field, f.code, f.severity)
            for f in check({"start": start, "error": error, "nodes": nodes}, KNOWN)}


def test_a_sound_flow_has_no_faults() -> None:
    assert found({"a": MENU, "q": Q, "bye": BYE}) == set()


def alone(node: dict[str, Any]) -> set[tuple[str, str]]:
    """Errors of one node, with good ones to lead to."""
    return {(field, code) for key, field, code, severity in found({"a": node, "q": Q, "bye": BYE})
            if key == "a" and severity == "error"}


@pytest.mark.parametrize(("change", "fault"), [
    ({"kind": "dance"}, ("kind", "unknown")), ({"keys": {}}, ("keys", "required")),
    ({"keys": {"12": "q"}}, ("keys.12", "malformed")), ({"keys": {"1": "gone"}}, ("keys.1", "unknown")),
    ({"keys": {"1": ""}}, ("keys.1", "required")), ({"failed": ""}, ("failed", "required")),
    ({"prompts": []}, ("prompts", "required")), ({"prompts": ["yd/none"]}, ("prompts.0", "no_prompt")),
    ({"prompts": ["../etc"]}, ("prompts.0", "malformed")), ({"timeout_s": 0}, ("timeout_s", "out_of_range")),
    ({"retries": 10}, ("retries", "out_of_range")), ({"title": "x" * 61}, ("title", "too_long")),
    ({"keys": 5}, ("keys", "malformed")), ({"timeout_s": "soon"}, ("timeout_s", "malformed")),
    ({"timed_out": "gone"}, ("timed_out", "unknown"))])
def test_menu_faults(change: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in alone({**MENU, **change})


GOOD: dict[str, dict[str, Any]] = {
    "collect": {"prompts": ["yd/m"], "variable": "v", "next": "q", "failed": "bye"},
    "branch": {"rules": [{"when": [{"on": "time", "days": [1]}], "next": "q"}], "otherwise": "bye"},
    "http": {"url": "https://a.cn/x?y={caller}", "next": "q", "failed": "bye"},
    "pin": {"prompts": ["yd/m"], "next": "q", "failed": "bye", "locked": "bye"},
    "agent": {"agent": "1001", "failed": "bye"}, "number": {"number": "13800138000", "failed": "bye"},
    "voicemail": {"box": "801"}, "callback": {"queue": "801", "failed": "bye"},
    "survey": {"question": "q", "prompts": ["yd/m"], "answers": {"1": 5}, "next": "bye"},
    "say": {"variable": "caller", "as": "digits", "next": "q"}, "set": {"variable": "x", "value": "1", "next": "q"},
    "sub_flow": {"flow": "g", "next": "q"}, "return": {}, "language": {"language": "en", "next": "q"},
    "hang_up": {}, "queue": {"queue": "801"}, "play": {"prompts": ["yd/m"], "next": "q"}, "menu": MENU}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_can_be_right(kind: str) -> None:
    assert alone({**GOOD[kind], "kind": kind}) == set()


@pytest.mark.parametrize(("kind", "change", "fault"), [
    ("collect", {"variable": "1x"}, ("variable", "malformed")),
    ("collect", {"max_length": 31}, ("max_length", "out_of_range")),
    ("collect", {"min_length": 9, "max_length": 8}, ("min_length", "out_of_range")),
    ("collect", {"end_key": "5"}, ("end_key", "unknown")), ("branch", {"rules": []}, ("rules", "required")),
    ("branch", {"rules": [{"when": [], "next": "q"}]}, ("rules.0.when", "required")),
    ("branch", {"rules": [{"when": [{"on": "time", "from": "9"}], "next": "q"}]}, ("rules.0.when.0.from", "malformed")),
    ("branch", {"rules": [{"when": [{"on": "hours", "plan": "2"}], "next": "q"}]}, ("rules.0.when.0.plan", "unknown")),
    ("branch", {"rules": [{"when": [{"on": "customer", "is": "level"}], "next": ""}]}, ("rules.0.next", "required")),
    ("branch", {"rules": [{"when": [{"on": "variable", "name": "x", "is": "like"}], "next": "q"}]},
     ("rules.0.when.0.is", "unknown")), ("http", {"url": "ftp://x"}, ("url", "malformed")),
    ("http", {"url": "http://{caller}/"}, ("url", "malformed")), ("http", {"method": "PUT"}, ("method", "unknown")),
    ("http", {"headers": [{"name": "Host", "value": "x"}]}, ("headers.0.name", "malformed")),
    ("http", {"headers": [{"name": "A", "value": "x"}, {"name": "a", "value": "y"}]}, ("headers.1.name", "twice")),
    ("http", {"into": [{"path": "", "variable": "v"}]}, ("into.0.path", "malformed")),
    ("queue", {"queue": "999"}, ("queue", "no_queue")), ("agent", {"agent": "4711"}, ("agent", "no_agent")),
    ("number", {"number": "abc"}, ("number", "malformed")), ("voicemail", {"box": "9"}, ("box", "no_box")),
    ("survey", {"question": ""}, ("question", "required")), ("say", {"as": "song"}, ("as", "unknown")),
    ("sub_flow", {"flow": "x"}, ("flow", "no_flow")), ("sub_flow", {"flow": "new"}, ("flow", "not_published")),
    ("sub_flow", {"flow": "f"}, ("flow", "recursion")), ("sub_flow", {"flow": "ring"}, ("flow", "recursion")),
    ("language", {"language": "fr"}, ("language", "unknown")), ("pin", {"length": 3}, ("length", "out_of_range"))])
def test_each_kind_can_be_wrong(kind: str, change: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in alone({**GOOD[kind], "kind": kind, **change})


def test_ways_through_the_flow() -> None:
    play = {"kind": "play", "prompts": ["yd/m"]}
    assert ("b", "", "unreachable", "warning") in found({"a": Q, "b": BYE})
    assert ("b", "", "unreachable", "warning") not in found({"a": Q, "b": BYE}, error="b")
    ring = found({"a": {**play, "next": "b"}, "b": {**play, "next": "a"}})
    assert {("a", "", "endless", "error"), ("b", "", "endless", "error")} <= ring
    menu = found({"a": {**MENU, "keys": {"1": "a"}, "failed": "a"}})
    assert ("a", "", "no_way_out", "error") in menu
    assert found({"a": {**MENU, "keys": {"1": "q", "9": "a"}}, "q": Q, "bye": BYE}) == set(), "again and again is fine"
    loop = {"a": {"kind": "branch", "rules": [{"when": [{"on": "time", "days": [7]}], "next": "q"}], "otherwise": "p"},
            "p": {**play, "next": "a"}, "q": Q}
    assert found(loop) == set(), "a loop with a way out is fine"


def test_warnings_do_not_stop_anybody() -> None:
    nodes = {"a": {"kind": "say", "variable": "points", "next": "b"},
             "b": {"kind": "play", "prompts": ["yd/only"], "next": "h"},
             "h": {"kind": "http", "url": "http://a.cn/", "headers": [{"name": "K", "value": "s", "secret": True}],
                   "next": "q", "failed": "q"}, "q": Q}
    assert found(nodes) == {("a", "variable", "never_set", "warning"),
                            ("b", "prompts.0", "prompt_missing_in", "warning"),
                            ("h", "headers.0.value", "insecure", "warning")}


@pytest.mark.parametrize("document", [None, [], {}, {"nodes": []}, {"nodes": {}}, {"nodes": {"a": None}, "start": "a"},
                                      {"nodes": {"a": {}}, "start": ["a"]}, {"nodes": {"a b": Q}, "start": "a b"},
                                      {"nodes": {"a": {"kind": "branch", "rules": [None]}}, "start": "a"}])
def test_nonsense_is_told_not_raised(document: Any) -> None:
    assert any(fault.severity == "error" for fault in check(document, KNOWN))
