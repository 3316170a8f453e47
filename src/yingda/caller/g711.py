"""G.711 A-law and mu-law by table (ITU-T G.711), 16-bit linear on our side. Pure; numpy arrays in and out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yingda.caller.sdp import PCMA

Samples = NDArray[np.int16]


def _alaw_decode(code: int) -> int:
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return value if code & 0x80 else -value


def _ulaw_decode(code: int) -> int:
    code = ~code & 0xFF
    value = (((code & 15) << 3) + 0x84) << ((code >> 4) & 7)
    return 0x84 - value if code & 0x80 else value - 0x84


def _encoder(decode: Samples) -> NDArray[np.uint8]:
    """For each of the 65536 linear values the code whose decoded value is nearest."""
    order = np.argsort(decode, kind="stable")
    levels = decode[order].astype(np.int32)
    middles = (levels[1:] + levels[:-1]) / 2
    linear = np.arange(-32768, 32768)
    nearest = order[np.searchsorted(middles, linear, side="left")]
    return np.asarray(np.roll(nearest, -32768), dtype=np.uint8)  # index: the value as unsigned 16 bits


_FROM_A = np.array([_alaw_decode(code) for code in range(256)], dtype=np.int16)
_FROM_U = np.array([_ulaw_decode(code) for code in range(256)], dtype=np.int16)
_TO_A, _TO_U = _encoder(_FROM_A), _encoder(_FROM_U)
SILENCE = {0: b"\xff", 8: b"\xd5"}  # one sample of silence by payload type


def decode(data: bytes, payload_type: int) -> Samples:
    table = _FROM_A if payload_type == PCMA else _FROM_U
    return np.asarray(table[np.frombuffer(data, dtype=np.uint8)])


def encode(samples: Samples, payload_type: int) -> bytes:
    table = _TO_A if payload_type == PCMA else _TO_U
    return np.asarray(table[samples.astype(np.int16).view(np.uint16)]).tobytes()
