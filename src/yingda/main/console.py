"""What `up` and the launcher say on the terminal: one line a step, ticking while it runs."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from yingda.kit.i18n import text


class Step:
    """What a running step can say about itself beside its seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.note = ""

    def progress(self, stage: str, percent: int) -> None:
        """`stage` is a key under main.stage; shown from the next tick on."""
        self.note = f"{self._console.words(f'main.stage.{stage}')} {percent} %"


class Console:
    """Lines for people. On a terminal a running step shows its seconds; in a log file only its end is written."""

    def __init__(self, lang: str, out: TextIO | None = None) -> None:
        self.lang = lang
        self._out = out or sys.stdout
        self._alive = self._out.isatty()
        self._lock = threading.Lock()

    def words(self, key: str, /, **params: object) -> str:
        return text(key, self.lang, **params)

    def _write(self, words: str) -> None:
        with self._lock:
            try:
                self._out.write(words)
                self._out.flush()
            except UnicodeEncodeError:  # a terminal with an old character set: better question marks than no start
                self._out.write(words.encode("ascii", "replace").decode("ascii"))
            except OSError:
                pass  # the terminal is gone, the work goes on

    def line(self, words: str = "") -> None:
        self._write(words + "\n")

    def say(self, key: str, /, **params: object) -> None:
        self.line(self.words(key, **params))

    @contextmanager
    def step(self, key: str, /, **params: object) -> Iterator[Step]:
        """A line for something that takes time; ends with its seconds, or with a cross when the block raises."""
        title = self.words(key, **params)
        step = Step(self)
        begun = time.monotonic()
        over = threading.Event()
        ticker: threading.Thread | None = None
        if self._alive:
            self._write(f"  … {title}")

            def tick() -> None:
                while not over.wait(1.0):
                    self._write(f"\r  … {title} {time.monotonic() - begun:.0f} s {step.note}\x1b[K")

            ticker = threading.Thread(target=tick, daemon=True)
            ticker.start()
        mark = "✗"
        try:
            yield step
            mark = "✓"
        finally:
            over.set()
            if ticker:
                ticker.join()
            start, end = ("\r", "\x1b[K") if self._alive else ("", "")
            self._write(f"{start}  {mark} {title}  {time.monotonic() - begun:.1f} s{end}\n")
