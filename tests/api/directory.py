"""OpenLDAP's own server (Debian's slapd) with a few people, on free ports of this machine, with TLS."""

from __future__ import annotations

import ipaddress
import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ldap3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

ROOT, ROOT_SECRET = "cn=root,dc=firm,dc=test", "root-secret"
READER, READER_SECRET = "cn=reader,dc=firm,dc=test", "reader-secret"
BASE = "ou=people,dc=firm,dc=test"
PEOPLE = {"1001": "Directory-1001", "1002": "Directory-1002"}
_CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
database mdb
suffix "dc=firm,dc=test"
rootdn "cn=root,dc=firm,dc=test"
rootpw {root_secret}
directory {folder}/data
maxsize 10485760
"""


def certificate(folder: Path, address: str) -> str:
    """Key and self-signed certificate for one address; answers the certificate."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "directory of the tests")])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256()))
    (folder / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    (folder / "cert.pem").write_text(pem)
    return pem


def _ldif() -> str:
    entries = ["dn: dc=firm,dc=test\nobjectClass: dcObject\nobjectClass: organization\no: Firm\ndc: firm",
               f"dn: {BASE}\nobjectClass: organizationalUnit\nou: people",
               f"dn: {READER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\n"
               f"userPassword: {READER_SECRET}"]
    entries += [f"dn: uid={number},{BASE}\nobjectClass: inetOrgPerson\nuid: {number}\ncn: {number}\nsn: {number}\n"
                f"employeeType: {'staff' if number == '1001' else 'left'}\nuserPassword: {secret}"
                for number, secret in PEOPLE.items()]
    return "\n\n".join(entries) + "\n"


class Directory:
    def __init__(self, folder: Path) -> None:
        (folder / "data").mkdir()
        self.ca = certificate(folder, "127.0.0.1")
        self.plain, self.secure = _free(), _free()
        (folder / "conf").write_text(_CONFIG.format(folder=folder, reader=READER, root_secret=ROOT_SECRET))
        (folder / "people.ldif").write_text(_ldif())
        program = folder / "slapd"
        shutil.copy("/usr/sbin/slapd", program)  # its AppArmor profile, where there is one, is for the other path
        subprocess.run([program, "-T", "add", "-f", folder / "conf", "-l", folder / "people.ldif"], check=True,
                       capture_output=True)
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen(
            [program, "-h", f"ldap://127.0.0.1:{self.plain} ldaps://127.0.0.1:{self.secure}", "-f", folder / "conf",
             "-d", "0"], stdout=self._log, stderr=subprocess.STDOUT)
        end = time.monotonic() + 20
        while not (_answers(self.plain) and _answers(self.secure)):
            assert self._process.poll() is None and time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.05)

    def put(self, number: str, secret: str, **attributes: str) -> None:
        """An entry of somebody, in the place of the one there was."""
        self.take_away(number)
        with self._as_root() as root:
            root.add(  # type: ignore[no-untyped-call]
                f"uid={number},{BASE}", "inetOrgPerson",
                {"uid": number, "cn": number, "sn": number, "userPassword": secret} | attributes)
            assert root.result["description"] == "success", root.result

    def take_away(self, number: str) -> None:
        with self._as_root() as root:
            root.delete(f"uid={number},{BASE}")  # type: ignore[no-untyped-call]

    def _as_root(self) -> ldap3.Connection:
        return ldap3.Connection(ldap3.Server("127.0.0.1", port=self.plain, get_info=ldap3.NONE), ROOT, ROOT_SECRET,
                                auto_bind=True)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._log.close()


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
