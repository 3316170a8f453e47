"""Identifiers. Records get time-ordered integers, things in the switch get random names that are never used twice."""

from __future__ import annotations

import os
import random
import secrets
import threading
import time

_EPOCH_MS = 1_577_836_800_000  # 2020-01-01T00:00:00Z
_lock = threading.Lock()
# Names need chance, not secrecy: the system's own source costs a call into the kernel each time
_chance = random.Random(secrets.randbits(256))
os.register_at_fork(after_in_child=lambda: _chance.seed(secrets.randbits(256)))
_last = 0


def new_id() -> int:
    """A positive integer below 2**62 that rises with time: milliseconds since 2020 and 20 bits of chance.

    Strictly rising within one process; two processes collide with probability 2**-20 within the same millisecond.
    Leaves the API as a decimal string, since JavaScript numbers hold 53 bits only.
    """
    global _last
    with _lock:
        fresh = (int(time.time() * 1000) - _EPOCH_MS) << 20 | _chance.getrandbits(20)
        _last = fresh if fresh > _last else _last + 1
        return _last


def first_id_at(at_ms: int) -> int:
    """The smallest id that can have been made at `at_ms` (UTC milliseconds): ids serve as a time index."""
    return max(0, at_ms - _EPOCH_MS) << 20


def switch_name(kind: str) -> str:
    """A random name for a channel, bridge, playback or recording, e.g. `leg-4f0c…`: 80 bits, never reused.

    Asterisk is known to crash when a bridge id comes back, hence chance and no counter. Not a secret.
    """
    return f"{kind}-{_chance.getrandbits(80):020x}"
