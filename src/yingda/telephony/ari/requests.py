"""Commands → ARI requests. Pure: what goes over the wire for each command, in one page."""

from __future__ import annotations

import re
from typing import Any

from yingda.telephony import commands as do
from yingda.telephony.ari.client import Request, piece
from yingda.telephony.switch.dialplan import (
    APP,
    BARE,
    CALL_VARIABLE,
    LEG_CONTEXT,
    LIFETIME,
    LONGEST_CALL_S,
    RECORD_VARIABLE,
    RECORDED,
    TRANSFER,
)

_UNDIALLABLE = re.compile(r"[^0-9a-zA-Z+*#]")
_NOT_NAME = re.compile(r"[^0-9a-zA-Z_-]")
_NOT_SHOWN = re.compile(r'[\x00-\x1f\x7f"<>\\]')
_REASONS = {"normal", "busy", "no_answer", "congestion", "rejected", "answered_elsewhere"}


def ring(command: do.Ring) -> Request:
    """One request starts the leg; answered, it passes the dialplan's leg context and enters Stasis there.

    Each header costs the switch a turn of the phone's own queue before the phone rings, hence no more than needed.
    """
    variables = {CALL_VARIABLE: command.call_id, "PJSIP_HEADER(add,X-Yingda-Call)": command.call_id}
    if command.auto_answer:
        variables["PJSIP_HEADER(add,X-Yingda-Auto)"] = "1"
    if command.auto_answer and not command.endpoint.startswith("web-"):  # what desk phones of various makers heed
        variables["PJSIP_HEADER(add,Call-Info)"] = "<sip:yingda>;answer-after=0"
        variables["PJSIP_HEADER(add,Alert-Info)"] = "<http://yingda>;info=alert-autoanswer;delay=0"
    if command.record_as:
        variables[RECORD_VARIABLE] = _NOT_NAME.sub("", command.record_as)
    body: dict[str, Any] = {
        "endpoint": dial_string(command.endpoint, command.number),
        "callerId": caller_id(command.caller_id, command.caller_name),
        "timeout": command.timeout_s,
        "variables": variables,
        "context": LEG_CONTEXT, "extension": RECORDED if command.record_as else BARE, "priority": 1,
    }
    if command.originator:
        body["originator"] = command.originator
    return "POST", f"/channels/{piece(command.leg)}", body


def dial_string(endpoint: str, number: str) -> str:
    """What the switch dials: names and numbers bear no character that means something to it."""
    name = _NOT_NAME.sub("", endpoint)
    digits = _UNDIALLABLE.sub("", number)
    return f"PJSIP/{digits}@{name}" if digits else f"PJSIP/{name}"


def caller_id(number: str, name: str) -> str:
    shown = _NOT_SHOWN.sub("", name).strip()[:80]
    digits = _UNDIALLABLE.sub("", number)
    return f'"{shown}" <{digits}>' if digits else "anonymous"


def accept(leg: str) -> Request:
    """Tell the dialplan that we have the call: it shall not fall back, and end only with the longest call.

    Must reach the channel before a prompt does: the switch carries out nothing else on a channel that plays.
    """
    body = {"variables": {LIFETIME: str(LONGEST_CALL_S), TRANSFER: "ari-only"}}
    return "POST", f"/channels/{piece(leg)}/variables", body


def name_recording(command: do.EnterLeg) -> Request:
    """Comes before the leg's way through the dialplan, which records when it finds a name."""
    value = _NOT_NAME.sub("", command.record_as)
    return "POST", f"/channels/{piece(command.leg)}/variable", {"variable": RECORD_VARIABLE, "value": value}


def others(command: do.AnyCommand) -> Request:  # noqa: C901 - a table in the form of a match
    """Every command but Ring."""
    match command:
        case do.Answer(leg=leg):
            return "POST", f"/channels/{piece(leg)}/answer", None
        case do.EnterLeg(leg=leg, record_as=record_as):
            where = {"context": LEG_CONTEXT, "extension": RECORDED if record_as else BARE, "priority": 1}
            return "POST", f"/channels/{piece(leg)}/continue", where
        case do.HangUp(leg=leg, reason=reason):
            known = reason if reason in _REASONS else "normal"
            return "DELETE", f"/channels/{piece(leg)}?reason={known}", None
        case do.MakeBridge(bridge=bridge, call_id=call_id):
            return "POST", f"/bridges/{piece(bridge)}", {"type": "mixing", "name": call_id}
        case do.Join(bridge=bridge, legs=legs):
            return "POST", f"/bridges/{piece(bridge)}/addChannel", {"channel": list(legs)}
        case do.Leave(bridge=bridge, leg=leg):
            return "POST", f"/bridges/{piece(bridge)}/removeChannel", {"channel": leg}
        case do.BreakBridge(bridge=bridge):
            return "DELETE", f"/bridges/{piece(bridge)}", None
        case do.Play(leg=leg, playback=playback, media=media, language=language):
            body = {"media": list(media), "lang": language}
            return "POST", f"/channels/{piece(leg)}/play/{piece(playback)}", body
        case do.Announce(bridge=bridge, playback=playback, media=media):
            return "POST", f"/bridges/{piece(bridge)}/play/{piece(playback)}", {"media": list(media)}
        case do.Record():
            wanted: dict[str, Any] = {
                "name": command.recording, "format": "sln", "maxDurationSeconds": command.longest_s,
                "maxSilenceSeconds": command.silence_s, "terminateOn": "#",
                "ifExists": "append" if command.append else "overwrite"}
            return "POST", f"/channels/{piece(command.leg)}/record", wanted
        case do.DropRecording(recording=recording):
            return "DELETE", f"/recordings/stored/{piece(recording)}", None
        case do.StopPlay(playback=playback):
            return "DELETE", f"/playbacks/{piece(playback)}", None
        case do.StartMusic(leg=leg, music=music):
            return "POST", f"/channels/{piece(leg)}/moh", {"mohClass": music}
        case do.StopMusic(leg=leg):
            return "DELETE", f"/channels/{piece(leg)}/moh", None
        case do.StartRingback(leg=leg):
            return "POST", f"/channels/{piece(leg)}/ring", None
        case do.StopRingback(leg=leg):
            return "DELETE", f"/channels/{piece(leg)}/ring", None
        case do.Mute(leg=leg, on=on):
            return "POST" if on else "DELETE", f"/channels/{piece(leg)}/mute?direction=in", None
        case do.TellTransfer(leg=leg, made=made):
            told = {"states": "channel_answered" if made else "channel_declined"}
            return "POST", f"/channels/{piece(leg)}/transfer_progress", told
        case do.SendKeys(leg=leg, digits=digits):
            return "POST", f"/channels/{piece(leg)}/dtmf", {"dtmf": digits}
        case do.Snoop(leg=leg, snoop=snoop, whisper=whisper):
            body = {"spy": "both", "whisper": "out" if whisper else "none", "app": APP, "appArgs": "snoop"}
            return "POST", f"/channels/{piece(leg)}/snoop/{piece(snoop)}", body
    raise TypeError(type(command).__name__)
