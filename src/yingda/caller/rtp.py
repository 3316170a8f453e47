"""RTP (RFC 3550) and DTMF by telephone-event (RFC 4733) for many calls out of one pacing task.

The pacer wakes every 5 ms and serves a quarter of the streams, so that sixty calls do not fire in one burst. A stall
is made up by sending what is due, at most 200 ms of it; what lies further back is skipped like a phone would.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections import deque

from yingda.caller import clips
from yingda.caller.clips import FRAME, Clip
from yingda.caller.errors import CannotListen
from yingda.caller.g711 import SILENCE
from yingda.caller.heard import Heard
from yingda.caller.sdp import PCMA, PCMU, Description

FRAME_S = 0.02
SLOTS = 4
_WOBBLE_S = 0.004
_LATEST = 10  # packets made up after a stall
_HEAD = struct.Struct("!BBHII")
_KEYS = "0123456789*#ABCD"
_KEY_FRAMES, _KEY_ENDS, _KEY_PAUSE = 6, 3, 4  # 120 ms key, end sent three times, then 80 ms of sound


class Stream:
    """The media of one call: a socket, what is said, what is heard."""

    def __init__(self, host: str, heard: Heard) -> None:
        """Bind an even UDP port on `host`. Raises `CannotListen`."""
        self.heard = heard
        self.socket = _even_port(host)
        self.port: int = self.socket.getsockname()[1]
        self.clip: Clip = clips.silence()
        self.target: tuple[str, int] | None = None  # None: nothing is sent (hold, early, ended)
        self.sent = 0
        self.skipped = 0
        self._kind, self._events = PCMA, 101
        self._packets = self.clip.packets(PCMA)
        self._at = 0
        self._seq, self._stamp = random.getrandbits(16), random.getrandbits(32)
        self._ssrc = random.getrandbits(32)
        self._mark = 0x80
        self._keys: deque[tuple[int, bytes, int]] = deque()  # (event or -1 for sound, payload, stamp steps)
        self._key_stamp = 0
        self.due = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None

    def say(self, clip: Clip) -> None:
        self.clip, self._at = clip, 0
        self._packets = clip.packets(self._kind)

    def point(self, far: Description, codec: int, sending: bool) -> None:
        """Send to where the far description says (or nowhere), in `codec`."""
        fresh = (far.host, far.port) if sending and far.reachable else None
        if fresh != self.target:
            self._mark = 0x80
        self.target, self._events = fresh, far.events
        if codec != self._kind:
            self._kind = codec
            self._packets = self.clip.packets(codec)

    def listen(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self.socket.fileno(), self._read)

    def press(self, key: str) -> bool:
        """Queue one key; False when the far end takes no telephone-events."""
        if self._events < 0:
            return False
        event = _KEYS.index(key)
        for step in range(1, _KEY_FRAMES + _KEY_ENDS):
            length = min(step, _KEY_FRAMES) * FRAME
            ended = 0x80 if step >= _KEY_FRAMES else 0
            self._keys.append((step, struct.pack("!BBH", event, ended | 10, length), step == _KEY_FRAMES))
        self._keys.extend([(-1, b"", 0)] * _KEY_PAUSE)
        return True

    @property
    def pressing(self) -> bool:
        return bool(self._keys)

    def tick(self, now: float) -> None:
        """Send what is due by `now`, give or take the wobble of the pacer."""
        if not self.due:
            self.due = now
        behind = int((now - self.due) / FRAME_S)
        if behind >= _LATEST:
            missed = behind - 1
            self.skipped += missed if self.target else 0
            self.due += missed * FRAME_S
            self._stamp = (self._stamp + missed * FRAME) & 0xFFFFFFFF
            self._at += missed
        while self.due <= now + _WOBBLE_S:
            self._send_one()
            self.due += FRAME_S

    def _send_one(self) -> None:
        if self._keys and self._keys[0][0] > 0:
            self._send_key()
        else:
            if self._keys:
                self._keys.popleft()
            packets = self._packets
            if self._at < len(packets) or self.clip.loop:
                payload = packets[self._at % len(packets)]
            else:
                payload = SILENCE[self._kind] * FRAME
            self._at += 1
            self._put(self._kind, self._stamp, payload)
        self._stamp = (self._stamp + FRAME) & 0xFFFFFFFF

    def _send_key(self) -> None:
        step, payload, last = self._keys.popleft()
        if step == 1:
            self._key_stamp, self._mark = self._stamp, 0x80
        self._put(self._events, self._key_stamp, payload)
        while last and self._keys and self._keys[0][0] > 0:  # the two repeated ends go out at once
            self._put(self._events, self._key_stamp, self._keys.popleft()[1])

    def _put(self, kind: int, stamp: int, payload: bytes) -> None:
        if self.target is None:
            return
        head = _HEAD.pack(0x80, self._mark | kind, self._seq, stamp, self._ssrc)
        self._seq = (self._seq + 1) & 0xFFFF
        self._mark = 0
        with contextlib.suppress(OSError):  # the far end may be gone; its port then refuses
            self.socket.sendto(head + payload, self.target)
            self.sent += 1

    def _read(self) -> None:
        assert self._loop is not None
        for _ in range(20):
            try:
                data = self.socket.recv(2048)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue
            self.take(self._loop.time(), data)

    def take(self, now: float, data: bytes) -> None:
        """One datagram, whatever it is."""
        heard = self.heard
        if len(data) < 12 or data[0] >> 6 != 2:
            heard.strange += 1
            return
        start = 12 + 4 * (data[0] & 15)
        if data[0] & 0x10 and len(data) >= start + 4:
            start += 4 + 4 * int.from_bytes(data[start + 2:start + 4])
        end = len(data) - (data[-1] if data[0] & 0x20 else 0)
        payload, kind = data[start:end], data[1] & 0x7F
        _, _, seq, stamp, ssrc = _HEAD.unpack_from(data)
        if kind in (PCMA, PCMU) and 0 < len(payload) <= 1600:
            heard.arrive(now, seq, stamp, ssrc, kind, payload)
        elif kind >= 96 and payload:
            heard.arrive_key(now, seq, stamp, ssrc, payload)
        else:
            heard.strange += 1

    def close(self) -> None:
        self.target = None
        if self._loop is not None:
            self._loop.remove_reader(self.socket.fileno())
            self._loop = None
        self.socket.close()
        self.heard.close()


def _even_port(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(200):
        one = socket.socket(family, socket.SOCK_DGRAM)
        try:
            one.bind((host, random.randrange(20_000, 30_000) * 2))
            one.setblocking(False)
        except OSError as error:
            one.close()
            reason = error
            continue
        return one
    raise CannotListen(host=host, reason=str(reason))


class Pacer:
    """One task that keeps the clock of all streams."""

    def __init__(self) -> None:
        self._slots: list[set[Stream]] = [set() for _ in range(SLOTS)]
        self._task: asyncio.Task[None] | None = None
        self.worst_delay_ms = 0.0  # how late the pacer itself was woken

    def add(self, stream: Stream) -> None:
        if any(stream in slot for slot in self._slots):
            return
        stream.due = 0.0
        min(self._slots, key=len).add(stream)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="rtp-pacer")

    def remove(self, stream: Stream) -> None:
        for slot in self._slots:
            slot.discard(stream)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        step = FRAME_S / SLOTS
        due, turn = loop.time(), 0
        while True:
            now = loop.time()
            self.worst_delay_ms = max(self.worst_delay_ms, (now - due) * 1000)
            for stream in tuple(self._slots[turn]):
                stream.tick(now)
            turn = (turn + 1) % SLOTS
            due = max(due + step, now - FRAME_S)
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
