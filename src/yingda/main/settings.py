"""What the operator chose (yingda.toml) and what we made up once (secrets.json), read by `main` alone.

Rooms get plain values passed in. Standard library only: the launcher and the supervisor read this before, or without,
anything installed.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import socket
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from yingda.kit.errors import YingdaError

CHECKOUT = Path(__file__).resolve().parents[3]
FILE = "yingda.toml"
SECRETS = "secrets.json"
SECRET_NAMES = ("link_token", "ari_password", "site_key", "setup_token")
FOLDERS = ("db", "journal", "recordings", "recordings/spool", "asterisk", "tls", "log", "run")
NOT_EMPTY = 3  # exit code of seed-demo when there is a company already
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NoData(YingdaError):
    """The folder holds no settings: `up` was never run there."""

    code = "no_data"
    status = 404


class FolderUnwritable(YingdaError):
    code = "folder_unwritable"
    status = 403


class SettingsBroken(YingdaError):
    code = "settings_broken"
    status = 422


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One installation. Ports are TCP unless said; `rtp_from`..`rtp_to` are UDP, both ends included."""

    data: Path
    host: str = "127.0.0.1"  # where SIP, RTP and https listen; plain http always listens on 127.0.0.1 only
    http_port: int = 8080
    https_port: int = 8443
    sip_port: int = 5060  # UDP
    rtp_from: int = 0  # 0: not chosen yet
    rtp_to: int = 0
    ari_port: int = 0  # Asterisk's HTTP, 127.0.0.1 only
    engine_port: int = 0  # the engine's /ari and /link, 127.0.0.1 only
    database_url: str = ""  # empty: SQLite under the data folder; see `database`
    asterisk: str = ""  # empty: system or private copy; else a path to an asterisk binary
    lang: str = "zh"  # callers hear it while the engine is away; logs for people
    demo: bool = False
    link_token: str = field(default="", repr=False)
    ari_password: str = field(default="", repr=False)
    site_key: str = field(default="", repr=False)  # Fernet key that seals what must be readable again
    setup_token: str = field(default="", repr=False)

    @property
    def database(self) -> str:
        """The URL to connect to; the embedded SQLite file unless another was chosen."""
        return self.database_url or f"sqlite:///{self.data / 'db' / 'yingda.sqlite'}"

    @property
    def loopback_only(self) -> bool:
        return self.host in LOOPBACK

    @property
    def shown_host(self) -> str:
        """An address that a phone can be told: of all our addresses the one that the default route uses."""
        if self.host != "0.0.0.0":  # noqa: S104 - compared, not bound
            return self.host
        return next(iter(own_ipv4()), "127.0.0.1")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def log_folder(self) -> Path:
        return self.data / "log"

    @property
    def run_folder(self) -> Path:
        return self.data / "run"


_KEPT = tuple(one.name for one in fields(Settings) if one.name not in ("data", *SECRET_NAMES))
_INTEGERS = tuple(one.name for one in fields(Settings) if one.type == "int")


def own_ipv4() -> list[str]:
    """Addresses of this machine without loopback, the one that its default route uses first. Sends nothing."""
    found: list[str] = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("192.0.2.1", 9))
        found.append(str(sock.getsockname()[0]))
    with contextlib.suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [one for one in dict.fromkeys(found) if not one.startswith("127.")]


def make_folders(data: Path) -> None:
    """Make the data folder and its rooms. Raises `FolderUnwritable`, naming the path that refused."""
    place = data
    try:
        data.mkdir(parents=True, exist_ok=True)
        for name in FOLDERS:
            place = data / name
            place.mkdir(exist_ok=True)
        place = data / "run" / f".probe-{os.getpid()}"
        place.write_bytes(b"")
        place.unlink()
    except OSError as error:
        raise FolderUnwritable(path=str(place), reason=error.strerror or str(error)) from error


def write_private(file: Path, content: str) -> None:
    """Whole or not at all, readable by the owner alone from the first byte on."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    except OSError as error:
        raise FolderUnwritable(path=str(file), reason=error.strerror or str(error)) from error


def _read_choices(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsBroken(path=str(file), reason=str(error)) from error
    for name in raw.keys() - set(_KEPT):
        raise SettingsBroken(path=str(file), reason=f"unknown setting: {name}")
    for name, value in raw.items():
        wanted = int if name in _INTEGERS else bool if name == "demo" else str
        if type(value) is not wanted:
            raise SettingsBroken(path=str(file), reason=f"{name}: {wanted.__name__} expected")
    return raw


def _read_secrets(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        raw = json.loads(file.read_text("utf-8"))
        return {name: str(raw[name]) for name in SECRET_NAMES if name in raw}
    except (OSError, ValueError) as error:
        raise SettingsBroken(path=str(file), reason=str(error)) from error


def load(data: Path) -> Settings:
    """Settings of an installation that was started at least once. Raises `NoData`, `SettingsBroken`."""
    folder = data.expanduser().resolve()
    if not (folder / FILE).exists() or not (folder / SECRETS).exists():
        raise NoData(path=str(folder))
    return Settings(data=folder, **_read_choices(folder / FILE), **_read_secrets(folder / SECRETS))


def begin(data: Path, choices: Mapping[str, Any]) -> Settings:
    """Settings for a start: what was kept, with the options given now on top, secrets made where missing.

    Makes the folders. Nothing but secrets.json is written: `save` keeps the choices once they have proved usable.
    """
    folder = data.expanduser().resolve()
    make_folders(folder)
    known = _read_secrets(folder / SECRETS)
    made = {
        "link_token": secrets.token_urlsafe(32),
        "ari_password": secrets.token_urlsafe(32),
        "site_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "setup_token": secrets.token_urlsafe(24),
    }
    if known.keys() != made.keys():
        known = made | known
        write_private(folder / SECRETS, json.dumps(known, indent=1) + "\n")
    (folder / SECRETS).chmod(0o600)
    kept = _read_choices(folder / FILE)
    given = {name: value for name, value in choices.items() if value is not None}
    return replace(Settings(data=folder, **kept, **known), **given)


def save(settings: Settings) -> None:
    """Keep the choices in yingda.toml (mode 0600: a database URL may carry a password)."""
    lines = ["# Yingda 应答: settings of this installation; options of `./yingda up` change them\n"]
    for name in _KEPT:
        value = getattr(settings, name)
        # JSON's strings, numbers and booleans are TOML's
        lines.append(f"{name} = {json.dumps(value, ensure_ascii=False)}\n")
    write_private(settings.data / FILE, "".join(lines))


def own_ports(settings: Settings) -> frozenset[int]:
    """Ports of this product on this machine: no voice flow may send its requests there."""
    return frozenset(value for name, value in vars(settings).items() if name.endswith("_port") and value)
