"""A connection for prepared statements (``prepared.py``), with as little as possible between them and the driver."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Dialect, Engine
    from sqlalchemy.pool import PoolProxiedConnection


class Direct:
    """A connection of the pool, for prepared statements and nothing else; ``Database.direct`` hands it out."""

    __slots__ = ("_command", "_cursor", "_short_command", "dialect", "pooled", "raw")

    def __init__(
        self,
        dialect: Dialect,
        pooled: PoolProxiedConnection,
        command: Callable[[Direct], AbstractContextManager[None]],
        short_command: Callable[[Direct], AbstractContextManager[None]],
    ) -> None:
        self.dialect = dialect
        self.pooled = pooled
        #: The driver's own connection.
        self.raw: Any = pooled.driver_connection
        self._cursor = _counting_cursor(dialect, pooled.driver_connection)
        self._command = command
        self._short_command = short_command

    def command(self) -> AbstractContextManager[None]:
        """Open a command: committed when the block ends, undone when it raises.

        Raises DatabaseBusyError when the write lock could not be had in time,
        RecordAwayError when the database does not answer.
        """
        return self._command(self)

    def short_command(self) -> AbstractContextManager[None]:
        """Open a command for what is one statement on PostgreSQL, which keeps it or undoes it by itself.

        On SQLite no other than ``command``. Raises what that raises.
        """
        return self._short_command(self)

    def inside_command(self) -> Direct:
        """Return the connection for whoever works inside an open command: their commands are part of it."""
        return Direct(self.dialect, self.pooled, _part_of_another, _part_of_another)

    def execute(self, sql: str, arguments: Any, *, fetch: bool) -> list[tuple[Any, ...]]:
        """Run a statement. Raises what SQLAlchemy would raise."""
        driver: Any = self.dialect.dbapi
        try:
            self._cursor.execute(sql, arguments)
            rows: list[tuple[Any, ...]] = self._cursor.fetchall() if fetch else []
        except driver.Error as error:
            raise self._spoken(error, sql) from error
        return rows

    def commit(self) -> None:
        """Keep what has been done since the command began. Raises what SQLAlchemy would raise."""
        driver: Any = self.dialect.dbapi
        try:
            self.raw.commit()
        except driver.Error as error:
            raise self._spoken(error, "COMMIT") from error

    def _spoken(self, error: Any, sql: str) -> Exception:
        """Return a driver's error as SQLAlchemy's; a connection that broke is never used again."""
        driver: Any = self.dialect.dbapi
        is_broken = self.pooled.is_valid and self.dialect.is_disconnect(error, self.pooled, None)
        if is_broken:
            self.pooled.invalidate(error)
        spoken: Exception = DBAPIError.instance(
            sql, None, error, driver.Error, hide_parameters=True, connection_invalidated=is_broken
        )
        return spoken


def _part_of_another(_direct: Direct) -> AbstractContextManager[None]:
    return nullcontext()


def _counting_cursor(dialect: Any, raw: Any) -> Any:
    """Return the cursor whose places for values are counted, as ``prepared.py`` writes them."""
    return raw.cursor() if dialect.positional else dialect.dbapi.RawCursor(raw)


def take_out(engine: Engine) -> PoolProxiedConnection:
    """Take a connection out of an engine's pool. Raises what SQLAlchemy would raise."""
    driver: Any = engine.dialect.dbapi
    try:
        return engine.raw_connection()
    except driver.Error as error:
        raise DBAPIError.instance(None, None, error, driver.Error) from error


@contextmanager
def pooled(engine: Engine) -> Iterator[PoolProxiedConnection]:
    """Take a connection out of an engine's pool, and give it back."""
    connection = take_out(engine)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def kept_or_undone(direct: Direct) -> Iterator[None]:
    """Commit when the block ends, undo everything when it raises."""
    driver: Any = direct.dialect.dbapi
    try:
        yield
        direct.commit()
    except BaseException:
        if direct.pooled.is_valid:  # a connection that broke has nothing left to undo
            with suppress(driver.Error):
                direct.raw.rollback()
        raise
