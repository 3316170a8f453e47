"""Feature codes 功能码: what a phone's keys mean when they begin with a star. Pure.

One table; the longest code that fits wins. What follows the code is its argument, so `*531` is a break with the first
reason and `*81003` picks up the call that rings at 1003.
"""

from __future__ import annotations

from typing import NamedTuple


class FeatureCode(NamedTuple):
    code: str
    act: str
    takes: str  # none | number (must follow) | maybe (may follow)


TABLE: tuple[FeatureCode, ...] = (
    FeatureCode("*50", "sign_in", "maybe"),  # employee number; else it is asked for
    FeatureCode("*51", "sign_out", "none"),
    FeatureCode("*52", "ready", "none"),
    FeatureCode("*53", "break", "maybe"),  # place of the reason in the list, 1 the first
    FeatureCode("*54", "state", "none"),
    FeatureCode("*55", "redial", "none"),
    FeatureCode("*56", "listen", "number"),
    FeatureCode("*57", "whisper", "number"),
    FeatureCode("*58", "barge", "number"),
    FeatureCode("*59", "grab", "maybe"),  # place in the queue, 1 the longest; or the last digits of his number
    FeatureCode("*60", "try_flow", "number"),  # a flow's short number: its newest draft
    FeatureCode("*70", "park", "none"),
    FeatureCode("*71", "fetch", "maybe"),  # the slot; alone: the own one
    FeatureCode("*97", "own_box", "none"),  # as on most office switches; asks for the phone PIN where there is one
    FeatureCode("*8", "pick_up", "maybe"),  # an extension: directed; alone: own service groups, own extension group
)
STAR = "*"


class Dialled(NamedTuple):
    act: str
    argument: str


def parse(called: str) -> Dialled | None:
    """What was dialled, None when it is no feature code of this table."""
    found = [one for one in TABLE if called.startswith(one.code)]
    if not found:
        return None
    best = max(found, key=lambda one: len(one.code))
    argument = called[len(best.code):].rstrip("#")
    fits = {"none": argument == "", "number": argument.isdigit(), "maybe": argument == "" or argument.isdigit()}
    return Dialled(best.act, argument) if fits[best.takes] else None
