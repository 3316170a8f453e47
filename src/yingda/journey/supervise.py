"""What supervisors do to calls and agents of others. The web part has checked the right before; it writes the audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yingda.agents import machine as am
from yingda.bus import verbs as v
from yingda.calls import events as e
from yingda.calls.machine import WATCHED
from yingda.calls.state import Call
from yingda.journey import errors as err
from yingda.journey.stations import CALL_FOR_YOU
from yingda.journey.story import Story
from yingda.kit.ids import new_id, switch_name

MODES = ("listen", "whisper", "barge")


class Supervise:
    def __init__(self, story: Story, now: Callable[[], int]) -> None:
        self._story, self._now = story, now

    def do(self, verb: Any) -> None:
        match verb:
            case v.WatchCall():
                self._watch(verb)
            case v.StopWatching():
                self._post(verb.call_id, e.WatchEnded(at=self._now(), supervisor_id=verb.agent_id))
            case v.InterceptCall():
                self._intercept(verb)
            case v.ForceHangUp():
                self._post(verb.call_id, e.HangUpAsked(at=self._now(), by="supervisor"))
            case v.ForceState():
                self._force(verb)

    def _call(self, call_id: str) -> Call:
        call = self._story.desk.calls.get(call_id)
        if call is None or call.state == "ended":
            raise err.CallGone
        return call

    def _post(self, call_id: str, event: e.AnyEvent) -> None:
        self._story.desk.post(self._call(call_id).id, event)

    def _watch(self, verb: v.WatchCall) -> None:
        call = self._call(verb.call_id)
        if verb.mode not in MODES or call.state not in WATCHED:
            raise err.NotNow
        if any(w.supervisor_id == verb.agent_id for w in call.watchers):
            self._post(call.id, e.WatchModeAsked(at=self._now(), supervisor_id=verb.agent_id, mode=verb.mode,
                                                 snoop=switch_name("snoop")))
            return
        person = self._story.site.people.get(verb.agent_id)
        agent = self._story.agents.get(verb.agent_id)
        if person is None or not person.extension or agent.presence == "signed_out":
            raise err.NotSignedIn
        if not am.may_dial(agent):
            raise err.NotNow
        station = self._story.station_of(person)
        self._post(call.id, e.WatchAsked(
            at=self._now(), supervisor_id=person.id, mode=verb.mode, endpoint=station.endpoint,
            number=person.extension, leg=switch_name("leg"), bridge=switch_name("bridge"), snoop=switch_name("snoop"),
            dialled=station.dialled, shown=station.shown, confirm=station.asks(CALL_FOR_YOU)))

    def _intercept(self, verb: v.InterceptCall) -> None:
        call = self._call(verb.call_id)
        watcher = next((w for w in call.watchers if w.supervisor_id == verb.agent_id), None)
        if watcher is None or not watcher.up or call.state not in ("talking", "held"):
            raise err.NotNow
        self._post(call.id, e.InterceptAsked(at=self._now(), supervisor_id=verb.agent_id, segment=str(new_id())))

    def _force(self, verb: v.ForceState) -> None:
        if self._story.agents.get(verb.agent_id).presence == "signed_out":
            raise err.NotSignedIn
        event: am.AnyEvent
        match verb.presence:
            case "ready":
                event = am.ReadyAsked(at=self._now())
            case "on_break":
                if verb.reason and verb.reason not in self._story.site.directory.break_reasons:
                    raise err.UnknownReason
                event = am.BreakAsked(at=self._now(), reason=verb.reason or "supervisor")
            case "signed_out":
                event = am.SignedOut(at=self._now())
            case _:
                raise err.NotNow
        self._story.agents.post(verb.agent_id, event)
