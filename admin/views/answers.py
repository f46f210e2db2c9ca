"""What a person sees when a screen of ours cannot do what was asked.

A refusal becomes a page with its two sentences. A bug is logged with its
stack trace under an incident number, and the person gets that number and an
apology. Only our own screens: the host's keep the host's error handlers.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import current_app, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from motcua.admin.database import unavailable
from motcua.admin.errors import (
    ApologyError,
    ForgedRequestError,
    NotAllowedError,
    NotFoundError,
    PasswordNotChangedError,
    Refusal,
    StaleVersionError,
    TooManyTriesError,
)
from motcua.admin.language import N_, current_language, gettext
from motcua.admin.views.problems import problem, problem_of_platform, status_of, what_was_asked

if TYPE_CHECKING:
    from flask import Blueprint, Flask
    from flask.typing import ResponseReturnValue

_HEADLINES = N_(
    {
        HTTPStatus.FORBIDDEN: "Not for you to open",
        HTTPStatus.NOT_FOUND: "Not found",
        HTTPStatus.CONFLICT: "Somebody was quicker",
        HTTPStatus.SERVICE_UNAVAILABLE: "One moment, please",
        HTTPStatus.INTERNAL_SERVER_ERROR: "Our mistake",
    }
)
_HTTP: dict[int, type[Refusal]] = {403: NotAllowedError, 404: NotFoundError, 429: TooManyTriesError}


def answer_on_pages(blueprint: Blueprint) -> None:
    """Let whatever goes wrong on a screen become a page for the person in front of it."""

    @blueprint.errorhandler(Exception)
    def answer(error: Exception) -> ResponseReturnValue | HTTPException:
        if isinstance(error, HTTPException) and error.code not in _HTTP:
            return error
        return _page(refusal_for(error))


def answer_everywhere(app: Flask) -> None:
    """Let FAB's own pages answer like ours: for a deployment that is ours altogether."""

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> ResponseReturnValue:
        return _answer(ForgedRequestError())

    @app.errorhandler(PasswordNotChangedError)
    def unchanged(refusal: PasswordNotChangedError) -> ResponseReturnValue:
        return _answer(refusal_for(refusal))

    @app.errorhandler(400)
    @app.errorhandler(405)
    @app.errorhandler(413)
    def refuse(error: HTTPException) -> ResponseReturnValue | HTTPException:
        return (problem_of_platform(error) if request.path.startswith("/api/") else None) or error

    @app.errorhandler(403)
    @app.errorhandler(404)
    @app.errorhandler(429)
    def answer(error: HTTPException) -> ResponseReturnValue:
        return _answer(refusal_for(error))

    @app.errorhandler(500)
    def apologise(error: HTTPException) -> ResponseReturnValue:
        # Flask has logged the bug with its stack trace; here it only gets its number.
        cause = getattr(error, "original_exception", None) or error
        return _answer(unavailable(cause) or _apology(cause, has_trace=True))


def _answer(refusal: Refusal) -> ResponseReturnValue:
    return problem(refusal) if request.path.startswith("/api/") else _page(refusal)


def refusal_for(error: Exception) -> Refusal:
    """Return what an error means for the person; a bug is logged here, and only here."""
    current_app.appbuilder.session.rollback()  # type: ignore[attr-defined]
    if isinstance(error, Refusal):
        refusal: Refusal | None = error
    elif isinstance(error, HTTPException) and error.code in _HTTP:
        refusal = _HTTP[error.code]()
    elif isinstance(error, StaleDataError):
        refusal = StaleVersionError()
    else:
        refusal = unavailable(error)
    if refusal is not None:
        current_app.logger.info("refused %s: %s", what_was_asked(), refusal.code)
        return refusal
    return _apology(error, has_trace=False)


def _apology(error: BaseException, *, has_trace: bool) -> ApologyError:
    incident = secrets.token_hex(4).upper()
    trace = None if has_trace else error
    current_app.logger.error("incident %s: %s", incident, what_was_asked(), exc_info=trace)
    return ApologyError(incident=incident)


def _sentence(refusal: Refusal) -> str:
    # What a citizen reads of something that is not there would send a colleague to his own desk.
    if type(refusal) is NotFoundError:
        return gettext("There is nothing at this address, or it belongs to another office.")
    return refusal.text(current_language())


def _page(refusal: Refusal) -> ResponseReturnValue:
    status = status_of(refusal)
    words = {
        "_": gettext,
        "language": current_language(),
        "headline": gettext(_HEADLINES.get(HTTPStatus(status), N_("That did not work"))),
        "sentence": _sentence(refusal),
    }
    appbuilder = current_app.appbuilder  # type: ignore[attr-defined]
    try:
        page = render_template(
            "motcua/admin/answer.html", appbuilder=appbuilder, base_template=appbuilder.base_template, **words
        )
    except Exception:  # noqa: BLE001 - the menu needs the database too; without one the bare page must do
        # Not Flask's way: it would first ask the database who is looking.
        page = current_app.jinja_env.get_template("motcua/admin/answer_bare.html").render(words)
    return page, status
