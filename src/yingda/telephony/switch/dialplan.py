"""The dialplan: a few lines into the engine, and what a caller gets while the engine is away.

Nothing here chooses whom a call goes to. The engine says every second that it lives (global YD_BEAT, epoch seconds).
A caller who arrives while the beat is old hears an announcement and music, is handed to the engine as soon as it is
back (in the order of arrival), and after `patience` seconds rings the phones that the engine last named (YD_FALLBACK).
"""

from __future__ import annotations

from pathlib import Path

import msgspec

APP = "yingda"
LEG_CONTEXT = "yd-leg"  # legs that we start enter here when they are answered
TRUNK_CONTEXT = "yd-trunk"
PHONE_CONTEXT = "yd-phone"
BEAT = "YD_BEAT"  # global: epoch seconds of the engine's last sign of life
FALLBACK = "YD_FALLBACK"  # global: dial string of the phones to ring while the engine is away
SEEN = "YD_SEEN"  # global: set once an engine has met this run of the switch; empty means: freshly started
LOOPBACK = "YD_LOOPBACK"  # global: "1" when the site is bound to 127.0.0.1, media included
CONTROL = "YD_CONTROL"  # global: path of the switch's control socket
LIFETIME = "TIMEOUT(absolute)"  # channel: seconds from now until the leg is ended
LONGEST_CALL_S = 14_400
TRANSFER = "PJSIP_TRANSFER_HANDLING()"  # channel: "ari-only" means that a REFER is told to us and moves nothing
RECORDED, BARE = "rec", "s"  # extensions of LEG_CONTEXT: with a recording and without
CALL_VARIABLE = "YD_CALL"
RECORD_VARIABLE = "YD_REC"


class DialplanLimits(msgspec.Struct, frozen=True, kw_only=True):
    """All in seconds. `stale`: from then on the engine counts as away; `patience`: then fallback phones ring.

    `accept`: a call that the engine was handed but never acknowledged (it died just then) falls back after this.
    """

    stale: int = 3
    accept: int = 6
    patience: int = 20
    ring: int = 15
    give_up: int = 900
    longest_call: int = LONGEST_CALL_S


# Every value from outside passes FILTER before it is used: commas, braces and slashes mean something to a dialplan.
# The pattern begins with a digit on purpose: one that takes letters also takes "h", which a hang-up runs.
_NUMBER = "0-9a-zA-Z+*#"
_NAME = r"0-9a-zA-Z_\x2d"

# The switch cannot put bytes that are not UTF-8 into JSON: one such number or Call-ID would hide its call from us and
# break every listing of channels while it lives. So a number goes on as its clean self before anything is told of
# the call, and a Call-ID with such bytes is refused.
# The engine lifts the short time-out when it takes a call; "T" runs when it did not, or after the longest call.
# Each step costs the switch a snapshot of the channel and an event made for us: hence as few steps as will do.
_ENTRY = """
[{context}]
exten => _[0-9+*#]!,1,Goto({context}-${{IF({plain}?{gate}:refuse)}},{clean},1)

[{context}-in]
exten => _[0-9+*#]!,1,MSet(YD_CALLED=${{EXTEN}},YD_SINCE=${{EPOCH}},{lifetime}={accept})
 same => n,Stasis({app},{door},${{YD_CALLED}})
 same => n,GotoIf($["${{STASISSTATUS}}" = "FAILED"]?yd-away,s,1)
 same => n,Hangup()
exten => T,1,GotoIf($[${{EPOCH}} - ${{YD_SINCE}} < 60]?yd-away,s,1)
 same => n,Hangup()

[{context}-wait]
exten => _[0-9+*#]!,1,Set(YD_CALLED=${{EXTEN}})
 same => n,Goto(yd-away,s,1)

[{context}-refuse]
exten => _[0-9+*#]!,1,Hangup(111)
"""
_PLAIN = '${{REGEX("^[!-~]+$" ${{CHANNEL(pjsip,call-id)}})}}'
_GATE = "${{IF($[${{EPOCH}} - ${{{beat}}} > {stale}]?wait:in)}}"
_CLEAN = "${{FILTER({number},${{EXTEN}}):0:40}}"

_LEG = """
; A leg that we started was answered: record it ("rec": two channels, raw: a crash leaves no broken header) or not, and
; hand it over. What can wait for the answer is done here and not while the phone is being rung.
[{leg_context}]
exten => rec,1,MixMonitor({spool}/${{FILTER({name},${{{record}}})}}.raw,D)
 same => n,MSet({lifetime}={longest},{transfer}=ari-only)
 same => n,Stasis({app},leg)
 same => n,Hangup()
exten => s,1,MSet({lifetime}={longest},{transfer}=ari-only)
 same => n,Stasis({app},leg)
 same => n,Hangup()
"""

_AWAY = """
; The engine is away. WaitUntil wakes all waiting callers on the same second; the ticket spreads them by 30 ms each,
; so that they reach the engine in the order in which they came. (Without a fraction WaitUntil adds a random
; one; EPOCH lags the exact clock by some milliseconds, so with ".0" the loop would spin until it has caught up.)
[yd-away]
exten => s,1,Set({lifetime}={longest})
 same => n,Set({transfer}=ari-only)
 same => n,Answer()
 same => n,Set(CHANNEL(language)={language})
 same => n,Set(GROUP(yd)=away)
 same => n,Set(GLOBAL(YD_TICKET)=$[0${{YD_TICKET}} + 1])
 same => n,Set(YD_MINE=${{YD_TICKET}})
 same => n,Set(GLOBAL(YD_FIRST)=${{IF($[${{GROUP_COUNT(away@yd)}} <= 1]?${{YD_MINE}}:${{YD_FIRST}})}})
 same => n,Set(YD_SINCE=${{EPOCH}})
 same => n,Set(YD_TRIED=${{EPOCH}})
 same => n,Playback({sound})
 same => n,StartMusicOnHold(default)
 same => n(loop),WaitUntil($[${{EPOCH}} + 1].02)
 same => n,GotoIf($[${{EPOCH}} - ${{{beat}}} <= {stale}]?back)
 same => n,GotoIf($[${{EPOCH}} - ${{YD_SINCE}} > {give_up}]?sorry)
 same => n,GotoIf($["${{{fallback}}}" = ""]?loop)
 same => n,GotoIf($[${{EPOCH}} - ${{YD_TRIED}} < {patience}]?loop)
 same => n,StopMusicOnHold()
 same => n,Dial(${{{fallback}}},{ring},m(default)U(yd-away-talk^${{EPOCH}}))
 same => n,GotoIf($["${{DIALSTATUS}}" = "ANSWER"]?enough)
 same => n,Set(YD_TRIED=${{EPOCH}})
 same => n,StartMusicOnHold(default)
 same => n,Goto(loop)
 same => n(back),Set({lifetime}={accept})
 same => n,Set(YD_BACK=${{EPOCH}})
 same => n,Wait($[(${{YD_MINE}} - ${{YD_FIRST}}) * 0.03])
 same => n,Set(GROUP(yd)=back)
 same => n,StopMusicOnHold()
 same => n,Stasis({app},fallback,${{YD_CALLED}})
 same => n,GotoIf($["${{STASISSTATUS}}" = "FAILED"]?again)
 same => n(enough),Hangup()
 same => n(sorry),StopMusicOnHold()
 same => n,Playback(yd/no-agent)
 same => n,Hangup()
 same => n(again),Set({lifetime}={longest})
 same => n,Set(GROUP(yd)=away)
 same => n,StartMusicOnHold(default)
 same => n,Goto(loop)
exten => T,1,GotoIf($[${{EPOCH}} - 0${{YD_BACK}} < 60]?s,again)
 same => n,Hangup()

; Runs on the phone that answered a fallback call.
[yd-away-talk]
exten => s,1,Set({transfer}=ari-only)
 same => n,MixMonitor({spool}/away-${{ARG1}}-${{FILTER({name},${{UNIQUEID}})}}.raw,D)
 same => n,Return()
"""


def extensions_conf(spool: Path, language: str = "zh", limits: DialplanLimits | None = None,
                    loopback: bool = False, control: Path | None = None) -> str:
    """The text of extensions.conf; `spool` is where two-channel recordings are written."""
    limit = limits or DialplanLimits()
    words: dict[str, object] = {
        "app": APP, "beat": BEAT, "fallback": FALLBACK, "record": RECORD_VARIABLE, "spool": spool,
        "leg_context": LEG_CONTEXT, "name": _NAME, "number": _NUMBER, "language": language,
        "sound": "yd/system-busy", "longest": limit.longest_call, "stale": limit.stale, "ring": limit.ring,
        "accept": limit.accept, "lifetime": LIFETIME, "transfer": TRANSFER,
        "patience": limit.patience, "give_up": limit.give_up,
    }
    head = (
        "; Written by Yingda at every start: changes here are lost; extensions_local.conf is read as well.\n"
        "[general]\nstatic = yes\nwriteprotect = yes\nautofallthrough = yes\n\n"
        f"[globals]\n{BEAT} = 0\n{FALLBACK} =\n{SEEN} =\n{LOOPBACK} = {int(loopback)}\n"
        f"{CONTROL} = {control or ''}\nYD_TICKET = 0\nYD_FIRST = 0\n"
    )
    words |= {"plain": _PLAIN.format(), "gate": _GATE.format(**words), "clean": _CLEAN.format(**words)}
    entries = "".join(
        _ENTRY.format(context=context, door=door, **words)
        for context, door in ((TRUNK_CONTEXT, "trunk"), (PHONE_CONTEXT, "phone"))
    )
    tail = "\n#tryinclude extensions_local.conf\n"
    return head + entries + _LEG.format(**words) + _AWAY.format(**words) + tail

