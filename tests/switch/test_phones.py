"""Phones and trunks at run time: registration, secrets, changes, and who may not come in."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.error
from functools import partial
from typing import Any

import pytest

from tests.switch.conftest import BROWSER, OTHER, PHONE, TRUNK
from tests.switch.house import SCENARIOS, Switchboard, free_port
from yingda.kit.ids import switch_name
from yingda.telephony import commands as do
from yingda.telephony import facts as f
from yingda.telephony.errors import AccountInvalid
from yingda.telephony.port import PhoneAccount, TrunkAccount

pytestmark = [pytest.mark.switch, pytest.mark.anyio]


def field(board: Switchboard, kind: str, name: str, attribute: str) -> str:
    answer = board.house.ari("GET", f"/asterisk/config/dynamic/res_pjsip/{kind}/{name}")
    values: dict[str, str] = {one["attribute"]: one["value"] for one in json.loads(answer)}
    return values.get(attribute, "")


async def test_a_phone_becomes_reachable_and_vanishes(board: Switchboard) -> None:
    account = PhoneAccount(endpoint="1077", secret="abc", browser=False)
    await board.switch.put_phone(account)
    port = free_port()
    assert await board.register(account, port=port) == 0
    up = await board.expect(f.PhoneChanged, endpoint="1077", reachable=True)
    assert up.address == f"127.0.0.1:{port}"
    assert await board.register(account, port=port, expires=0) == 0
    await board.expect(f.PhoneChanged, endpoint="1077", reachable=False)
    await board.switch.drop_phone("1077")
    assert await board.register(account, port=port) != 0


async def test_a_second_device_takes_the_registration_over_without_a_gap(board: Switchboard) -> None:
    account = PhoneAccount(endpoint="1078", secret="abc", browser=False)
    await board.switch.put_phone(account)
    assert await board.register(account, port=free_port()) == 0
    second = free_port()
    assert await board.register(account, port=second) == 0
    await asyncio.sleep(0.2)
    changes = [one.reachable for one in board.came(f.PhoneChanged) if one.endpoint == "1078"]
    assert changes == [True]
    assert await board.register(account, port=second, expires=0) == 0
    await board.expect(f.PhoneChanged, endpoint="1078", reachable=False)
    await board.switch.drop_phone("1078")


async def test_wrong_secret_and_unknown_user_get_the_same_answer(board: Switchboard) -> None:
    elsewhere = TrunkAccount(trunk="trunk-far", host="", match=("127.0.0.77",))
    await board.switch.set_phones([PHONE], [elsewhere])
    for user in ("1001", "9999"):
        guess = board._sipp("register", free_port(), [
            "-key", "user", user, "-key", "phone_port", "5", "-key", "expires", "60", "-au", user, "-ap", "wrong",
            "-m", "1",
        ])
        assert await guess.done() != 0
        answers = {line for line in guess.messages().splitlines() if line.startswith("SIP/2.0")}
        assert answers == {"SIP/2.0 401 Unauthorized"}, user
    assert not [one for one in board.came(f.PhoneChanged) if one.address.endswith(":5")]


async def test_no_phones_secret_can_be_read_back_in_clear(board: Switchboard) -> None:
    listing = b""
    for name in ("1001", "1002", "web-1001"):
        for kind in ("auth", "aor", "endpoint"):
            listing += board.house.ari("GET", f"/asterisk/config/dynamic/res_pjsip/{kind}/{name}")
    for account in (PHONE, OTHER, BROWSER):
        assert account.secret.encode() not in listing
    assert field(board, "auth", "1001", "password") == ""
    with pytest.raises(urllib.error.HTTPError, match="401"):
        board.house.ari("GET", "/asterisk/config/dynamic/res_pjsip/auth/1001", password="guess")
    for path in (board.house.config.home / "etc").iterdir():
        assert path.stat().st_mode & 0o077 == 0, f"{path.name} is readable by others"


async def test_a_changed_secret_works_at_once_and_the_old_no_more(board: Switchboard) -> None:
    await board.switch.put_phone(PhoneAccount(endpoint="1079", secret="old", browser=False))
    await board.switch.put_phone(PhoneAccount(endpoint="1079", secret="new", browser=False))
    account = PhoneAccount(endpoint="1079", secret="new", browser=False)
    assert await board.register(account, port=free_port(), secret="old") != 0
    assert await board.register(account, port=free_port()) == 0
    await board.switch.drop_phone("1079")


async def test_set_phones_makes_exactly_those_and_leaves_the_unchanged_alone(board: Switchboard) -> None:
    port = free_port()
    assert await board.register(PHONE, port=port) == 0
    await board.expect(f.PhoneChanged, endpoint="1001", reachable=True)
    extra = PhoneAccount(endpoint="1080", secret="x", browser=False)
    await board.switch.set_phones([PHONE, extra, BROWSER], [TRUNK])
    wanted, names = {"1001", "1080", "web-1001", "trunk-test"}, set[str]()
    for _ in range(50):  # the switch takes an account out of its list a moment after it has taken it away
        names = {one["resource"] for one in json.loads(board.house.ari("GET", "/endpoints"))}
        if names == wanted:
            break
        await asyncio.sleep(0.1)
    assert names == wanted
    # a restarted engine remembers nothing, yet sends nothing that is there already
    await board.close()
    board.facts.clear()
    await board.open()
    await board.expect(f.SwitchUp, fresh=False)
    await board.switch.set_phones([PHONE, OTHER, BROWSER], [TRUNK])
    await asyncio.sleep(0.2)
    again = [one for one in board.came(f.PhoneChanged) if one.endpoint == "1001"]
    assert [one.reachable for one in again] == [True], "told once on the reconnect, and no flapping by the push"
    state = {one["resource"]: one["state"] for one in json.loads(board.house.ari("GET", "/endpoints"))}
    assert state["1001"] == "online" and set(state) == {"1001", "1002", "web-1001", "trunk-test"}


async def test_changing_a_registered_phone_keeps_it_reachable(board: Switchboard) -> None:
    await board.phone(PHONE, ring_ms=50)
    renamed = PhoneAccount(endpoint="1001", secret=PHONE.secret, browser=False, display_name="王小芳")
    await board.switch.set_phones([renamed, OTHER, BROWSER], [TRUNK])
    leg = switch_name("leg")
    board.switch.carry_out("1", [do.Ring(leg=leg, endpoint="1001", caller_id="1", call_id="1")])
    await board.expect(f.LegAnswered, leg=leg)


async def test_a_trunk_that_changed_still_shows_the_callers_number(board: Switchboard) -> None:
    wider = TrunkAccount(trunk="trunk-test", host="127.0.0.1:5999", match=("127.0.0.1", "127.0.0.2"))
    await board.switch.set_phones([PHONE, OTHER, BROWSER], [wider])
    await board.switch.set_phones([PHONE, OTHER, BROWSER], [TRUNK])
    board.caller("4008001000", caller="02188886666", talk_ms=100)
    arrived = await board.expect(f.LegArrived)
    assert arrived.caller == "02188886666"


async def test_browser_phone_fields_stand_as_measured(board: Switchboard) -> None:
    expected = {
        "webrtc": "yes", "media_encryption": "dtls", "dtls_auto_generate_cert": "Yes", "rtcp_mux": "true",
        "ice_support": "true", "use_avpf": "true", "bundle": "true", "direct_media": "false", "rtp_timeout": "15",
        "context": "yd-phone", "media_address": "127.0.0.1", "bind_rtp_to_media_address": "true",
    }
    for attribute, value in expected.items():
        assert field(board, "endpoint", "web-1001", attribute) == value, attribute
    assert field(board, "aor", "web-1001", "max_contacts") == "1"
    assert field(board, "aor", "web-1001", "remove_existing") == "true"


async def test_agents_register_although_the_trunk_accepts_their_address(board: Switchboard) -> None:
    # TRUNK accepts calls from 127.0.0.1, and so does every phone's REGISTER come from there
    assert await board.register(OTHER, port=free_port()) == 0
    await board.expect(f.PhoneChanged, endpoint="1002", reachable=True)


async def test_a_trunks_name_in_the_from_header_opens_nothing(board: Switchboard) -> None:
    elsewhere = TrunkAccount(trunk="trunk-far", host="", match=("127.0.0.77",))
    await board.switch.set_phones([PHONE, OTHER, BROWSER], [elsewhere])
    caller = board.caller("4008001000", caller="trunk-far")
    assert await caller.done() != 0
    assert "SIP/2.0 401" in caller.messages()
    phone = board.caller("4008001000", caller="1001")  # a phone's name without its secret
    assert await phone.done() != 0
    assert board.came(f.LegArrived) == []


@pytest.mark.parametrize("bad", [
    PhoneAccount(endpoint="10 01", secret="x", browser=False), PhoneAccount(endpoint="", secret="x", browser=False),
    PhoneAccount(endpoint="../1001", secret="x", browser=False),
])
async def test_a_bad_account_is_refused_before_the_switch_sees_it(board: Switchboard, bad: PhoneAccount) -> None:
    with pytest.raises(AccountInvalid) as error:
        await board.switch.put_phone(bad)
    assert error.value.fields == {"endpoint": "invalid"}


async def test_a_registering_trunk_registers_and_calls_go_out_through_it(board: Switchboard) -> None:
    port = free_port()
    carrier = board._sipp("carrier", port, ["-d", "100", "-aa"])
    trunk = TrunkAccount(trunk="trunk-out", host=f"127.0.0.1:{port}", match=(), username="acct", secret="pw",
                         register=True)
    await board.switch.set_phones([PHONE, OTHER, BROWSER], [TRUNK, trunk])
    assert await carrier.said("REGISTER sip:127.0.0.1", 5)
    await board.expect(f.TrunkChanged, trunk="trunk-out", state="registered", within=8)
    assert [one.endpoint for one in board.came(f.PhoneChanged) if one.endpoint.startswith("trunk")] == []
    await carrier.stop()
    carrier = board._sipp("phone", port, ["-d", "100", "-aa"])
    await asyncio.sleep(0.2)
    leg = switch_name("leg")
    board.switch.carry_out("1", [
        do.Ring(leg=leg, endpoint="trunk-out", number="13900001111", caller_id="4008001000", call_id="1"),
    ])
    await board.expect(f.LegAnswered, leg=leg)
    wire = carrier.messages()
    assert f"INVITE sip:13900001111@127.0.0.1:{port}" in wire
    assert "4008001000" in wire
    board.switch.carry_out("1", [do.HangUp(leg=leg)])


async def test_a_refused_registration_is_told(board: Switchboard) -> None:
    port = free_port()
    text = (SCENARIOS / "carrier.xml").read_text().replace("200 OK", "403 Forbidden")
    (board.folder / "deny.xml").write_text(text)
    carrier = board._sipp("deny.xml", port, ["-aa"])
    trunk = TrunkAccount(trunk="trunk-out", host=f"127.0.0.1:{port}", match=(), username="a", secret="b", register=True)
    await board.switch.set_phones([PHONE, OTHER, BROWSER], [TRUNK, trunk])
    await board.expect(f.TrunkChanged, trunk="trunk-out", state="rejected", reason="403", within=15)
    await carrier.stop()


class Answers(asyncio.DatagramProtocol):
    """A carrier that answers everything with 200, or (`silent`) takes what comes and says nothing."""

    def __init__(self, silent: bool) -> None:
        self._silent = silent

    def connection_made(self, transport: Any) -> None:
        self._wire = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if self._silent or not data.startswith(b"OPTIONS"):
            return
        kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq):.*$", data.decode(), re.MULTILINE | re.IGNORECASE)
        lines = ["SIP/2.0 200 OK", *(line.strip() for line in kept), "Content-Length: 0", "", ""]
        self._wire.sendto("\r\n".join(lines).encode(), address)


async def test_a_trunk_whose_address_changed_shows_the_truth_within_seconds(board: Switchboard) -> None:
    """It answers; then its address is a dead one, of which the switch says nothing by itself; then it answers again."""
    loop = asyncio.get_running_loop()
    for silent, truth in ((False, "reachable"), (True, "unreachable"), (False, "reachable")):
        wire, _ = await loop.create_datagram_endpoint(partial(Answers, silent), local_addr=("127.0.0.1", 0))
        host = f"127.0.0.1:{wire.get_extra_info('sockname')[1]}"
        moved = TrunkAccount(trunk="trunk-moves", host=host, match=())
        known = len([one for one in board.came(f.TrunkChanged) if one.trunk == "trunk-moves"])
        await board.switch.set_phones([PHONE, OTHER, BROWSER], [TRUNK, moved])
        states: list[str] = []
        for _ in range(300):
            states = [one.state for one in board.came(f.TrunkChanged) if one.trunk == "trunk-moves"][known:]
            if truth in states:
                break
            await asyncio.sleep(0.1)
        assert states[0] == "unknown" and states[-1] == truth
