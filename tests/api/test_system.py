"""The system page: what it tells, logs from their end, a certificate put in place, a bundle without secrets."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.api.site import Site

from yingda.web.logbook import Wish, backwards, read

pytestmark = pytest.mark.api
PLANTED = {"password": "hunter2-planted", "token": "planted-token-77", "url": "/reset?token=planted-url-token",
           "number": "13812345678", "note": "called 13812345678 back"}
LEAKS = (
    '{"password": "json-planted", "x": 1}', "password: colon-planted", "secret = spaced-planted",
    "Bearer bearer-planted",
    "Authorization: Bearer header-planted", 'Authorization: Digest username="1001", response="digest-planted"',
    "Cookie: yingda_session=cookie-planted", "postgresql://yingda:database-planted@db/yingda", "ID 110101199003071234",
    "call 138 1234 5678 or 010-62345678", "+8613812345678", "<sip:01062345678@10.0.0.1>", "api_key='quoted-planted'",
    "ari_password=ini-planted", "X-Yingda-CSRF: csrf-planted", "sip_secret=sip-planted,",
)


def certificate(days: int, name: str = "hotline.example") -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=10))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256()))
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                               serialization.NoEncryption())
    return made.public_bytes(serialization.Encoding.PEM).decode(), secret.decode()


def write_log(folder: Path, part: str, lines: int, start: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / f"{part}.log").open("a", encoding="utf-8") as out:
        for n in range(start, start + lines):
            level = "error" if n % 100 == 0 else "info"
            out.write(json.dumps({"at": f"2026-01-01T00:00:{n:09d}Z", "level": level, "event": f"happening {n}",
                                  "process": part, "call": str(n // 10)}) + "\n")


def test_what_the_page_tells(site: Site) -> None:
    with site.login("9000") as admin:
        told = admin.get("/api/v1/system").json()
        assert told["version"] == "1.2.3" and told["switch_version"] == "22.10.1"
        assert told["schema_version"].isdigit() and told["database"].split()[0] in ("sqlite", "postgresql")
        assert told["health"]["engine"]["detail"] and told["disk"]["free"] > 0 and told["backup_at"] == 0


def test_what_others_made_is_listed_with_its_licence(site: Site) -> None:
    (site.page / "licences.json").write_text(json.dumps([
        {"name": "vue", "version": "3.5.45", "licence": "MIT", "url": "https://vuejs.org", "text": "The MIT License"}]))
    with site.login("9000") as admin, site.login("9001") as boss:
        assert boss.get("/api/v1/system/licences").status_code == 403
        found = {(one["kind"], one["name"]): one for one in admin.get("/api/v1/system/licences").json()}
        assert found["product", "Yingda"]["licence"] == "Apache-2.0"
        assert found["program", "Asterisk"]["version"] == "22.10.1" and found["page", "vue"]["licence"] == "MIT"
        # one that we ask for, one only asked for by another, one behind an extra, none of the tests' own
        assert {("python", "ldap3"), ("python", "starlette"), ("python", "psycopg-binary")} <= found.keys()
        assert ("python", "pytest") not in found and ("python", "mypy") not in found
        assert all(one["licence"] for one in found.values()), [key for key, one in found.items() if not one["licence"]]

        def text(kind: str, name: str) -> str:
            return str(admin.get("/api/v1/system/licence", params={"kind": kind, "name": name}).json().get("text"))

        assert text("page", "vue") == "The MIT License" and "GNU LESSER" in text("python", "ldap3").upper()
        assert "Apache License" in text("product", "Yingda") and "Audio in this repository" in text("product", "Yingda")
        assert admin.get("/api/v1/system/licence", params={"kind": "page", "name": "x"}).status_code == 404


def test_a_page_that_is_not_built_is_told(own_site: Site) -> None:
    with own_site.login("9000") as admin:
        assert admin.get("/api/v1/health").json()["web"]["state"] == "ok"
        (own_site.page / "index.html").unlink()
        now = admin.get("/api/v1/health").json()
        assert (now["web"]["state"], now["state"]) == ("degraded", "degraded") and now["web"]["detail"]


def test_logs_are_read_from_their_end(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    write_log(folder, "web", 30_000)
    write_log(folder, "calls", 30_000)
    (folder / "web.log").rename(folder / "web.log.1")
    write_log(folder, "web", 10, 30_000)
    with (folder / "web.log").open("a") as out:
        out.write("a broken line\n{\"at\": \"2026-01-01T00:00:000030010Z\", \"event\": \"last\"")  # being written
    found = read(folder, Wish(), 5)
    assert [(one.part, one.event) for one in found[:2]] == [("web", "happening 30009"), ("web", "happening 30008")]
    errors = read(folder, Wish(level="error", part="web"), 3)
    assert [one.event for one in errors] == ["happening 30000", "happening 29900", "happening 29800"]
    assert [one.event for one in read(folder, Wish(call="7", part="calls"), 50)] == [
        f"happening {n}" for n in range(79, 69, -1)]
    older = read(folder, Wish(part="web", before=errors[-1].at, level="error"), 1)
    assert older[0].event == "happening 29700"
    assert read(folder, Wish(text="HAPPENING 12345"), 5)[0].event == "happening 12345"
    assert read(folder, Wish(text="nowhere to be found"), 5) == []
    same = tmp_path / "same"
    same.mkdir()
    (same / "web.log").write_text("".join(json.dumps({"at": f"T{n // 4}", "event": f"{n}"}) + "\n" for n in range(12)))
    first = read(same, Wish(), 2)
    assert [one.event for one in first] == ["11", "10", "9", "8"], "a page never parts lines of one instant"
    assert [one.event for one in read(same, Wish(before=first[-1].at), 2)] == ["7", "6", "5", "4"]
    (tmp_path / "long").write_text("x" * 200_000 + "\n" + "y\n")
    assert [len(one) for one in backwards(tmp_path / "long")] == [1, 200_000]


def test_a_certificate_is_checked_and_put_in_place(site: Site) -> None:
    good, other = certificate(90), certificate(90)
    with site.login("9000") as admin:
        for cert, key, field, code in (
            ("no certificate", good[1], "certificate", "malformed"), (good[0], "no key", "key", "malformed"),
            (good[0], other[1], "key", "not_a_pair"), (*certificate(-1), "certificate", "certificate_expired"),
        ):
            answer = admin.put("/api/v1/system/certificate", json={"certificate": cert, "key": key})
            assert answer.json()["fields"][field]["code"] == code, answer.text
        assert not (site.folder / "tls" / "cert.pem").exists(), "nothing wrong is put in place"
        done = admin.put("/api/v1/system/certificate", json={"certificate": good[0], "key": good[1]})
        assert done.json()["names"] == ["hotline.example"] and not done.json()["own"]
        assert (site.folder / "tls" / "key.pem").stat().st_mode & 0o777 == 0o600
        assert admin.get("/api/v1/system").json()["certificate"]["fingerprint"] == done.json()["fingerprint"]
        assert "PRIVATE KEY" not in str(admin.get("/api/v1/audit").json())


def test_the_bundle_holds_no_secret(site: Site) -> None:
    folder = site.folder / "log"
    folder.mkdir(exist_ok=True)
    (folder / "loose.out").write_text("\n".join(
        [f"token={PLANTED['token']}", PLANTED["url"], PLANTED["note"], "plain line", *LEAKS,
         f"key is {site.site_key} so"]))
    with site.login("9000") as admin, site.login("9001") as boss:
        assert boss.get("/api/v1/system/support").status_code == 403
        answer = admin.get("/api/v1/system/support")
        assert answer.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            everything = {name: archive.read(name).decode() for name in archive.namelist()}
        assert json.loads(everything["counts.json"])["person"] >= 4
        assert "plain line" in everything["logs/loose.out"] and "138****5678" in everything["logs/loose.out"]
        whole = "".join(everything.values())
        for planted in ("planted-token-77", "planted-url-token", "13812345678", "planted", "110101199003071234",
                        "138 1234 5678", "010-62345678", "01062345678", site.site_key):
            assert planted not in whole, planted
