"""Two phones call each other over loopback, with sound in both directions."""

from __future__ import annotations

import asyncio
import random
import wave
from pathlib import Path

import pytest

from yingda.caller import clips, sdp
from yingda.caller.call import PhoneCall
from yingda.caller.clips import from_wav
from yingda.caller.errors import BadAudio, NotAnswered, TooLate
from yingda.caller.phone import Phone

pytestmark = pytest.mark.anyio


async def _up(ann: Phone, ben: Phone) -> tuple[PhoneCall, PhoneCall]:
    ben.answer_after = 0.0
    ours = ann.call("ben", server=("127.0.0.1", ben.port))
    await ours.wait_answered(within=5)
    return ours, ben.calls[-1]


async def test_tones_both_ways(ann: Phone, ben: Phone) -> None:
    ours, theirs = await _up(ann, ben)
    await theirs.wait_heard(1.0)
    await ours.wait_heard(0.5)
    assert abs(ours.heard.pitch_hz() - 440) < 2 and abs(theirs.heard.pitch_hz() - 1000) < 2
    assert ours.heard.level_db == pytest.approx(-20, abs=1)
    assert ours.heard.power_at_db(1000) < -50, "nobody hears himself"
    assert ours.heard.lost == theirs.heard.lost == 0
    ours.hang_up()
    ending = await theirs.wait_ended(within=2)
    assert (ending.cause, ending.by) == ("normal", "them")
    assert ours.ending and ours.ending.by == "us"
    assert not ann.calls and not ben.calls


@pytest.mark.parametrize("codec", [sdp.PCMA, sdp.PCMU])
async def test_either_law(codec: int) -> None:
    async with Phone(user="a", codecs=(codec,), say=clips.tone(700)) as one, Phone(user="b") as other:
        _, theirs = await _up(one, other)
        await theirs.wait_heard(0.5)
        assert abs(theirs.heard.pitch_hz(0.4) - 700) < 3
        assert theirs.heard.level_db == pytest.approx(-20, abs=1)


async def test_keys(ann: Phone, ben: Phone) -> None:
    ours, theirs = await _up(ann, ben)
    await ours.send_keys("1290*#D")
    await asyncio.sleep(0.1)
    assert theirs.heard.keys == "1290*#D"
    assert theirs.heard.lost == 0


async def test_keys_by_info_when_there_are_no_events(ann: Phone, ben: Phone) -> None:
    ours, theirs = await _up(ann, ben)
    ours.stream._events = -1
    await ours.send_keys("5#")
    await asyncio.sleep(0.1)
    assert theirs.heard.keys == "5#"


async def test_hold_and_resume(ann: Phone, ben: Phone) -> None:
    ours, theirs = await _up(ann, ben)
    await ours.wait_heard(0.2)
    ours.hold()
    await asyncio.sleep(0.2)
    assert theirs.held_by_them and theirs.reinvites == 1
    still = ours.heard.packets
    await asyncio.sleep(0.2)
    assert ours.heard.packets == still, "the held side is silent"
    ours.resume()
    await ours.wait_heard(0.2, within=3)
    assert not theirs.held_by_them
    assert ours.heard.longest_gap_ms < 200, "a hold is no gap"


async def test_both_hold_at_once(ann: Phone, ben: Phone) -> None:
    """Glare: both get 491, both try again, and the call lives."""
    ours, theirs = await _up(ann, ben)
    ours.hold()
    theirs.hold()
    await asyncio.sleep(1.0)
    assert ours.state == theirs.state == "talking"
    assert ours.held_by_them and theirs.held_by_them


async def test_cancel_while_it_rings(ann: Phone, ben: Phone) -> None:
    ours = ann.call("ben", server=("127.0.0.1", ben.port))
    await ours.wait_ringing()
    theirs = ben.calls[0]
    ours.hang_up()
    assert (await ours.wait_ended(within=3)).cause == "cancelled"
    assert (await theirs.wait_ended(within=3)) == theirs.ending
    assert theirs.ending and theirs.ending.by == "them" and theirs.ending.cause == "cancelled"


async def test_cancel_that_meets_the_answer(ann: Phone, ben: Phone) -> None:
    """The other side lifts in the very moment that we give up: nobody is left talking to a dead line."""
    ours = ann.call("ben", server=("127.0.0.1", ben.port))
    await ours.wait_ringing()
    theirs = ben.calls[0]
    theirs.answer()
    ours.hang_up()
    await ours.wait_ended(within=3)
    await theirs.wait_ended(within=3)


async def test_hang_up_before_any_answer(ann: Phone, ben: Phone) -> None:
    ours = ann.call("ben", server=("127.0.0.1", ben.port))
    ours.hang_up("no_answer")
    ending = await ours.wait_ended(within=3)
    assert (ending.cause, ending.by) == ("no_answer", "us")
    await asyncio.sleep(0.1)
    assert not ben.calls


@pytest.mark.parametrize(("status", "cause"), [(486, "busy"), (603, "rejected"), (480, "unavailable")])
async def test_refusals(ann: Phone, ben: Phone, status: int, cause: str) -> None:
    ben.on_call = lambda call: call.reject(status)
    ours = ann.call("ben", server=("127.0.0.1", ben.port))
    with pytest.raises(NotAnswered) as refusal:
        await ours.wait_answered(within=3)
    assert refusal.value.params["cause"] == cause
    assert ours.ending and ours.ending.status == status and ours.ending.by == "them"


async def test_busy_with_one_call(ann: Phone, ben: Phone) -> None:
    ben.busy_with = 1
    await _up(ann, ben)
    second = ann.call("ben", server=("127.0.0.1", ben.port))
    assert (await second.wait_ended(within=3)).cause == "busy"


async def test_nobody_answers(ann: Phone, ben: Phone) -> None:
    ours = ann.call("ben", server=("127.0.0.1", ben.port))
    with pytest.raises(TooLate):
        await ours.wait_answered(within=0.3)
    assert ours.state == "ringing"


async def test_dead_phone(ann: Phone, ben: Phone) -> None:
    ben.answers = False
    ours = ann.call("ben", server=("127.0.0.1", ben.port))
    ending = await ours.wait_ended(within=5)
    assert (ending.cause, ending.status) == ("no_reply", 408)
    assert ann.wire.resent >= 4


async def test_loss_on_the_way(ann: Phone, ben: Phone) -> None:
    """A third of all SIP datagrams is lost, both ways: calls still come up and end on both sides."""
    chance = random.Random(4)
    ann.wire.drop = ben.wire.drop = lambda data: chance.random() < 0.33
    for _ in range(5):
        ours, theirs = await _up(ann, ben)
        ours.hang_up()
        await theirs.wait_ended(within=4)
    assert ben.ended == 5 and not ben.calls


async def test_auto_answer_header(ann: Phone, ben: Phone) -> None:
    ben.answer_after = 60.0
    ours = ann.call("ben", server=("127.0.0.1", ben.port), headers=(("call-info", "<sip:x>;answer-after=0"),))
    await ours.wait_answered(within=2)


async def test_saves_what_it_hears(tmp_path: Path, ben: Phone) -> None:
    async with Phone(user="ann", say=clips.tone(1000), save_in=tmp_path) as ann:
        ours, _ = await _up(ann, ben)
        await ours.wait_heard(1.2)
        ours.hang_up()
    (file,) = tmp_path.glob("*.wav")
    back = from_wav(file)
    assert 1.0 < len(back.samples) / 8000 < 3.0
    with wave.open(str(file)) as whole:
        assert (whole.getframerate(), whole.getnchannels(), whole.getsampwidth()) == (8000, 1, 2)


async def test_says_a_file_of_another_rate(tmp_path: Path, ann: Phone, ben: Phone) -> None:
    import numpy as np

    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        one = (8000 * np.sin(2 * np.pi * 600 * np.arange(44_100) / 44_100)).astype("<i2")
        file.writeframes(np.repeat(one, 2).tobytes())
    ben.answer_after = 0.0
    ours = ann.call("ben", server=("127.0.0.1", ben.port), say=from_wav(path, loop=True))
    await ours.wait_answered(within=3)
    await ben.calls[0].wait_heard(0.8)
    assert abs(ben.calls[0].heard.pitch_hz() - 600) < 2


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\3\0\1\0", bytes(5000)])
async def test_bad_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(BadAudio) as refusal:
        from_wav(path)
    assert str(path) in str(refusal.value.params["path"])


async def test_sixty_calls_at_once() -> None:
    async with Phone(user="a", say=clips.tone(1000)) as one, Phone(user="b", say=clips.tone(440)) as other:
        other.answer_after = 0.0
        calls = [one.call("b", server=("127.0.0.1", other.port)) for _ in range(60)]
        for call in calls:
            await call.wait_answered(within=10)
        await asyncio.sleep(3)
        heard = [call.heard for call in (*calls, *other.calls)]
        assert len(heard) == 120
        assert sum(one.lost for one in heard) <= 0.001 * sum(one.packets for one in heard)
        assert all(abs(call.heard.pitch_hz() - 440) < 2 for call in calls)
        assert all(abs(call.heard.pitch_hz() - 1000) < 2 for call in other.calls)
