"""Transfers, consultations and supervisors in virtual time: who is in which bridge, who is free again."""

from __future__ import annotations

import contextlib

import pytest
from tests.story.talks import consult, do, talk
from tests.story.world import Phone

from yingda.bus import verbs as v
from yingda.calls import events as e
from yingda.calls.state import Call
from yingda.kit.errors import YingdaError
from yingda.telephony import commands as c

pytestmark = pytest.mark.story


def test_consult_then_complete() -> None:
    w, leg, call = talk(wrap_up_s=5)
    consult(w, call)
    w.run(100)
    assert leg in w.music and w.agent("1002").state == "ringing"
    assert w.screen._agent("p1").can[-2:] == ("consult_cancel", "transfer_complete")  # type: ignore[union-attr]
    w.run(2_500)
    now = w.call(leg)
    assert now.third_up and w.bridges[now.third_bridge] == {now.agent_leg, now.third_leg}
    assert w.bridges[now.bridge] == set()
    do(w, v.CompleteTransfer(actor="p1", agent_id="p1", call_id=call.id))
    w.run(10)
    now = w.call(leg)
    assert (now.state, now.agent_id, now.transfers) == ("talking", "p2", 1)
    assert w.bridges[now.bridge] == {leg, now.agent_leg} and leg not in w.music
    assert w.agent("1001").state == "wrapping_up" and w.agent("1002").state == "talking"
    w.leaves(leg)
    w.run(20)
    assert [(s.kind, s.agent_id, s.outcome) for s in w.call(leg).segments] == [
        ("queue", "", "assigned"), ("agent", "p1", "transferred"), ("agent", "p2", "answered")]  # oracle O2
    assert all(s.recording for s in w.call(leg).segments if s.kind == "agent") and w.outcomes == {"answered": 1}
    w.at_rest()


@pytest.mark.parametrize("way", [v.CancelConsult, v.HangUpCall])
def test_consult_cancelled_gives_the_customer_back(way: type[v.CancelConsult | v.HangUpCall]) -> None:  # oracle O3
    """The red button ends the consultation: it never drops the customer."""
    w, leg, call = talk()
    consult(w, call)
    w.run(10_000)
    do(w, way(actor="p1", agent_id="p1", call_id=call.id))
    w.run(10)
    now = w.call(leg)
    assert now.state == "talking" and w.bridges[now.bridge] == {leg, now.agent_leg}
    assert w.agent("1002").engagement == "free"
    w.leaves(leg)
    w.run(10)
    assert w.call(leg).segments[1].hold_ms == 10_000
    w.at_rest()


@pytest.mark.parametrize("phone", [Phone(cause=17), Phone(answer_ms=2_000, talk_ms=500)])
def test_the_consulted_one_refuses_or_hangs_up(phone: Phone) -> None:
    w, leg, call = talk()
    w.phones["1002"] = phone
    consult(w, call)
    w.run(4_000)
    assert w.call(leg).state == "talking" and leg not in w.music
    assert w.agent("1002").engagement == "free"


def test_agent_puts_the_phone_down_while_the_colleague_still_rings() -> None:
    w, leg, call = talk()
    consult(w, call)
    w.run(500)
    w.leaves(call.agent_leg)
    w.run(500)
    assert w.call(leg).state == "transferring" and w.agent("1001").engagement == "free" and leg in w.music
    w.run(3_000)
    assert w.call(leg).state == "talking" and w.call(leg).agent_id == "p2"


def test_blind_transfer_frees_the_agent_at_once() -> None:
    w, leg, call = talk()
    do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to="1002"))
    w.run(10)
    assert w.agent("1001").state == "wrapping_up" and leg in w.music
    w.run(3_000)
    now = w.call(leg)
    assert (now.state, now.agent_id) == ("talking", "p2") and w.bridges[now.bridge] == {leg, now.agent_leg}
    w.leaves(leg)
    w.run(20)
    w.at_rest()


def test_blind_transfer_that_nobody_takes_goes_back_to_the_queue() -> None:
    w, leg, call = talk(wrap_up_s=60)
    w.phones["1002"] = Phone(answer_ms=None)
    do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to="1002"))
    do(w, v.SignOut(actor="p1", agent_id="p1"))  # so he cannot be rung back
    w.run(31_000)
    assert w.call(leg).state == "waiting" and w.agent("1002").engagement == "free"
    do(w, v.SetReady(actor="p3", agent_id="p3"))
    w.run(3_000)
    assert w.call(leg).agent_id == "p3" and w.call(leg).state == "talking"


def test_transfer_to_an_outside_number_and_to_a_queue() -> None:
    w, leg, call = talk()
    do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to="13912345678"))
    w.run(2_000)
    now = w.call(leg)
    assert now.state == "talking" and now.agent_id == "" and now.agent_number == "13912345678"
    assert [x.number for _, x in w.commands if isinstance(x, c.Ring)][-1] == "13912345678"
    w.leaves(now.agent_leg)
    w.run(20)
    w.at_rest()
    w, leg, call = talk()
    do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to="queue:801"))
    w.run(10)
    assert w.call(leg).state == "waiting" and w.call(leg).queue_id == "q1"


@pytest.mark.parametrize("to", ["1001", "12", "queue:999", "1003"])
def test_impossible_targets_are_refused_and_the_talk_goes_on(to: str) -> None:
    w, leg, call = talk()
    w.story.phones["1003"] = False
    with pytest.raises(YingdaError):
        do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to=to))
    assert w.call(leg).state == "talking"


def test_listen_whisper_barge_in_one_session_and_the_talk_is_untouched() -> None:
    w, leg, call = talk()
    talkers = {leg, call.agent_leg}
    do(w, v.WatchCall(actor="p2", agent_id="p2", call_id=call.id, mode="listen"))
    w.run(200)
    now = w.call(leg)
    watcher = now.watchers[0]
    assert w.bridges[call.bridge] == talkers and w.bridges[watcher.bridge] == {watcher.leg, watcher.snoop}
    assert not [x for _, x in w.commands if isinstance(x, c.Snoop)][-1].whisper
    assert w.screen._agent("p2").watching == "listen"  # type: ignore[union-attr]
    assert w.screen._agent(call.agent_id).watching == ""  # type: ignore[union-attr]
    do(w, v.WatchCall(actor="p2", agent_id="p2", call_id=call.id, mode="whisper"))
    w.run(50)
    assert [x for _, x in w.commands if isinstance(x, c.Snoop)][-1].whisper and w.bridges[call.bridge] == talkers
    do(w, v.WatchCall(actor="p2", agent_id="p2", call_id=call.id, mode="barge"))
    w.run(50)
    assert w.bridges[call.bridge] == talkers | {watcher.leg}
    assert w.screen._agent("p2").watching == "barge"  # type: ignore[union-attr]
    w.leaves(watcher.leg)
    w.run(50)
    assert w.screen._agent("p2").watching == ""  # type: ignore[union-attr]
    assert w.call(leg).state == "talking" and not w.call(leg).watchers and w.bridges[call.bridge] == talkers
    assert w.agent("1002").engagement == "free"
    w.leaves(leg)
    w.run(20)
    w.at_rest()


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
def test_a_change_of_mode_that_a_death_cut_short_is_made_good(mode: str) -> None:
    """What the switch did not hear of before the engine died: a listener is never left where he can be heard."""
    w, leg, call = talk()
    do(w, v.WatchCall(actor="p2", agent_id="p2", call_id=call.id, mode=mode))
    w.run(200)
    watcher = w.call(leg).watchers[0]
    talkers = {leg, call.agent_leg}
    w.bridges.pop(watcher.bridge, None)
    w.bridges[call.bridge] = talkers if mode == "barge" else talkers | {watcher.leg}
    w.desk.post(call.id, e.Compared(at=w.at, bridged=tuple(w.bridges[call.bridge]), bridge_lives=True))
    w.run(50)
    if mode == "barge":
        assert w.bridges[call.bridge] == talkers | {watcher.leg}
    else:
        assert w.bridges[call.bridge] == talkers and w.bridges[watcher.bridge] == {watcher.leg, watcher.snoop}
    w.leaves(leg)
    w.run(50)
    assert w.agent("1002").engagement == "free"
    w.at_rest()


def test_intercept_takes_the_agents_place() -> None:  # oracle O4
    w, leg, call = talk()
    do(w, v.WatchCall(actor="p2", agent_id="p2", call_id=call.id, mode="listen"))
    w.run(200)
    do(w, v.InterceptCall(actor="p2", agent_id="p2", call_id=call.id))
    w.run(20)
    now = w.call(leg)
    assert (now.state, now.agent_id) == ("talking", "p2") and w.bridges[now.bridge] == {leg, now.agent_leg}
    assert w.agent("1001").state == "wrapping_up" and w.agent("1002").state == "talking"
    w.leaves(leg)
    w.run(20)
    w.at_rest()


def test_a_watched_call_ends_and_the_supervisor_is_free() -> None:
    w, leg, call = talk()
    do(w, v.WatchCall(actor="p2", agent_id="p2", call_id=call.id, mode="whisper"))
    w.run(200)
    do(w, v.ForceHangUp(actor="p2", call_id=call.id))
    w.run(20)
    assert w.call(leg).ended_by == "supervisor" and w.agent("1002").engagement == "free"
    w.at_rest()


def test_forced_states_wait_for_the_end_of_the_call() -> None:
    w, leg, _ = talk(wrap_up_s=0)
    do(w, v.ForceState(actor="p2", agent_id="p1", presence="on_break"))
    assert w.agent("1001").state == "talking"
    w.leaves(leg)
    w.run(20)
    assert (w.agent("1001").state, w.agent("1001").reason) == ("on_break", "supervisor")
    do(w, v.ForceState(actor="p2", agent_id="p1", presence="signed_out"))
    assert w.agent("1001").state == "signed_out"


def test_toggle_swaps_who_hears_music() -> None:
    w, leg, call = talk()
    consult(w, call)
    w.run(3_000)
    now = w.call(leg)

    def toggle() -> Call:
        do(w, v.ToggleConsult(actor="p1", agent_id="p1", call_id=call.id))
        w.run(1_000)
        return w.call(leg)

    now = toggle()
    assert w.bridges[now.bridge] == {leg, now.agent_leg} and now.third_leg in w.music and leg not in w.music
    assert now.held_since == 0
    now = toggle()
    assert w.bridges[now.third_bridge] == {now.agent_leg, now.third_leg} and leg in w.music and now.held_since
    now = toggle()
    do(w, v.CompleteTransfer(actor="p1", agent_id="p1", call_id=call.id))
    w.run(10)
    now = w.call(leg)
    assert w.bridges[now.bridge] == {leg, now.agent_leg} and not w.music and now.agent_id == "p2"
    assert now.segments[1].hold_ms == 4_000, "the customer's time on music, not the third's"
    w.leaves(leg)
    w.run(20)
    w.at_rest()


@pytest.mark.parametrize("aside", [False, True])
def test_the_customer_hangs_up_while_the_agent_consults(aside: bool) -> None:
    w, leg, call = talk()
    consult(w, call)
    w.run(3_000)
    if aside:
        do(w, v.ToggleConsult(actor="p1", agent_id="p1", call_id=call.id))
    w.leaves(leg)
    w.run(20)
    now = w.call(leg)
    assert now.state == "conference" and w.bridges[now.bridge] == {now.agent_leg, now.third_leg}, "those two talk on"
    w.leaves(now.third_leg)
    w.run(20)
    assert w.outcomes == {"answered": 1}
    w.at_rest()


def test_the_customer_hangs_up_while_the_colleague_still_rings() -> None:
    w, leg, call = talk()
    consult(w, call)
    w.run(500)
    w.leaves(leg)
    w.run(20)
    assert w.agent("1002").engagement == "free"
    w.at_rest()


def test_a_blind_transfer_that_nobody_takes_rings_the_agent_back() -> None:
    w, leg, call = talk(wrap_up_s=60)
    w.phones["1002"] = Phone(answer_ms=None)
    do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to="1002"))
    w.run(30_100)
    assert w.agent("1001").state == "ringing" and leg in w.music
    w.run(3_000)
    now = w.call(leg)
    assert (now.state, now.agent_id, now.segments[-1].why) == ("talking", "p1", "ring_back")
    w.leaves(leg)
    w.run(20)
    w.at_rest()


def test_the_transferrer_is_engaged_so_the_queue_has_it_again() -> None:
    w, leg, call = talk(wrap_up_s=0)
    w.phones["1002"] = Phone(answer_ms=None)
    do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to="1002"))
    w.run(1_000)
    do(w, v.Dial(actor="p1", agent_id="p1", number="13912345678", key=""))
    w.run(31_000)
    assert w.call(leg).state == "waiting"
    do(w, v.SetReady(actor="p3", agent_id="p3"))
    w.run(3_000)
    assert w.call(leg).agent_id == "p3"


def test_a_supervisor_cuts_a_consultation_whole() -> None:
    w, leg, call = talk()
    consult(w, call)
    w.run(3_000)
    do(w, v.ForceHangUp(actor="p9", call_id=call.id))
    w.run(20)
    assert w.call(leg).ended_by == "supervisor"
    w.at_rest()


def test_transfer_to_a_menu() -> None:
    w, leg, call = talk(wrap_up_s=5)
    with pytest.raises(YingdaError):
        do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to="flow:nowhere"))
    do(w, v.TransferCall(actor="p1", agent_id="p1", call_id=call.id, to="flow:f1"))
    w.run(50)
    assert w.call(leg).state == "in_menu" and w.agent("1001").state == "wrapping_up" and leg not in w.music
    w.run(2_000)
    w.key(leg, "1")
    w.run(6_000)
    assert w.call(leg).agent_id == "p1" and w.call(leg).queue_id == "q1"
    w.leaves(leg)
    w.run(50)
    w.at_rest()


# ---- a group is asked


def test_consulting_a_group_rings_whose_turn_it_is() -> None:
    w, leg, call = talk(wrap_up_s=5)
    with pytest.raises(YingdaError) as refusal:
        consult(w, call, "queue:801")
    assert refusal.value.code == "nobody_free" and w.call(leg).state == "talking", "the customer stays with his agent"
    w.run(100)
    for number in ("1003", "1002"):  # 1003 is free for longer
        do(w, v.SetReady(actor=f"p{number[-1]}", agent_id=f"p{number[-1]}"))
        w.run(1_000)
    consult(w, call, "queue:801")
    w.run(3_000)
    now = w.call(leg)
    assert (now.state, now.third_agent_id, now.third_up) == ("consulting", "p3", True) and leg in w.music
    do(w, v.CompleteTransfer(actor="p1", agent_id="p1", call_id=call.id))
    w.run(10)
    assert w.call(leg).agent_id == "p3" and w.agent("1002").state == "ready"
    w.leaves(leg)
    w.run(20)
    w.at_rest()


@pytest.mark.parametrize("to", ["queue:999", "flow:f1"])
def test_what_cannot_be_asked_is_refused(to: str) -> None:
    w, leg, call = talk()
    with pytest.raises(YingdaError):
        consult(w, call, to)
    assert w.call(leg).state == "talking" and leg not in w.music


@pytest.mark.parametrize("ms", [0, 1, 5, 21, 2_021, 2_022, 2_030])
@pytest.mark.parametrize("verb", ["complete", "conference", "cancel"])
def test_the_consulted_one_hangs_up_as_the_agent_acts(verb: str, ms: int) -> None:
    """Answered after 20 + 2000 ms; the phone goes down in the same moment as the agent's wish comes, or just after."""
    w, leg, call = talk()
    w.phones["1002"] = Phone(answer_ms=2_000, talk_ms=0)
    consult(w, call)
    w.run(ms)
    who = {"actor": "p1", "agent_id": "p1", "call_id": call.id}
    wishes: dict[str, v.AnyVerb] = {"complete": v.CompleteTransfer(**who), "conference": v.MakeConference(**who),
                                    "cancel": v.CancelConsult(**who)}
    with contextlib.suppress(YingdaError):
        do(w, wishes[verb])
    w.run(3_000)
    now = w.call(leg)
    assert now.state in ("talking", "transferring", "waiting", "offered", "ended")
    if now.state == "talking":
        assert w.bridges[now.bridge] == {leg, now.agent_leg} and leg not in w.music
    w.leaves(leg)
    w.run(100_000)
    w.at_rest()
