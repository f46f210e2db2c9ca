"""One centre and one nursery for each database; an empty day for each test."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.chaos.centre import Centre, Nursery
from tests.conftest import POSTGRES_VARIABLE, fresh_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def lasting_centre(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """Return a centre on a database that real processes share."""
    folder = tmp_path_factory.mktemp("centre")
    with ExitStack() as stack:
        address = f"sqlite:///{folder / 'centre.db'}"
        if not backend.startswith("sqlite"):
            address = stack.enter_context(fresh_postgres(os.environ[POSTGRES_VARIABLE]))
        centre = Centre(address, folder)
        yield centre
        centre.engine.dispose()


@pytest.fixture(scope="session")
def nursery(lasting_centre: Centre) -> Iterator[Nursery]:
    """Return the process that forks servers of the centre."""
    nursery = Nursery(lasting_centre)
    yield nursery
    nursery.close()


@pytest.fixture
def centre(lasting_centre: Centre) -> Centre:
    """Return the centre at the beginning of a day."""
    lasting_centre.forget_tickets()
    return lasting_centre
