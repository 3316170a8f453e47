"""URL pop 网址弹屏: the page of another system that an agent opens for the call at hand.

The administrator writes an address with place holders. The server puts the values in, so that whoever may not see a
number whole never gets it, not in an address either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal, get_args
from urllib.parse import quote

from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.site import get_setting, put_setting
from yingda.store.engine import Uow

HOLDERS: Final = ("number", "call_id", "called", "queue", "queue_name", "agent", "customer_id")
LONGEST: Final = 1_000  # characters of the template
LONGEST_NAME: Final = 20
Opens = Literal["ring", "answer", "button"]
_HOLDER: Final = re.compile(r"\{([^{}]*)\}")
_PARTS: Final = re.compile(r"https?://([^/?#]*)(.*)", re.IGNORECASE)
_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[^@:{}\[\]]+)(:[0-9]{1,5})?", re.IGNORECASE)


@dataclass(frozen=True)
class UrlPop:
    """`address` with place holders, "" = none. `opens`: by itself at the ring or the answer, or only by the button.
    `new_tab`: the button opens a tab of its own for each call; else one window serves all calls."""

    address: str = ""
    name_zh: str = ""
    name_en: str = ""
    opens: Opens = "button"
    new_tab: bool = False


def fault(address: str) -> str:
    """The code of what is wrong with a template, "" when nothing is. `ui/src/rooms/settings/url-pop.ts` says the same
    while one types. Pure."""
    if len(address) > LONGEST:
        return "too_long"
    if any(ch in " \\" or not ch.isprintable() for ch in address):
        return "malformed"
    parts = _PARTS.fullmatch(address)
    if parts is None:
        return "address_scheme"
    if _HOST.fullmatch(parts[1]) is None:  # neither a value nor a password says where the page is
        return "address_host"
    left = _HOLDER.sub(lambda found: "" if found[1] in HOLDERS else "{", parts[2])
    return "address_holder" if "{" in left or "}" in left else ""


def render(address: str, values: Mapping[str, str]) -> str:
    """The address with the values in it, each encoded so that it stays one value. Pure."""
    return _HOLDER.sub(lambda found: quote(values.get(found[1], ""), safe=""), address)


async def get_url_pop(u: Uow) -> UrlPop:
    """What holds; no address when nobody has set anything."""
    return UrlPop(**await get_setting(u, "url_pop", {}))


async def save_url_pop(u: Uow, actor: Actor, pop: UrlPop) -> None:
    """Raises Invalid."""
    checks = Checks()
    wrong = fault(pop.address) if pop.address else ""
    if wrong:
        checks.fail("address", wrong)
    checks.text("name_zh", pop.name_zh, LONGEST_NAME, empty=True)
    checks.text("name_en", pop.name_en, LONGEST_NAME, empty=True)
    checks.one_of("opens", pop.opens, get_args(Opens))
    checks.done()
    await put_setting(u, actor, "url_pop", asdict(pop))
