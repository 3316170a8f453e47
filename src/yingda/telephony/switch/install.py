"""What an Asterisk on this machine is: where its parts lie and how it is started."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Install(msgspec.Struct, frozen=True, kw_only=True):
    """An Asterisk that can be started. `loader` is set for a private copy, which brings its own C library."""

    version: str  # "22.10.1"
    binary: Path
    modules: Path
    share: Path  # holds documentation/, rest-api/ and the English core sounds
    sounds: Path  # English core sounds
    loader: Path | None = None
    libraries: tuple[Path, ...] = ()

    def command(self, config: Path) -> list[str]:
        """The command line that runs it in the foreground with the given asterisk.conf."""
        start: list[str] = []
        if self.loader is not None:
            start = [str(self.loader), "--library-path", ":".join(str(path) for path in self.libraries)]
        return [*start, str(self.binary), "-f", "-C", str(config)]


def private_install(root: Path, version: str) -> Install:
    """Describe the copy that was unpacked into `root`. Raises FileNotFoundError when a part is missing."""
    loaders = sorted(root.glob("usr/lib*/ld-linux*.so.*"), key=lambda path: len(path.parts))
    modules = sorted(root.glob("usr/lib/*/asterisk/modules"))
    binary = root / "usr/sbin/asterisk"
    share = root / "usr/share/asterisk"
    if not loaders or not modules or not binary.exists():
        raise FileNotFoundError(str(binary))
    library = modules[0].parent.parent
    sounds = sorted(share.glob("sounds/en*"))
    return Install(
        version=version, binary=binary, modules=modules[0], share=share,
        sounds=sounds[0] if sounds else share / "sounds", loader=loaders[0].resolve(), libraries=(library,),
    )
