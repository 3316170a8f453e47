"""Everything that a verb of the call engine may be refused for."""

from __future__ import annotations

from yingda.kit.errors import YingdaError


class NoSuchAgent(YingdaError):
    code = "no_such_agent"
    status = 404


class NotSignedIn(YingdaError):
    code = "not_signed_in"
    status = 409


class PhoneNotRegistered(YingdaError):
    """The phone chosen for sign-in is not registered at the switch."""

    code = "phone_not_registered"
    status = 409


class SoftphoneElsewhere(YingdaError):
    """Another browser tab holds this agent's phone."""

    code = "softphone_elsewhere"
    status = 409


class CallGone(YingdaError):
    code = "call_gone"
    status = 404


class NotYourCall(YingdaError):
    code = "not_your_call"
    status = 403


class NotNow(YingdaError):
    """The verb is not live in the present state of agent or call."""

    code = "not_now"
    status = 409


class BadNumber(YingdaError):
    code = "bad_number"
    status = 422


class NobodyThere(YingdaError):
    """The extension dialled has no registered phone, or its agent is engaged."""

    code = "nobody_there"
    status = 409


class NoFreeLine(YingdaError):
    code = "no_free_line"
    status = 409


class NobodyFree(YingdaError):
    """No agent of the group is free to be asked."""

    code = "nobody_free"
    status = 409


class NoTrunk(YingdaError):
    """No trunk leads out."""

    code = "no_trunk"
    status = 409


class SwitchDown(YingdaError):
    code = "switch_down"
    status = 503


class NotAllowed(YingdaError):
    """The right is missing, or does not reach to this agent or group."""

    code = "not_allowed"
    status = 403


class TakenAlready(YingdaError):
    """Another agent was quicker."""

    code = "taken_already"
    status = 409


class NothingParked(YingdaError):
    """No call is parked there."""

    code = "nothing_parked"
    status = 404


class NoSlot(YingdaError):
    """Every slot is taken."""

    code = "no_slot"
    status = 409


class NothingToPickUp(YingdaError):
    code = "nothing_to_pick_up"
    status = 404


class PhoneTaken(YingdaError):
    """Somebody else works at this phone."""

    code = "phone_taken"
    status = 409


class ConferenceFull(YingdaError):
    code = "conference_full"
    status = 409


class UnknownReason(YingdaError):
    code = "unknown_break_reason"
    status = 422


class CallingForbidden(YingdaError):
    """The caller has no right to numbers of this class; `kind` names it."""

    code = "calling_forbidden"
    status = 403


class NightForbidden(YingdaError):
    """Not at this hour."""

    code = "night_forbidden"
    status = 403


class TooManyAtOnce(YingdaError):
    """The ceiling of outside calls at once is reached, one's own or the site's."""

    code = "too_many_at_once"
    status = 409


class MinutesUsedUp(YingdaError):
    """The day's minutes are used up, one's own or the site's."""

    code = "minutes_used_up"
    status = 409


class SpendUsedUp(YingdaError):
    """The day's money is used up, one's own or the site's."""

    code = "spend_used_up"
    status = 409


class NoSuchExtension(YingdaError):
    code = "no_such_extension"
    status = 404


class BadDestination(YingdaError):
    """A call cannot be sent there."""

    code = "bad_destination"
    status = 422
