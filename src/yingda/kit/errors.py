"""The base of everything that can go wrong in a way the user should read."""

from __future__ import annotations

from typing import ClassVar


class YingdaError(Exception):
    """A foreseen refusal.

    `code` is stable and is the key of the translated sentence (`errors.<code>`); `params` fill its places;
    `fields` name the inputs that are wrong: {"field": "code of the field error"}.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, fields: dict[str, str] | None = None, **params: str | int) -> None:
        super().__init__(self.code)
        self.params: dict[str, str | int] = params
        self.fields: dict[str, str] = fields or {}


class Refused(YingdaError):
    """A refusal known only by its code, e.g. one that another process sent."""

    def __init__(self, code: str, status: int = 409, fields: dict[str, str] | None = None,
                 **params: str | int) -> None:
        super().__init__(fields, **params)
        self.code = code  # type: ignore[misc]
        self.status = status  # type: ignore[misc]
