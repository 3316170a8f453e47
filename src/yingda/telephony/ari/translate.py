"""Events of Asterisk → facts of ours. Keeps only what it must remember to say each thing once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import msgspec

from yingda.telephony.ari import frames
from yingda.telephony.facts import (
    AnyFact,
    KeyPressed,
    LegAnswered,
    LegArrived,
    LegGone,
    LegHeld,
    LegRinging,
    LegUnheld,
    PhoneChanged,
    PromptEnded,
    RecordingEnded,
    TransferAsked,
    TrunkChanged,
)

EMPTY: Mapping[str, str] = MappingProxyType({})
_WITHHELD = {"anonymous", "unknown", "restricted", "unavailable", "private", "<unknown>"}
_UNREACHABLE = {"Unreachable", "Removed"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ADDRESS = re.compile(r"@([^;>?]+)")
_REFER = re.compile(r"(?:sips?:)?([^@;>?]+)", re.IGNORECASE)


class Translator:
    """One per switch. `unknown` counts events by type that we asked not to get or do not understand."""

    def __init__(self) -> None:
        self.unknown: Counter[str] = Counter()
        self._ringing: set[str] = set()
        self._contacts: dict[str, set[str]] = {}
        self._trunks: frozenset[str] = frozenset()
        self._registering: frozenset[str] = frozenset()
        self._asked: dict[str, str] = {}
        self._registered: dict[str, tuple[str, str]] = {}
        self._makers: dict[type[frames.Event], Callable[..., AnyFact | None]] = {
            frames.StasisStart: self._stasis_start,
            frames.Dial: self._dial,
            frames.ChannelDestroyed: self._destroyed,
            frames.StasisEnd: _ear_gone,
            frames.ChannelDtmfReceived: _key,
            frames.ChannelHold: _held,
            frames.ChannelUnhold: _unheld,
            frames.ChannelTransfer: _transfer,
            frames.PlaybackFinished: _prompt,
            frames.RecordingFinished: _recording,
            frames.RecordingFailed: _recording,
            frames.ContactStatusChange: self._contact,
        }

    def set_trunks(self, names: Iterable[str], registering: Iterable[str] = (),
                   asked: Mapping[str, str] = EMPTY) -> None:
        """Endpoints that are trunks: never a phone. One that registers is judged by its registration, another one
        by whether it answers, if it is `asked`: trunk → its own address."""
        self._asked = dict(asked)
        self._trunks = frozenset(names)
        self._registering = frozenset(registering)
        self._registered = {name: state for name, state in self._registered.items() if name in self._registering}

    def registrations_now(self, states: dict[str, tuple[str, str]], at: int) -> list[AnyFact]:
        """What changed among the trunks that register; `states`: name → (state, reason)."""
        now = {name: states.get(name, ("unregistered", "")) for name in sorted(self._registering)}
        changed = [name for name, state in now.items() if self._registered.get(name) != state]
        self._registered = now
        return [TrunkChanged(at=at, trunk=name, state=now[name][0], reason=now[name][1]) for name in changed]

    def silent_trunks(self) -> list[str]:
        """Trunks that do not register and have not answered either."""
        return sorted(set(self._asked) - self._registering - set(self._contacts))

    def unsure(self, changed: Iterable[str], at: int) -> list[AnyFact]:
        """Trunks whose account is another one now: what was known of them is worth nothing."""
        names = sorted(set(changed) & set(self._asked) - self._registering)
        for name in names:
            self._contacts.pop(name, None)
        return [TrunkChanged(at=at, trunk=name, state="unknown") for name in names]

    @property
    def registering(self) -> bool:
        """Whether any trunk registers."""
        return bool(self._registering)

    def decode(self, data: str | bytes) -> AnyFact | None:
        """One frame of the event socket → a fact, or None when it says nothing to us. Never raises."""
        try:
            event = frames.event_decoder.decode(data)
        except msgspec.DecodeError:
            self._count(data)
            return None
        maker = self._makers.get(type(event))
        return maker(event) if maker is not None else None

    def phones_now(self, endpoints: Iterable[frames.Endpoint], at: int) -> list[AnyFact]:
        """After a (re)connect: what changed among the phones while we did not listen, as facts."""
        facts: list[AnyFact | None] = []
        online = {one.resource for one in endpoints if one.technology == "PJSIP" and one.state == "online"}
        for name in sorted(set(self._contacts) - online):
            del self._contacts[name]
            facts.append(self._reachable(name, False, "", at))
        for name in sorted(online):
            self._contacts.setdefault(name, set())
            facts.append(self._reachable(name, True, "", at))
        return [fact for fact in facts if fact is not None]

    def forget_ringing(self) -> None:
        self._ringing.clear()

    def _count(self, data: str | bytes) -> None:
        try:
            name = frames.type_decoder.decode(data).type or "(no type)"
        except msgspec.DecodeError:
            name = "(not an event)"
        self.unknown[name] += 1

    def _stasis_start(self, event: frames.StasisStart) -> AnyFact | None:
        channel = event.channel
        door = event.args[0] if event.args else ""
        at = frames.millis(event.timestamp)
        if door in ("leg", "snoop"):
            self._ringing.discard(channel.id)
            return LegAnswered(at=at, leg=channel.id)
        if door not in ("trunk", "phone", "fallback"):
            return None
        if door == "fallback":
            at = frames.millis(channel.creationtime)  # the caller has waited since then
        return LegArrived(
            at=at, leg=channel.id, door=door, endpoint=channel.endpoint, caller=_number(channel.caller.number),
            caller_name=_text(channel.caller.name), called=_text(event.args[1]) if len(event.args) > 1 else "",
            sip_call_id=_text(channel.protocol_id, 200),
        )

    def _dial(self, event: frames.Dial) -> AnyFact | None:
        if event.dialstatus in ("RINGING", "PROGRESS"):
            return self._rings(event.peer.id, event.timestamp)
        return None

    def _rings(self, leg: str, stamp: str) -> AnyFact | None:
        if leg in self._ringing:
            return None
        self._ringing.add(leg)
        return LegRinging(at=frames.millis(stamp), leg=leg)

    def _destroyed(self, event: frames.ChannelDestroyed) -> AnyFact | None:
        if not event.channel.endpoint:
            return None
        self._ringing.discard(event.channel.id)
        return LegGone(
            at=frames.millis(event.timestamp), leg=event.channel.id, cause=event.cause, cause_text=event.cause_txt,
        )

    def _contact(self, event: frames.ContactStatusChange) -> AnyFact | None:
        name, uri = event.endpoint.resource, event.contact_info.uri
        at = frames.millis(event.timestamp)
        host = self._asked.get(name)
        if host is not None and uri != f"sip:{host}":  # as `endpoints.trunk_objects` makes it
            return None  # the late word of an address that the trunk had before
        if event.contact_info.contact_status not in _UNREACHABLE:
            return self.contact_found(name, uri, at)
        known = self._contacts.get(name)
        if known is None:
            return None
        known.discard(uri)
        if known:
            return None
        del self._contacts[name]
        return self._reachable(name, False, "", at)

    def contact_found(self, name: str, uri: str, at: int) -> AnyFact | None:
        """A phone has this contact: a fact when it had none before."""
        known = self._contacts.get(name)
        if known is not None:
            if uri:
                known.add(uri)
            return None
        self._contacts[name] = {uri} if uri else set()
        found = _ADDRESS.search(uri)
        return self._reachable(name, True, found.group(1) if found else "", at)

    def forgotten(self, kept: Iterable[str], at: int) -> list[AnyFact]:
        """Phones that were taken from the switch are reachable no more; it does not say so itself."""
        facts = [self._forget(name, at) for name in sorted(set(self._contacts) - set(kept))]
        return [fact for fact in facts if fact is not None]

    def dropped(self, name: str, at: int) -> AnyFact | None:
        """As `forgotten`, of one phone."""
        return self._forget(name, at) if name in self._contacts else None

    def _forget(self, name: str, at: int) -> AnyFact | None:
        del self._contacts[name]
        return self._reachable(name, False, "", at)

    def _reachable(self, name: str, on: bool, address: str, at: int) -> AnyFact | None:
        if name in self._registering:
            return None
        if name in self._trunks:
            return TrunkChanged(at=at, trunk=name, state="reachable" if on else "unreachable")
        return PhoneChanged(at=at, endpoint=name, reachable=on, address=address)


def _ear_gone(event: frames.StasisEnd) -> AnyFact | None:
    """The switch says nothing else of the end of a supervisor's ear; other legs end with ChannelDestroyed."""
    if event.channel.endpoint or not event.channel.ours:
        return None
    return LegGone(at=frames.millis(event.timestamp), leg=event.channel.id, cause=16, cause_text="Normal Clearing")


def _key(event: frames.ChannelDtmfReceived) -> AnyFact:
    return KeyPressed(at=frames.millis(event.timestamp), leg=event.channel.id, digit=event.digit)


def _held(event: frames.ChannelHold) -> AnyFact:
    return LegHeld(at=frames.millis(event.timestamp), leg=event.channel.id)


def _unheld(event: frames.ChannelUnhold) -> AnyFact:
    return LegUnheld(at=frames.millis(event.timestamp), leg=event.channel.id)


def _transfer(event: frames.ChannelTransfer) -> AnyFact:
    found = _REFER.match(event.refer_to.requested_destination.destination)
    return TransferAsked(
        at=frames.millis(event.timestamp), leg=event.referred_by.source_channel.id,
        to=_text(found.group(1)) if found else "",
    )


def _prompt(event: frames.PlaybackFinished) -> AnyFact | None:
    kind, _, target = event.playback.target_uri.partition(":")
    if kind != "channel":
        return None
    return PromptEnded(
        at=frames.millis(event.timestamp), leg=target, playback=event.playback.id,
        failed=event.playback.state == "failed",
    )


def _recording(event: frames.RecordingFinished | frames.RecordingFailed) -> AnyFact | None:
    kind, _, target = event.recording.target_uri.partition(":")
    if kind != "channel":
        return None
    return RecordingEnded(
        at=frames.millis(event.timestamp), leg=target, recording=event.recording.name,
        duration_ms=event.recording.duration * 1000, silence_ms=event.recording.silence_duration * 1000,
        failed=isinstance(event, frames.RecordingFailed))


def _text(raw: str, longest: int = 80) -> str:
    """What came from outside, without control characters and not longer than any honest value."""
    return _CONTROL.sub("", raw)[:longest]


def _number(raw: str) -> str:
    clean = _text(raw, 64).strip()
    return "" if clean.lower() in _WITHHELD else clean
