"""The switch for one installation: which Asterisk, with which files, started how; and what the doctor says of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yingda.kit.errors import YingdaError
from yingda.main.console import Console
from yingda.main.prepare import TOOLS
from yingda.main.settings import Settings


@dataclass(frozen=True)
class Plan:
    """How to start it. `command` None: it is somebody else's (YINGDA_ASTERISK is an ARI address)."""

    command: Sequence[str] | None
    environment: Mapping[str, str]
    version: str


@dataclass(frozen=True)
class Found:
    """What is there, for the doctor. `problem`: why it cannot be used, as a key of a sentence with its places."""

    path: str
    version: str = ""
    least: str = ""
    old: bool = False
    problem: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)


def prepare(settings: Settings, console: Console) -> Plan:
    """Get the switch (the first time: from Debian's archive) and write its files. Raises the room's errors."""
    from yingda.prompts.files import PromptFiles
    from yingda.telephony.switch.config import SHIPPED_SOUNDS, SwitchConfig, launch_command, launch_environment, render
    from yingda.telephony.switch.fetch import obtain

    environment = _environment(settings)
    key = "main.up.switch" if at_hand(environment) else "main.up.switch_get"
    with console.step(key) as step:
        choice = obtain(TOOLS, step.progress, environment=environment)
        if choice.install is None:
            return Plan(None, {}, choice.ari_url)
        prompts = PromptFiles(settings.data / "prompts", SHIPPED_SOUNDS)
        config = SwitchConfig(
            home=settings.data / "asterisk", spool=settings.data / "recordings" / "spool", install=choice.install,
            sip_host=settings.host, sip_port=settings.sip_port, rtp_from=settings.rtp_from, rtp_to=settings.rtp_to,
            ari_port=settings.ari_port, engine_port=settings.engine_port, ari_password=settings.ari_password,
            language=settings.lang, prompts=prompts.root,
        )
        prompts.lay_out()
        render(config)
    return Plan(launch_command(config), launch_environment(config), choice.install.version)


def _environment(settings: Settings) -> dict[str, str]:
    named = {"YINGDA_ASTERISK": settings.asterisk} if settings.asterisk else {}
    return {**named, **os.environ}


def fetch() -> None:
    """Have a switch, whatever is to be done with it. Raises the room's errors."""
    from yingda.telephony.switch.fetch import obtain

    obtain(TOOLS)


def at_hand(environment: Mapping[str, str]) -> bool:
    """True when nothing need be fetched (a system's own Asterisk is looked at later)."""
    return bool(environment.get("YINGDA_ASTERISK")) or (TOOLS / "asterisk" / "root" / "manifest.json").exists()


def find(settings: Settings | None) -> Found | None:
    """What would be used, without fetching anything; None when it would be fetched."""
    from yingda.telephony.errors import VersionTooOld
    from yingda.telephony.switch.fetch import obtain
    from yingda.telephony.switch.version import SAFE, parse_version, shown

    environment = _environment(settings or Settings(data=Path()))
    if not at_hand(environment):
        return None
    path = environment.get("YINGDA_ASTERISK") or str(TOOLS / "asterisk")
    try:
        choice = obtain(TOOLS, environment=environment)
    except VersionTooOld as error:
        return Found(path, str(error.params["version"]), str(error.params["floor"]), old=True)
    except YingdaError as error:
        return Found(path, problem=f"errors.{error.code}", params=error.params)
    if choice.install is None:
        return Found(path, choice.ari_url)
    install = choice.install
    if not choice.private and not install.binary.exists():
        return Found(path, problem="errors.switch_not_asterisk", params={"path": path})
    old = (parse_version(install.version) or SAFE) < SAFE
    return Found(str(install.binary), install.version, shown(SAFE), old=old)
