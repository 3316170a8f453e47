"""Where this installation is reached, and what it says of itself when asked there."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from typing import Any

from yingda.main import ports
from yingda.main import settings as store
from yingda.main.settings import Settings


def ask(settings: Settings, path: str) -> dict[str, Any]:
    """The JSON object that our own web process answers, {} when nobody answers (a proxy is never asked)."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{settings.url}{path}", timeout=2) as answer:
            found: Any = json.load(answer)
    except urllib.error.HTTPError as error:
        try:
            found = json.load(error)
        except (OSError, ValueError):
            return {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def health(settings: Settings) -> dict[str, Any]:
    """What GET /api/v1/health says, {} when nobody answers."""
    return ask(settings, "/api/v1/health")


def well(state: dict[str, Any]) -> bool:
    """Calls can be taken: switch, engine and database are up (a worker or a full disk does not hold a start up)."""
    return all(state.get(part, {}).get("state") == "ok" for part in ("switch", "engine", "database"))


def setup_needed(settings: Settings) -> bool:
    """Whether the running site waits for its first administrator."""
    return bool(ask(settings, f"/api/v1/setup?token={settings.setup_token}").get("needed", False))


def setup_link(settings: Settings) -> str:
    """The one-time link of an empty company; "" when somebody has been set up, or nobody answers."""
    if settings.demo or not setup_needed(settings):
        return ""
    elsewhere = f"https://{settings.shown_host}:{settings.https_port}"
    return f"{settings.url if settings.loopback_only else elsewhere}/setup?token={settings.setup_token}"


def numeric(host: str) -> str:
    """A name that was given for `--host` as an address, since SIP and RTP bind to addresses only."""
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:
        raise ports.AddressMissing(host=host, option="--host") from error
    return str(found[0][4][0])


def shown_addresses(host: str) -> list[str]:
    """Where other machines reach us: all our IPv4 addresses when we listen on all of them."""
    if host != "0.0.0.0":  # noqa: S104 - compared, not bound
        return [host]
    return store.own_ipv4()[:3]
