"""After a restart of the engine each party stands where it stood: with whom it talked, or on music."""

from __future__ import annotations

from typing import Any

import pytest

from yingda.calls import events as e
from yingda.calls.machine import decide
from yingda.calls.state import Call, Confirm, Party
from yingda.journey.reconcile import compare
from yingda.telephony import commands as c
from yingda.telephony import facts as f

pytestmark = pytest.mark.pure


def compared(bridged: tuple[str, ...], **fields: Any) -> list[c.AnyCommand]:
    call = Call(id="c", direction="in", started_at=1, caller_leg="far", caller_up=True, agent_leg="agent",
                agent_up=True, agent_id="p1", bridge="b", queue_id="q", answered_at=2, **fields)
    return list(decide(call, e.Compared(at=9, bridged=bridged, bridge_lives=True)).commands)


def third(aside: bool) -> dict[str, Any]:
    return {"state": "consulting", "third_leg": "third", "third_up": True, "third_bridge": "b3", "third_aside": aside,
            "held_since": 0 if aside else 3}


def test_consulting_the_customer_hears_music_and_the_two_are_together() -> None:
    done = compared(("far",), **third(aside=False))
    assert c.Leave(bridge="b", leg="far") in done and c.StartMusic(leg="far") in done
    assert c.Join(bridge="b3", legs=("agent", "third")) in done


def test_toggled_the_third_hears_music_and_the_talk_is_not_touched() -> None:
    done = compared(("far", "agent"), **third(aside=True))
    assert c.StartMusic(leg="third") in done and not [x for x in done if isinstance(x, c.Join | c.Leave)]


def test_a_conference_gets_those_who_are_missing_and_nobody_who_rings() -> None:
    guests = (Party(leg="g1", endpoint="1003", number="1003", up=True), Party(leg="g2", endpoint="1004", number="1004"))
    done = compared(("far", "agent"), state="conference", third_leg="third", third_up=True, guests=guests)
    assert [x for x in done if isinstance(x, c.Join)] == [c.Join(bridge="b", legs=("third", "g1"))]


def test_one_who_was_invited_and_lifted_meanwhile_is_found() -> None:
    """And only he: who was in the conference already has not answered anew."""
    guests = (Party(leg="g1", endpoint="1003", number="1003", up=True), Party(leg="g2", endpoint="1004", number="1004"))
    call = Call(id="c", direction="in", state="conference", started_at=1, caller_leg="far", caller_up=True,
                agent_leg="agent", agent_up=True, third_leg="third", third_up=True, bridge="b", guests=guests)
    legs = tuple(f.LiveLeg(leg=leg, state="Up", endpoint="", caller="", called="", created_at=1,
                           call_id="c", in_stasis=True)
                 for leg in ("far", "agent", "third", "g1", "g2"))
    found = compare((call,), f.SwitchState(legs=legs, bridges=()), 9, switch_restarted=False)
    assert found.facts == (f.LegAnswered(at=9, leg="g2"),)


def test_an_answer_that_was_not_confirmed_yet_is_asked_for_again() -> None:
    call = Call(id="c", direction="in", state="offered", started_at=1, caller_leg="far", agent_leg="mobile",
                agent_id="p1", bridge="b", queue_id="q", confirms=(Confirm(leg="mobile", media=("sound:ask",)),))
    step = decide(call, e.AgentAnswered(at=9, leg="mobile"))
    assert step.call.state == "offered" and isinstance(step.commands[0], c.Play)
