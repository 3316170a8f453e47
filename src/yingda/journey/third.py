"""Transfers and consultations: where the target is, and the event that the call is told."""

from __future__ import annotations

from collections.abc import Callable

from yingda.acd.announce import first_announcement
from yingda.bus import verbs as v
from yingda.calls import conference
from yingda.calls import events as e
from yingda.calls.machine import TALK
from yingda.calls.state import Call
from yingda.journey import errors as err
from yingda.journey.directory import Person
from yingda.journey.forwarding import Elsewhere
from yingda.journey.picture import can
from yingda.journey.stations import CALL_FOR_YOU
from yingda.journey.story import Story
from yingda.journey.ways_out import FarEnd
from yingda.kit.ids import new_id, switch_name
from yingda.kit.numbers import area

_RING_MS = 30_000


def _nothing() -> None:
    pass


class ThirdParty:
    def __init__(self, story: Story, now: Callable[[], int], own_call: Callable[[str, str], Call],
                 far_end: Callable[[Person, str], FarEnd]) -> None:
        self._story, self._now, self._own_call, self._far_end = story, now, own_call, far_end

    def start(self, verb: v.TransferCall | v.ConsultCall) -> None:
        call = self._own_call(verb.agent_id, verb.call_id)
        word = "consult" if isinstance(verb, v.ConsultCall) else "transfer"
        if word not in can(self._story.agents.get(verb.agent_id), call):
            raise err.NotNow
        self._lead(call, word, self._story.site.people[verb.agent_id], verb.to, _nothing)

    def by_phone(self, call: Call, me: Person, to: str, agreed: Callable[[], None]) -> None:
        """The phone's own transfer key: a blind transfer, also for who works without being signed in.

        `agreed` is called before anything moves. Raises what `start` raises.
        """
        if call.state not in TALK or call.agent_id != me.id:
            raise err.NotNow
        self._lead(call, "transfer", me, to, agreed)

    def _lead(self, call: Call, word: str, me: Person, to: str, agreed: Callable[[], None]) -> None:
        if word == "transfer" and self._sent(call, to, agreed):
            return
        kind, _, target = to.partition(":")
        try:
            far = self._free_in(me, call, target) if kind == "queue" else self._far_end(me, to)
        except Elsewhere as elsewhere:
            if word == "transfer" and self._sent(call, elsewhere.to, agreed):
                return
            raise err.NobodyThere from None
        segment = str(new_id())
        common = {"at": self._now(), "endpoint": far.endpoint, "number": far.number, "leg": switch_name("leg"),
                  "segment": segment, "agent_id": far.agent_id, "dialled": far.dialled, "shown": far.shown,
                  "record_as": f"{call.id}-{segment}", "confirm": far.confirm,
                  "ways": self._story.spare_ways(far)}
        event: e.Consult | e.Transfer
        if word == "consult":
            event = e.Consult(**common, bridge=switch_name("bridge"))  # type: ignore[arg-type]
        else:
            event = e.Transfer(**common, ring_ms=_RING_MS + (15_000 if far.confirm else 0),  # type: ignore[arg-type]
                               queue_segment=str(new_id()), returns_to=me.id if far.agent_id else "")
        agreed()
        self._story.desk.post(call.id, event)

    def _sent(self, call: Call, to: str, agreed: Callable[[], None]) -> bool:
        """Whether this is a place for callers and not for a talk, and the caller is on his way there: a group, a flow,
        a message box (the last by the forward of the colleague who was dialled). Raises BadNumber."""
        kind, _, target = to.partition(":")
        match kind:
            case "queue":
                event: e.AnyEvent = self._to_queue(target)
            case "flow":
                event = self._to_flow(target)
            case "voicemail":
                event = e.SendOn(at=self._now(), box=target)
            case _:
                return False
        agreed()
        self._story.desk.post(call.id, event)
        return True

    def _free_in(self, me: Person, call: Call, number: str) -> FarEnd:
        """The phone of the agent of this group whose turn it is."""
        queue = self._story.site.queue_by_number.get(number)
        if queue is None:
            raise err.BadNumber
        place = area(call.caller) if queue.strategy == "area" else ""
        chosen = self._story.dispatcher.choose(queue.id, self._now(), number=call.caller, area=place)
        if not chosen:
            raise err.NobodyFree
        person = self._story.site.people[chosen]
        station = self._story.station_of(person)
        return FarEnd(station.endpoint, person.extension or person.number, station.dialled,
                      station.shown or me.extension, "", chosen, confirm=station.asks(CALL_FOR_YOU))

    def _to_flow(self, flow_id: str) -> e.SendOn:
        if flow_id not in self._story.site.flows:
            raise err.BadNumber
        return e.SendOn(at=self._now(), flow_id=flow_id)

    def lend(self, verb: v.LendCall) -> None:
        call = self._own_call(verb.agent_id, verb.call_id)
        if "lend" not in can(self._story.agents.get(verb.agent_id), call):
            raise err.NotNow
        if verb.flow_id not in self._story.site.flows:
            raise err.BadNumber
        self._story.desk.post(call.id, e.Lend(at=self._now(), flow_id=verb.flow_id))

    def invite(self, verb: v.InviteParty) -> None:
        call = self._own_call(verb.agent_id, verb.call_id)
        if call.state == "conference" and conference.size(call) >= conference.MOST:
            raise err.ConferenceFull
        if "invite" not in can(self._story.agents.get(verb.agent_id), call):
            raise err.NotNow
        try:
            far = self._far_end(self._story.site.people[verb.agent_id], verb.to)
        except Elsewhere:
            raise err.NobodyThere from None
        segment = str(new_id())
        self._story.desk.post(call.id, e.InviteAsked(
            at=self._now(), endpoint=far.endpoint, number=far.number, leg=switch_name("leg"), segment=segment,
            agent_id=far.agent_id, dialled=far.dialled, shown=far.shown, confirm=far.confirm,
            record_as=f"{call.id}-{segment}", ways=self._story.spare_ways(far)))

    def remove(self, verb: v.RemoveParty) -> str:
        """Let go one whom the agent has brought in; answers his leg. Raises NotNow, CallGone, NotYourCall."""
        call = self._own_call(verb.agent_id, verb.call_id)
        if "remove" not in can(self._story.agents.get(verb.agent_id), call):
            raise err.NotNow
        if verb.leg == call.third_leg:
            self._story.desk.post(call.id, e.ThirdGone(at=self._now(), leg=verb.leg))
        elif any(one.leg == verb.leg for one in call.guests):
            self._story.desk.post(call.id, e.OtherGone(at=self._now(), leg=verb.leg))
        else:
            raise err.NotNow
        return verb.leg

    def _to_queue(self, number: str) -> e.TransferToQueue:
        queue = self._story.site.queue_by_number.get(number)
        if queue is None:
            raise err.BadNumber
        return e.TransferToQueue(
            at=self._now(), queue_id=queue.id, segment=str(new_id()), max_wait_ms=queue.max_wait_s * 1000,
            wrap_up_s=queue.wrap_up_s, survey_flow_id=queue.survey_flow_id, music=queue.music,
            announce_ms=first_announcement(queue.policy))
