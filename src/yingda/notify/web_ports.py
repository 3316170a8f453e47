"""Channels over HTTP: SMS by the operator's own template, and the group robots of WeCom and DingTalk."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus

import aiohttp

from yingda.notify.ports import Field, NotSent

TIMEOUT_S: Final = 15.0
_MOST: Final = 100_000  # bytes read of an answer


async def _ask(method: str, url: str, *, content: str | None, headers: Mapping[str, str]) -> str:
    """The answer's text. Raises NotSent for anything but 2xx. Follows no redirect: secrets stand in addresses."""
    if not url.startswith(("http://", "https://")):
        raise NotSent(reason="http:// or https:// expected")
    try:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.request(
                method, url, data=content, headers=dict(headers), allow_redirects=False) as answer:
            told = (await answer.content.read(_MOST)).decode("utf-8", "replace")
            if not 200 <= answer.status < 300:
                raise NotSent(reason=f"HTTP {answer.status} {told[:120]}".strip())
            return told
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        # an error's text may hold the address, and with it the robot's key
        raise NotSent(reason=type(error).__name__) from None


async def _robot(url: str, message: Mapping[str, Any]) -> None:
    """Both robots answer 200 with `errcode`, 0 when they took it."""
    told = await _ask("POST", url, content=json.dumps(message, ensure_ascii=False),
                      headers={"Content-Type": "application/json; charset=utf-8"})
    try:
        answer = json.loads(told)
        code = answer.get("errcode")
    except (ValueError, AttributeError):
        raise NotSent(reason=told[:120]) from None
    if code != 0:
        raise NotSent(reason=f"{code} {answer.get('errmsg', '')}"[:200])


class WeCom:
    """Group robot: https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…, 20 messages a minute."""

    kind = "wecom"
    fields = (Field("url", secret=True), Field("mention", required=False))

    async def send(self, values: Mapping[str, str], title: str, body: str) -> None:
        people = [word.strip() for word in values.get("mention", "").split(",") if word.strip()]
        content = f"{title}\n{body}".strip()[:2000]  # the robot takes 2048 bytes of text at the least
        await _robot(values["url"], {"msgtype": "text", "text": {"content": content, "mentioned_mobile_list": people}})


class DingTalk:
    """Group robot with signature: sign = Base64(HMAC-SHA256(secret, timestamp + newline + secret))."""

    kind = "dingtalk"
    fields = (Field("url", secret=True), Field("secret", secret=True, required=False))

    async def send(self, values: Mapping[str, str], title: str, body: str) -> None:
        url = values["url"]
        if secret := values.get("secret"):
            stamp = str(time.time_ns() // 1_000_000)
            mark = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
            joint = "&" if "?" in url else "?"
            url += f"{joint}timestamp={stamp}&sign={quote_plus(base64.b64encode(mark))}"
        await _robot(url, {"msgtype": "text", "text": {"content": f"{title}\n{body}".strip()[:5000]}})


class Sms:
    """Any provider with an HTTP interface: address and body are templates with {to} {title} {text} {secret}.

    In a JSON body the values are escaped for JSON, in an address and a form for URLs. One request per number.
    `success`: what the answer must contain, empty: any 2xx will do.
    """

    kind = "sms"
    personal = "mobile"
    fields = (
        Field("url"), Field("method", preset="POST", choices=("POST", "GET")),
        Field("content_type", preset="application/json", choices=("application/json",
                                                                  "application/x-www-form-urlencoded")),
        Field("body", long=True, required=False, preset='{"mobile": "{to}", "content": "{text}"}'),
        Field("headers", long=True, required=False), Field("secret", secret=True, required=False), Field("to"),
        Field("success", required=False),
    )

    async def send(self, values: Mapping[str, str], title: str, body: str) -> None:
        kind = values.get("content_type") or "application/json"
        method = values.get("method") or "POST"
        for number in [word.strip() for word in values["to"].replace(";", ",").split(",") if word.strip()]:
            places = {"to": number, "title": title, "text": f"{title} {body}".strip()[:500],
                      "secret": values.get("secret", "")}
            headers = {"Content-Type": kind, **_headers(values.get("headers", ""), places)}
            content = None if method == "GET" else _fill(values.get("body", ""), places, _escape_for(kind))
            told = await _ask(method, _fill(values["url"], places, lambda word: quote(word, safe="")),
                              content=content, headers=headers)
            wanted = values.get("success", "")
            if wanted and wanted not in told:
                raise NotSent(reason=told[:200])


def _escape_for(content_type: str) -> Any:
    if "json" in content_type:
        return lambda word: json.dumps(word, ensure_ascii=False)[1:-1]
    return quote_plus


def _fill(template: str, places: Mapping[str, str], escape: Any) -> str:
    """Only our own places are filled: other braces belong to the provider's JSON."""
    for name, value in places.items():
        template = template.replace("{" + name + "}", escape(value))
    return template


def _headers(lines: str, places: Mapping[str, str]) -> dict[str, str]:
    """One "Name: value" a line."""
    found: dict[str, str] = {}
    for line in lines.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip():
            found[name.strip()] = _fill(value.strip(), places, lambda word: word.replace("\r", "").replace("\n", " "))
    return found


WECOM: Final = WeCom()
DINGTALK: Final = DingTalk()
SMS: Final = Sms()
