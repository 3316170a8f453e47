#!/usr/bin/env python3
"""Make the tone after which a caller speaks: src/yingda/telephony/sounds/*/yd/beep.wav (1000 Hz, 0.3 s, -12 dBFS)."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

SOUNDS = Path(__file__).resolve().parents[1] / "src/yingda/telephony/sounds"
RATE, HERTZ, SECONDS, PEAK, RAMP = 8000, 1000, 0.3, 0.25, 80  # the ramp keeps begin and end from clicking


def main() -> None:
    count = int(RATE * SECONDS)
    samples = [int(32767 * PEAK * min(1, n / RAMP, (count - n) / RAMP) * math.sin(2 * math.pi * HERTZ * n / RATE))
               for n in range(count)]
    for language in ("zh", "en"):
        with wave.open(str(SOUNDS / language / "yd" / "beep.wav"), "wb") as out:
            out.setparams((1, 2, RATE, 0, "NONE", ""))
            out.writeframes(struct.pack(f"<{count}h", *samples))


if __name__ == "__main__":
    main()
