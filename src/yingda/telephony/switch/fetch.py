"""Obtains the switch: one that the operator names, the system's own, or a private copy from Debian's archive.

The private copy needs neither root nor a container and leaves the system alone: apt works in a folder of ours with
an empty package status, so that it downloads the whole closure of `asterisk` including the C library; the archives
are checked against Debian's signed index, unpacked, and started through their own loader. Interrupted at any
point it goes on where it was; the finished copy appears by one rename.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import msgspec

from yingda.telephony.errors import FetchFailed, NotAnAsterisk, VersionTooOld
from yingda.telephony.switch import unpack
from yingda.telephony.switch.apt import Apt, Package
from yingda.telephony.switch.install import Install, private_install
from yingda.telephony.switch.version import NEEDED, SAFE, Version, parse_version, shown

# (stage, percent 0-100); stages: lists, download, check, unpack, ready
Progress: TypeAlias = Callable[[str, int], None]

ENVIRONMENT = "YINGDA_ASTERISK"
SPACE_MB = 700


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which switch we use. `install` is None when an ARI URL was named: then we start nothing."""

    install: Install | None
    ari_url: str = ""
    private: bool = False
    unsafe: bool = False  # older than the last security fixes that we know of


class ManifestEntry(msgspec.Struct, frozen=True):
    name: str
    version: str
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """Written beside the unpacked files: what they are."""

    asterisk: str
    archive: str
    packages: tuple[ManifestEntry, ...]


def _quiet(_stage: str, _percent: int) -> None:
    return None


def obtain(tools: Path, progress: Progress = _quiet, *, environment: Mapping[str, str] | None = None,
           etc_apt: Path = Path("/etc/apt")) -> Choice:
    """The switch to use; fetches a private copy into `tools`/asterisk when there is no other. Blocking.

    Raises NotAnAsterisk, VersionTooOld (a named one cannot serve), NoPackageSource, NoSpace, FetchFailed,
    PackageBroken. The second call takes milliseconds.
    """
    named = (os.environ if environment is None else environment).get(ENVIRONMENT, "").strip()
    if named.startswith(("http://", "https://")):
        return Choice(install=None, ari_url=named.rstrip("/"))
    if named:
        return _named(Path(named))
    system = shutil.which("asterisk", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if system is not None:
        version = _version_of([system])
        if version is not None and version >= NEEDED:
            return Choice(install=_system_install(Path(system), version), unsafe=version < SAFE)
    install = fetch_private(tools, progress, etc_apt=etc_apt)
    version = parse_version(install.version) or (0, 0, 0)
    return Choice(install=install, private=True, unsafe=version < SAFE)


def _named(path: Path) -> Choice:
    binary = path / "usr/sbin/asterisk" if path.is_dir() else path
    if not binary.is_file() or not os.access(binary, os.X_OK):
        raise NotAnAsterisk(path=str(path))
    if path.is_dir():  # an unpacked copy, such as our own
        install = private_install(path, "0.0.0")
        version = _version_of(install.command(Path("/dev/null"))[:-3])
    else:
        version = _version_of([str(binary)])
        install = _system_install(binary, version or (0, 0, 0))
    if version is None:
        raise NotAnAsterisk(path=str(path))
    if version < NEEDED:
        raise VersionTooOld(path=str(path), version=shown(version), floor=shown(NEEDED))
    return Choice(install=msgspec.structs.replace(install, version=shown(version)), unsafe=version < SAFE)


def _version_of(command: list[str]) -> Version | None:
    try:
        answer = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(answer.stdout) if "Asterisk" in answer.stdout else None


def _system_install(binary: Path, version: Version) -> Install:
    """Where the parts of an installed Asterisk lie: from its own asterisk.conf, else the usual places."""
    prefix = binary.resolve().parent.parent
    settings: dict[str, str] = {}
    for conf in (Path("/etc/asterisk/asterisk.conf"), prefix / "etc/asterisk/asterisk.conf"):
        if conf.is_file():
            found = re.findall(r"^(ast\w+)\s*=>?\s*(\S+)", conf.read_text(errors="replace"), re.MULTILINE)
            settings = dict(found) | settings
    modules = [settings.get("astmoddir", ""), str(prefix / "lib/asterisk/modules")]
    modules += [str(path) for path in sorted(prefix.glob("lib/*/asterisk/modules"))]
    shares = [settings.get("astdatadir", ""), str(prefix / "share/asterisk"), "/var/lib/asterisk"]
    share = Path(next((one for one in shares if one and Path(one, "documentation").is_dir()), "/usr/share/asterisk"))
    sounds = sorted(share.glob("sounds/en*"))
    return Install(
        version=shown(version), binary=binary, share=share, sounds=sounds[0] if sounds else share / "sounds",
        modules=Path(next((one for one in modules if one and Path(one, "chan_pjsip.so").exists()), modules[-1])),
    )


def fetch_private(tools: Path, progress: Progress = _quiet, *, etc_apt: Path = Path("/etc/apt"),
                  renew: bool = False) -> Install:
    """The private copy under `tools`/asterisk, fetched if it is not there. `renew` takes the newest version."""
    home = tools / "asterisk"
    if not renew and (install := _present(home)) is not None:
        return install
    home.mkdir(parents=True, exist_ok=True)
    with _only_one(home / "lock"):
        if not renew and (install := _present(home)) is not None:  # another copy of us has just done it
            return install
        return _fetch(home, progress, etc_apt)


def _present(home: Path) -> Install | None:
    try:
        manifest = msgspec.json.decode((home / "root" / "manifest.json").read_bytes(), type=Manifest)
        return private_install(home / "root", manifest.asterisk)
    except (OSError, msgspec.DecodeError):
        return None


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _fetch(home: Path, progress: Progress, etc_apt: Path) -> Install:
    unpack.ensure_space(home, SPACE_MB)
    apt = Apt(home / "apt", etc_apt)
    progress("lists", 0)
    apt.update()
    packages = apt.closure("asterisk")
    archives = _download(apt, packages, progress)
    fresh = home / f"root.{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        unpack.unpack_all(archives, fresh, lambda percent: progress("unpack", percent))
        install = private_install(fresh, "0.0.0")
        version = _version_of(install.command(Path("/dev/null"))[:-3])
        if version is None:
            raise FetchFailed(reason="the unpacked switch does not run on this machine")
        if version < NEEDED:
            raise VersionTooOld(path=str(fresh), version=shown(version), floor=shown(NEEDED))
        entries = tuple(ManifestEntry(one.name, one.version, one.sha256) for one in packages)
        manifest = Manifest(shown(version), apt.source.uri, entries)
        (fresh / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        _swap(fresh, home / "root")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(home / "apt", ignore_errors=True)
    progress("ready", 100)
    return private_install(home / "root", shown(version))


def _swap(fresh: Path, place: Path) -> None:
    old = place.with_name(f"{place.name}.old.{os.getpid()}")
    if place.exists():
        place.rename(old)
    fresh.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _download(apt: Apt, packages: list[Package], progress: Progress) -> list[Path]:
    """Download and check against the signed index; what is broken is thrown away and fetched once more."""
    bad: list[Package] = packages
    for _ in range(2):
        apt.download("asterisk", lambda percent: progress("download", percent))
        bad = []
        for number, package in enumerate(packages):
            path = apt.archives / package.file
            if not path.is_file() or unpack.sha256_of(path) != package.sha256:
                path.unlink(missing_ok=True)
                bad.append(package)
            progress("check", (number + 1) * 100 // len(packages))
        if not bad:
            return [apt.archives / package.file for package in packages]
    raise FetchFailed(reason="broken after a second try: " + ", ".join(one.name for one in bad[:5]))
