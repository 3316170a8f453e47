"""The port for speech: engines found by entry point come first, and what nobody speaks is refused."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from yingda.prompts import voice
from yingda.prompts.errors import NoVoice
from yingda.prompts.voice import Speaker, Voices

pytestmark = pytest.mark.pure


class Engine:
    name = "foreign"

    def speakers(self) -> dict[str, list[Speaker]]:
        return {"zh": [Speaker("a", "甲", "f"), Speaker("b", "乙", "m")]}

    async def speak(self, text: str, language: str, speaker: str, speed: float, out: Path) -> None:
        out.write_text(f"{speaker}:{text}:{speed}", encoding="utf-8")


class Point:
    def __init__(self, name: str, made: Any) -> None:
        self.name, self._made = name, made

    def load(self) -> Any:
        if self._made is None:
            raise ImportError("broken package")
        return self._made


@pytest.fixture
def voices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Voices:
    monkeypatch.setattr(voice, "entry_points", lambda group: [Point("broken", None), Point("foreign", Engine)])
    return Voices(tmp_path / "none")


def test_a_foreign_engine_speaks_and_a_broken_one_is_passed_over(voices: Voices, tmp_path: Path) -> None:
    assert [one.id for _, one in voices.speakers()["zh"]] == ["a", "b"]
    asyncio.run(voices.speak("您好", "zh", "b", 1.1, tmp_path / "out"))
    assert (tmp_path / "out").read_text("utf-8") == "b:您好:1.1"
    asyncio.run(voices.speak("您好", "zh", "gone", 1.0, tmp_path / "out"))
    assert (tmp_path / "out").read_text("utf-8").startswith("a:"), "an unknown speaker: the first one"


def test_a_language_that_nobody_speaks_is_refused(voices: Voices, tmp_path: Path) -> None:
    with pytest.raises(NoVoice):
        asyncio.run(voices.speak("hello", "en", "", 1.0, tmp_path / "out"))


def test_our_own_engine_is_silent_until_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "entry_points", lambda group: [])
    assert Voices(tmp_path).speakers() == {}
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / "zf_xiaobei.bin").write_bytes(b"")
    assert Voices(tmp_path).speakers() == {}, "not marked as ready"
    (tmp_path / "ready").write_text("1")
    assert [one.id for _, one in Voices(tmp_path).speakers()["zh"]] == ["zf_xiaobei"]
