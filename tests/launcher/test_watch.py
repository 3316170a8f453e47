from __future__ import annotations

import socket
import time

from tests.launcher.conftest import wait_for

from yingda.main.watch import Watch, Watched, answers


def test_any_answer_is_life_and_a_full_queue_is_not() -> None:
    """A stopped process still accepts connections in the kernel: only bytes from it count."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert not answers(mute.getsockname()[1], "/")
    assert not answers(1, "/")


def test_silence_counts_from_the_last_answer_or_the_start() -> None:
    silent: set[str] = set()
    names = {1: "calls", 2: "web"}
    watch = Watch((Watched("calls", 1, "/", 10), Watched("web", 2, "/", 20)), lambda port, _: names[port] not in silent)
    now = time.monotonic()
    assert watch.hung({"calls": now, "web": now}, now + 9.9) == []
    assert watch.hung({"calls": now, "web": now}, now + 10.5) == ["calls"]
    assert watch.hung({"calls": now + 5, "web": now}, now + 10.5) == []  # restarted meanwhile
    assert watch.hung({"calls": now, "web": now}, now + 21) == ["calls", "web"]
    assert watch.hung({"web": now}, now + 21) == ["web"]  # one that is down is no hung one
    watch.start()
    wait_for(lambda: watch.hung({"calls": 0.0, "web": 0.0}, now + 11) == [], 10)  # answers were heard
    watch.stop()
