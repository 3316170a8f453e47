"""The flow's machine, kind by kind: what a caller hears and where he comes to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from yingda.calls.state import MenuStand
from yingda.ivr import input as keys
from yingda.ivr import machine as ivr
from yingda.ivr.conditions import Context, holds
from yingda.ivr.form import KINDS, Condition, Flow, Into, Node
from yingda.ivr.requests import http_request, taken
from yingda.ivr.speech import spoken
from yingda.ivr.stand import Ask, AwaitKey, Bye, Go, Play, Step

pytestmark = pytest.mark.pure
BYE = {"kind": "hang_up", "prompts": ["bye"]}
CONTEXT = Context(weekday=3, date="2026-11-25", time="10:30", caller="13800138000", called="4008001000",
                  area="北京市", lists=frozenset({"vip"}))


class Book:
    """A caller in a flow made of a few nodes; `flows` by id."""

    def __init__(self, nodes: dict[str, Any], start: str = "a", error: str = "", context: Context = CONTEXT,
                 **others: dict[str, Any]) -> None:
        self.flows = {"f": flow("f", nodes, start, error), **{k: flow(k, n) for k, n in others.items()}}
        self.context = context
        self.act: Any = None
        self.passed: list[tuple[str, str]] = []
        self.answers: list[tuple[str, int | None]] = []
        self.path: list[str] = []
        self.take(ivr.begin(self.flows["f"], context, self, "zh"))

    def flow(self, flow_id: str, version: int = 0) -> Flow | None:
        return self.flows.get(flow_id)

    def take(self, step: Step | None) -> Book:
        assert step is not None
        self.step = step
        if step.act is not None:
            self.act = step.act
        self.passed += [(p.node, p.way) for p in step.passed]
        self.answers += [(a.question, a.score) for a in step.answers]
        if step.keyed and self.path:
            self.path[-1] += f":{step.keyed}"
        self.path += step.titles
        return self

    def walk(self) -> ivr.Walk:
        s = self.step
        stand = msgspec.structs.replace(s.stand, digits=s.secret) if s.secret else s.stand
        return ivr.Walk(s.flow, s.node, s.tries, stand, s.language, self.context, self)

    def key(self, digits: str) -> Book:
        for digit in digits:
            self.take(keys.keyed(self.walk(), digit))
        return self

    def ended(self) -> Book:
        return self.take(ivr.prompt_ended(self.walk()))

    def silence(self) -> Book:
        return self.take(keys.timed_out(self.walk()))

    def found(self, ok: bool = True, **data: Any) -> Book:
        return self.take(ivr.found(self.walk(), ok, data))


def flow(key: str, nodes: dict[str, Any], start: str = "a", error: str = "") -> Flow:
    return msgspec.convert({"id": key, "version": 1, "start": start, "error": error, "nodes": nodes}, Flow)


def heard(book: Book) -> tuple[str, ...]:
    assert isinstance(book.act, Play | Bye), book.act
    return book.act.prompts


def collect(**over: Any) -> dict[str, Any]:
    return {"kind": "collect", "prompts": ["type"], "variable": "order", "min_length": 3, "max_length": 5,
            "timeout_s": 6, "digit_timeout_s": 2, "retries": 1, "invalid_prompts": ["wrong"],
            "timeout_prompts": ["nothing"], "next": "ok", "failed": "bye", **over}


OK = {"kind": "queue", "queue": "801"}


def test_digits_are_collected_up_to_the_end_key() -> None:
    book = Book({"a": collect(), "ok": OK, "bye": BYE})
    assert heard(book) == ("type",)
    book.key("1")
    assert book.act == AwaitKey(timeout_ms=2000) and book.step.stop and book.step.stand.digits == "1"
    book.key("23#")
    assert book.act == Go(destination="queue:801") and book.step.stand.variables["order"] == "123"


@pytest.mark.parametrize(("typed", "then", "result"), [
    ("12345", "", "go"), ("123", "silence", "go"), ("12", "silence", "again"), ("12#", "", "again"),
    ("*", "", "again"), ("", "silence", "nothing")])
def test_how_an_input_ends(typed: str, then: str, result: str) -> None:
    book = Book({"a": collect(), "ok": OK, "bye": BYE}).ended()
    assert book.act == AwaitKey(timeout_ms=6000)
    book.key(typed)
    if then:
        book.silence()
    if result == "go":
        assert isinstance(book.act, Go)
    else:
        assert heard(book) == ("wrong" if result == "again" else "nothing", "type")
        assert (book.step.tries, book.step.stand.digits) == (1, "")
        book.ended().silence()
        assert book.act == Bye(prompts=("bye",), outcome="menu_failed")
        assert ("a", "failed") in book.passed


def test_typing_ahead_begins_the_input_behind_the_greeting() -> None:
    book = Book({"hi": {"kind": "play", "prompts": ["hi"], "next": "a", "title": "欢迎"},
                 "a": collect(title="单号"), "ok": OK, "bye": BYE}, start="hi")
    book.key("77")
    assert book.step.node == "a" and book.step.stand.digits == "77" and book.path == ["欢迎", "单号"]
    assert book.passed == [("", "enter"), ("hi", "enter"), ("hi", "next"), ("a", "enter")]


def test_a_menu_tells_silence_and_wrong_keys_apart() -> None:
    menu = {"kind": "menu", "prompts": ["m"], "keys": {"1": "ok"}, "retries": 1, "invalid_prompts": ["wrong"],
            "timeout_prompts": ["nothing"], "failed": "bye", "timed_out": "quiet", "title": "菜单"}
    nodes = {"a": menu, "ok": OK, "bye": BYE, "quiet": {"kind": "agent", "agent": "1001", "failed": "bye"}}
    quiet = Book(nodes).ended().silence()
    assert heard(quiet) == ("nothing", "m")
    quiet.ended().silence()
    assert quiet.act == Go(destination="agent:1001")
    wrong = Book(nodes).key("9")
    assert heard(wrong) == ("wrong", "m")
    wrong.key("9")
    assert wrong.act == Bye(prompts=("bye",), outcome="menu_failed")
    assert [way for node, way in wrong.passed if node == "a"] == ["enter", "invalid", "invalid", "failed"]
    right = Book(nodes).key("1")
    assert right.path == ["菜单:1"] and ("a", "key:1") in right.passed


@pytest.mark.parametrize(("condition", "result"), [
    ({"on": "time", "days": [1, 2, 3], "from": "09:00", "to": "18:00"}, True),
    ({"on": "time", "days": [6, 7]}, False), ({"on": "time", "from": "18:00", "to": "09:00"}, False),
    ({"on": "time", "from": "10:30", "to": "10:31"}, True), ({"on": "time", "from": "22:00", "to": "10:31"}, True),
    ({"on": "time", "dates": ["2026-11-25"]}, True), ({"on": "time", "dates": ["2026-10-01"], "not": True}, True),
    ({"on": "caller", "numbers": ["138"], "prefix": True}, True), ({"on": "caller", "numbers": ["138"]}, False),
    ({"on": "caller", "list": "vip"}, True), ({"on": "caller", "list": "black"}, False),
    ({"on": "area", "areas": ["上海", "北京"]}, True), ({"on": "area", "areas": ["上海"]}, False),
    ({"on": "variable", "name": "n", "is": "equals", "value": "7"}, True),
    ({"on": "variable", "name": "n", "is": "greater", "value": "6.5"}, True),
    ({"on": "variable", "name": "n", "is": "less", "value": "abc"}, False),
    ({"on": "variable", "name": "x", "is": "empty"}, True),
    ({"on": "variable", "name": "n", "is": "starts", "value": "{n}"}, True),
    ({"on": "customer", "is": "vip"}, True), ({"on": "customer", "is": "level", "value": "金卡"}, True),
    ({"on": "customer", "is": "known"}, True), ({"on": "customer", "is": "verified"}, False),
    ({"on": "hours", "plan": "p1"}, False), ({"on": "weather"}, False)])
def test_conditions(condition: dict[str, Any], result: bool) -> None:
    variables = {"n": "7", "customer_id": "5", "customer_vip": "1", "customer_level": "金卡"}
    assert holds(msgspec.convert(condition, Condition), CONTEXT, variables) is result


def test_a_branch_looks_the_customer_up_once() -> None:
    rules = [{"title": "贵宾", "when": [{"on": "customer", "is": "vip"}], "next": "vip"}]
    nodes = {"a": {"kind": "branch", "rules": rules, "otherwise": "b"},
             "b": {"kind": "branch", "rules": rules, "otherwise": "ok"},
             "vip": {"kind": "queue", "queue": "802", "priority": 5}, "ok": OK}
    book = Book(nodes)
    assert isinstance(book.act, Ask) and book.act.what == "customer" and book.step.stand.asking == "customer"
    assert Book(nodes).found(id="1", vip="1").act == Go(destination="queue:802", priority=5)
    for answer in (Book(nodes).found(), Book(nodes).found(ok=False), Book(nodes).found(id="1", vip="0")):
        assert answer.act == Go(destination="queue:801")
        assert [w for _, w in answer.passed if w != "enter"] == ["otherwise", "otherwise"]


def test_http_puts_values_in_and_takes_values_out() -> None:
    node = msgspec.convert({
        "kind": "http", "method": "POST", "url": "https://x.cn/a/{caller}?q={q}", "body": '{"n": "{q}"}',
        "headers": [{"name": "X-Key", "value": "k{q}", "secret": True}],
        "into": [{"path": "data.points", "variable": "points"}]}, Node)
    sent = http_request(node, {"caller": "138", "q": 'a"&/\r\nb'})
    assert sent["url"] == "https://x.cn/a/138?q=a%22%26%2F%0D%0Ab"
    assert msgspec.json.decode(sent["body"]) == {"n": 'a"&/\r\nb'} and sent["headers"] == {"X-Key": 'ka"&/b'}
    into = [Into(path="data.points", variable="p"), Into(path="list.1.n", variable="n"),
            Into(path="no.way", variable="x"), Into(path="ok", variable="o"), Into(path="data", variable="d")]
    answer = {"data": {"points": 12.5}, "list": [{}, {"n": "二"}], "ok": True}
    assert taken(answer, into) == {"p": "12.5", "n": "二", "x": "", "o": "1", "d": '{"points": 12.5}'}


def test_http_goes_on_by_its_exits() -> None:
    nodes = {"a": {"kind": "http", "url": "http://x.cn/", "prompts": ["wait"], "next": "say", "failed": "bye",
                   "into": [{"path": "p", "variable": "points"}], "timeout_s": 3},
             "say": {"kind": "say", "variable": "points", "as": "number", "prompts": ["you have"], "after": ["points"],
                     "next": "ok"}, "ok": OK, "bye": BYE}
    book = Book(nodes)
    assert isinstance(book.act, Ask) and (book.act.prompts, book.act.timeout_ms) == (("wait",), 3000)
    assert ivr.prompt_ended(book.walk()).act is None and keys.keyed(book.walk(), "1") is None
    assert heard(book.found(points="12")) == ("you have", "yd/number-10", "yd/digit-2", "points")
    assert book.ended().act == Go(destination="queue:801")
    assert heard(Book(nodes).found(ok=False)) == ("bye",)
    again = ivr.resumed(Book(nodes).walk())
    assert again is not None and isinstance(again.act, Ask), "asked again after a restart"


PIN = {"kind": "pin", "prompts": ["pin?"], "invalid_prompts": ["no"], "retries": 1, "length": 6, "next": "ok",
       "failed": "bye", "locked": "lock"}
PIN_NODES = {"a": PIN, "ok": OK, "bye": BYE, "lock": {"kind": "hang_up", "prompts": ["locked"]}}


def test_a_pin_is_never_part_of_the_record() -> None:
    book = Book(PIN_NODES).key("12")
    assert book.step.secret == "12" and book.step.stand.digits == "" and book.step.stand.hush
    book.key("34#")
    assert isinstance(book.act, Ask) and book.act.params == {"who": "13800138000", "by": "number", "pin": "1234"}
    assert "1234" not in str(book.step.stand)
    assert book.found(result="ok", id="7", name="王", vip="1").act == Go(destination="queue:801")
    assert book.step.stand.variables["pin"] == "ok" and book.step.stand.variables["customer_id"] == "7"


@pytest.mark.parametrize(("results", "prompts"), [
    (["failed", "failed"], ("bye",)), (["locked"], ("locked",)), (["none"], ("bye",)), ([None], ("bye",))])
def test_pins_that_do_not_pass(results: list[str | None], prompts: tuple[str, ...]) -> None:
    book = Book(PIN_NODES)
    for n, result in enumerate(results):
        if n:
            assert heard(book) == ("no",)
        book.key("999999")
        book.found(ok=result is not None, **({"result": result} if result else {}))
    assert heard(book) == prompts


def test_survey_answers_and_silence() -> None:
    nodes = {"a": {"kind": "survey", "question": "满意度", "prompts": ["rate"], "answers": {"1": 5, "2": 3},
                   "retries": 0, "next": "bye"}, "bye": BYE}
    assert Book(nodes).key("2").answers == [("满意度", 3)]
    assert Book(nodes).ended().silence().answers == [("满意度", None)], "blank is not the worst"
    assert Book(nodes).key("8").answers == [("满意度", None)]


def test_language_is_chosen_or_set() -> None:
    nodes = {"a": {"kind": "language", "prompts": ["l"], "keys": {"1": "zh", "2": "en"}, "retries": 0, "next": "b"},
             "b": {"kind": "say", "variable": "caller", "as": "digits", "next": "ok"}, "ok": OK}
    assert Book(nodes).key("2").step.language == "en"
    assert Book(nodes).ended().silence().step.language == "zh"
    assert Book({"a": {"kind": "language", "language": "en", "next": "ok"}, "ok": OK}).step.language == "en"


def test_a_sub_flow_returns_to_its_caller() -> None:
    nodes = {"a": {"kind": "sub_flow", "flow": "g", "next": "ok"}, "ok": OK}
    below = {"a": {"kind": "set", "variable": "x", "value": "{caller}!", "next": "p"},
             "p": {"kind": "play", "prompts": ["below"], "next": "r"}, "r": {"kind": "return"}}
    book = Book(nodes, g=below)
    assert heard(book) == ("below",) and book.step.flow.id == "g" and book.step.stand.stack == (("f", 1, "a"),)
    assert book.ended().act == Go(destination="queue:801") and book.step.flow.id == "f"
    assert book.step.stand.variables["x"] == "13800138000!"
    assert isinstance(Book({"a": {"kind": "return"}}).act, Bye)


def test_what_breaks_takes_the_error_exit_once() -> None:
    broken = {"a": {"kind": "play", "prompts": ["x"], "next": "gone"},
              "e": {"kind": "play", "prompts": ["sorry"], "next": "gone"}}
    book = Book(broken, error="e").ended()
    assert heard(book) == ("sorry",) and ("a", "error") in book.passed
    assert book.ended().act == Bye(prompts=ivr.BUSY, outcome="flow_failed")
    lost = Book({"a": {"kind": "sub_flow", "flow": "gone", "next": "a"}})
    assert lost.act == Bye(prompts=ivr.BUSY, outcome="flow_failed")
    below = Book({"a": {"kind": "sub_flow", "flow": "g", "next": "a"}, "e": BYE}, error="e",
                 g={"a": {"kind": "dance"}})
    assert below.act == Bye(prompts=("bye",), outcome="menu_done"), "the error exit of the flow that called"


def test_loops_are_cut_short() -> None:
    spin = {"a": {"kind": "set", "variable": "x", "value": "1", "next": "a"}}
    assert Book(spin).act == Bye(prompts=ivr.BUSY, outcome="flow_failed")
    book = Book({"a": {"kind": "play", "prompts": ["x"], "next": "a"}})
    for _ in range(ivr.MAX_NODES + 1):
        if isinstance(book.act, Bye):
            break
        book.ended()
    assert book.act == Bye(prompts=ivr.BUSY, outcome="flow_failed")


@pytest.mark.parametrize(("node", "destination"), [
    ({"kind": "agent", "agent": "{called}"}, "agent:4008001000"),
    ({"kind": "number", "number": "{caller}"}, "number:13800138000"),
    ({"kind": "voicemail", "box": "801"}, "voicemail:801"), ({"kind": "callback", "queue": "801"}, "callback:801")])
def test_ways_out(node: dict[str, Any], destination: str) -> None:
    book = Book({"a": {**node, "failed": "bye"}, "bye": BYE})
    assert book.act == Go(destination=destination)
    book.take(ivr.not_reached(book.walk(), "busy"))
    if node["kind"] == "voicemail":
        assert book.act == Bye(prompts=ivr.BUSY, outcome="flow_failed")
    else:
        assert heard(book) == ("bye",)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("event", ["key", "ended", "silence", "found", "not_reached", "resumed"])
def test_every_kind_answers_every_event(kind: str, event: str) -> None:
    """Nothing raises and nothing hangs, whatever comes at whichever node."""
    node = {"kind": kind, "prompts": ["p"], "next": "z", "failed": "z", "otherwise": "z", "locked": "z",
            "keys": {"1": "z"}, "answers": {"1": 1},
            "variable": "v", "question": "q", "flow": "f", "url": "http://x/", "queue": "801"}
    if kind == "language":
        node["keys"] = {"1": "en"}
    stand = MenuStand(asking="http" if event == "resumed" else "")
    walk = ivr.Walk(flow("f", {"a": node, "z": BYE}), "a", 0, stand, "zh", CONTEXT, Book({"a": BYE}))
    events: dict[str, Any] = {"key": lambda: keys.keyed(walk, "1"), "ended": lambda: ivr.prompt_ended(walk),
            "silence": lambda: keys.timed_out(walk), "found": lambda: ivr.found(walk, True, {}),
            "not_reached": lambda: ivr.not_reached(walk, "busy"), "resumed": lambda: ivr.resumed(walk)}
    step = events[event]()
    assert step is None or step.node in ("a", "z", "")


def say(text: str, kind: str = "number", language: str = "zh") -> str:
    return " ".join(name.removeprefix("yd/").removeprefix("number-").removeprefix("digit-")
                    for name in spoken(text, kind, language))


@pytest.mark.parametrize(("text", "zh", "en"), [
    ("0", "0", "0"), ("10", "10", "10"), ("12", "10 2", "12"), ("20", "2 10", "20"), ("105", "1 100 0 5", "1 100 5"),
    ("110", "1 100 1 10", "1 100 10"), ("200", "2-count 100", "2 100"), ("1001", "1 1000 0 1", "1 1000 1"),
    ("2222", "2-count 1000 2-count 100 2 10 2", "2 1000 2 100 20 2"), ("10000", "1 10000", "10 1000"),
    ("10010", "1 10000 0 1 10", "10 1000 10"), ("120000", "10 2 10000", "1 100 20 1000"),
    ("100500", "10 10000 0 5 100", "1 100 1000 5 100"), ("200000000", "2-count 100000000", "2 100 1000000"),
    ("100000001", "1 100000000 0 1", "1 100 1000000 1"), ("3.50", "3 point 5", "3 point 5"),
    ("-7", "minus 7", "minus 7"),
    ("1,234", "1 1000 2-count 100 3 10 4", "1 1000 2 100 30 4"), ("abc", "", "")])
def test_numbers_are_spoken(text: str, zh: str, en: str) -> None:
    assert (say(text), say(text, language="en")) == (zh, en)


@pytest.mark.parametrize(("text", "zh", "en"), [
    ("12.50", "10 2 unit-yuan 5 unit-jiao", "12 unit-yuan 50 unit-fen"), ("8", "8 unit-yuan", "8 unit-yuan"),
    ("8.05", "8 unit-yuan 0 5 unit-fen", "8 unit-yuan 5 unit-fen"), ("0.3", "3 unit-jiao", "30 unit-fen"),
    ("1.005", "1 unit-yuan 0 1 unit-fen", "1 unit-yuan 1 unit-fen")])
def test_amounts_are_spoken(text: str, zh: str, en: str) -> None:
    assert (say(text, "amount"), say(text, "amount", "en")) == (zh, en)


def test_digits_and_dates_are_spoken() -> None:
    assert say("110a", "digits") == "1-spoken 1-spoken 0" and say("110", "digits", "en") == "1 1 0"
    assert say("2026-11-05", "date") == "2 0 2 6 date-year 10 1 date-month 5 date-day"
    assert say("2026-11-25 10:00", "date", "en") == "month-11 20 5 20 20 6"
    assert say("13-45", "date") == "1-spoken 3 4 5"
