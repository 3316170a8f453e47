"""What we ask of the switch: effects as data. `telephony/executor.py` carries them out, in order for each call.

Names of legs, bridges and playbacks are made by the decider, so that a command can be repeated without harm.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Command(msgspec.Struct, frozen=True, tag=True, tag_field="do", kw_only=True):
    pass


class Ring(Command, frozen=True, kw_only=True):
    """Start a leg to an endpoint. Answered → LegAnswered, else LegGone; an unregistered phone → CommandRefused."""

    leg: str
    endpoint: str  # PJSIP endpoint id: "1001", "web-1001", or "trunk-demo" together with `number`
    number: str = ""  # dialled digits when the endpoint is a trunk
    caller_id: str  # number shown to the far end
    caller_name: str = ""
    timeout_s: int = 30
    call_id: str  # becomes channel variable YD_CALL and SIP header X-Yingda-Call
    originator: str = ""  # leg on whose behalf: copies linked ids and formats
    auto_answer: bool = False  # Call-Info/Alert-Info/X-Yingda-Auto headers: the phone lifts by itself
    record_as: str = ""  # start two-channel recording into this file (without directory or suffix) on answer


class Answer(Command, frozen=True):
    leg: str


class EnterLeg(Command, frozen=True, kw_only=True):
    """Lead a leg that came in through the way of those that we start: it is recorded, then LegAnswered tells of it."""

    leg: str
    record_as: str = ""


class HangUp(Command, frozen=True):
    leg: str
    reason: str = "normal"  # normal | busy | no_answer | congestion | rejected | answered_elsewhere


class MakeBridge(Command, frozen=True):
    """Make a two-or-more-party mixing bridge; making one that exists is not an error."""

    bridge: str
    call_id: str


class Join(Command, frozen=True):
    """Put legs into a bridge (leaving any other). Stops music on them first."""

    bridge: str
    legs: tuple[str, ...]


class Leave(Command, frozen=True):
    bridge: str
    leg: str


class BreakBridge(Command, frozen=True):
    bridge: str


class Play(Command, frozen=True):
    """Play media one after the other to a leg; ends with one PromptEnded. `media`: "sound:yd/zh/welcome", "tone:…"."""

    leg: str
    playback: str
    media: tuple[str, ...]
    language: str = "zh"


class Announce(Command, frozen=True):
    """Play media to everybody in a bridge; nothing is told of its end."""

    bridge: str
    playback: str
    media: tuple[str, ...]


class Record(Command, frozen=True, kw_only=True):
    """Record what the leg says, without what it hears, into a headerless file; ends with RecordingEnded.

    Ends by `#`, by silence, by length or with the leg. A name that is in use begins the file anew, or goes on behind
    its end (`append`); one that is being recorded just now is left alone.
    """

    leg: str
    recording: str
    longest_s: int
    silence_s: int
    append: bool = False


class DropRecording(Command, frozen=True):
    """Throw away a file that `Record` has made."""

    recording: str


class StopPlay(Command, frozen=True):
    playback: str


class StartMusic(Command, frozen=True):
    """Music on hold to a leg that is in no bridge."""

    leg: str
    music: str = "default"


class StopMusic(Command, frozen=True):
    leg: str


class StartRingback(Command, frozen=True):
    """Indicate ringing to a leg (180 before the answer, a tone after it)."""

    leg: str


class StopRingback(Command, frozen=True):
    leg: str


class Mute(Command, frozen=True):
    """Silence what this leg says (direction in) or end that."""

    leg: str
    on: bool


class Snoop(Command, frozen=True):
    """An ear on a leg, as a leg of its own: hears both directions. `whisper`: that leg alone hears what we say.

    LegAnswered says that it is there and can be joined, LegGone that it or the leg has ended.
    """

    leg: str
    snoop: str  # name of the new leg
    whisper: bool = False


class SendKeys(Command, frozen=True):
    leg: str
    digits: str


class TellTransfer(Command, frozen=True):
    """What a phone that asked for a transfer waits for: whether it is made."""

    leg: str
    made: bool


AnyCommand: TypeAlias = (
    Ring | Answer | HangUp | MakeBridge | Join | Leave | BreakBridge | Play | StopPlay | StartMusic | StopMusic
    | StartRingback | StopRingback | Mute | SendKeys | Snoop | EnterLeg | Record | DropRecording | Announce
    | TellTransfer
)
