"""Phones and trunks, pushed to the switch at run time: no file is edited and nothing is reloaded.

The switch keeps them in memory only; after its restart they are pushed again. A phone's secret leaves here as a
digest (user:realm:secret), so that what can be read back over ARI is not the secret itself. A trunk's secret must
go in clear, since the carrier's realm is not known beforehand.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from yingda.telephony.ari import frames
from yingda.telephony.ari.client import AriClient, piece
from yingda.telephony.errors import AccountInvalid, AccountRefused
from yingda.telephony.port import PhoneAccount, TrunkAccount
from yingda.telephony.switch.config import REALM
from yingda.telephony.switch.dialplan import PHONE_CONTEXT, TRUNK_CONTEXT

Fields: TypeAlias = dict[str, str]
Objects: TypeAlias = list[tuple[str, Fields]]  # (type, fields) in the order in which they must be made

_NAME = re.compile(r"[0-9a-zA-Z_-]{1,60}")
_HOST = re.compile(r"[0-9a-zA-Z_.-]{1,200}(:\d{1,5})?")
_MATCH = re.compile(r"[0-9a-zA-Z_.:/\[\]-]{1,200}")
_USER = re.compile(r"[!-~]{1,120}")
_NOT_SHOWN = re.compile(r'[\x00-\x1f\x7f"<>\\;,]')
PARALLEL = 8
_MARK_FIELD = "voicemail_extension"  # free text that we have no other use for: holds the digest of the account


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. `rtp_*`: a leg whose media stays away for so long is hung up (cause 44); 0 means never."""

    qualify: int = 30
    rtp_browser: int = 15
    rtp_phone: int = 30
    rtp_trunk: int = 30
    rtp_hold: int = 1800
    loopback_media: bool | None = None  # browsers' media on 127.0.0.1; None: as the switch was configured


def phone_objects(account: PhoneAccount, tuning: Tuning) -> Objects:
    """auth, aor and endpoint of a SIP or browser phone. Raises AccountInvalid."""
    name = account.endpoint
    _check(name, "endpoint", name, _NAME)
    digest = hashlib.md5(f"{name}:{REALM}:{account.secret}".encode(), usedforsecurity=False).hexdigest()
    auth = {"auth_type": "digest", "username": name, "realm": REALM, "password_digest": f"MD5:{digest}"}
    aor = {
        "max_contacts": "1", "remove_existing": "yes", "remove_unavailable": "yes", "minimum_expiration": "30",
        "default_expiration": "120", "maximum_expiration": "600", "qualify_frequency": str(tuning.qualify),
        "qualify_timeout": "3.0", "support_path": "no",
    }
    number = name.removeprefix("web-") if account.browser else name
    shown = _NOT_SHOWN.sub("", account.display_name).strip()[:80]
    endpoint = {
        "context": PHONE_CONTEXT, "disallow": "all", "allow": "alaw,ulaw,opus" if account.browser else "alaw,ulaw",
        "auth": name, "aors": name, "identify_by": "username", "callerid": f'"{shown}" <{number}>',
        "direct_media": "no", "rtp_timeout_hold": str(tuning.rtp_hold), "allow_subscribe": "no",
        "send_connected_line": "no", "trust_connected_line": "no", "rtp_symmetric": "yes", "force_rport": "yes",
        "rewrite_contact": "yes", "dtmf_mode": "auto_info",
    }  # no set_var: an endpoint that has one can never be changed again over ARI (500 "Allocation failed")
    if account.browser:
        endpoint |= {"webrtc": "yes", "rtp_timeout": str(tuning.rtp_browser)}
        if tuning.loopback_media:
            endpoint |= {"media_address": "127.0.0.1", "bind_rtp_to_media_address": "yes"}
    else:
        endpoint |= {"webrtc": "no", "rtp_timeout": str(tuning.rtp_phone)}
    return [("auth", auth), ("aor", aor), ("endpoint", endpoint)]


def trunk_objects(trunk: TrunkAccount, tuning: Tuning) -> Objects:
    """aor, auth, endpoint, identify and registration of a trunk, as far as it has them. Raises AccountInvalid.

    A trunk is known by its address alone (`identify_by=ip`): its name in a From header opens nothing.
    """
    name = trunk.trunk
    _check(name, "trunk", name, _NAME)
    for value in trunk.match:
        _check(name, "match", value, _MATCH)
    aor = {"max_contacts": "0", "qualify_frequency": "60" if trunk.host else "0", "qualify_timeout": "3.0"}
    endpoint = {
        "context": TRUNK_CONTEXT, "disallow": "all", "allow": "alaw,ulaw", "aors": name, "identify_by": "ip",
        "direct_media": "no", "rtp_timeout": str(tuning.rtp_trunk), "rtp_timeout_hold": str(tuning.rtp_hold),
        "rtp_symmetric": "yes", "force_rport": "yes", "dtmf_mode": "auto", "trust_id_inbound": "yes",
        "send_pai": "yes", "send_connected_line": "no", "trust_connected_line": "no", "allow_subscribe": "no",
        "allow_transfer": "no",
    }
    objects: Objects = []
    if trunk.host:
        _check(name, "host", trunk.host, _HOST)
        aor["contact"] = f"sip:{trunk.host}"
    if trunk.username:
        _check(name, "username", trunk.username, _USER)
        objects.append(("auth", {"auth_type": "digest", "username": trunk.username, "password": trunk.secret}))
        endpoint |= {"outbound_auth": name, "from_user": trunk.username}
    objects += [("aor", aor), ("endpoint", endpoint)]
    if trunk.match:
        objects.append(("identify", {"endpoint": name, "match": ",".join(trunk.match)}))
    if trunk.register:
        if not (trunk.host and trunk.username):
            raise AccountInvalid({"register": "needs_host_and_user"}, name=name)
        objects.append(("registration", {
            "server_uri": f"sip:{trunk.host}", "client_uri": f"sip:{trunk.username}@{trunk.host}",
            "contact_user": trunk.username, "outbound_auth": name, "expiration": "300", "retry_interval": "20",
            "forbidden_retry_interval": "300", "max_retries": "1000000", "max_random_initial_delay": "0",
            "auth_rejection_permanent": "no",
        }))
    return objects


def _check(name: str, field: str, value: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(value):
        raise AccountInvalid({field: "invalid"}, name=name)


class Endpoints:
    """What the switch has been told. Calls for one name do not overlap; different names run side by side."""

    def __init__(self, client: AriClient, tuning: Tuning) -> None:
        self._client = client
        self._tuning = tuning
        self._pushed: dict[str, Objects] = {}
        self._changed: set[str] = set()  # names, until `changed` has told of them
        self._blank = False  # the switch has been started and was told nothing yet
        self._turn = asyncio.Lock()

    def forget(self) -> None:
        """The switch started anew and knows nothing."""
        self._pushed.clear()
        self._blank = True

    def use_loopback(self, on: bool) -> None:
        """What the switch says of itself; an explicit `Tuning.loopback_media` stands above it."""
        if self._tuning.loopback_media is None:
            self._tuning = msgspec.structs.replace(self._tuning, loopback_media=on)

    async def replace(self, phones: Sequence[PhoneAccount], trunks: Sequence[TrunkAccount]) -> list[frames.Endpoint]:
        """Make exactly these exist. Objects that did not change are not sent again.

        After a restart of the switch the answer is the endpoints that are reachable by a registration from before
        it; at other times it is empty.
        """
        wanted = {one.endpoint: phone_objects(one, self._tuning) for one in phones}
        wanted |= {one.trunk: trunk_objects(one, self._tuning) for one in trunks}
        async with self._turn:
            found = frames.endpoints_decoder.decode(await self._client.get("/endpoints"))
            known = {one.resource for one in found if one.technology == "PJSIP"}
            gate = asyncio.Semaphore(PARALLEL)

            async def put(name: str) -> None:
                async with gate:
                    await self._put(name, wanted[name], name in known)

            async def drop(name: str) -> None:
                async with gate:
                    await self._drop(name)

            await asyncio.gather(*(drop(name) for name in sorted(known - set(wanted))))
            results = await asyncio.gather(*(put(name) for name in sorted(wanted)), return_exceptions=True)
            survivors = await self._survivors(wanted) if self._blank else []
        for result in results:  # one bad account keeps none of the others from working
            if isinstance(result, BaseException):
                raise result
        return survivors

    def changed(self) -> list[str]:
        """Accounts that the switch has had otherwise, or not at all, since this was last asked."""
        names, self._changed = sorted(self._changed), set()
        return names

    async def _survivors(self, wanted: dict[str, Objects]) -> list[frames.Endpoint]:
        """Who is registered from before the restart. The switch says so only while a phone is not to be asked
        (qualify) or when it has answered; so the asking begins after this look."""
        found = frames.endpoints_decoder.decode(await self._client.get("/endpoints"))
        self._blank = False
        for name, objects in wanted.items():
            for kind, fields in objects:
                if kind == "aor" and fields["qualify_frequency"] != "0":
                    body = {"fields": [{"attribute": "qualify_frequency", "value": fields["qualify_frequency"]}]}
                    await self._client.call("PUT", _path("aor", name), body)
        return [one for one in found if one.state == "online"]

    async def put(self, account: PhoneAccount) -> None:
        objects = phone_objects(account, self._tuning)
        async with self._turn:
            await self._put(account.endpoint, objects, True)

    async def drop(self, name: str) -> None:
        _check(name, "endpoint", name, _NAME)
        async with self._turn:
            await self._drop(name)

    async def _put(self, name: str, objects: Objects, exists: bool) -> None:
        """Push one account unless the switch has it already: the mark says so, even after our own restart."""
        if exists and self._pushed.get(name) == objects:
            return
        self._pushed.pop(name, None)
        mark = _mark(objects)
        if not (exists and await self._read_mark(name) == mark):
            await self._push(name, objects, mark, exists)
            self._changed.add(name)
        self._pushed[name] = objects

    async def _push(self, name: str, objects: Objects, mark: str, exists: bool) -> None:
        stale = ["registration", "identify", "auth"]
        trunk = all("callerid" not in fields for _, fields in objects)
        if trunk:
            stale.append("endpoint")  # merging turns "no caller id" into the literal number "unknown"
            stale.append("aor")  # merging adds the new host's contact to the old one: calls would go on to the old host
        # a trunk that was replaced a moment ago may be missing from the switch's list though it is there
        if exists or trunk:
            for kind in stale:
                await self._client.call("DELETE", _path(kind, name))
        for kind, fields in objects:
            extra = {_MARK_FIELD: mark} if kind == "endpoint" else {}
            if kind == "aor" and self._blank:
                extra = {"qualify_frequency": "0"}
            body = {"fields": [{"attribute": key, "value": value} for key, value in {**fields, **extra}.items()]}
            status, answer = await self._client.call("PUT", _path(kind, name), body)
            if status >= 300:
                reason = f"{status} {answer[:200].decode('utf-8', 'replace')}"
                raise AccountRefused(name=name, kind=kind, reason=reason)

    async def _read_mark(self, name: str) -> str:
        status, answer = await self._client.call("GET", _path("endpoint", name))
        if status != 200:
            return ""
        fields = msgspec.json.decode(answer, type=tuple[frames.Attribute, ...])
        return next((one.value for one in fields if one.attribute == _MARK_FIELD), "")

    async def _drop(self, name: str) -> None:
        self._pushed.pop(name, None)
        for kind in ("registration", "identify", "endpoint", "aor", "auth"):
            await self._client.call("DELETE", _path(kind, name))


def _path(kind: str, name: str) -> str:
    # The class in the URL is always res_pjsip, whatever section of sorcery.conf the type belongs to.
    return f"/asterisk/config/dynamic/res_pjsip/{kind}/{piece(name)}"


def _mark(objects: Objects) -> str:
    return "yd" + hashlib.sha256(msgspec.json.encode(objects)).hexdigest()[:24]
