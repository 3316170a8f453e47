"""The port for speech from text, and the engine that `./yingda add-voice` installs.

Another engine is a package with an entry point in the group `yingda.voices`: a callable without arguments that gives a
`VoiceEngine`. The first engine that speaks a language is used for it; foreign ones come before ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol

import structlog

from yingda.prompts.errors import NoVoice, VoiceFailed

log = structlog.get_logger("prompts")
GROUP: Final = "yingda.voices"
LIMIT_S: Final = 180.0  # a minute of speech takes about as long on two slow cores


@dataclass(frozen=True)
class Speaker:
    """`name` is shown as it is; `sex`: f | m."""

    id: str
    name: str
    sex: str


class VoiceEngine(Protocol):
    name: str

    def speakers(self) -> dict[str, list[Speaker]]:
        """By language ("zh", "en"), what can be spoken now; empty when something is missing. Quick."""
        ...

    async def speak(self, text: str, language: str, speaker: str, speed: float, out: Path) -> None:
        """Write a sound file (any format, any rate) to `out`. Raises VoiceFailed."""
        ...


class Kokoro:
    """Kokoro-82M in a virtual environment of its own under `home`; each text is a child process that then ends."""

    name = "Kokoro-82M"
    _SPEAKERS: Final = {
        "zh": [("zf_xiaobei", "晓北", "f"), ("zf_xiaoxiao", "晓晓", "f"), ("zf_xiaoyi", "晓伊", "f"),
               ("zf_xiaoni", "晓妮", "f"), ("zm_yunxi", "云希", "m"), ("zm_yunyang", "云扬", "m"),
               ("zm_yunjian", "云健", "m"), ("zm_yunxia", "云夏", "m")],
        "en": [("af_heart", "Heart", "f"), ("af_bella", "Bella", "f"), ("am_michael", "Michael", "m")],
    }

    def __init__(self, home: Path) -> None:
        self.home = home
        self._one = asyncio.Lock()  # each takes half a gigabyte and two cores

    @property
    def installed(self) -> bool:
        return (self.home / "ready").is_file()

    def speakers(self) -> dict[str, list[Speaker]]:
        if not self.installed:
            return {}
        found = {language: [Speaker(*one) for one in rows if (self.home / "voices" / f"{one[0]}.bin").is_file()]
                 for language, rows in self._SPEAKERS.items()}
        if shutil.which("espeak-ng") is None:
            found.pop("en")
        return {language: rows for language, rows in found.items() if rows}

    async def speak(self, text: str, language: str, speaker: str, speed: float, out: Path) -> None:
        wish = json.dumps({"text": text, "language": language, "speaker": speaker, "speed": speed, "out": str(out),
                           "voices": str(self.home / "voices")})
        async with self._one:
            child = await asyncio.create_subprocess_exec(
                str(self.home / "bin" / "python"), str(Path(__file__).with_name("kokoro.py")),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.home), "LC_ALL": "C.UTF-8"})
            try:
                _, said = await asyncio.wait_for(child.communicate(wish.encode()), LIMIT_S)
            except BaseException as error:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                if isinstance(error, TimeoutError):
                    raise VoiceFailed from error
                raise
        if child.returncode != 0 or not await asyncio.to_thread(out.is_file):
            log.warning("voice_failed", engine=self.name, said=said[-400:].decode("utf-8", "replace"))
            raise VoiceFailed


class Voices:
    """All engines that are there."""

    def __init__(self, home: Path) -> None:
        self._own = Kokoro(home)
        self._foreign: list[VoiceEngine] | None = None

    def engines(self) -> list[VoiceEngine]:
        if self._foreign is None:
            self._foreign = []
            for point in entry_points(group=GROUP):
                try:
                    self._foreign.append(point.load()())
                except Exception as error:
                    log.warning("voice_engine_broken", engine=point.name, error=repr(error))
        return [*self._foreign, self._own]

    def speakers(self) -> dict[str, list[tuple[VoiceEngine, Speaker]]]:
        found: dict[str, list[tuple[VoiceEngine, Speaker]]] = {}
        for engine in self.engines():
            for language, rows in engine.speakers().items():
                found.setdefault(language, []).extend((engine, one) for one in rows)
        return found

    async def speak(self, text: str, language: str, speaker: str, speed: float, out: Path) -> None:
        """`speaker` "": the first one. Raises NoVoice, VoiceFailed."""
        rows = self.speakers().get(language, [])
        chosen = next((row for row in rows if row[1].id == speaker), rows[0] if rows else None)
        if chosen is None:
            raise NoVoice
        await chosen[0].speak(text, language, chosen[1].id, speed, out)


