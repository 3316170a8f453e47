"""A real Asterisk for these tests: its own folder, free ports, 127.0.0.1 only. Never skipped: no switch, no pass."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.switch.house import House, Switchboard
from yingda.telephony.port import PhoneAccount, TrunkAccount
from yingda.telephony.switch.fetch import obtain
from yingda.telephony.switch.install import Install

ROOT = Path(__file__).resolve().parents[2]
PHONE = PhoneAccount(endpoint="1001", secret="s3cret-of-1001", browser=False, display_name="王芳")
OTHER = PhoneAccount(endpoint="1002", secret="s3cret-of-1002", browser=False)
BROWSER = PhoneAccount(endpoint="web-1001", secret="s3cret-of-web", browser=True)
TRUNK = TrunkAccount(trunk="trunk-test", host="", match=("127.0.0.1",))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def install() -> Install:
    """The switch under test; the first run on a machine fetches it."""
    tools = Path(os.environ.get("YINGDA_TOOLS", ROOT / ".tools"))
    choice = obtain(tools)
    assert choice.install is not None, "these tests start a switch of their own: unset YINGDA_ASTERISK"
    return choice.install


@pytest.fixture(scope="session")
def shared_house(install: Install, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One running Asterisk for all tests that leave it alive."""
    house = House(install, tmp_path_factory.mktemp("house"))
    house.start()
    yield house
    house.stop()


@pytest.fixture
def house(shared_house: House) -> Iterator[House]:
    """The shared Asterisk, alive. The test in which it dies fails with its log; those after it get a living one."""
    if not shared_house.alive():
        shared_house.start()
    yield shared_house
    assert shared_house.alive(), f"asterisk died in this test: {shared_house.how_it_ended()}\n{shared_house.log()}"


@pytest.fixture
def own_house(install: Install, tmp_path: Path) -> Iterator[House]:
    """An Asterisk that a test may kill."""
    house = House(install, tmp_path)
    house.start()
    yield house
    house.stop()


@pytest.fixture
async def board(house: House, tmp_path: Path) -> AsyncIterator[Switchboard]:
    """The engine's side, connected, with the usual phones and trunk; leaves no call behind."""
    async with Switchboard(house, tmp_path) as board:
        await board.switch.set_phones([PHONE, OTHER, BROWSER], [TRUNK])
        yield board
        await board.clear()


@pytest.fixture(scope="session")
def api_docs(shared_house: House) -> dict[str, dict[str, object]]:
    """The running switch's own description of its interface."""
    names = ("channels", "bridges", "events", "applications", "playbacks", "recordings", "endpoints", "asterisk")
    return {name: json.loads(shared_house.ari("GET", f"/api-docs/{name}.json")) for name in names}
