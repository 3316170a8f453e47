"""The event socket without the kernel's delayed acknowledgements."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable


def acknowledger(transport: asyncio.BaseTransport | None) -> Callable[[], None]:
    """What tells the switch at once that its event has come; to be called at each event, never raises.

    The switch leaves Nagle's algorithm on for this socket: an event stays with the switch until the one before it is
    acknowledged. After each of our pings the kernel takes the socket for a conversation and puts that off by 40 ms,
    in the hope of data to send along. It forgets the wish, hence each time.
    """
    line = transport.get_extra_info("socket") if transport is not None else None
    option = getattr(socket, "TCP_QUICKACK", None)  # Linux alone has it
    if line is None or option is None or line.family not in (socket.AF_INET, socket.AF_INET6):
        return lambda: None

    def acknowledge() -> None:
        with contextlib.suppress(OSError):  # closed meanwhile: the reader is told in its own way
            line.setsockopt(socket.IPPROTO_TCP, option, 1)

    return acknowledge
