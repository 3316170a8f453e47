"""Entry of the parts: `python -m yingda calls|web|worker --data D`, and `directory`, which the engine runs."""

from __future__ import annotations

import argparse
import gc
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from yingda.kit.errors import YingdaError
from yingda.kit.i18n import console_language, text
from yingda.main.settings import load


def _runner(part: str) -> Callable[..., None]:
    """The part's `run`, imported late: nobody pays for the others' libraries."""
    from importlib import import_module

    module = {"calls": "engine"}.get(part, part)
    gc.disable()  # an import leaves next to no garbage: to look for it takes a seventh of the start
    try:
        run: Callable[..., None] = import_module(f"yingda.main.{module}").run
    finally:
        gc.freeze()  # what was imported stays: no later collection need walk through it
        gc.enable()
    return run


def main(part: str, arguments: list[str]) -> int:
    """Run until told to stop. 0: asked to stop, 1: died of an error, 2: a start that cannot succeed."""
    begun = time.monotonic()
    parser = argparse.ArgumentParser(prog=f"yingda {part}")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--memory", action="store_true", help="directory: also who served whom last")
    given = parser.parse_args(arguments)
    try:
        settings = load(given.data)
        from yingda.kit import logs

        logs.set_up(part, settings.log_folder)
    except YingdaError as error:
        print(text(f"errors.{error.code}", console_language(), **error.params), file=sys.stderr)
        return 2
    log = logging.getLogger("yingda.main")
    try:
        run = _runner(part)
        log.info("part starts, imports took %d ms", int((time.monotonic() - begun) * 1000))
        run(settings, **({"memory": given.memory} if part == "directory" else {}))
    except KeyboardInterrupt:
        return 0
    except YingdaError as error:
        log.error(text(f"errors.{error.code}", settings.lang, **error.params))
        return 1
    except Exception:
        log.exception("%s died", part)
        return 1
    log.info("part ended")
    return 0
