"""What a waiting caller is told: his place, how long it may still take, which key leads away. Pure.

Expected wait: with all c agents at work busy and mean handling time h, agents become free every h / c on average, so
the caller at place n waits n · h / c (exact for exponential handling times: W. Whitt, "Predicting Queueing Delays",
Management Science 45(6), 1999, the no-information case given the number ahead). h is the exponentially weighted mean of
the queue's last handled calls (talk and wrap-up), so that it follows the day. An agent whom k queues with waiting
callers share counts as 1 / k of one, since age decides and none of those queues comes first.
"""

from __future__ import annotations

from yingda.acd.policy import Policy

FIRST_MS = 10_000  # who waits gets his first word after so long at the latest
WEIGHT = 0.1  # of the newest call in the mean
LONGEST_MIN = 60  # beyond that a figure comforts nobody, so none is spoken
_KEY_SOUNDS = {"*": "key-star", "#": "key-hash"}


class Pace:
    """The recent handling time of each queue, in ms."""

    def __init__(self) -> None:
        self._mean: dict[str, float] = {}

    def handled(self, queue_id: str, ms: int) -> None:
        if queue_id and ms > 0:
            before = self._mean.get(queue_id)
            self._mean[queue_id] = ms if before is None else before + WEIGHT * (ms - before)

    def expected_ms(self, queue_id: str, place: int, agents: float) -> int:
        """How long the caller at this place (1 = next) may still wait; 0 when nothing is known of it."""
        mean = self._mean.get(queue_id, 0.0)
        return int(place * mean / agents) if mean and agents and place else 0


def first_announcement(policy: Policy) -> int:
    """Milliseconds after which a caller is spoken to first; 0 = never."""
    return min(policy.announce_every_s * 1000, FIRST_MS)


def announcement(policy: Policy, place: int, expected_ms: int, language: str) -> tuple[str, ...]:
    """Media to play, () when there is nothing to say."""
    said: list[str] = [policy.comfort] if policy.comfort else []
    if policy.say_position and place == 1:
        said.append("yd/queue-next")
    elif policy.say_position and place > 1:
        said += ["yd/queue-position-prefix", *number(place - 1, language, counts=True), "yd/queue-position-suffix"]
    minutes = -(-expected_ms // 60_000)
    if policy.say_wait and minutes == 1:
        said.append("yd/queue-wait-short")
    elif policy.say_wait and 1 < minutes <= LONGEST_MIN:
        said += ["yd/queue-wait-prefix", *number(minutes, language, counts=True), "yd/queue-wait-suffix"]
    if policy.exit_key:
        key = _KEY_SOUNDS.get(policy.exit_key) or f"digit-{policy.exit_key}"
        said += ["yd/exit-key-prefix", f"yd/{key}", "yd/exit-key-suffix"]
    return tuple(f"sound:{one}" for one in said)


def greeting(number_of_agent: str) -> tuple[str, ...]:
    """"Agent number 1008, at your service": the digits one by one, () when there is none to say."""
    digits = [f"sound:yd/digit-{d}-spoken" if d == "1" else f"sound:yd/digit-{d}" for d in number_of_agent
              if d in "0123456789"]
    return ("sound:yd/agent-number", *digits, "sound:yd/at-your-service") if digits else ()


def number(n: int, language: str, *, counts: bool = False) -> tuple[str, ...]:
    """A whole number from 0 to 999 as sounds. `counts`: before a measure word, where Chinese says 两 for 2."""
    n = max(0, min(n, 999))
    return _chinese(n, counts) if language == "zh" else _english(n)


def _chinese(n: int, counts: bool) -> tuple[str, ...]:
    if n == 2 and counts:
        return ("yd/digit-2-count",)
    hundreds, tens, ones = n // 100, n // 10 % 10, n % 10
    said: list[str] = [f"yd/digit-{hundreds}", "yd/number-100"] if hundreds else []
    if tens:
        said += [*([] if n < 20 else [f"yd/digit-{tens}"]), "yd/number-10"]
    elif hundreds and ones:
        said.append("yd/digit-0")
    if ones or not said:
        said.append(f"yd/digit-{ones}")
    return tuple(said)


def _english(n: int) -> tuple[str, ...]:
    said: list[str] = [f"yd/digit-{n // 100}", "yd/number-100"] if n >= 100 else []
    rest = n % 100
    if rest >= 20:
        said.append(f"yd/number-{rest // 10 * 10}")
        rest %= 10
    if rest >= 10:
        said.append(f"yd/number-{rest}")
    elif rest or not said:
        said.append(f"yd/digit-{rest}")
    return tuple(said)
