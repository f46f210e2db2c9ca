"""What is audited of a request though it changes nothing in the record: logins, refused ones, denied access."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import current_app, g, request
from flask_login import user_logged_in, user_logged_out

from motcua.admin.actors import actor_of
from motcua.admin.domain import audit
from motcua.admin.enums import AuditAction
from motcua.admin.errors import UnavailableError
from motcua.admin.extension import current_motcua

if TYPE_CHECKING:
    from flask import Flask, Response

_PATH_LETTERS = 200


def follow_requests(app: Flask) -> None:
    """Note logins, logouts and denied access on an app."""
    user_logged_in.connect(_note_login, app, weak=False)
    user_logged_out.connect(_note_logout, app, weak=False)
    app.after_request(_note_denied)


def note(action: AuditAction, kind: str, **facts: Any) -> None:
    """Write one act down in a transaction of its own, for what changes nothing else."""
    with current_motcua().database.write() as session:
        audit.record(session, action, kind, **facts)


def note_strangers_login() -> None:
    """Note a login under a name nobody has. What was typed as a name may be a password, and is written nowhere."""
    note(AuditAction.LOGIN_FAILED, "user")


def note_login(action: AuditAction, user: Any) -> None:
    """Note that a person's login has begun or ended."""
    note(action, "user", object_id=user.id, code=user.username, person_id=user.id, actor=actor_of(user))


def _note_login(_app: Flask, user: Any) -> None:
    note_login(AuditAction.LOGIN, user)


def _note_logout(_app: Flask, user: Any) -> None:
    if user is not None and user.is_authenticated:
        note_login(AuditAction.LOGOUT, user)


def _note_denied(answer: Response) -> Response:
    """Note what a person was not allowed; of strangers a server hears all day."""
    user = g.get("user")
    if answer.status_code != HTTPStatus.FORBIDDEN or user is None or not user.is_authenticated:
        return answer
    details = {"method": request.method, "path": request.path[:_PATH_LETTERS]}
    try:
        note(AuditAction.ACCESS_DENIED, "screen", code=request.endpoint or "", person_id=user.id, details=details)
    except UnavailableError:
        current_app.logger.warning("denied access could not be audited")
    return answer
