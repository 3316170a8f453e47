"""(c) Media: 60 recorded talks with real RTP both ways. CPU per recorded call, frames lost, memory, over minutes."""

from __future__ import annotations

import random
import socket
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bench import company, steps
from bench.capture import Capture, datagrams, messages
from bench.lab import SECRET, Lab, free_port
from bench.procs import Conditions, Watch
from bench.report import Report, Row, middle, progress

CPU_SHARE, LOST_SHARE = 1.0, 0.1  # percent of a core per recorded call; percent of frames
RATE = 8_000
SAMPLE_S = 10.0  # of every stream, packet by packet
RAMP = 6.0  # calls begun per second


@dataclass(slots=True)
class Talks:
    system: str
    conditions: Conditions | None = None
    cpu_share: float = 0.0  # Asterisk, percent of one core per call
    engine_share: float = 0.0
    talking: int = 0
    rss: list[float] = field(default_factory=list)  # MB at the beginning and the end of the window
    engine_rss: list[float] = field(default_factory=list)
    received: int = 0  # RTP that the switch counted, all legs
    lost_in: int = 0
    counted_at: float = 0.0  # when, seconds since 1970
    due: float = 0.0  # RTP that the phones should have sent by then
    sent: int = 0  # RTP from the switch to the phones, in the sample
    lost_out: int = 0
    longest_gap_ms: float = 0.0
    recorded: int = 0
    short_ms: list[float] = field(default_factory=list)  # talk by the wire minus length of its recording
    talk_ms: float = 0.0
    failed: int = 0
    problem: str = ""


def run(*, talks: int = 60, minutes: float = 10, peer: bool = True, keep: bool = False) -> Report:
    report = Report(f"media: {talks} recorded talks with RTP both ways, {minutes:g} minutes")
    done = []
    for system in ("ours", "Dial") if peer else ("ours",):
        # a lab for each: a switch that has run before holds memory that is not this step's
        with Lab(company.directory(talks + 20, SECRET), keep=keep) as lab:
            lab.register()
            lab.sign_in(lab.extensions)
            lab.events(system == "ours")
            done.append(_talks(lab, system, talks, minutes * 60))
        progress(f"{system}: {done[-1].cpu_share:.2f} + {done[-1].engine_share:.3f} % of a core per call, "
                 f"lost in {done[-1].lost_in}/{done[-1].received}, out {done[-1].lost_out}/{done[-1].sent}")
    _rows(report, done, talks)
    return report


def _talks(lab: Lab, system: str, talks: int, seconds: float) -> Talks:
    found = Talks(system)
    folder = lab.folder / system
    folder.mkdir()
    speech = _speech(folder)
    talk_ms = int(seconds * 1000 + talks / RAMP * 1000 + 3_000)
    found.talk_ms = talk_ms
    server = f"127.0.0.1:{lab.settings.sip_port}"
    lab.register()
    agents = steps.sipp("agents", [
        "-sf", str(steps.scenario(folder, "media_agents", speech=speech, talk=talk_ms, server=server)),
        "-p", str(lab.phone_port), "-mi", "127.0.0.1"], folder)
    capture = Capture(folder / "sip.pcap", f"udp port {lab.settings.sip_port}").start()
    callers = steps.sipp("caller", [
        server, "-sf", str(steps.scenario(folder, "media_caller", number=steps.SYSTEMS[system], speech=speech)),
        "-p", str(free_port(socket.SOCK_DGRAM)), "-r", f"{RAMP:g}", "-m", str(talks), "-l", "2000", "-mi", "127.0.0.1",
        "-timeout", str(talk_ms // 1000 + 60), "-timeout_error"], folder)
    try:
        time.sleep(talks / RAMP + 2)
        _window(lab, found, seconds, folder)
        _counters(lab, found)
        callers.wait(talk_ms / 1000 + 30)
        time.sleep(1)
    finally:
        callers.stop()
        capture.stop()
        agents.stop()
    found.failed = steps.failed(folder, callers)
    found.problem = callers.tail(2) if found.failed else ""
    _recordings(lab, found, capture.path)
    return found


def _window(lab: Lab, found: Talks, seconds: float, folder: Path) -> None:
    watch = Watch().start()
    began, spent = time.monotonic(), (lab.asterisk.cpu_s(), lab.engine.cpu_s())
    found.rss.append(lab.asterisk.rss_mb())
    found.engine_rss.append(lab.engine.rss_mb())
    time.sleep(max(1.0, seconds / 2 - SAMPLE_S / 2))
    found.talking = lab.calls_open() // 2
    _sample(lab, found, folder)
    time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    took = time.monotonic() - began
    after = lab.asterisk.cpu_s(), lab.engine.cpu_s()
    found.rss.append(lab.asterisk.rss_mb())
    found.engine_rss.append(lab.engine.rss_mb())
    found.conditions = watch.stop()
    calls = max(1, found.talking)
    found.cpu_share = (after[0] - spent[0]) / took * 100 / calls
    found.engine_share = (after[1] - spent[1]) / took * 100 / calls


def _sample(lab: Lab, found: Talks, folder: Path) -> None:
    """What the phones get: every packet of some seconds, its sequence numbers counted."""
    s = lab.settings
    capture = Capture(folder / "rtp.pcap", f"udp and src portrange {s.rtp_from}-{s.rtp_to}", snap=60).start()
    time.sleep(min(SAMPLE_S, max(2.0, 0.2 * found.talk_ms / 1000)))
    capture.stop()
    streams: dict[tuple[int, int, bytes], list[tuple[float, int]]] = defaultdict(list)
    for packet in datagrams(capture.path):
        if packet.size >= 12 + 80 and packet.data[0] >> 6 == 2:
            streams[packet.source, packet.target, packet.data[8:12]].append(
                (packet.at, int.from_bytes(packet.data[2:4], "big")))
    for seen in streams.values():
        numbers = [n for _, n in seen]
        span = ((numbers[-1] - numbers[0]) & 0xFFFF) + 1
        found.sent += span
        found.lost_out += max(0, span - len(set(numbers)))
        gaps = [b - a for (a, _), (b, _) in pairwise(seen)]
        found.longest_gap_ms = max([found.longest_gap_ms, *(1000 * g for g in gaps)])
    if capture.dropped:
        found.problem = f"the RTP sample lost {capture.dropped} packets itself: its loss is no loss"
    capture.path.unlink(missing_ok=True)




def _counters(lab: Lab, found: Talks) -> None:
    """RTP that the switch received and missed, over the calls' whole life: from its own statistics."""
    found.counted_at = time.time()
    for channel in lab.ari("GET", "/channels") or ():
        stats = lab.ari("GET", f"/channels/{channel['id']}/rtp_statistics")
        if stats:
            found.received += int(stats.get("rxcount", 0))
            found.lost_in += int(stats.get("rxploss", 0))


def _recordings(lab: Lab, found: Talks, path: Path) -> None:
    """Each talk's length by the wire (200 of the agent to his BYE) against its two-channel file."""
    answered: dict[str, float] = {}
    talk: list[float] = []
    for m in messages(path):
        if m.method == "INVITE" and m.status == 200 and m.source == lab.phone_port:
            if m.call_id not in answered:
                answered[m.call_id] = m.at
                found.due += max(0.0, found.counted_at - m.at) * 100  # 50 packets a second from either end
        elif m.method == "BYE" and not m.status and m.source == lab.phone_port and m.call_id in answered:
            talk.append(m.at - answered.pop(m.call_id))
    lengths = sorted(file.stat().st_size / (4 * RATE) for file in lab.spool.glob("*.raw"))
    found.recorded = len(lengths)
    for wire, file in zip(sorted(talk), lengths, strict=False):
        found.short_ms.append((wire - file) * 1000)


def _speech(folder: Path) -> Path:
    """Five seconds that are never silent: A-law bytes, the same for all."""
    rng = random.Random(1)
    path = folder / "speech.alaw"
    path.write_bytes(bytes(rng.choice((0x54, 0xD4, 0x74, 0xF4, 0x51, 0xD1)) for _ in range(5 * RATE)))
    return path


def _rows(report: Report, done: list[Talks], talks: int) -> None:
    ours = done[0]
    peer = done[1] if len(done) > 1 else None
    quiet = all(t.conditions is not None and t.conditions.quiet for t in done)
    for t in done:
        assert t.conditions is not None
        if not t.conditions.quiet or t.conditions.full:
            report.note(f"{t.system}: NOT QUIET or full, {t.conditions.words()}")
        report.must(t.failed == 0, f"{t.system}: {t.failed} calls failed. {t.problem}")
        report.must(t.talking >= talks * 0.95, f"{t.system}: {t.talking} of {talks} calls were talking")
        report.must(t.received > 0 and t.sent > 0, f"{t.system}: no RTP was counted")
        report.must(t.received >= 0.99 * t.due, f"{t.system}: the load's generator was short of time and sent only "
                    f"{t.received / max(1.0, t.due):.1%} of its packets: the recordings' lengths say nothing")
        report.must(t.recorded == talks, f"{t.system}: {t.recorded} recordings of {talks} calls")
    for t in done:
        mine = t is ours
        name = peer.system if peer else ""

        def row(what: str, value: float, unit: str, goal: float | None, other: float | None) -> None:
            report.add(Row(f"{what}: {t.system}", value, unit, goal=goal if mine else None,  # noqa: B023
                           peer=other if mine else None, peer_name=name, quiet=quiet))  # noqa: B023

        row("CPU per recorded call, of a core", t.cpu_share + (t.engine_share if mine else 0), "%", CPU_SHARE,
            peer.cpu_share if peer else None)
        row("frames lost, phone to switch", 100 * t.lost_in / max(1, t.received), "%", LOST_SHARE, None)
        row("frames lost, switch to phone", 100 * t.lost_out / max(1, t.sent), "%", LOST_SHARE, None)
        row("longest gap between two packets to a phone", t.longest_gap_ms, "ms", None,
            peer.longest_gap_ms if peer else None)
        mid, low, high = middle(t.short_ms)
        report.add(Row(f"recording shorter than the talk: {t.system}", mid, "ms", low=low, high=high, quiet=quiet))
        row("   as a share of the talk", 100 * max(0.0, mid) / t.talk_ms, "%", LOST_SHARE, None)
        row("growth of Asterisk's memory", t.rss[1] - t.rss[0], "MB", None, None)
    report.note(f"ours: Asterisk {ours.cpu_share:.2f} % + engine {ours.engine_share:.3f} % of a core per call; "
                f"Asterisk {ours.rss[1]:.0f} MB, engine {ours.engine_rss[0]:.0f} -> {ours.engine_rss[1]:.0f} MB")
