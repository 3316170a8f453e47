"""Telephones that set themselves up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from yingda.web.shapes.common import Edited, Id, In, Ms, Out, Short


class HandsetIn(In):
    """`mac`: of a desk phone, with or without colons; empty for a program on a mobile."""

    make: Literal["yealink", "fanvil", "grandstream", "linphone", "wave"]
    mac: Annotated[Short, StringConstraints(max_length=24)] = ""


class HandsetOut(Edited, Out):
    edits = HandsetIn

    extension_id: Id
    make: str
    mac: str
    open_until: Ms  # until then the phone may take its settings; 0 or past: the address is used up
    taken_at: Ms
    taken_from: str


class HandsetOpened(Out):
    """Shown once. `url`: what the phone is told as the address of its settings, "" where the code holds all."""

    handset: HandsetOut
    url: str
    file: str  # what the phone asks for at that address
    qr: str  # SVG, for programs with a camera; "" for desk phones
