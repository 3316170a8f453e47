"""What the provider gave us to ask it again for who is logged in by it: one refresh token a login, sealed, in one file.

In a file and not in the database, since backups and copies of the database are no place for the keys to somebody else's
service; a login whose token is lost lasts as one that never had any.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Set
from pathlib import Path

import msgspec
import structlog

from yingda.org.errors import SealBroken
from yingda.org.sealing import Seal

log = structlog.get_logger("login")


class Kept(msgspec.Struct, frozen=True):
    """`client`: by which of our names at which provider it was given."""

    client: str
    sealed: str


class RefreshTokens:
    """By the hash of the login. `keep` and `forget` write the file: call them in a thread."""

    def __init__(self, file: Path, seal: Seal) -> None:
        self._file, self._seal = file, seal
        self._changing = threading.Lock()
        self._all = self._read()

    def _read(self) -> dict[str, Kept]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, Kept])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            log.warning("refresh_tokens_lost", error=type(error).__name__)
            return {}

    def of(self, session_hash: str, client: str) -> str:
        """"" when there is none from that client."""
        kept = self._all.get(session_hash)
        try:
            return self._seal.open(kept.sealed) if kept is not None and kept.client == client else ""
        except SealBroken:
            return ""

    def logins(self) -> frozenset[str]:
        return frozenset(self._all)

    def keep(self, session_hash: str, client: str, token: str) -> None:
        with self._changing:
            self._all = {**self._all, session_hash: Kept(client, self._seal.close(token))}
            self._write()

    def forget(self, logins: Set[str]) -> None:
        with self._changing:
            if logins:
                self._all = {one: kept for one, kept in self._all.items() if one not in logins}
                self._write()

    def _write(self) -> None:
        """A disk that is full costs what is written here after a restart, and nobody his login."""
        new = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(msgspec.json.encode(self._all))
            new.replace(self._file)
        except OSError as error:
            log.warning("refresh_tokens_not_written", error=type(error).__name__)
