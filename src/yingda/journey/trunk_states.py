"""What the switch last said of each trunk: registered at its carrier, answering, or why not."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class TrunkState(msgspec.Struct, frozen=True, kw_only=True):
    state: str = "unknown"  # registered | unregistered | rejected | reachable | unreachable | unknown (not told yet)
    reason: str = ""  # SIP status that the carrier refused with ("403"), "no_response", or ""
    since: int = 0  # UTC ms


class TrunkStates:
    def __init__(self) -> None:
        self._states: dict[str, TrunkState] = {}
        self.on_change: Callable[[str], None] = lambda endpoint: None

    def of(self, endpoint: str) -> TrunkState:
        return self._states.get(endpoint) or TrunkState()

    def changed(self, endpoint: str, state: str, reason: str, at: int) -> None:
        before = self.of(endpoint)
        if (before.state, before.reason) != (state, reason):
            since = before.since if before.state == state else at
            self._states[endpoint] = TrunkState(state=state, reason=reason, since=since)
            self.on_change(endpoint)
