"""Alarms: raising, listing, taking and closing them. Each change rings the bell of the pages (`bell`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import func, select

from yingda.kit.i18n import text
from yingda.kit.ids import new_id
from yingda.kit.numbers import mask
from yingda.notify import bell, outbox
from yingda.notify.models import AlarmRow, ChannelRow
from yingda.notify.rules import RULES, SEVERITIES, Count, Rule, happened, reaches
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.site import get_setting, get_site, put_setting
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

RULES_KEY: Final = "alarm_rules"
LIVING: Final = ("quiet", "open", "acknowledged")
SHOWN: Final = ("open", "acknowledged", "closed")


async def rules(u: Uow) -> dict[str, Rule]:
    """The rules in force: ours, where the site has not set its own."""
    own: dict[str, dict[str, Any]] = await get_setting(u, RULES_KEY, {})
    names = {one.name for one in fields(Rule)}
    return {kind: Rule(**{**asdict(rule), **{k: v for k, v in own.get(kind, {}).items() if k in names}})
            for kind, rule in RULES.items()}


async def save_rule(u: Uow, actor: Actor, kind: str, rule: Rule) -> None:
    """Raises NotFound, Invalid."""
    if kind not in RULES:
        raise NotFound(kind="alarm_rule", id=kind)
    checks = Checks()
    checks.one_of("severity", rule.severity, SEVERITIES)
    checks.between("threshold", rule.threshold, 1, 10_000)
    checks.between("window_s", rule.window_s, 1, 7 * 86_400)
    checks.between("silence_s", rule.silence_s, 0, 7 * 86_400)
    checks.done()
    own = dict(await get_setting(u, RULES_KEY, {}))
    await put_setting(u, actor, RULES_KEY, {**own, kind: asdict(rule)})


async def note(u: Uow, kind: str, subject: str, at: int, detail: Mapping[str, Any] | None = None,
               times: int = 1) -> bool:
    """Something happened `times` times. True when the pages' bell must ring. An unknown kind is a fault of ours."""
    rule = (await rules(u))[kind]
    subject = subject[:120]
    row = (await u.execute(
        select(AlarmRow).where(AlarmRow.kind == kind, AlarmRow.subject == subject, AlarmRow.state.in_(LIVING))
        .order_by(AlarmRow.id.desc()).limit(1).with_for_update())).scalar_one_or_none()
    if row is None:
        row = AlarmRow(id=new_id(), kind=kind, subject=subject, severity=rule.severity, state="quiet", count=0,
                       window_at=at, window_count=0, first_at=at, last_at=at, told_at=0, detail={}, taken_at=0,
                       closed_at=0, note="")
        u.add(row)
    verdict = happened(rule, Count(row.state, row.count, row.window_at, row.window_count, row.told_at), at, times)
    now = verdict.now
    row.state, row.count, row.window_at, row.window_count, row.told_at = (
        now.state, now.count, now.window_at, now.window_count, now.told_at)
    row.last_at, row.detail = at, dict(detail or {})
    if verdict.opened:
        row.severity = rule.severity
    if verdict.tell:
        await _tell(u, row, at)
    if row.state == "quiet":
        return False
    await bell.ring(u, "alarms")
    return True


async def _tell(u: Uow, row: AlarmRow, at: int) -> None:
    """Out of the house: whoever reads it there, customers' numbers are masked."""
    site = await get_site(u)
    title = text("notify.alarm.title", site.language, company=site.company, what=words(row, site.language))
    body = text("notify.alarm.body", site.language, subject=subject_of(row, whole=False), count=row.count,
                severity=text(f"notify.severity.{row.severity}", site.language))
    for channel in (await u.execute(select(ChannelRow).where(ChannelRow.active.is_(True)))).scalars():
        if reaches(row.severity, channel.alarms_from):
            outbox.post(u, channel.id, f"alarm:{row.id}", title, body, at)


def subject_of(row: AlarmRow, *, whole: bool) -> str:
    """What the alarm is about; a caller's number is masked unless it may be shown `whole`."""
    return row.subject if whole or row.kind != "caller_blocked" else mask(row.subject)


def detail_of(row: AlarmRow, *, whole: bool) -> dict[str, Any]:
    """As `subject_of`, for the number that somebody dialled."""
    hidden = {} if whole or row.kind != "toll_refused" else {"called": mask(str(row.detail.get("called", "")))}
    return {**row.detail, **hidden}


def words(row: AlarmRow, lang: str, *, whole: bool = False) -> str:
    """One sentence of what is the matter."""
    return text(f"notify.alarm.kind.{row.kind}", lang, **{
        **detail_of(row, whole=whole), "subject": subject_of(row, whole=whole), "count": row.count})


async def calm(u: Uow, kind: str, subject: str, at: int) -> bool:
    """What was wrong is right again: the alarm closes by itself. True when there was one."""
    rows = list((await u.execute(select(AlarmRow).where(
        AlarmRow.kind == kind, AlarmRow.subject == subject[:120], AlarmRow.state.in_(LIVING)))).scalars())
    for row in rows:
        row.state, row.closed_at = "closed", at
    if rows:
        await bell.ring(u, "alarms")
    return bool(rows)


async def listed(u: Uow, *, state: str = "", kind: str = "", before: int | None = None,
                 limit: int = 50) -> list[AlarmRow]:
    """Newest first. `state`: "" all that show, "living" open and acknowledged ones, or one state."""
    query = select(AlarmRow).order_by(AlarmRow.id.desc()).limit(limit)
    states = SHOWN if not state else ("open", "acknowledged") if state == "living" else (state,)
    query = query.where(AlarmRow.state.in_([one for one in states if one in SHOWN]))
    if kind:
        query = query.where(AlarmRow.kind == kind)
    if before is not None:
        query = query.where(AlarmRow.id < before)
    return list((await u.execute(query)).scalars())


async def open_count(u: Uow) -> int:
    return int(await u.scalar(select(func.count()).select_from(AlarmRow).where(AlarmRow.state == "open")) or 0)


async def _get(u: Uow, alarm_id: int) -> AlarmRow:
    row = await u.get(AlarmRow, alarm_id)
    if row is None or row.state not in SHOWN:
        raise NotFound(kind="alarm", id=str(alarm_id))
    return row


async def acknowledge(u: Uow, actor: Actor, alarm_id: int, words_: str, at: int) -> AlarmRow:
    """Somebody looks after it: it is not told again. Raises NotFound."""
    row = await _get(u, alarm_id)
    if row.state == "open":
        row.state, row.taken_by, row.taken_at = "acknowledged", actor.id, at
    row.note = words_ or row.note
    audit.record(u, actor, "alarm.acknowledge", "alarm", row.id, None, {"kind": row.kind, "note": row.note})
    await bell.ring(u, "alarms")
    return row


async def close(u: Uow, actor: Actor, alarm_id: int, words_: str, at: int) -> AlarmRow:
    """It is settled; the same happening again is a new alarm. Raises NotFound."""
    row = await _get(u, alarm_id)
    if row.state != "closed":
        row.state, row.closed_by, row.closed_at = "closed", actor.id, at
    row.note = words_ or row.note
    audit.record(u, actor, "alarm.close", "alarm", row.id, None, {"kind": row.kind, "note": row.note})
    await bell.ring(u, "alarms")
    return row
