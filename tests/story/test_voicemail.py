"""Messages: what the caller hears, what is kept, what is none, and that no crash loses one."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from msgspec.structs import replace
from tests.story.world import World, site

from yingda.acd.policy import Policy
from yingda.agents import machine as am
from yingda.bus import verbs as v
from yingda.calls import events as e
from yingda.calls.runner import decode_call
from yingda.calls.state import Call
from yingda.journey import errors as err
from yingda.journey.voicemail import leave_message
from yingda.telephony import commands as c
from yingda.telephony import facts as f
from yingda.worker import derive

pytestmark = pytest.mark.story


def begin(w: World, box: str = "802", wait_ms: int = 3_000) -> str:
    """A caller waits in a group and then comes to the box; up to the first second after the tone."""
    leg = w.caller()
    w.run(wait_ms)
    assert leave_message(w.story, w.call(leg), box, w.at) == ""
    w.run(w.prompt_ms + 1_000)
    return leg


def heard(w: World, leg: str) -> list[tuple[str, ...]]:
    return [x.media for _, x in w.commands if isinstance(x, c.Play) and x.leg == leg]


def kept(call: Call) -> tuple[str, str, int]:
    """Outcome of the call, of the message's segment, and its length."""
    (segment,) = (s for s in call.segments if s.kind == "message")
    return call.outcome, segment.outcome, segment.ended_at - segment.answered_at


def test_greeting_tone_message_and_hang_up() -> None:
    w = World()
    leg = begin(w)
    assert heard(w, leg)[-1] == ("sound:yd/leave-message", "sound:yd/beep")
    assert w.call(leg).state == "leaving" and leg not in w.music
    w.run(9_000)
    w.leaves(leg)
    call = w.call(leg)
    assert kept(call) == ("message", "left", 10_000)
    assert [(s.kind, s.outcome) for s in call.segments] == [("queue", "voicemail"), ("message", "left")]
    (talk,) = derive.talks(call)
    assert talk.message and talk.base in {x.recording for _, x in w.commands if isinstance(x, c.Record)}
    assert [x.kind for x in derive.contacts([call])] == ["message"]
    w.at_rest()


@pytest.mark.parametrize("said_ms", [0, 1_900])
def test_hang_up_before_the_tone_or_at_once_is_a_lost_call_only(said_ms: int) -> None:
    w = World()
    leg = w.caller()
    w.run(3_000)
    leave_message(w.story, w.call(leg), "802", w.at)
    w.run(w.prompt_ms + said_ms if said_ms else 500)
    w.leaves(leg)
    call = w.call(leg)
    assert (call.outcome, derive.talks(call)) == ("abandoned_message", [])
    assert [(x.kind, x.reason) for x in derive.contacts([call])] == [("lost", "abandoned_message")]
    assert any(isinstance(x, c.DropRecording) for _, x in w.commands) == bool(said_ms), "no file without a row"


def test_listen_say_it_again_and_keep() -> None:
    w = World()
    leg = begin(w)
    w.run(4_000)
    w.recorded(leg)  # by the pound key
    w.run(100)
    assert heard(w, leg)[-1] == ("sound:yd/message-options",)
    w.key(leg, "1")
    w.run(10)
    name = w.call(leg).message.recording  # type: ignore[union-attr]
    assert heard(w, leg)[-1] == (f"recording:{name}", "sound:yd/message-options")
    w.key(leg, "3")
    w.run(w.prompt_ms + 8_000)
    assert heard(w, leg)[-1] == ("sound:yd/beep",)
    w.recorded(leg, silence_ms=1_000)
    w.key(leg, "2")
    w.run(w.prompt_ms + 100)
    call = w.call(leg)
    assert (call.state, kept(call)[:2], call.ended_by) == ("ended", ("message", "left"), "system")
    assert heard(w, leg)[-1] == ("sound:yd/message-saved",)
    assert [x.append for _, x in w.commands if isinstance(x, c.Record)] == [False, False], "the second take replaces"
    w.at_rest()


def test_no_key_keeps_it_and_a_hang_up_while_choosing_too() -> None:
    w = World()
    one, two = begin(w), begin(w)
    w.run(5_000)
    w.recorded(one)
    w.recorded(two)
    w.run(200)
    w.leaves(two)
    w.run(w.prompt_ms + 6_000 + w.prompt_ms + 100)
    for leg in (one, two):
        assert kept(w.call(leg))[:2] == ("message", "left")
    w.at_rest()


def test_silence_is_asked_once_more_and_then_given_up() -> None:
    w = World()
    leg = begin(w)
    w.run(7_000)
    w.recorded(leg, silence_ms=8_000)
    w.run(10)
    assert heard(w, leg)[-1] == ("sound:yd/message-too-short", "sound:yd/beep")
    w.run(w.prompt_ms + 8_000)
    w.recorded(leg, silence_ms=8_000)
    w.run(10)
    assert w.call(leg).outcome == "abandoned_message"
    w.at_rest()


def test_an_agent_who_becomes_free_is_not_rung_for_a_caller_at_the_box() -> None:
    w = World()
    leg = begin(w)
    w.staff("1001")
    w.run(2_000)
    assert w.agent("1001").state == "ready" and w.call(leg).state == "leaving"


def test_own_box_and_unknown_box() -> None:
    w = World()
    leg = begin(w, "1002")
    assert w.call(leg).message.owner_id == "p2"  # type: ignore[union-attr]
    other = w.caller()
    w.run(1_000)
    assert leave_message(w.story, w.call(other), "999", w.at) == "unknown"
    assert w.call(other).state == "waiting", "nothing has happened"


@pytest.mark.parametrize("phase", ["greeting", "recording", "choosing"])
def test_the_engine_dies_and_comes_back(phase: str) -> None:
    """The record alone goes on; the switch meanwhile has recorded on, and the caller has hung up or not."""
    w = World()
    leg = w.caller()
    w.run(3_000)
    leave_message(w.story, w.call(leg), "802", w.at)
    w.run(500 if phase == "greeting" else w.prompt_ms + 5_000)
    if phase == "choosing":
        w.recorded(leg)
    call = decode_call(msgspec.to_builtins(w.call(leg)))  # through the journal
    w.desk.restore([call])
    w.commands.clear()
    w.desk.post(call.id, e.Compared(at=w.at, bridged=(), bridge_lives=False))
    if phase == "recording":
        (again,) = (x for _, x in w.commands if isinstance(x, c.Record))
        assert again.append, "what is there is kept"
    w.run(15_000 if phase == "greeting" else 4_000)
    w.tell(f.LegGone(at=w.at, leg=leg, cause=-1, cause_text="missing"))
    assert w.call(leg).outcome == "message"


def test_the_switch_dies_while_somebody_speaks() -> None:
    w = World()
    leg = begin(w)
    w.run(8_000)
    w.desk.post(w.call(leg).id, e.SwitchLost(at=w.at))
    assert kept(w.call(leg))[:2] == ("message", "left"), "the file has no header that could be broken"


def test_a_groups_box_has_its_own_greeting_and_length() -> None:
    book = site()
    own = Policy(box_greeting="own/p9", box_longest_s=60)
    w = World(replace(book, queues=tuple(replace(q, policy=own) if q.number == "802" else q for q in book.queues)))
    leg = begin(w)
    assert heard(w, leg)[-1] == ("sound:own/p9", "sound:yd/beep")
    assert [x.longest_s for _, x in w.commands if isinstance(x, c.Record)] == [60]
    w.run(60_000)
    assert w.call(leg).message.phase == "choosing", "as long as the box allows"  # type: ignore[union-attr]


def test_a_persons_own_box_has_the_greeting_that_he_chose() -> None:
    w = World()
    w.office.set_features("1002", "p2", box_greeting="own/p7")
    w.office.change("1002", "p2", dnd=True)
    assert heard(w, begin(w, "1002"))[-1] == ("sound:own/p7", "sound:yd/beep"), "a code on the phone leaves it alone"
    assert heard(w, begin(w, "1001"))[-1] == ("sound:yd/leave-message", "sound:yd/beep")


def test_a_prompt_is_said_on_ones_own_phone() -> None:
    w = World()
    w.staff("1001", ready=False)
    ask = v.RecordPrompt(actor="p1", agent_id="p1")
    call_id = asyncio.run(w.verbs.do(ask))["call_id"]
    leg = w.desk.calls[call_id].caller_leg
    while not w.recording:
        w.run(100)
    w.run(700)
    w.recorded(leg)
    w.run(100)
    assert heard(w, leg) == [("sound:yd/beep",), ("sound:yd/message-options",)], "a short word is a prompt too"
    w.key(leg, "2")
    w.run(10_000)
    call = w.ended[call_id]
    assert kept(call)[:2] == ("message", "left") and [s.number for s in call.segments] == ["prompt"]
    assert len(derive.talks(call)) == 1 and not derive.contacts([call]), "nobody is to be called back for it"
    w.agents.post("p1", am.ReadyAsked(at=w.at))
    with pytest.raises(err.NotNow):
        asyncio.run(w.verbs.do(ask))
    w.at_rest()
