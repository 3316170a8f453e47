#!/usr/bin/env python3
"""Write versions.txt: the versions of Python packages that the tests have just passed with, for everybody's install.

`python scripts/pin_versions.py` in the environment that `./yingda test` made. Development tools are pinned too, so that
a check which passed yesterday does not fail for a rule that a tool learned overnight.
"""

from importlib.metadata import distributions
from pathlib import Path

HEAD = """\
# The versions that the tests passed with: constraints for pip, no wishes (those are in pyproject.toml).
# Written by scripts/pin_versions.py.
"""
# Made elsewhere, or a part of every environment
LEFT_OUT = {"pip", "setuptools", "wheel"}


def main() -> None:
    found = {one.name.lower().replace("_", "-"): one.version for one in distributions()}
    lines = [f"{name}=={version}\n" for name, version in sorted(found.items()) if name not in LEFT_OUT]
    (Path(__file__).resolve().parent.parent / "versions.txt").write_text(HEAD + "".join(lines), "utf-8")


if __name__ == "__main__":
    main()
