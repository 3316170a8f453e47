"""Prompts and music in the database and as the files that the switch reads."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from yingda.org.actor import SYSTEM
from yingda.prompts import audio, music, repo
from yingda.prompts.errors import AudioSilent, AudioTooLong, NotAudio, PromptUsed
from yingda.prompts.files import PromptFiles
from yingda.store.engine import Store
from yingda.store.errors import Invalid
from yingda.telephony.switch.config import SHIPPED_SOUNDS

pytestmark = [pytest.mark.anyio, pytest.mark.store]


def tone(path: Path, hertz: float = 800.0, seconds: float = 1.0, level: float = 0.05, rate: int = 44_100) -> Path:
    at = np.arange(int(rate * seconds)) / rate
    path.write_bytes(audio.wave_file((level * 32767 * np.sin(2 * np.pi * hertz * at)).astype("<i2"), rate))
    return path


def test_any_file_comes_to_one_level_in_both_rates(tmp_path: Path) -> None:
    for level in (0.02, 0.9):
        ready = audio.make_ready(tone(tmp_path / "in", level=level))
        assert ready.level_db == pytest.approx(audio.LEVEL_DB, abs=0.5)
        assert ready.duration_ms == pytest.approx(1300, abs=60)  # lead and tail of 100 and 200 ms
        for data, rate in ((ready.wide, 16_000), (ready.narrow, 8_000)):
            (tmp_path / "out.wav").write_bytes(data)
            samples, found = audio.read_wave(tmp_path / "out.wav")
            assert found == rate
            spectrum = np.abs(np.fft.rfft(samples))
            assert np.argmax(spectrum) * rate / len(samples) == pytest.approx(800, abs=3)


def test_what_the_narrow_form_cannot_hold_does_not_fold_back(tmp_path: Path) -> None:
    both = tone(tmp_path / "high", 6_000, 1.0, 0.3)
    ready = audio.make_ready(both)
    (tmp_path / "out.wav").write_bytes(ready.narrow)
    samples, _ = audio.read_wave(tmp_path / "out.wav")
    assert np.sqrt(np.mean((samples / 32768.0) ** 2)) < 10 ** (-60 / 20)


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"RIFF\xff\xff\xff\xffWAVEfmt ", b"not a sound at all" * 99,
                                     b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
                                     b"ffconcat version 1.0\nfile '/etc/passwd'\n"])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "raw").write_bytes(content)
    with pytest.raises((NotAudio, AudioSilent)):
        audio.make_ready(tmp_path / "raw")


def test_a_playlist_reads_no_other_file(tmp_path: Path) -> None:
    tone(tmp_path / "secret.wav")
    for text in (f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\n{tmp_path}/secret.wav\n#EXT-X-ENDLIST\n",
                 f"ffconcat version 1.0\nfile '{tmp_path}/secret.wav'\n"):
        (tmp_path / "raw").write_text(text)
        with pytest.raises(NotAudio):
            audio.make_ready(tmp_path / "raw")


def test_silence_and_endless_sound_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioSilent):
        audio.make_ready(tone(tmp_path / "quiet", level=0.0))
    with pytest.raises(AudioSilent):
        audio.make_ready(tone(tmp_path / "short", seconds=0.05))
    with wave.open(str(tmp_path / "long"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(bytes(range(256)) * (audio.LONGEST_S * 8_000 // 256 + 64_000))
    with pytest.raises(AudioTooLong):
        audio.make_ready(tmp_path / "long")


@pytest.fixture
def files(tmp_path: Path) -> PromptFiles:
    made = PromptFiles(tmp_path / "prompts", SHIPPED_SOUNDS)
    made.lay_out()
    return made


def linked(files: PromptFiles, language: str, key: str, suffix: str = ".wav") -> str:
    """Name of the file that the switch finds; "" when none."""
    place = files.root / "sounds" / language / f"{key}{suffix}"
    return place.resolve().name if place.exists() else ""


async def test_versions_of_a_prompt_and_what_the_switch_finds(store: Store, files: PromptFiles, tmp_path: Path) -> None:
    ready = audio.make_ready(tone(tmp_path / "in"))
    async with store.uow() as u:
        row = await repo.create_prompt(u, SYSTEM, "开场白")
        first = await repo.add_take(u, SYSTEM, files, row, ready, language="zh", origin="upload", text="您好")
        await repo.add_take(u, SYSTEM, files, row, ready, language="zh", origin="browser")
    assert row.key.startswith("own/p") and first.version == 1
    assert linked(files, "zh", row.key) == "zh-v2.wav" and linked(files, "zh", row.key, ".wav16") == "zh-v2.wav16"
    assert linked(files, "any", row.key) == "zh-v2.wav" and linked(files, "en", row.key) == ""
    async with store.uow() as u:
        row = await repo.get_prompt(u, row.id)
        await repo.use_take(u, SYSTEM, files, row, await repo.get_take(u, row.id, first.id))
        assert [one.version for one in await repo.takes(u, row.id) if one.current] == [1]
        assert await repo.known_keys(u) == {"zh": frozenset({row.key})}
    assert linked(files, "zh", row.key) == "zh-v1.wav"
    async with store.uow() as u:
        with pytest.raises(Invalid):
            await repo.create_prompt(u, SYSTEM, "开场白")
        with pytest.raises(PromptUsed):
            await repo.delete_prompt(u, SYSTEM, files, row.id, ["夜间流程"])
        with pytest.raises(PromptUsed):
            await repo.change_prompt(u, SYSTEM, row.id, name="开场白", archived=True, used=["夜间流程"])
        await repo.delete_prompt(u, SYSTEM, files, row.id, [])
    assert linked(files, "zh", row.key) == "" and not (files.root / "takes" / row.key).exists()


async def test_a_shipped_prompt_is_replaced_and_comes_back(store: Store, files: PromptFiles, tmp_path: Path) -> None:
    ready = audio.make_ready(tone(tmp_path / "in"))
    assert linked(files, "zh", "yd/welcome") == "welcome.wav"
    async with store.uow() as u:
        row = await repo.create_prompt(u, SYSTEM, "我们的欢迎词", replaces="yd/welcome")
        await repo.add_take(u, SYSTEM, files, row, ready, language="zh", origin="upload")
        with pytest.raises(Invalid):
            await repo.create_prompt(u, SYSTEM, "又一个", replaces="yd/welcome")
    assert linked(files, "zh", "yd/welcome") == "zh-v1.wav" and linked(files, "en", "yd/welcome") == "welcome.wav"
    files.lay_out()  # the next start leaves it alone
    assert linked(files, "zh", "yd/welcome") == "zh-v1.wav"
    async with store.uow() as u:
        await repo.delete_prompt(u, SYSTEM, files, row.id, ["流程"])
    assert linked(files, "zh", "yd/welcome") == "welcome.wav"
    assert linked(files, "zh", "yd/welcome", ".wav16") == ""


async def test_links_follow_the_database_after_a_restore(store: Store, files: PromptFiles, tmp_path: Path) -> None:
    ready = audio.make_ready(tone(tmp_path / "in"))
    async with store.uow() as u:
        row = await repo.create_prompt(u, SYSTEM, "节日问候")
        await repo.add_take(u, SYSTEM, files, row, ready, language="en", origin="upload")
    place = files.root / "sounds" / "en" / f"{row.key}.wav"
    place.unlink()
    async with store.reading() as u:
        await repo.refresh_all(u, files)
    assert linked(files, "en", row.key) == "en-v1.wav" == linked(files, "any", row.key)


async def test_music_classes_that_hold_a_track_are_told(store: Store, files: PromptFiles, tmp_path: Path) -> None:
    ready = audio.make_ready(tone(tmp_path / "in"), music=True)
    listed = files.root / "music" / "musiconhold.conf"
    async with store.uow() as u:
        row = await music.save_class(u, SYSTEM, files, None, "轻音乐")
        assert "[own" not in listed.read_text()
        track = await music.add_track(u, SYSTEM, files, row, "曲一", ready)
    assert f"[{row.key}]" in listed.read_text()
    assert files.track(row.key, track.id).is_file()
    async with store.uow() as u:
        with pytest.raises(PromptUsed):
            await music.delete_class(u, SYSTEM, files, row.id, ["801 销售"])
        await music.remove_track(u, SYSTEM, files, row.id, track.id)
        assert f"[{row.key}]" not in listed.read_text()
        await music.delete_class(u, SYSTEM, files, row.id, [])
    assert not (files.root / "music" / row.key).exists()
