"""What can go wrong in the store and its rooms' repositories in general."""

from __future__ import annotations

from yingda.kit.errors import YingdaError


class DatabaseTooNew(YingdaError):
    code = "database_too_new"
    status = 500


class NotFound(YingdaError):
    """`kind`: what was looked for, `id`: by which id or number."""

    code = "not_found"
    status = 404


class Invalid(YingdaError):
    """Inputs are wrong; see `fields`."""

    code = "invalid"
    status = 422


class Taken(YingdaError):
    """A value that must be unique exists already; see `fields`."""

    code = "taken"
    status = 409
