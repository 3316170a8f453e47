"""A file encrypted with a passphrase, as a stream: scrypt makes the key, AES-256-GCM seals chunk after chunk.

Layout: magic, 16 bytes of salt, then chunks of 1 MiB and their tag. A chunk's nonce is its number; the last one is
marked, so that a file cut off between two chunks is noticed (the STREAM construction).
"""

from __future__ import annotations

import io
import os
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from yingda.kit.errors import YingdaError

MAGIC: Final = b"YINGDA-SEALED-1\n"
_CHUNK: Final = 1 << 20
_TAG: Final = 16
_SALT: Final = 16


class PassphraseWrong(YingdaError):
    """It is another passphrase, or the file has been changed."""

    code = "passphrase_wrong"
    status = 422


def _key(passphrase: str, salt: bytes) -> AESGCM:
    """128 MB and about half a second: guessing costs the same each time."""
    return AESGCM(Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(passphrase.encode("utf-8")))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


class Sealer(io.RawIOBase):
    """Write into it; `close` writes the last chunk. `out` stays open."""

    def __init__(self, out: BinaryIO, passphrase: str) -> None:
        salt = os.urandom(_SALT)
        self._out, self._key, self._number, self._rest = out, _key(passphrase, salt), 0, bytearray()
        out.write(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._rest += data
        while len(self._rest) > _CHUNK:  # never the last one yet
            self._put(bytes(self._rest[:_CHUNK]), last=False)
            del self._rest[:_CHUNK]
        return len(data)

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._out.write(self._key.encrypt(_nonce(self._number, last), chunk, None))
        self._number += 1

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._rest), last=True)
        super().close()


class Opener(io.RawIOBase):
    """Read from it. Raises PassphraseWrong at the first chunk that does not open."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        source.read(len(MAGIC))
        self._source, self._key = source, _key(passphrase, source.read(_SALT))
        self._number, self._plain, self._over = 0, b"", False
        self._ahead = source.read(_CHUNK + _TAG)

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._plain and not self._over:
            chunk, self._ahead = self._ahead, self._source.read(_CHUNK + _TAG)
            self._over = not self._ahead
            try:
                self._plain = self._key.decrypt(_nonce(self._number, self._over), chunk, None)
            except (InvalidTag, ValueError):
                raise PassphraseWrong from None
            self._number += 1
        count = min(len(target), len(self._plain))
        target[:count] = self._plain[:count]
        self._plain = self._plain[count:]
        return count
