"""Logging in by the company's own means: what the log-in page offers, the way to the provider and back, settings."""

from __future__ import annotations

import asyncio
import hmac
import re
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from limits import RateLimitItemPerMinute

from yingda.kit.errors import YingdaError
from yingda.kit.i18n import text
from yingda.org import ldap, login, newcomers, oidc, outside, sessions
from yingda.org.errors import DirectoryAway, Inactive, NobodyHere, ProviderFailed
from yingda.org.permissions import Permission
from yingda.org.roles import check_may_give
from yingda.web.access import address_of, public, require
from yingda.web.api.session import set_session_cookie
from yingda.web.errors import NotForKeys, TooOften
from yingda.web.identity import Identity
from yingda.web.revisions import IfMatch, check
from yingda.web.room import Room, room_of
from yingda.web.shapes.outside import (
    LdapIn,
    LoginWays,
    NewcomersIn,
    OidcIn,
    OutsideIn,
    OutsideOut,
    OutsideTried,
    OutsideTry,
    PasswordRules,
)

router = APIRouter(tags=["outside"])
Owner = Annotated[Identity, require(Permission.SETTINGS_EDIT)]
COOKIE: Final = "yingda_oidc"
PATH: Final = "/api/v1/session/oidc"
RATE: Final = RateLimitItemPerMinute(300)  # per address; many agents sit behind one
_PAGE = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f]{0,400}")


async def _outside(room: Room) -> outside.Outside:
    async with room.store.reading() as u:
        return await outside.get_outside(u)


@router.get("/session/ways", operation_id="getLoginWays")
async def get_ways(_: Annotated[None, public()], request: Request) -> LoginWays:
    room = room_of(request)
    now, policy = await _outside(room), await room.policy()
    return LoginWays(oidc=(now.oidc.label or "OpenID") if now.oidc.on else "", ldap=now.ldap.on,
                     rules=PasswordRules(shortest=policy.shortest, kinds=policy.kinds))


def _limited(request: Request) -> None:
    if not room_of(request).key_rate.hit(RATE, "oidc:" + address_of(request)):
        raise TooOften


def _refused(code: str) -> RedirectResponse:
    answer = RedirectResponse(f"/login?refused={code}", 302)
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    return answer


@router.get("/session/oidc", operation_id="goToProvider", response_class=RedirectResponse, status_code=302)
async def go(_: Annotated[None, public()], request: Request,
             next_page: Annotated[str, Query(alias="next", max_length=400)] = "/") -> RedirectResponse:
    """Sends the browser to the provider. `next`: the page it wanted."""
    _limited(request)
    room = room_of(request)
    about = (await _outside(room)).oidc
    if not about.on:
        return _refused("provider_off")
    pending = oidc.new_pending(next_page if _PAGE.fullmatch(next_page) else "/", room.clock.now_ms())
    try:
        async with oidc.Provider(about, "") as provider:
            await provider.discover()
            answer = RedirectResponse(provider.address(pending), 302)
    except ProviderFailed:
        return _refused("provider_failed")
    answer.set_cookie(COOKIE, pending.sealed(room.seal), max_age=oidc.LASTS_MS // 1000, path=PATH, httponly=True,
                      samesite="lax", secure=room.secure(request))
    return answer


@router.get("/session/oidc/back", operation_id="comeFromProvider", response_class=RedirectResponse, status_code=302)
async def back(
    _: Annotated[None, public()], request: Request, code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=200)] = "", error: Annotated[str, Query(max_length=200)] = "",
) -> RedirectResponse:
    """Who came back is let in when he is somebody here; else the log-in page tells why not."""
    _limited(request)
    room = room_of(request)
    address = address_of(request)
    about = (await _outside(room)).oidc
    pending = oidc.opened(request.cookies.get(COOKIE, ""), room.seal, room.clock.now_ms())
    if not about.on:
        return _refused("provider_off")
    if pending is None or not _same(state, pending.state):
        return _refused("provider_again")
    if error or not code:
        return _refused("provider_denied")
    value = ""
    try:
        async with oidc.Provider(about, room.seal.open(about.secret_sealed)) as provider:
            await provider.discover()
            came = await provider.who(pending, code)
        claims = came.claims
        value = str(claims.get(about.claim) or "")
        if about.claim == "email" and claims.get("email_verified") is False:
            raise NobodyHere
        done = await login.log_in_by_provider(room.store, about.finds, value, room.clock.now_ms(), address,
                                              request.headers.get("user-agent", ""),
                                              newcomers.by_claims(about, claims))
    except (ProviderFailed, NobodyHere, Inactive) as refusal:
        if not isinstance(refusal, ProviderFailed):
            room.feed.note("login_wrong", value[:40] or "?", address=address)
        return _refused(refusal.code)
    if done.fresh:
        room.reload_engine(done.person.id)
    if came.refresh:
        key = sessions.token_hash(done.session.token)
        await asyncio.to_thread(room.recheck.renewals.tokens.keep, key, about.client, came.refresh)
    answer = RedirectResponse(pending.next, 302)
    set_session_cookie(request, answer, done.session.token)
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    return answer


def _same(given: str, ours: str) -> bool:
    return hmac.compare_digest(given.encode(), ours.encode())


# ---- settings


def _wanted(body: OutsideIn) -> outside.Outside:
    o, d = body.oidc, body.ldap
    return outside.Outside(
        oidc=outside.Oidc(on=o.on, label=o.label, issuer=o.issuer.rstrip("/"), client_id=o.client_id, scopes=o.scopes,
                          claim=o.claim, finds=o.finds, page_url=o.page_url, ca=o.ca),
        ldap=outside.Ldap(on=d.on, host=d.host, port=d.port, security=d.security, ca=d.ca, bind_dn=d.bind_dn,
                          base=d.base, attribute=d.attribute, filter=d.filter),
        newcomers=outside.Newcomers(**body.newcomers.values()), own_passwords=body.own_passwords,
        recheck_min=body.recheck_min)


def _shown(now: outside.Outside) -> OutsideOut:
    o, d = now.oidc, now.ldap
    return OutsideOut(
        oidc=OidcIn(on=o.on, label=o.label, issuer=o.issuer, client_id=o.client_id, scopes=o.scopes, claim=o.claim,
                    finds="email" if o.finds == "email" else "number", page_url=o.page_url, ca=o.ca),
        ldap=LdapIn.model_validate({
            "on": d.on, "host": d.host, "port": d.port, "security": d.security, "ca": d.ca, "bind_dn": d.bind_dn,
            "base": d.base, "attribute": d.attribute, "filter": d.filter}),
        newcomers=NewcomersIn(on=now.newcomers.on, role=now.newcomers.role,
                              department_id=now.newcomers.department_id), recheck_min=now.recheck_min,
        own_passwords="admins" if now.own_passwords == "admins" else "all",
        oidc_secret_set=bool(o.secret_sealed), ldap_secret_set=bool(d.secret_sealed))


@router.get("/settings/outside-login", operation_id="getOutsideLogin")
async def get_settings(_: Owner, request: Request) -> OutsideOut:
    return _shown(await _outside(room_of(request)))


@router.put("/settings/outside-login", operation_id="setOutsideLogin")
async def set_settings(body: OutsideIn, me: Owner, request: Request, read: IfMatch = "") -> OutsideOut:
    """Holds from the next log-in. Whoever is logged in stays so.

    Who says who vouches for everybody could be anybody: only those who have every right may.
    """
    room = room_of(request)
    if me.by_key:
        raise NotForKeys
    async with room.store.uow() as u:
        kept = await outside.get_outside(u)
        check(read, _shown(kept))
        await check_may_give(u, me.grants, None, "admin")
        wanted = outside.with_secrets(_wanted(body), kept, room.seal, body.oidc.secret, body.ldap.secret)
        return _shown(await outside.save_outside(u, me.actor, wanted))


@router.post("/settings/outside-login/try", operation_id="tryOutsideLogin")
async def try_settings(body: OutsideTry, me: Owner, request: Request) -> OutsideTried:
    """Asks the provider or the directory now, with what was typed; nothing is saved."""
    room = room_of(request)
    if me.by_key:
        raise NotForKeys
    _limited(request)
    wanted = outside.with_secrets(_wanted(body.settings), await _outside(room), room.seal,
                                  body.settings.oidc.secret, body.settings.ldap.secret)
    outside.check_to_try(wanted, body.kind)
    steps: list[str] = []
    try:
        if body.kind == "oidc":
            await _try_oidc(wanted.oidc, me.language, steps)
        else:
            await _try_ldap(wanted.ldap, room.seal.open(wanted.ldap.secret_sealed), body, me.language, steps)
    except (ProviderFailed, DirectoryAway) as refusal:
        return OutsideTried(steps=steps, fault=_words(refusal, me.language))
    except _Not as fault:
        return OutsideTried(steps=steps, fault=str(fault))
    return OutsideTried(steps=steps, fault="")


class _Not(Exception):
    """What did not work, in words."""


def _words(refusal: YingdaError, language: str) -> str:
    return text(f"outside.{refusal.code}", language, reason=str(refusal.params.get("reason", "")))


async def _try_oidc(about: outside.Oidc, language: str, steps: list[str]) -> None:
    async with oidc.Provider(about, "") as provider:
        await provider.discover()
        steps.append(text("outside.discovered", language, issuer=about.issuer))
        await provider.keys()
        steps.append(text("outside.keys", language))


async def _try_ldap(about: outside.Ldap, secret: str, body: OutsideTry, language: str, steps: list[str]) -> None:
    name = await ldap.find(about, secret, body.number or "0")
    steps.append(text("outside.connected", language, host=f"{about.host}:{about.port}"))
    if not body.number:
        return
    if name is None:
        raise _Not(text("outside.not_found", language, number=body.number))
    steps.append(text("outside.found", language, name=name))
    if body.password:
        if not await ldap.is_right(about, secret, body.number, body.password):
            raise _Not(text("outside.password_wrong", language))
        steps.append(text("outside.password_right", language))
