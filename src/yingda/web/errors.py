"""Everything that the web part itself refuses, on one page."""

from __future__ import annotations

from yingda.kit.errors import YingdaError


class NotLoggedIn(YingdaError):
    code = "not_logged_in"
    status = 401


class NotAllowed(YingdaError):
    code = "not_allowed"
    status = 403


class PasswordChangeDue(YingdaError):
    """The password was given by an administrator: it must be changed before anything else."""

    code = "password_change_due"
    status = 403


class FactorSetUpDue(YingdaError):
    """The person's role logs in with a second factor only, and there is none yet."""

    code = "factor_set_up_due"
    status = 403


class NotForKeys(YingdaError):
    """Only people may do this, no program with a key."""

    code = "not_for_keys"
    status = 403


class TooOften(YingdaError):
    """More requests a second than a key may make."""

    code = "too_often"
    status = 429


class CsrfMissing(YingdaError):
    code = "csrf_missing"
    status = 403


class ForeignOrigin(YingdaError):
    code = "foreign_origin"
    status = 403


class Conflict(YingdaError):
    """Somebody else changed the record since it was read."""

    code = "changed_meanwhile"
    status = 409


class SetupTokenWrong(YingdaError):
    code = "setup_token_wrong"
    status = 403


class UploadTooBig(YingdaError):
    """A file of more than `limit_mb` megabytes."""

    code = "upload_too_big"
    status = 413


class RecordingMissing(YingdaError):
    code = "recording_missing"
    status = 404


class RecordingNotReady(YingdaError):
    code = "recording_not_ready"
    status = 409


class NoExtension(YingdaError):
    """The person has no extension, so no phone can be opened."""

    code = "no_extension"
    status = 409


# Codes that come over the link from the engine and mean something other than "not now" (409).
STATUS_OF_CODE = {
    "engine_away": 503,
    "engine_slow": 504,
    "switch_down": 503,
    "no_such_agent": 404,
    "not_found": 404,
    "call_gone": 404,
    "not_your_call": 403,
    "not_allowed": 403,
    "bad_number": 422,
    "calling_forbidden": 403,
    "night_forbidden": 403,
    "no_such_extension": 404,
    "bad_destination": 422,
    "unknown_break_reason": 422,
    "internal": 502,
}
