"""What others made and we ship: the Python packages, the page's packages, the programs beside us, and their licences.

Nothing is kept by hand that can be read: the packages say themselves what they are, as installed here; those of the
page are written down by its build (`ui/licences.ts`), since only the bundle knows what went into it.
"""

from __future__ import annotations

import importlib.metadata as packages
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

OURS: Final = "yingda"
_NAME: Final = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_EXTRA: Final = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_TEXTS: Final = re.compile(r"(^|[/_.-])(licen[cs]e|copying|notice)", re.IGNORECASE)
_PAGE: Final = "licences.json"
_MOST: Final = 400_000  # characters of one text


@dataclass(frozen=True)
class Part:
    """`kind`: product | program | python | page. `licence`: as its makers call it, "": they do not say."""

    kind: Literal["product", "program", "python", "page"]
    name: str
    version: str
    licence: str
    url: str
    text: str = ""


def listed(checkout: Path | None, page: Path, switch_version: str) -> list[Part]:
    """Everything, the product first. `checkout`: the product's own folder; `page`: the folder of the built page."""
    root = str(checkout) if checkout else ""
    return [*_product(root), *_programs(switch_version), *_python(root), *_page(page / _PAGE)]


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")[:_MOST]
    except OSError:
        return ""


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(one.strip("\n") for one in texts if one.strip())[:_MOST]


def _project(root: str) -> dict[str, Any]:
    if not root:
        return {}
    try:
        found: dict[str, Any] = tomllib.loads((Path(root) / "pyproject.toml").read_text("utf-8"))["project"]
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        return {}
    return found


@lru_cache(maxsize=1)
def _product(root: str) -> tuple[Part, ...]:
    about = _project(root)
    if not about:
        return ()
    return (Part("product", "Yingda", str(about.get("version", "")), str(about.get("license", "")), "",
                 _joined(_read(Path(root) / name) for name in ("NOTICE", "LICENSE"))),)


def _programs(switch_version: str) -> list[Part]:
    """Programs of their own that run beside us; their texts come with them."""
    found = [Part("program", "Asterisk", switch_version, "GPL-2.0-only", "https://www.asterisk.org/")]
    file = next((one.name for one in _distribution_files("imageio-ffmpeg") if one.name.startswith("ffmpeg-")), "")
    if file:
        version = file.rpartition("-v")[2] if "-v" in file else ""
        found.append(Part("program", "FFmpeg", version, "GPL-3.0-or-later", "https://ffmpeg.org/"))
    return found


def _distribution_files(name: str) -> list[packages.PackagePath]:
    try:
        return list(packages.distribution(name).files or ())
    except packages.PackageNotFoundError:
        return []


@lru_cache(maxsize=1)
def _python(root: str) -> tuple[Part, ...]:
    """The packages that the product asks for, and those that they ask for, as installed here."""
    found: dict[str, Part] = {}
    waiting = [str(one) for one in _project(root).get("dependencies", ())]
    done: set[str] = set()
    while waiting:
        match = _NAME.match(waiting.pop())
        if match is None:
            continue
        extras = {one.strip() for one in (match[2] or "").split(",") if one.strip()}
        key = f"{match[1].lower()}[{','.join(sorted(extras))}]"
        if key in done:
            continue
        done.add(key)
        try:
            one = packages.distribution(match[1])
        except packages.PackageNotFoundError:
            continue  # for another system or another Python
        part = _described(one)
        found[part.name.lower()] = part
        waiting += [wanted for wanted in one.requires or () if _applies(wanted, extras)]
    return tuple(found[name] for name in sorted(found))


def _applies(wanted: str, extras: set[str]) -> bool:
    """Other conditions (system, version of Python) are answered by what is installed."""
    asked = _EXTRA.search(wanted)
    return asked is None or asked[1] in extras


def _described(one: packages.Distribution) -> Part:
    about = one.metadata

    def told(name: str) -> str:
        return str((about.get_all(name) or [""])[0])

    classes = [line.rpartition("::")[2].strip() for line in about.get_all("Classifier") or ()
               if line.startswith("License ::")]
    said = (told("License-Expression"), *classes[:1], *told("License").strip().splitlines()[:1])
    links = dict(line.split(", ", 1) for line in about.get_all("Project-URL") or () if ", " in line)
    urls = {name.lower(): url for name, url in links.items()}
    url = told("Home-page") or next((urls[name] for name in ("homepage", "repository", "source", "source code",
                                                           "documentation") if name in urls), "")
    texts = (file for file in one.files or () if ".dist-info" in str(file) and _TEXTS.search(file.name))
    return Part("python", about["Name"], about["Version"], next((word for word in said if word), "")[:120],
                url if url.startswith(("https://", "http://")) else "",
                _joined(_read(Path(str(file.locate()))) for file in texts))


def _page(file: Path) -> list[Part]:
    try:
        kept = json.loads(file.read_text("utf-8"))
        return [Part("page", str(one["name"]), str(one["version"]), str(one["licence"]), str(one["url"]),
                     str(one["text"])) for one in kept]
    except (OSError, ValueError, KeyError, TypeError):
        return []
