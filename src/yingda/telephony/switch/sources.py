"""Where this machine's own apt gets Debian from: mirror and keyring are taken from there, never named by us."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from yingda.telephony.errors import NoPackageSource

_SUITES = re.compile(
    r"(?:stable|testing|unstable|oldstable|sid|bullseye|bookworm|trixie|forky|duke)"
    r"(?:-(?:updates|backports|proposed-updates))?"
)
_ONE_LINE = re.compile(r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<parts>.+)")
_USUAL_KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp",
    "/etc/apt/keyrings/debian-archive-keyring.gpg",
)


class Source(msgspec.Struct, frozen=True):
    """One archive. `signed_by` is a path, a fingerprint, a whole key block, or "" when apt's own trust applies."""

    uri: str
    signed_by: str = ""
    trusted: bool = False


def debian_source(etc: Path = Path("/etc/apt")) -> Source:
    """The machine's Debian main archive (not security, not a third party's). Raises NoPackageSource."""
    for source in _all_sources(etc):
        if source.signed_by or source.trusted:
            return source
        usual = next((path for path in _USUAL_KEYRINGS if Path(path).exists()), "")
        return Source(source.uri, usual)
    raise NoPackageSource


def _all_sources(etc: Path) -> Iterator[Source]:
    parts = etc / "sources.list.d"
    deb822 = sorted(parts.glob("*.sources")) if parts.is_dir() else []
    one_line = [etc / "sources.list", *(sorted(parts.glob("*.list")) if parts.is_dir() else [])]
    for path in deb822:
        yield from parse_deb822(_read(path))
    for path in one_line:
        yield from parse_one_line(_read(path))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def parse_deb822(text: str) -> Iterator[Source]:
    """Stanzas of a .sources file that serve a Debian suite's main component."""
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = _fields(stanza)
        if fields.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        if "deb" not in fields.get("types", "").split() or "main" not in fields.get("components", "").split():
            continue
        if not any(_SUITES.fullmatch(suite) for suite in fields.get("suites", "").split()):
            continue
        trusted = fields.get("trusted", "").lower() in ("yes", "true", "1")
        for uri in _fit(fields.get("uris", "").split()):
            yield Source(uri, fields.get("signed-by", "").strip(), trusted)


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t") and name:
            piece = line.strip()
            fields[name] += "\n" + ("" if piece == "." else piece)
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def parse_one_line(text: str) -> Iterator[Source]:
    """Lines of a sources.list that serve a Debian suite's main component."""
    for line in text.splitlines():
        found = _ONE_LINE.fullmatch(line.partition("#")[0].strip())
        if found is None or not _SUITES.fullmatch(found["suite"]) or "main" not in found["parts"].split():
            continue
        options = dict(item.split("=", 1) for item in (found["options"] or "").split() if "=" in item)
        trusted = options.get("trusted", "") == "yes"
        for uri in _fit([found["uri"]]):
            yield Source(uri, options.get("signed-by", "").replace(",", " "), trusted)


def _fit(uris: Iterable[str]) -> Iterator[str]:
    """Only whole archives that can be asked for another suite: no CD, no security archive, no snapshot of one suite."""
    for uri in uris:
        if uri.startswith(("http://", "https://", "mirror", "file:", "copy:", "ftp://")) and "security" not in uri:
            yield uri
