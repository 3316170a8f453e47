"""Backups in the browser."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from yingda.web.shapes.common import Edited, In, Ms, Out

Passphrase = Annotated[str, StringConstraints(max_length=200, pattern=r"^(.{8,})?$")]


class BackupSettingsIn(In):
    on: bool = True
    hour: Annotated[int, Field(ge=0, le=23)] = 3  # of the site's day
    keep: Annotated[int, Field(ge=1, le=365)] = 14
    encrypt: bool = False
    passphrase: Passphrase = ""  # "": the one that is kept stays


class BackupIn(In):
    """`passphrase` "": not encrypted."""

    passphrase: Passphrase = ""
    recordings: bool = False


class BackupOut(Out):
    name: str
    kind: str  # hand | nightly | upgrade
    at: Ms
    size: int  # bytes
    sealed: bool  # with a passphrase


class BackupsOut(Edited, Out):
    """`making`: one is being made by hand. `failed`: why the last one by hand was not made, "" otherwise."""

    edits = BackupSettingsIn

    items: list[BackupOut]
    making: bool
    failed: str
    on: bool
    hour: int
    keep: int
    encrypt: bool
    passphrase_set: bool  # it goes in and never comes out
