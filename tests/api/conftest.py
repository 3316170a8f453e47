"""One prepared database per run, copied for each module; one running site per module."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from tests.api.site import Company, Site, new_site_key, running, seed
from tests.store.conftest import Postgres

from yingda.org.sealing import Seal
from yingda.store.engine import Store
from yingda.store.migrate import upgrade

# without settings structlog paints tracebacks with all their variables, which takes seconds
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@dataclass
class Template:
    file: Path
    company: Company
    site_key: str


async def fill(url: str, key: str) -> Company:
    store = Store(url)
    try:
        return await seed(store, Seal(key))
    finally:
        await store.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    file = tmp_path_factory.mktemp("template") / "yingda.sqlite"
    key = new_site_key()
    upgrade(f"sqlite:///{file}")

    return Template(file, asyncio.run(fill(f"sqlite:///{file}", key)), key)


def copy_database(template: Template, folder: Path) -> str:
    shutil.copy(template.file, folder / "yingda.sqlite")
    return f"sqlite:///{folder / 'yingda.sqlite'}"


@pytest.fixture(scope="module")
def site(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running(folder, copy_database(template, folder), template.company, template.site_key) as made:
        yield made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def on_both(request: pytest.FixtureRequest, template: Template, tmp_path_factory: pytest.TempPathFactory
            ) -> Iterator[Site]:
    """As `site`, on one database after the other: a module that wants it makes it its own `site`."""
    folder = tmp_path_factory.mktemp("both")
    url, company, key = copy_database(template, folder), template.company, template.site_key
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.fresh(f"api{time.monotonic_ns()}")
        company = asyncio.run(fill(url, key))
    with running(folder, url, company, key) as made:
        yield made


@pytest.fixture
def own_site(template: Template, tmp_path: Path) -> Iterator[Site]:
    """A site for one test that breaks things."""
    with running(tmp_path, copy_database(template, tmp_path), template.company, template.site_key) as made:
        yield made
