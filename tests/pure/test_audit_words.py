"""Every act that the log can hold has words on the log's page, in both languages: nobody reads codes there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from yingda.bus import verbs

ROOT = Path(__file__).parents[2]
WRITERS = ("audit.record", "_note")
COMPOSED = {f"supervise.{verb.__struct_config__.tag}" for verb in (
    verbs.WatchCall, verbs.StopWatching, verbs.InterceptCall, verbs.ForceHangUp, verbs.ForceState)}
COMPOSED |= {f"follow_up.{act}" for act in ("claim", "assign", "release", "close", "reopen", "hear")}


def _constants(node: ast.AST) -> set[str]:
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def _acts() -> set[str]:
    """What stands where `audit.record` is told the act; where that is a name, what the file gives it."""
    found = set(COMPOSED)
    for file in (ROOT / "src/yingda").rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in WRITERS and len(node.args) > 2:
                found |= _constants(node.args[2])
            if isinstance(node, ast.Assign) and "action" in ast.unparse(node.targets[0]):
                found |= _constants(node.value)
    return {act for act in found if re.fullmatch(r"[a-z_]+\.[a-z_.]+|login|logout", act)}


ACTS = sorted(_acts())


def _words(language: str, group: str) -> set[str]:
    text = (ROOT / f"ui/src/i18n/{language}/ops.ts").read_text("utf-8")
    block = re.search(rf"^  {group}: \{{(.*?)^  \}},", text, re.DOTALL | re.MULTILINE)
    assert block, group
    return set(re.findall(r"(\w+): ['\"]", block[1]))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_act_has_words(language: str) -> None:
    assert {"person.update", "recording.listen", "login", "number.reveal", "customer.pin.set"} <= set(ACTS)
    objects, does = _words(language, "auditObject"), _words(language, "auditVerb")
    for act in ACTS:
        thing, _, verb = act.partition(".")
        assert (thing in objects and verb.replace(".", "_") in does) if verb else thing in does, act
