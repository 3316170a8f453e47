"""An OpenID Connect provider for the tests: real HTTP, codes that count once, PKCE, signed tokens; and its ill will."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "yingda", "s3cret:with/odd chars"
BASIC = "Basic " + base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()


class Provider:
    """Whoever comes is taken for `user` at once. `twist` changes the claims before they are signed."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.signs_with = self.key
        self.user: dict[str, Any] = {"sub": "u-1", "preferred_username": "1001"}
        self.twist: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.redirects: set[str] = set()
        self.refreshes = False  # gives refresh tokens, each of which counts once
        self.refresh: dict[str, str] = {}  # token → whose
        self.ended: set[str] = set()  # accounts that were disabled
        self.broken = False
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = Starlette(routes=[
            Route("/.well-known/openid-configuration", self.about), Route("/keys", self.keys),
            Route("/authorize", self.authorize), Route("/token", self.token, methods=["POST"])])
        self.server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        self.server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)

    async def about(self, _: Request) -> Response:
        return JSONResponse({
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys", "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"]})

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False), {"kty": "future", "kid": "unknown"}]})

    async def authorize(self, request: Request) -> Response:
        given = dict(request.query_params)
        right = (given.get("client_id") == CLIENT and given.get("response_type") == "code"
                 and given.get("redirect_uri") in self.redirects and given.get("code_challenge_method") == "S256"
                 and "openid" in given.get("scope", "").split())
        if not right:
            return Response("bad request", 400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = given
        return RedirectResponse(given["redirect_uri"] + "?" + urlencode({"code": code, "state": given["state"]}), 302)

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.asked.append(form.get("code", ""))
        if form.get("grant_type") == "refresh_token":
            return self.renew(form["refresh_token"], request.headers.get("authorization", ""))
        kept = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if request.headers.get("authorization") != BASIC:
            return JSONResponse({"error": "invalid_client"}, 401)
        if (kept is None or form.get("redirect_uri") != kept["redirect_uri"] or challenge != kept["code_challenge"]
                or form.get("grant_type") != "authorization_code"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = self.twist({"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": kept["nonce"],
                             **self.user})
        more = {"refresh_token": self.given(str(self.user["preferred_username"]))} if self.refreshes else {}
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": jwt.encode(
            {"alg": "RS256", "kid": "one"}, claims, self.signs_with), **more})

    def given(self, who: str) -> str:
        token = secrets.token_urlsafe(24)
        self.refresh[token] = who
        return token

    def renew(self, token: str, authorization: str) -> Response:
        if self.broken:
            return Response("<html>Bad gateway</html>", 502)
        if authorization != BASIC:
            return JSONResponse({"error": "invalid_client"}, 401)
        who = self.refresh.pop(token, None)
        if who is None or who in self.ended:
            return JSONResponse({"error": "invalid_grant", "error_description": "User disabled"}, 400)
        return JSONResponse({"access_token": "b", "token_type": "Bearer", "refresh_token": self.given(who)})
