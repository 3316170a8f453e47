"""What a phone hears: loss, gaps and jitter of the packets, level and pitch of the sound, and the sound as a file.

Packets are only counted and appended when they come (60 calls are 3000 a second); once a second of sound is together
it is decoded in one go.
"""

from __future__ import annotations

import wave
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from yingda.caller import g711
from yingda.caller.clips import FRAME, RATE
from yingda.caller.g711 import Samples

BLOCK = RATE  # bytes of G.711 in one second
GAP_MS = 60.0  # a longer time without a packet counts as a gap
KEPT_S = 5
_FULL = 32768.0
_WINDOW = 64  # packets that may still come late before they count as lost for good


def level_db(samples: Samples) -> float:
    """RMS against full scale in dB; -96 for silence or nothing."""
    if not len(samples):
        return -96.0
    return float(max(-96.0, 10 * np.log10(np.mean((samples / _FULL) ** 2) + 1e-12)))


def pitch_hz(samples: Samples) -> float:
    """The strongest frequency, exact to about 1 Hz for a steady tone of half a second or more; 0 for silence."""
    if len(samples) < FRAME or level_db(samples) < -60:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    spectrum[:int(100 * len(samples) / RATE)] = 0
    top = int(spectrum.argmax())
    if 0 < top < len(spectrum) - 1:  # the true peak lies between the bins: parabola through three
        left, middle, right = (float(np.log(spectrum[at] + 1e-9)) for at in (top - 1, top, top + 1))
        bend = left - 2 * middle + right
        offset = 0.5 * (left - right) / bend if bend else 0.0
        return (top + offset) * RATE / len(samples)
    return top * RATE / len(samples)


def power_at_db(samples: Samples, hertz: float) -> float:
    """Level of one frequency by Goertzel's sum, in dBFS RMS: who is in the mix?"""
    if not len(samples):
        return -96.0
    turn = np.exp(-2j * np.pi * hertz * np.arange(len(samples)) / RATE)
    amplitude = 2 * abs(np.dot(samples / _FULL, turn)) / len(samples)
    return float(max(-96.0, 20 * np.log10(amplitude / np.sqrt(2) + 1e-12)))


@dataclass(slots=True)
class Heard:
    """Running figures of one direction of one call. Times in `arrive` are monotonic seconds."""

    save_to: Path | None = None
    packets: int = 0
    lost: int = 0
    late: int = 0  # out of order or doubled, left out of the sound
    strange: int = 0  # datagrams that were no RTP of ours
    gaps: int = 0
    longest_gap_ms: float = 0.0
    jitter_ms: float = 0.0
    keys: str = ""  # DTMF received, in order
    first_at: float = 0.0
    last_at: float = 0.0
    loud_s: float = 0.0  # time with more than -45 dBFS, in blocks of 20 ms
    _samples: int = 0
    _power: float = 0.0  # sum of squares of all, and of the loud frames alone
    _loud_power: float = 0.0
    _pending: bytearray = field(default_factory=bytearray)
    _kind: int = 8
    _ssrc: int = -1
    _next_seq: int = 0
    _seen: int = 0  # bit n: the packet n + 1 before the next one did come
    _next_stamp: int = 0
    _last_key_stamp: int = -1
    _transit: float = 0.0
    _recent: deque[Samples] = field(default_factory=deque)
    _file: wave.Wave_write | None = None

    def arrive(self, now: float, seq: int, stamp: int, ssrc: int, kind: int, payload: bytes) -> None:
        """One audio packet."""
        if not self._fresh(now, seq, ssrc, stamp):
            return
        transit = now - stamp / RATE
        self.jitter_ms += (min(abs(transit - self._transit), 1.0) * 1000 - self.jitter_ms) / 16
        self._transit = transit
        missing = (stamp - self._next_stamp + 2**31) % 2**32 - 2**31
        if self._pending and 0 < missing <= RATE:
            self._pending += g711.SILENCE[self._kind] * missing
        if kind != self._kind:
            self.flush()
            self._kind = kind
        self._next_stamp = (stamp + len(payload)) & 0xFFFFFFFF
        self._pending += payload
        if len(self._pending) >= BLOCK:
            self.flush()

    def arrive_key(self, now: float, seq: int, stamp: int, ssrc: int, payload: bytes) -> None:
        """One telephone-event packet (RFC 4733); the same stamp is the same key press."""
        fresh = self._fresh(now, seq, ssrc, stamp)
        if len(payload) < 4 or payload[0] > 15:
            self.strange += 1
            return
        if fresh and stamp != self._last_key_stamp:
            self._last_key_stamp = stamp
            self.keys += "0123456789*#ABCD"[payload[0]]

    def pause(self) -> None:
        """Hold begins or ends: the silence now coming is meant, not a gap."""
        self.last_at = 0.0

    def _fresh(self, now: float, seq: int, ssrc: int, stamp: int) -> bool:
        """Count one packet; False when it comes out of order or twice and must not be heard."""
        self.packets += 1
        self.first_at = self.first_at or now
        if self.last_at:
            gap = (now - self.last_at) * 1000
            self.gaps += gap > GAP_MS
            self.longest_gap_ms = max(self.longest_gap_ms, gap)
        self.last_at = now
        ahead = (seq - self._next_seq + 2**15) % 2**16 - 2**15
        if ssrc != self._ssrc or abs(ahead) >= 500:  # another source, or the old one began anew
            self._ssrc, self._next_stamp, self._transit = ssrc, stamp, now - stamp / RATE
            self._seen, ahead = 0, 0
        if ahead < 0:
            bit = 1 << (-ahead - 1)
            self.lost -= 1 if -ahead <= _WINDOW and not self._seen & bit and self.lost else 0
            self._seen |= bit
            self.late += 1
            return False
        self.lost += ahead
        self._seen = (self._seen << (ahead + 1) | 1) & ((1 << _WINDOW) - 1)
        self._next_seq = (seq + 1) & 0xFFFF
        return True

    def flush(self) -> None:
        """Decode what is pending into the figures and the file."""
        if not self._pending:
            return
        samples = g711.decode(bytes(self._pending), self._kind)
        self._pending.clear()
        self._samples += len(samples)
        squares = (samples / _FULL) ** 2
        self._power += float(squares.sum())
        frames = squares[:len(squares) // FRAME * FRAME].reshape(-1, FRAME)
        means = frames.mean(axis=1)
        loud = means > 10 ** -4.5
        self.loud_s += float(loud.sum()) * FRAME / RATE
        self._loud_power += float(frames[loud].sum())
        self._recent.append(samples)
        while sum(map(len, self._recent)) - len(self._recent[0]) >= KEPT_S * RATE:
            self._recent.popleft()
        if self.save_to:
            self._write(samples)

    def _write(self, samples: Samples) -> None:
        if self._file is None:
            assert self.save_to is not None
            self.save_to.parent.mkdir(parents=True, exist_ok=True)
            self._file = wave.open(str(self.save_to), "wb")  # noqa: SIM115 - open for the call
            self._file.setparams((1, 2, RATE, 0, "NONE", ""))
        self._file.writeframesraw(samples.astype("<i2").tobytes())

    def close(self) -> None:
        self.flush()
        if self._file is not None:
            self._file.close()
            self._file = None
            self.save_to = None

    @property
    def seconds(self) -> float:
        """Seconds of sound received."""
        return (self._samples + len(self._pending)) / RATE

    @property
    def level_db(self) -> float:
        """RMS of all that was heard, pauses included, in dBFS."""
        self.flush()
        return max(-96.0, 10 * float(np.log10(self._power / max(1, self._samples) + 1e-12)))

    @property
    def speech_db(self) -> float:
        """RMS of the loud 20 ms frames alone, in dBFS."""
        self.flush()
        return max(-96.0, 10 * float(np.log10(self._loud_power / max(1.0, self.loud_s * RATE) + 1e-12)))

    def recent(self, seconds: float = 1.0) -> Samples:
        """The last samples, at most 5 s of them."""
        self.flush()
        if not self._recent:
            return np.zeros(0, dtype=np.int16)
        return np.concatenate(list(self._recent))[-int(seconds * RATE):]

    def pitch_hz(self, seconds: float = 0.5) -> float:
        return pitch_hz(self.recent(seconds))

    def power_at_db(self, hertz: float, seconds: float = 0.5) -> float:
        return power_at_db(self.recent(seconds), hertz)
