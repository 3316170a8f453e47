"""What the engine tells of the office telephone: features that were set, calls out that the rules forbade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yingda.bus.link import Entry
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.office_models import ExtensionFeature
from yingda.store.engine import Uow
from yingda.store.upsert import put
from yingda.worker.derive import ref, text

KINDS = ("features", "refused")


async def write(u: Uow, entries: Sequence[Entry]) -> None:
    """Rows and their places in the audit log, in the order of the journal. Raises KeyError on a malformed entry."""
    for entry in entries:
        if entry.kind == "features":
            await _features(u, dict(entry.value))
        else:
            await _refused(u, dict(entry.value))


async def _features(u: Uow, value: dict[str, Any]) -> None:
    extension, changed_at = text(value.pop("extension")), int(value.pop("changed_at"))
    row = await u.get(ExtensionFeature, extension)
    before = row.features if row else None
    if row is not None and row.changed_at > changed_at:
        return
    await put(u, ExtensionFeature, [{"extension": extension, "features": value, "changed_at": changed_at}])
    if row is not None:
        await u.refresh(row)
    actor = Actor(ref(str(value.get("changed_by", ""))), address="" if value.get("changed_by") else "phone")
    audit.record(u, actor, "extension.features", "extension", extension, before, value)


async def _refused(u: Uow, value: dict[str, Any]) -> None:
    audit.record(u, Actor(ref(value["person_id"])), "call.refused", "extension", text(value["extension"]), None,
                 {"number": text(value["number"]), "reason": text(value["reason"])})
