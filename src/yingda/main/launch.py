"""What `./yingda` does before handing over: prepare, then become the real program. Standard library only."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from yingda.kit.errors import YingdaError
from yingda.kit.i18n import console_language, text
from yingda.main import switch
from yingda.main.console import Console
from yingda.main.prepare import Preparer, environment, python
from yingda.main.settings import CHECKOUT

_HELP = ("help", "-h", "--help")


def _option(arguments: list[str], name: str) -> str | None:
    for place, word in enumerate(arguments):
        if word == "--":
            return None
        if word == name and place + 1 < len(arguments):
            return arguments[place + 1]
        if word.startswith(name + "="):
            return word[len(name) + 1:]
    return None


def _log_file(arguments: list[str]) -> Path:
    """In the data folder when that can be written (its refusal is `up`'s to tell), else a temporary file."""
    folder = Path(_option(arguments, "--data") or CHECKOUT / "data") / "log"
    if arguments[0] == "test":
        folder = CHECKOUT / ".tools" / "log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "prepare.log"
        file.open("a").close()
    except OSError:
        return Path(tempfile.gettempdir()) / f"yingda-prepare-{os.getuid()}.log"
    return file


def fetch_switch_beside(log: Path) -> None:
    """Fetch the private switch while the page is built; `up` waits for it, and tries again should it fail.

    Ends with us, or with the program that we become.
    """
    if switch.at_hand(os.environ):
        return
    from yingda.main.supervise import die_with_parent

    with log.open("ab") as out:
        subprocess.Popen([str(python()), "-m", "yingda", "fetch-switch"], stdin=subprocess.DEVNULL, stdout=out,
                         stderr=out, env=environment(), preexec_fn=die_with_parent)


def _hand_over(arguments: list[str], lang: str) -> NoReturn:
    """Become the program: signals, terminal and exit code are then its own."""
    sys.stdout.flush()
    words = [str(python()), "-m", "yingda", *arguments]
    os.execve(python(), words, {**environment(), "YINGDA_LANG": lang})  # noqa: S606 - no shell wanted


def main(arguments: list[str]) -> int:
    lang = console_language(_option(arguments, "--lang"))
    console = Console(lang)
    while arguments and arguments[0].partition("=")[0] == "--lang":
        arguments = arguments[1 if "=" in arguments[0] else 2:]
    if not arguments or arguments[0] in _HELP:
        console.say("main.prepare.usage")
        return 0 if arguments else 2
    command, log = arguments[0], _log_file(arguments)
    preparer = Preparer(console, log)
    try:
        preparer.packages(tests=command == "test")
        if command == "up":
            fetch_switch_beside(log)
        if command == "test":
            from yingda.main.check import run

            return run(arguments[1:], console, preparer)
        if command == "up" and not set(arguments) & {"--help", "-h"}:
            preparer.page()
    except YingdaError as error:
        print(f"✗ {text(f'errors.{error.code}', lang, **error.params)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    _hand_over(arguments, lang)
