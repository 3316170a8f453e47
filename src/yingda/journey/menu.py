"""Leads a caller through a flow: hands what happened to the pure machine and does what it answers.

Look-ups run beside (`lookups.py`) and come back as one more thing that happened. What a caller keys at a PIN is kept
in memory alone: after a restart he is asked again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec.structs import replace

from yingda.acd.callers import KINDS
from yingda.calls import events as e
from yingda.calls.state import Call
from yingda.ivr import input as keys
from yingda.ivr import machine as ivr
from yingda.ivr.conditions import Context
from yingda.ivr.form import Flow
from yingda.ivr.stand import Ask, AwaitKey, Bye, Go, Play, Step
from yingda.journey.lookups import Lookups, NoLookups
from yingda.kit.ids import new_id, switch_name
from yingda.kit.numbers import area

if TYPE_CHECKING:
    from yingda.journey.story import Story

log = structlog.get_logger("journey")
_MARGIN_MS = 1_000  # a look-up that does not come back at all is given up so long after its own time-out


class MenuRunner:
    def __init__(self, story: Story) -> None:
        self._story = story
        self.lookups: Lookups = NoLookups()
        self.drafts: dict[tuple[str, int], Flow] = {}  # flows that are only being tried
        self._used: dict[tuple[str, int], Flow] = {}  # callers finish in the version they began with
        self._secret: dict[str, str] = {}  # call → digits of a PIN so far

    # ---- flows

    def flow(self, flow_id: str, version: int = 0) -> Flow | None:
        """That version, or the newest (0)."""
        if not version:
            return self._story.site.flows.get(flow_id)
        key = flow_id, version
        return self.drafts.get(key) or self._story.site.flow_versions.get(key) or self._used.get(key)

    def start(self, call: Call, flow_id: str, at: int, version: int = 0) -> None:
        flow = self.flow(flow_id, version)
        if flow is None:
            self._story.close(call.id, "flow_failed", media(ivr.BUSY))
            return
        self._used[flow.id, flow.version] = flow
        self._story.desk.post(call.id, e.EnterMenu(at=at, flow_id=flow.id, flow_version=flow.version,
                                                   segment=str(new_id())))
        self._act(call, ivr.begin(flow, self._context(call, at), self, call.language, call.menu.variables), at)

    # ---- what happens

    def on_fact(self, call: Call, fact: e.AnyCallFact) -> None:
        walk = self._walk(call, fact.at)
        if walk is None:
            self._story.close(call.id, "flow_failed", media(ivr.BUSY))
            return
        step: Step | None = None
        match fact:
            case e.CallKeyed():
                step = keys.keyed(walk, fact.digit)
            case e.CallPromptEnded():
                step = ivr.prompt_ended(walk)
            case e.MenuTimedOut():
                step = ivr.found(walk, False, {}) if walk.asking else keys.timed_out(walk)
            case e.CallNotReached():
                step = ivr.not_reached(walk, fact.outcome)
            case e.MenuFound():
                step = ivr.found(walk, fact.ok, fact.data)
        if step is not None:
            self._act(call, step, fact.at)

    def on_ended(self, call: Call, at: int) -> None:
        """For the figures: who hung up in a menu did so at this node."""
        self._secret.pop(call.id, None)
        if call.outcome == "abandoned_menu" and call.node and not call.trial:
            self._tell(call.id, "FlowPassed", {"passed": [[call.flow_id, call.flow_version, call.node, "hang_up"]]}, at)

    def resume(self, call: Call, at: int) -> None:
        """After a restart: ask again for what was being looked up."""
        walk = self._walk(call, at)
        step = ivr.resumed(walk) if walk is not None else None
        if step is not None:
            self._act(call, step, at)

    # ---- inside

    def _walk(self, call: Call, at: int) -> ivr.Walk | None:
        flow = self.flow(call.flow_id, call.flow_version) or self.flow(call.flow_id)
        if flow is None:
            return None
        stand = call.menu
        if call.id in self._secret:
            stand = replace(stand, digits=self._secret[call.id])
        return ivr.Walk(flow, call.node, call.tries, stand, call.language, self._context(call, at), self)

    def _context(self, call: Call, at: int) -> Context:
        site = self._story.site
        now = datetime.fromtimestamp(at / 1000, ZoneInfo(site.directory.timezone))
        return Context(
            weekday=now.isoweekday(), date=now.strftime("%Y-%m-%d"), time=now.strftime("%H:%M"), caller=call.caller,
            called=call.called, area=area(call.caller),
            lists=frozenset(kind for kind in KINDS if site.callers.on(kind, call.caller, at)),
            open_plans=frozenset(plan for plan in site.plans if site.hours(plan, at) == "open"))

    def _act(self, call: Call, step: Step, at: int) -> None:
        """`call` as it was when it happened: what is posted here comes after whatever the desk is doing now."""
        self._keep(call, step, at)
        act = step.act
        if act is None:
            return
        play = media(act.prompts) if isinstance(act, Play | Ask) else ()
        timeout = act.timeout_ms + (_MARGIN_MS if isinstance(act, Ask) else 0) if isinstance(act, AwaitKey | Ask) else 0
        self._story.desk.post(call.id, e.MenuStep(
            at=at, node=step.node, tries=step.tries, titles=step.titles, keyed=step.keyed, stand=step.stand,
            flow_id=step.flow.id, flow_version=step.flow.version, language=step.language, play=play,
            playback=switch_name("play") if play else "", timeout_ms=timeout,
            stop=call.playback if step.stop or play else ""))
        now = self._story.desk.calls.get(call.id)
        lent = now is not None and now.state == "lent"
        match act:
            case Ask():
                self._ask(call.id, step.node, act)
            case Go() | Bye() if lent:  # back to the agent who waits for him
                self._story.desk.post(call.id, e.BackFromMenu(at=at))
            case Go():
                reason = self._story.destinations.go(call.id, act.destination, at, priority=act.priority,
                                                     announce=media(act.prompts))
                if reason:
                    log.warning("flow_target_refused", call=call.id, node=step.node, reason=reason)
                    walk = ivr.Walk(step.flow, step.node, step.tries, step.stand, step.language,
                                    self._context(call, at), self)
                    self._act(call, ivr.not_reached(walk, reason), at)
            case Bye():
                self._story.close(call.id, act.outcome, media(act.prompts or ("yd/goodbye",)))

    def _keep(self, call: Call, step: Step, at: int) -> None:
        """Write the figures and answers down, and the digits of a PIN nowhere."""
        if step.secret:
            self._secret[call.id] = step.secret
        else:
            self._secret.pop(call.id, None)
        if call.trial:
            return
        if step.passed:
            self._tell(call.id, "FlowPassed", {"passed": [[p.flow, p.version, p.node, p.way] for p in step.passed]}, at)
        for answer in step.answers:
            self._tell(call.id, "SurveyAnswered", msgspec.to_builtins(answer), at)

    def _tell(self, call_id: str, event: str, data: dict[str, Any], at: int) -> None:
        self._story.desk.tell(call_id, event, data, at)

    def _ask(self, call_id: str, node: str, ask: Ask) -> None:
        def back(ok: bool, data: dict[str, Any]) -> None:
            call = self._story.desk.calls.get(call_id)
            waits = call is not None and call.state in ("in_menu", "lent")
            if call is not None and waits and call.node == node and call.menu.asking == ask.what:
                self._story.on_call_fact(e.MenuFound(call_id=call_id, at=self._story.now(), ok=ok, data=data))

        self.lookups.ask(ask.what, ask.params, ask.timeout_ms, back)


def media(prompts: tuple[str, ...]) -> tuple[str, ...]:
    """Names in a flow are sounds unless they say otherwise ("tone:ring")."""
    return tuple(p if ":" in p else f"sound:{p}" for p in prompts)
