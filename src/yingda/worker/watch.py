"""Watches the house: disk, parts that were restarted, the switch's refusals, the certificate, the backup.

Blocked callers and forbidden calls come from the records as they are written (`calls`, `refused`). Everything ends in
the alarm feed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from yingda.calls.state import Call
from yingda.notify.feed import Feed
from yingda.worker.switch_log import Tail, parse

EVERY_S: Final = 2.0
SLOW_S: Final = 300.0
MINUTE_S: Final = 60.0
LOW_SHARE: Final = 0.10  # of the disk is free: alarm; above this and a bit it is over
LOW_BYTES: Final = 2_000_000_000
CERTIFICATE_DAYS: Final = 21
BACKUP_DAYS: Final = 7
HOUSE: Final = "-"  # no phone asked: a flow or number leads to the outside
PARTS: Final = "parts.jsonl"  # one line per part that died, by the supervisor
PARTS_SEEN: Final = "parts.seen"


def disk_is_low(free: int, total: int) -> bool:
    """Less than a tenth, but on a large disk 20 GB are plenty; and never less than 2 GB."""
    return free < LOW_BYTES or (free < total * LOW_SHARE and free < 20_000_000_000)


class Watch:
    def __init__(self, data: Path, feed: Feed) -> None:
        self._data, self._feed = data, feed
        self._switch = Tail(data / "asterisk" / "log" / "messages.log")
        self._parts = Tail(data / "log" / PARTS, data / "log" / PARTS_SEEN)  # our own death too
        self._slow_at = 0.0
        self._disk_told = -MINUTE_S
        self._seen: dict[str, None] = {}

    async def run(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self.look)
            await asyncio.sleep(EVERY_S)

    def look(self) -> None:
        for line in self._switch.lines():
            refused = parse(line)
            if refused is not None:
                subject = refused.address if refused.kind == "sip_unknown" else refused.account or refused.address
                self._feed.note(refused.kind, subject, account=refused.account, address=refused.address)
        for line in self._parts.lines():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                told = json.loads(line)
                self._feed.note("part_restarted", str(told["part"]), how=str(told["how"]))
        if time.monotonic() - self._slow_at > SLOW_S or not self._slow_at:
            self._slow_at = time.monotonic()
            self._certificate()
            self._backup()
        self._disk()

    def calls(self, calls: Iterable[Call]) -> None:
        """Records that were just written."""
        for call in calls:
            if call.state == "ended" and call.outcome == "blocked" and call.id not in self._seen:
                self._seen[call.id] = None
                if len(self._seen) > 2000:
                    del self._seen[next(iter(self._seen))]
                self._feed.note("caller_blocked", call.customer_number or call.caller, called=call.called)

    def refused(self, value: Mapping[str, Any]) -> None:
        """A call out that the calling rules forbade: journaled by the engine, just written to the audit log."""
        self._feed.note("toll_refused", str(value["extension"]) or HOUSE, called=str(value["number"]))

    def _disk(self) -> None:
        usage = shutil.disk_usage(self._data)
        if disk_is_low(usage.free, usage.total):
            if time.monotonic() < self._disk_told + MINUTE_S:
                return
            self._disk_told = time.monotonic()
            self._feed.note("disk_low", "data", free=f"{usage.free / 1e9:.1f}", total=f"{usage.total / 1e9:.0f}")
        elif not disk_is_low(int(usage.free * 0.95), usage.total):
            self._feed.calm_once("disk_low", "data")

    def _certificate(self) -> None:
        file = self._data / "tls" / "cert.pem"
        if not file.exists():
            return
        with contextlib.suppress(ValueError):
            ends = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
            days = (ends - datetime.now(UTC)).days
            if days < CERTIFICATE_DAYS:
                self._feed.note("certificate_ends", "https", days=days)
            else:
                self._feed.calm_once("certificate_ends", "https")

    def _backup(self) -> None:
        """Told only where backups are made at all: a site that never made one sees that on its system page."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            at = int(json.loads((self._data / "backup.json").read_text("utf-8"))["at"])
            days = (time.time() - at / 1000) / 86_400
            if days > BACKUP_DAYS:
                self._feed.note("backup_old", "data", days=int(days))
            else:
                self._feed.calm_once("backup_old", "data")
