"""The system page: versions, health, disk, certificate, logs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from yingda.web.shapes.common import Facts, In, Ms, Out
from yingda.web.shapes.session import HealthPart

Pem = Annotated[str, StringConstraints(min_length=1, max_length=32_000)]


class CertificateOut(Out):
    subject: str
    issuer: str
    names: list[str]
    begins_at: Ms
    ends_at: Ms
    own: bool  # made by this product for itself: browsers warn of it
    fingerprint: str


class DiskOut(Out):
    """Bytes. `days_left`: at the pace of the last seven days' recordings; none: no recordings to tell by."""

    total: int
    free: int
    recordings: int
    database: int
    logs: int
    days_left: int | None


class SystemOut(Out):
    version: str
    switch_version: str
    python_version: str
    database: str
    schema_version: str
    started_at: Ms  # of the web part
    uptime_s: int
    health: dict[str, HealthPart]
    disk: DiskOut
    certificate: CertificateOut | None
    https_names: list[str]  # addresses that the certificate should stand for
    backup_at: Ms  # 0: never
    log_parts: list[str]


class LicenceOut(Out):
    """`licence`: as its makers call it, "": they do not say. `text`: whether its text is at hand."""

    kind: Literal["product", "program", "python", "page"]
    name: str
    version: str
    licence: str
    url: str
    text: bool


class LicenceText(Out):
    name: str
    text: str


class CertificateIn(In):
    certificate: Pem
    key: Pem


class LogLine(Out):
    at: str  # ISO 8601, UTC
    part: str
    level: str
    event: str
    call: str
    more: Facts
