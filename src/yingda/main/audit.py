"""`./yingda audit verify | head`: whether anybody has tampered with the log of who did what."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from pathlib import Path

from yingda.kit.errors import YingdaError
from yingda.kit.i18n import text
from yingda.main.settings import Settings
from yingda.org import chain
from yingda.store.engine import Store

HEADS = "audit-heads.txt"


class HeadMalformed(YingdaError):
    """What was given as a head is none."""

    code = "head_malformed"
    status = 422


def kept_heads(data: Path) -> list[chain.Head]:
    """The heads that the worker noted beside the database; lines that are none are passed over."""
    found: list[chain.Head] = []
    with contextlib.suppress(OSError):
        for line in (data / HEADS).read_text("utf-8").splitlines():
            with contextlib.suppress(ValueError):
                found.append(chain.Head.read(line.split()[-1] if line.split() else ""))
    return found


async def _report(settings: Settings, kept: list[chain.Head]) -> chain.Report:
    store = Store(settings.database)
    try:
        async with store.reading() as u:
            return await chain.verify(u, kept)
    finally:
        await store.close()


def verify(settings: Settings, head: str, lang: str) -> int:
    """Print what was found; 0 when the chain holds, 3 when it does not. Raises HeadMalformed."""
    kept = kept_heads(settings.data)
    if head:
        try:
            kept.append(chain.Head.read(head))
        except ValueError:
            raise HeadMalformed(given=head[:80]) from None
    found = asyncio.run(_report(settings, kept))
    if not found.breaks:
        print(text("main.audit.whole", lang, entries=found.entries, heads=len(kept)))
        print(text("main.audit.head", lang, head=found.head.word))
        return 0
    print(text("main.audit.broken", lang, count=len(found.breaks), entries=found.entries))
    for one in found.breaks[:100]:
        print("  " + text(f"main.audit.break.{one.kind}", lang, seq=one.seq, id=one.id, until=one.until))
    return 3


def head(settings: Settings) -> int:
    """Print time and head, one line, for a place that whoever could change the database cannot reach."""
    async def read() -> chain.Head:
        store = Store(settings.database)
        try:
            async with store.reading() as u:
                return await chain.head_of(u)
        finally:
            await store.close()

    print(f"{datetime.now(UTC).isoformat(timespec='seconds')} {asyncio.run(read()).word}")
    return 0
