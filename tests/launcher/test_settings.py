from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from yingda.main import settings
from yingda.main.settings import Settings


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_choices_come_back_as_they_were_saved(data: Path) -> None:
    first = settings.begin(data, {"host": "0.0.0.0", "sip_port": 5070, "lang": "en"})
    kept = replace(first, rtp_from=20_000, rtp_to=20_999, ari_port=15_001, engine_port=15_002, demo=True,
                   database_url='postgresql://u:p"\\ä@h/db', asterisk="/opt/a b")
    settings.save(kept)
    assert settings.load(data) == kept


def test_options_of_a_later_start_win_and_the_rest_stays(data: Path) -> None:
    settings.save(settings.begin(data, {"http_port": 8181, "sip_port": 5071}))
    again = settings.begin(data, {"http_port": 8282, "sip_port": None})
    assert (again.http_port, again.sip_port) == (8282, 5071)


def test_secrets_are_random_private_and_never_made_twice(data: Path, tmp_path: Path) -> None:
    old = os.umask(0)  # the worst case: everything would be readable by all
    try:
        one = settings.begin(data, {})
        settings.save(one)
    finally:
        os.umask(old)
    assert mode(data / settings.SECRETS) == 0o600
    assert mode(data / settings.FILE) == 0o600
    again = settings.begin(data, {})
    other = settings.begin(tmp_path / "other", {})
    for name in settings.SECRET_NAMES:
        assert len(getattr(one, name)) >= 24
        assert getattr(again, name) == getattr(one, name)
        assert getattr(other, name) != getattr(one, name)


def test_secrets_that_others_can_read_are_closed_at_the_next_start(data: Path) -> None:
    settings.begin(data, {})
    (data / settings.SECRETS).chmod(0o644)
    settings.begin(data, {})
    assert mode(data / settings.SECRETS) == 0o600


def test_secrets_do_not_show_when_settings_are_printed(data: Path) -> None:
    made = settings.begin(data, {})
    shown = repr(made)
    assert not [name for name in settings.SECRET_NAMES if getattr(made, name) in shown]


def test_the_site_key_seals(data: Path) -> None:
    from cryptography.fernet import Fernet

    key = Fernet(settings.begin(data, {}).site_key)
    assert key.decrypt(key.encrypt(b"secret")) == b"secret"


def test_load_of_a_folder_never_started(data: Path) -> None:
    with pytest.raises(settings.NoData):
        settings.load(data)


@pytest.mark.parametrize("content", ["http_port = ", 'http_port = "80"', "demo = 1", "colour = 3", "\xff"])
def test_a_broken_settings_file_is_named(data: Path, content: str) -> None:
    settings.save(settings.begin(data, {}))
    (data / settings.FILE).write_bytes(content.encode("latin-1"))
    with pytest.raises(settings.SettingsBroken) as caught:
        settings.load(data)
    assert caught.value.params["path"] == str(data / settings.FILE)


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(settings.FolderUnwritable):
        settings.begin(tmp_path / "data", {})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_is_refused(data: Path) -> None:
    data.mkdir(mode=0o500)
    with pytest.raises(settings.FolderUnwritable):
        settings.begin(data, {})


def test_database_is_sqlite_in_the_folder_unless_chosen(data: Path) -> None:
    assert Settings(data=data).database == f"sqlite:///{data}/db/yingda.sqlite"
    assert Settings(data=data, database_url="postgresql://h/db").database == "postgresql://h/db"
