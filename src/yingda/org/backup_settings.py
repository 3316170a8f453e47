"""When the site backs itself up by night, how many of those backups stay, and with which passphrase they are closed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace

from yingda.org import audit
from yingda.org.actor import Actor
from yingda.org.checks import Checks
from yingda.org.models import Setting
from yingda.org.sealing import Seal
from yingda.org.site import get_setting
from yingda.store.engine import Uow
from yingda.store.upsert import put

KEY = "backups"
SHORTEST = 8  # characters of a passphrase


@dataclass(frozen=True)
class BackupSettings:
    """`hour`: of the site's day, 0 to 23. `keep`: how many nightly ones stay. `encrypt`: those that the site makes by
    itself are closed with the passphrase, which is kept sealed.
    """

    on: bool = True
    hour: int = 3
    keep: int = 14
    encrypt: bool = False
    passphrase_sealed: str = field(default="", repr=False)

    def passphrase(self, seal: Seal) -> str:
        """"" when they are not encrypted. Raises SealBroken: never an open backup instead of a closed one."""
        return seal.open(self.passphrase_sealed) if self.encrypt else ""


def from_kept(kept: dict[str, object]) -> BackupSettings:
    known = {name: kept[name] for name in BackupSettings.__dataclass_fields__ if name in kept}
    return BackupSettings(**known)  # type: ignore[arg-type]


async def get_backup_settings(u: Uow) -> BackupSettings:
    return from_kept(await get_setting(u, KEY, {}))


async def save_backup_settings(u: Uow, actor: Actor, wanted: BackupSettings, seal: Seal | None = None,
                               passphrase: str = "") -> None:
    """`passphrase` "": the kept one stays, and is forgotten when nothing is encrypted any more. Raises Invalid."""
    before = await get_backup_settings(u)
    checks = Checks()
    checks.between("hour", wanted.hour, 0, 23)
    checks.between("keep", wanted.keep, 1, 365)
    if passphrase and len(passphrase) < SHORTEST:
        checks.fail("passphrase", "too_short")
    if wanted.encrypt and not passphrase and not before.passphrase_sealed:
        checks.fail("passphrase", "required")
    checks.done()
    sealed = before.passphrase_sealed if wanted.encrypt else ""
    if wanted.encrypt and passphrase and seal is not None:
        sealed = seal.close(passphrase)
    wanted = replace(wanted, passphrase_sealed=sealed)
    await put(u, Setting, [{"key": KEY, "value": {"v": asdict(wanted)}}])
    told = {**_shown(wanted), "passphrase_changed": sealed != before.passphrase_sealed}
    audit.record(u, actor, "setting.update", "setting", KEY, {"value": _shown(before)}, {"value": told})


def _shown(settings: BackupSettings) -> dict[str, object]:
    """For the log: without the passphrase."""
    return {name: value for name, value in asdict(settings).items() if name != "passphrase_sealed"}
