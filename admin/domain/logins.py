"""Whether a login holds, and what ends one login or all of a person (C-14). The caller commits."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from motcua.admin.domain import audit
from motcua.admin.enums import AuditAction
from motcua.admin.models import RevokedLogin, SessionEpoch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from motcua.admin.models.base import Record

_WORD_BYTES = 16


def new_word() -> str:
    """Return a word that nobody can guess and nobody gets twice."""
    return secrets.token_urlsafe(_WORD_BYTES)


def epoch_of_login(connection: Connection, user_id: int, login_id: str) -> str | None:
    """Return the word that one login of a person must carry; None when that login holds no more."""
    is_revoked = select(RevokedLogin.login_id).where(RevokedLogin.login_id == login_id).exists()
    return connection.scalar(select(SessionEpoch.epoch).where(SessionEpoch.user_id == user_id, ~is_revoked))


def words_of(connection: Connection, user_id: int) -> tuple[str, str] | None:
    """Return what a person's logins and tokens must carry; None when none of them holds."""
    words = select(SessionEpoch.epoch, SessionEpoch.token_epoch).where(SessionEpoch.user_id == user_id)
    found = connection.execute(words).first()
    return (found.epoch, found.token_epoch) if found else None


def begin_words(connection: Connection, user_id: int, *, now: datetime) -> tuple[str, str]:
    """Begin a person's words; of two logins at once both get what the first has begun."""
    begun = _insert(connection)(SessionEpoch).values(
        user_id=user_id, epoch=new_word(), token_epoch=new_word(), begun_at=now
    )
    shared = begun.on_conflict_do_update(index_elements=["user_id"], set_={"user_id": user_id})
    words = connection.execute(shared.returning(SessionEpoch.epoch, SessionEpoch.token_epoch)).one()
    return words.epoch, words.token_epoch


def end_login(connection: Connection, user_id: int, login_id: str, *, expires_at: datetime, now: datetime) -> None:
    """End the login that is logged out of, and the tokens of its person; the other logins go on.

    ``expires_at`` is when it would have ended by itself. Every logout takes
    away the rows of those that have, so there are never more of them than
    logouts in one such span.
    """
    revoked = _insert(connection)(RevokedLogin).values(login_id=login_id, expires_at=expires_at)
    connection.execute(revoked.on_conflict_do_nothing())
    connection.execute(update(SessionEpoch).where(SessionEpoch.user_id == user_id).values(token_epoch=new_word()))
    connection.execute(delete(RevokedLogin).where(RevokedLogin.expires_at <= now))


def end_all_logins(session: Session, user_ids: Collection[int]) -> None:
    """End every login and every token of some people; their next login begins new words."""
    ended = delete(SessionEpoch).where(SessionEpoch.user_id.in_(user_ids))
    session.execute(ended, execution_options={"synchronize_session": False})


def record_ended(session: Session, user: User) -> None:
    """Put down that somebody has ended every login of a person, as an act of its own."""
    ended = AuditAction.LOGINS_ENDED
    audit.record(session, ended, "user", object_id=user.id, code=user.username, person_id=user.id)


def _insert(connection: Connection) -> Callable[[type[Record]], Any]:
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
