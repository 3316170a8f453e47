"""The printed tables in docs/machines are the ones that run."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure
ROOT = Path(__file__).parents[2]


def test_the_printed_tables_are_current() -> None:
    spec = importlib.util.spec_from_file_location("print_machines", ROOT / "scripts" / "print_machines.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, content in module.tables().items():
        assert (ROOT / "docs" / "machines" / name).read_text("utf-8") == content, (
            f"docs/machines/{name} is old: run python scripts/print_machines.py")
