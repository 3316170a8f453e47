"""docs/proof.md names tests: each of them has to be there."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`([a-z]+)/([a-z0-9_]+)::([a-z0-9_*]+)`")


def names_in(file: Path) -> list[str]:
    """The names of a file's tests without their beginning; none when there is no such file."""
    if not file.exists():
        return []
    return [node.name.removeprefix("test_") for node in ast.parse(file.read_text("utf-8")).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")]


def test_every_test_that_is_named_as_a_proof_exists() -> None:
    named = NAMED.findall((ROOT / "docs" / "proof.md").read_text("utf-8"))
    assert len(named) > 100
    gone = [f"{folder}/{file}::{name}" for folder, file, name in named
            if not any(fnmatchcase(one, name) for one in names_in(ROOT / "tests" / folder / f"test_{file}.py"))]
    assert not gone
