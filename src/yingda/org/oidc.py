"""OpenID Connect, code flow with PKCE: where the browser is sent, and who came back.

What must be right for that (RFC 6749, 7636, OpenID Connect Core 1.0): `state` and `nonce` are random and lie sealed in
the browser's cookie; the code goes to the provider together with the verifier; the token's signature, issuer,
audience, time and nonce are checked by Authlib and its JOSE part.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus

import aiohttp
import msgspec
import structlog
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from yingda.org.errors import GrantEnded, ProviderFailed, SealBroken
from yingda.org.outside import Oidc, is_safe_url
from yingda.org.sealing import Seal

LASTS_MS: Final = 10 * 60 * 1000  # how long somebody may take at the provider
BACK: Final = "/api/v1/session/oidc/back"
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)
_LONGEST: Final = 1_000_000
_LEEWAY_S: Final = 60
log = structlog.get_logger("login")


@dataclass(frozen=True)
class Pending:
    """What we must know again when the browser comes back. `next`: the page it wanted."""

    state: str
    nonce: str
    verifier: str
    next: str
    at: int

    def sealed(self, seal: Seal) -> str:
        return seal.close(msgspec.json.encode(self).decode())


def opened(sealed: str, seal: Seal, now_ms: int) -> Pending | None:
    """None when it is not ours or too old."""
    try:
        found = msgspec.json.decode(seal.open(sealed), type=Pending)
    except (SealBroken, msgspec.DecodeError):
        return None
    return found if 0 <= now_ms - found.at <= LASTS_MS else None


def new_pending(next_page: str, now_ms: int) -> Pending:
    return Pending(state=generate_token(32), nonce=generate_token(32), verifier=generate_token(64), next=next_page,
                   at=now_ms)


def _is_ended(status: int, raw: bytes) -> bool:
    """RFC 6749 5.2; what is no such answer says nothing about the grant."""
    if status != 400:
        return False
    try:
        found = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return False
    return isinstance(found, dict) and found.get("error") == "invalid_grant"


async def _fetch(session: aiohttp.ClientSession, method: str, url: str, **more: Any) -> Mapping[str, Any]:
    if not is_safe_url(url):
        raise ProviderFailed(reason="address without https: " + url[:100])
    async with session.request(method, url, allow_redirects=False, **more) as answer:
        raw = await answer.content.read(_LONGEST)
        if answer.status != 200:
            kind = GrantEnded if _is_ended(answer.status, raw) else ProviderFailed
            raise kind(reason=f"{answer.status} {url[:100]}")
    found = msgspec.json.decode(raw)
    if not isinstance(found, dict):
        raise ProviderFailed(reason="malformed answer")
    return found


@dataclass(frozen=True)
class Came:
    """Who came back. `refresh`: a refresh token, "" where the provider gives none."""

    claims: Mapping[str, Any]
    refresh: str = field(default="", repr=False)


class Provider:
    """One conversation with the provider; everything it raises is ProviderFailed(reason)."""

    def __init__(self, about: Oidc, secret: str) -> None:
        self.about, self.secret = about, secret
        self._meta: Mapping[str, Any] = {}

    async def __aenter__(self) -> Provider:
        context = ssl.create_default_context()
        if self.about.ca:
            context.load_verify_locations(cadata=self.about.ca)
        self._session = aiohttp.ClientSession(
            timeout=_TIMEOUT, connector=aiohttp.TCPConnector(ssl=context), headers={"Accept": "application/json"})
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        await self._session.close()
        if isinstance(error, (aiohttp.ClientError, OSError, JoseError, msgspec.DecodeError, ValueError, KeyError,
                              TypeError, asyncio.TimeoutError)):
            log.warning("provider_failed", error=type(error).__name__, detail=str(error)[:200])
            raise ProviderFailed(reason=(str(error) or type(error).__name__)[:200]) from None

    async def discover(self) -> None:
        """Reads what the provider says of itself."""
        meta = await _fetch(self._session, "GET", self.about.issuer + "/.well-known/openid-configuration")
        if str(meta.get("issuer", "")).rstrip("/") != self.about.issuer:
            raise ProviderFailed(reason=f"issuer says {str(meta.get('issuer'))[:100]}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe_url(str(meta.get(name, ""))):
                raise ProviderFailed(reason=f"{name}: {str(meta.get(name))[:100]}")
        self._meta = meta

    async def keys(self) -> KeySet:
        found = await _fetch(self._session, "GET", str(self._meta["jwks_uri"]))
        # keys that are no signing keys, or of a kind that we do not know, are no reason to fail
        usable = [one for one in found["keys"] if one.get("kty") in ("RSA", "EC", "OKP") and one.get("use") != "enc"]
        return KeySet.import_key_set({"keys": usable})

    def address(self, pending: Pending) -> str:
        """Where the browser goes to log in."""
        return str(prepare_grant_uri(
            str(self._meta["authorization_endpoint"]), self.about.client_id, "code",
            redirect_uri=self.about.page_url + BACK, scope=self.about.scopes, state=pending.state,
            nonce=pending.nonce, code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256"))

    async def who(self, pending: Pending, code: str) -> Came:
        """The claims about who has logged in at the provider, and by what it can be asked again."""
        answer = await self._exchange({"grant_type": "authorization_code", "code": code,
                                       "redirect_uri": self.about.page_url + BACK, "code_verifier": pending.verifier})
        refresh = answer.get("refresh_token")
        return Came(await self._claims(pending, answer), refresh if isinstance(refresh, str) else "")

    async def renewed(self, refresh: str) -> str:
        """The refresh token that counts from now on, often the same. Raises GrantEnded."""
        answer = await self._exchange({"grant_type": "refresh_token", "refresh_token": refresh})
        fresh = answer.get("refresh_token")
        return fresh if isinstance(fresh, str) and fresh else refresh

    async def _claims(self, pending: Pending, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        token = jwt.decode(str(answer["id_token"]), await self.keys(), algorithms=_ALGORITHMS)
        issuer = str(self._meta["issuer"])
        claims = CodeIDToken(
            token.claims, token.header,
            {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": self.about.client_id}},
            {"nonce": pending.nonce, "client_id": self.about.client_id, "access_token": answer.get("access_token")})
        claims.validate(leeway=_LEEWAY_S)
        if self.about.claim not in claims and is_safe_url(str(self._meta.get("userinfo_endpoint", ""))):
            more = await _fetch(self._session, "GET", str(self._meta["userinfo_endpoint"]),
                                headers={"Authorization": f"Bearer {answer['access_token']}"})
            if not hmac.compare_digest(str(more.get("sub", "")).encode(), str(claims["sub"]).encode()):
                raise ProviderFailed(reason="userinfo of somebody else")
            return {**more, **claims}
        return dict(claims)

    async def _exchange(self, form: dict[str, str]) -> Mapping[str, Any]:
        ways = self._meta.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        headers = {}
        if self.secret and "client_secret_basic" in ways:
            # both form-encoded first, RFC 6749 2.3.1
            pair = f"{quote_plus(self.about.client_id)}:{quote_plus(self.secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form["client_id"] = self.about.client_id
            if self.secret:
                form["client_secret"] = self.secret
        return await _fetch(self._session, "POST", str(self._meta["token_endpoint"]), data=form, headers=headers)

