"""Prompts: every query, and the writes with their log entries. The files follow within the same transaction."""

from __future__ import annotations

import re
import secrets

from sqlalchemy import select, update

from yingda.kit.clock import SystemClock
from yingda.kit.ids import new_id
from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.prompts.audio import Ready
from yingda.prompts.errors import PromptUsed
from yingda.prompts.files import LANGUAGES, PromptFiles
from yingda.prompts.models import Prompt, PromptTake
from yingda.store.base import plain
from yingda.store.engine import Uow
from yingda.store.errors import NotFound

ORIGINS = ("upload", "browser", "phone", "tts")
_SHIPPED = re.compile(r"yd/[a-z0-9-]{1,40}")
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_clock = SystemClock()


async def list_prompts(u: Uow) -> list[Prompt]:
    """Newest first, archived ones too."""
    return list((await u.execute(select(Prompt).order_by(Prompt.id.desc()))).scalars())


async def takes(u: Uow, prompt_id: int | None = None) -> list[PromptTake]:
    """Of one prompt or of all, newest first."""
    query = select(PromptTake).order_by(PromptTake.version.desc(), PromptTake.id.desc())
    if prompt_id is not None:
        query = query.where(PromptTake.prompt_id == prompt_id)
    return list((await u.execute(query)).scalars())


async def get_prompt(u: Uow, prompt_id: int) -> Prompt:
    """Raises NotFound."""
    row = await u.get(Prompt, prompt_id)
    if row is None:
        raise NotFound(kind="prompt", id=str(prompt_id))
    return row


async def get_take(u: Uow, prompt_id: int, take_id: int) -> PromptTake:
    """Raises NotFound."""
    row = await u.get(PromptTake, take_id)
    if row is None or row.prompt_id != prompt_id:
        raise NotFound(kind="prompt_take", id=str(take_id))
    return row


async def find(u: Uow, key: str) -> Prompt | None:
    return (await u.execute(select(Prompt).where(Prompt.key == key))).scalar_one_or_none()


async def known_keys(u: Uow) -> dict[str, frozenset[str]]:
    """Keys of own prompts that can be played, by language."""
    rows = await u.execute(select(PromptTake.language, Prompt.key).join(Prompt, PromptTake.prompt_id == Prompt.id)
                           .where(PromptTake.current.is_(True), Prompt.archived.is_(False)))
    found: dict[str, set[str]] = {}
    for language, key in rows:
        found.setdefault(language, set()).add(key)
    return {language: frozenset(keys) for language, keys in found.items()}


async def create_prompt(u: Uow, actor: Actor, name: str, *, replaces: str = "") -> Prompt:
    """A prompt without a recording yet. `replaces`: key of a shipped prompt. Raises Invalid."""
    checks = Checks()
    name = checks.text("name", name, 64)
    if replaces and not _SHIPPED.fullmatch(replaces):
        checks.fail("replaces", "unknown")
    await _check_name(u, checks, name, None)
    if replaces and await find(u, replaces) is not None:
        checks.fail("replaces", "taken")
    checks.done()
    key = replaces or "own/p" + "".join(secrets.choice(_LETTERS) for _ in range(7))
    row = Prompt(id=new_id(), key=key, name=name, archived=False, created_at=_clock.now_ms())
    u.add(row)
    await u.flush()
    audit.record(u, actor, "prompt.create", "prompt", row.id, None, plain(row))
    return row


async def change_prompt(u: Uow, actor: Actor, prompt_id: int, *, name: str, archived: bool,
                        used: list[str]) -> Prompt:
    """`used`: where it is played now; then it cannot be archived. Raises NotFound, Invalid, PromptUsed."""
    row = await get_prompt(u, prompt_id)
    checks = Checks()
    name = checks.text("name", name, 64)
    await _check_name(u, checks, name, prompt_id)
    checks.done()
    if archived and not row.archived and used:
        raise PromptUsed(places="、".join(used))
    before = plain(row)
    row.name, row.archived = name, archived
    await u.flush()
    audit.record(u, actor, "prompt.update", "prompt", row.id, before, plain(row))
    return row


async def add_take(u: Uow, actor: Actor, files: PromptFiles, prompt: Prompt, ready: Ready, *, language: str,
                   origin: str, text: str = "") -> PromptTake:
    """A new version, from now on the one that callers hear. Raises Invalid, OSError."""
    checks = Checks()
    checks.one_of("language", language, LANGUAGES)
    checks.one_of("origin", origin, ORIGINS)
    text = checks.text("text", text, 2000, empty=True)
    checks.done()
    older = [one for one in await takes(u, prompt.id) if one.language == language]
    row = PromptTake(id=new_id(), prompt_id=prompt.id, language=language, current=True, origin=origin, text=text,
                     version=max((one.version for one in older), default=0) + 1, duration_ms=ready.duration_ms,
                     level_db=ready.level_db, created_at=_clock.now_ms(), created_by=actor.id)
    files.keep(prompt.key, language, row.version, ready)
    await _retire(u, prompt.id, language)
    u.add(row)
    await u.flush()
    await refresh(u, files, prompt)
    audit.record(u, actor, "prompt.record", "prompt", prompt.id, None,
                 {"language": language, "version": row.version, "origin": origin, "text": text})
    return row


async def use_take(u: Uow, actor: Actor, files: PromptFiles, prompt: Prompt, take: PromptTake) -> None:
    """Go back to an older version. Raises OSError."""
    await _retire(u, prompt.id, take.language)
    take.current = True
    await u.flush()
    await refresh(u, files, prompt)
    audit.record(u, actor, "prompt.restore", "prompt", prompt.id, None,
                 {"language": take.language, "version": take.version})


async def delete_prompt(u: Uow, actor: Actor, files: PromptFiles, prompt_id: int, used: list[str]) -> None:
    """Remove it with all versions; a shipped one is heard again as it came. Raises NotFound, PromptUsed, OSError."""
    row = await get_prompt(u, prompt_id)
    if used and row.key.startswith("own/"):
        raise PromptUsed(places="、".join(used))
    audit.record(u, actor, "prompt.delete", "prompt", row.id, plain(row), None)
    await u.delete(row)
    await u.flush()
    files.hide(row.key)
    files.drop(row.key)


async def refresh(u: Uow, files: PromptFiles, prompt: Prompt) -> None:
    """Let the switch find the current versions."""
    files.show(prompt.key, {one.language: one.version for one in await takes(u, prompt.id) if one.current})


async def refresh_all(u: Uow, files: PromptFiles) -> None:
    """After a start or a restored backup: what the switch sees is what the database says."""
    files.lay_out()
    current: dict[int, dict[str, int]] = {}
    for take in await takes(u):
        if take.current:
            current.setdefault(take.prompt_id, {})[take.language] = take.version
    for prompt in await list_prompts(u):
        files.show(prompt.key, current.get(prompt.id, {}))


async def _retire(u: Uow, prompt_id: int, language: str) -> None:
    await u.execute(update(PromptTake).values(current=False).where(
        PromptTake.prompt_id == prompt_id, PromptTake.language == language, PromptTake.current.is_(True)))


async def _check_name(u: Uow, checks: Checks, name: str, own: int | None) -> None:
    other = (await u.execute(select(Prompt.id).where(Prompt.name == name))).scalars().first()
    if other is not None and other != own:
        checks.fail("name", "taken")
