"""The form of a flow as the engine reads it. What each field means stands in `models.py`; here are names and defaults.

Fields that the engine has no use for (`x`, `y`, an editor's own) are passed over when a document is read.
"""

from __future__ import annotations

import re

import msgspec

KINDS = ("play", "menu", "collect", "branch", "http", "pin", "queue", "agent", "number", "voicemail", "callback",
         "survey", "say", "set", "sub_flow", "return", "language", "hang_up")
WAITING = ("menu", "collect", "pin", "survey", "language")  # those that wait for keys
ENDS = ("queue", "agent", "number", "voicemail", "callback", "hang_up", "return")  # those that may be the last
LANGUAGES = ("zh", "en")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,39})\}")
LONGEST_VALUE = 500


class Header(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: str = ""
    secret: bool = False


class Into(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    variable: str


class Condition(msgspec.Struct, frozen=True, kw_only=True,
                rename={"not_": "not", "from_": "from", "list_": "list", "is_": "is"}):
    on: str
    not_: bool = False
    days: tuple[int, ...] = ()
    from_: str = ""
    to: str = ""
    dates: tuple[str, ...] = ()
    plan: str = ""
    list_: str = ""
    numbers: tuple[str, ...] = ()
    prefix: bool = False
    areas: tuple[str, ...] = ()
    name: str = ""
    is_: str = ""
    value: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    title: str = ""
    when: tuple[Condition, ...] = ()
    next: str = ""


class Node(msgspec.Struct, frozen=True, kw_only=True, rename={"as_": "as"}):
    kind: str
    title: str = ""
    prompts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    next: str = ""
    failed: str = ""
    timed_out: str = ""
    otherwise: str = ""
    locked: str = ""
    unavailable: str = ""
    keys: dict[str, str] = {}
    answers: dict[str, int] = {}
    timeout_s: float = 6.0
    digit_timeout_s: float = 4.0
    retries: int = 2
    invalid_prompts: tuple[str, ...] = ()
    timeout_prompts: tuple[str, ...] = ()
    variable: str = ""
    min_length: int = 1
    max_length: int = 20
    length: int = 6
    end_key: str = "#"
    masked: bool = False
    rules: tuple[Rule, ...] = ()
    method: str = "GET"
    url: str = ""
    headers: tuple[Header, ...] = ()
    body: str = ""
    into: tuple[Into, ...] = ()
    by: str = ""
    queue: str = ""
    priority: int = 0
    agent: str = ""
    number: str = ""
    box: str = ""
    question: str = ""
    as_: str = "number"
    value: str = ""
    flow: str = ""
    language: str = ""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    version: int
    start: str
    nodes: dict[str, Node]
    error: str = ""
    name: str = ""


def exits(node: Node) -> dict[str, str]:
    """Where a node may lead: {field: key of a node}, "" for an exit left open."""
    match node.kind:
        case "play" | "say" | "set" | "sub_flow":
            return {"next": node.next}
        case "menu":
            return {**{f"keys.{key}": to for key, to in node.keys.items()}, "failed": node.failed,
                    "timed_out": node.timed_out}
        case "collect" | "http" | "survey":
            return {"next": node.next, "failed": node.failed}
        case "branch":
            return {**{f"rules.{n}.next": rule.next for n, rule in enumerate(node.rules)},
                    "otherwise": node.otherwise}
        case "pin":
            return {"next": node.next, "failed": node.failed, "locked": node.locked, "unavailable": node.unavailable}
        case "agent" | "number" | "callback":
            return {"failed": node.failed}
        case "language":
            return {"next": node.next}
    return {}


OPTIONAL_EXITS = frozenset({("menu", "timed_out"), ("survey", "failed"), ("pin", "unavailable")})


def filled(template: str, variables: dict[str, str]) -> str:
    """The template with its `{variables}` put in; unknown ones are empty."""
    return PLACE.sub(lambda found: variables.get(found[1], ""), template)
