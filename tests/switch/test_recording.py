"""Recordings: two channels, both sides in them, on the side that they belong to."""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.switch.conftest import PHONE, TRUNK
from tests.switch.house import SCENARIOS, House, Switchboard
from yingda.kit.ids import switch_name
from yingda.telephony import commands as do
from yingda.telephony import facts as f
from yingda.telephony.switch.install import Install

pytestmark = [pytest.mark.switch, pytest.mark.anyio]

RATE = 8000
AGENT_HZ, CALLER_HZ = 1000.0, 440.0


def alaw(samples: npt.NDArray[np.int16]) -> bytes:
    """G.711 A-law by the table of the standard's segments."""
    out = bytearray()
    for sample in samples.tolist():
        sign = 0x80 if sample >= 0 else 0
        size = min(abs(sample if sample >= 0 else sample + 1), 32635) >> 4
        exponent = max(0, size.bit_length() - 4)
        mantissa = (size >> (exponent if exponent else 1)) & 0x0F if exponent else size & 0x0F
        if size >= 32:
            exponent = size.bit_length() - 5
            mantissa = (size >> exponent) & 0x0F
            exponent += 1
        elif size >= 16:
            exponent, mantissa = 1, size & 0x0F
        out.append((sign | exponent << 4 | mantissa) ^ 0x55)
    return bytes(out)


def tone(folder: Path, name: str, hertz: float) -> str:
    wave = np.array([8000 * math.sin(2 * math.pi * hertz * n / RATE) for n in range(RATE)], dtype=np.int16)
    path = folder / name
    path.write_bytes(alaw(wave))
    return str(path)


def playing(folder: Path, scenario: str, file: str) -> str:
    """A scenario that plays the file as soon as the call is up."""
    text = (SCENARIOS / f"{scenario}.xml").read_text().replace("[auto_media_port]", "[rtpstream_audio_port]")
    action = f'<nop><action><exec rtp_stream="{file},-1,8"/></action></nop>\n'
    mark = '<recv request="ACK" crlf="true"></recv>\n' if scenario == "phone" else "  <pause/>\n"
    assert mark in text
    after = mark + action if scenario == "phone" else action + mark
    (folder / f"{scenario}-tone.xml").write_text(text.replace(mark, after, 1))
    return f"{scenario}-tone.xml"


def strength(samples: npt.NDArray[np.int16], hertz: float) -> float:
    """Amplitude of one frequency."""
    turn = np.exp(-2j * np.pi * hertz * np.arange(len(samples)) / RATE)
    return float(2 * abs(np.dot(samples.astype(np.float64), turn)) / max(1, len(samples)))


async def talk(board: Switchboard, base: str, seconds: float) -> Path:
    phone_file = tone(board.folder, "agent.al", AGENT_HZ)
    caller_file = tone(board.folder, "caller.al", CALLER_HZ)
    await board.phone(PHONE, scenario=playing(board.folder, "phone", phone_file), ring_ms=100)
    caller = board.caller("4008001000", talk_ms=int(seconds * 1000),
                          scenario=playing(board.folder, "caller", caller_file))
    arrived = await board.expect(f.LegArrived)
    leg, bridge = switch_name("leg"), switch_name("bridge")
    board.switch.carry_out("1", [
        do.Answer(leg=arrived.leg), do.StartMusic(leg=arrived.leg),
        do.Ring(leg=leg, endpoint="1001", caller_id=arrived.caller, call_id="1", originator=arrived.leg,
                record_as=base),
    ])
    await board.expect(f.LegAnswered, leg=leg)
    board.switch.carry_out("1", [do.MakeBridge(bridge=bridge, call_id="1"),
                                 do.Join(bridge=bridge, legs=(arrived.leg, leg))])
    assert await caller.done() == 0, caller.errors()
    board.switch.carry_out("1", [do.HangUp(leg=leg)])
    await board.expect(f.LegGone, leg=leg)
    assert board.came(f.CommandRefused) == []
    return board.house.config.spool / f"{base}.raw"


def settled(path: Path) -> npt.NDArray[np.int16]:
    """The finished file as samples [frames, 2]."""
    size, until = -1, time.monotonic() + 3
    while time.monotonic() < until and (not path.exists() or path.stat().st_size != size):
        size = path.stat().st_size if path.exists() else -1
        time.sleep(0.2)
    raw = np.frombuffer(path.read_bytes(), dtype="<i2")
    return raw[: len(raw) // 2 * 2].reshape(-1, 2)


async def test_both_sides_are_in_the_recording_each_on_its_channel(board: Switchboard) -> None:
    path = await talk(board, "rec-two-sides", 3.0)
    samples = await asyncio.to_thread(settled, path)
    assert 2.0 < len(samples) / RATE < 3.6
    middle = samples[RATE : RATE * 2]
    first, second = middle[:, 0], middle[:, 1]
    assert strength(first, AGENT_HZ) > 3000 > 300 > strength(first, CALLER_HZ), "first channel: what the leg said"
    assert strength(second, CALLER_HZ) > 3000 > 300 > strength(second, AGENT_HZ), "second channel: what it heard"


async def test_a_name_from_outside_cannot_leave_the_spool_folder(board: Switchboard) -> None:
    await board.phone(PHONE, ring_ms=50)
    leg = switch_name("leg")
    board.switch.carry_out("1", [
        do.Ring(leg=leg, endpoint="1001", caller_id="1", call_id="1", record_as="../../../evil,b;touch x|${SHELL(id)}"),
    ])
    await board.expect(f.LegAnswered, leg=leg)
    await asyncio.sleep(0.3)
    spool = board.house.config.spool
    assert (spool / "evilbtouchxSHELLid.raw").exists()
    assert not list(spool.parent.glob("evil*")) and not list(spool.parent.parent.glob("evil*"))


async def test_nothing_is_recorded_unless_asked(board: Switchboard) -> None:
    await board.phone(PHONE, ring_ms=50)
    before = set(board.house.config.spool.iterdir())
    leg = switch_name("leg")
    board.switch.carry_out("1", [do.Ring(leg=leg, endpoint="1001", caller_id="1", call_id="1")])
    await board.expect(f.LegAnswered, leg=leg)
    await asyncio.sleep(0.3)
    assert set(board.house.config.spool.iterdir()) == before


async def test_a_data_folder_with_a_human_name_works(install: Install, tmp_path: Path) -> None:
    folder = tmp_path / "数据 of the 客服"
    folder.mkdir()
    house = House(install, folder)
    house.start()
    try:
        async with Switchboard(house, tmp_path) as board:
            await board.switch.set_phones([PHONE], [TRUNK])
            await board.phone(PHONE, ring_ms=50)
            leg = switch_name("leg")
            board.switch.carry_out("1", [
                do.Ring(leg=leg, endpoint="1001", caller_id="1", call_id="1", record_as="rec-here"),
            ])
            await board.expect(f.LegAnswered, leg=leg)
            play = switch_name("pb")
            board.switch.carry_out("1", [do.Play(leg=leg, playback=play, media=("sound:yd/thanks",))])
            assert (await board.expect(f.PromptEnded, playback=play)).failed is False
            assert (house.config.spool / "rec-here.raw").exists()
    finally:
        house.stop()
