from __future__ import annotations

import re
from pathlib import Path

import pytest

from yingda.kit import i18n

TEXTS = Path(i18n.__file__).parent / "texts"
ROOMS = sorted({file.name.rsplit(".", 2)[0] for file in TEXTS.glob("*.*.json")})


def table(room: str, lang: str) -> dict[str, str]:
    return i18n.merge([TEXTS / f"{room}.{lang}.json"])


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_say_the_same_things(room: str) -> None:
    chinese, english = table(room, "zh"), table(room, "en")
    assert chinese.keys() == english.keys()
    for key, sentence in chinese.items():
        places = set(re.findall(r"\{(\w+)\}", sentence))
        assert places == set(re.findall(r"\{(\w+)\}", english[key])), key
        assert sentence.strip() and english[key].strip(), key


def test_catalogues_do_not_contradict_each_other() -> None:
    for lang in i18n.LANGUAGES:
        assert len(i18n.catalogue(lang)) > 50


def test_places_are_filled_and_forgotten_ones_stay_visible() -> None:
    assert "--sip-port" in i18n.text("errors.port_taken", "zh", port=5060, option="--sip-port", protocol="UDP")
    assert "{option}" in i18n.text("errors.port_taken", "en", port=5060)


def test_an_unknown_language_gets_chinese_and_an_unknown_key_itself() -> None:
    assert i18n.text("errors.no_data", "fr", path="x") == i18n.text("errors.no_data", "zh", path="x")
    assert i18n.text("errors.never_heard_of", "zh") == "errors.never_heard_of"


@pytest.mark.parametrize(
    ("environment", "chosen", "expected"),
    [({"LANG": "zh_CN.UTF-8"}, None, "zh"), ({"LANG": "C"}, None, "en"), ({}, None, "en"),
     ({"LANG": "zh_CN.UTF-8", "YINGDA_LANG": "en"}, None, "en"), ({"LANG": "zh_CN"}, "en", "en")],
)
def test_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], chosen: str | None, expected: str
) -> None:
    for name in ("YINGDA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert i18n.console_language(chosen) == expected


def test_every_error_of_main_has_a_sentence() -> None:
    """Codes are found in the source, so that a new one cannot be forgotten."""
    sources = Path(i18n.__file__).parents[1] / "main"
    code_line = re.compile(r'^    code = "(\w+)"', re.MULTILINE)
    codes = {code for file in sources.rglob("*.py") for code in code_line.findall(file.read_text())}
    assert len(codes) > 8
    assert not {code for code in codes if i18n.text(f"errors.{code}", "zh") == f"errors.{code}"}


def test_every_doctors_finding_has_a_sentence() -> None:
    source = (Path(i18n.__file__).parents[1] / "main" / "doctor.py").read_text()
    found = re.findall(r'Finding\("(\w+)", "(\w+)"', source)
    assert len(found) > 20
    for check, case in found:
        key = f"main.doctor.{check}.{case}"
        assert i18n.text(key, "zh") != key, key
