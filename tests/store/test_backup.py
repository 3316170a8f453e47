"""Backup and restore: every row and file comes back, from either database into either, and nothing hostile gets in."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from yingda.acd.repo import QueueData, save_queue
from yingda.main import backup as backups
from yingda.main.settings import SECRETS, Settings, begin, load, save
from yingda.main.vault import Opener, PassphraseWrong, Sealer
from yingda.org import audit, chain
from yingda.org.actor import SYSTEM
from yingda.org.departments import save_department
from yingda.org.extensions import create_extension
from yingda.org.people import PersonData, create_person
from yingda.org.sealing import Seal
from yingda.store.dump import Dump
from yingda.store.engine import Store

pytestmark = pytest.mark.anyio


async def site(tmp_path: Path, url: str) -> Settings:
    """A data folder with a small company in the given database."""
    settings = begin(tmp_path / "one", {"database_url": url, "http_port": 18_123})
    save(settings)
    store = Store(url)
    async with store.uow() as u:
        top = await save_department(u, SYSTEM, None, number="9", name="总部", parent_id=None)
        low = await save_department(u, SYSTEM, None, number="1", name="😀 一组 =cmd", parent_id=top.id)
        await save_department(u, SYSTEM, top.id, number="9", name="总部", parent_id=None)
        row, _ = await create_extension(u, SYSTEM, Seal(settings.site_key), "1001")
        person = await create_person(u, SYSTEM, PersonData(
            number="1001", name="王芳", role="agent", extension_id=row.id, department_id=low.id,
            password="Correct-Horse-7"))
        await save_queue(u, SYSTEM, None, QueueData(number="801", name="售后", members=((person.id, 1),)))
        for n in range(1500):
            audit.record(u, SYSTEM, "person.update", "person", n, None, {"n": n, "x": None})
    await store.close()
    (settings.data / "prompts").mkdir()
    (settings.data / "prompts" / "欢迎.wav").write_bytes(os.urandom(300_000))
    (settings.data / "recordings" / "2026").mkdir()
    (settings.data / "recordings" / "2026" / "a.wav").write_bytes(b"RIFF")
    return settings


def rows(url: str) -> dict[str, list[bytes]]:
    """Everything, in an order that does not depend on the database."""
    with Dump(url) as source:
        found = {}
        for name in source.tables:
            head, *lines = source.lines(name)
            names = json.loads(head)
            found[name] = sorted(json.dumps(dict(zip(names, json.loads(line), strict=True)), sort_keys=True).encode()
                                 for line in lines)
        return found


async def test_all_comes_back_into_the_same_and_into_the_other_database(tmp_path: Path, url: str,
                                                                        empty_url: str) -> None:
    settings = await site(tmp_path, url)
    file = tmp_path / "b" / "yingda.backup"
    made = backups.backup(settings, file, passphrase="geheim")
    assert (file.stat().st_mode & 0o777) == 0o600 and "audit" in made.tables
    assert backups.check(file, "geheim").files == made.files
    before = rows(url)
    fresh = tmp_path / "two"
    backups.restore(file, fresh, passphrase="geheim", database_url=empty_url)
    assert rows(empty_url) == before and len(before["audit"]) > 1500
    assert (fresh / "prompts" / "欢迎.wav").read_bytes() == (settings.data / "prompts" / "欢迎.wav").read_bytes()
    assert (fresh / SECRETS).read_bytes() == (settings.data / SECRETS).read_bytes()
    assert not (fresh / "recordings" / "2026").exists()
    again = load(fresh)
    assert (again.http_port, again.site_key) == (18_123, settings.site_key)
    store = Store(empty_url)
    async with store.reading() as u:
        assert (await chain.verify(u)).breaks == ()
    async with store.uow() as u:  # and it goes on
        audit.record(u, SYSTEM, "person.update", "person", 1)
    await store.close()
    with pytest.raises(backups.FolderInUse):
        backups.restore(file, fresh, passphrase="geheim")
    with pytest.raises(backups.FolderInUse):
        backups.restore(file, tmp_path / "three", passphrase="geheim", database_url=empty_url)
    assert not (tmp_path / "three" / SECRETS).exists()


@pytest.fixture
def small(tmp_path: Path, sqlite_template: Path) -> Settings:
    settings = begin(tmp_path / "small", {})
    save(settings)
    (settings.data / "db" / "yingda.sqlite").write_bytes(sqlite_template.read_bytes())
    (settings.data / "recordings" / "x.wav").write_bytes(b"RIFF" * 1000)
    return settings


def test_recordings_come_along_on_request(small: Settings, tmp_path: Path) -> None:
    backups.backup(small, tmp_path / "b", recordings=True)
    backups.restore(tmp_path / "b", tmp_path / "new")
    assert (tmp_path / "new" / "recordings" / "x.wav").read_bytes() == b"RIFF" * 1000


def test_a_wrong_passphrase_a_changed_and_a_cut_file_are_told(small: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b"
    backups.backup(small, file, passphrase="richtig")
    with pytest.raises(PassphraseWrong):
        backups.restore(file, tmp_path / "new", passphrase="falsch")
    with pytest.raises(backups.PassphraseMissing):
        backups.restore(file, tmp_path / "new")
    whole = file.read_bytes()
    for broken in (whole[:-40], whole[:200] + bytes([whole[200] ^ 1]) + whole[201:], whole[:60]):
        file.write_bytes(broken)
        with pytest.raises((PassphraseWrong, backups.BackupBroken)):
            backups.restore(file, tmp_path / "new", passphrase="richtig")
    backups.backup(small, file)
    whole = file.read_bytes()
    for broken in (whole[: len(whole) // 2], b"", b"not a backup", whole[:-12]):
        file.write_bytes(broken)
        with pytest.raises(backups.BackupBroken):
            backups.restore(file, tmp_path / "new")
    with pytest.raises(backups.BackupBroken):
        backups.restore(tmp_path / "nothing", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["../evil", "files/../../evil", "/etc/evil", "other/evil", "files/a\\..\\evil"])
def test_hostile_archives_are_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "evil.tgz"
    with tarfile.open(file, "w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))
    with pytest.raises(backups.BackupBroken):
        backups.restore(file, tmp_path / "new")
    assert not (tmp_path / "new").exists() and not (tmp_path / "evil").exists()


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "evil.tgz"
    with tarfile.open(file, "w:gz") as archive:
        member = tarfile.TarInfo("files/passwd")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(backups.BackupBroken):
        backups.check(file)


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_the_vault_gives_back_what_went_in(size: int) -> None:
    content, out = os.urandom(size), io.BytesIO()
    sealer = Sealer(out, "口令")
    sealer.write(content)
    sealer.close()
    assert size < 32 or content[:64] not in out.getvalue()  # a single byte may stand there by chance
    assert io.BufferedReader(Opener(io.BytesIO(out.getvalue()), "口令")).read() == content
    for cut in (1 << 20, 16):  # also exactly between two chunks
        if size > cut:
            with pytest.raises(PassphraseWrong):
                io.BufferedReader(Opener(io.BytesIO(out.getvalue()[:32 + ((1 << 20) + 16)] if size > 1 << 20
                                                    else out.getvalue()[:-cut]), "口令")).read()


def test_the_commands(small: Settings, tmp_path: Path) -> None:
    def yingda(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "yingda", *words], text=True, capture_output=True, check=False,
                              timeout=60, env={"PYTHONPATH": "src", "YINGDA_LANG": "zh", **env})

    file = str(tmp_path / "b")
    done = yingda("backup", file, "--data", str(small.data), "--encrypt", YINGDA_PASSPHRASE="p")
    assert done.returncode == 0 and "备份完成" in done.stdout, done
    wrong = yingda("restore", file, "--data", str(tmp_path / "new"), YINGDA_PASSPHRASE="q")
    assert wrong.returncode == 1 and "口令不对" in wrong.stderr, wrong
    good = yingda("restore", file, "--data", str(tmp_path / "new"), YINGDA_PASSPHRASE="p")
    assert good.returncode == 0 and (tmp_path / "new" / "db" / "yingda.sqlite").exists(), good
