"""What the follow-up refuses."""

from __future__ import annotations

from yingda.kit.errors import YingdaError


class ItemOver(YingdaError):
    """The item was closed, or cleared itself, meanwhile."""

    code = "item_over"
    status = 409


class ItemTaken(YingdaError):
    """A colleague has claimed it."""

    code = "item_taken"
    status = 409


class ItemOpenElsewhere(YingdaError):
    """The number has another open item, so an old one cannot be opened again."""

    code = "item_open_elsewhere"
    status = 409
