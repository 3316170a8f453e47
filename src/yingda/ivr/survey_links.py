"""The survey behind a link, for callers who hung up before it: the setting, the token, the questions, the answer.

The token is the call's id and its last second, signed with the site key: nothing is kept for a link that is not used,
and nothing about the caller stands in it.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import select

from yingda.calls.models import CallRow
from yingda.ivr import form
from yingda.ivr.models import BY_LINK, Flow, SurveyAnswer
from yingda.ivr.surveys import who_served
from yingda.notify.models import ChannelRow
from yingda.notify.ports import personal
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.outside import get_outside, is_safe_url
from yingda.org.sealing import Seal
from yingda.org.site import get_setting, put_setting
from yingda.store.engine import Uow
from yingda.store.upsert import insert_missing

LASTS_MS: Final = 3 * 86_400_000
MOST: Final = 10  # questions on one page
_KEY: Final = "survey_links"
_PURPOSE: Final = "survey-link"
_BODY: Final = struct.Struct(">QI")  # call id, last second
_MARK: Final = 12  # bytes of the signature: the whole token has 32 characters, an SMS is short


@dataclass(frozen=True, kw_only=True)
class SurveyLinks:
    """`channel_id`: the SMS channel they go by, None: none are sent. `page_url`: how customers reach us."""

    channel_id: int | None = None
    page_url: str = ""


@dataclass(frozen=True)
class Question:
    """`marks`: (score, key) from best to worst, each score once."""

    name: str
    marks: tuple[tuple[int, str], ...]


async def get_links(u: Uow) -> SurveyLinks:
    """The page's address is that of the log-in by a provider where none is set here."""
    kept = await get_setting(u, _KEY, {})
    channel = str(kept.get("channel_id") or "")
    return SurveyLinks(channel_id=int(channel) if channel else None,
                       page_url=str(kept.get("page_url") or (await get_outside(u)).oidc.page_url))


async def save_links(u: Uow, actor: Actor, wanted: SurveyLinks) -> SurveyLinks:
    """Raises Invalid."""
    checks = Checks()
    url = checks.text("page_url", wanted.page_url.strip().rstrip("/"), 100, empty=wanted.channel_id is None)
    if url and not is_safe_url(url):
        checks.fail("page_url", "not_https")
    elif url and (urlsplit(url).path or urlsplit(url).query or urlsplit(url).fragment):
        checks.fail("page_url", "malformed")
    if wanted.channel_id is not None and await sms_channel(u, wanted.channel_id) is None:
        checks.fail("channel_id", "unknown")
    checks.done()
    await put_setting(u, actor, _KEY, {"channel_id": str(wanted.channel_id or ""), "page_url": url})
    return await get_links(u)


async def sms_channel(u: Uow, channel_id: int) -> ChannelRow | None:
    """The channel, when it is in use and reaches a single telephone."""
    row = await u.get(ChannelRow, channel_id)
    return row if row is not None and row.active and personal(row.kind) == "mobile" else None


def token_of(seal: Seal, call_id: int, ends_at: int) -> str:
    """`ends_at`: UTC ms."""
    body = _BODY.pack(call_id, ends_at // 1000)
    return urlsafe_b64encode(body + seal.sign(_PURPOSE, body)[:_MARK]).decode()


def read_token(seal: Seal, token: str) -> tuple[int, int] | None:
    """(call id, UTC ms until when it counts), None for one that was not made here."""
    try:
        whole = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return None
    body, mark = whole[:_BODY.size], whole[_BODY.size:]
    if len(whole) != _BODY.size + _MARK or urlsafe_b64encode(whole).decode() != token or not compare_digest(
            mark, seal.sign(_PURPOSE, body)[:_MARK]):
        return None
    call_id, ends = _BODY.unpack(body)
    return call_id, ends * 1000


def url_of(seal: Seal, page_url: str, call_id: int, sent_at: int) -> str:
    return f"{page_url}/s/{token_of(seal, call_id, sent_at + LASTS_MS)}"


def questions(document: Mapping[str, Any] | None) -> tuple[Question, ...]:
    """Those that every caller hears who goes straight on, in their order. What hangs on keys or rules is left out."""
    if not document:
        return ()
    nodes, at = document.get("nodes", {}), str(document.get("start", ""))
    found: dict[str, Question] = {}
    passed: set[str] = set()
    while at in nodes and at not in passed and len(found) < MOST:
        passed.add(at)
        try:
            node = msgspec.convert(nodes[at], form.Node)
        except msgspec.ValidationError:
            break
        if node.kind == "survey" and node.answers:
            marks = {score: key for key, score in sorted(node.answers.items(), reverse=True)}
            found.setdefault(node.question, Question(node.question, tuple(sorted(marks.items(), reverse=True))))
        at = form.exits(node).get("next", "")
    return tuple(found.values())


async def is_answered(u: Uow, call_id: int) -> bool:
    """By keys or by the link."""
    return (await u.execute(select(SurveyAnswer.n).where(
        SurveyAnswer.call_id == call_id, SurveyAnswer.score.is_not(None)).limit(1))).first() is not None


async def answer(u: Uow, call_id: int, flow: Flow, keys: Mapping[str, str], at: int) -> list[dict[str, Any]]:
    """Keep the keys that were chosen, by question; [] when the call has its answer already, or one is missing."""
    await u.execute(select(CallRow.id).where(CallRow.id == call_id).with_for_update())  # one after the other
    asked = questions(flow.nodes)
    given = {one.name: {key: score for score, key in one.marks}.get(keys.get(one.name, "")) for one in asked}
    if not asked or None in given.values() or await is_answered(u, call_id):
        return []
    served = await who_served(u, call_id)
    rows = [{"call_id": call_id, "n": BY_LINK + n, "at": at, "flow_id": flow.id, "question": one.name,
             "key": keys[one.name], "score": given[one.name]} | served for n, one in enumerate(asked)]
    await insert_missing(u, SurveyAnswer, rows)
    return rows
