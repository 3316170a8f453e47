"""What can be wrong with an order to the test phone."""

from __future__ import annotations

from yingda.kit.errors import YingdaError


class CallerError(YingdaError):
    code = "caller.failed"
    status = 400


class BadAudio(CallerError):
    """The file to say cannot be read as PCM WAV."""

    code = "caller.bad_audio"
    status = 422


class BadOrder(CallerError):
    """An option is out of its bounds."""

    code = "caller.bad_order"
    status = 422


class NoPlace(CallerError):
    """It is not known where the switch listens: no demo.json, no yingda.toml, no --server."""

    code = "caller.no_place"
    status = 404


class NoSwitch(CallerError):
    """Nothing speaks SIP where the switch should be."""

    code = "caller.no_switch"
    status = 503


class NoSuchPerson(CallerError):
    code = "caller.no_such_person"
    status = 404


class CannotListen(CallerError):
    """No UDP port on the chosen address."""

    code = "caller.cannot_listen"
    status = 409


class NotRegistered(CallerError):
    """The registrar refused or did not answer; `status` in params is the SIP status, 408 for silence."""

    code = "caller.not_registered"
    status = 409


class NotAnswered(CallerError):
    """Waited for an answer that did not come; `cause` in params."""

    code = "caller.not_answered"
    status = 409


class TooLate(CallerError):
    """What was waited for did not come in time; `what` in params."""

    code = "caller.too_late"
    status = 408
