"""Certificates for https: what one says, whether a certificate and a key belong together, and putting them in place."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from yingda.kit.errors import YingdaError

CERT: Final = "cert.pem"
KEY: Final = "key.pem"
OWN_NAME: Final = "Yingda self-signed"


class CertificateWrong(YingdaError):
    """`fields`: certificate or key → malformed | not_yet | expired | not_a_pair | encrypted."""

    code = "invalid"
    status = 422


@dataclass(frozen=True)
class About:
    """`names`: hosts and addresses that it stands for. Times in UTC ms."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    begins_at: int
    ends_at: int
    own: bool  # made by this product for itself
    fingerprint: str  # SHA-256 as browsers show it


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def about(certificate: x509.Certificate) -> About:
    names: tuple[str, ...] = ()
    with contextlib.suppress(x509.ExtensionNotFound):
        held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(str(one.value) for one in held)
    subject = _common_name(certificate.subject)
    return About(subject, _common_name(certificate.issuer), names,
                 int(certificate.not_valid_before_utc.timestamp() * 1000),
                 int(certificate.not_valid_after_utc.timestamp() * 1000), subject == OWN_NAME,
                 certificate.fingerprint(hashes.SHA256()).hex(":").upper())


def read(folder: Path) -> About | None:
    """What is in place; None when there is none or it cannot be read."""
    try:
        return about(x509.load_pem_x509_certificate((folder / CERT).read_bytes()))
    except (OSError, ValueError):
        return None


def check(cert_pem: bytes, key_pem: bytes, now: datetime | None = None) -> About:
    """Whether they can be used: the first certificate is the server's, chain certificates follow it.

    Raises CertificateWrong.
    """
    now = now or datetime.now(UTC)
    try:
        chain = x509.load_pem_x509_certificates(cert_pem)
    except ValueError:
        raise CertificateWrong({"certificate": "malformed"}) from None
    try:
        key = serialization.load_pem_private_key(key_pem, password=None)
    except TypeError:
        raise CertificateWrong({"key": "key_encrypted"}) from None
    except ValueError:
        raise CertificateWrong({"key": "malformed"}) from None
    first = chain[0]
    if first.not_valid_after_utc <= now:
        raise CertificateWrong({"certificate": "certificate_expired"})
    if first.not_valid_before_utc > now:
        raise CertificateWrong({"certificate": "certificate_not_yet"})
    spki = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if first.public_key().public_bytes(*spki) != key.public_key().public_bytes(*spki):
        raise CertificateWrong({"key": "not_a_pair"})
    return about(first)


def install(folder: Path, cert_pem: bytes, key_pem: bytes) -> About:
    """Check, then put both in place; listeners take them up by themselves. Raises CertificateWrong, OSError."""
    found = check(cert_pem, key_pem)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in ((KEY, key_pem), (CERT, cert_pem)):
        fresh = folder / f".{name}.{os.getpid()}"
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        fresh.replace(folder / name)
    return found
