"""The policy of logging in, keys of other programs, and what such a program may order: a call for an agent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from yingda.bus.verbs import Dial
from yingda.kit.ids import new_id
from yingda.org import api_keys
from yingda.org import policy as policies
from yingda.org.models import ApiKey
from yingda.org.people import person_by_number
from yingda.org.permissions import Permission
from yingda.org.policy import Policy, save_policy
from yingda.org.roles import list_roles
from yingda.store.errors import Invalid, NotFound
from yingda.web.access import require
from yingda.web.errors import NotForKeys
from yingda.web.identity import Identity
from yingda.web.reach import reach_of
from yingda.web.revisions import IfMatch, check
from yingda.web.room import room_of
from yingda.web.shapes.account import ApiKeyIn, ApiKeyMade, ApiKeyOut, ClickIn, ClickOut, LoginPolicyOut, PolicyShape
from yingda.web.shapes.common import Id

router = APIRouter(tags=["keys"])
Owner = Annotated[Identity, require(Permission.SETTINGS_EDIT)]


def _key_out(row: ApiKey, owner: str) -> ApiKeyOut:
    return ApiKeyOut(id=row.id, name=row.name, hint=row.hint, owner_name=owner, grants=row.grants,
                     created_at=row.created_at, expires_at=row.expires_at, revoked_at=row.revoked_at,
                     last_used_at=row.last_used_at, last_address=row.last_address)


@router.get("/login-policy", operation_id="getLoginPolicy")
async def get_policy(_: Owner, request: Request) -> LoginPolicyOut:
    async with room_of(request).store.reading() as u:
        return _policy_out(await policies.get_policy(u))


def _policy_out(policy: Policy) -> LoginPolicyOut:
    return LoginPolicyOut(shortest=policy.shortest, kinds=policy.kinds, history=policy.history, days=policy.days,
                     factor_roles=list(policy.factor_roles))


@router.put("/login-policy", operation_id="setLoginPolicy")
async def set_policy(body: PolicyShape, me: Owner, request: Request, read: IfMatch = "") -> LoginPolicyOut:
    """Roles that need a second factor are asked for it at the next request."""
    room = room_of(request)
    async with room.store.uow() as u:
        check(read, _policy_out(await policies.get_policy(u)))
        if not set(body.factor_roles) <= {row.code for row in await list_roles(u)}:
            raise Invalid({"factor_roles": "unknown"})
        await save_policy(u, me.actor, Policy(
            shortest=body.shortest, kinds=body.kinds, history=body.history, days=body.days,
            factor_roles=tuple(dict.fromkeys(body.factor_roles))))
    room.forget_site()
    return LoginPolicyOut(**body.model_dump())


@router.get("/api-keys", operation_id="listApiKeys")
async def list_keys(_: Owner, request: Request) -> list[ApiKeyOut]:
    async with room_of(request).store.reading() as u:
        return [_key_out(row, owner) for row, owner in await api_keys.list_keys(u)]


@router.post("/api-keys", operation_id="makeApiKey", status_code=201)
async def make_key(body: ApiKeyIn, me: Owner, request: Request) -> ApiKeyMade:
    """With some of the asker's rights, never more than he has himself at any time. The text is shown this once."""
    room = room_of(request)
    if me.by_key:
        raise NotForKeys
    async with room.store.uow() as u:
        row, token = await api_keys.make(u, me.actor, me.grants, name=body.name, grants=body.grants,
                                         now_ms=room.clock.now_ms(), expires_at=body.expires_at)
    return ApiKeyMade(key=_key_out(row, me.name), token=token)


@router.delete("/api-keys/{key_id}", operation_id="revokeApiKey", status_code=204)
async def revoke_key(key_id: Id, me: Owner, request: Request) -> None:
    """From the next request on it opens nothing."""
    room = room_of(request)
    async with room.store.uow() as u:
        await api_keys.revoke(u, me.actor, key_id, room.clock.now_ms())


@router.post("/click-to-call", operation_id="clickToCall", status_code=202)
async def click_to_call(body: ClickIn, me: Annotated[Identity, require(Permission.CALLS_ORDER)],
                        request: Request) -> ClickOut:
    """An outside system has an agent's phone ring, then dials the number, by that agent's own calling rules.

    Refused as the agent's own call would be: `not_now` while he talks, `bad_number`, `no_trunk`, calling rules.
    """
    room = room_of(request)
    async with room.store.reading() as u:
        person = await person_by_number(u, body.agent)
        if person is None or not person.active:
            raise NotFound(kind="person", id=body.agent)
        (await reach_of(u, me, Permission.CALLS_ORDER)).need(person.id)
    made = await room.link.ask(Dial(actor=str(me.person_id), agent_id=str(person.id), number=body.number,
                                    key=body.key or str(new_id())))
    return ClickOut(call_id=made["call_id"])
