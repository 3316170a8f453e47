"""A made-up site for the engine: agents, queues, one trunk from loopback. No database: it starts from its cache."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from yingda.journey.directory import Directory, Extension, Number, Person, Queue, Trunk
from yingda.main.site_source import LoadedSite

FIRST_AGENT = 1001
TRUNK = "trunk-bench"
QUEUE = "1"
DID = "4008001001"  # leads straight to the queue
PEER_QUEUE = "5001"  # the same agents by app_queue
PEER_DIAL = "5002"  # the same agents by Dial() to a free one chosen at random


def agents(count: int) -> list[str]:
    """Extensions, which are also the SIP user names and the agents' ids."""
    return [str(FIRST_AGENT + n) for n in range(count)]


def directory(count: int, secret: str, *, lines: int = 500, queues: int = 1, wrap_up_s: int = 0) -> Directory:
    """`count` agents, all in every queue; the number DID leads to the first queue. Wrap-up 0, as the peers have."""
    ids = [str(n + 1) for n in range(queues)]
    people = tuple(Person(id=x, number=x, name=f"坐席{x}", role="agent", extension=x,
                          queues=tuple((q, 1) for q in ids)) for x in agents(count))
    return Directory(
        people=people,
        queues=tuple(Queue(id=q, number=str(800 + int(q)), name=f"队列{q}", wrap_up_s=wrap_up_s, ring_s=20,
                           max_wait_s=600) for q in ids),
        extensions=tuple(Extension(number=p.extension, secret=secret, person_id=p.id) for p in people),
        trunks=(Trunk(id="1", name="外线", endpoint=TRUNK, host="", match=("127.0.0.1",), capacity=lines),),
        numbers=(Number(number=DID, trunk_id="1", destination=f"queue:{800 + int(QUEUE)}"),),
        company="示范", break_reasons=("rest",))


def write_cache(data: Path, site: Directory) -> None:
    """What the engine starts from while it cannot read the database: journal/site.json."""
    folder = data / "journal"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.json").write_bytes(msgspec.json.encode(LoadedSite(directory=site)))
    (folder / "site.json").chmod(0o600)


def without_declines(stasis: str) -> str:
    """The product's stasis.conf, but nothing that app_queue listens to is declined: it would never let go of a call."""
    needed = ("hangup_request", "entered_bridge", "left_bridge")
    return "".join(line for line in stasis.splitlines(keepends=True)
                   if not (line.startswith("decline") and any(word in line for word in needed)))


def peers(extensions: Sequence[str], spool: Path, record: bool, chosen: int | None = None) -> dict[str, str]:
    """Dialplan and queue of the peers, for etc/: the same endpoints, recorded on the same leg in the same way."""
    first, last = extensions[0], extensions[-1]
    members = "\n".join(f"member => PJSIP/{x}" for x in extensions[:chosen])
    return {
        "extensions_local.conf": f"""[yd-trunk](+)
exten => {PEER_QUEUE},1,Answer(,i)
 same => n,Queue(bench,,,,600,,{"bench-rec" if record else ""})
 same => n,Hangup()
exten => {PEER_DIAL},1,Set(BENCH_AGENT=${{RAND({first},{last})}})
 same => n,Set(BENCH_TRIES=$[0${{BENCH_TRIES}} + 1])
 same => n,GotoIf($["${{DEVICE_STATE(PJSIP/${{BENCH_AGENT}})}}" = "NOT_INUSE" | ${{BENCH_TRIES}} > 20]?go)
 same => n,Goto(1)
 same => n(go),Dial(PJSIP/${{BENCH_AGENT}},20{",U(bench-rec)" if record else ""})
 same => n,Hangup()
[bench-rec]
exten => s,1,MixMonitor({spool}/peer-${{FILTER(0-9,${{UNIQUEID}})}}.raw,D)
 same => n,Return()
""",
        "queues_local.conf": f"""[bench]
strategy = leastrecent
autofill = yes
ringinuse = no
timeout = 20
retry = 1
wrapuptime = 0
musicclass = default
{members}
""",
    }


def shuffled(names: Iterable[str], rng: random.Random) -> list[str]:
    order = list(names)
    rng.shuffle(order)
    return order
