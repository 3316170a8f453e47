"""From any audio file to what the telephone plays: 16 and 8 kHz, mono, 16 bit, at one fixed loudness.

The foreign file is read by ffmpeg in a child process with bounded time, memory and output, which knows only audio
containers and reads nothing but this file. Level and limit follow `scripts/render_prompts.py`, so that own prompts and
shipped ones sound equally loud. Blocking code: run it in a thread.
"""

from __future__ import annotations

import importlib
import io
import resource
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from yingda.prompts.errors import AudioSilent, AudioTooLong, ConverterFailed, NotAudio

Sound: TypeAlias = npt.NDArray[np.float64]

WIDE: Final = 16_000
NARROW: Final = 8_000
LEVEL_DB: Final = -19.0  # speech: RMS over the 10 ms frames that hold speech, against full scale
MUSIC_DB: Final = -24.0  # music waits in the background
PEAK: Final = 10 ** (-1.0 / 20)  # nothing above -1 dBFS, so that A-law never clips
LONGEST_S: Final = 300
LONGEST_MUSIC_S: Final = 900
POINTS: Final = 50  # of the waveform, a second
_TIME_S: Final = 60
_MEMORY: Final = 1 << 30
_SHORTEST_S: Final = 0.2
_QUIETEST_DB: Final = -55.0
# Containers of sound (and of video whose sound is taken). No playlists: those name further files and addresses.
_FORMATS: Final = ("wav,w64,mp3,ogg,flac,aac,mov,matroska,webm,asf,aiff,au,amr,caf,ac3,eac3,wv,ape,gsm,mpeg,avi,"
                   "mpegts,flv,3gp,mp4,m4a,opus")


@dataclass(frozen=True)
class Ready:
    """What was made: `level_db` is measured on the result; `peaks` as the recordings' waveforms (8 bit)."""

    wide: bytes
    narrow: bytes
    duration_ms: int
    level_db: float
    peaks: dict[str, object]


def make_ready(source: Path, *, music: bool = False) -> Ready:
    """Raises NotAudio, AudioTooLong, AudioSilent, ConverterFailed."""
    longest = LONGEST_MUSIC_S if music else LONGEST_S
    sound = _decode(source, longest)
    if len(sound) > longest * WIDE:
        raise AudioTooLong(limit_s=longest)
    if len(sound) < _SHORTEST_S * WIDE or speech_level(sound) < _QUIETEST_DB:
        raise AudioSilent
    if not music:
        sound = _trimmed(sound)
    sound = _levelled(sound, MUSIC_DB if music else LEVEL_DB)
    wide = np.clip(np.round(sound * 32767), -32768, 32767).astype("<i2")
    narrow = np.clip(np.round(_halved(sound) * 32767), -32768, 32767).astype("<i2")
    return Ready(wide=wave_file(wide, WIDE), narrow=wave_file(narrow, NARROW),
                 duration_ms=len(wide) * 1000 // WIDE, level_db=round(speech_level(sound), 1), peaks=peaks_of(wide))


def _decode(source: Path, longest_s: int) -> Sound:
    ffmpeg = importlib.import_module("imageio_ffmpeg")  # untyped
    command = [str(ffmpeg.get_ffmpeg_exe()), "-nostdin", "-hide_banner", "-loglevel", "error",
               "-protocol_whitelist", "file", "-format_whitelist", _FORMATS, "-i", f"file:{source}",
               "-map", "0:a:0", "-vn", "-sn", "-dn", "-t", str(longest_s + 1), "-af", "highpass=f=90",
               "-ac", "1", "-ar", str(WIDE), "-f", "s16le", "-fs", str((longest_s + 2) * WIDE * 2), "pipe:1"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIME_S, check=False,
                              env={}, preexec_fn=_bounded)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConverterFailed from error
    if not done.stdout:
        raise NotAudio
    whole = len(done.stdout) // 2 * 2
    return np.frombuffer(done.stdout[:whole], dtype="<i2").astype(np.float64) / 32768


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_TIME_S, _TIME_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # its sound goes into a pipe; it has nothing to write
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _frames_db(sound: Sound) -> Sound:
    size = WIDE // 100
    frames = sound[: len(sound) // size * size].reshape(-1, size)
    return np.asarray(10 * np.log10(np.mean(frames**2, axis=1) + 1e-12))


def speech_level(sound: Sound) -> float:
    """RMS in dB of the 10 ms frames within 25 dB of the loudest: pauses do not count as speech. 16 kHz."""
    db = _frames_db(sound)
    kept = db[db > db.max() - 25]
    return float(10 * np.log10(np.mean(10 ** (kept / 10))))


def _trimmed(sound: Sound) -> Sound:
    """Without silence before and after, then 100 ms of lead and 200 ms of tail, faded at the cuts."""
    db = _frames_db(sound)
    loud = np.flatnonzero(db > max(db.max() - 40, -60.0))
    size = WIDE // 100
    part = sound[max(0, (int(loud[0]) - 3) * size) : (int(loud[-1]) + 6) * size].copy()
    fade = min(WIDE // 200, len(part) // 2)
    ramp = np.sin(np.linspace(0, np.pi / 2, fade)) ** 2
    part[:fade] *= ramp
    part[len(part) - fade :] *= ramp[::-1]
    return np.concatenate([np.zeros(WIDE // 10), part, np.zeros(WIDE // 5)])


def _levelled(sound: Sound, target_db: float) -> Sound:
    for _ in range(3):  # the limiter takes a little level away, so twice more
        sound = _limited(sound * 10 ** ((target_db - speech_level(sound)) / 20))
    return sound


def _limited(sound: Sound) -> Sound:
    """Turn peaks above the ceiling down smoothly (5 ms around each), instead of clipping them."""
    if float(np.abs(sound).max()) <= PEAK:
        return sound
    need = np.minimum(1.0, PEAK / np.maximum(np.abs(sound), 1e-9))
    reach = WIDE // 200
    padded = np.pad(need, reach, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    window = np.hanning(2 * reach + 3)[1:-1]
    smooth = np.convolve(np.pad(lowest, reach, mode="edge"), window / window.sum(), mode="valid")
    return np.asarray(sound * np.minimum(smooth, need))


def _halved(sound: Sound) -> Sound:
    """16 → 8 kHz: a windowed sinc of 127 taps, flat to 3.5 kHz, 70 dB down from 4 kHz on."""
    taps = np.arange(-63, 64)
    low = 2 * 3750 / WIDE * np.sinc(2 * 3750 / WIDE * taps) * np.kaiser(127, 7.0)
    return np.asarray(np.convolve(sound, low / low.sum(), mode="same")[::2])


def wave_file(samples: npt.NDArray[np.int16], rate: int) -> bytes:
    """A WAV file, mono 16 bit."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def peaks_of(samples: npt.NDArray[np.int16], rate: int = WIDE) -> dict[str, object]:
    """Lowest and highest sample of each fiftieth of a second as 8-bit numbers: min, max, min, max, …"""
    size = rate // POINTS
    padded = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size)
    low, high = np.minimum(padded.min(axis=1) // 256 + 1, 0), padded.max(axis=1) // 256
    points = np.stack((low, high), axis=1).ravel().tolist()
    return {"version": 1, "rate": POINTS, "bits": 8, "channels": [points]}


def read_wave(path: Path) -> tuple[npt.NDArray[np.int16], int]:
    """Samples and rate of one of our own files. Raises OSError."""
    try:
        with wave.open(str(path)) as file:
            return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2"), file.getframerate()
    except (EOFError, wave.Error) as error:
        raise OSError(str(error)) from error
