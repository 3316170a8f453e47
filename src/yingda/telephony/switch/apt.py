"""apt in a folder of its own: same program, same mirror and same keys as the machine's, nothing else shared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec

from yingda.telephony.errors import FetchFailed, NoPackageSource
from yingda.telephony.switch.sources import Source, debian_source

SUITE = "sid"  # the only suite of Debian that carries Asterisk
TIMEOUT_S = 1800


class Package(msgspec.Struct, frozen=True):
    name: str
    version: str
    arch: str
    sha256: str

    @property
    def file(self) -> str:
        """File name in apt's archive folder."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{self.arch}.deb"


class Apt:
    """`folder` holds everything: lists, archives, configuration. Raises NoPackageSource when there is no apt."""

    def __init__(self, folder: Path, etc: Path = Path("/etc/apt")) -> None:
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
            raise NoPackageSource
        self.source = debian_source(etc)
        self.archives = folder / "archives"
        self._folder = folder
        self._config = folder / "apt.conf"
        for path in (folder / "lists/partial", self.archives / "partial"):
            path.mkdir(parents=True, exist_ok=True)
        (folder / "status").write_text("")
        (folder / "sources.list").write_text(_source_line(self.source, folder))
        self._config.write_text(_config(folder))

    def update(self) -> None:
        """Read the archive's index (about 10 MB)."""
        self._run(["apt-get", "update"])

    def closure(self, name: str) -> list[Package]:
        """The package with everything that it needs, down to the C library, as the signed index describes it."""
        plan = self._run(["apt-get", "install", "--simulate", "--yes", name])
        wanted = re.findall(r"^Inst (\S+) \((\S+) .*\[(\S+)\]\)", plan, re.MULTILINE)
        if not wanted:
            raise FetchFailed(reason=_last(plan))
        records = self._run(["apt-cache", "show", *(f"{one}={version}" for one, version, _ in wanted)])
        hashes: dict[tuple[str, str], str] = {}
        for record in records.split("\n\n"):
            fields = dict(re.findall(r"^(Package|Version|SHA256): (.+)$", record, re.MULTILINE))
            if len(fields) == 3:
                hashes[fields["Package"], fields["Version"]] = fields["SHA256"]
        try:
            return [Package(one, version, arch, hashes[one, version]) for one, version, arch in wanted]
        except KeyError as error:
            raise FetchFailed(reason=f"no checksum for {error}") from error

    def download(self, name: str, progress: Callable[[int], None]) -> None:
        """Fetch the archives that are not here yet; a partial one is continued."""
        reader, writer = os.pipe()
        command = self._command(["apt-get", "install", "--yes", "--download-only", name])
        command += ["-o", f"APT::Status-Fd={writer}"]
        with (self._folder / "download.log").open("w+") as log:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=_environment(),
                pass_fds=(writer,),
            )
            os.close(writer)
            try:
                with os.fdopen(reader, encoding="utf-8", errors="replace") as status:
                    for line in status:
                        found = re.match(r"dlstatus:\d+:([\d.]+):", line)
                        if found:
                            progress(int(float(found.group(1))))
                code = child.wait(TIMEOUT_S)
            finally:
                if child.poll() is None:
                    child.terminate()
                    child.wait()
            if code:
                log.seek(0)
                raise FetchFailed(reason=_last(log.read()))

    def _command(self, command: list[str]) -> list[str]:
        return [command[0], "-c", str(self._config), *command[1:]]

    def _run(self, command: list[str]) -> str:
        try:
            answer = subprocess.run(
                self._command(command), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                timeout=TIMEOUT_S, env=_environment(), errors="replace",
            )
        except subprocess.TimeoutExpired as error:
            raise FetchFailed(reason=f"{command[0]}: no end after {TIMEOUT_S} s") from error
        if answer.returncode or "\nE: " in "\n" + answer.stderr:
            raise FetchFailed(reason=_last(answer.stderr + answer.stdout))
        return answer.stdout


def _last(text: str) -> str:
    """What apt said went wrong: its error lines, else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("E:", "Err:"))]
    return "; ".join(errors[:3]) or (lines[-1] if lines else "apt said nothing")


def _environment() -> dict[str, str]:
    keep = ("PATH", "HOME", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    return {key: os.environ[key] for key in keep if key in os.environ} | {
        "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive",
    }


def _source_line(source: Source, folder: Path) -> str:
    options = []
    if source.trusted:
        options.append("trusted=yes")
    if source.signed_by.startswith("-----BEGIN"):
        key = folder / "archive-key.asc"
        key.write_text(source.signed_by + "\n")
        options.append(f"signed-by={key}")
    elif source.signed_by:
        options.append("signed-by=" + ",".join(source.signed_by.split()))
    # apt leaves what lies under file: where it is; with copy: it lands in our folder like everything else
    uri = "copy:" + source.uri.removeprefix("file:") if source.uri.startswith("file:") else source.uri
    return f"deb {'[' + ' '.join(options) + '] ' if options else ''}{uri} {SUITE} main\n"


def _config(folder: Path) -> str:
    # The machine's own configuration (proxies, credentials) stays in force, apart from its hooks.
    return f"""#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Invoke;
Dir::State "{folder}";
Dir::State::lists "{folder}/lists";
Dir::State::status "{folder}/status";
Dir::State::extended_states "{folder}/extended_states";
Dir::Cache "{folder}";
Dir::Cache::archives "{folder}/archives";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Log "{folder}";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::Retries "3";
Acquire::http::Timeout "30";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "";
APT::Get::AllowUnauthenticated "false";
APT::Keep-Downloaded-Packages "true";
Binary::apt-get::APT::Keep-Downloaded-Packages "true";
"""
