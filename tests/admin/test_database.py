"""Two kinds of transaction: what is said on the wire, what every connection is told, what is kept and undone."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event, make_url, select
from sqlalchemy.exc import DBAPIError

from motcua.admin.app import create_app
from motcua.admin.database import Database, create_for_owner_alone, unavailable
from motcua.admin.errors import DatabaseBusyError, RecordAwayError, SettingError
from motcua.admin.extension import EXTENSION
from motcua.admin.models import Field
from motcua.admin.schema import upgrade
from tests.conftest import app_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from motcua.admin.direct import Direct


@contextmanager
def wire(database: Database) -> Iterator[list[str]]:
    """Collect what reaches SQLite, as SQLite itself tells it, on every connection opened meanwhile."""
    said: list[str] = []

    @event.listens_for(database.engine, "connect")
    def listen(raw: sqlite3.Connection, _record: Any) -> None:
        raw.set_trace_callback(said.append)

    database.engine.dispose()
    try:
        yield said
    finally:
        event.remove(database.engine, "connect", listen)
        database.engine.dispose()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Database]:
    """Return an empty SQLite database of its own."""
    database = Database(sa.make_url(f"sqlite:///{tmp_path / 'own.db'}"))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (word TEXT)")
    yield database
    database.engine.dispose()


def begins(said: list[str]) -> list[str]:
    """Return how transactions were opened and closed."""
    return [line for line in said if line.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


def test_a_command_opens_with_the_write_lock(on_sqlite: Database) -> None:
    """DB-02."""
    with wire(on_sqlite) as said:
        with on_sqlite.write_connection() as connection:
            connection.exec_driver_sql("INSERT INTO note VALUES ('a')")
        with on_sqlite.write() as session:
            session.execute(sa.text("INSERT INTO note VALUES ('b')"))

    assert begins(said) == ["BEGIN IMMEDIATE", "COMMIT"] * 2


def test_reading_takes_no_write_lock(on_sqlite: Database) -> None:
    """DB-02."""
    with wire(on_sqlite) as said:
        with on_sqlite.read() as session:
            session.execute(sa.text("SELECT * FROM note"))
        with on_sqlite.read_connection() as connection:
            connection.exec_driver_sql("SELECT * FROM note")

    assert begins(said) == ["BEGIN", "ROLLBACK"]


def test_a_direct_connection_looks_up_without_a_lock_and_commands_with_it(on_sqlite: Database) -> None:
    """DB-02: what a kiosk's request does."""
    said: list[str] = []
    with on_sqlite.direct() as connection:
        connection.raw.set_trace_callback(said.append)
        connection.execute("SELECT * FROM note", (), fetch=True)
        with connection.command():
            connection.execute("INSERT INTO note VALUES (?)", ("a",), fetch=False)
        with suppress(LookupError), connection.command():
            connection.execute("INSERT INTO note VALUES (?)", ("b",), fetch=False)
            raise LookupError

    assert begins(said) == ["BEGIN IMMEDIATE", "COMMIT", "BEGIN IMMEDIATE", "ROLLBACK"]
    with on_sqlite.read_connection() as reader:
        assert reader.exec_driver_sql("SELECT word FROM note").scalars().all() == ["a"]


def test_a_direct_command_that_fails_leaves_a_connection_that_works(database: Database) -> None:
    for _ in range(2):
        with pytest.raises(sa.exc.DBAPIError), database.direct() as connection, connection.command():
            connection.execute("INSERT INTO nowhere VALUES (1)", (), fetch=False)
    with database.direct() as connection:
        assert connection.execute("SELECT 1", (), fetch=True) == [(1,)]


@pytest.mark.parametrize("place", ["look-up", "command"])
def test_a_server_that_hangs_up_on_a_direct_connection_is_a_record_that_is_away(database: Database, place: str) -> None:
    if database.is_sqlite:
        pytest.skip("nobody hangs up on SQLite")
    with pytest.raises((DBAPIError, RecordAwayError)) as caught:
        ask_after_hanging_up(database, place)

    met = caught.value
    assert isinstance(met if isinstance(met, RecordAwayError) else unavailable(met), RecordAwayError)
    with database.direct() as connection:
        assert connection.execute("SELECT 1", (), fetch=True) == [(1,)]


def ask_after_hanging_up(database: Database, place: str) -> None:
    """Ask on a connection that the server ends meanwhile, as one that restarts does."""
    with database.direct() as connection, connection.command() if place == "command" else nullcontext():
        hang_up(database, connection)
        connection.execute("SELECT 1", (), fetch=True)


def hang_up(database: Database, connection: Direct) -> None:
    """End a connection from the server's side."""
    with database.read_connection() as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": connection.raw.info.backend_pid})


def test_commands_on_postgresql_read_what_is_committed(database: Database) -> None:
    """DB-02."""
    if database.is_sqlite:
        pytest.skip("SQLite knows no isolation levels")
    with database.write_connection() as connection:
        level = connection.exec_driver_sql("SHOW transaction_isolation").scalar_one()
        patience = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()

    assert (level, patience) == ("read committed", "10s")


def pragmas(connection: Any) -> dict[str, Any]:
    """Return what a SQLite connection says of itself."""
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}


DURABLE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_every_pooled_connection_is_durable(on_sqlite: Database) -> None:
    """DB-04: twenty at once, and again after a command has used one."""
    with on_sqlite.write_connection() as connection:
        connection.exec_driver_sql("INSERT INTO note VALUES ('a')")
    connections = [on_sqlite.engine.connect() for _ in range(20)]
    found = [pragmas(connection) for connection in connections]
    for connection in connections:
        connection.close()

    assert found == [DURABLE] * 20


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # the child only looks and leaves
def test_connections_after_a_fork_are_durable(on_sqlite: Database) -> None:
    """DB-04."""
    on_sqlite.engine.dispose()
    hears, says = os.pipe()
    child = os.fork()
    if not child:
        with on_sqlite.engine.connect() as connection:
            os.write(says, b"durable" if pragmas(connection) == DURABLE else b"not durable")
        os._exit(0)
    os.waitpid(child, 0)
    os.close(says)
    with open(hears, "rb") as answer:  # noqa: PTH123 - a pipe has no path
        assert answer.read() == b"durable"


def test_the_platforms_own_session_is_durable_too(session: Session, app: Any) -> None:
    """DB-04: the screens write through it."""
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL is durable by itself")
    with app.app_context(), app.extensions["sqlalchemy"].engine.connect() as connection:
        assert pragmas(connection) == DURABLE


def write_and_stumble(database: Database) -> None:
    with database.write() as session:
        session.add(Field(name="Đất đai"))
        session.flush()
        raise KeyError


def test_a_command_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(KeyError):
        write_and_stumble(database)

    with database.read() as session:
        assert session.scalars(select(Field)).all() == []


def change_as_a_reader(database: Database) -> None:
    with database.read() as session:
        session.add(Field(name="Đất đai"))
        session.flush()


def test_what_a_reader_changes_is_not_kept(database: Database) -> None:
    """PostgreSQL does not even hear of it."""
    refused = pytest.raises(DBAPIError, match="read-only transaction")
    with nullcontext() if database.is_sqlite else refused:
        change_as_a_reader(database)

    with database.read() as session:
        assert session.scalars(select(Field)).all() == []


def test_what_readers_ask_again_and_again_is_planned_once(database: Database) -> None:
    """The phones of a hall ask the same every few seconds; planning takes longer than the answer."""
    if database.is_sqlite:
        pytest.skip("SQLite keeps no plans for others")
    database.engine.dispose()
    for _ in range(10):
        with database.read() as session:
            session.scalars(select(Field)).all()

    with database.read() as session:
        kept = session.scalars(sa.text("SELECT statement FROM pg_prepared_statements")).all()
    assert [statement.split()[-1] for statement in kept] == ["motcua_field"]


def test_a_command_is_kept_when_its_block_ends(database: Database) -> None:
    with database.write() as session:
        session.add(Field(name="Đất đai"))

    with database.read() as session:
        assert [field.name for field in session.scalars(select(Field))] == ["Đất đai"]


def test_a_reader_sees_one_moment(database: Database) -> None:
    """A screen that looks twice must not see half of a command in between; on PostgreSQL each look is one moment."""
    if not database.is_sqlite:
        pytest.skip("READ COMMITTED: each statement sees its own moment")
    with database.read() as reader:
        before = reader.scalars(select(Field)).all()
        with database.write() as writer:
            writer.add(Field(name="Đất đai"))
        assert reader.scalars(select(Field)).all() == before


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_database_in_memory_is_refused(address: str) -> None:
    with pytest.raises(SettingError) as caught:
        Database(sa.make_url(address))

    assert str(caught.value) == ("SQLALCHEMY_DATABASE_URI: an in-memory SQLite database cannot be shared; name a file.")


def test_a_file_that_cannot_be_opened_is_a_record_that_is_away(tmp_path: Path) -> None:
    nowhere = Database(sa.make_url(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"))

    with pytest.raises(RecordAwayError), nowhere.write_connection():
        pass


def test_a_lock_that_is_not_given_back_is_busy(on_sqlite: Database) -> None:
    impatient = Database(on_sqlite.engine.url, patience_seconds=0.1)
    with closing(sqlite3.connect(str(on_sqlite.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusyError), impatient.write_connection():
            pass
        other.execute("ROLLBACK")

    with impatient.write_connection() as connection:
        connection.exec_driver_sql("INSERT INTO note VALUES ('a')")
    impatient.engine.dispose()


def test_a_missing_table_is_a_bug_and_no_weather(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught, database.write_connection() as connection:
        connection.exec_driver_sql("SELECT * FROM motcua_never_made")

    assert unavailable(caught.value) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_a_new_database_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        app = create_app(app_config(f"sqlite:///{tmp_path / 'motcua.db'}", tmp_path))
        engine = app.extensions[EXTENSION].database.engine
        upgrade(engine)
    finally:
        os.umask(before)
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.glob("motcua.db*")}
    engine.dispose()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()

    assert modes["motcua.db"] == 0o600
    assert set(modes.values()) == {0o600}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_a_database_file_that_is_there_stays_as_its_owner_has_it(tmp_path: Path) -> None:
    file = tmp_path / "motcua.db"
    file.touch(0o640)
    file.chmod(0o640)

    create_for_owner_alone(make_url(f"sqlite:///{file}"))

    assert file.stat().st_mode & 0o777 == 0o640


def test_a_database_in_a_folder_that_is_not_there_is_refused_by_the_database(tmp_path: Path) -> None:
    create_for_owner_alone(make_url(f"sqlite:///{tmp_path / 'nowhere' / 'motcua.db'}"))
    create_for_owner_alone(make_url("sqlite://"))
    create_for_owner_alone(make_url("postgresql+psycopg://nobody@127.0.0.1/nothing"))

    assert list(tmp_path.iterdir()) == []
