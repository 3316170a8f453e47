"""The worker writes what the engine told of the office telephone, each once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from yingda.bus.link import Entry
from yingda.notify.feed import Feed
from yingda.notify.models import AlarmRow
from yingda.org import audit, calling
from yingda.store.engine import Store
from yingda.worker import office
from yingda.worker.ship import Shipper
from yingda.worker.watch import Watch

pytestmark = pytest.mark.anyio


def entry(n: int, kind: str, value: dict[str, Any]) -> Entry:
    return Entry(n=n, at=n, kind=kind, id="1008", event="x", value=value)


def features(at: int, **more: Any) -> dict[str, Any]:
    return {"extension": "1008", "always": "", "busy": "", "no_answer": "", "unreachable": "", "no_answer_s": 20,
            "dnd": False, "changed_at": at, "changed_by": "", **more}


async def test_features_are_kept_and_audited_and_an_older_word_changes_nothing(store: Store) -> None:
    async with store.uow() as u:
        await office.write(u, [entry(1, "features", features(10, dnd=True)), entry(2, "features", features(20)),
                               entry(3, "features", features(15, dnd=True))])
    async with store.reading() as u:
        rows = await calling.all_features(u)
        assert [(r.extension, r.changed_at, r.features["dnd"]) for r in rows] == [("1008", 20, False)]
        log = await audit.page(u, object_kind="extension", object_id="1008")
        assert [(x.action, x.address) for x in log] == [("extension.features", "phone")] * 2
        assert {"dnd": False} in [x.after for x in log]


async def test_a_refused_call_stands_in_the_audit_log_and_alarms(store: Store, tmp_path: Path) -> None:
    feed = Feed(store, lambda: 1_700_000_000_000)
    ship = Shipper(store, "engine", tmp_path / "refused.jsonl", lambda bases: None)
    ship.on_refused = Watch(tmp_path, feed).refused
    await ship.ship([entry(n, "refused", {"person_id": "", "extension": "1008", "number": "0044207123456",
                                          "reason": "calling_forbidden"}) for n in (1, 2, 3)])
    await ship.ship([entry(3, "refused", {"person_id": "", "extension": "1008", "number": "0", "reason": "again"})])
    await feed.flush()
    async with store.reading() as u:
        (alarm,) = (await u.execute(select(AlarmRow))).scalars()
    assert (alarm.kind, alarm.subject, alarm.count) == ("toll_refused", "1008", 3), "told once, replays apart"
    async with store.reading() as u:
        log = await audit.page(u, object_kind="extension", object_id="1008")
    assert [(x.action, x.actor_id, x.after) for x in log] == [
        ("call.refused", None, {"number": "0044207123456", "reason": "calling_forbidden"})] * 3
