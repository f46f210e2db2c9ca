"""How long a login holds: until its person logs out or is changed, and not while nobody is there (C-14).

Flask's session is a signed cookie, and a signature has no end: a copy would
work after the logout. Here every login carries its person's epoch, a random
word in a table of ours. It holds while the table says the same word; to end
all logins of a person is to delete the row, in the same transaction that
changes the password, the roles or the person. The next login begins a new one.

Flask-Login says when it looks for somebody's login. Who brings none (a kiosk,
a board, a citizen's phone) costs no query.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, request, session
from flask_appbuilder.security.sqla.models import Group, Role, User
from flask_login import COOKIE_NAME, user_accessed, user_logged_in, user_logged_out
from sqlalchemy import delete, event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite

from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext
from motcua.admin.models import SessionEpoch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask
    from flask_appbuilder import AppBuilder
    from sqlalchemy.orm import Session

_LOGIN = "motcua_login"
_CLAIM = "motcua_epoch"
_EPOCH_BYTES = 16
# Not every answer sets a cookie.
_SEEN_EVERY = timedelta(minutes=1).total_seconds()
# A login dated later than now was made on a clock that was wrong since; so little is the next process's clock.
_SLACK = timedelta(minutes=1).total_seconds()
#: What says nothing about anybody.
_LANGUAGE = frozenset({"locale"})
#: What Flask-Login has written, and what FAB's OAuth and SAML have just learned about the person.
_OF_THE_LOGIN = frozenset(
    {"_user_id", "_fresh", "_id", "oauth", "oauth_provider", "saml_idp", "saml_name_id", "saml_session_index"}
)
_OF_A_PERSON = ("password", "active", "roles", "groups")


def end_logins(app: Flask, appbuilder: AppBuilder) -> None:
    """Let logins on this app end, those of the browser and those of the API's tokens."""
    user_accessed.connect(_look, app, weak=False)
    user_logged_in.connect(_begin, app, weak=False)
    user_logged_out.connect(_log_out, app, weak=False)
    event.listen(appbuilder.session, "before_flush", _end_with_the_change)
    tokens = appbuilder.sm.jwt_manager
    tokens.additional_claims_loader(lambda identity: {_CLAIM: epoch_of(int(identity))})
    tokens.token_in_blocklist_loader(lambda _header, claims: not _carries_epoch(claims))


def new_login(user_id: int) -> dict[str, Any]:
    """Return what a person's session carries from now on."""
    now = int(current_motcua().clock().timestamp())
    return {_LOGIN: {"epoch": epoch_of(user_id), "since": now, "seen": now}}


def epoch_of(user_id: int) -> str:
    """Return a person's epoch; it begins now if there is none."""
    motcua = current_motcua()
    epoch = _standing_epoch(user_id)
    if epoch is not None:
        return epoch
    values = {"user_id": user_id, "epoch": secrets.token_urlsafe(_EPOCH_BYTES), "begun_at": motcua.clock()}
    insert = sqlite.insert if motcua.database.is_sqlite else postgresql.insert
    begun = insert(SessionEpoch).values(values)
    # Of two logins at once both get what the first has begun.
    shared = begun.on_conflict_do_update(index_elements=["user_id"], set_={"user_id": user_id})
    with motcua.database.write_connection() as connection:
        return connection.execute(shared.returning(SessionEpoch.epoch)).scalar_one()


def _standing_epoch(user_id: int) -> str | None:
    with current_motcua().database.read_connection() as connection:
        return connection.scalar(select(SessionEpoch.epoch).where(SessionEpoch.user_id == user_id))


# --- the browser's session -----------------------------------------------------------------------


def _look(_app: Flask) -> None:
    """Empty a session that does not hold, before Flask-Login reads it."""
    if current_app.config.get("REMEMBER_COOKIE_NAME", COOKIE_NAME) in request.cookies:
        session["_remember"] = "clear"  # a login from this cookie would have no end
    user_id = session.get("_user_id")
    if user_id is None:
        return
    login, now = session.get(_LOGIN), int(current_motcua().clock().timestamp())
    if not isinstance(login, dict) or _is_over(login, now) or _standing_epoch(int(user_id)) != login["epoch"]:
        _keep_only(_LANGUAGE | {"_remember"})
        flash(gettext("Your session has ended. Please log in again."), "warning")
    elif now - login["seen"] >= _SEEN_EVERY:
        session[_LOGIN] = login | {"seen": now}


def _is_over(login: Mapping[str, Any], now: int) -> bool:
    settings = current_motcua().settings
    idle, since = now - int(login["seen"]), now - int(login["since"])
    is_too_long = idle >= settings.session_idle.total_seconds() or since >= settings.session_length.total_seconds()
    return is_too_long or idle < -_SLACK


def _begin(_app: Flask, user: User) -> None:
    """Take over nothing from before the login: whoever planted a cookie then has nothing of it."""
    _keep_only(_LANGUAGE | _OF_THE_LOGIN)
    session.update(new_login(user.id))


def _log_out(_app: Flask, user: Any) -> None:
    _keep_only(_LANGUAGE | {"_remember"})
    if user is not None and user.is_authenticated:
        with current_motcua().database.write_connection() as connection:
            connection.execute(delete(SessionEpoch).where(SessionEpoch.user_id == user.id))


def _keep_only(names: frozenset[str]) -> None:
    kept = {name: session[name] for name in names if name in session}
    session.clear()
    session.update(kept)


# --- the API's tokens ----------------------------------------------------------------------------


def _carries_epoch(claims: Mapping[str, Any]) -> bool:
    epoch = _standing_epoch(int(claims["sub"]))
    return epoch is not None and claims.get(_CLAIM) == epoch


# --- changes of people ---------------------------------------------------------------------------


def _end_with_the_change(changing: Session, _context: object, _instances: object) -> None:
    """End the logins of whose password, state or roles are about to be written; both or neither are kept."""
    people = {user.id for row in changing.dirty for user in _changed_by(row)}
    people |= {user.id for row in changing.deleted for user in _losing(row)}
    if people:
        ended = delete(SessionEpoch).where(SessionEpoch.user_id.in_(people))
        changing.execute(ended, execution_options={"synchronize_session": False})


def _changed_by(row: object) -> Iterator[User]:
    if isinstance(row, User) and any(_is_changed(row, name) for name in _OF_A_PERSON):
        yield row
    elif isinstance(row, Group) and _is_changed(row, "roles"):
        yield from row.users


def _losing(row: object) -> Iterator[User]:
    if isinstance(row, User):
        yield row
    elif isinstance(row, Group):
        yield from row.users
    elif isinstance(row, Role):
        yield from row.user
        for group in row.groups:
            yield from group.users


def _is_changed(row: object, name: str) -> bool:
    return bool(inspect(row).attrs[name].load_history().has_changes())
