"""The border against the running switch: its own description, its event filter, its modules."""

from __future__ import annotations

import asyncio
import json
import re
import types
import typing

import msgspec
import pytest

from tests.switch.house import House, Switchboard
from yingda.telephony import commands as do
from yingda.telephony.ari import frames, requests
from yingda.telephony.switch.dialplan import extensions_conf
from yingda.telephony.switch.modules import MODULES

pytestmark = pytest.mark.switch

Docs = dict[str, dict[str, typing.Any]]
STRUCTS: dict[str, type[msgspec.Struct]] = {
    "CallerID": frames.CallerId, "Channel": frames.Channel, "DialplanCEP": frames.Dialplan, "Bridge": frames.Bridge,
    "Playback": frames.Playback, "Endpoint": frames.Endpoint, "ContactInfo": frames.ContactInfo,
    "ReferTo": frames.ReferTo, "ReferredBy": frames.ReferredBy, "RequiredDestination": frames.RequestedDestination,
    "AsteriskInfo": frames.AsteriskInfo, "SystemInfo": frames.SystemInfo, "StatusInfo": frames.StatusInfo,
    "Application": frames.Application, "Variable": frames.Variable, "ConfigTuple": frames.Attribute,
    "LiveRecording": frames.LiveRecording,
}


def models(docs: Docs) -> dict[str, dict[str, typing.Any]]:
    return {name: model for part in docs.values() for name, model in part["models"].items()}


def inherited(all_models: dict[str, dict[str, typing.Any]], name: str) -> dict[str, typing.Any]:
    """Properties of a model and of those above it."""
    properties = dict(all_models[name]["properties"])
    for above, model in all_models.items():
        if name in model.get("subTypes", ()):
            properties |= inherited(all_models, above)
    return properties


def fits(type_: object, documented: str) -> bool:
    """Whether a field of ours can hold what the switch says it sends."""
    if isinstance(type_, types.UnionType):
        return any(fits(one, documented) for one in typing.get_args(type_))
    if documented in ("string", "Date"):
        return type_ is str
    if documented in ("int", "long"):
        return type_ is int
    if documented.startswith("List["):
        return typing.get_origin(type_) is tuple and (
            documented == "List[string]" or fits(typing.get_args(type_)[0], documented[5:-1])
        )
    return STRUCTS.get(documented) is type_ or (documented == "object" and type_ is not str)


@pytest.mark.parametrize("event", frames.EVENTS, ids=lambda event: str(event.__name__))
def test_our_events_are_the_switchs(api_docs: Docs, event: type[frames.Event]) -> None:
    compare(models(api_docs), event.__name__, event)


@pytest.mark.parametrize("name", STRUCTS)
def test_our_objects_are_the_switchs(api_docs: Docs, name: str) -> None:
    compare(models(api_docs), name, STRUCTS[name])


def compare(known: dict[str, dict[str, typing.Any]], name: str, struct: type[msgspec.Struct]) -> None:
    assert name in known, f"the switch no longer knows {name}"
    documented = inherited(known, name)
    for field in msgspec.structs.fields(struct):
        assert field.name in documented, f"{name} has no {field.name}"
        told = documented[field.name]
        if name != "Application":  # its lists are of plain objects
            assert fits(field.type, told["type"]), f"{name}.{field.name}: {told['type']} does not fit {field.type}"
        if field.required and name != "AsteriskInfo":  # its parts may be left out only when one asks for others
            assert told.get("required"), f"{name}.{field.name} may be missing, so ours needs a default"


def test_every_request_exists_and_takes_what_we_send(api_docs: Docs) -> None:
    operations = {
        (operation["httpMethod"], part["path"]): {one["name"] for one in operation.get("parameters", ())}
        for docs in api_docs.values() for part in docs["apis"] for operation in part["operations"]
    }
    samples: list[do.AnyCommand] = [
        do.Answer(leg="l"), do.HangUp(leg="l"), do.MakeBridge(bridge="b", call_id="1"),
        do.Join(bridge="b", legs=("l",)), do.Leave(bridge="b", leg="l"), do.BreakBridge(bridge="b"),
        do.Play(leg="l", playback="p", media=("sound:x",)), do.StopPlay(playback="p"), do.StartMusic(leg="l"),
        do.StopMusic(leg="l"), do.StartRingback(leg="l"), do.StopRingback(leg="l"), do.Mute(leg="l", on=True),
        do.Mute(leg="l", on=False), do.SendKeys(leg="l", digits="1"), do.Snoop(leg="l", snoop="s", whisper=True),
        do.EnterLeg(leg="l", record_as="r"), do.Announce(bridge="b", playback="p", media=("sound:x",)),
        do.Record(leg="l", recording="r", longest_s=60, silence_s=5), do.DropRecording(recording="r"),
        do.TellTransfer(leg="l", made=True),
    ]
    wanted = [requests.others(one) for one in samples]
    wanted.append(requests.name_recording(do.EnterLeg(leg="l", record_as="r")))
    wanted.append(requests.ring(do.Ring(leg="l", endpoint="1001", caller_id="1", call_id="1", originator="x")))
    wanted.append(requests.ring(do.Ring(leg="l", endpoint="1001", caller_id="1", call_id="1", record_as="r")))
    assert {type(one) for one in samples} | {do.Ring} == set(typing.get_args(do.AnyCommand)), "a command is untested"
    for method, path, body in wanted:
        bare, _, query = path.partition("?")
        matches = [names for (verb, pattern), names in operations.items() if verb == method and _same(pattern, bare)]
        assert matches, f"{method} {bare} is gone"
        sent = set(body or ()) | {pair.split("=")[0] for pair in query.split("&") if pair}
        assert any(sent <= names | {"variables"} for names in matches), f"{method} {bare} does not take {sent}"


def _same(pattern: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), path) is not None


@pytest.mark.anyio
async def test_the_filter_took_and_lets_rest_replies_through(board: Switchboard) -> None:
    (app,) = json.loads(board.house.ari("GET", "/applications"))
    allowed = {one["type"] for one in app["events_allowed"]}
    assert allowed == set(frames.ALLOWED_TYPES) and "RESTResponse" in allowed
    board.caller("4008001000", talk_ms=100)
    await asyncio.sleep(0.5)
    assert set(board.switch.unknown_events) <= {"ApplicationRegistered", "ApplicationUnregistered"}


def test_all_modules_load_and_the_dialplan_finds_its_applications(house: House) -> None:
    running = {one["name"]: one for one in json.loads(house.ari("GET", "/asterisk/modules"))}
    missing = [name for name in MODULES if running.get(f"{name}.so", {}).get("status") != "Running"]
    assert missing == []
    # applications and functions are registered by modules named app_… and func_…: one that is missing shows in the log
    text = extensions_conf(house.config.spool)
    used = set(re.findall(r"(?:same => n(?:\(\w+\))?|exten => [^,]+,\d+),(\w+)\(", text))
    provided = {
        "Answer", "Hangup", "Goto", "GotoIf", "Set", "Wait", "Playback", "StartMusicOnHold", "StopMusicOnHold", "Dial",
        "Stasis", "MixMonitor", "Return", "WaitUntil", "MSet",
    }
    assert used == provided, "a new application: load its module, then name it here"
