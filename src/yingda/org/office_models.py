"""Tables of the office telephone: ways out, who may call what, extension features, conference rooms."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base, Json


class Route(Base):
    """A way out: calls of these classes (or beginning so) go by these trunks, in this order. Lowest position first."""

    __tablename__ = "route"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    classes: Mapped[list[str]] = mapped_column(Json, default=list)
    prefix: Mapped[str] = mapped_column(default="")
    trunk_ids: Mapped[list[str]] = mapped_column(Json, default=list)
    active: Mapped[bool] = mapped_column(default=True)


class CallingRule(Base):
    """What somebody may call. `subject`: "role:agent", "phone" (a phone that is nobody's), "person:<id>", "queue:<id>",
    "extension_group:<id>".
    """

    __tablename__ = "calling_rule"

    subject: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[dict[str, Any]] = mapped_column(Json)


class ExtensionFeature(Base):
    """Forwarding and do-not-disturb of one extension; written by the worker from the engine's journal."""

    __tablename__ = "extension_feature"

    extension: Mapped[str] = mapped_column(primary_key=True)
    features: Mapped[dict[str, Any]] = mapped_column(Json)
    changed_at: Mapped[int]


class ConferenceRoom(Base):
    """A room that people dial into. The PINs are sealed with the site key; "" = none wanted."""

    __tablename__ = "conference_room"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    pin_sealed: Mapped[str] = mapped_column(default="")
    moderator_pin_sealed: Mapped[str] = mapped_column(default="")
    capacity: Mapped[int] = mapped_column(default=10)
    tones: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
