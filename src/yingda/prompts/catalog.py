"""The prompts that came with the product: names, texts and lengths, read once from the sound folder."""

from __future__ import annotations

import json
import wave
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Shipped:
    """`texts` and `durations_ms` by language."""

    key: str  # "yd/welcome"
    texts: dict[str, str]
    durations_ms: dict[str, int]


@lru_cache(maxsize=4)
def shipped(sounds: Path) -> dict[str, Shipped]:
    """By key, in the order of `prompts.json`. Single words and digits, from which numbers are spoken, are left out."""
    book: dict[str, Any] = json.loads((sounds / "prompts.json").read_text(encoding="utf-8"))
    found: dict[str, Shipped] = {}
    for name, entry in book["prompts"].items():
        texts = {language: entry[language] for language in ("zh", "en") if language in entry}
        lengths = {language: _duration(sounds / language / "yd" / f"{name}.wav") for language in texts}
        found[f"yd/{name}"] = Shipped(f"yd/{name}", texts, {k: v for k, v in lengths.items() if v})
    return found


def _duration(path: Path) -> int:
    try:
        with wave.open(str(path)) as file:
            frames, rate = int(file.getnframes()), int(file.getframerate())
    except (OSError, EOFError, wave.Error):
        return 0
    return frames * 1000 // rate
