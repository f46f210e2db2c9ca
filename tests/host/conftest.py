"""The wheel, a clean environment with it, hosts that are not ours, and two offices of one that is."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.admin.two_offices import TwoOffices, build_two_offices
from tests.host.authorization import prepare
from tests.host.once import once
from tests.host.wheels import build_wheel, make_environment, run

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session


@pytest.fixture
def two(app: Flask, session: Session) -> TwoOffices:
    """Return two offices with a row of every kind."""
    two = build_two_offices(app, session)
    prepare(session, two)
    return two


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built once for the whole test run."""
    return next(once(tmp_path_factory, "wheel", build_wheel).glob("*.whl"))


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment in which our wheel is installed, once for the whole test run.

    Needs no network: the locked dependencies are lent by the environment of
    the tests. Of that one only the folder counts, not its ``.pth`` files, so
    our editable install is not seen.
    """

    def install(folder: Path) -> None:
        run([*make_environment(folder), "--no-index", "--no-deps", str(wheel)], folder)
        places = run(
            [str(folder / "bin" / "python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder
        )
        (Path(places.strip()) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")

    return once(tmp_path_factory, "environment", install)
