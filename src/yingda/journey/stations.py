"""Where each agent is reached: the browser, his own or any other desk phone, or an outside number.

Identity follows the employee number and not the phone: who signs in at a colleague's desk is rung there.
"""

from __future__ import annotations

from typing import NamedTuple

from yingda.agents.state import Agent
from yingda.journey import errors as err
from yingda.journey.directory import Person
from yingda.journey.site import endpoint_of
from yingda.kit.numbers import normalise

CALL_FOR_YOU = ("sound:yd/call-for-you",) * 3
YOUR_CALL_OUT = ("sound:yd/your-call-out",) * 3
WARNING = ("sound:yd/warning-tone",)


class Station(NamedTuple):
    """How to ring an agent. `dialled` is "" for a phone of ours; an outside one confirms with a key."""

    endpoint: str
    dialled: str = ""
    shown: str = ""

    @property
    def outside(self) -> bool:
        return bool(self.dialled)

    def asks(self, media: tuple[str, ...]) -> tuple[str, ...]:
        return media if self.outside else ()


def desk_endpoint(person: Person, agent: Agent) -> str:
    """SIP account of the phone of ours that the agent is signed in on; "" for an outside number."""
    if agent.phone == "outside":
        return ""
    if agent.phone == "desk" and agent.station:
        return agent.station
    return endpoint_of(person, agent.phone)


def outside_number(text: str) -> str:
    """The digits of an outside number that may serve as an agent's phone. Raises BadNumber."""
    digits = normalise(text)
    if not 7 <= len(digits) <= 20:
        raise err.BadNumber
    return digits


class Stations:
    """Which agent is reached at which phone of ours. Kept as agents change, for a phone's own events are many."""

    def __init__(self) -> None:
        self._holder: dict[str, str] = {}
        self._at: dict[str, str] = {}

    def note(self, agent_id: str, endpoint: str) -> None:
        """`endpoint` "": signed out, or at an outside number."""
        before = self._at.pop(agent_id, "")
        if before and self._holder.get(before) == agent_id:
            del self._holder[before]
        if endpoint:
            self._at[agent_id] = endpoint
            self._holder[endpoint] = agent_id

    def holder(self, endpoint: str) -> str:
        """The agent who works at this phone, "" when nobody does."""
        return self._holder.get(endpoint, "")
