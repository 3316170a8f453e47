"""Backs the site up every night. One that was missed while everything stood still is made up for at the next start."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from yingda.kit import backups
from yingda.notify.feed import Feed
from yingda.org import audit
from yingda.org.actor import SYSTEM
from yingda.org.backup_settings import BackupSettings, get_backup_settings
from yingda.org.errors import SealBroken
from yingda.org.sealing import Seal
from yingda.org.site import get_site
from yingda.store.engine import Store
from yingda.worker.errands import now_ms
from yingda.worker.watch import disk_is_low

log = structlog.get_logger("worker.nightly")
EVERY_S: Final = 60.0
AGAIN_S: Final = 3600.0  # after one that failed


class Nightly:
    def __init__(self, store: Store, data: Path, feed: Feed, seal: Seal) -> None:
        self._store, self._data, self._feed, self._seal = store, data, feed, seal

    async def run(self) -> None:
        """Until cancelled; comes back from everything that can go wrong outside."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                if not await self.look(now_ms()):
                    await asyncio.sleep(AGAIN_S)
            except (SQLAlchemyError, OSError) as error:
                log.warning("nightly_waits", reason=type(error).__name__)

    async def look(self, now: int) -> bool:
        """Make one when it is due. False: it could not be made."""
        async with self._store.reading() as u:
            wanted, zone = await get_backup_settings(u), ZoneInfo((await get_site(u)).timezone)
        if not wanted.on or not await asyncio.to_thread(self._is_due, wanted, now, zone):
            return True
        try:
            await self._make(wanted, now)
        except backups.BackupFailed as failure:
            reason = str(failure.params.get("reason", ""))
            log.error("backup_failed", reason=reason)
            self._feed.note("backup_failed", "data", reason=reason)
            return False
        self._feed.calm_once("backup_failed", "data")
        return True

    def _is_due(self, wanted: BackupSettings, now: int, zone: ZoneInfo) -> bool:
        """A folder that is younger than the last night waits for the next."""
        due = backups.last_due(now, wanted.hour, zone)
        try:
            since = int((self._data / "secrets.json").stat().st_mtime * 1000)
        except OSError:
            since = 0
        made = max((one.at for one in backups.listed(self._data) if one.kind == "nightly"), default=0)
        return due > max(since, made)

    async def _make(self, wanted: BackupSettings, now: int) -> None:
        usage = await asyncio.to_thread(shutil.disk_usage, self._data)
        if disk_is_low(usage.free, usage.total):  # recordings need what is left
            raise backups.BackupFailed(reason="disk")
        try:
            passphrase = wanted.passphrase(self._seal)
        except SealBroken as broken:  # an open backup is not what was asked for
            raise backups.BackupFailed(reason=broken.code) from None
        file = await backups.make(self._data, "nightly", now, passphrase=passphrase)
        gone = await asyncio.to_thread(backups.prune, self._data, wanted.keep)
        log.info("backup_made", file=file.name, pruned=len(gone))
        async with self._store.uow() as u:
            audit.record(u, SYSTEM, "backup.make", "backup", file.name, None,
                         {"pruned": gone, "sealed": bool(passphrase)})
