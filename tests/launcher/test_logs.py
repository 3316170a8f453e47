from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from yingda.kit.logs import mask_number, mask_text

PROGRAM = """
import logging, sys, pathlib, structlog
from yingda.kit import logs
logs.set_up("calls", pathlib.Path(sys.argv[1]))
log = structlog.get_logger("engine")
structlog.contextvars.bind_contextvars(call="774411223344556677")
log.info("call_offered", caller="13812345678", agent="1001", at_ms=1763846400000, link_token="s3cret-s3cret",
         nested={"password": "hunter2", "numbers": ["02112345678"]})
logging.getLogger("library").warning("dialling %s with token=%s", "13912345678", "abcdef")
try:
    raise ValueError("could not reach 13712345678")
except ValueError:
    log.exception("it_broke")
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], str, str]:
    folder: Path = tmp_path_factory.mktemp("log")
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(folder)], capture_output=True, text=True, check=True)
    raw = (folder / "calls.log").read_text("utf-8")
    return [json.loads(line) for line in raw.splitlines()], raw, done.stderr


def test_every_line_is_json_and_carries_the_calls_id(written: tuple[list[dict[str, Any]], str, str]) -> None:
    lines = written[0]
    assert [line["event"] for line in lines[::2]] == ["call_offered", "it_broke"]
    assert {line["call"] for line in lines} == {"774411223344556677"}
    assert {line["process"] for line in lines} == {"calls"}
    assert all(line["at"].endswith("Z") for line in lines)


def test_numbers_and_secrets_are_hidden_and_ids_are_not(written: tuple[list[dict[str, Any]], str, str]) -> None:
    lines, raw, stderr = written
    assert lines[0]["caller"] == "138****5678"
    assert lines[0]["agent"] == "1001"
    assert lines[0]["at_ms"] == 1763846400000
    assert "139****5678" in lines[1]["event"]
    for hidden in ("13812345678", "02112345678", "13912345678", "13712345678", "s3cret", "hunter2", "abcdef"):
        assert hidden not in raw
        assert hidden not in stderr


def test_errors_are_short_on_the_terminal_and_whole_in_the_file(
    written: tuple[list[dict[str, Any]], str, str],
) -> None:
    lines, _, stderr = written
    assert stderr == "[calls] it_broke (ValueError: could not reach 137****5678)\n"
    assert "Traceback" in lines[2]["exception"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13812345678", "138****5678"), ("1001", "1001"), ("02112345678", "021****5678"), ("95588", "95588"),
     ("123456", "1***3456")],
)
def test_mask_number(number: str, shown: str) -> None:
    assert mask_number(number) == shown


def test_mask_text_leaves_ids_and_times() -> None:
    kept = "call 774411223344556677 at 1763846400000 port 20000-20999"
    assert mask_text(kept) == kept
