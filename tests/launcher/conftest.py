"""Shared by the launcher's tests: free ports, a data folder, waiting for something with a limit."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def free_port() -> Callable[[], int]:
    def choose() -> int:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            return int(sock.getsockname()[1])

    return choose


def wait_for(what: Callable[[], bool], seconds: float = 10.0) -> None:
    """Returns as soon as `what()` holds; fails the test after `seconds`."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.02)
