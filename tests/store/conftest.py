"""Every test of the store runs on SQLite and on a PostgreSQL server of our own, started for the run alone."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import create_engine, text

from yingda.org import passwords
from yingda.org.sealing import Seal
from yingda.store.engine import Store
from yingda.store.migrate import upgrade

TEMPLATE = "yingda_template"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def _binaries() -> Path:
    given = os.environ.get("YINGDA_TEST_POSTGRESQL")
    found = [Path(given)] if given else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found or not (found[-1] / "initdb").exists():
        pytest.fail("PostgreSQL's server is missing: install Debian's package postgresql, or point "
                    "YINGDA_TEST_POSTGRESQL to a folder with initdb and postgres", pytrace=False)
    return found[-1]


class Postgres:
    """A private server on a socket in its own folder; it refuses to run as root, so root lends it another user."""

    def __init__(self) -> None:
        self.bin = _binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="ydpg-"))
        self.user: dict[str, Any] = {}
        if os.geteuid() == 0:
            names = {entry.pw_name for entry in pwd.getpwall()}
            entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self.data = self.folder / "data"
        subprocess.run([self.bin / "initdb", "-D", self.data, "-U", "yingda", "-A", "trust", "-E", "UTF8",
                        "--locale=C.UTF-8", "--no-sync"], check=True, capture_output=True, cwd=self.folder, **self.user)
        self.process = self._start()
        with create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
        upgrade(self.url(TEMPLATE))

    def _start(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.data, "-k", self.folder, "-c", "listen_addresses=",
                 "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=32MB"],
                stdout=log, stderr=log, cwd=self.folder, **self.user)
        for _ in range(200):
            ready = subprocess.run([self.bin / "pg_isready", "-h", self.folder, "-U", "yingda", "-d", "postgres"],
                                   capture_output=True, check=False)
            if ready.returncode == 0:
                return process
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://yingda@/{database}?host={self.folder}"

    def fresh(self, name: str) -> str:
        with create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
        return self.url(name)

    def stop(self) -> None:
        """At once: every connection is cut."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)

    def start(self) -> None:
        self.process = self._start()

    def remove(self) -> None:
        self.process.send_signal(signal.SIGQUIT)  # without the last checkpoint: nobody needs these data again
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "template.sqlite"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of a fresh database with the whole schema."""
    if request.param == "sqlite":
        file = tmp_path / "yingda.sqlite"
        shutil.copy(sqlite_template, file)
        return f"sqlite:///{file}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.fresh(f"t{os.getpid()}_{time.monotonic_ns()}")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'sub' / 'empty.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    name = f"e{os.getpid()}_{time.monotonic_ns()}"
    with create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return server.url(name)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = Store(url)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real Argon2, at the least cost: what it costs in earnest is not what these tests are about."""
    hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_nobody", "")


@pytest.fixture
def seal() -> Seal:
    return Seal(Fernet.generate_key().decode())


Until = Callable[[Callable[[], Any]], Any]


@pytest.fixture
def until() -> Until:
    """Wait for an asynchronous condition, at most ten seconds."""

    async def wait(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
        end = time.monotonic() + seconds
        while True:
            answer = await condition()
            if answer or time.monotonic() > end:
                return answer
            await asyncio.sleep(0.02)

    return wait
