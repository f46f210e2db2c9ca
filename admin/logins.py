"""How long a login holds: until its person logs out or is changed, and not while nobody is there (C-14).

Flask's session is a signed cookie, and a signature has no end: a copy would
work after the logout. Here every login carries an id of its own and its
person's epoch, a random word in a table of ours. It holds while the table
says the same word and the id was not logged out of. To end all logins of a
person is to delete the row, in the same transaction that changes the
password, the roles, the place in an office or the person. The next login
begins a new one.

The API's tokens are taken with a password and have no logout of their own. An
access or refresh token is void after the next logout of its person, wherever
that was pressed, after all that ends every login, and when it expires
(Flask-JWT-Extended: a quarter of an hour, thirty days).

Flask-Login says when it looks for somebody's login. Who brings none (a kiosk,
a board, a citizen's phone) costs no query.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, g, get_flashed_messages, request, session
from flask_login import COOKIE_NAME, user_accessed, user_logged_in, user_logged_out
from sqlalchemy import event

from motcua.admin.changed_people import end_logins_with_the_change
from motcua.admin.domain.logins import begin_words, end_login, epoch_of_login, new_word, words_of
from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask, Response
    from flask_appbuilder import AppBuilder
    from flask_appbuilder.security.sqla.models import User

_LOGIN = "motcua_login"
_CLAIM = "motcua_epoch"
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


def end_logins(app: Flask, appbuilder: AppBuilder) -> None:
    """Let logins on this app end, those of the browser and those of the API's tokens."""
    user_accessed.connect(_look, app, weak=False)
    user_logged_in.connect(_begin, app, weak=False)
    user_logged_out.connect(_log_out, app, weak=False)
    app.after_request(_say_only_that)
    event.listen(appbuilder.session, "before_flush", end_logins_with_the_change)
    tokens = appbuilder.sm.jwt_manager
    tokens.additional_claims_loader(lambda identity: {_CLAIM: words_for(int(identity))[1]})
    tokens.token_in_blocklist_loader(lambda _header, claims: not _carries_epoch(claims))


def new_login(user_id: int) -> dict[str, Any]:
    """Return what a person's session carries from now on."""
    now = int(current_motcua().clock().timestamp())
    return {_LOGIN: {"id": new_word(), "epoch": words_for(user_id)[0], "since": now, "seen": now}}


def words_for(user_id: int) -> tuple[str, str]:
    """Return what a person's logins and tokens carry; it begins now if nothing holds."""
    motcua = current_motcua()
    with motcua.database.read_connection() as connection:
        words = words_of(connection, user_id)
    if words is None:
        with motcua.database.write_connection() as connection:
            words = begin_words(connection, user_id, now=motcua.clock())
    return words


# --- the browser's session -----------------------------------------------------------------------


def _look(_app: Flask) -> None:
    """Empty a session that does not hold, before Flask-Login reads it."""
    if current_app.config.get("REMEMBER_COOKIE_NAME", COOKIE_NAME) in request.cookies:
        session["_remember"] = "clear"  # a login from this cookie would have no end
    user_id = session.get("_user_id")
    if user_id is None:
        return
    login, now = session.get(_LOGIN), int(current_motcua().clock().timestamp())
    if not isinstance(login, dict) or not _holds(int(user_id), login, now):
        _keep_only(_LANGUAGE | {"_remember"})
        g.motcua_login_ended = True
        _say_ended()
    elif now - login["seen"] >= _SEEN_EVERY:
        session[_LOGIN] = login | {"seen": now}


def _say_ended() -> None:
    flash(gettext("Your session has ended. Please log in again."), "warning")


def _say_only_that(answer: Response) -> Response:
    """Leave out the platform's word about missing rights: the person has them, and was only away too long."""
    if g.get("motcua_login_ended") and answer.location:
        get_flashed_messages()
        _say_ended()
    return answer


def _holds(user_id: int, login: Mapping[str, Any], now: int) -> bool:
    if "id" not in login or _is_over(login, now):
        return False
    with current_motcua().database.read_connection() as connection:
        return epoch_of_login(connection, user_id, login["id"]) == str(login["epoch"])


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
    login = session.get(_LOGIN)
    _keep_only(_LANGUAGE | {"_remember"})
    if login is None or user is None or not user.is_authenticated:
        return
    flash(gettext("You are logged out."), "info")
    motcua = current_motcua()
    expires_at = datetime.fromtimestamp(login["since"], UTC) + motcua.settings.session_length
    with motcua.database.write_connection() as connection:
        end_login(connection, user.id, login["id"], expires_at=expires_at, now=motcua.clock())


def keep_only_the_language() -> None:
    """Empty a session of all that says something about somebody."""
    _keep_only(_LANGUAGE)


def _keep_only(names: frozenset[str]) -> None:
    kept = {name: session[name] for name in names if name in session}
    session.clear()
    session.update(kept)


# --- the API's tokens ----------------------------------------------------------------------------


def _carries_epoch(claims: Mapping[str, Any]) -> bool:
    with current_motcua().database.read_connection() as connection:
        words = words_of(connection, int(claims["sub"]))
    return words is not None and claims.get(_CLAIM) == words[1]
