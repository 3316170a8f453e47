"""`./yingda backup FILE` and `./yingda restore FILE`.

A backup is a gzipped tar: `db/<table>.jsonl` for every table, `files/…` for what lies in the data folder (settings,
site key, prompts, certificate), last `manifest.json` with the SHA-256 of each. Recordings are in it only on request;
their list with check sums is in the database anyway. A restore reads and checks everything before it writes anything.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, Final, cast

from sqlalchemy import column, select, table
from sqlalchemy.exc import SQLAlchemyError

from yingda import __version__
from yingda.kit import backups
from yingda.kit.errors import YingdaError
from yingda.main import settings as store
from yingda.main.lock import DataLock
from yingda.main.settings import FILE, SECRETS, Settings
from yingda.main.vault import MAGIC, Opener, Sealer
from yingda.org.backup_settings import KEY, from_kept
from yingda.org.sealing import Seal
from yingda.store import dump, migrate
from yingda.store.engine import make_sync_engine

FORMAT: Final = 1
NOTE: Final = "backup.json"
NOT_TAKEN: Final = frozenset({"db", "journal", "recordings", "asterisk", "log", "run", "backups", "voice", NOTE})
"""Of the data folder: the database goes in as rows, the others are made anew or come from elsewhere."""
_MOST_MANIFEST: Final = 64 << 20
_SETTING: Final = table("setting", column("key"), column("value"))


class BackupBroken(YingdaError):
    """The file is no backup of ours, or not whole."""

    code = "backup_broken"
    status = 422


class PassphraseMissing(YingdaError):
    code = "passphrase_missing"
    status = 422


class FolderInUse(YingdaError):
    """The data folder or the database holds an installation already."""

    code = "folder_in_use"
    status = 409


@dataclass
class Manifest:
    """`files`: SHA-256 by member name. `recordings`: whether their files are in the archive."""

    format: int = FORMAT
    version: str = __version__
    revision: str = ""
    created_at: int = 0
    recordings: bool = False
    tables: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


# --- making one


def backup(settings: Settings, file: Path, *, passphrase: str = "", recordings: bool = False) -> Manifest:
    """Write the archive (whole or not at all, mode 0600) while everything runs. Raises FolderUnwritable."""
    manifest = Manifest(created_at=time.time_ns() // 1_000_000, recordings=recordings)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            _write(settings, out, manifest, passphrase)
            out.flush()
            os.fsync(out.fileno())
        size = fresh.stat().st_size
        fresh.replace(file)
    except OSError as error:
        raise store.FolderUnwritable(path=str(file), reason=error.strerror or str(error)) from error
    finally:
        fresh.unlink(missing_ok=True)
    with contextlib.suppress(YingdaError):
        store.write_private(settings.data / NOTE, json.dumps({
            "at": manifest.created_at, "file": str(file), "bytes": size, "encrypted": bool(passphrase),
            "recordings": recordings}) + "\n")
    return manifest


def before_upgrade(settings: Settings) -> Path | None:
    """A backup of a database that is about to be brought to a later schema: the way back. None: there is nothing to do.

    Encrypted as the nightly ones are. Raises FolderUnwritable, SealBroken: without a way back nothing is changed.
    """
    if not migrate.is_behind(settings.database):
        return None
    file = settings.data / backups.FOLDER / backups.name_of("upgrade", time.time_ns() // 1_000_000)
    backup(settings, file, passphrase=_own_passphrase(settings))
    return file


def _own_passphrase(settings: Settings) -> str:
    """Read by hand: the database's schema is an earlier version's. "": none is wanted."""
    engine = make_sync_engine(settings.database)
    try:
        with engine.connect() as connection:
            kept = connection.execute(select(_SETTING.c.value).where(_SETTING.c.key == KEY)).scalar()
    except SQLAlchemyError:
        return ""  # no such table yet
    finally:
        engine.dispose()
    about = json.loads(kept) if isinstance(kept, str) else kept
    return from_kept(about["v"]).passphrase(Seal(settings.site_key)) if about else ""


def _write(settings: Settings, out: BinaryIO, manifest: Manifest, passphrase: str) -> None:
    with contextlib.ExitStack() as stack:
        inner: Any = out
        if passphrase:
            inner = stack.enter_context(contextlib.closing(Sealer(out, passphrase)))
        packed = stack.enter_context(gzip.GzipFile(fileobj=inner, mode="wb", compresslevel=5, mtime=0))
        archive = stack.enter_context(tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT))
        # the database first: what it names lies on the disk by then, and is taken after it
        with dump.Dump(settings.database) as source:
            manifest.revision, manifest.tables = source.revision, source.tables
            for name in source.tables:
                with tempfile.TemporaryFile() as kept:
                    kept.writelines(source.lines(name))
                    _add(archive, manifest, f"db/{name}.jsonl", kept)
        for path in _files(settings.data, recordings=manifest.recordings):
            with contextlib.suppress(FileNotFoundError), path.open("rb") as kept:  # gone meanwhile: tidied away
                _add(archive, manifest, f"files/{path.relative_to(settings.data).as_posix()}", kept)
        told = io.BytesIO(json.dumps(vars(manifest), ensure_ascii=False).encode())
        _put(archive, "manifest.json", told, len(told.getvalue()))


def _files(data: Path, *, recordings: bool) -> Iterator[Path]:
    roots = [one for one in sorted(data.iterdir()) if one.name not in NOT_TAKEN and not one.name.startswith(".")]
    roots += [data / "recordings"] if recordings else []
    for root in roots:
        if root.is_symlink():
            continue
        if root.is_file():
            yield root
            continue
        for path in sorted(root.rglob("*")):
            spooled = path.is_relative_to(data / "recordings" / "spool")  # not finished yet
            if path.is_file() and not path.is_symlink() and not spooled:
                yield path


def _add(archive: tarfile.TarFile, manifest: Manifest, name: str, source: IO[bytes]) -> None:
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    hashed = hashlib.sha256()

    class Reader:
        """Hands over exactly `size` bytes, hashing them: a file that grows is cut, one that shrinks is an error."""

        left = size

        def read(self, count: int = -1) -> bytes:
            data = source.read(min(count if count >= 0 else self.left, self.left))
            self.left -= len(data)
            hashed.update(data)
            return data

    _put(archive, name, cast(IO[bytes], Reader()), size)
    manifest.files[name] = hashed.hexdigest()


def _put(archive: tarfile.TarFile, name: str, source: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(time.time())
    archive.addfile(member, source)


# --- bringing it back


def is_sealed(file: Path) -> bool:
    """Whether a passphrase is needed. Raises BackupBroken when there is no such file."""
    try:
        with file.open("rb") as source:
            return source.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise BackupBroken(file=str(file), reason=error.strerror or str(error)) from None


@contextlib.contextmanager
def _members(file: Path, passphrase: str) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """All members with their content, names checked. Raises BackupBroken, PassphraseMissing, PassphraseWrong."""
    with file.open("rb") as source:
        sealed = source.read(len(MAGIC)) == MAGIC
        source.seek(0)
        if sealed and not passphrase:
            raise PassphraseMissing(file=str(file))
        inner: Any = io.BufferedReader(Opener(source, passphrase), 1 << 20) if sealed else source
        try:
            with gzip.GzipFile(fileobj=inner) as packed, tarfile.open(fileobj=packed, mode="r|") as archive:
                yield _checked(archive)
        except (tarfile.TarError, gzip.BadGzipFile, EOFError, ValueError, KeyError, UnicodeError) as error:
            raise BackupBroken(file=str(file), reason=str(error)[:200]) from None


def _checked(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in archive:
        place = PurePosixPath(member.name)
        harmless = member.isreg() and not place.is_absolute() and ".." not in place.parts and "\\" not in member.name
        if not harmless or (place.parts[0] not in ("db", "files") and member.name != "manifest.json"):
            raise ValueError(f"unexpected member {member.name[:80]!r}")
        content = archive.extractfile(member)
        if content is None:
            raise ValueError(f"no content in {member.name[:80]!r}")
        yield member.name, content


def check(file: Path, passphrase: str = "") -> Manifest:
    """Read the whole archive and hold it against its manifest. Raises BackupBroken and the passphrase's errors."""
    found: dict[str, str] = {}
    manifest: dict[str, Any] = {}
    try:
        with _members(file, passphrase) as members:
            for name, content in members:
                if name == "manifest.json":
                    manifest = json.loads(content.read(_MOST_MANIFEST))
                    continue
                hashed = hashlib.sha256()
                while data := content.read(1 << 20):
                    hashed.update(data)
                found[name] = hashed.hexdigest()
    except OSError as error:
        raise BackupBroken(file=str(file), reason=error.strerror or str(error)) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BackupBroken(file=str(file), reason="manifest")
    if found != manifest["files"]:
        wrong = sorted(name for name in found.keys() | manifest["files"].keys()
                       if found.get(name) != manifest["files"].get(name))
        raise BackupBroken(file=str(file), reason=", ".join(wrong[:5]))
    known = Manifest.__dataclass_fields__
    return Manifest(**{name: value for name, value in manifest.items() if name in known})


def restore(file: Path, data: Path, *, passphrase: str = "", database_url: str = "") -> Manifest:
    """Bring a backup back into an empty data folder and an empty database.

    Raises BackupBroken, PassphraseMissing, PassphraseWrong, FolderInUse, DatabaseTooNew.
    """
    manifest = check(file, passphrase)
    data = data.expanduser().resolve()
    if (data / FILE).exists() or (data / "db" / "yingda.sqlite").exists():
        raise FolderInUse(path=str(data))
    store.make_folders(data)
    lock = DataLock(data)
    try:
        with tempfile.TemporaryDirectory(prefix="restore-", dir=data / "run") as kept:
            tables = Path(kept)
            _unpack(file, passphrase, data, tables)
            _finish(data, manifest, tables, database_url)
    except BaseException:
        for name in (FILE, SECRETS):
            (data / name).unlink(missing_ok=True)
        (data / "db" / "yingda.sqlite").unlink(missing_ok=True)
        raise
    finally:
        lock.close()
    return manifest


def _unpack(file: Path, passphrase: str, data: Path, tables: Path) -> None:
    with _members(file, passphrase) as members:
        for name, content in members:
            kind, _, rest = name.partition("/")
            if kind == "manifest.json":
                continue
            target = (tables if kind == "db" else data) / rest
            target.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                while chunk := content.read(1 << 20):
                    out.write(chunk)


def _finish(data: Path, manifest: Manifest, tables: Path, database_url: str) -> None:
    settings = store.load(data)
    if database_url or settings.database_url:
        settings = replace(settings, database_url=database_url or settings.database_url)
        store.save(settings)
    if not dump.is_empty(settings.database):
        raise FolderInUse(path=settings.database.rpartition("@")[2])

    def lines(name: str) -> Iterator[bytes]:
        with (tables / f"{name}.jsonl").open("rb") as source:
            yield from source

    dump.load(settings.database, manifest.revision, manifest.tables, lines)

