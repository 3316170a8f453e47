"""What supervisors do to calls and agents within their reach. Each act is logged before it is done."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from yingda.acd import repo as queues
from yingda.bus.verbs import AnyVerb, ForceHangUp, ForceState, InterceptCall, MoveAgent, StopWatching, WatchCall
from yingda.kit.errors import Refused
from yingda.org import audit
from yingda.org.checks import Checks
from yingda.org.permissions import Permission
from yingda.web.access import require
from yingda.web.identity import Identity
from yingda.web.reach import need_live_call, need_person, reach_of
from yingda.web.room import room_of
from yingda.web.shapes.common import Id
from yingda.web.shapes.work import CallId, ForceIn, MoveIn, ServesOut, WatchIn

router = APIRouter(tags=["supervise"], prefix="/supervise")
Supervisor = Annotated[Identity, require(Permission.CALLS_SUPERVISE)]
Mover = Annotated[Identity, require(Permission.AGENTS_MOVE)]
Call = Annotated[CallId, Path()]


async def _do(request: Request, me: Identity, verb: AnyVerb, kind: str, key: str, **what: Any) -> None:
    room = room_of(request)
    if kind == "call":
        await need_live_call(room, me, Permission.CALLS_SUPERVISE, key)
    else:
        await need_person(room, me, Permission.CALLS_SUPERVISE, int(key))
    async with room.store.uow() as u:
        audit.record(u, me.actor, f"supervise.{verb.__struct_config__.tag}", kind, key, None, what or None)
    await room.link.ask(verb)


@router.post("/calls/{call_id}/watch", operation_id="watchCall", status_code=204)
async def watch(call_id: Call, body: WatchIn, me: Supervisor, request: Request) -> None:
    """Come to a call, or change the mode there. The supervisor's own phone is rung and lifts by itself."""
    verb = WatchCall(actor=str(me.person_id), agent_id=str(me.person_id), call_id=call_id, mode=body.mode)
    await _do(request, me, verb, "call", call_id, mode=body.mode)


@router.post("/calls/{call_id}/watch/end", operation_id="stopWatching", status_code=204)
async def stop(call_id: Call, me: Supervisor, request: Request) -> None:
    verb = StopWatching(actor=str(me.person_id), agent_id=str(me.person_id), call_id=call_id)
    await _do(request, me, verb, "call", call_id)


@router.post("/calls/{call_id}/intercept", operation_id="interceptCall", status_code=204)
async def intercept(call_id: Call, me: Supervisor, request: Request) -> None:
    """Take the agent's place in a call that one watches."""
    verb = InterceptCall(actor=str(me.person_id), agent_id=str(me.person_id), call_id=call_id)
    await _do(request, me, verb, "call", call_id)


@router.post("/calls/{call_id}/hang-up", operation_id="forceHangUp", status_code=204)
async def hang_up(call_id: Call, me: Supervisor, request: Request) -> None:
    """Cut the call: all parties are released."""
    await _do(request, me, ForceHangUp(actor=str(me.person_id), call_id=call_id), "call", call_id)


@router.post("/agents/{agent_id}/state", operation_id="forceState", status_code=204)
async def force_state(agent_id: Annotated[Id, Path()], body: ForceIn, me: Supervisor, request: Request) -> None:
    """Set an agent ready, on break or signed out; in mid-call it takes effect after the call."""
    verb = ForceState(actor=str(me.person_id), agent_id=str(agent_id), presence=body.presence,
                      reason=body.reason if body.presence == "on_break" else "")
    await _do(request, me, verb, "person", str(agent_id), presence=body.presence, reason=body.reason, note=body.note)


@router.get("/agents/{agent_id}/queues", operation_id="getAgentQueues")
async def agent_queues(agent_id: Annotated[Id, Path()], me: Mover, request: Request) -> list[ServesOut]:
    """Which active service groups an agent serves, with his level in each."""
    async with room_of(request).store.reading() as u:
        (await reach_of(u, me, Permission.AGENTS_MOVE)).need(agent_id)
        active = {queue.id for queue in await queues.list_queues(u, inactive=False)}
        return [ServesOut(queue_id=row.queue_id, level=row.level) for row in await queues.serves(u, agent_id)
                if row.queue_id in active]


@router.put("/agents/{agent_id}/queues", operation_id="moveAgent", status_code=204)
async def move_agent(agent_id: Annotated[Id, Path()], body: MoveIn, me: Mover, request: Request) -> None:
    """He serves exactly these groups from now on, at once; a call that he has goes on."""
    room = room_of(request)
    checks = Checks()
    wanted = {one.queue_id: one.level for one in body.queues}
    if len(wanted) != len(body.queues):
        checks.fail("queues", "twice")
    checks.done()
    async with room.store.uow() as u:
        (await reach_of(u, me, Permission.AGENTS_MOVE)).need(agent_id)
        await queues.move(u, me.actor, agent_id, wanted)
    verb = MoveAgent(actor=str(me.person_id), agent_id=str(agent_id),
                     queues=tuple((str(queue), level) for queue, level in sorted(wanted.items())))
    with contextlib.suppress(Refused):  # the engine is away or does not know him yet: it reads the database when it can
        await room.link.ask(verb)
    room.reload_engine(me.person_id)
