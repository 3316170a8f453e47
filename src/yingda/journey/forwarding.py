"""Where a call to an extension goes when its phone is not to be rung, or did not answer. Pure."""

from __future__ import annotations

from yingda.journey.office_directory import Features

CONDITIONS = ("always", "closed", "dnd", "unreachable", "busy", "no_answer")
FORWARDS = ("always", "closed", "busy", "no_answer", "unreachable")
_OF_OUTCOME = {"busy": "busy", "rejected": "busy", "no_answer": "no_answer", "failed": "unreachable"}


class Elsewhere(Exception):
    """The number leads to no phone but to this destination."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


def standing(features: Features | None, reachable: bool, engaged: bool, is_open: bool = True) -> str:
    """Why the phone is not to be rung now: one of CONDITIONS, "" when it is. `is_open`: its office hours."""
    if features and features.always:
        return "always"
    if features and features.closed and not is_open:
        return "closed"
    if features and features.dnd:
        return "dnd"
    if not reachable:
        return "unreachable"
    return "busy" if engaged else ""


def condition_of(outcome: str) -> str:
    """What a fruitless ring means for forwarding."""
    return _OF_OUTCOME.get(outcome, "")


def onward_to(features: Features | None, condition: str) -> str:
    """The destination under this condition, "" when there is none. Who wants no disturbance is busy."""
    if features is None or not condition:
        return ""
    return str(getattr(features, "busy" if condition == "dnd" else condition))


def may_go_on(features: Features | None) -> bool:
    """Whether a ring of this phone, should it be fruitless, leads anywhere else."""
    return features is not None and bool(features.busy or features.no_answer or features.unreachable)


def ring_seconds(features: Features | None) -> int:
    """How long the phone rings before the call goes on; 0, as long as is usual, when it goes nowhere."""
    return features.no_answer_s if features and features.no_answer else 0
