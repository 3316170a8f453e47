"""The support bundle: what a helper needs to see of a site, without secrets and with numbers masked."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from yingda.web.logbook import tail

LINES: Final = 2_000  # of each log
_README: Final = """Yingda support bundle
system.json   versions, health, disk, certificate
counts.json   how many rows each table has
logs/         the end of every log; secrets hidden, telephone numbers masked
Nothing in here opens anything: no passwords, keys, recordings or customers.
"""


def bundle(data: Path, system: dict[str, Any], counts: dict[str, int], extra: dict[str, Any] | None = None,
           secrets: Sequence[str] = ()) -> bytes:
    """A zip file. `extra`: more JSON files by name, e.g. the doctor's findings; `secrets`: values never to be in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        for name, content in {"system": system, "counts": counts, **(extra or {})}.items():
            archive.writestr(f"{name}.json", json.dumps(content, ensure_ascii=False, indent=1, default=str))
        for folder, kept in ((data / "log", "logs"), (data / "asterisk" / "log", "logs/switch")):
            for file in sorted(folder.glob("*")):
                if file.is_file() and file.suffix in (".log", ".out", ".jsonl"):
                    archive.writestr(f"{kept}/{file.name}", tail(file, LINES, secrets))
    return out.getvalue()
