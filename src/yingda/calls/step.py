"""What a decision gives: the new record, the commands for the switch, the facts to publish."""

from __future__ import annotations

from typing import NamedTuple

from yingda.calls.events import AnyCallFact
from yingda.calls.state import Call
from yingda.telephony.commands import AnyCommand


class Step(NamedTuple):
    call: Call
    commands: tuple[AnyCommand, ...] = ()
    facts: tuple[AnyCallFact, ...] = ()
