"""What the prompt routes share: the folders, the drafts, the voices, and bodies that are streamed to disk."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from yingda.prompts import music, repo
from yingda.prompts.drafts import Drafts
from yingda.prompts.files import PromptFiles
from yingda.prompts.voice import Voices
from yingda.store.engine import Store
from yingda.telephony.switch.config import SHIPPED_MUSIC, SHIPPED_SOUNDS
from yingda.web.errors import UploadTooBig

MAX_UPLOAD: Final = 100_000_000  # bytes: a quarter of an hour of CD sound


class PromptRoom:
    def __init__(self, folder: Path, voice: Path) -> None:
        self.files = PromptFiles(folder, SHIPPED_SOUNDS)
        self.drafts = Drafts(folder)
        self.voices = Voices(voice)
        self.shipped_music = SHIPPED_MUSIC / "default.wav"

    async def start(self, store: Store) -> None:
        """What the switch sees follows the database, also after a restored backup."""
        async with store.reading() as u:
            await repo.refresh_all(u, self.files)
            await music.refresh(u, self.files)

    async def take_upload(self, request: Request) -> Path:
        """Stream the body to disk; at most `MAX_UPLOAD` bytes. Raises UploadTooBig."""
        raw = await run_in_threadpool(self.drafts.incoming)
        size = 0
        try:
            with raw.open("wb") as out:
                async for piece in request.stream():
                    size += len(piece)
                    if size > MAX_UPLOAD:
                        raise UploadTooBig(limit_mb=MAX_UPLOAD // 1_000_000)
                    out.write(piece)
        except BaseException:
            self.drafts.forget(raw)
            raise
        return raw
