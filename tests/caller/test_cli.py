"""`./yingda call`: bounds, what it reads from the data folder, what it prints, and Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
import wave
from pathlib import Path

import pytest

from yingda.caller import clips
from yingda.caller.cli import Job, read_order, run
from yingda.caller.errors import BadOrder, NoPlace, NoSuchPerson
from yingda.caller.phone import Phone
from yingda.caller.place import Place
from yingda.kit.i18n import catalogue

SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    (tmp_path / "demo.json").write_text(json.dumps({
        "sip_host": "127.0.0.1", "sip_port": 5999,
        "people": [{"number": "1002", "extension": "1002", "sip_username": "1002", "sip_secret": "s3"}],
        "customers": [{"number": "13901020304", "name": "李雷"}]}), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("argv", "option"), [
    (["1", "--count", "501"], "--count"), (["1", "--count", "0"], "--count"), (["1", "--rate", "51"], "--rate"),
    (["1", "--talk", "601"], "--talk"), (["1", "--talk", "nan"], "--talk"), (["1", "--keys", "1x"], "--keys"),
    (["1; rm"], "NUMBER"), ([], "NUMBER"), (["1", "--from", "a@b"], "--from"), (["1\r\nVia: x"], "NUMBER"),
])
def test_bounds(argv: list[str], option: str) -> None:
    with pytest.raises(BadOrder) as refusal:
        read_order(argv)
    assert refusal.value.params["option"] == option


def test_place_from_the_folder(demo: Path) -> None:
    place = Place(demo)
    assert place.server == ("127.0.0.1", 5999)
    assert place.account("1002") == ("1002", "s3") and place.customers() == ["13901020304"]
    with pytest.raises(NoSuchPerson):
        place.account("1003")


def test_place_from_settings_option_or_nowhere(tmp_path: Path) -> None:
    with pytest.raises(NoPlace):
        Place(tmp_path)
    (tmp_path / "yingda.toml").write_text('host = "0.0.0.0"\nsip_port = 5777\n')
    assert Place(tmp_path).server == ("127.0.0.1", 5777)
    assert Place(tmp_path, "10.0.0.9:5070").server == ("10.0.0.9", 5070)
    for bad in ("h:0", "h:x", ":5060", "h:99999"):
        with pytest.raises(BadOrder):
            Place(tmp_path, bad)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_refusal_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str) -> None:
    assert run(["1", "--data", str(tmp_path), "--lang", lang]) == 1
    said = capsys.readouterr().err
    assert str(tmp_path) in said and "{" not in said and "errors." not in said


def test_both_languages_say_the_same_things() -> None:
    zh, en = ({key: set(re.findall(r"{(\w+)}", sentence)) for key, sentence in catalogue(lang).items()
               if key.startswith(("caller.", "errors.caller."))} for lang in ("zh", "en"))
    assert zh == en and len(zh) > 40


@pytest.mark.anyio
async def test_calls_press_keys_talk_and_sum_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = tmp_path / "say.wav"
    with wave.open(str(said), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(clips.tone(800).samples.tobytes())
    keys: list[str] = []
    pitches: list[float] = []
    async with Phone(user="switch", answer_after=0.0, say=clips.tone(440)) as switch:
        def on_call(call: object) -> None:
            pass

        switch.on_call = on_call
        ended = switch.call_ended

        def note(call: object) -> None:
            keys.append(call.heard.keys)  # type: ignore[attr-defined]
            pitches.append(call.heard.pitch_hz(0.4))  # type: ignore[attr-defined]
            ended(call)  # type: ignore[arg-type]

        switch.call_ended = note  # type: ignore[method-assign]
        order = read_order(["4008001000", "--server", f"127.0.0.1:{switch.port}", "--count", "2", "--rate", "10",
                            "--talk", "1.6", "--keys", "1#", "--keys-after", "0.2", "--say", str(said),
                            "--from", "13800138000", "--save", str(tmp_path / "heard"), "--lang", "en"])
        assert await Job(order).go() == 0
    lines = capsys.readouterr().out.splitlines()
    assert keys == ["1#", "1#"] and all(abs(hertz - 800) < 3 for hertz in pitches)
    assert sum("13800138000 → 4008001000" in line and "hung up normally (by us)" in line for line in lines) == 2
    assert "-20 dBFS" in lines[1] and "2 call(s), 2 answered" in lines[-1]
    assert len(list((tmp_path / "heard").glob("*.wav"))) == 2


@pytest.mark.anyio
async def test_busy_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    async with Phone(user="switch", on_call=lambda call: call.reject(486)) as switch:
        assert await Job(read_order(["1", "--server", f"127.0.0.1:{switch.port}", "--lang", "zh"])).go() == 1
    assert "忙（对方）" in capsys.readouterr().out


def test_no_switch_there(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{deaf.getsockname()[1]}"
        assert run(["1", "--server", place, "--lang", "en"]) == 1
    assert place in capsys.readouterr().err


@pytest.mark.anyio
async def test_stop_while_nobody_answers() -> None:
    """Ctrl-C ends it in two seconds even when the switch is silent or only rings."""
    async with Phone(user="switch", server=("127.0.0.1", 9)) as switch:
        job = Job(read_order(["1", "--server", f"127.0.0.1:{switch.port}", "--lang", "en"]))
        switch.answers = False
        going = asyncio.create_task(job.go())
        await asyncio.sleep(0.3)
        job.stop.set()
        async with asyncio.timeout(6):
            assert await going == 1
        assert job.done[0].ending and job.done[0].ending.cause == "cancelled"


@pytest.mark.anyio
async def test_control_c_hangs_up() -> None:
    async with Phone(user="switch", answer_after=0.0) as switch:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "import sys; from yingda.caller.cli import run; sys.exit(run(sys.argv[1:]))",
            "1", "--server", f"127.0.0.1:{switch.port}", "--talk", "60", "--lang", "en",
            stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(SOURCE)})
        async with asyncio.timeout(15):
            while not (switch.calls and switch.calls[0].state == "talking"):
                await asyncio.sleep(0.05)
            call = switch.calls[0]
            child.send_signal(signal.SIGINT)
            out, _ = await child.communicate()
        assert child.returncode == 0 and b"1 answered" in out
        assert call.ending and call.ending.by == "them" and call.ending.cause == "normal"
