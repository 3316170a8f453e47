"""Queueing theory that simulated days are held against. Times in the unit of `handling`; rates per that unit."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence


def erlang_b(servers: int, load: float) -> float:
    """Share of calls lost when nobody may wait; `load` in Erlang."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Share of calls that must wait (M/M/N, nobody leaves). Needs load < servers."""
    if load >= servers:
        return 1.0
    b = erlang_b(servers, load)
    return b / (1 - load / servers * (1 - b))


def mean_wait(servers: int, load: float, handling: float) -> float:
    return erlang_c(servers, load) * handling / (servers - load)


def in_time(servers: int, load: float, handling: float, limit: float) -> float:
    """Share of calls answered within `limit` (service level)."""
    return 1 - erlang_c(servers, load) * math.exp(-(servers - load) * limit / handling)


def erlang_a_lost(servers: int, load: float, handling: float, patience: float) -> float:
    """Share of callers who hang up while they wait (M/M/N+M): from the stationary probabilities of the number in the
    system, whose death rate above `servers` grows by 1/patience for each waiting caller."""
    arrival, serve, leave = load / handling, 1 / handling, 1 / patience
    weights = [1.0]
    lost = total = 0.0
    n = 0
    while n < servers * 2 or weights[-1] > 1e-15 * max(total, 1.0):
        total += weights[-1]
        lost += weights[-1] * max(0, n - servers) * leave
        n += 1
        weights.append(weights[-1] * arrival / (min(n, servers) * serve + max(0, n - servers) * leave))
    return lost / (arrival * total)


def fcfs_starts(servers: int, arrivals: Sequence[int], services: Sequence[int]) -> list[int]:
    """The ideal queue: the exact instant at which each caller is served, first come first served, no time lost."""
    free = [0] * servers
    starts = []
    for arrival, service in zip(arrivals, services, strict=True):
        start = max(arrival, heapq.heappop(free))
        starts.append(start)
        heapq.heappush(free, start + service)
    return starts


def placed_starts(servers: int, arrivals: Sequence[int], services: Sequence[int], bonus: Sequence[int]) -> list[int]:
    """The same with places: a freed server takes the waiting call with the smallest arrival minus bonus."""
    starts = [-1] * len(arrivals)
    ends: list[int] = []
    waiting: list[tuple[int, int]] = []
    events = [(at, 1, i) for i, at in enumerate(arrivals)]
    heapq.heapify(events)
    while events:
        at, kind, i = heapq.heappop(events)
        if kind == 0:
            ends.pop()
        else:
            heapq.heappush(waiting, (at - bonus[i], i))
        while waiting and len(ends) < servers:
            _, chosen = heapq.heappop(waiting)
            starts[chosen] = at
            ends.append(chosen)
            heapq.heappush(events, (at + services[chosen], 0, chosen))
    return starts
