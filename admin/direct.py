"""A connection for prepared statements (``prepared.py``), with as little as possible between them and the driver."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Dialect, Engine
    from sqlalchemy.pool import PoolProxiedConnection


class Direct:
    """A connection of the pool, for prepared statements and nothing else; ``Database.direct`` hands it out."""

    __slots__ = ("_command", "dialect", "pooled")

    def __init__(
        self,
        dialect: Dialect,
        pooled: PoolProxiedConnection,
        command: Callable[[Direct], AbstractContextManager[None]],
    ) -> None:
        self.dialect = dialect
        self.pooled = pooled
        self._command = command

    def command(self) -> AbstractContextManager[None]:
        """Open a command: committed when the block ends, undone when it raises.

        Raises DatabaseBusyError when the write lock could not be had in time,
        RecordAwayError when the database does not answer.
        """
        return self._command(self)

    @property
    def raw(self) -> Any:
        """The driver's own connection."""
        return self.pooled.driver_connection

    def execute(self, sql: str, arguments: Any, *, fetch: bool) -> list[tuple[Any, ...]]:
        """Run a statement. Raises what SQLAlchemy would raise."""
        with self.speaking(sql):
            cursor = self.pooled.cursor()
            cursor.execute(sql, arguments)
            return list(cursor.fetchall()) if fetch else []

    @contextmanager
    def speaking(self, sql: str = "") -> Iterator[None]:
        """Turn the driver's errors into SQLAlchemy's, and never use a broken connection again."""
        driver: Any = self.dialect.dbapi
        try:
            yield
        except driver.Error as error:
            is_broken = self.pooled.is_valid and self.dialect.is_disconnect(error, self.pooled, None)
            if is_broken:
                self.pooled.invalidate(error)
            raise DBAPIError.instance(
                sql, None, error, driver.Error, hide_parameters=True, connection_invalidated=is_broken
            ) from error


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
def kept_or_undone(direct: Direct, pipeline: AbstractContextManager[Any]) -> Iterator[None]:
    """Commit when the block ends, undo everything when it raises."""
    driver: Any = direct.dialect.dbapi
    try:
        with direct.speaking("COMMIT"), pipeline:
            yield
            direct.raw.commit()
    except BaseException:
        if direct.pooled.is_valid:  # a connection that broke has nothing left to undo
            with suppress(driver.Error):
                direct.raw.rollback()
        raise
