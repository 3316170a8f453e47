"""`./yingda call NUMBER`: a real caller on the line, with speech both ways, from this machine."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yingda.caller import clips
from yingda.caller.call import PhoneCall
from yingda.caller.clips import Clip
from yingda.caller.errors import BadOrder, CallerError, NoSwitch, TooLate
from yingda.caller.phone import Phone
from yingda.caller.place import AGENT_CLIPS, CUSTOMER_CLIPS, Place, speech
from yingda.kit.errors import YingdaError
from yingda.kit.i18n import console_language, text

MOST_CALLS, MOST_RATE, LONGEST_TALK_S, LONGEST_WAIT_S = 500, 50.0, 600.0, 300.0
_NUMBER = re.compile(r"[0-9*#+A-Za-z._\-]{1,32}\Z")
_KEYS = re.compile(r"[0-9*#A-Da-d]{0,32}\Z")


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is asked for; made only by `read_order`, which checks the bounds."""

    number: str
    count: int
    rate: float  # calls started in a second
    talk_s: float  # from answer to hang-up
    wait_s: float  # for an answer
    keys: str
    keys_after_s: float
    caller: str
    server: str
    data: Path
    say: Path | None
    save: Path | None
    answer_as: tuple[str, ...]
    answer_after_s: float
    lang: str


def _parser(lang: str) -> argparse.ArgumentParser:
    def say(key: str) -> str:
        return text(f"caller.help.{key}", lang)

    ask = argparse.ArgumentParser(prog="./yingda call", description=say("about"))
    ask.add_argument("number", nargs="?", default="", help=say("number"))
    ask.add_argument("--count", type=int, default=1, metavar="N", help=say("count"))
    ask.add_argument("--rate", type=float, default=1.0, metavar="R", help=say("rate"))
    ask.add_argument("--talk", type=float, default=30.0, metavar="S", help=say("talk"))
    ask.add_argument("--wait", type=float, default=60.0, metavar="S", help=say("wait"))
    ask.add_argument("--keys", default="", help=say("keys"))
    ask.add_argument("--keys-after", type=float, default=9.0, metavar="S", help=say("keys_after"))
    ask.add_argument("--from", dest="caller", default="", metavar="NUMBER", help=say("caller"))
    ask.add_argument("--server", default="", metavar="HOST:PORT", help=say("server"))
    ask.add_argument("--data", type=Path, default=Path("data"), metavar="DIR", help=say("data"))
    ask.add_argument("--say", type=Path, metavar="FILE.wav", help=say("say"))
    ask.add_argument("--save", type=Path, metavar="DIR", help=say("save"))
    ask.add_argument("--answer-as", action="append", default=[], metavar="1002", help=say("answer_as"))
    ask.add_argument("--answer-after", type=float, default=1.0, metavar="S", help=say("answer_after"))
    ask.add_argument("--lang", choices=["zh", "en"], default=None, help=say("lang"))
    return ask


def _tongue(argv: Sequence[str], lang: str | None) -> str:
    place = list(argv).index("--lang") if "--lang" in argv else -1
    return console_language(argv[place + 1] if 0 <= place < len(argv) - 1 else lang)


def read_order(argv: Sequence[str], lang: str | None = None) -> Order:
    """Parse and check. Raises `BadOrder` naming the option; argparse itself exits on unknown ones."""
    tongue = _tongue(argv, lang)
    said = _parser(tongue).parse_args(list(argv))
    people = tuple(number for entry in said.answer_as for number in entry.split(",") if number)
    bounds: list[tuple[str, float, float, float]] = [
        ("--count", said.count, 1, MOST_CALLS), ("--rate", said.rate, 0.01, MOST_RATE),
        ("--talk", said.talk, 0.1, LONGEST_TALK_S), ("--wait", said.wait, 1, LONGEST_WAIT_S),
        ("--keys-after", said.keys_after, 0, LONGEST_TALK_S), ("--answer-after", said.answer_after, 0, 120),
        ("--answer-as", len(people), 0, 60)]
    for option, value, least, most in bounds:
        if not least <= value <= most:
            raise BadOrder(option=option, value=f"{value:g} ({least:g}…{most:g})")
    for option, word, shape in (("NUMBER", said.number, _NUMBER), ("--from", said.caller, _NUMBER),
                                ("--keys", said.keys, _KEYS)):
        if word and not shape.match(word):
            raise BadOrder(option=option, value=word[:40])
    if not said.number and not people:
        raise BadOrder(option="NUMBER", value="–")
    return Order(number=said.number, count=said.count, rate=said.rate, talk_s=said.talk, wait_s=said.wait,
                 keys=said.keys, keys_after_s=said.keys_after, caller=said.caller, server=said.server,
                 data=said.data, say=said.say, save=said.save, answer_as=people, answer_after_s=said.answer_after,
                 lang=tongue)


class Job:
    """Carries out one order and prints what happened."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.place = Place(order.data, order.server)
        self.stop = asyncio.Event()
        self.done: list[PhoneCall] = []
        self._kept: set[asyncio.Task[None]] = set()

    def tell(self, key: str, **params: object) -> None:
        print(text(f"caller.{key}", self.order.lang, **params), flush=True)

    async def go(self) -> int:
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(one, self.stop.set)
        host = _own_address(self.place.server)
        desks = await self._desks(host)
        try:
            if self.order.number:
                return await self._line(host)
            self.tell("waiting")
            await self.stop.wait()
            return 0
        finally:
            for desk in desks:
                await desk.close()

    async def _desks(self, host: str) -> list[Phone]:
        """The demo people's desk phones, registered and lifting by themselves."""
        found = [clips.from_wav(path, loop=True, pause_s=1.5) for path in speech(AGENT_CLIPS)]
        desks: list[Phone] = []
        try:
            for place, number in enumerate(self.order.answer_as):
                user, secret = self.place.account(number)
                desk = Phone(host, user=user, secret=secret, server=self.place.server,
                             answer_after=self.order.answer_after_s, on_call=self._watch_desk(number),
                             say=found[place % len(found)] if found else None,
                             save_in=self.order.save / number if self.order.save else None)
                desks.append(desk)
                await desk.open()
                if place == 0:
                    await self._knock(desk)
                await desk.register()
                self.tell("registered", number=number)
        except CallerError:
            for desk in desks:
                await desk.close()
            raise
        return desks

    def _watch_desk(self, number: str) -> Callable[[PhoneCall], None]:
        async def follow(call: PhoneCall) -> None:
            self.tell("rings", number=number, caller=call.number)
            ending = await call.wait_ended(within=86_400)
            self._report(number, call.number, call, f"{number} ← {call.number}", ending.cause)

        def on_call(call: PhoneCall) -> None:
            task = asyncio.create_task(follow(call))
            self._kept.add(task)
            task.add_done_callback(self._kept.discard)

        return on_call

    # --- the carrier's line

    async def _line(self, host: str) -> int:
        order = self.order
        voices = self._voices()
        callers = [order.caller] if order.caller else self.place.customers() or \
            [f"138{place:08d}" for place in range(1, order.count + 1)]
        async with Phone(host, user="line", server=self.place.server, save_in=order.save) as line:
            await self._knock(line)
            self.tell("calling", number=order.number, count=order.count,
                      server=f"{self.place.server[0]}:{self.place.server[1]}")
            begin = line.loop.time()
            tasks = []
            for place in range(order.count):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, begin + place / order.rate - line.loop.time())):
                        await self.stop.wait()
                if self.stop.is_set():
                    break
                caller = callers[place % len(callers)]
                call = line.call(order.number, caller=caller, say=clips.silence())
                self.done.append(call)
                tasks.append(asyncio.create_task(self._one(place + 1, caller, call, voices[place % len(voices)])))
            await asyncio.gather(*tasks)
        return self._sum_up()

    async def _knock(self, line: Phone) -> None:
        try:
            await line.knock()
        except TooLate as error:
            raise NoSwitch(place=f"{self.place.server[0]}:{self.place.server[1]}") from error

    def _voices(self) -> list[Clip]:
        if self.order.say:
            return [clips.from_wav(self.order.say, loop=True, pause_s=1.5)]
        found = [clips.from_wav(path, loop=True, pause_s=1.5) for path in speech(CUSTOMER_CLIPS)]
        return found or [clips.tone(440, -26.0)]

    async def _one(self, place: int, caller: str, call: PhoneCall, voice: Clip) -> None:
        hang_up = asyncio.create_task(self._hang_up_on_stop(call))
        try:
            with contextlib.suppress(CallerError):
                await call.wait_answered(within=self.order.wait_s)
                await self._talk(call, voice)
            call.hang_up("" if call.answered_at else "no_answer" if call.status else "no_reply")
            with contextlib.suppress(CallerError):
                await call.wait_ended(within=35)
        finally:
            hang_up.cancel()
        cause = call.ending.cause if call.ending else "no_reply"
        self._report(str(place), caller, call, f"{caller} → {call.number}", cause)

    async def _talk(self, call: PhoneCall, voice: Clip) -> None:
        end = call.answered_at + self.order.talk_s
        if self.order.keys:
            await self._until_end(call, min(end, call.answered_at + self.order.keys_after_s))
            if not call.ending:
                await call.send_keys(self.order.keys)
        call.say(voice)  # nobody talks into the menu before he has chosen
        await self._until_end(call, end)

    async def _until_end(self, call: PhoneCall, moment: float) -> None:
        left = moment - call.phone.loop.time()
        if left > 0 and not call.ending:
            with contextlib.suppress(CallerError):
                await call.wait_ended(within=left)

    async def _hang_up_on_stop(self, call: PhoneCall) -> None:
        await self.stop.wait()
        call.hang_up()
        await asyncio.sleep(2.0)
        call.abandon()

    # --- telling

    def _report(self, place: str, caller: str, call: PhoneCall, who: str, cause: str) -> None:
        def since(moment: float) -> str:
            return f"{moment - call.started_at:.2f} s" if moment else "–"

        lang = self.order.lang
        heard = call.heard
        level = text("caller.level", lang, level=f"{heard.speech_db:.0f}", seconds=f"{heard.loud_s:.0f}") \
            if heard.loud_s > 0.2 else text("caller.heard_nothing", lang)
        self.tell("line", place=place, who=who, rang=since(call.rang_at), answered=since(call.answered_at),
                  talked=f"{call.talk_s:.1f} s", heard=level, lost=heard.lost,
                  cause=text(f"caller.cause.{cause}", lang),
                  by=text(f"caller.by.{call.ending.by if call.ending else 'us'}", lang))

    def _sum_up(self) -> int:
        answered = [call for call in self.done if call.answered_at]
        waits = sorted(call.answered_at - call.started_at for call in answered)
        packets = sum(call.heard.packets for call in answered)
        lost = sum(call.heard.lost for call in answered)
        self.tell("sum", count=len(self.done), answered=len(answered),
                  median=f"{waits[len(waits) // 2]:.2f} s" if waits else "–",
                  lost=f"{100 * lost / max(1, packets + lost):.2f} %",
                  silent=sum(call.heard.loud_s < 0.2 for call in answered))
        return 0 if self.done and len(answered) == len(self.done) else 1


def _own_address(server: tuple[str, int]) -> str:
    """The address of this machine that the server sees."""
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(server)
        except OSError as error:
            raise BadOrder(option="--server", value=server[0]) from error
        return str(probe.getsockname()[0])


def _loop_run(work: Coroutine[Any, Any, int]) -> int:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def run(argv: Sequence[str] | None = None, lang: str | None = None) -> int:
    """`./yingda call …`. 0: every call was answered; 1: one was not, or the order was refused; 2: bad usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        order = read_order(words, lang)

        async def work() -> int:
            return await Job(order).go()

        return _loop_run(work())
    except YingdaError as error:
        print("✗ " + text(f"errors.{error.code}", _tongue(words, lang), **error.params), file=sys.stderr)
        return 1
