#!/usr/bin/env python3
"""Compose the music on hold: `python scripts/compose_music.py` writes src/yingda/telephony/music/default.wav.

Our own piece, so that no collecting society has a claim: 24 bars of slow chords with a sparse melody on a pentatonic
scale, 80 s, ending where it begins. Made for the telephone: everything between 200 and 3000 Hz, no sharp attacks
(they sound like beeps through G.711), and 7 dB quieter than the speech that interrupts it.
"""

from __future__ import annotations

import argparse
import wave
from pathlib import Path

import numpy as np

RATE = 8_000
BAR_S = 80 / 24
LEVEL_DB = -26.0
OUT = Path(__file__).resolve().parents[1] / "src/yingda/telephony/music/default.wav"

# D major: I  vi7  IVmaj7  Vsus, with a middle part; MIDI note numbers.
CHORDS = {
    "D": (50, 57, 62, 66, 69), "Bm": (47, 54, 62, 66, 69), "G": (43, 55, 59, 62, 66), "A": (45, 57, 62, 64, 69),
    "Em": (52, 55, 59, 62, 67), "F#m": (54, 57, 61, 64, 69), "A7": (45, 57, 61, 64, 67),
}
FORM = ["D", "Bm", "G", "A", "D", "Bm", "G", "A",
        "G", "A", "F#m", "Bm", "Em", "A7", "D", "D",
        "G", "A", "F#m", "Bm", "Em", "A7", "G", "A"]
# Per bar: (beat of 4, MIDI note); the pentatonic D E F# A B never grates against these chords.
TUNE: tuple[tuple[tuple[float, int], ...], ...] = (
    ((0, 78), (2, 81)), ((1, 83), (3, 81)), ((0, 78), (2, 76)), ((1, 74), (3, 76)),
    ((0, 78), (1.5, 81), (3, 83)), ((1, 86),), ((0, 83), (2, 81)), ((1, 76),),
    ((0, 74), (1, 76), (2, 78)), ((0.5, 81),), ((0, 81), (2, 78)), ((1, 78), (3, 76)),
    ((0, 76), (1.5, 78), (3, 81)), ((1, 76), (3, 73)), ((0, 74),), (),
    ((1, 83), (3, 81)), ((1, 81), (2.5, 78)), ((0, 81), (2, 85)), ((1, 86),),
    ((0, 83), (2, 79)), ((1, 76), (3, 78)), ((0, 74), (2, 71)), ((1, 69), (3, 76)),
)


def hertz(note: int) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def add(track: np.ndarray, start_s: float, sound: np.ndarray) -> None:
    """Mix in, wrapping round the end: what rings on past the last bar is heard at the loop's beginning."""
    at = (int(start_s * RATE) + np.arange(len(sound))) % len(track)
    np.add.at(track, at, sound)


def pad(note: int, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A soft string-like tone: three slightly detuned voices, few overtones, slow swell and fade."""
    t = np.arange(int(seconds * RATE)) / RATE
    out = np.zeros_like(t)
    for cents in (-4.0, 0.5, 5.0):
        base = hertz(note) * 2 ** (cents / 1200)
        for overtone, strength in enumerate((1.0, 0.45, 0.22, 0.1), start=1):
            if base * overtone < 2800:
                out += strength * np.sin(2 * np.pi * (base * overtone * t + rng.random()))
    swell = np.clip(t / 0.9, 0, 1) * np.clip((seconds - t) / 1.3, 0, 1)
    return np.asarray(out * np.sin(np.pi / 2 * swell) ** 2)


def pluck(note: int) -> np.ndarray:
    """A felt-piano-like note: 15 ms attack, overtones dying faster than the ground tone."""
    t = np.arange(int(2.6 * RATE)) / RATE
    out = np.zeros_like(t)
    for overtone, strength in ((1, 1.0), (2, 0.28), (3, 0.08)):
        if hertz(note) * overtone < 3000:
            out += strength * np.sin(2 * np.pi * hertz(note) * overtone * t) * np.exp(-t * (1.3 + 0.9 * overtone))
    fade = np.clip((2.6 - t) / 0.3, 0, 1)
    return np.asarray(out * np.sin(np.pi / 2 * np.clip(t / 0.015, 0, 1)) ** 2 * fade)


def compose() -> np.ndarray:
    rng = np.random.default_rng(7)
    track = np.zeros(round(BAR_S * len(FORM) * RATE))
    for bar, chord in enumerate(FORM):
        for position, note in enumerate(CHORDS[chord]):
            add(track, bar * BAR_S - 0.4, pad(note, BAR_S + 1.5, rng) * (0.5 if position == 0 else 0.32))
        for step, note in enumerate(CHORDS[chord][1:]):  # a quiet broken chord underneath gives it a pulse
            add(track, bar * BAR_S + step * BAR_S / 4, pluck(note) * 0.35)
        for beat, note in TUNE[bar]:
            human = rng.normal(0, 0.012)
            add(track, bar * BAR_S + max(0.0, beat * BAR_S / 4 + human), pluck(note) * rng.uniform(0.75, 0.95))
    for delay_s, strength in ((0.113, 0.28), (0.197, 0.2), (0.311, 0.13), (0.457, 0.08)):  # a small room
        track = track + strength * np.roll(track, int(delay_s * RATE))
    spectrum = np.fft.rfft(track)
    at = np.fft.rfftfreq(len(track), 1 / RATE)
    spectrum *= 1 / np.sqrt(1 + (200 / np.maximum(at, 1e-3)) ** 6) / np.sqrt(1 + (at / 3000) ** 8)
    return np.asarray(np.fft.irfft(spectrum, len(track)))


def main() -> int:
    ask = argparse.ArgumentParser(description="Compose the music on hold.")
    ask.add_argument("--out", type=Path, default=OUT)
    out: Path = ask.parse_args().out
    track = compose()
    track *= 10 ** (LEVEL_DB / 20) / np.sqrt(np.mean(track**2))
    peak = float(np.abs(track).max())
    if peak > 0.5:
        raise SystemExit(f"peak {20 * np.log10(peak):.1f} dBFS is too high for quiet music")
    dither = np.random.default_rng(1).triangular(-1, 0, 1, len(track)) / 32768
    samples = np.round((track + dither) * 32767).astype("<i2")
    out.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    print(f"{out.name}: {len(samples) / RATE:.1f} s, {LEVEL_DB} dBFS RMS, peak {20 * np.log10(peak):.1f} dBFS, "
          f"last to first sample step {abs(int(samples[0]) - int(samples[-1]))}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
