"""What can go wrong in the organisation room."""

from __future__ import annotations

from yingda.kit.errors import YingdaError


class WrongLogin(YingdaError):
    """Number or password is wrong (which one is not told)."""

    code = "wrong_login"
    status = 401


class LoginLocked(YingdaError):
    """Too many wrong passwords: the next attempt counts after `retry_s` seconds."""

    code = "login_locked"
    status = 429


class FactorDue(YingdaError):
    """Number and password are right; the code of the second factor is asked for too."""

    code = "factor_due"
    status = 401


class FactorWrong(YingdaError):
    code = "factor_wrong"
    status = 401


class DirectoryAway(YingdaError):
    """The company's directory, which knows the password, gives no answer. `reason`: for administrators."""

    code = "directory_away"
    status = 503


class ProviderFailed(YingdaError):
    """The provider of log-ins did not answer as the protocol says. `reason`: for administrators."""

    code = "provider_failed"
    status = 502


class GrantEnded(ProviderFailed):
    """The provider does not vouch any more: what it gave us counts no longer (`invalid_grant`)."""


class NobodyHere(YingdaError):
    """The provider knows him, we do not."""

    code = "nobody_here"
    status = 403


class ResetLinkWrong(YingdaError):
    """Unknown, used already, or too old."""

    code = "reset_link_wrong"
    status = 403


class Inactive(YingdaError):
    code = "person_inactive"
    status = 403


class WrongPassword(YingdaError):
    """The old password does not match."""

    code = "wrong_password"
    status = 422


class LastAdmin(YingdaError):
    """The last active administrator can be neither switched off nor demoted."""

    code = "last_admin"
    status = 409


class AlreadySetUp(YingdaError):
    code = "already_set_up"
    status = 409


class SealBroken(YingdaError):
    """A sealed secret cannot be opened: the site key is another one."""

    code = "seal_broken"
    status = 500


class BeyondOwnRights(YingdaError):
    """Nobody gives, or changes people who have, rights that he has not himself. `permission`: the first such right."""

    code = "beyond_own_rights"
    status = 403


class RoleInUse(YingdaError):
    """`people` still have the role."""

    code = "role_in_use"
    status = 409


class DepartmentInUse(YingdaError):
    """`people` still work there, or `departments` still lie below it."""

    code = "department_in_use"
    status = 409


class ChangedMeanwhile(YingdaError):
    """Somebody else changed the record since it was read."""

    code = "changed_meanwhile"
    status = 409
