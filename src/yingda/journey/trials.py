"""Leads somebody through a flow that is not published yet, or takes down a prompt: at his own phone, which is rung, or
which dialled the flow's short number behind a feature code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from yingda.bus import verbs as v
from yingda.calls import trial
from yingda.calls.birth import try_out
from yingda.calls.state import Call
from yingda.ivr.form import Flow, Header, Node
from yingda.journey import errors as err
from yingda.journey.directory import Person
from yingda.journey.site import endpoint_of, extension_of
from yingda.journey.story import Story
from yingda.kit.ids import new_id, switch_name
from yingda.kit.numbers import normalise
from yingda.telephony import facts as f

log = structlog.get_logger("journey")
_KEPT = 50
_READING_MS = 5_000  # so long a dialler waits for the draft
_SAID = {"not_allowed": "not-allowed", "unknown": "unknown-number"}


class Trials:
    def __init__(self, story: Story, now: Callable[[], int]) -> None:
        self._story, self._now = story, now

    def start(self, verb: v.TestFlow) -> dict[str, str]:
        """Raises NoSuchAgent, NotNow (ready for calls, or busy), NobodyThere, BadNumber."""
        person, endpoint = self._phone(verb.agent_id)
        caller = normalise(verb.caller) if verb.caller else person.extension
        if not caller:
            raise err.BadNumber
        flow = self._keep(verb.flow_id, verb.document)
        return self._ring(endpoint, caller, flow.id, flow.version)

    def record(self, verb: v.RecordPrompt) -> dict[str, str]:
        """Raises NoSuchAgent, NotNow (ready for calls, or busy), NobodyThere."""
        person, endpoint = self._phone(verb.agent_id)
        return self._ring(endpoint, person.extension)

    def dialled(self, fact: f.LegArrived, person: Person, number: str) -> None:
        """The person's phone dialled a flow's number. Raises NotSignedIn, NotNow (ready for calls, or busy)."""
        agent = self._story.agents.get(person.id)
        if agent.presence == "signed_out":
            raise err.NotSignedIn
        if agent.engagement != "free" or agent.presence == "ready":
            raise err.NotNow
        self._story.desk.open(try_out(str(new_id()), at=fact.at, leg=fact.leg, caller=extension_of(fact.endpoint),
                                      code=fact.called, to=f"draft:{number}"))

    def lead_on(self, call: Call) -> None:
        """The draft is read where the database is; the phone hears nothing meanwhile."""
        person = self._story.who_is_at(call.caller)

        def back(ok: bool, data: dict[str, Any]) -> None:
            now = self._story.desk.calls.get(call.id)
            if now is not None and now.state == "arrived":
                self._read(now, data if ok else {"refused": "away"})

        self._story.menu.lookups.ask("draft", {
            "person_id": person.id if person else "0", "number": call.turn_to.partition(":")[2]}, _READING_MS, back)

    def _read(self, call: Call, found: dict[str, Any]) -> None:
        refused = str(found.get("refused", ""))
        if refused:
            log.info("draft_not_tried", call=call.id, reason=refused)
            self._story.close(call.id, "feature_code", (f"sound:yd/{_SAID.get(refused, 'not-possible-now')}",))
            return
        flow = self._keep(str(found["flow_id"]), found["document"])
        self._story.menu.start(call, flow.id, self._now(), flow.version)

    def _ring(self, endpoint: str, caller: str, flow_id: str = "", flow_version: int = 0) -> dict[str, str]:
        call_id = str(new_id())
        self._story.desk.open(trial.begin(call_id, at=self._now(), leg=switch_name("leg"), endpoint=endpoint,
                                          caller=caller, flow_id=flow_id, flow_version=flow_version))
        return {"call_id": call_id}

    def _phone(self, agent_id: str) -> tuple[Person, str]:
        """The person and the endpoint of the phone at hand."""
        person = self._story.site.people.get(agent_id)
        if person is None or not person.extension:
            raise err.NoSuchAgent
        agent = self._story.agents.get(person.id)
        if agent.engagement != "free" or agent.presence == "ready":
            raise err.NotNow
        phones = (endpoint_of(person, phone) for phone in (agent.phone or "desk", "desk", "web"))
        endpoint = next((one for one in phones if self._story.phones.get(one)), "")
        if not endpoint:
            raise err.NobodyThere
        return person, endpoint

    def _keep(self, flow_id: str, document: dict[str, Any]) -> Flow:
        try:
            flow = msgspec.convert({**document, "id": flow_id, "version": -self._now()}, Flow)
        except msgspec.ValidationError:
            raise err.NotNow from None  # it was checked before it came here
        drafts = self._story.menu.drafts
        drafts[flow.id, flow.version] = flow
        while len(drafts) > _KEPT:
            del drafts[next(iter(drafts))]
        self._story.desk.remember("flow", flow.id, "FlowTried", _without_secrets(flow), self._now())
        return flow


def _without_secrets(flow: Flow) -> Flow:
    """As it may be written down: after a restart of the engine a look-up that needs a secret takes its other exit."""
    def clean(node: Node) -> Node:
        return replace(node, headers=tuple(
            Header(name=one.name, value="" if one.secret else one.value, secret=one.secret) for one in node.headers))

    return replace(flow, nodes={key: clean(node) for key, node in flow.nodes.items()})
