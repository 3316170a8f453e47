"""Calls out when the lines are full."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from tests.story.world import World, site

from yingda.bus import verbs as v
from yingda.journey import errors as err
from yingda.telephony import commands as c

pytestmark = pytest.mark.story


def test_an_emergency_call_goes_over_a_full_trunk_and_others_do_not() -> None:
    plain = site()
    w = World(replace(plain, trunks=tuple(replace(t, capacity=1) for t in plain.trunks)))
    w.staff("1001", ready=False)
    w.caller()
    w.run(100)
    with pytest.raises(err.NoFreeLine):
        asyncio.run(w.verbs.do(v.Dial(actor="p1", agent_id="p1", number="13812345678", key="a")))
    asyncio.run(w.verbs.do(v.Dial(actor="p1", agent_id="p1", number="120", key="b")))
    w.run(5_000)
    assert w.agent("1001").state == "talking"
    rings = [x for _, x in w.commands if isinstance(x, c.Ring)]
    assert (rings[-1].endpoint, rings[-1].number) == ("trunk-demo", "120")
