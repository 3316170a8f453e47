"""Whether a failure speaks of the line and not of the person called. Pure."""

from __future__ import annotations

# Q.850 causes of the way: the next line is tried.
_WAY_CAUSES = frozenset({3, 20, 25, 27, 34, 38, 41, 42, 44, 47, 58, 63, 102})
# The carrier did not answer at all, or the leg ended while the engine was away and nobody heard why. Either speaks of
# the line when nothing has rung.
_NO_RESPONSE, _UNHEARD = 18, -1


def worth_another(cause: int, rang: bool) -> bool:
    """Whether a failure is the trunk's, so that the next one is tried. Never after busy, no answer or a refusal.

    `rang`: the far side rang or sent early media, which carriers also do before they report a fault of theirs.
    """
    return cause in _WAY_CAUSES or (cause in (_NO_RESPONSE, _UNHEARD) and not rang)
