"""Marks by folder, so that no test can fall out of the groups that `./yingda test` runs."""

from __future__ import annotations

from pathlib import Path

import pytest

_BY_FOLDER = {
    "pure": "pure", "story": "story", "store": "store", "api": "api", "launcher": "launcher", "ui": "ui",
    "switch": "switch", "stack": "switch", "faults": "switch",
}
_GROUPS = ("switch", "ui", "launcher")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        mark = _BY_FOLDER.get(item.path.relative_to(here).parts[0])
        if mark and not any(item.get_closest_marker(name) for name in (mark, *_GROUPS)):
            item.add_marker(mark)
