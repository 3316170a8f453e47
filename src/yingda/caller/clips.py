"""What a phone says: a WAV file, a tone or silence, cut into 20 ms packets once and shared by all calls."""

from __future__ import annotations

import wave
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from yingda.caller import g711
from yingda.caller.errors import BadAudio
from yingda.caller.g711 import Samples

RATE = 8_000
FRAME = 160  # samples in 20 ms
LONGEST_S = 600


@dataclass(slots=True)
class Clip:
    """8 kHz mono samples. `loop` begins again after `pause_s` of silence; else silence follows."""

    samples: Samples
    loop: bool = False
    pause_s: float = 0.0
    _packets: dict[int, list[bytes]] = field(default_factory=dict)

    def packets(self, payload_type: int) -> list[bytes]:
        """160-byte payloads in that G.711 law, the pause included when it loops."""
        if payload_type not in self._packets:
            tail = int(self.pause_s * RATE) if self.loop else 0
            size = -(-(len(self.samples) + tail) // FRAME) * FRAME
            padded = np.zeros(size, dtype=np.int16)
            padded[:len(self.samples)] = self.samples
            data = g711.encode(padded, payload_type)
            self._packets[payload_type] = [data[at:at + FRAME] for at in range(0, size, FRAME)]
        return self._packets[payload_type]


def tone(hertz: int, level_db: float = -20.0) -> Clip:
    """An endless sine of `level_db` dBFS RMS; one second of it repeats without a seam since `hertz` is whole."""
    if not 0 < hertz < RATE // 2:
        raise ValueError("hertz must be between 0 and 4000")
    peak = 32767 * 10 ** (level_db / 20) * np.sqrt(2)
    wave_form = peak * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
    return Clip(np.clip(np.round(wave_form), -32768, 32767).astype(np.int16), loop=True)


def silence() -> Clip:
    return Clip(np.zeros(FRAME, dtype=np.int16), loop=True)


def from_wav(path: Path, loop: bool = False, pause_s: float = 0.0) -> Clip:
    """Read PCM WAV of any rate and number of channels. Raises `BadAudio` (file missing, broken, over 10 minutes)."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            if file.getnframes() > LONGEST_S * rate:
                raise BadAudio(path=str(path), reason=f"> {LONGEST_S} s")
            raw = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise BadAudio(path=str(path), reason=str(error)) from error
    if width not in (1, 2) or not channels or not rate or not raw:
        raise BadAudio(path=str(path), reason=f"{width * 8} bit")
    flat = np.frombuffer(raw, dtype="<i2").astype(np.float64) if width == 2 else \
        (np.frombuffer(raw, dtype=np.uint8).astype(np.float64) - 128) * 256
    mono = flat[:len(flat) // channels * channels].reshape(-1, channels).mean(axis=1)
    samples = np.clip(np.round(_at_8k(mono, rate)), -32768, 32767).astype(np.int16)
    return Clip(samples, loop=loop, pause_s=pause_s)


def _at_8k(mono: np.ndarray, rate: int) -> np.ndarray:
    """Resample by cutting or padding the spectrum: exact for a whole clip, and no library needed."""
    if rate == RATE:
        return mono
    size = max(1, round(len(mono) * RATE / rate))
    spectrum = np.fft.rfft(mono)
    wanted = np.zeros(size // 2 + 1, dtype=complex)
    kept = min(len(wanted), len(spectrum))
    wanted[:kept] = spectrum[:kept]
    return np.asarray(np.fft.irfft(wanted, size) * (size / len(mono)))
