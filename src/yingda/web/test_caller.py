"""The guide's test call: a real SIP caller on this machine who dials the hotline as a customer would."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from typing import Final

import structlog

from yingda.caller import clips
from yingda.caller.call import PhoneCall
from yingda.caller.errors import CallerError, TooLate
from yingda.caller.heard import level_db
from yingda.caller.phone import Phone
from yingda.caller.place import CUSTOMER_CLIPS, speech
from yingda.kit.errors import YingdaError
from yingda.org import lines
from yingda.org.actor import Actor
from yingda.org.models import Trunk
from yingda.org.sealing import Seal
from yingda.store.engine import Uow
from yingda.web.shapes.guide import ProbeOut

log = structlog.get_logger("web")
ENDPOINT: Final = "trunk-test-call"
CALLER: Final = "13800138000"
LONGEST_S: Final = 120.0  # a test that nobody ends
_WAIT_S: Final = 20.0  # for the first answer
_LISTEN_S: Final = 9.0  # before a key is pressed: the greeting and the menu are heard


class TestCallRuns(YingdaError):
    """One at a time."""

    code = "test_call_runs"
    status = 409


def needs_line(rows: list[Trunk], address: str) -> bool:
    """Whether no active trunk takes calls from this machine yet."""
    own = ipaddress.ip_address(address)
    networks = [part.strip() for row in rows if row.active for part in row.match.split(",") if part.strip()]
    return not any(own in ipaddress.ip_network(part, strict=False) for part in networks)


async def add_line(u: Uow, actor: Actor, seal: Seal, name: str, address: str) -> bool:
    """A line of its own for the test caller, where calls from this machine have none. True when it was made."""
    rows = await lines.list_trunks(u)
    if not needs_line(rows, address):
        return False
    old = next((row.id for row in rows if row.endpoint == ENDPOINT), None)
    await lines.save_trunk(u, actor, seal, old, lines.TrunkData(
        name=name, endpoint=ENDPOINT, match=address, capacity=2))
    return True


class TestCaller:
    """At most one call at a time. Belongs to the event loop of the web process."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._call: PhoneCall | None = None
        self._told = ProbeOut(state="none")

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self, host: str, port: int, number: str, key: str) -> None:
        """Raises TestCallRuns."""
        if self.running:
            raise TestCallRuns
        self._told = ProbeOut(state="calling", number=number)
        self._task = asyncio.create_task(self._run(host, port, number, key))

    async def stop(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def hang_up(self) -> None:
        if self._call is not None:
            self._call.hang_up()

    def told(self) -> ProbeOut:
        call = self._call
        if call is None:
            return self._told
        heard, now = call.heard, call.phone.loop.time()
        fresh = bool(heard.last_at) and now - heard.last_at < 0.5
        return self._told.model_copy(update={
            "heard_db": round(level_db(heard.recent(0.5)), 1) if fresh and not call.ending else -96.0,
            "heard_s": round(heard.loud_s, 1), "talk_s": round(call.talk_s, 1), "lost": heard.lost})

    def _tell(self, state: str, cause: str = "") -> None:
        self._told = self._told.model_copy(update={"state": state, "cause": cause})

    async def _run(self, host: str, port: int, number: str, key: str) -> None:
        self._call = None
        try:
            async with Phone(host, user="line", server=(host, port)) as line:
                await line.knock()
                await self._dial(line, number, key)
        except TooLate:
            self._tell("failed", "no_switch")
        except (CallerError, OSError) as error:
            log.warning("test_call_failed", error=repr(error))
            self._tell("failed", getattr(error, "code", "failed"))

    async def _dial(self, line: Phone, number: str, key: str) -> None:
        call = self._call = line.call(number, caller=CALLER, say=clips.silence())
        cause = ""
        try:
            await call.wait_answered(within=_WAIT_S)
            self._tell("connected")
            await self._until_end(call, _LISTEN_S)
            if key and not call.ending:
                await call.send_keys(key)
            found = speech(CUSTOMER_CLIPS)
            call.say(clips.from_wav(found[0], loop=True, pause_s=1.5) if found else clips.tone(440, -26.0))
            await self._until_end(call, LONGEST_S)
        except TooLate:
            cause = "no_answer"
        except CallerError:
            cause = ""  # refused: the ending says why
        finally:
            call.hang_up(cause)
        with contextlib.suppress(CallerError):
            await call.wait_ended(within=5)
        self._tell("ended", call.ending.cause if call.ending else "no_reply")

    @staticmethod
    async def _until_end(call: PhoneCall, seconds: float) -> None:
        with contextlib.suppress(TooLate):
            await call.wait_ended(within=seconds)
