"""The border without a switch: what goes over the wire, what comes back, what the configuration says."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest

from yingda.kit.errors import YingdaError
from yingda.telephony import commands as do
from yingda.telephony import errors
from yingda.telephony import facts as f
from yingda.telephony.ari import requests
from yingda.telephony.ari.endpoints import Tuning, phone_objects, trunk_objects
from yingda.telephony.ari.frames import Endpoint, millis
from yingda.telephony.ari.registrations import available, reasons
from yingda.telephony.ari.translate import Translator
from yingda.telephony.port import PhoneAccount, TrunkAccount
from yingda.telephony.switch.config import SwitchConfig, files, launch_command, local_addresses, render
from yingda.telephony.switch.install import Install

pytestmark = pytest.mark.pure

AT = "2026-11-22T22:27:05.976+0000"


def channel(leg: str = "1.0", name: str = "PJSIP/trunk-a-b-0000001f", state: str = "Up",
            **more: object) -> dict[str, object]:
    return {
        "id": leg, "name": name, "state": state, "protocol_id": "c@h", "caller": {"name": "", "number": ""},
        "connected": {"name": "", "number": ""}, "accountcode": "", "language": "zh",
        "dialplan": {"context": "x", "exten": "s", "priority": 1, "app_name": "Stasis", "app_data": ""},
        "creationtime": "2026-11-22T22:26:00.000+0000", **more,
    }


def told(translator: Translator, kind: str, **fields: object) -> f.AnyFact | None:
    return translator.decode(json.dumps({"type": kind, "timestamp": AT, "application": "yingda", **fields}))


def test_times_are_utc_milliseconds() -> None:
    assert millis(AT) == 1795386425976
    assert millis("2026-11-23T06:27:05.976+0800") == 1795386425976
    assert millis("") == millis("soon") == 0


def test_an_arrival_is_told_clean() -> None:
    caller = {"name": "A\x07\x1b[31mB", "number": "anonymous"}
    fact = told(Translator(), "StasisStart", args=["trunk", "400"], channel=channel(caller=caller))
    assert fact == f.LegArrived(at=millis(AT), leg="1.0", door="trunk", endpoint="trunk-a-b", caller="",
                                caller_name="A[31mB", called="400", sip_call_id="c@h")


def test_a_call_from_the_fallback_is_as_old_as_its_channel() -> None:
    fact = told(Translator(), "StasisStart", args=["fallback", "400"], channel=channel())
    assert isinstance(fact, f.LegArrived) and fact.at == millis("2026-11-22T22:26:00.000+0000")


def test_ringing_is_told_once_however_often_it_is_said() -> None:
    translator = Translator()
    said = [
        told(translator, "Dial", dialstatus="", peer=channel(state="Down")),
        told(translator, "Dial", dialstatus="RINGING", peer=channel(state="Ringing")),
        told(translator, "Dial", dialstatus="PROGRESS", peer=channel(state="Ringing")),
    ]
    assert [one for one in said if one] == [f.LegRinging(at=millis(AT), leg="1.0")]
    assert isinstance(told(translator, "ChannelDestroyed", channel=channel(), cause=16, cause_txt="x"), f.LegGone)
    assert told(translator, "Dial", dialstatus="PROGRESS", peer=channel()) is not None, "a new life"


@pytest.mark.parametrize(("name", "fact"), [
    ("PJSIP/1001-00000001", True), ("Announcer/ARI-1;1", False), ("CBAnn/x;2", False), ("Local/s@x-1;1", False),
])
def test_only_sip_legs_are_legs(name: str, fact: bool) -> None:
    gone = told(Translator(), "ChannelDestroyed", channel=channel(name=name), cause=16, cause_txt="")
    assert (gone is not None) is fact


def test_a_supervisors_ear_ends_with_stasis() -> None:
    ear = channel("snoop-1", "Snoop/leg-1-00000001")
    assert told(Translator(), "StasisEnd", channel=ear) == f.LegGone(
        at=millis(AT), leg="snoop-1", cause=16, cause_text="Normal Clearing")
    assert told(Translator(), "StasisEnd", channel=channel()) is None


def contact(translator: Translator, status: str, uri: str, name: str = "1001") -> f.AnyFact | None:
    info = {"uri": uri, "contact_status": status, "aor": name, "roundtrip_usec": "0"}
    endpoint = {"technology": "PJSIP", "resource": name, "state": "online", "channel_ids": []}
    return told(translator, "ContactStatusChange", contact_info=info, endpoint=endpoint)


def test_a_phone_is_reachable_while_it_has_a_contact() -> None:
    translator = Translator()
    assert contact(translator, "Unreachable", "sip:1@a:1") is None, "it was not reachable before"
    up = contact(translator, "NonQualified", "sip:1@10.0.0.1:5060;x=y")
    assert isinstance(up, f.PhoneChanged) and up.reachable and up.address == "10.0.0.1:5060"
    assert contact(translator, "Reachable", "sip:1@10.0.0.1:5060;x=y") is None
    assert contact(translator, "Reachable", "sip:1@10.0.0.2:5060") is None, "a second contact changes nothing"
    assert contact(translator, "Removed", "sip:1@10.0.0.1:5060;x=y") is None
    down = contact(translator, "Unreachable", "sip:1@10.0.0.2:5060")
    assert isinstance(down, f.PhoneChanged) and not down.reachable


def test_a_trunk_is_no_phone() -> None:
    translator = Translator()
    translator.set_trunks(["trunk-a"])
    assert contact(translator, "Reachable", "sip:h:5060", "trunk-a") == f.TrunkChanged(
        at=millis(AT), trunk="trunk-a", state="reachable")
    assert contact(translator, "Unreachable", "sip:h:5060", "trunk-a") == f.TrunkChanged(
        at=millis(AT), trunk="trunk-a", state="unreachable")


def test_of_a_trunk_that_moved_only_the_new_address_counts() -> None:
    translator = Translator()
    translator.set_trunks(["trunk-a", "trunk-b"], (), {"trunk-a": "old:5060"})
    assert contact(translator, "Reachable", "sip:old:5060", "trunk-a") is not None
    translator.set_trunks(["trunk-a", "trunk-b"], (), {"trunk-a": "new:5060"})
    assert translator.unsure(["trunk-a", "trunk-b", "1001"], 7) == [
        f.TrunkChanged(at=7, trunk="trunk-a", state="unknown")]
    assert translator.silent_trunks() == ["trunk-a"]
    assert contact(translator, "Reachable", "sip:old:5060", "trunk-a") is None
    up = contact(translator, "Reachable", "sip:new:5060", "trunk-a")
    assert up == f.TrunkChanged(at=millis(AT), trunk="trunk-a", state="reachable")
    assert contact(translator, "Removed", "sip:old:5060", "trunk-a") is None and translator.silent_trunks() == []
    down = contact(translator, "Unreachable", "sip:new:5060", "trunk-a")
    assert down == f.TrunkChanged(at=millis(AT), trunk="trunk-a", state="unreachable")


def test_who_answers_is_read_from_the_table_of_contacts() -> None:
    table = """
  Contact:  <Aor/ContactUri..............................> <Hash....> <Status> <RTT(ms)..>
==========================================================================================

  Contact:  trunk-a-very-long-name-of-a-carrier-in-shandong/sip:127.0.0.1:35587 6ad224f2c7 Avail         0.827
  Contact:  trunk-b/sip:127.0.0.1:40607                    807e321f75 NonQual        -nan
  Contact:  trunk-c/sip:a-very-long-name-of-a-host.example 335a700f0f Unavail        -nan
  Contact:  1001/sip:1001@127.0.0.1:5070                   99db321f75 Avail         1.200

Objects found: 4
"""
    assert available(table) == ["trunk-a-very-long-name-of-a-carrier-in-shandong", "1001"]


def test_after_a_reconnect_the_difference_is_told() -> None:
    translator = Translator()
    contact(translator, "Reachable", "sip:1@h", "1001")
    contact(translator, "Reachable", "sip:2@h", "1002")
    now = [Endpoint("PJSIP", name, state) for name, state in (("1002", "online"), ("1003", "online"), ("1004", ""))]
    said = [(one.endpoint, one.reachable) for one in translator.phones_now(now, 5) if isinstance(one, f.PhoneChanged)]
    assert said == [("1001", False), ("1002", True), ("1003", True)]


@pytest.mark.parametrize("frame", [
    "", "{", "[]", '{"type": 5}', '{"type":"Brand New","x":1}', '{"type":"StasisStart"}', "\x00", "null",
    '{"type":"ChannelDestroyed","channel":{"id":7}}',
])
def test_no_frame_can_stop_the_reader(frame: str) -> None:
    translator = Translator()
    assert translator.decode(frame) is None
    assert sum(translator.unknown.values()) == 1


def ring(**more: object) -> dict[str, object]:
    fields: dict[str, object] = {"leg": "leg-1", "endpoint": "1001", "caller_id": "138", "call_id": "7", **more}
    method, path, body = requests.ring(do.Ring(**fields))  # type: ignore[arg-type]
    assert (method, path) == ("POST", "/channels/leg-1") and body is not None
    return body


def test_a_call_reaches_us_in_three_steps_and_its_leg_in_three(tmp_path: Path) -> None:
    """Each step costs the switch a snapshot of the channel and an event made for us."""
    text = files(config(tmp_path))["extensions.conf"]
    blocks = re.findall(r"\[(yd-(?:trunk|phone|trunk-in|phone-in|leg))\]\n(.*?)(?=\n\[|\Z)", text, re.DOTALL)
    steps = {name: len(re.findall(r"^(?:exten| same) =>", block.partition("Stasis(")[0], re.MULTILINE))
             for name, block in blocks}
    assert steps["yd-trunk"] + steps["yd-trunk-in"] == steps["yd-phone"] + steps["yd-phone-in"] == 3
    assert steps["yd-leg"] == 3


def test_a_ring_is_one_request() -> None:
    body = ring(originator="1.0", record_as="rec-1", caller_name="李雷")
    assert body["endpoint"] == "PJSIP/1001" and body["callerId"] == '"李雷" <138>' and body["originator"] == "1.0"
    assert (body["context"], body["extension"]) == ("yd-leg", "rec") and "app" not in body
    assert ring()["extension"] == "s", "without a name nothing is recorded"
    assert body["variables"]["YD_REC"] == "rec-1"  # type: ignore[index]
    assert set(ring()["variables"]) == {"YD_CALL", "PJSIP_HEADER(add,X-Yingda-Call)"}  # type: ignore[call-overload]


@pytest.mark.parametrize(("endpoint", "number", "dialled"), [
    ("trunk-demo", "13800138000", "PJSIP/13800138000@trunk-demo"),
    ("trunk-demo", "138;x=y@evil&PJSIP/9", "PJSIP/138xyevilPJSIP9@trunk-demo"),
    ("1001&Local/9", "", "PJSIP/1001Local9"), ("../x,y", "", "PJSIP/xy"),
])
def test_what_is_dialled_bears_no_syntax(endpoint: str, number: str, dialled: str) -> None:
    assert requests.dial_string(endpoint, number) == dialled


def test_a_shown_name_cannot_break_out_of_its_header() -> None:
    assert requests.caller_id("1\r\n38", 'a"<b>\r\nX: y') == '"abX: y" <138>'
    assert requests.caller_id("", "x") == "anonymous"


def test_names_are_escaped_in_paths() -> None:
    assert requests.others(do.HangUp(leg="a/../b?c", reason="x"))[1] == "/channels/a%2F..%2Fb%3Fc?reason=normal"


def test_no_secret_leaves_in_clear_for_a_phone_and_none_is_shared() -> None:
    objects = phone_objects(PhoneAccount(endpoint="1001", secret="hush", browser=False), Tuning())
    assert "hush" not in repr(objects)
    assert all("set_var" not in fields for _, fields in objects), "an endpoint with set_var cannot be changed again"
    other = phone_objects(PhoneAccount(endpoint="1002", secret="hush", browser=False), Tuning())
    assert objects[0][1]["password_digest"] != other[0][1]["password_digest"]


def test_trunks_are_known_by_address_alone() -> None:
    kinds = dict(trunk_objects(TrunkAccount(trunk="trunk-a", host="", match=("10.0.0.1",)), Tuning()))
    assert kinds["endpoint"]["identify_by"] == "ip" and "auth" not in kinds and "registration" not in kinds
    with pytest.raises(errors.AccountInvalid):
        trunk_objects(TrunkAccount(trunk="trunk-a", host="", match=(), register=True), Tuning())
    with pytest.raises(errors.AccountInvalid):
        trunk_objects(TrunkAccount(trunk="trunk-a", host="h\r\nx", match=()), Tuning())


def config(tmp_path: Path, host: str = "127.0.0.1") -> SwitchConfig:
    share = tmp_path / "share"
    (share / "documentation").mkdir(parents=True, exist_ok=True)
    install = Install(version="22.10.1", binary=tmp_path / "asterisk", modules=tmp_path, share=share, sounds=share,
                      loader=tmp_path / "ld.so", libraries=(tmp_path / "lib",))
    return SwitchConfig(home=tmp_path / "home", spool=tmp_path / "spool", install=install, sip_host=host,
                        sip_port=5060, rtp_from=10000, rtp_to=10100, ari_port=8088, engine_port=8089,
                        ari_password="pass-word")


@pytest.mark.parametrize(("host", "bind", "loopback"), [
    ("127.0.0.1", "127.0.0.1", True), ("localhost", "127.0.0.1", True), ("0.0.0.0", "0.0.0.0", False),
    ("192.168.1.5", "192.168.1.5", False), ("callcentre.example", "0.0.0.0", False), ("::", "0.0.0.0", False),
])
def test_what_the_host_setting_means(tmp_path: Path, host: str, bind: str, loopback: bool) -> None:
    text = files(config(tmp_path, host))
    assert f"bind = {bind}:5060" in text["pjsip.conf"]
    assert ("[ice_host_candidates]" in text["rtp.conf"]) is loopback
    assert f"YD_LOOPBACK = {int(loopback)}" in text["extensions.conf"]
    assert "bindaddr = 127.0.0.1" in text["http.conf"], "the control interface is for this machine alone"


def test_rendering_is_repeatable_private_and_leaves_local_files_alone(tmp_path: Path) -> None:
    setup = config(tmp_path)
    conf = render(setup)
    local = conf.parent / "extensions_local.conf"
    local.write_text("[mine]\n")
    before = {path.name: path.read_text() for path in conf.parent.iterdir()}
    render(setup)
    assert {path.name: path.read_text() for path in conf.parent.iterdir()} == before
    assert all(path.stat().st_mode & 0o077 == 0 for path in conf.parent.iterdir() if path != local)
    assert launch_command(setup)[-3:] == ["-f", "-C", str(conf)] and launch_command(setup)[1] == "--library-path"
    for language in ("zh", "en"):
        assert (setup.home / "share/sounds" / language / "yd").is_dir(), "prompts are where Asterisk looks"


def test_no_password_of_ours_is_a_default(tmp_path: Path) -> None:
    text = files(config(tmp_path))
    holders = {name for name, body in text.items() if "pass-word" in body}
    assert holders == {"ari.conf", "websocket_client.conf"}
    assert "enabled = no" in text["manager.conf"]


def test_every_value_from_outside_is_filtered_in_the_dialplan(tmp_path: Path) -> None:
    text = files(config(tmp_path))["extensions.conf"]
    for line in text.splitlines():
        for match in re.finditer(r"\$\{(EXTEN|YD_REC|UNIQUEID|CALLERID\([a-z]+\))", line):
            # the second stands in the contexts that are entered with a filtered extension only
            clean = "FILTER(" in line[: match.start()] or "YD_CALLED=${EXTEN}" in line
            assert clean, line


TRIE = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 192.0.2.2
           /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
Local:
        |-- 192.0.2.2
           /32 host LOCAL
        |-- 10.1.0.7
           /32 host LOCAL
"""


def test_the_machines_addresses_are_found() -> None:
    assert local_addresses(TRIE) == ["10.1.0.7", "192.0.2.2"]


def test_every_error_has_its_sentence_in_both_languages() -> None:
    folder = Path(errors.__file__).parents[1] / "kit" / "texts"
    codes = {
        one.code: one for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, YingdaError) and one is not YingdaError
    }
    sentences = {}
    for language in ("zh", "en"):
        sentences[language] = json.loads((folder / f"telephony.{language}.json").read_text(encoding="utf-8"))["errors"]
        assert set(sentences[language]) == set(codes)
    for code in codes:
        assert _places(sentences["zh"][code]) == _places(sentences["en"][code])


def _places(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


def test_the_switchs_log_says_why_a_registration_failed() -> None:
    names = {"sip:a@h": "trunk-a", "sip:b@h": "trunk-b", "sip:c@h": "trunk-c"}
    log = "\n".join((
        "W: 403 Forbidden fatal response received from 'sip:h' on registration attempt to 'sip:a@h', retrying in '300'",
        "W: Temporal response '503' received from 'sip:h' on registration attempt to 'sip:b@h', retrying in '20'",
        "W: No response received from 'sip:h' on registration attempt to 'sip:c@h', retrying in '20'",
        "W: Fatal response '401' received from 'sip:h' on registration attempt to 'sip:z@h', stopping",
        "W: Fatal response '401' received from 'sip:h' on registration attempt to 'sip:b@h', stopping"))
    assert reasons(log, names) == {"trunk-a": "403", "trunk-b": "401", "trunk-c": "no_response"}
