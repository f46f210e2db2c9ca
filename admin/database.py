"""Two kinds of transaction on the host's database: reading, and commands that write.

A command opens with BEGIN IMMEDIATE on SQLite and READ COMMITTED on
PostgreSQL. Keep commands short: no printing, mail or HTTP inside.

SQLite serves its waiting writers unfairly (its busy handler sleeps longer the
longer one has waited, so a late comer wins). Here threads of one process
queue on a lock, so only one writer per process knocks, and it knocks often.
What is asked of ``Database.together`` meanwhile shares its commit.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from motcua.admin.direct import Direct, kept_or_undone, pooled, take_out
from motcua.admin.errors import DatabaseBusyError, RecordAwayError, SettingError, UnavailableError
from motcua.admin.shared_commit import SharedCommits
from motcua.admin.trail import RecordSession, Trail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.pool import PoolProxiedConnection

_Result = TypeVar("_Result")
SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")
_IMPATIENT = "PRAGMA busy_timeout=0"
_KNOCK_SECONDS = 0.001
#: The option of a connection that begins as a command on SQLite, and the moment its patience ends.
WRITE_UNTIL = "motcua_write_until"
_LOOK_UP = "motcua_look_up"
# PostgreSQL's words for "somebody else holds it": lock not available, serialization failure, deadlock.
_BUSY_STATES = frozenset({"55P03", "40001", "40P01"})
_BUSY_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def set_pragmas(dbapi_connection: Any) -> None:
    """Make one SQLite connection durable, referentially honest and patient."""
    for pragma in SQLITE_PRAGMAS:
        dbapi_connection.execute(f"PRAGMA {pragma}")


def create_for_owner_alone(url: URL) -> None:
    """Create an SQLite file before anything else does: citizens' names are for its owner, not for every user here.

    SQLite gives its side files (-wal, -shm) the permissions of the database. One that is there stays as it is; the
    doctor names it when strangers may read it.
    """
    file = Path(url.database or "")
    if url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"} and file.parent.is_dir():
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def unavailable(error: BaseException) -> UnavailableError | None:
    """Return what a failing database means for the person who waits; None when the failure is a bug.

    Not DatabaseBusyError when the connection broke: then nobody knows whether
    the commit was kept, and only the same key again can tell.
    """
    if isinstance(error, PoolTimeoutError):
        return DatabaseBusyError()
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        code &= 0xFF
        if code in _BUSY_CODES:
            return DatabaseBusyError()
        is_ours = code == sqlite3.SQLITE_ERROR or not isinstance(cause, sqlite3.OperationalError)
        return None if is_ours else RecordAwayError()
    if getattr(cause, "sqlstate", None) in _BUSY_STATES:
        return DatabaseBusyError()
    is_away = isinstance(error, DBAPIError) and (
        error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    )
    return RecordAwayError() if is_away else None


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn a database that is busy or away into a refusal; bugs go on as they are."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError, sqlite3.Error) as error:
        refusal = unavailable(error)
        if refusal is None:
            raise
        raise refusal from error


def _began(raw: Any) -> bool:
    """Try once to take SQLite's write lock."""
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _begin_immediate(raw: Any, deadline: float) -> None:
    raw.execute(_IMPATIENT)
    try:
        _knock(raw, deadline)
    finally:
        raw.execute("PRAGMA busy_timeout=10000")


def _knock(raw: Any, deadline: float) -> None:
    """Take SQLite's write lock on a connection that does not wait by itself."""
    while not _began(raw):
        if time.monotonic() > deadline:
            raise DatabaseBusyError
        time.sleep(_KNOCK_SECONDS * (0.5 + random.random()))  # noqa: S311 - no secret, only jitter


class Database:
    """Hands out transactions on one engine of our own, beside the host's."""

    def __init__(self, url: URL, *, patience_seconds: float = 10.0) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite and (not url.database or url.database == ":memory:" or "mode=memory" in str(url)):
            msg = "SQLALCHEMY_DATABASE_URI: an in-memory SQLite database cannot be shared; name a file."
            raise SettingError(msg)
        self.patience_seconds = patience_seconds
        #: Every command's changes are written down there, in its own transaction.
        self.trail = Trail()
        self.engine = self._engine(url)
        self._own: PoolProxiedConnection | None = None
        event.listen(self.engine, "engine_disposed", self._let_go)
        self._looking_up = self.engine.execution_options(
            **({_LOOK_UP: True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"})
        )
        self._reading = self.engine.execution_options(**({} if self.is_sqlite else {"postgresql_readonly": True}))
        self._turn = threading.Lock()
        self._shared_commits = SharedCommits(self.direct)

    def _engine(self, url: URL) -> Engine:
        if not self.is_sqlite:
            return self._postgres_engine(url)
        engine = create_engine(url, pool_size=20)

        @event.listens_for(engine, "connect")
        def prepare(dbapi_connection: Any, _record: Any) -> None:
            dbapi_connection.isolation_level = None  # we say BEGIN ourselves
            set_pragmas(dbapi_connection)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            options = connection.get_execution_options()
            raw: Any = connection.connection.driver_connection
            write_until = options.get(WRITE_UNTIL)
            if write_until is not None:
                _begin_immediate(raw, write_until)
            elif not options.get(_LOOK_UP):
                raw.execute("BEGIN")

        return engine

    def _postgres_engine(self, url: URL) -> Engine:
        engine = create_engine(url, isolation_level="READ COMMITTED", pool_size=20, pool_timeout=self.patience_seconds)
        patience = f"SET lock_timeout = {round(self.patience_seconds * 1000)}"

        @event.listens_for(engine, "connect")
        def prepare(dbapi_connection: Any, _record: Any) -> None:
            dbapi_connection.execute(patience)
            dbapi_connection.commit()

        return engine

    @contextmanager
    def write_connection(self) -> Iterator[Connection]:
        """Open a command; commit when the block ends, undo everything if it raises.

        Raises DatabaseBusyError when the write lock could not be had in time,
        RecordAwayError when the database does not answer.
        """
        with self._command() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a command as an ORM session; commit when the block ends."""
        with (
            self._command() as connection,
            RecordSession(bind=connection, expire_on_commit=False, join_transaction_mode="rollback_only") as session,
        ):
            yield session
            session.flush()
            self.trail.write(session)

    @contextmanager
    def _command(self) -> Iterator[Connection]:
        if not self.is_sqlite:
            with _refusing(), self.engine.connect() as connection, connection.begin():
                yield connection
            return
        with self._my_turn() as deadline, _refusing(), self.engine.connect() as connection:
            connection.execution_options(**{WRITE_UNTIL: deadline})
            with connection.begin():
                yield connection

    @contextmanager
    def _my_turn(self) -> Iterator[float]:
        """Wait until no other thread of this process writes; give the moment at which patience ends."""
        deadline = time.monotonic() + self.patience_seconds
        if not self._turn.acquire(timeout=self.patience_seconds):
            raise DatabaseBusyError
        try:
            yield deadline
        finally:
            self._turn.release()

    def together(self, work: Callable[[Direct], _Result]) -> _Result:
        """Do look-ups and one short command, and return what ``work`` returns.

        On SQLite under one commit with those who wait meanwhile, so ``work``
        may run in another thread and, undone, once more (``shared_commit.py``).
        Raises what it raises, and DatabaseBusyError when the turn does not come
        in time.
        """
        if self.is_sqlite:
            return self._shared_commits.run(work)
        with self.direct() as connection:
            return work(connection)

    @contextmanager
    def direct(self) -> Iterator[Direct]:
        """Take a connection for prepared statements: look-ups first, each standing alone, then ``command``.

        On SQLite there is one such connection, and it is had in turn. Raises
        DatabaseBusyError when the turn does not come in time.
        """
        dialect, command = self.engine.dialect, self._direct_command
        if self.is_sqlite:
            with self._my_turn():
                yield Direct(dialect, self._own_connection(), command, command)
            return
        with pooled(self.engine) as connection:
            direct = Direct(dialect, connection, command, lambda _: _refusing())
            direct.raw.autocommit = True
            try:
                yield direct
            finally:
                if connection.is_valid:
                    direct.raw.autocommit = False

    def _own_connection(self) -> PoolProxiedConnection:
        """Return SQLite's connection for prepared statements, kept: what it has read stays read."""
        if self._own is None or not self._own.is_valid:
            self._own = take_out(self.engine)
            self._own.driver_connection.execute(_IMPATIENT)  # type: ignore[union-attr] # only ``_knock`` waits
        return self._own

    def _let_go(self, _engine: Engine) -> None:
        if self._own is not None:
            self._own.invalidate()
            self._own = None

    @contextmanager
    def _direct_command(self, direct: Direct) -> Iterator[None]:
        with _refusing():
            if self.is_sqlite:
                _knock(direct.raw, time.monotonic() + self.patience_seconds)
            else:
                direct.raw.autocommit = False
            with kept_or_undone(direct):
                yield

    @contextmanager
    def read_connection(self) -> Iterator[Connection]:
        """Open a plain connection for looking one thing up; each statement stands alone."""
        with self._looking_up.connect() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session for reading; nothing it does is kept."""
        if self.is_sqlite:
            with Session(bind=self.engine, expire_on_commit=False) as session:
                yield session
            return
        # Its transaction may not write, and so it may end with COMMIT: with every ROLLBACK
        # psycopg has the server forget the statements it had prepared, and plan them anew.
        with (
            self._reading.begin() as connection,
            Session(bind=connection, expire_on_commit=False, join_transaction_mode="rollback_only") as session,
        ):
            yield session
