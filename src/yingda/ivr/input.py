"""What callers key, or fail to key, at the nodes that wait for it. Pure. Part of the flow's machine (`machine.py`)."""

from __future__ import annotations

from yingda.ivr.form import WAITING, Node
from yingda.ivr.machine import MAX_HOPS, PIN_MS, Walk
from yingda.ivr.stand import Act, Answer, Ask, AwaitKey, Bye, Play, Step


def keyed(walk: Walk, digit: str) -> Step | None:
    """None: a key that nothing asks for changes nothing. Who types ahead in a greeting has begun to choose already."""
    node = walk.here
    if node is None or walk.asking:
        return None
    if node.kind in ("play", "say"):
        node = _ahead(walk, node, digit)
        if node is None:
            return None
    if node.kind not in WAITING:
        return None
    return walk.step(_take(walk, node, digit), stop=True)


def _ahead(walk: Walk, node: Node, digit: str) -> Node | None:
    """Go to the waiting node that follows an announcement over further ones, if the key means something there."""
    following, names = node, list[str]()
    for _ in range(MAX_HOPS):
        name = following.next
        ahead = walk.flow.nodes.get(name)
        if ahead is None or name in names:
            return None
        names.append(name)
        following = ahead
        if ahead.kind not in ("play", "say"):
            break
    if following.kind not in WAITING or (following.kind in _CHOICES and digit not in _choices(following)):
        return None
    walk.note("next")
    for name in names:
        walk.hops += 1
        walk.node, walk.tries, walk.digits = name, 0, ""
        walk.note("enter")
        title = walk.flow.nodes[name].title
        if title:
            walk.titles.append(title)
        if name != names[-1]:
            walk.note("next")
    return following


_CHOICES = ("menu", "survey", "language")


def _choices(node: Node) -> tuple[str, ...]:
    return tuple(node.answers) if node.kind == "survey" else tuple(node.keys)


def _take(walk: Walk, node: Node, digit: str) -> Act:
    match node.kind:
        case "menu" if digit in node.keys:
            walk.key(digit)
            return walk.leave(f"key:{digit}", node.keys[digit])
        case "language" if digit in node.keys:
            walk.language = node.keys[digit]
            walk.key(digit)
            return walk.leave(f"key:{digit}", node.next)
        case "survey" if digit in node.answers:
            walk.answers.append(Answer(flow=walk.flow.id, question=node.question, key=digit,
                                       score=node.answers[digit]))
            walk.key(digit)
            return walk.leave(f"key:{digit}", node.next)
        case "collect":
            return _digit(walk, node, digit, node.end_key, node.max_length)
        case "pin":
            return _digit(walk, node, digit, "#", node.length)
    walk.key(digit)
    return _again(walk, node, "invalid")


def _digit(walk: Walk, node: Node, digit: str, end_key: str, longest: int) -> Act:
    if digit == end_key:
        return _whole(walk, node)
    if digit in "*#":  # not a digit, and not what ends the input
        return _again(walk, node, "invalid")
    walk.digits += digit
    if len(walk.digits) >= longest:
        return _whole(walk, node)
    return AwaitKey(timeout_ms=int(node.digit_timeout_s * 1000))


def _whole(walk: Walk, node: Node) -> Act:
    """The input is complete."""
    digits = walk.digits
    if node.kind == "pin":
        if len(digits) < 4:
            return _again(walk, node, "invalid")
        who = walk.variables.get(node.by, "") if node.by else walk.context.caller
        walk.digits = ""
        return Ask(what="pin", params={"who": who, "by": "any" if node.by else "number", "pin": digits},
                   timeout_ms=PIN_MS)
    if len(digits) < node.min_length:
        return _again(walk, node, "invalid" if digits else "timeout")
    walk.set(node.variable, digits)
    return walk.leave("next", node.next)


def timed_out(walk: Walk) -> Step:
    """Nothing was keyed in time; of a row of digits, no further one."""
    node = walk.here
    if node is None or node.kind not in WAITING:
        return walk.step(walk.error(), stop=True)
    if walk.digits and node.kind in ("collect", "pin"):
        return walk.step(_whole(walk, node), stop=True)
    return walk.step(_again(walk, node, "timeout"), stop=True)


def _again(walk: Walk, node: Node, why: str) -> Act:
    """Once more from the beginning of this node, or, the attempts being used up, out by its exit."""
    walk.note(why)
    if walk.tries < node.retries:
        walk.tries, walk.digits = walk.tries + 1, ""
        first = node.invalid_prompts if why == "invalid" else node.timeout_prompts
        again = (*first, *node.prompts)
        return Play(prompts=again) if again else AwaitKey(timeout_ms=int(node.timeout_s * 1000))
    if node.kind == "menu" and why == "timeout" and node.timed_out:
        return _in_vain(walk.leave("timed_out", node.timed_out))
    if node.kind == "survey":
        walk.answers.append(Answer(flow=walk.flow.id, question=node.question))
        return walk.leave("failed", node.failed or node.next)
    if node.kind == "language":
        walk.language = node.language or walk.language
        return walk.leave("next", node.next)
    return _in_vain(walk.leave("failed", node.failed))


def _in_vain(act: Act) -> Act:
    """A farewell that follows at once says in the record that the caller has chosen nothing."""
    if isinstance(act, Bye) and act.outcome == "menu_done":
        return Bye(prompts=act.prompts, outcome="menu_failed")
    return act
