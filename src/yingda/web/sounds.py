"""The sounds that flows may name, by language, with what they say: shipped ones and own prompts."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from yingda.prompts import repo
from yingda.store.engine import Uow
from yingda.telephony.switch.config import SHIPPED_SOUNDS


@lru_cache(maxsize=1)
def shipped() -> dict[str, frozenset[str]]:
    """Names as flows write them ("yd/welcome"), by language."""
    return {language: frozenset(f"yd/{file.stem}" for file in (SHIPPED_SOUNDS / language / "yd").glob("*.wav"))
            for language in ("zh", "en")}


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """What the shipped sounds say: {name: {language: text}}."""
    prompts: dict[str, Any] = json.loads((SHIPPED_SOUNDS / "prompts.json").read_text(encoding="utf-8"))["prompts"]
    return {f"yd/{name}": {language: str(said) for language, said in by.items() if isinstance(said, str)}
            for name, by in prompts.items() if isinstance(by, dict)}


async def playable(u: Uow) -> dict[str, frozenset[str]]:
    """Names as flows write them, by language: shipped ones and own prompts that are in use."""
    own = await repo.known_keys(u)
    return {language: names | own.get(language, frozenset()) for language, names in shipped().items()}
