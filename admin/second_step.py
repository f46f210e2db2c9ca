"""Between the password and the login: whose password was right, for a few minutes and for one thing only.

Flask-Login knows nobody yet, so no screen and no API opens. The signed cookie
says who it is, since when, and under which epoch: a change of the password
ends it like a login. It is emptied when the login begins.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, session
from flask_login import login_user

from motcua.admin import rate_limits
from motcua.admin.audited_requests import note
from motcua.admin.domain.second_factor import SecondStep, accept_code, new_secret, step_after_password
from motcua.admin.enums import AuditAction
from motcua.admin.extension import current_motcua
from motcua.admin.login_errors import CodeRefusedError, TooManyCodesError
from motcua.admin.logins import keep_only_the_language, words_for

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from flask_appbuilder.security.sqla.models import User

_STEP = "motcua_second_step"
_ENROLMENT = "motcua_enrolment"
_OPEN_SECONDS = timedelta(minutes=10).total_seconds()
# By person and not by address: only who has the password can use these tries up.
_TRIES, _SPAN = 5, timedelta(minutes=15)


def step_of(user: User) -> SecondStep | None:
    """Return what a person still has to do after the password."""
    motcua = current_motcua()
    settings = motcua.settings
    with motcua.database.read() as record:
        return step_after_password(
            record, user, policy=settings.second_factor, required_of=settings.second_factor_roles
        )


def begin_second_step(user: User, *, leads_to: str) -> None:
    """Remember that a person's password was right; it is no login."""
    keep_only_the_language()
    now = int(current_motcua().clock().timestamp())
    session[_STEP] = {"user_id": user.id, "epoch": words_for(user.id)[0], "since": now, "leads_to": leads_to}


def person_at_second_step() -> User | None:
    """Return whose password was right a moment ago."""
    step: dict[str, Any] | None = session.get(_STEP)
    if step is None:
        return None
    age = current_motcua().clock().timestamp() - step["since"]
    if not 0 <= age < _OPEN_SECONDS or words_for(step["user_id"])[0] != step["epoch"]:
        return None
    # As Flask-Login would load him: not when he was switched off meanwhile.
    return cast("User | None", current_app.appbuilder.sm.load_user(step["user_id"]))  # type: ignore[attr-defined]


def begin_login(user: User) -> str:
    """Let the login begin, and return the address it leads to."""
    leads_to: str = session[_STEP]["leads_to"]
    login_user(user, remember=False)
    return leads_to


def secret_of_enrolment() -> str:
    """Return the secret of the enrolment that is going on in this browser; it begins now if none is.

    It is kept in the browser's own cookie, so that no other login of the
    person, and nobody else who knows the password, ever sees it.
    """
    return cast("str", session.setdefault(_ENROLMENT, new_secret()))


def is_enrolling() -> bool:
    """Tell whether this browser has begun an enrolment."""
    return _ENROLMENT in session


def end_enrolment() -> None:
    """Forget the secret in the browser."""
    session.pop(_ENROLMENT, None)


def counted_try(user: User) -> AbstractContextManager[None]:
    """Count a try of a person's password or code; a right one forgives those before. Raises TooManyCodesError."""
    seconds = int(_SPAN.total_seconds())
    return rate_limits.counted_try(
        f"second factor of {user.id}", most=_TRIES, seconds=seconds, refusal=TooManyCodesError
    )


def take_code(user: User, code: str) -> bool:
    """Use a code of a person up; tell whether it was a spare one. Raises CodeRefusedError."""
    motcua = current_motcua()
    try:
        with motcua.database.write() as record:
            return accept_code(record, user.id, code, now=motcua.clock())
    except CodeRefusedError:
        note(AuditAction.SECOND_FACTOR_REFUSED, "user", object_id=user.id, code=user.username, person_id=user.id)
        raise
