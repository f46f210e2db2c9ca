"""Counting tries in the database, so that every process counts the same (C-16).

Flask-Limiter keeps its counters behind the ``limits`` library's storage
interface. In memory each process would count for itself: four of them let
through four times what was allowed. Importing this file makes the address
``motcua://`` known to that library.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import Storage
from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from motcua.admin.errors import TooManyTriesError
from motcua.admin.extension import current_motcua
from motcua.admin.models import RateCounter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask_appbuilder import BaseView
    from flask_appbuilder.api import BaseApi
    from sqlalchemy import Connection

STORAGE = "motcua://"
_log = logging.getLogger(__name__)
_KEPT = timedelta(hours=1)
_NAME_LETTERS = 128


def login_key() -> str:
    """Return whose tries are counted together: one address with one user name.

    Ten officers behind one router may all log in at half past seven, and
    nobody can lock a colleague out from another address.
    """
    name = _asked_name() if request.method == "POST" else ""
    return f"{get_remote_address()} {name.strip().lower()[:_NAME_LETTERS]}"


def _asked_name() -> str:
    """Return the user name of a login, by the form or over the API."""
    if not request.is_json:
        return request.form.get("username", "")
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # lists in lists without end
        return ""
    return str(body.get("username", "")) if isinstance(body, dict) else ""


def count_logins_together(limiter: Limiter, tokens: BaseApi, form: BaseView, limit: str) -> None:
    """Let tries at the API's login take from those of FAB's form, which alone FAB counts."""
    login = f"{tokens.__class__.__name__}.login"
    limiter.shared_limit(
        limit,
        # What Flask-Limiter calls the budget of that form.
        scope=f"{form.__class__.__name__}.login",
        methods=["POST"],
        exempt_when=lambda: request.endpoint != login,
    )(tokens.blueprint)


class EarlyLimiter(Limiter):
    """FAB's limiter, which asks first whether a request counts at all, and only then which limits it is to keep.

    The kiosks of a full hall do not count (``kiosk/manager.py``), and each of
    their requests paid a twentieth of its time for being told so last.
    """

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:  # noqa: FBT001, FBT002 - the library's own words
        if not any(does_not_count() for does_not_count in self._request_filters):
            super()._check_request_limit(callable_name, in_middleware)


class DatabaseStorage(Storage):
    """Counters in a table of ours; a key is kept as a digest only."""

    STORAGE_SCHEME = ["motcua"]  # noqa: RUF012 - the library's own way

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong here."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a try and return how many there have been in this span of time."""
        now = datetime.now(UTC)
        with current_motcua().database.write_connection() as connection:
            count = _count(connection, key, now, timedelta(seconds=expiry), amount)
            if count == amount:  # a span begins: the moment to sweep away those that are long over
                connection.execute(delete(RateCounter).where(RateCounter.expires_at < now - _KEPT))
        return count

    def get(self, key: str) -> int:
        """Return how many tries there have been in the present span."""
        counted = select(RateCounter.count).where(
            RateCounter.digest == _digest(key), RateCounter.expires_at > datetime.now(UTC)
        )
        with current_motcua().database.read_connection() as connection:
            return int(connection.scalar(counted) or 0)

    def get_expiry(self, key: str) -> float:
        """Return when the present span ends, in seconds of the epoch."""
        ends = select(RateCounter.expires_at).where(RateCounter.digest == _digest(key))
        with current_motcua().database.read_connection() as connection:
            found: datetime | None = connection.scalar(ends)
        return (found or datetime.now(UTC)).timestamp()

    def check(self) -> bool:
        """Tell whether counting is possible."""
        with current_motcua().database.read_connection() as connection:
            connection.scalar(select(func.count()).select_from(RateCounter))
        return True

    def reset(self) -> int | None:
        """Forget every try."""
        with current_motcua().database.write_connection() as connection:
            return connection.execute(delete(RateCounter)).rowcount

    def clear(self, key: str) -> None:
        """Forget the tries of one key."""
        with current_motcua().database.write_connection() as connection:
            connection.execute(delete(RateCounter).where(RateCounter.digest == _digest(key)))


def count_failure(what: str, *, most: int, seconds: int) -> None:
    """Count something that failed on a door of ours. Raises TooManyTriesError for more than ``most`` in a span.

    That a limit was reached stands in the log, once for each span.
    """
    if _counted(what, most, seconds) > most:
        raise TooManyTriesError


def watch_failures(what: str, *, alarm_at: int, seconds: int) -> None:
    """Count something that failed at whosever hand it was; many of them stand in the log, once for each span."""
    _counted(what, alarm_at, seconds)


@contextmanager
def counted_try(
    what: str, *, most: int, seconds: int, refusal: type[TooManyTriesError] = TooManyTriesError
) -> Iterator[None]:
    """Count a try before it is made, so that those made at once all count; a right one forgives those before.

    Raises ``refusal`` for more than ``most`` in a span. That stands in the log, once for each span.
    """
    tries = DatabaseStorage(STORAGE)
    count = tries.incr(what, seconds) if current_motcua().counts_tries else 0
    if count == most + 1:
        _log.warning("%s in %d s: %s", count, seconds, what)
    if count > most:
        raise refusal
    yield
    tries.clear(what)


def _counted(what: str, most: int, seconds: int) -> int:
    """Return the how many-th it is in this span, and at least one more than ``most`` after that."""
    if not current_motcua().counts_tries:
        return 0
    tries = DatabaseStorage(STORAGE)
    # Looked at before it is written: whoever goes on and on costs no writing.
    if tries.get(what) >= most:
        return most + 1
    count = tries.incr(what, seconds)
    if count == most:
        _log.warning("%s in %d s: %s", count, seconds, what)
    return count


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _count(connection: Connection, key: str, now: datetime, span: timedelta, amount: int) -> int:
    """Add to a counter, or begin anew when its span is over, in one statement."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(RateCounter).values(digest=_digest(key), count=amount, expires_at=now + span)
    is_over = RateCounter.expires_at <= now
    counted = row.on_conflict_do_update(
        index_elements=[RateCounter.digest],
        set_={
            "count": case((is_over, amount), else_=RateCounter.count + amount),
            "expires_at": case((is_over, row.excluded.expires_at), else_=RateCounter.expires_at),
        },
    ).returning(RateCounter.count)
    return int(connection.execute(counted).scalar_one())
