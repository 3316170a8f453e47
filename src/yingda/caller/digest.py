"""Digest access authentication (RFC 7616, and RFC 2617 for old switches): MD5 and SHA-256. Pure."""

from __future__ import annotations

import hashlib
import re

_PART = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASH = {"md5": "md5", "md5-sess": "md5", "sha-256": "sha256", "sha-256-sess": "sha256"}


class Unanswerable(ValueError):
    """A challenge in a scheme or algorithm that we do not speak."""


def challenge_parts(challenge: str) -> dict[str, str]:
    scheme, _, rest = challenge.strip().partition(" ")
    if scheme.lower() != "digest":
        raise Unanswerable(f"scheme {scheme[:20]}")
    return {key.lower(): quoted or plain for key, quoted, plain in _PART.findall(rest)}


def strongest(challenges: list[str]) -> str:
    """The challenge to answer when several are offered: SHA-256 before MD5. Raises `Unanswerable` for none."""
    best, best_rank = "", 0
    for challenge in challenges:
        try:
            algorithm = challenge_parts(challenge).get("algorithm", "MD5").lower()
        except Unanswerable:
            continue
        rank = 2 if algorithm.startswith("sha-256") else 1 if algorithm in _HASH else 0
        if rank > best_rank:
            best, best_rank = challenge, rank
    if not best:
        raise Unanswerable("no digest challenge with MD5 or SHA-256")
    return best


def authorization(challenge: str, *, method: str, uri: str, user: str, secret: str, client_nonce: str,
                  count: int = 1) -> str:
    """The value of Authorization for one challenge. Raises `Unanswerable`."""
    said = challenge_parts(challenge)
    algorithm = said.get("algorithm", "MD5")
    if algorithm.lower() not in _HASH:
        raise Unanswerable(f"algorithm {algorithm[:20]}")
    realm, nonce = said.get("realm", ""), said.get("nonce", "")

    def digest(text: str) -> str:
        return hashlib.new(_HASH[algorithm.lower()], text.encode(), usedforsecurity=False).hexdigest()

    first = digest(f"{user}:{realm}:{secret}")
    if algorithm.lower().endswith("-sess"):
        first = digest(f"{first}:{nonce}:{client_nonce}")
    second = digest(f"{method}:{uri}")
    parts = [f'username="{user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"', f"algorithm={algorithm}"]
    qualities = [word.strip().lower() for word in said.get("qop", "").split(",") if word.strip()]
    if qualities:
        if "auth" not in qualities:
            raise Unanswerable("qop without auth")
        number = f"{count:08x}"
        response = digest(f"{first}:{nonce}:{number}:{client_nonce}:auth:{second}")
        parts += ["qop=auth", f"nc={number}", f'cnonce="{client_nonce}"']
    else:
        response = digest(f"{first}:{nonce}:{second}")
    parts.append(f'response="{response}"')
    if "opaque" in said:
        parts.append(f'opaque="{said["opaque"]}"')
    return "Digest " + ", ".join(parts)
