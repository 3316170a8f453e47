"""What is wrong with a flow: every fault with node, field, code and severity. Pure. The codes stand in `models.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from yingda.ivr.conditions import condition_faults
from yingda.ivr.form import KINDS, LANGUAGES, OPTIONAL_EXITS, PLACE, VARIABLE, Node, exits
from yingda.ivr.paths import path_faults

KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
DIGITS = frozenset("0123456789*#")
BUILT_IN = frozenset({"caller", "called", "language", "date", "time", "customer_id", "customer_name",
                      "customer_level", "customer_vip", "pin"})
_PROMPT = re.compile(r"(tone:)?[A-Za-z0-9_-]+(/[A-Za-z0-9_.-]+)*")
_URL = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+([/?#]\S*)?")
_MOST_NODES = 300


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    node: str
    field: str
    code: str
    severity: str = "error"  # error | warning


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What of the site a flow may name; None where it is not looked at.

    `flows`: published document by id, itself None for one that was never published. `sounds`: names by language.
    """

    queues: frozenset[str] | None = None
    agents: frozenset[str] | None = None
    boxes: frozenset[str] | None = None
    plans: frozenset[str] | None = None
    flows: Mapping[str, dict[str, Any] | None] | None = None
    sounds: Mapping[str, frozenset[str]] | None = None
    language: str = "zh"
    own_id: str = ""


def check(document: Any, known: Known) -> list[Fault]:
    """All faults, errors first, in the order of the nodes."""
    if not isinstance(document, dict) or not isinstance(document.get("nodes"), dict) or not document["nodes"]:
        return [Fault(node="", field="nodes", code="required")]
    found: list[Fault] = []
    raw = document["nodes"]
    nodes: dict[str, Node] = {}
    for key, value in raw.items():
        if not KEY.fullmatch(str(key)):
            found.append(Fault(node=str(key), field="", code="malformed"))
        node, fault = _read(str(key), value)
        if node is None:
            found.append(fault or Fault(node=str(key), field="", code="malformed"))
        else:
            nodes[key] = node
    if len(raw) > _MOST_NODES:
        found.append(Fault(node="", field="nodes", code="too_long"))
    start, error = (value if isinstance(value, str) else ""
                    for value in (document.get("start"), document.get("error")))
    if start not in raw:
        found.append(Fault(node="", field="start", code="unknown" if start else "required"))
    if error and error not in raw:
        found.append(Fault(node="", field="error", code="unknown"))
    for key, node in nodes.items():
        found += _NodeCheck(key, node, raw, known).run()
    found += _recursions(nodes, known)
    if start in nodes:
        found += [Fault(node=node, field=field, code=code, severity=severity)
                  for node, field, code, severity in path_faults(nodes, start, error)]
    found += _unset(nodes)
    return sorted(found, key=lambda fault: fault.severity != "error")


def _read(key: str, value: Any) -> tuple[Node | None, Fault | None]:
    try:
        return msgspec.convert(value, Node), None
    except msgspec.ValidationError as reason:
        where = re.search(r"`\$\.?(.*?)`", str(reason))
        field = re.sub(r"\[(\d+)\]", r".\1", where[1]).replace("[...]", "") if where else ""
        missing = re.search(r"required field `(\w+)`", str(reason))
        if missing:
            return None, Fault(node=key, field=f"{field}.{missing[1]}".strip("."), code="required")
        return None, Fault(node=key, field=field, code="malformed")


class _NodeCheck:
    """The faults of one node by itself."""

    def __init__(self, key: str, node: Node, keys: Iterable[str], known: Known) -> None:
        self.key, self.node, self.keys, self.known = key, node, set(keys), known
        self.found: list[Fault] = []

    def fail(self, field: str, code: str) -> None:
        self.found.append(Fault(node=self.key, field=field, code=code))

    def warn(self, field: str, code: str) -> None:
        self.found.append(Fault(node=self.key, field=field, code=code, severity="warning"))

    def run(self) -> list[Fault]:
        node = self.node
        if node.kind not in KINDS:
            self.fail("kind", "unknown")
            return self.found
        if len(node.title) > 60:
            self.fail("title", "too_long")
        for field, target in exits(node).items():
            if target and target not in self.keys:
                self.fail(field, "unknown")
            elif not target and (node.kind, field) not in OPTIONAL_EXITS:
                self.fail(field, "required")
        own = getattr(self, f"_{node.kind}", None)
        if own is not None:
            own()
        for field in ("prompts", "invalid_prompts", "timeout_prompts", "after"):
            self._sounds(field, getattr(node, field))
        return self.found

    # ---- kinds

    def _play(self) -> None:
        self._need("prompts")

    def _menu(self) -> None:
        self._need("prompts")
        self._digits("keys", self.node.keys)
        self._patience()

    def _collect(self) -> None:
        node = self.node
        self._need("prompts")
        self._variable("variable", node.variable)
        self._between("max_length", node.max_length, 1, 30)
        self._between("min_length", node.min_length, 1, max(1, node.max_length))
        self._between("digit_timeout_s", node.digit_timeout_s, 1, 20)
        if node.end_key not in ("", "#", "*"):
            self.fail("end_key", "unknown")
        self._patience()

    def _branch(self) -> None:
        if not self.node.rules:
            self.fail("rules", "required")
        if len(self.node.rules) > 50:
            self.fail("rules", "too_long")
        for n, rule in enumerate(self.node.rules):
            at = f"rules.{n}"
            if not rule.when:
                self.fail(f"{at}.when", "required")
            if len(rule.title) > 60:
                self.fail(f"{at}.title", "too_long")
            for m, condition in enumerate(rule.when):
                for field, code in condition_faults(condition, self.known.plans):
                    self.fail(f"{at}.when.{m}.{field}", code)

    def _http(self) -> None:
        node = self.node
        if node.method not in ("GET", "POST"):
            self.fail("method", "unknown")
        if not node.url:
            self.fail("url", "required")
        elif not _URL.fullmatch(node.url) or len(node.url) > 1000:
            self.fail("url", "malformed")
        self._between("timeout_s", node.timeout_s, 1, 20)
        if len(node.body) > 4000:
            self.fail("body", "too_long")
        self._headers()
        for n, into in enumerate(node.into):
            self._variable(f"into.{n}.variable", into.variable)
            if not re.fullmatch(r"[^.\s]{1,60}(\.[^.\s]{1,60}){0,9}", into.path):
                self.fail(f"into.{n}.path", "malformed")
        if len(node.into) > 20:
            self.fail("into", "too_long")

    def _headers(self) -> None:
        node = self.node
        names = [header.name.lower() for header in node.headers]
        for n, header in enumerate(node.headers):
            if not re.fullmatch(r"[A-Za-z0-9-]{1,60}", header.name) or header.name.lower() in ("host",
                                                                                            "content-length"):
                self.fail(f"headers.{n}.name", "malformed")
            elif names.index(header.name.lower()) != n:
                self.fail(f"headers.{n}.name", "twice")
            if len(header.value) > 4000 or any(ord(ch) < 32 for ch in header.value):
                self.fail(f"headers.{n}.value", "malformed")
            if header.secret and not node.url.startswith("https://"):
                self.warn(f"headers.{n}.value", "insecure")
        if len(node.headers) > 20:
            self.fail("headers", "too_long")

    def _pin(self) -> None:
        self._need("prompts")
        if self.node.by:
            self._variable("by", self.node.by)
        self._between("length", self.node.length, 4, 12)
        self._patience()

    def _queue(self) -> None:
        self._target("queue", self.node.queue, self.known.queues, "no_queue")
        self._between("priority", self.node.priority, 0, 100)

    def _agent(self) -> None:
        self._target("agent", self.node.agent, self.known.agents, "no_agent", template=True)

    def _number(self) -> None:
        self._target("number", self.node.number, None, "", template=True)
        if self.node.number and not PLACE.search(self.node.number) and not re.fullmatch(
                r"\+?[0-9]{3,20}", self.node.number):
            self.fail("number", "malformed")

    def _voicemail(self) -> None:
        self._target("box", self.node.box, self.known.boxes, "no_box")

    def _callback(self) -> None:
        self._target("queue", self.node.queue, self.known.queues, "no_queue")

    def _survey(self) -> None:
        self._need("prompts")
        if not self.node.question:
            self.fail("question", "required")
        elif len(self.node.question) > 40:
            self.fail("question", "too_long")
        self._digits("answers", self.node.answers)
        self._patience()

    def _say(self) -> None:
        self._variable("variable", self.node.variable)
        if self.node.as_ not in ("number", "digits", "amount", "date"):
            self.fail("as", "unknown")

    def _set(self) -> None:
        self._variable("variable", self.node.variable)
        if len(self.node.value) > 500:
            self.fail("value", "too_long")

    def _sub_flow(self) -> None:
        if not self.node.flow:
            self.fail("flow", "required")
        elif self.known.flows is not None and self.node.flow not in self.known.flows:
            self.fail("flow", "no_flow")
        elif self.known.flows is not None and self.known.flows[self.node.flow] is None:
            self.fail("flow", "not_published")

    def _language(self) -> None:
        node = self.node
        if not node.language and not node.keys:
            self.fail("language", "required")
        if node.language and node.language not in LANGUAGES:
            self.fail("language", "unknown")
        for digit, language in node.keys.items():
            if digit not in DIGITS:
                self.fail(f"keys.{digit}", "malformed")
            elif language not in LANGUAGES:
                self.fail(f"keys.{digit}", "unknown")
        if node.keys:
            self._need("prompts")
            self._patience()

    # ---- fields

    def _need(self, field: str) -> None:
        if not getattr(self.node, field):
            self.fail(field, "required")

    def _between(self, field: str, value: float, least: float, most: float) -> None:
        if not least <= value <= most:
            self.fail(field, "out_of_range")

    def _patience(self) -> None:
        self._between("timeout_s", self.node.timeout_s, 1, 60)
        self._between("retries", self.node.retries, 0, 9)

    def _variable(self, field: str, name: str) -> None:
        if not name:
            self.fail(field, "required")
        elif not VARIABLE.fullmatch(name):
            self.fail(field, "malformed")

    def _digits(self, field: str, keys: Mapping[str, Any]) -> None:
        if not keys:
            self.fail(field, "required")
        for digit in keys:
            if digit not in DIGITS:
                self.fail(f"{field}.{digit}", "malformed")

    def _target(self, field: str, value: str, known: frozenset[str] | None, code: str, template: bool = False) -> None:
        if not value:
            self.fail(field, "required")
        elif known is not None and value not in known and not (template and PLACE.search(value)):
            self.fail(field, code)

    def _sounds(self, field: str, prompts: tuple[str, ...]) -> None:
        if len(prompts) > 20:
            self.fail(field, "too_long")
        for n, name in enumerate(prompts):
            if not _PROMPT.fullmatch(name):
                self.fail(f"{field}.{n}", "malformed")
            elif not name.startswith("tone:") and self.known.sounds is not None:
                if name not in self.known.sounds.get(self.known.language, frozenset()):
                    self.fail(f"{field}.{n}", "no_prompt")
                elif any(name not in names for names in self.known.sounds.values()):
                    self.warn(f"{field}.{n}", "prompt_missing_in")


# ---- over several nodes


def _recursions(nodes: Mapping[str, Node], known: Known) -> list[Fault]:
    if not known.own_id:
        return []
    return [Fault(node=key, field="flow", code="recursion") for key, node in nodes.items()
            if node.kind == "sub_flow" and _leads_to(node.flow, known.own_id, known.flows or {}, set())]


def _leads_to(flow: str, wanted: str, flows: Mapping[str, dict[str, Any] | None], seen: set[str]) -> bool:
    if flow == wanted:
        return True
    if flow in seen:
        return False
    seen.add(flow)
    nodes = (flows.get(flow) or {}).get("nodes") or {}
    return any(_leads_to(str(node.get("flow", "")), wanted, flows, seen)
               for node in nodes.values() if node.get("kind") == "sub_flow")


def _unset(nodes: Mapping[str, Node]) -> list[Fault]:
    """Variables that are read and that nothing here sets; a flow that calls this one may set them."""
    written = BUILT_IN | {n.variable for n in nodes.values() if n.kind in ("collect", "set")} | {
        into.variable for n in nodes.values() for into in n.into}
    found = []
    for key, node in nodes.items():
        for field, name in _reads(node):
            if name and name not in written:
                found.append(Fault(node=key, field=field, code="never_set", severity="warning"))
    return found


def _reads(node: Node) -> list[tuple[str, str]]:
    reads = [("variable", node.variable)] if node.kind == "say" else []
    if node.kind == "pin":
        reads.append(("by", node.by))
    templates: dict[str, tuple[str, ...]] = {"http": ("url", "body"), "agent": ("agent",), "number": ("number",),
                                             "set": ("value",)}
    for field in templates.get(node.kind, ()):
        reads += [(field, name) for name in PLACE.findall(getattr(node, field))]
    for n, rule in enumerate(node.rules):
        for m, condition in enumerate(rule.when):
            if condition.on == "variable":
                reads.append((f"rules.{n}.when.{m}.name", condition.name))
    return reads


