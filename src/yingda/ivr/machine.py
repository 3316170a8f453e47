"""One step of a flow: given where the caller stands and what happened, where to next. Pure.

A `Walk` goes from node to node until one of them plays, waits, asks or leads out of the flow; the form of the nodes
stands in `models.py`, what single kinds do with keys and answers in `input.py`. Whatever a node did not foresee (a
target that has gone, a node that does not exist, too many steps without a pause) takes the flow's error exit, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yingda.calls.state import MenuStand
from yingda.ivr.conditions import Context, holds, needs_customer
from yingda.ivr.form import LONGEST_VALUE, Flow, Node, exits, filled
from yingda.ivr.requests import http_request
from yingda.ivr.speech import spoken
from yingda.ivr.stand import Act, Answer, Ask, AwaitKey, Bye, Flows, Go, Passed, Play, Step

MAX_HOPS = 50  # nodes passed without a pause
MAX_NODES = 500  # nodes entered in one call: a loop that plays for ever ends here
CUSTOMER_MS = 3_000
PIN_MS = 4_000
BUSY = ("yd/system-busy",)


class Walk:
    """Working state of one step; `step` makes the answer of it."""

    def __init__(self, flow: Flow, node: str, tries: int, stand: MenuStand, language: str, context: Context,
                 flows: Flows) -> None:
        self.flow, self.node, self.tries, self.language = flow, node, tries, language
        self.context, self.flows = context, flows
        self.digits, self.stack, self.hops = stand.digits, stand.stack, stand.hops
        self.own, self.asking, self.fallen = dict(stand.variables), stand.asking, stand.fallen
        self.keyed, self.titles = "", list[str]()
        self.passed, self.answers = list[Passed](), list[Answer]()

    # ---- reading

    @property
    def here(self) -> Node | None:
        return self.flow.nodes.get(self.node)

    @property
    def variables(self) -> dict[str, str]:
        """The caller's own and those that are always there."""
        c = self.context
        return {"caller": c.caller, "called": c.called, "date": c.date, "time": c.time, "language": self.language,
                **self.own}

    def step(self, act: Act | None, *, stop: bool = False) -> Step:
        node = self.here
        secret = self.digits if node is not None and node.kind == "pin" else ""
        stand = MenuStand(
            digits="" if secret else self.digits, variables=self.own, stack=self.stack, hops=self.hops,
            fallen=self.fallen, asking=act.what if isinstance(act, Ask) else (self.asking if act is None else ""),
            hush=node is not None and (node.kind == "pin" or node.masked))
        return Step(flow=self.flow, node=self.node, tries=self.tries, stand=stand, language=self.language, act=act,
                    stop=stop, keyed=self.keyed, titles=tuple(self.titles), passed=tuple(self.passed),
                    answers=tuple(self.answers), secret=secret)

    # ---- writing

    def note(self, way: str) -> None:
        self.passed.append(Passed(flow=self.flow.id, version=self.flow.version, node=self.node, way=way))

    def key(self, digit: str) -> None:
        """Write the key behind the last title of the path."""
        if self.titles:
            self.titles[-1] = f"{self.titles[-1]}:{digit}"
        else:
            self.keyed = digit

    def set(self, name: str, value: str) -> None:
        self.own[name] = value[:LONGEST_VALUE]

    # ---- going

    def leave(self, way: str, target: str) -> Act:
        self.note(way)
        return self.enter(target)

    def enter(self, key: str) -> Act:
        for _ in range(MAX_HOPS):
            self.hops += 1
            node = self.flow.nodes.get(key)
            if node is None or self.hops > MAX_NODES:
                return self.error()
            self.node, self.tries, self.digits = key, 0, ""
            self.note("enter")
            if node.title:
                self.titles.append(node.title)
            act, way, key = self.arrive(node)
            if act is not None:
                return act
            if way:
                self.note(way)
        return self.error()

    def arrive(self, node: Node) -> tuple[Act | None, str, str]:
        """What the node does when it is entered: an act, or how it is left at once and for which node."""
        match node.kind:
            case "play":
                return (Play(prompts=node.prompts), "", "") if node.prompts else (None, "next", node.next)
            case "menu" | "collect" | "pin" | "survey":
                return self.ask_caller(node), "", ""
            case "language":
                if node.keys:
                    return self.ask_caller(node), "", ""
                self.language = node.language or self.language
                return None, "next", node.next
            case "branch":
                return self.branch(node)
            case "set":
                self.set(node.variable, filled(node.value, self.variables))
                return None, "next", node.next
            case "say":
                said = (*node.prompts, *spoken(self.variables.get(node.variable, ""), node.as_, self.language),
                        *node.after)
                return (Play(prompts=said), "", "") if said else (None, "next", node.next)
            case "http":
                return Ask(what="http", params=http_request(node, self.variables), prompts=node.prompts,
                           timeout_ms=int(node.timeout_s * 1000)), "", ""
            case "sub_flow":
                return self._call(node)
            case "return":
                return self._return()
        return self._end(node), "", ""

    def ask_caller(self, node: Node) -> Act:
        return Play(prompts=node.prompts) if node.prompts else AwaitKey(timeout_ms=int(node.timeout_s * 1000))

    def branch(self, node: Node) -> tuple[Act | None, str, str]:
        if "customer_id" not in self.own and any(needs_customer(c) for rule in node.rules for c in rule.when):
            return Ask(what="customer", params={"number": self.context.caller}, timeout_ms=CUSTOMER_MS), "", ""
        variables = self.variables
        for n, rule in enumerate(node.rules):
            if all(holds(condition, self.context, variables) for condition in rule.when):
                return None, f"rule:{n}", rule.next
        return None, "otherwise", node.otherwise

    def _call(self, node: Node) -> tuple[Act | None, str, str]:
        below = self.flows.flow(node.flow)
        if below is None or len(self.stack) >= 10:
            return self.error(), "", ""
        self.stack = (*self.stack, (self.flow.id, self.flow.version, self.node))
        self.flow = below
        self.passed.append(Passed(flow=below.id, version=below.version, node="", way="enter"))
        return None, "", below.start

    def _return(self) -> tuple[Act | None, str, str]:
        self.note("return")
        if not self.stack:
            return Bye(prompts=(), outcome="menu_done"), "", ""
        if not self._pop():
            return self.error(), "", ""
        node = self.here
        return None, "next", node.next if node else ""

    def _pop(self) -> bool:
        """Back to the flow that called this one, in the version that the caller began."""
        flow_id, version, self.node = self.stack[-1]
        self.stack = self.stack[:-1]
        above = self.flows.flow(flow_id, version) or self.flows.flow(flow_id)
        if above is None:
            return False
        self.flow = above
        return True

    def _end(self, node: Node) -> Act:
        """The nodes that lead out of the flow."""
        values = self.variables
        match node.kind:
            case "queue":
                return Go(destination=f"queue:{node.queue}", priority=node.priority, prompts=node.prompts)
            case "agent":
                return Go(destination=f"agent:{filled(node.agent, values).strip()}")
            case "number":
                return Go(destination=f"number:{filled(node.number, values).strip()}")
            case "voicemail":
                return Go(destination=f"voicemail:{node.box}")
            case "callback":
                return Go(destination=f"callback:{node.queue}")
            case "hang_up":
                return Bye(prompts=node.prompts, outcome="menu_done")
        return self.error()

    def error(self) -> Act:
        """Something that no exit foresees: the error exit of this flow or of one that called it, once in a call."""
        self.note("error")
        if not self.fallen:
            self.fallen, self.hops = True, 0
            while True:
                if self.flow.error in self.flow.nodes:
                    return self.enter(self.flow.error)
                if not self.stack or not self._pop():
                    break
        return Bye(prompts=BUSY, outcome="flow_failed")


# ---- what happens to a caller


def begin(flow: Flow, context: Context, flows: Flows, language: str,
          variables: Mapping[str, str] | None = None) -> Step:
    """A caller comes into the flow, with what is known of him from an earlier one."""
    walk = Walk(flow, "", 0, MenuStand(variables=dict(variables or {})), language, context, flows)
    walk.note("enter")
    return walk.step(walk.enter(flow.start))


def prompt_ended(walk: Walk) -> Step:
    node = walk.here
    if node is None:
        return walk.step(walk.error())
    if walk.asking:
        return walk.step(None)  # the answer is still awaited
    if node.kind in ("play", "say"):
        return walk.step(walk.leave("next", node.next))
    return walk.step(AwaitKey(timeout_ms=int(node.timeout_s * 1000)))


def not_reached(walk: Walk, reason: str) -> Step:
    """The target has no such place, is busy or did not answer: the node's own exit, else the error exit."""
    node = walk.here
    target = exits(node).get("failed", "") if node else ""
    return walk.step(walk.leave("failed", target) if target else walk.error(), stop=True)


def found(walk: Walk, ok: bool, data: Mapping[str, Any]) -> Step:
    """The answer of what was asked; `ok` False: none came in time, or a refusal."""
    node, asked = walk.here, walk.asking
    walk.asking = ""
    if node is None:
        return walk.step(walk.error(), stop=True)
    if asked == "customer":
        _know_customer(walk, data if ok else {})
        act, way, target = walk.branch(node)
        return walk.step(act if act is not None else walk.leave(way, target), stop=True)
    if asked == "pin":
        return _pin_found(walk, node, str(data.get("result", "")) if ok else "unavailable", data)
    for into in node.into:
        if into.variable in data:
            walk.set(into.variable, str(data[into.variable]))
    return walk.step(walk.leave("next", node.next) if ok else walk.leave("failed", node.failed), stop=True)


def _know_customer(walk: Walk, data: Mapping[str, Any]) -> None:
    for name in ("id", "name", "level", "vip"):
        walk.set(f"customer_{name}", str(data.get(name, "")))


def _pin_found(walk: Walk, node: Node, result: str, data: Mapping[str, Any]) -> Step:
    walk.set("pin", result)
    if "id" in data:
        _know_customer(walk, data)
    match result:
        case "ok":
            return walk.step(walk.leave("next", node.next), stop=True)
        case "locked":
            return walk.step(walk.leave("locked", node.locked), stop=True)
        case "failed" if walk.tries < node.retries:
            walk.note("invalid")
            walk.tries, walk.digits = walk.tries + 1, ""
            return walk.step(Play(prompts=node.invalid_prompts or node.prompts), stop=True)
        case "unavailable" if node.unavailable:
            return walk.step(walk.leave("unavailable", node.unavailable), stop=True)
    return walk.step(walk.leave("failed", node.failed), stop=True)


def resumed(walk: Walk) -> Step | None:
    """The engine was started anew while something was being looked up: ask again where that does no harm."""
    node, asked = walk.here, walk.asking
    if node is None or not asked:
        return None
    walk.asking = ""
    if asked == "pin":  # the digits were kept in memory alone
        walk.digits = ""
        return walk.step(walk.ask_caller(node))
    if asked == "http" and node.method != "GET":
        return walk.step(walk.leave("failed", node.failed))
    act, way, target = walk.arrive(node)
    return walk.step(act if act is not None else walk.leave(way, target))


