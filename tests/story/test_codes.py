"""Feature codes and remote agents in virtual time: a day at a desk phone without a page."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from tests.story.world import Phone, World, site

from yingda.bus import verbs as v
from yingda.journey import errors as err
from yingda.journey.directory import Directory
from yingda.telephony import commands as c
from yingda.telephony import facts as f

pytestmark = pytest.mark.story


def house(**queue: Any) -> Directory:
    """Everybody has the PIN 4711; 1003 may listen to all and take any call."""
    plain = site(**queue)
    people = tuple(replace(p, pin_hash="hash of 4711", picks_up="own") for p in plain.people)
    return replace(plain, people=(*people[:2], replace(people[2], picks_up="all", watches=("*",))))


def world(**queue: Any) -> World:
    w = World(house(**queue))
    for extension in ("1001", "1002", "1003"):
        w.phones[extension] = Phone()
        w.tell(f.PhoneChanged(at=w.at, endpoint=extension, reachable=True, address="x"))
    return w


def said(w: World) -> list[str]:
    """Everything spoken so far, in its order."""
    return [media.removeprefix("sound:yd/") for _, x in w.commands if isinstance(x, c.Play) for media in x.media]


def code(w: World, extension: str, dialled: str) -> str:
    """Dial a code and hear it to its end; the last thing that was said."""
    leg = w.dials(extension, dialled)
    w.run(4_000)
    assert leg not in w.legs, "the phone is let go"
    return said(w)[-1]


def sign_in(w: World, extension: str, number: str, pin: str = "4711") -> str:
    leg = w.dials(extension, f"*50{number}")
    w.run(500)
    for digit in f"{pin}#":
        w.key(leg, digit)
        w.run(200)
    w.run(3_000)
    return said(w)[-1]


def test_a_day_by_phone_alone() -> None:
    w = world()
    assert code(w, "1001", "*52") == "state-signed-out"
    assert sign_in(w, "1001", "1001") == "signed-in" and w.agent("1001").state == "on_break"
    assert code(w, "1001", "*52") == "now-ready" and w.agent("1001").state == "ready"
    assert code(w, "1001", "*54") == "state-ready"
    assert code(w, "1001", "*532") == "now-break" and w.agent("1001").reason == "lunch"
    assert code(w, "1001", "*539") == "not-possible-now"
    assert code(w, "1001", "*54") == "state-break"
    assert code(w, "1001", "*55") == "nothing-to-redial"
    leg = w.dials("1001", "13912345678")
    w.run(2_000)
    w.leaves(leg)
    w.run(100)
    again = w.dials("1001", "*55")
    w.run(2_000)
    assert [x.number for _, x in w.commands if isinstance(x, c.Ring)][-1] == "13912345678"
    assert w.agent("1001").state == "talking"
    w.leaves(again)
    w.run(100)
    assert code(w, "1001", "*51") == "signed-out" and w.agent("1001").state == "signed_out"
    assert code(w, "1001", "*77") == "unknown-code"
    w.at_rest()
    assert set(w.outcomes) == {"feature_code", "answered"}


def test_the_pin_is_kept_nowhere() -> None:
    w = world()
    sign_in(w, "1001", "1001")
    sign_in(w, "1002", "1002", pin="9876")
    assert not any("4711" in repr(value) or "9876" in repr(value) for *_, value, _ in w.journal.lines)


def test_the_number_is_asked_for_when_it_does_not_follow_the_code() -> None:
    w = world()
    leg = w.dials("1002", "*50")
    w.run(300)
    assert said(w)[-1] == "enter-number"
    for digit in "1001#":
        w.key(leg, digit)
    w.run(300)
    assert said(w)[-1] == "enter-pin"
    for digit in "4711#":
        w.key(leg, digit)
    w.run(3_000)
    assert said(w)[-1] == "signed-in"
    w.at_rest()


def test_at_a_colleagues_phone_he_is_rung_there() -> None:
    w = world()
    assert sign_in(w, "1002", "1001") == "signed-in"
    code(w, "1002", "*52")
    assert w.agent("1001").state == "ready" and w.agent("1002").state == "signed_out"
    leg = w.caller()
    w.run(3_000)
    assert w.call(leg).agent_id == "p1" and w.call(leg).agent_endpoint == "1002"
    w.leaves(leg)
    w.run(20_000)
    assert sign_in(w, "1002", "1002") == "not-possible-now", "somebody else works there"
    w.tell(f.PhoneChanged(at=w.at, endpoint="1001", reachable=False, address=""))
    assert w.agent("1001").phone_ok, "his own desk's phone does not matter now"
    w.tell(f.PhoneChanged(at=w.at, endpoint="1002", reachable=False, address=""))
    assert w.agent("1001").state == "phone_down"


def test_wrong_pins_are_limited() -> None:
    w = world()
    leg = w.dials("1001", "*501001")
    for _ in range(3):
        w.run(2_000)
        for digit in "0000#":
            w.key(leg, digit)
    w.run(3_000)
    assert said(w)[-1] == "too-many-pins" and leg not in w.legs
    assert sign_in(w, "1001", "1001", pin="1111") == "wrong-pin"
    w.run(30_000)
    assert sign_in(w, "1001", "1001", pin="2222") == "too-many-pins"
    assert sign_in(w, "1001", "1001") == "too-many-pins", "even the right one, for five minutes"
    assert sign_in(w, "1001", "7777") == "wrong-pin", "a number that nobody has says no more than a wrong PIN"
    w.run(300_000)
    assert sign_in(w, "1001", "1001") == "signed-in"


def test_ready_takes_effect_when_the_phone_is_down_again() -> None:
    """Else the waiting caller would find this very phone engaged, and the agent be set aside for it."""
    w = world()
    sign_in(w, "1001", "1001")
    leg = w.caller()
    w.run(500)
    phone = w.dials("1001", "*52")
    w.run(1_000)
    assert phone in w.legs and w.call(leg).state == "waiting"
    w.run(4_000)
    assert w.call(leg).state == "talking" and phone not in w.legs


def test_a_wish_in_mid_call_waits() -> None:
    w = world(wrap_up_s=0)
    w.staff("1001")
    leg = w.caller()
    w.run(3_000)
    assert code(w, "1001", "*531") == "after-this-call" and w.agent("1001").state == "talking"
    w.leaves(leg)
    w.run(50)
    assert (w.agent("1001").state, w.agent("1001").reason) == ("on_break", "rest")


@pytest.mark.parametrize("dialled", ["*8", "*81001"])
def test_pick_up_by_code(dialled: str) -> None:
    w = world()
    w.phones["1001"] = Phone(answer_ms=None)
    w.staff("1001")
    w.staff("1002", ready=False)
    leg = w.caller()
    w.run(1_000)
    phone = w.dials("1002", dialled)
    w.run(200)
    call = w.call(leg)
    assert (call.state, call.agent_id, call.agent_leg) == ("talking", "p2", phone)
    assert w.bridges[call.bridge] == {leg, phone} and w.agent("1001").state == "ready"
    assert any(isinstance(x, c.EnterLeg) and x.record_as for _, x in w.commands), "it is recorded as any other"
    w.leaves(leg)
    w.run(100)
    w.at_rest()


@pytest.mark.parametrize(("group", "dialled", "taken"), [
    ("5", "*8", True), ("5", "*81001", True), ("6", "*8", False), ("", "*8", False), ("", "*81001", False)])
def test_pick_up_among_the_phones_of_an_extension_group(group: str, dialled: str, taken: bool) -> None:
    """Who does not serve the queue takes its call from a phone of his own extension group, and from no other."""
    w = world()
    w.phones["1001"] = Phone(answer_ms=None)
    w.staff("1001")
    w.staff("1002", ready=False)
    known = w.story.site
    known.people["p2"] = known.person_by_extension["1002"] = replace(known.people["p2"], queues=())
    for number, own in (("1001", "5" if group else ""), ("1002", group)):
        known.extensions[number] = replace(known.extensions[number], group_id=own)
    leg = w.caller()
    w.run(1_000)
    w.dials("1002", dialled)
    w.run(200)
    call = w.call(leg)
    assert (call.state, call.agent_id) == (("talking", "p2") if taken else ("offered", "p1"))


def test_grab_by_code_and_nothing_to_take() -> None:
    w = world()
    w.staff("1002", ready=False)
    assert code(w, "1002", "*8") == "nothing-to-pick-up"
    assert code(w, "1002", "*59") == "nothing-to-pick-up"
    leg = w.caller()
    w.run(500)
    w.dials("1002", "*59")
    w.run(200)
    assert w.call(leg).agent_id == "p2" and w.call(leg).state == "talking"


def test_directed_listening_by_code_and_the_mode_by_keys() -> None:
    w = world()
    w.staff("1001")
    w.staff("1002", "1003", ready=False)
    leg = w.caller()
    w.run(3_000)
    call = w.call(leg)
    assert code(w, "1002", "*561001") == "not-allowed"
    assert code(w, "1003", "*561002") == "nobody-to-watch"
    phone = w.dials("1003", "*561001")
    w.run(200)
    talkers = {leg, call.agent_leg}
    watcher = w.call(leg).watchers[0]
    assert w.bridges[call.bridge] == talkers and w.bridges[watcher.bridge] == {phone, watcher.snoop}
    w.key(phone, "5")
    w.run(100)
    assert [x.whisper for _, x in w.commands if isinstance(x, c.Snoop)] == [False, True]
    w.key(phone, "6")
    w.run(100)
    assert w.bridges[call.bridge] == talkers | {phone}
    w.key(phone, "4")
    w.run(100)
    assert w.bridges[call.bridge] == talkers
    w.leaves(phone)
    w.run(100)
    assert w.call(leg).state == "talking" and w.agent("1003").engagement == "free"
    w.leaves(leg)
    w.run(100)
    w.at_rest()


def test_the_engine_dies_while_a_pin_is_asked_for() -> None:
    """What was keyed is gone with it: the phone is told and let go."""
    w = world()
    leg = w.dials("1001", "*501001")
    w.run(300)
    w.verbs._codes._asking.clear()
    w.story.resume(w.call(leg), w.at)
    w.run(4_000)
    assert said(w)[-1] == "not-possible-now"
    w.at_rest()


# ---- an outside number as the agent's phone -----------------------------------------------------------------------


def remote(answer_ms: int | None = 1_000, **queue: Any) -> World:
    w = world(**queue)
    w.far = Phone(answer_ms=answer_ms)
    asyncio.run(w.verbs.do(v.SignIn(actor="p1", agent_id="p1", phone="outside", station="139 1234 5678")))
    asyncio.run(w.verbs.do(v.SetReady(actor="p1", agent_id="p1")))
    assert w.agent("1001").state == "ready"
    return w


def test_a_mobile_takes_a_call_only_with_the_key() -> None:
    w = remote()
    leg = w.caller()
    w.run(2_000)
    call = w.call(leg)
    assert call.state == "offered" and said(w)[-1] == "call-for-you" and leg in w.music
    ring = [x for _, x in w.commands if isinstance(x, c.Ring)][-1]
    assert (ring.endpoint, ring.number, ring.caller_id) == ("trunk-demo", "13912345678", "4008001000")
    w.key(call.agent_leg, "5")
    w.run(50)
    assert w.call(leg).state == "offered"
    w.key(call.agent_leg, "1")
    w.run(50)
    call = w.call(leg)
    assert call.state == "talking" and w.bridges[call.bridge] == {leg, call.agent_leg}
    w.leaves(leg)
    w.run(50)
    w.at_rest()


def test_a_mobiles_voicemail_takes_no_call() -> None:
    w = remote(ring_s=20)
    w.staff("1002")
    w.phones["1001"] = Phone()
    asyncio.run(w.verbs.do(v.SetBreak(actor="p2", agent_id="p2", reason="rest")))
    leg = w.caller()
    w.run(30_000)
    assert w.call(leg).state == "offered", "the voicemail has lifted and talks to itself"
    asyncio.run(w.verbs.do(v.SetReady(actor="p2", agent_id="p2")))
    w.run(12_000)
    assert w.call(leg).agent_id == "p2" and w.call(leg).state == "talking"
    assert (w.agent("1001").state, w.agent("1001").reason) == ("on_break", "rna")


def test_a_mobile_that_is_put_down_has_rejected_the_call() -> None:
    w = remote()
    leg = w.caller()
    w.run(2_000)
    w.leaves(w.call(leg).agent_leg)
    w.run(50)
    assert w.agent("1001").reason == "rejected" and w.call(leg).state == "waiting"


def test_his_own_call_out_begins_with_the_key_too() -> None:
    w = remote()
    asyncio.run(w.verbs.do(v.Dial(actor="p1", agent_id="p1", number="13800138000", key="k")))
    w.run(3_000)
    rings = [x.number for _, x in w.commands if isinstance(x, c.Ring)]
    assert rings == ["13912345678"] and said(w)[-1] == "your-call-out"
    call = w.desk.live()[0]
    w.key(call.agent_leg, "1")
    w.run(3_000)
    assert [x.number for _, x in w.commands if isinstance(x, c.Ring)] == ["13912345678", "13800138000"]
    assert w.desk.live()[0].state == "talking"
    w.leaves(call.agent_leg)
    w.run(50)
    w.at_rest()


def test_consulting_a_colleague_at_his_mobile() -> None:
    w = remote()
    w.staff("1002")
    asyncio.run(w.verbs.do(v.SetBreak(actor="p1", agent_id="p1", reason="rest")))
    leg = w.caller()
    w.run(3_000)
    call = w.call(leg)
    assert call.agent_id == "p2"
    asyncio.run(w.verbs.do(v.ConsultCall(actor="p2", agent_id="p2", call_id=call.id, to="1001")))
    w.run(2_000)
    assert not w.call(leg).third_up
    w.key(w.call(leg).third_leg, "1")
    w.run(50)
    now = w.call(leg)
    assert now.third_up and w.bridges[now.third_bridge] == {now.agent_leg, now.third_leg}


@pytest.mark.parametrize("number", ["12", "", "999999999999999999999999"])
def test_what_is_no_number_is_no_phone(number: str) -> None:
    w = world()
    with pytest.raises(err.BadNumber):
        asyncio.run(w.verbs.do(v.SignIn(actor="p1", agent_id="p1", phone="outside", station=number)))


# ---- auto-answer --------------------------------------------------------------------------------------------------


def test_a_phone_that_lifts_by_itself_warns_its_agent_first() -> None:
    plain = site()
    w = World(replace(plain, people=tuple(replace(p, auto_answer=True) for p in plain.people)))
    w.phones["1001"] = Phone(answer_ms=None)
    w.staff("1001")
    leg = w.caller()
    w.run(500)
    assert said(w) == ["warning-tone"] and w.call(leg).state == "offered", "the tone comes before the customer"
    w.run(2_000)
    call = w.call(leg)
    assert call.state == "talking" and w.bridges[call.bridge] == {leg, call.agent_leg}
    w.leaves(leg)
    w.run(50)
    w.at_rest()
