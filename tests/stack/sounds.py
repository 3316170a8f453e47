"""Prompts and music of the tests: steady tones, uploaded as an administrator uploads a file."""

from __future__ import annotations

import numpy as np

from tests.stack.client import Api, Entity
from yingda.prompts.audio import wave_file


async def draft(api: Api, hertz: int, seconds: float, music: bool = False) -> str:
    """A tone as a draft; its id."""
    at = np.arange(int(16_000 * seconds)) / 16_000
    body = wave_file((6000 * np.sin(2 * np.pi * hertz * at)).astype("<i2"), 16_000)
    url = f"{api.product.settings.url}/api/v1/prompts/drafts?music={str(music).lower()}"
    async with api.session.post(url, data=body, headers=api.headers) as answer:
        made: Entity = await answer.json()
        assert answer.status == 201, made
        return str(made["id"])
