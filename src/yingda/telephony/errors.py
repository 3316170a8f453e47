"""What can go wrong with the switch in a way that a user should read (texts in kit/texts/telephony.*.json)."""

from __future__ import annotations

from yingda.kit.errors import YingdaError


class SwitchUnreachable(YingdaError):
    """The switch does not answer. params: reason."""

    code = "switch_unreachable"
    status = 503


class AccountInvalid(YingdaError):
    """A phone or trunk bears a value that the switch would refuse. params: name; fields: the attribute."""

    code = "switch_account_invalid"
    status = 422


class AccountRefused(YingdaError):
    """The switch refused a phone or trunk. params: name, kind, reason."""

    code = "switch_account_refused"
    status = 502


class FetchFailed(YingdaError):
    """The private copy could not be had. params: reason (apt's own last line)."""

    code = "switch_fetch_failed"
    status = 500


class NoPackageSource(YingdaError):
    """This machine's apt configuration names no Debian archive to take the switch from."""

    code = "switch_no_source"
    status = 500


class NoSpace(YingdaError):
    """Too little disk for download and unpacking. params: needed_mb, free_mb, folder."""

    code = "switch_no_space"
    status = 507


class PackageBroken(YingdaError):
    """A downloaded archive cannot be unpacked although it was fetched again. params: name."""

    code = "switch_package_broken"
    status = 500


class VersionTooOld(YingdaError):
    """The Asterisk that was pointed at cannot do what we need. params: path, version, floor."""

    code = "switch_too_old"
    status = 500


class NotAnAsterisk(YingdaError):
    """YINGDA_ASTERISK points at something that is no Asterisk. params: path."""

    code = "switch_not_asterisk"
    status = 500
