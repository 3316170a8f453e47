"""Shapes of prompts and music."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from yingda.web.shapes.common import Id, In, Ms, Name, Out, several_lines

Language = Literal["zh", "en"]
Origin = Literal["upload", "browser"]
DraftId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Spoken = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000),
                   AfterValidator(several_lines)]


class UseOut(Out):
    """A place that plays it: flow | queue | number | extension."""

    kind: str
    id: Id
    name: str


class TakeOut(Out):
    """One version in one language. `id` null: it came with the product."""

    id: Id | None
    language: str
    version: int
    current: bool
    origin: str  # upload | browser | phone | tts | shipped
    text: str
    duration_ms: int
    level_db: float | None
    created_at: Ms
    created_by_name: str


class PromptOut(Out):
    """`takes`: what callers hear now, one per language."""

    id: Id | None  # null: shipped, not replaced
    key: str
    name: str
    shipped: bool
    archived: bool
    takes: list[TakeOut]
    used_by: list[UseOut]


class DraftOut(Out):
    id: str
    origin: str
    text: str
    duration_ms: int
    level_db: float
    peaks: dict[str, Any]


class PhoneTakeOut(Out):
    call_id: str


class SpeakIn(In):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600),
                    AfterValidator(several_lines)]
    language: Language
    speaker: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{0,64}$")] = ""
    speed: Annotated[float, Field(ge=0.7, le=1.3)] = 0.95


class TakeIn(In):
    draft: DraftId
    language: Language
    text: Spoken = ""


class PromptIn(TakeIn):
    name: Name
    replaces: Annotated[str, StringConstraints(max_length=64)] = ""  # key of a shipped prompt


class PromptChange(In):
    name: Name
    archived: bool = False


class SpeakerOut(Out):
    id: str
    name: str
    sex: str
    engine: str


class VoicesOut(Out):
    """`languages`: what can be spoken now; empty: no engine is installed (`command` installs one)."""

    languages: dict[str, list[SpeakerOut]]
    command: str


class TrackOut(Out):
    id: Id
    name: str
    duration_ms: int
    created_at: Ms


class MusicOut(Out):
    """`id` null: the music that came with the product, key "default"."""

    id: Id | None
    key: str
    name: str
    tracks: list[TrackOut]
    used_by: list[UseOut]


class MusicIn(In):
    name: Name


class TrackIn(In):
    draft: DraftId
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]
