"""A whole call centre in virtual time: the real engine rooms over a switch made of a heap of dated facts.

The switch here knows only what the border promises: a ring makes a phone ring, an answer or a time-out; legs that are
hung up go away; prompts end. The same stories run against Asterisk in tests/switch, which keeps this one honest.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from yingda.agents import machine as am
from yingda.agents.runner import AgentDesk
from yingda.calls import events as e
from yingda.calls.runner import CallDesk
from yingda.calls.state import Call
from yingda.ivr.form import Flow, Node
from yingda.journey.directory import Directory, Extension, Number, Person, Queue, Trunk
from yingda.journey.office import Office
from yingda.journey.office_directory import CallingRule
from yingda.journey.office_directory import Office as OfficeBook
from yingda.journey.picture import Picture
from yingda.journey.site import Site
from yingda.journey.softphones import Softphones
from yingda.journey.story import Story
from yingda.journey.verbs import Verbs
from yingda.telephony import commands as c
from yingda.telephony import facts as f

START = 1_700_000_000_000
FLOW = Flow(id="f1", version=1, start="welcome", nodes={
    "welcome": Node(kind="play", title="欢迎", prompts=("yd/welcome",), next="menu"),
    "menu": Node(kind="menu", title="主菜单", prompts=("yd/main-menu",), keys={"1": "sales", "2": "service"},
                 timeout_s=5, retries=2, invalid_prompts=("yd/invalid-key",), timeout_prompts=("yd/no-input",),
                 failed="bye"),
    "sales": Node(kind="queue", title="销售", queue="801"),
    "service": Node(kind="queue", title="售后", queue="802"),
    "bye": Node(kind="hang_up", prompts=("yd/goodbye",)),
})


def site(agents: int = 3, **queue: Any) -> Directory:
    people = tuple(Person(id=f"p{n}", number=str(1000 + n), name=f"坐席{n}", role="agent", extension=str(1000 + n),
                          queues=(("q1", 1), ("q2", 1))) for n in range(1, agents + 1))
    return Directory(
        people=people,
        queues=(Queue(id="q1", number="801", name="销售", **queue),
                Queue(id="q2", number="802", name="售后", **queue)),
        extensions=tuple(Extension(number=p.extension, secret="s", person_id=p.id) for p in people),
        trunks=(Trunk(id="t1", name="外线", endpoint="trunk-demo", host="carrier", match=("127.0.0.1",),
                      capacity=500),),
        numbers=(Number(number="4008001000", trunk_id="t1", destination="flow:f1"),
                 Number(number="4008001001", trunk_id="t1", destination="queue:802")),
        flows=(FLOW,), break_reasons=("rest", "lunch"),
        office=OfficeBook(rules={"role:*": CallingRule(
            classes=("service", "free", "local", "mobile", "long_distance"))}))


@dataclass
class Phone:
    """How a phone behaves: `ring_ms` until 180, then `answer_ms` until it lifts (None: never)."""

    answer_ms: int | None = 2_000
    ring_ms: int = 20
    cause: int = 0  # refuse at once with this Q.850 cause
    talk_ms: int | None = None  # hang up so long after answering


@dataclass
class MemoryJournal:
    lines: list[tuple[str, str, str, Any, int]] = field(default_factory=list)

    def append(self, kind: str, key: str, event: str, value: Any, at: int) -> int:
        self.lines.append((kind, key, event, value, at))
        return len(self.lines)


class World:
    def __init__(self, directory: Directory | None = None) -> None:
        self.at = START
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self.journal = MemoryJournal()
        self.phones: dict[str, Phone] = {}
        self.far: Phone = Phone(answer_ms=1_000)
        self.fars: dict[str, Phone] = {}  # trunk → far side behind it, where it is not `far`
        self.legs: dict[str, str] = {}  # leg → state: down | ringing | up
        self.bridges: dict[str, set[str]] = {}
        self.music: set[str] = set()
        self.ears: dict[str, str] = {}  # snoop → the leg it hears
        self.playing: dict[str, str] = {}  # playback → leg
        self.recording: dict[str, tuple[str, int]] = {}  # name → leg, since
        self.commands: list[tuple[int, c.AnyCommand]] = []
        self.facts: list[e.AnyCallFact] = []
        self.outcomes: Counter[str] = Counter()
        self.prompt_ms = 1_500
        self.desk = CallDesk(self.journal, self, self.now, self.carry_out)
        self.agents = AgentDesk(self.journal, self, self.now)
        self.story = Story(self.desk, self.agents, Site(directory or site()), self.now)
        self.softphones = Softphones(b"key", self.journal, self.now)

        async def no_reload() -> None:
            return None

        def check_pin(pin: str, stored: str, told: Callable[[bool], None]) -> None:
            told(bool(stored) and stored == f"hash of {pin}")

        self.office = Office(self.story, self.now, self.journal, self.carry_out)
        self.office.use_site()
        self.verbs = Verbs(self.story, self.softphones, self, self.now, no_reload, self.office, check_pin)  # type: ignore[arg-type]
        self.verbs.switch_up = True
        self.screen = Picture(self.story, self.now, lambda *a: None, lambda action: None, "boot")
        self.agents.on_change = self._agent_changed
        self.desk.on_change = self._call_changed
        self.story.on_told = self._told
        self.ended: dict[str, Call] = {}

    # ---- time

    def now(self) -> int:
        return self.at

    def call_at(self, at_ms: int, action: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (max(at_ms, self.at), next(self._count), action))

    def after(self, ms: int, action: Callable[[], None]) -> None:
        self.call_at(self.at + ms, action)

    def run(self, ms: int) -> None:
        """Let so many milliseconds pass."""
        until = self.at + ms
        while self._heap and self._heap[0][0] <= until:
            at, _, action = heapq.heappop(self._heap)
            self.at = max(self.at, at)
            action()
            self.check()
        self.at = until

    # ---- people

    def staff(self, *numbers: str, phone: str = "desk", ready: bool = True) -> None:
        for number in numbers:
            person = self.story.site.person_by_extension[number]
            endpoint = number if phone == "desk" else f"web-{number}"
            self.phones.setdefault(endpoint, Phone())
            self.tell(f.PhoneChanged(at=self.at, endpoint=endpoint, reachable=True, address="x"))
            self.agents.post(person.id, am.SignedIn(at=self.at, phone=phone, phone_ok=True))
            if ready:
                self.agents.post(person.id, am.ReadyAsked(at=self.at))

    def agent(self, number: str) -> Any:
        return self.agents.get(self.story.site.person_by_extension[number].id)

    def caller(self, number: str = "4008001001", caller: str = "13800138000") -> str:
        """A customer calls; answers the leg."""
        leg = f"in-{next(self._count)}"
        self.legs[leg] = "ringing"
        self.tell(f.LegArrived(at=self.at, leg=leg, door="trunk", endpoint="trunk-demo", caller=caller, caller_name="",
                               called=number, sip_call_id=leg))
        return leg

    def dials(self, extension: str, code: str, door: str = "phone") -> str:
        """A desk phone dials by its own keys; answers the leg. `door` "fallback": the engine was away meanwhile."""
        leg = f"phone-{next(self._count)}"
        self.legs[leg] = "up" if door == "fallback" else "ringing"
        self.tell(f.LegArrived(at=self.at, leg=leg, door=door, endpoint=extension, caller=extension, caller_name="",
                               called=code, sip_call_id=leg))
        return leg

    def leaves(self, leg: str, cause: int = 16) -> None:
        if leg in self.legs:
            self._gone(leg, cause)

    def key(self, leg: str, digit: str) -> None:
        self.tell(f.KeyPressed(at=self.at, leg=leg, digit=digit))

    def call(self, leg: str) -> Call:
        call = self.desk.call_of_leg(leg)
        return call or next(c for c in self.ended.values() if c.caller_leg == leg)

    def tell(self, fact: f.AnyFact) -> None:
        self.story.on_switch_fact(fact)

    # ---- the switch

    def carry_out(self, call_id: str, commands: Sequence[c.AnyCommand]) -> None:
        for command in commands:
            self.commands.append((self.at, command))
            self._do(command)

    def _do(self, command: c.AnyCommand) -> None:  # noqa: C901 - one case a command
        match command:
            case c.Ring():
                self.legs[command.leg] = "down"
                self.after(1, lambda: self._ring(command))
            case c.Answer():
                self.legs[command.leg] = "up"
            case c.HangUp():
                leg = command.leg
                if leg in self.legs:
                    self.after(1, lambda: self._gone(leg, 16))
            case c.MakeBridge():
                self.bridges.setdefault(command.bridge, set())
            case c.Join():
                for leg in command.legs:
                    self._leave_all(leg)
                    if leg in self.legs:
                        self.bridges[command.bridge].add(leg)
            case c.Leave():
                self._leave_all(command.leg)
            case c.BreakBridge():
                self.bridges.pop(command.bridge, None)
            case c.Snoop():
                self.legs[command.snoop] = "up"
                self.ears[command.snoop] = command.leg
                self.after(1, lambda: self._if_alive(command.snoop, f.LegAnswered))
            case c.Play():
                self.playing[command.playback] = command.leg
                self.after(self.prompt_ms, lambda: self._prompt_over(command.playback))
            case c.StopPlay():
                self._prompt_over(command.playback)
            case c.Record():
                self._record(command)
            case c.EnterLeg():
                self.after(1, lambda: self._if_alive(command.leg, f.LegAnswered))
            case c.StartMusic():
                self.music.add(command.leg)
            case c.StopMusic():
                self.music.discard(command.leg)
            case _:
                pass

    def _leave_all(self, leg: str) -> None:
        self.music.discard(leg)
        for legs in self.bridges.values():
            legs.discard(leg)

    def _prompt_over(self, playback: str) -> None:
        leg = self.playing.pop(playback, None)
        if leg in self.legs:
            self.after(0, lambda: self.tell(f.PromptEnded(at=self.at, leg=leg, playback=playback, failed=False)))

    def _record(self, command: c.Record) -> None:
        if command.leg in self.legs and command.recording not in self.recording:
            self.recording[command.recording] = (command.leg, self.at)
            self.after(command.longest_s * 1000, lambda: self.recorded(command.leg))

    def recorded(self, leg: str, silence_ms: int = 0) -> None:
        """The recording of this leg comes to its end, by key, silence or length."""
        for name, (whose, since) in list(self.recording.items()):
            if whose == leg:
                del self.recording[name]
                self.tell(f.RecordingEnded(at=self.at, leg=leg, recording=name, duration_ms=self.at - since,
                                           silence_ms=silence_ms, failed=False))

    def _ring(self, ring: c.Ring) -> None:
        if ring.leg not in self.legs:
            return
        phone = self.fars.get(ring.endpoint, self.far) if ring.number else self.phones.get(ring.endpoint)
        if phone is None:
            self._gone(ring.leg, 20)
        elif phone.cause:
            self._gone(ring.leg, phone.cause)
        else:
            self.legs[ring.leg] = "ringing"
            self.after(phone.ring_ms, lambda: self._if_alive(ring.leg, f.LegRinging))
            if ring.auto_answer or phone.answer_ms is not None:
                self.after(phone.ring_ms + (5 if ring.auto_answer else phone.answer_ms or 0),
                           lambda: self._lift(ring.leg, phone))
            self.after(ring.timeout_s * 1000, lambda: self._time_out(ring.leg))

    def _if_alive(self, leg: str, fact: type[Any]) -> None:
        if leg in self.legs:
            self.tell(fact(at=self.at, leg=leg))

    def _lift(self, leg: str, phone: Phone) -> None:
        if leg not in self.legs:
            return
        self.legs[leg] = "up"
        if phone.talk_ms is not None:
            self.after(phone.talk_ms, lambda: self.leaves(leg))
        self.tell(f.LegAnswered(at=self.at, leg=leg))

    def _time_out(self, leg: str) -> None:
        if self.legs.get(leg) == "ringing":
            self._gone(leg, 19)

    def _gone(self, leg: str, cause: int) -> None:
        if self.legs.pop(leg, None) is not None:
            self._leave_all(leg)
            self.recording = {name: on for name, on in self.recording.items() if on[0] != leg}
            self.tell(f.LegGone(at=self.at, leg=leg, cause=cause, cause_text=""))
            for ear in [x for x, heard in self.ears.items() if heard == leg]:
                self._gone(ear, 16)

    # ---- what must always hold

    def _agent_changed(self, before: Any, after: Any) -> None:
        self.screen.agent_changed(after)
        self.story.distribution.on_agent_change(before, after)

    def _call_changed(self, call: Call) -> None:
        self.screen.call_changed(call)
        if call.state == "ended":
            self.ended[call.id] = call

    def _told(self, fact: e.AnyCallFact) -> None:
        self.facts.append(fact)
        self.screen.fact_told(fact)
        if isinstance(fact, e.CallEnded):
            self.office.ways.book(self.desk.calls[fact.call_id])
            self.office.rooms.ended(self.desk.calls[fact.call_id])
            self.outcomes[fact.outcome] += 1

    def check(self) -> None:
        """The invariants of the house, looked at after every step."""
        promised = Counter(call.agent_id for call in self.desk.live() if call.agent_id)
        promised.update(call.far_agent_id for call in self.desk.live() if call.far_agent_id)
        promised.update(call.third_agent_id for call in self.desk.live() if call.third_agent_id)
        promised.update(one.agent_id for call in self.desk.live() for one in call.guests if one.agent_id)
        promised.update(x.agent_id for call in self.desk.live() for x in call.others)
        promised.update(w.supervisor_id for call in self.desk.live() for w in call.watchers)
        for agent_id, calls in promised.items():
            assert calls == 1, f"agent {agent_id} is promised {calls} times"
        for agent in self.agents.agents.values():
            if agent.engagement != "free":
                call = self.desk.calls.get(agent.call_id)
                assert call is not None and call.state != "ended", f"{agent.id} is engaged in a dead call"
        for call in self.desk.live():
            if call.state == "talking":
                assert call.agent_up and call.caller_up and not call.third_leg
                assert not call.timers or all(t.name in ("rejoin", "allowance") for t in call.timers), call.timers

    def at_rest(self) -> None:
        """After the last call: nothing may be left."""
        assert not self.desk.live(), [c.state for c in self.desk.live()]
        assert not self.legs, self.legs
        assert not self.bridges, self.bridges
        assert not self.music, self.music
        assert all(a.engagement == "free" for a in self.agents.agents.values())
        assert not self.desk.incidents, self.desk.incidents
        assert not self.agents.incidents, self.agents.incidents
