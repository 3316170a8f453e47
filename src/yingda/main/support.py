"""`./yingda support FILE`: the same bundle as the page's, made without the page, with the doctor's findings in it."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from pathlib import Path

from yingda import __version__
from yingda.kit import certificates
from yingda.main.doctor import examine
from yingda.main.settings import SECRET_NAMES, Settings
from yingda.web.support import bundle


def write(settings: Settings, file: Path) -> None:
    """Mode 0600. Raises OSError."""
    shown = {key: str(value) for key, value in asdict(settings).items()
             if key not in SECRET_NAMES and key != "database_url"}
    found = certificates.read(settings.data / "tls")
    system = {"version": __version__, "python_version": platform.python_version(), "platform": platform.platform(),
              "settings": shown, "certificate": asdict(found) if found else None}
    doctor = [asdict(one) for one in examine(settings.data)]
    made = bundle(settings.data, system, {}, {"doctor": {"findings": doctor}},
                  [str(getattr(settings, name)) for name in SECRET_NAMES])
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(made)
