"""Both databases, one app each, and a clean office for every test."""

from __future__ import annotations

import gc
import os
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from motcua.admin.app import create_app
from motcua.admin.extension import EXTENSION
from motcua.admin.models.base import Record
from motcua.admin.schema import upgrade
from tests.browsing import Moment, chromium, served
from tests.guards import forget_audit
from tests.loopback import stay_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua

POSTGRES_VARIABLE = "MOTCUA_TEST_POSTGRES"
Figures = Callable[[str], None]
_FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin an empty list of figures; stay on this machine."""
    config.stash[_FIGURES] = []
    gc.disable()  # nothing of what is imported now becomes garbage
    stay_here(os.environ.get(POSTGRES_VARIABLE))


def pytest_collection_finish() -> None:
    """Look for garbage less often, and never again among what was imported: a tenth of the whole run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the figures of a worker process over to the one that reports."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = session.config.stash[_FIGURES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the figures of a worker process that has finished."""
    node.config.stash[_FIGURES].extend(getattr(node, "workeroutput", {}).get("figures", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what the chaos tests measured, also when everything went well."""
    if config.stash[_FIGURES]:
        terminalreporter.section("figures")
        for line in config.stash[_FIGURES]:
            terminalreporter.line(line)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Return what takes a line of figures for the end of the report."""
    return request.config.stash[_FIGURES].append


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run everything that touches the database on SQLite and on PostgreSQL.

    But for the screens in a browser: what they show is asked for and tested
    on both below them, and a browser takes seconds a test.
    """
    if "backend" in metafunc.fixturenames:
        is_in_browser = metafunc.module.__name__.endswith("_in_browser")
        backends = ["sqlite"] if is_in_browser else ["sqlite", "postgresql"]
        metafunc.parametrize("backend", backends, indirect=True, scope="session")


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an empty database of the asked kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('db') / 'motcua.db'}"
        return
    server = os.environ.get(POSTGRES_VARIABLE)
    if not server:
        pytest.skip(f"{POSTGRES_VARIABLE} is not set: no PostgreSQL to test on")
    with fresh_postgres(server) as address:
        yield address


class fresh_postgres:  # noqa: N801 - reads as a function
    """A database of our own on the server, gone afterwards."""

    def __init__(self, server: str) -> None:
        self.server = sa.make_url(server)
        self.name = f"motcua_test_{uuid.uuid4().hex[:12]}"

    def _run(self, statement: str) -> None:
        engine = sa.create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(statement))
        engine.dispose()

    def __enter__(self) -> str:
        self._run(f"CREATE DATABASE {self.name}")
        # The server itself is never killed here, so nothing is lost by not waiting for the disk.
        self._run(f"ALTER DATABASE {self.name} SET synchronous_commit = off")
        return self.server.set(database=self.name).render_as_string(hide_password=False)

    def __exit__(self, *_: object) -> None:
        self._run(f"DROP DATABASE {self.name} WITH (FORCE)")


def app_config(address: str, folder: Path) -> dict[str, Any]:
    """Return the configuration of a test deployment."""
    return {
        "SECRET_KEY": "a secret that is long enough for a test",
        "SQLALCHEMY_DATABASE_URI": address,
        "MOTCUA_PUBLIC_URL": "http://motcua.test",
        "MOTCUA_PRINTER_DIR": str(folder / "printer"),
        "MOTCUA_MAIL_DIR": str(folder / "mail"),
        "TESTING": True,
        "WTF_CSRF_ENABLED": False,
        # The passwords of the tests are no secrets; a good hash costs a tenth of a second each time.
        "FAB_PASSWORD_HASH_METHOD": "pbkdf2:sha256:1",
    }


def server_config(address: str, folder: Path) -> dict[str, Any]:
    """Return the configuration of a deployment that runs as processes of its own, as a file holds it."""
    eased = {"TESTING", "WTF_CSRF_ENABLED", "FAB_PASSWORD_HASH_METHOD"}
    return {key: value for key, value in app_config(address, folder).items() if key not in eased}


@pytest.fixture(scope="session")
def shared_app(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return the app on a migrated database; rows are wiped between tests."""
    app = create_app(app_config(backend, tmp_path_factory.mktemp("out")))
    motcua: Motcua = app.extensions[EXTENSION]
    upgrade(motcua.database.engine)
    yield app
    motcua.database.engine.dispose()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """Return the app with none of our rows and no users."""
    yield shared_app
    database: Database = shared_app.extensions[EXTENSION].database
    with shared_app.app_context():
        shared_app.appbuilder.session.remove()
    with database.engine.begin() as connection:
        forget_audit(connection)
        # Row by row and not TRUNCATE: a board's stream may still be reading, and must not deadlock with us.
        tables = [*(table.name for table in reversed(Record.metadata.sorted_tables)), "ab_user_role", "ab_user"]
        run_all(connection, [f"DELETE FROM {table}" for table in tables])  # noqa: S608 - fixed names


def run_all(connection: sa.Connection, statements: list[str]) -> None:
    """Run statements with nothing between them and the driver, in the transaction that is open."""
    driver: Any = connection.connection.driver_connection
    # PostgreSQL takes them in one journey; the driver of SQLite would commit before a script.
    for statement in ["; ".join(statements)] if connection.dialect.name == "postgresql" else statements:
        driver.execute(statement)


@pytest.fixture
def motcua(app: Flask) -> Motcua:
    """Return the add-on's state."""
    return app.extensions[EXTENSION]


@pytest.fixture
def database(motcua: Motcua) -> Database:
    """Return the two kinds of transaction."""
    return motcua.database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Return a writing session; the test may commit."""
    from sqlalchemy.orm import Session

    with Session(database.engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without cookies."""
    return app.test_client()


@pytest.fixture
def moment(motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Moment:
    """Return the server's clock, which stands at nine until the test moves it."""
    moment = Moment()
    monkeypatch.setattr(motcua, "clock", moment)
    return moment


@pytest.fixture(scope="session")
def lasting_browser() -> Iterator[Browser]:
    """Return a real browser, one for all tests of a process."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def browser(lasting_browser: Browser) -> Iterator[Browser]:
    """Return a real browser without pages; those of a test are closed after it."""
    yield lasting_browser
    for context in lasting_browser.contexts:
        context.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Return where a browser finds the app."""
    with served(app) as address:
        yield address
