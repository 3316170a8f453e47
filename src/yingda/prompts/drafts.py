"""Recordings that are not saved yet: brought to the telephone's form first, so that they are heard as callers will.

One folder per draft under the data folder's `prompts/drafts`; what nobody saved is removed after a day.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from pathlib import Path
from typing import Final

import msgspec

from yingda.prompts.audio import Ready, make_ready
from yingda.prompts.errors import PromptFileMissing

KEPT_S: Final = 86_400
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


class DraftFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`owner` is the person who made it: nobody else hears or saves it."""

    id: str
    owner: str
    origin: str
    text: str = ""
    duration_ms: int
    level_db: float
    peaks: dict[str, object]


class Drafts:
    def __init__(self, root: Path) -> None:
        self.root = root / "drafts"

    def incoming(self) -> Path:
        """Where a new one's raw file is to be written; give it to `finish` or `forget` it."""
        self._sweep()
        folder = self.root / secrets.token_hex(16)
        folder.mkdir(parents=True, mode=0o700)
        return folder / "raw"

    def finish(self, raw: Path, owner: str, origin: str, text: str = "", *, music: bool = False) -> DraftFacts:
        """Bring it to the telephone's form. The raw file is removed. Raises as `make_ready`; then all is removed."""
        try:
            ready = make_ready(raw, music=music)
            raw.with_name("narrow.wav").write_bytes(ready.narrow)
            raw.with_name("wide.wav").write_bytes(ready.wide)
            facts = DraftFacts(id=raw.parent.name, owner=owner, origin=origin, text=text, peaks=ready.peaks,
                               duration_ms=ready.duration_ms, level_db=ready.level_db)
            raw.with_name("facts.json").write_bytes(msgspec.json.encode(facts))
        except BaseException:
            self.forget(raw)
            raise
        raw.unlink(missing_ok=True)
        return facts

    def forget(self, raw: Path) -> None:
        shutil.rmtree(raw.parent, ignore_errors=True)

    def facts(self, draft: str, owner: str) -> DraftFacts:
        """Raises PromptFileMissing, also for somebody else's."""
        try:
            if not _TOKEN.fullmatch(draft):
                raise PromptFileMissing
            found = msgspec.json.decode((self.root / draft / "facts.json").read_bytes(), type=DraftFacts)
        except (OSError, msgspec.DecodeError):
            raise PromptFileMissing from None
        if found.owner != owner:
            raise PromptFileMissing
        return found

    def audio(self, draft: str, owner: str) -> Path:
        """Raises PromptFileMissing."""
        return self.root / self.facts(draft, owner).id / "wide.wav"

    def ready(self, draft: str, owner: str) -> Ready:
        """Raises PromptFileMissing."""
        facts = self.facts(draft, owner)
        folder = self.root / facts.id
        try:
            return Ready(wide=(folder / "wide.wav").read_bytes(), narrow=(folder / "narrow.wav").read_bytes(),
                         duration_ms=facts.duration_ms, level_db=facts.level_db, peaks=facts.peaks)
        except OSError:
            raise PromptFileMissing from None

    def _sweep(self) -> None:
        old = time.time() - KEPT_S
        for folder in self.root.glob("*"):
            try:
                if folder.stat().st_mtime < old:
                    shutil.rmtree(folder, ignore_errors=True)
            except OSError:
                continue
