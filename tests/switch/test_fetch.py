"""Obtaining the switch: real apt against a small archive on disk, with every way of going wrong."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from yingda.telephony import errors
from yingda.telephony.switch import apt as apt_module
from yingda.telephony.switch import fetch, unpack
from yingda.telephony.switch.install import Install
from yingda.telephony.switch.sources import Source, debian_source, parse_deb822, parse_one_line
from yingda.telephony.switch.version import parse_version

pytestmark = pytest.mark.switch

PROGRAM = '#!/bin/sh\n# stands for the loader: what it is asked to run says its version\necho "Asterisk {version}"\n'


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Archive:
    """A Debian archive in a folder: `asterisk` needs `libneeded`; nothing is signed, so the source says trusted."""

    def __init__(self, folder: Path, version: str = "22.10.1") -> None:
        self.root = folder / "mirror" / "debian"
        self.pool = self.root / "pool"
        self.etc = folder / "etc"
        self.arch = run("dpkg", "--print-architecture").strip()
        self.pool.mkdir(parents=True)
        (self.etc / "sources.list.d").mkdir(parents=True)
        (self.etc / "sources.list.d" / "debian.sources").write_text(
            f"Types: deb\nURIs: file:{self.root}\nSuites: bookworm bookworm-updates\nComponents: main\nTrusted: yes\n"
        )
        loader = PROGRAM.format(version=version)
        self.add(folder, "libneeded", "1.0", {"usr/lib64/ld-linux-test.so.2": loader})
        self.add(folder, "asterisk", f"1:{version}~test-1", {
            "usr/sbin/asterisk": "never run itself", "usr/lib/any/asterisk/modules/chan_pjsip.so": "x",
            "usr/share/asterisk/documentation/core-en_US.xml": "x",
        }, needs="libneeded")
        self.publish()

    def add(self, folder: Path, name: str, version: str, files: dict[str, str], needs: str = "") -> None:
        tree = folder / "build" / name
        shutil.rmtree(tree, ignore_errors=True)
        (tree / "DEBIAN").mkdir(parents=True)
        depends = f"Depends: {needs}\n" if needs else ""
        (tree / "DEBIAN" / "control").write_text(
            f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: t <t@example.org>\n"
            f"{depends}Description: test\n"
        )
        for path, text in files.items():
            place = tree / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
            place.chmod(0o755)
        for old in self.pool.glob(f"{name}_*.deb"):
            old.unlink()
        target = self.pool / f"{name}_{version.replace(':', '%3a')}_all.deb"
        run("dpkg-deb", "-b", "--root-owner-group", str(tree), str(target))

    def publish(self) -> None:
        entries = []
        for deb in sorted(self.pool.glob("*.deb")):
            control = run("dpkg-deb", "-f", str(deb))
            data = deb.read_bytes()
            entries.append(
                f"{control.strip()}\nFilename: pool/{deb.name}\nSize: {len(data)}\n"
                f"SHA256: {hashlib.sha256(data).hexdigest()}\n"
            )
        packages = "\n".join(entries).encode()
        place = self.root / "dists" / "sid" / "main" / f"binary-{self.arch}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "Packages").write_bytes(packages)
        (place / "Packages.gz").write_bytes(gzip.compress(packages))
        lines = [f"Origin: Debian\nSuite: unstable\nCodename: sid\nArchitectures: {self.arch}"]
        lines += ["Components: main", "SHA256:"]
        for name in ("Packages", "Packages.gz"):
            data = (place / name).read_bytes()
            lines.append(f" {hashlib.sha256(data).hexdigest()} {len(data)} main/binary-{self.arch}/{name}")
        (self.root / "dists" / "sid" / "Release").write_text("\n".join(lines) + "\n")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def get(archive: Archive, tools: Path, *, renew: bool = False) -> Install:
    return fetch.fetch_private(tools, etc_apt=archive.etc, renew=renew)


def test_the_closure_is_fetched_unpacked_and_written_down(archive: Archive, tmp_path: Path) -> None:
    stages: list[tuple[str, int]] = []
    install = fetch.fetch_private(tmp_path / "tools", lambda stage, percent: stages.append((stage, percent)),
                                  etc_apt=archive.etc)
    assert install.version == "22.10.1" and install.binary.is_file() and install.loader is not None
    assert list(dict.fromkeys(stage for stage, _ in stages)) == ["lists", "download", "check", "unpack", "ready"]
    manifest = json.loads((tmp_path / "tools/asterisk/root/manifest.json").read_bytes())
    assert {one["name"] for one in manifest["packages"]} == {"asterisk", "libneeded"}
    for one in manifest["packages"]:
        (deb,) = archive.pool.glob(f"{one['name']}_*.deb")
        assert one["sha256"] == hashlib.sha256(deb.read_bytes()).hexdigest()
    assert sorted(path.name for path in (tmp_path / "tools/asterisk").iterdir()) == ["lock", "root"]


def test_the_second_time_nothing_is_asked(archive: Archive, tmp_path: Path) -> None:
    first = get(archive, tmp_path / "tools")
    shutil.rmtree(archive.root)
    assert get(archive, tmp_path / "tools") == first


def test_an_update_is_asked_for_and_replaces_the_copy_whole(archive: Archive, tmp_path: Path) -> None:
    get(archive, tmp_path / "tools")
    archive.add(tmp_path, "libneeded", "1.1", {"usr/lib64/ld-linux-test.so.2": PROGRAM.format(version="22.11.0")})
    archive.publish()
    assert get(archive, tmp_path / "tools").version == "22.10.1"
    assert get(archive, tmp_path / "tools", renew=True).version == "22.11.0"


def test_a_break_in_the_middle_leaves_nothing_half_and_goes_on_later(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    tools = tmp_path / "tools"
    real = unpack.unpack_all

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(unpack, "unpack_all", die)
    with pytest.raises(KeyboardInterrupt):
        get(archive, tools)
    assert not (tools / "asterisk/root").exists() and not list((tools / "asterisk").glob("root.*"))
    kept = sorted(path.name for path in (tools / "asterisk/apt/archives").glob("*.deb"))
    assert len(kept) == 2, "what was downloaded stays for the next time"
    monkeypatch.setattr(unpack, "unpack_all", real)
    assert get(archive, tools).version == "22.10.1"


def test_a_spoilt_archive_is_noticed_and_fetched_again(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    tools = tmp_path / "tools"
    real = apt_module.Apt.download
    tries: list[int] = []

    def spoil(self: apt_module.Apt, name: str, progress: object) -> None:
        real(self, name, lambda _: None)
        tries.append(1)
        if len(tries) == 1:
            victim = next(self.archives.glob("libneeded_*.deb"))
            data = bytearray(victim.read_bytes())
            data[len(data) // 2] ^= 0xFF
            victim.write_bytes(bytes(data))  # same size, other content: apt itself would not look again

    monkeypatch.setattr(apt_module.Apt, "download", spoil)
    assert get(archive, tools).version == "22.10.1"
    assert len(tries) == 2


def test_an_archive_that_stays_broken_says_which(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = apt_module.Apt.download

    def spoil(self: apt_module.Apt, name: str, progress: object) -> None:
        real(self, name, lambda _: None)
        next(self.archives.glob("libneeded_*.deb")).write_bytes(b"broken")

    monkeypatch.setattr(apt_module.Apt, "download", spoil)
    with pytest.raises(errors.FetchFailed) as error:
        get(archive, tmp_path / "tools")
    assert "libneeded" in str(error.value.params["reason"])


def test_a_mirror_that_is_away_says_what_apt_says_and_the_next_try_works(archive: Archive, tmp_path: Path) -> None:
    away = archive.root.rename(archive.root.with_name("moved"))
    with pytest.raises(errors.FetchFailed) as error:
        get(archive, tmp_path / "tools")
    assert "Failed to fetch" in str(error.value.params["reason"])
    away.rename(archive.root)
    assert get(archive, tmp_path / "tools").version == "22.10.1"


def test_an_archive_that_nobody_signed_is_refused(archive: Archive, tmp_path: Path) -> None:
    listing = archive.etc / "sources.list.d" / "debian.sources"
    listing.write_text(listing.read_text().replace("Trusted: yes\n", ""))
    with pytest.raises(errors.FetchFailed):
        get(archive, tmp_path / "tools")
    assert not (tmp_path / "tools/asterisk/root").exists()


def test_a_package_that_vanished_between_index_and_download(archive: Archive, tmp_path: Path) -> None:
    (victim,) = archive.pool.glob("libneeded_*.deb")
    victim.unlink()
    with pytest.raises(errors.FetchFailed):
        get(archive, tmp_path / "tools")


def test_too_old_and_no_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.VersionTooOld) as error:
        get(Archive(tmp_path / "old", "20.9.0"), tmp_path / "tools")
    assert error.value.params["version"] == "20.9.0"
    monkeypatch.setattr(fetch, "SPACE_MB", 10**9)
    with pytest.raises(errors.NoSpace) as full:
        get(Archive(tmp_path / "new"), tmp_path / "tools")
    assert int(full.value.params["needed_mb"]) == 10**9


def test_what_the_operator_names_comes_first(tmp_path: Path, archive: Archive) -> None:
    def obtain(named: Path | str) -> fetch.Choice:
        return fetch.obtain(tmp_path / "tools", environment={"YINGDA_ASTERISK": str(named)}, etc_apt=archive.etc)

    assert obtain("http://10.0.0.5:8088/ari/").ari_url == "http://10.0.0.5:8088/ari"
    with pytest.raises(errors.NotAnAsterisk):
        obtain(tmp_path / "nothing")
    liar = tmp_path / "liar"
    liar.write_text("#!/bin/sh\necho hello\n")
    liar.chmod(0o755)
    with pytest.raises(errors.NotAnAsterisk):
        obtain(liar)
    for version, unsafe in (("22.5.0", True), ("22.10.1", False), ("23.1.0", False)):
        own = tmp_path / f"a{version}/sbin/asterisk"
        own.parent.mkdir(parents=True)
        own.write_text(PROGRAM.format(version=version))
        own.chmod(0o755)
        choice = obtain(own)
        assert choice.install is not None and choice.install.version == version and choice.unsafe is unsafe
        assert not choice.private


DEB822 = """# comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main contrib
Signed-By: /usr/share/keyrings/k.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: trixie-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: sid
Components: main

Types: deb
URIs: https://vendor.example/repo
Suites: nodistro
Components: main

Types: deb
URIs: http://inline.example/debian
Suites: bookworm
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
"""


def test_only_debians_own_archive_is_taken_from_the_machines_sources(tmp_path: Path) -> None:
    found = list(parse_deb822(DEB822))
    assert found[0] == Source("http://mirror.example/debian", "/usr/share/keyrings/k.gpg")
    assert found[1].uri == "http://inline.example/debian"
    assert found[1].signed_by.startswith("-----BEGIN PGP") and "\n\nabc\n" in found[1].signed_by
    assert len(found) == 2
    lines = (
        "# deb http://no.example/debian bookworm main\n"
        "deb cdrom:[Debian]/ bookworm main\n"
        "deb http://security.example/debian-security bookworm-security main\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian bookworm main contrib # ours\n"
        "deb http://ubuntu.example/ubuntu noble main\n"
    )
    assert list(parse_one_line(lines)) == [Source("http://one.example/debian", "/k.gpg")]
    with pytest.raises(errors.NoPackageSource):
        debian_source(tmp_path)


@pytest.mark.parametrize(("text", "version"), [
    ("Asterisk 22.10.1+dfsg+~cs6.17", (22, 10, 1)), ("Asterisk 23.0-rc1", (23, 0, 0)), ("Asterisk GIT-master", None),
])
def test_versions(text: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(text) == version
