"""Rings somebody's phone and leads him through a flow that is not published yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from yingda.bus import verbs as v
from yingda.calls import trial
from yingda.ivr.form import Flow, Header, Node
from yingda.journey import errors as err
from yingda.journey.site import endpoint_of
from yingda.journey.story import Story
from yingda.kit.ids import new_id, switch_name
from yingda.kit.numbers import normalise

_KEPT = 50


class Trials:
    def __init__(self, story: Story, now: Callable[[], int]) -> None:
        self._story, self._now = story, now

    def start(self, verb: v.TestFlow) -> dict[str, str]:
        """Raises NoSuchAgent, NotNow (ready for calls, or busy), NobodyThere, BadNumber."""
        person = self._story.site.people.get(verb.agent_id)
        if person is None or not person.extension:
            raise err.NoSuchAgent
        agent = self._story.agents.get(person.id)
        if agent.engagement != "free" or agent.presence == "ready":
            raise err.NotNow
        phones = (endpoint_of(person, phone) for phone in (agent.phone or "desk", "desk", "web"))
        endpoint = next((one for one in phones if self._story.phones.get(one)), "")
        if not endpoint:
            raise err.NobodyThere
        caller = normalise(verb.caller) if verb.caller else person.extension
        if not caller:
            raise err.BadNumber
        flow = self._keep(verb.flow_id, verb.document)
        call_id = str(new_id())
        self._story.desk.open(trial.begin(call_id, at=self._now(), leg=switch_name("leg"), endpoint=endpoint,
                                          caller=caller, flow_id=flow.id, flow_version=flow.version))
        return {"call_id": call_id}

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
