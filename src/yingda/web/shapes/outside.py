"""Logging in by the company's directory or provider."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from yingda.web.shapes.common import Edited, Id, In, Medium, Out, Short, several_lines

Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Pem = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100_000), AfterValidator(several_lines)]
NewSecret = Annotated[str, StringConstraints(max_length=500)]


class PasswordRules(Out):
    """What a new password must be, so that the page can say it while one types. The server checks anyway."""

    shortest: int
    kinds: int


class LoginWays(Out):
    """What the log-in page offers. `oidc`: the words on the button, "" when there is no such way."""

    oidc: str
    ldap: bool
    rules: PasswordRules


class OidcIn(In):
    """`secret` empty: the one that is kept stays, as long as the provider is the same."""

    on: bool = False
    label: Annotated[Short, StringConstraints(max_length=20)] = ""
    issuer: Url = ""
    client_id: Medium = ""
    secret: NewSecret = ""
    scopes: Medium = "openid profile email"
    claim: Short = "preferred_username"
    finds: Literal["number", "email"] = "number"
    page_url: Url = ""
    ca: Pem = ""


class LdapIn(In):
    on: bool = False
    host: Medium = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 636
    security: Literal["ldaps", "starttls", "plain"] = "ldaps"
    ca: Pem = ""
    bind_dn: Url = ""
    secret: NewSecret = ""
    base: Url = ""
    attribute: Short = "uid"
    filter: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class NewcomersIn(In):
    """Who is vouched for and not known here yet becomes a person, with this role and in this department."""

    on: bool = False
    role: Short = "agent"
    department_id: Id | None = None


class OutsideIn(In):
    """`recheck_min`: minutes after which directory and provider are asked again for who is logged in; 0: never."""

    oidc: OidcIn = Field(default_factory=OidcIn)
    ldap: LdapIn = Field(default_factory=LdapIn)
    newcomers: NewcomersIn = Field(default_factory=NewcomersIn)
    recheck_min: Annotated[int, Field(ge=0, le=1440)] = 10
    own_passwords: Literal["all", "admins"] = "all"


class OutsideOut(Edited, OutsideIn):
    """Secrets go in and never come out; whether there is one is told."""

    edits = OutsideIn

    oidc_secret_set: bool
    ldap_secret_set: bool


class OutsideTry(In):
    """`number`: with LDAP, somebody who should be found; `password`: his, to try it as well."""

    settings: OutsideIn
    kind: Literal["oidc", "ldap"]
    number: Short = ""
    password: NewSecret = ""


class OutsideTried(Out):
    """`steps`: what worked, in words; `fault`: what did not, "" when everything did."""

    steps: list[str]
    fault: str
