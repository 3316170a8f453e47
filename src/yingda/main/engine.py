"""The call engine's process: owns every call and agent, speaks to the switch, serves the link. Must never stall.

It imports no database library: the directory is read by a short-lived child and kept as JSON beside the journal.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog
import uvloop
from aiohttp import web

from yingda.agents import machine as am
from yingda.agents.runner import AgentDesk, decode_agent
from yingda.bus.journal import Journal
from yingda.bus.link import Entry, Snapshot
from yingda.bus.link_server import LinkServer
from yingda.bus.verbs import AnyVerb
from yingda.callback.state import OVER
from yingda.calls import events as e
from yingda.calls.runner import CallDesk, decode_call
from yingda.ivr.form import Flow
from yingda.journey.directory import Directory
from yingda.journey.lookups import EngineLookups
from yingda.journey.meter import Metered
from yingda.journey.office import Office
from yingda.journey.office_directory import Features
from yingda.journey.picture import Picture
from yingda.journey.reconcile import compare, orphans
from yingda.journey.site import Site, endpoint_of
from yingda.journey.softphones import Softphone, Softphones
from yingda.journey.story import Story
from yingda.journey.verbs import Verbs
from yingda.kit import pins
from yingda.kit.clock import SystemClock
from yingda.kit.logs import Milestones
from yingda.kit.numbers import area
from yingda.main.settings import Settings, own_ports
from yingda.main.site_source import LoadedSite, SiteSource
from yingda.telephony import commands as c
from yingda.telephony import facts as f
from yingda.telephony.ari.switch import AsteriskSwitch
from yingda.telephony.errors import SwitchUnreachable
from yingda.telephony.port import PhoneAccount, TrunkAccount

log = structlog.get_logger("engine")
_BEAT_S = 1.0
_REAP_S = 30.0
_GATHER_S = 0.01  # changes are sent to screens together, at most this late
_LOG_S = 0.5  # milestones of calls are logged together, at most this late
_SETTLE_S = 3.0  # a switch that has not come by then keeps nothing waiting
_LAG_S = 0.1  # a handler that holds the loop longer than this is told of in the log


# the milestones of a call, one line each, all with its id; the whole story is in the journal
_LOGGED = (e.CallArrived, e.CallQueued, e.CallOffered, e.OfferEnded, e.CallDialing, e.CallAnswered, e.CallEnded)


def _details(fact: e.AnyCallFact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in fact.__struct_fields__ if name not in ("call_id", "at")}


def _over(entry: Entry) -> bool:
    """Whether a journal record needs no remembering after a restart."""
    value = entry.value

    def get(name: str) -> Any:
        return value.get(name) if isinstance(value, dict) else getattr(value, name)

    if entry.kind == "call":
        return bool(get("state") == "ended")
    if entry.kind == "callback":
        return bool(get("state") in OVER)
    return entry.kind == "refused" or bool(entry.kind == "softphone" and get("closed"))


class LoopTimers:
    def __init__(self, loop: asyncio.AbstractEventLoop, now: Callable[[], int]) -> None:
        self._loop, self._now = loop, now

    def call_at(self, at_ms: int, action: Callable[[], None]) -> None:
        self._loop.call_later(max(0.0, (at_ms - self._now()) / 1000), action)


class Engine:
    def __init__(self, settings: Settings, loop: asyncio.AbstractEventLoop) -> None:
        self._settings, self._loop = settings, loop
        self._now = SystemClock().now_ms
        timers = LoopTimers(loop, self._now)
        folder = settings.data / "journal"
        self._source = SiteSource(settings.data, folder / "site.json")
        self.journal = Journal(folder, _over)
        self.switch = AsteriskSwitch(f"http://127.0.0.1:{settings.ari_port}/ari", settings.ari_password)
        self.desk = CallDesk(self.journal, timers, self._now, self.switch.carry_out)
        self.agents = AgentDesk(self.journal, timers, self._now)
        self.story = Story(self.desk, self.agents, Site(Directory()), self._now)
        self.office = Office(self.story, self._now, self.journal, self.switch.carry_out)
        self.softphones = Softphones(settings.site_key.encode(), self.journal, self._now)
        self.verbs = Verbs(self.story, self.softphones, self.switch, self._now, self._reload_asked,
                           self.office, self._check_pin)
        self.link = LinkServer(settings.link_token, self, self.journal)
        self.lookups = EngineLookups(self.link.look_up, own_ports(settings))
        self.story.menu.lookups = self.lookups
        boot = f"{os.getpid()}-{self._now()}"
        self.screen = Picture(self.story, self._now, self.link.publish,
                              lambda action: (loop.call_later(_GATHER_S, action), None)[1], boot)
        self._milestones = Milestones("engine", lambda action: (loop.call_later(_LOG_S, action), None)[1])
        self.desk.on_change = self.screen.call_changed
        self.agents.on_change = self._agent_changed
        self.story.on_told = self._told
        self.story.trunks.on_change = self.screen.trunk_changed
        self._held: list[f.AnyFact] | None = []  # facts wait here until we have compared with the switch
        self._epoch = 0
        self._lost_at = 0  # when the switch was lost; 0 once we have compared with it again
        self._tasks: set[asyncio.Task[None]] = set()
        self._reloading = asyncio.Lock()
        self._beat_due = asyncio.Event()  # the next beat is due now
        self._met = asyncio.Event()  # we have compared with the switch for the first time
        self._remembers = False  # who served which customer last has been read

    def _told(self, fact: e.AnyCallFact) -> None:
        self.screen.fact_told(fact)
        if isinstance(fact, e.CallEnded):
            self.office.ways.book(self.desk.calls[fact.call_id])
            self.office.rooms.ended(self.desk.calls[fact.call_id])
        if isinstance(fact, _LOGGED):
            self._milestones.add(type(fact).__name__, self._now(), call=fact.call_id, **_details(fact))

    def _agent_changed(self, before: Any, after: Any) -> None:
        self.screen.agent_changed(after)
        self.story.distribution.on_agent_change(before, after)

    def _check_pin(self, pin: str, stored: str, told: Callable[[bool], None]) -> None:
        """In a thread: a PIN's hash is slow on purpose."""
        async def check() -> None:
            told(await asyncio.to_thread(pins.matches, pin, stored, self._settings.site_key))

        self.spawn(check())

    # ---- link's source

    def picture(self) -> Snapshot:
        return self.screen.snapshot(self.link.seq)

    async def do(self, verb: AnyVerb) -> Any:
        return await self.verbs.do(verb)

    # ---- start

    async def start(self) -> None:
        self.desk.restore(decode_call(x.value) for x in self.journal.living("call"))
        self.agents.restore(decode_agent(x.value) for x in self.journal.living("agent"))
        self.story.callbacks.restore(x.value for x in self.journal.living("callback"))
        self.softphones.restore([msgspec.convert(x.value, Softphone) for x in self.journal.living("softphone")])
        for entry in self.journal.living("flow"):
            tried = msgspec.convert(entry.value, Flow)
            self.story.menu.drafts[tried.id, tried.version] = tried
        self.office.restore(msgspec.convert(x.value, Features) for x in self.journal.living("features"))
        self.office.ways.meter.restore(msgspec.convert(x.value, Metered) for x in self.journal.living("meter"))
        cached = self._source.kept()
        if cached is not None:
            self._use(cached)
        else:
            await self._reload_until_there()
        app = web.Application()
        app.router.add_get("/ari", self.switch.handle)
        app.router.add_get("/link", self.link.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self.switch.start(self.on_fact)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._settings.engine_port, reuse_address=True).start()
        self._runner = runner
        for loop in (self._beat(), self._reap(), self._midnight(), self._watch_lag(), self._settle(cached is not None)):
            self.spawn(loop)
        gc.freeze()
        log.info("engine_up", calls=len(self.desk.live()), agents=len(self.agents.agents), journal=self.journal.last)

    async def _settle(self, from_cache: bool) -> None:
        """What takes a core for half a second and more: after a restart callers and talks come before it."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._met.wait(), _SETTLE_S)
        if from_cache:
            await self._reload_quietly()
        await self._warm_areas()
        gc.freeze()  # the tables live as long as we do: no collection need walk through them

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await self.switch.stop()
        await self.lookups.close()
        await self._runner.cleanup()
        self._milestones.flush()
        self.journal.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the background; a death is told, never silent."""
        task = asyncio.create_task(work)
        self._tasks.add(task)

        def done(finished: asyncio.Task[None]) -> None:
            self._tasks.discard(finished)
            if not finished.cancelled() and finished.exception() is not None:
                log.error("task_died", error=repr(finished.exception()))

        task.add_done_callback(done)

    # ---- the site

    async def reload(self) -> None:
        """Read the site anew; running calls keep what they began with. Raises OSError when it cannot be read."""
        async with self._reloading:
            fresh = await self._source.load(with_memory=not self._remembers)
            self.story.last_agents.load(fresh.last_agents)
            self._remembers = True
            fresh = msgspec.structs.replace(fresh, last_agents=[])
            self._source.keep(fresh)
            self._use(fresh)
        if self.verbs.switch_up:
            await self._push_phones()

    async def _reload_asked(self) -> None:
        """As `reload`, for the verb: what cannot be read just now is read as soon as it can be."""
        try:
            await self.reload()
        except (OSError, SwitchUnreachable):
            self.spawn(self._reload_until_there())
            raise

    async def _reload_quietly(self) -> None:
        with contextlib.suppress(OSError, SwitchUnreachable):
            await self.reload()

    async def _reload_until_there(self) -> None:
        while True:
            try:
                await self.reload()
                return
            except (OSError, SwitchUnreachable) as reason:
                log.warning("site_unreadable", reason=str(reason))
                await asyncio.sleep(1)

    def _use(self, loaded: LoadedSite) -> None:
        for queue_id, tally in loaded.today.items():
            self.screen.tallies.setdefault(queue_id, tally)
        self.story.use_site(Site(loaded.directory))
        if any(queue.strategy == "area" for queue in loaded.directory.queues):
            self.spawn(self._warm_areas())
        self.office.use_site()
        self.screen.site_changed()

    async def _warm_areas(self) -> None:
        """The table of places is read beside the calls, not when the first of them asks."""
        await asyncio.to_thread(area, "13800138000")

    async def _push_phones(self) -> None:
        site = self.story.site.directory
        phones = [PhoneAccount(endpoint=x.number, secret=x.secret, browser=False) for x in site.extensions]
        trunks = [TrunkAccount(trunk=t.endpoint, host=t.host, match=t.match, username=t.username, secret=t.secret,
                               register=t.register) for t in site.trunks]
        await self.switch.set_phones([*phones, *self.softphones.accounts()], trunks)

    # ---- the switch

    def on_fact(self, fact: f.AnyFact) -> None:
        if isinstance(fact, f.SwitchUp):
            self._epoch += 1
            self._held = []
            self.spawn(self._reconcile(fact, self._epoch))
        elif isinstance(fact, f.SwitchDown):
            self._epoch += 1
            self._held = []
            self._lost_at = self._lost_at or fact.at
            self.verbs.switch_up = False
            self.screen.switch_changed(False, "", fact.at)
            log.warning("switch_down", reason=fact.reason)
        elif self._held is not None:
            self._held.append(fact)
        else:
            self.story.on_switch_fact(fact)

    async def _reconcile(self, up: f.SwitchUp, epoch: int) -> None:
        """Compare before obeying; then let what was held back come in, in its order."""
        try:
            live = await self.switch.state()
        except SwitchUnreachable as reason:
            log.warning("reconcile_failed", reason=str(reason.params.get("reason", "")))
            return
        if epoch != self._epoch:
            return  # the socket was lost again meanwhile
        found = compare(self.desk.live(), live, self._now(), up.fresh, self._lost_at)
        self._lost_at = 0
        for fact in found.facts:
            self.desk.on_leg_fact(fact)
        for call_id, event in found.events:
            self.desk.post(call_id, event)
        held, self._held = self._held or [], None
        for fact in held:
            self.story.on_switch_fact(fact)
        self._resume()
        self.verbs.switch_up = True
        self._beat_due.set()  # at once: until the switch hears of us it keeps callers to itself
        self.screen.switch_changed(True, up.version, self._now())
        log.info("switch_up", version=up.version, fresh=up.fresh, legs=len(live.legs), held=len(held),
                 calls=len(self.desk.live()))
        await self._push_phones()
        self._met.set()

    def _resume(self) -> None:
        """Set going again what stood still: agents of lost calls, callers who wait, callers who had just arrived."""
        now = self._now()
        for agent in list(self.agents.agents.values()):
            call = self.desk.calls.get(agent.call_id)
            if agent.engagement != "free" and (call is None or call.state == "ended"):
                self.agents.post(agent.id, am.Released(at=now, call_id=agent.call_id, talk_ms=0, wrap_up_s=0))
        for call in sorted(self.desk.live(), key=lambda one: one.waiting_since):
            self.story.resume(call, now)
        self.story.callbacks.resume()
        for agent in list(self.agents.agents.values()):
            self.story.distribution.refresh_idle(agent)

    # ---- background

    async def _beat(self) -> None:
        """Tell the dialplan each second that we live, and whom it may ring should we not."""
        while True:
            self._beat_due.clear()
            if self.verbs.switch_up:
                site = self.story.site
                ready = [endpoint_of(site.people[a.id], a.phone) for a in self.agents.agents.values()
                         if am.may_be_offered(a) and a.id in site.people]
                with contextlib.suppress(SwitchUnreachable):
                    await self.switch.beat(ready)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._beat_due.wait(), _BEAT_S)

    async def _reap(self) -> None:
        """Legs and bridges that nobody owns are ended: what a crash left behind must not live for ever."""
        while True:
            await asyncio.sleep(_REAP_S / 3 if self._now() - self.screen.switch.since < 60_000 else _REAP_S)
            if not self.verbs.switch_up:
                continue
            with contextlib.suppress(SwitchUnreachable):
                found = orphans(self.desk.live(), await self.switch.state(self.desk.legs), self._now())
                for leg in found.legs:
                    self.switch.carry_out("", (c.HangUp(leg=leg),))
                for bridge in found.bridges:
                    self.switch.carry_out("", (c.BreakBridge(bridge=bridge),))
                if found.legs or found.bridges:
                    log.warning("orphans_ended", legs=len(found.legs), bridges=len(found.bridges))

    async def _midnight(self) -> None:
        """The day's figures begin anew at the site's midnight."""
        while True:
            zone = ZoneInfo(self.story.site.directory.timezone)
            now = datetime.now(zone)
            following = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            await asyncio.sleep((following - now).total_seconds() + 0.05)
            self.screen.tallies.clear()
            self.screen.peaks.clear()
            self.story.blocked_today.clear()
            for agent_id in list(self.agents.agents):
                self.agents.post(agent_id, am.DayBegan(at=self._now()))
            self.screen.site_changed()

    async def _watch_lag(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.25)
            lag = time.monotonic() - before - 0.25
            if lag > _LAG_S:
                log.warning("loop_lag", ms=int(lag * 1000))


async def _main(settings: Settings) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    engine = Engine(settings, loop)
    await engine.start()
    await ended.wait()
    await engine.stop()


def run(settings: Settings) -> None:
    """The `calls` process: until told to stop."""
    uvloop.run(_main(settings))

