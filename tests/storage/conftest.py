"""Studies on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from journal_builders import make_study
from journal_studies import Study, make_folder
from postgres_server import NoServer, Server, running_server

from viewer.storage.postgres_setup import set_up_database

_numbers = count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server; tests that need it are skipped where it is not installed."""
    starting = running_server()
    try:
        running = starting.__enter__()
    except NoServer as error:
        pytest.skip(str(error))
    yield running
    starting.__exit__(None, None, None)


@pytest.fixture
def sqlite_study(tmp_path: Path) -> Iterator[Study]:
    """A study in a folder."""
    study = make_folder(tmp_path, make_study())
    yield study
    study.close()


@pytest.fixture
def server_study(server: Server, tmp_path: Path) -> Iterator[Study]:
    """A study on a server, opened by one who may do everything."""
    protocol = replace(make_study(database=server.url()), study_id=f"pilot{next(_numbers)}")
    study = make_folder(tmp_path, protocol)
    set_up_database(study.folder, protocol, logins={}, where=study.where)
    yield study
    study.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def study(request: pytest.FixtureRequest) -> Study:
    """The same study on each database."""
    fixtures: dict[str, Callable[[], Study]] = {
        "sqlite": lambda: request.getfixturevalue("sqlite_study"),
        "postgresql": lambda: request.getfixturevalue("server_study"),
    }
    return fixtures[request.param]()
