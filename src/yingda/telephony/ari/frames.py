"""ARI's JSON as typed structs: only the fields that we read. Unknown fields are skipped by the decoder."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import msgspec


class CallerId(msgspec.Struct, frozen=True):
    name: str = ""
    number: str = ""


class Dialplan(msgspec.Struct, frozen=True):
    context: str = ""
    exten: str = ""
    app_name: str = ""


class Channel(msgspec.Struct, frozen=True):
    id: str
    name: str
    state: str
    creationtime: str
    protocol_id: str = ""
    caller: CallerId = CallerId()
    connected: CallerId = CallerId()
    dialplan: Dialplan = Dialplan()

    @property
    def ours(self) -> bool:
        """A leg in the sense of the facts: a SIP leg, or a supervisor's ear on one."""
        return self.name.startswith(("PJSIP/", "Snoop/"))

    @property
    def endpoint(self) -> str:
        """PJSIP endpoint id, from a name such as "PJSIP/trunk-demo-0000001f"; "" for other kinds of channel."""
        if not self.name.startswith("PJSIP/"):
            return ""
        return self.name[6:].rpartition("-")[0]


class Bridge(msgspec.Struct, frozen=True):
    id: str
    channels: tuple[str, ...]
    creationtime: str = ""


class Playback(msgspec.Struct, frozen=True):
    id: str
    target_uri: str
    state: str


class Endpoint(msgspec.Struct, frozen=True):
    technology: str
    resource: str
    state: str = ""


class ContactInfo(msgspec.Struct, frozen=True):
    uri: str
    contact_status: str
    aor: str


class RequestedDestination(msgspec.Struct, frozen=True):
    destination: str = ""
    protocol_id: str = ""


class ReferTo(msgspec.Struct, frozen=True):
    requested_destination: RequestedDestination = RequestedDestination()


class ReferredBy(msgspec.Struct, frozen=True):
    source_channel: Channel


class Event(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    timestamp: str = ""


class StasisStart(Event, frozen=True, tag="StasisStart"):
    channel: Channel
    args: tuple[str, ...] = ()


class StasisEnd(Event, frozen=True, tag="StasisEnd"):
    channel: Channel


class ChannelDestroyed(Event, frozen=True, tag="ChannelDestroyed"):
    channel: Channel
    cause: int = 0
    cause_txt: str = ""


class ChannelDtmfReceived(Event, frozen=True, tag="ChannelDtmfReceived"):
    channel: Channel
    digit: str


class ChannelHold(Event, frozen=True, tag="ChannelHold"):
    channel: Channel


class ChannelUnhold(Event, frozen=True, tag="ChannelUnhold"):
    channel: Channel


class ChannelTransfer(Event, frozen=True, tag="ChannelTransfer"):
    refer_to: ReferTo
    referred_by: ReferredBy


class Dial(Event, frozen=True, tag="Dial"):
    peer: Channel
    dialstatus: str = ""


class PlaybackFinished(Event, frozen=True, tag="PlaybackFinished"):
    playback: Playback


class LiveRecording(msgspec.Struct, frozen=True):
    """Seconds throughout."""

    name: str
    target_uri: str = ""
    duration: int = 0
    silence_duration: int = 0


class RecordingFinished(Event, frozen=True, tag="RecordingFinished"):
    recording: LiveRecording


class RecordingFailed(Event, frozen=True, tag="RecordingFailed"):
    recording: LiveRecording


class ContactStatusChange(Event, frozen=True, tag="ContactStatusChange"):
    endpoint: Endpoint
    contact_info: ContactInfo


class ApplicationReplaced(Event, frozen=True, tag="ApplicationReplaced"):
    application: str = ""


AnyEvent: TypeAlias = (
    StasisStart | StasisEnd | ChannelDestroyed | ChannelDtmfReceived | ChannelHold
    | ChannelUnhold | ChannelTransfer | Dial | PlaybackFinished | ContactStatusChange | ApplicationReplaced
    | RecordingFinished | RecordingFailed
)
EVENTS: tuple[type[Event], ...] = (
    StasisStart, StasisEnd, ChannelDestroyed, ChannelDtmfReceived, ChannelHold, ChannelUnhold,
    ChannelTransfer, Dial, PlaybackFinished, ContactStatusChange, ApplicationReplaced, RecordingFinished,
    RecordingFailed,
)
# `RESTResponse` must stay allowed: without it an answer to a request over the socket would vanish silently.
ALLOWED_TYPES: tuple[str, ...] = (*(event.__name__ for event in EVENTS), "RESTResponse")


class AnyType(msgspec.Struct, frozen=True):
    """For an event that we know nothing of: its name."""

    type: str = ""


class SystemInfo(msgspec.Struct, frozen=True):
    version: str


class StatusInfo(msgspec.Struct, frozen=True):
    startup_time: str


class AsteriskInfo(msgspec.Struct, frozen=True):
    system: SystemInfo
    status: StatusInfo


class Application(msgspec.Struct, frozen=True):
    name: str
    events_allowed: tuple[AnyType, ...] = ()


class Attribute(msgspec.Struct, frozen=True):
    """One field of a run-time object."""

    attribute: str
    value: str = ""


class Variable(msgspec.Struct, frozen=True):
    value: str = ""


event_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
type_decoder = msgspec.json.Decoder(AnyType)
channels_decoder = msgspec.json.Decoder(tuple[Channel, ...])
bridges_decoder = msgspec.json.Decoder(tuple[Bridge, ...])
endpoints_decoder = msgspec.json.Decoder(tuple[Endpoint, ...])


def millis(stamp: str) -> int:
    """UTC milliseconds of ARI's "2026-11-22T21:17:26.059+0000"; 0 when empty or strange."""
    try:
        return int(datetime.fromisoformat(stamp).timestamp() * 1000)
    except ValueError:
        return 0
