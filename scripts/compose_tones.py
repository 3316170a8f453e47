#!/usr/bin/env python3
"""Write the short tones that go with the prompts (src/yingda/telephony/sounds/*/yd): no recording of anybody.

Run it from the repository when a tone is to sound otherwise; the files are part of the repository.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

SOUNDS = Path(__file__).resolve().parents[1] / "src/yingda/telephony/sounds"
RATE = 8_000
LEVEL = 0.22  # of full scale: heard over a headset without hurting
# name → (hertz, seconds) one after the other; 0 Hz is silence
TONES = {"warning-tone": ((880, 0.12), (0, 0.06), (1175, 0.14), (0, 0.04))}


def samples(parts: tuple[tuple[int, float], ...]) -> bytes:
    """16-bit mono, each note faded over 8 ms at both ends so that nothing clicks."""
    out: list[int] = []
    for hertz, seconds in parts:
        count = int(seconds * RATE)
        for n in range(count):
            fade = min(1.0, n / 64, (count - 1 - n) / 64)
            out.append(int(32767 * LEVEL * fade * math.sin(2 * math.pi * hertz * n / RATE)))
    return struct.pack(f"<{len(out)}h", *out)


def main() -> None:
    for name, parts in TONES.items():
        for language in ("zh", "en"):
            with wave.open(str(SOUNDS / language / "yd" / f"{name}.wav"), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(samples(parts))


if __name__ == "__main__":
    main()
