"""The certificate for https: the operator's own when he put one there, else a self-signed one made at first start.

`data/tls/cert.pem` and `key.pem`. Without https a browser on another machine gives no microphone to the page.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from yingda.kit.certificates import CERT, KEY, OWN_NAME
from yingda.main.settings import own_ipv4

_VALID_DAYS = 820  # browsers refuse more than 825
_RENEW_DAYS = 30


def _names(host: str) -> list[x509.GeneralName]:
    words = {"localhost", socket.gethostname(), host}
    addresses = {"127.0.0.1", "::1", *own_ipv4()}
    names: list[x509.GeneralName] = []
    for word in sorted(words | addresses):
        try:
            address = ipaddress.ip_address(word)
        except ValueError:
            if word and word.isascii():
                names.append(x509.DNSName(word))
            continue
        if not address.is_unspecified:
            names.append(x509.IPAddress(address))
    return names


def _make(cert_file: Path, key_file: Path, host: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, OWN_NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key_file.unlink(missing_ok=True)
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(secret)
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _wants_renewal(cert_file: Path) -> bool:
    """Only certificates of our own making are renewed; another's is never touched, even when it has run out."""
    try:
        known = x509.load_pem_x509_certificate(cert_file.read_bytes())
    except ValueError:
        return False
    ours = known.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    left = known.not_valid_after_utc - datetime.now(UTC)
    return bool(ours) and ours[0].value == OWN_NAME and left < timedelta(days=_RENEW_DAYS)


def ensure(folder: Path, host: str) -> tuple[Path, Path]:
    """Certificate and key files, made when they are missing. Raises OSError when the folder cannot be written."""
    cert_file, key_file = folder / CERT, folder / KEY
    if not cert_file.exists() or not key_file.exists() or _wants_renewal(cert_file):
        _make(cert_file, key_file, host)
    return cert_file, key_file


def fingerprint(cert_file: Path) -> str:
    """SHA-256 of the certificate as browsers show it: "AB:CD:…"."""
    return x509.load_pem_x509_certificate(cert_file.read_bytes()).fingerprint(hashes.SHA256()).hex(":").upper()
