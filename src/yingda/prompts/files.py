"""The prompt folder: every version's files, and the links by which the switch finds the current one.

    takes/<key>/<language>-v3.wav, .wav16, .json   8 kHz, 16 kHz, waveform: written once, never changed
    sounds/<language>/own/<name>.wav → the current version       what the switch reads, by the call's language
    sounds/<language>/yd/<name>.wav  → the shipped prompt, or an own version that replaces it
    sounds/any/own/<name>.wav        → for a call in a language that the prompt does not have
    music/<class>/<track>.wav, .wav16; musiconhold.conf

The switch opens a file when it begins to play. A link is changed in one step, so it finds old or new, never half; who
is hearing the old version hears it to its end, since that file is another one. Nothing is reloaded.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yingda.prompts.errors import PromptFileMissing

if TYPE_CHECKING:  # the launcher lays out the folders without loading what makes sounds
    from yingda.prompts.audio import Ready

LANGUAGES: Final = ("zh", "en")
SUFFIXES: Final = (".wav", ".wav16")  # the switch's names of its 8 and 16 kHz formats


class PromptFiles:
    """`root`: the data folder's `prompts`; `shipped`: sounds that came with the product (<language>/yd/*.wav)."""

    def __init__(self, root: Path, shipped: Path) -> None:
        self.root, self.shipped = root, shipped

    # ---- versions

    def keep(self, key: str, language: str, version: int, ready: Ready) -> None:
        """Write a version's files, each whole or not at all. Raises OSError."""
        base = self._take(key, language, version)
        base.parent.mkdir(parents=True, exist_ok=True)
        _write(base.with_name(base.name + ".wav"), ready.narrow)
        _write(base.with_name(base.name + ".wav16"), ready.wide)
        _write(base.with_name(base.name + ".json"), json.dumps(ready.peaks, separators=(",", ":")).encode())

    def audio(self, key: str, language: str, version: int) -> Path:
        """The better of a version's two files, to be listened to. Raises PromptFileMissing."""
        return self._there(self._take(key, language, version), ".wav16")

    def peaks(self, key: str, language: str, version: int) -> Path:
        """Raises PromptFileMissing."""
        return self._there(self._take(key, language, version), ".json")

    def shipped_audio(self, key: str, language: str) -> Path:
        """Raises PromptFileMissing."""
        return self._there(self.shipped / language / key, ".wav")

    def drop(self, key: str) -> None:
        """Forget every version of a prompt, after its links are gone."""
        shutil.rmtree(self.root / "takes" / key, ignore_errors=True)

    def _take(self, key: str, language: str, version: int) -> Path:
        return self.root / "takes" / key / f"{language}-v{version}"

    @staticmethod
    def _there(base: Path, suffix: str) -> Path:
        path = base.with_name(base.name + suffix)
        if not path.is_file():
            raise PromptFileMissing
        return path

    # ---- what the switch sees

    def lay_out(self) -> None:
        """Make the folders and link every shipped prompt that is not replaced."""
        for language in LANGUAGES:
            (self.root / "sounds" / language / "own").mkdir(parents=True, exist_ok=True)
            folder = self.root / "sounds" / language / "yd"
            folder.mkdir(parents=True, exist_ok=True)
            for file in (self.shipped / language / "yd").glob("*.wav"):
                place = folder / file.name
                if not place.exists() or (place.is_symlink() and place.readlink().is_absolute()):
                    _link(place, file)
        (self.root / "sounds" / "any" / "own").mkdir(parents=True, exist_ok=True)
        (self.root / "music").mkdir(exist_ok=True)
        (self.root / "music" / "musiconhold.conf").touch()

    def show(self, key: str, current: Mapping[str, int]) -> None:
        """Let the switch find these versions: `current` is language → version. Raises OSError."""
        for language in LANGUAGES:
            self._point(language, key, language, current.get(language))
        if key.startswith("own/"):
            other = next((one for one in LANGUAGES if one in current), None)
            self._point("any", key, other or "", current.get(other) if other else None)

    def hide(self, key: str) -> None:
        self.show(key, {})

    def _point(self, folder: str, key: str, language: str, version: int | None) -> None:
        for suffix in SUFFIXES:
            place = self.root / "sounds" / folder / f"{key}{suffix}"
            shipped = self.shipped / folder / f"{key}{suffix}"
            if version is not None:
                target = self._take(key, language, version)
                target = target.with_name(target.name + suffix)
                place.parent.mkdir(parents=True, exist_ok=True)
                _link(place, Path(os.path.relpath(target, place.parent)))
            elif shipped.is_file():
                _link(place, shipped)
            else:
                place.unlink(missing_ok=True)

    # ---- music

    def keep_track(self, music: str, track: int, ready: Ready) -> None:
        folder = self.root / "music" / music
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / f"{track}.wav", ready.narrow)
        _write(folder / f"{track}.wav16", ready.wide)

    def track(self, music: str, track: int) -> Path:
        """Raises PromptFileMissing."""
        return self._there(self.root / "music" / music / str(track), ".wav16")

    def drop_track(self, music: str, track: int) -> None:
        for suffix in SUFFIXES:
            (self.root / "music" / music / f"{track}{suffix}").unlink(missing_ok=True)

    def drop_music(self, music: str) -> None:
        shutil.rmtree(self.root / "music" / music, ignore_errors=True)

    def write_classes(self, classes: Iterable[str]) -> None:
        """The switch's list of own music classes; it reads it when told to (`ReloadMusic`). Raises OSError."""
        text = "".join(f"[{key}]\nmode = files\ndirectory = {self.root}/music/{key}\nsort = random\n"
                       for key in classes)
        (self.root / "music").mkdir(parents=True, exist_ok=True)
        _write(self.root / "music" / "musiconhold.conf", text.encode())


def _link(place: Path, target: Path) -> None:
    if place.is_symlink() and place.readlink() == target:
        return
    fresh = place.with_name(f".{place.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(place)


def _write(target: Path, content: bytes) -> None:
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(target)
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
