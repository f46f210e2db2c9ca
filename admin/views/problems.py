"""From a refusal to a person's answer: the one place where a rule's error gets a status."""

from __future__ import annotations

import json
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from motcua.admin.database import unavailable
from motcua.admin.domain.text import printable
from motcua.admin.enums import Language
from motcua.admin.errors import (
    ApologyError,
    BodyNotJsonError,
    BodyTooLargeError,
    ConflictError,
    DatabaseBusyError,
    DeviceRevokedError,
    IdempotencyKeyReusedError,
    InvalidInputError,
    LoginRequiredError,
    MethodNotAllowedError,
    NotAllowedError,
    NotFoundError,
    QuotaReachedError,
    RecordAwayError,
    Refusal,
    StreamsFullError,
    TooManyTriesError,
    UnavailableError,
    UnknownDeviceError,
)
from motcua.admin.key_errors import UnknownKeyError
from motcua.admin.language import current_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint, Flask

# The first match counts: special before general.
_STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (IdempotencyKeyReusedError, 409),
    (BodyTooLargeError, 413),
    (BodyNotJsonError, 400),
    (MethodNotAllowedError, 405),
    (InvalidInputError, 400),
    (UnknownDeviceError, 401),
    (LoginRequiredError, 401),
    (UnknownKeyError, 401),
    (DeviceRevokedError, 403),
    (NotAllowedError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (TooManyTriesError, 429),
    (DatabaseBusyError, 503),
    (RecordAwayError, 503),
    (StreamsFullError, 503),
    (QuotaReachedError, 409),
    (UnavailableError, 409),
    (ApologyError, 500),
    (Refusal, 400),
)
#: When it is worth trying again.
_RETRY_SECONDS = {503: 5, 429: 60}
#: What the platform itself refuses before our code is asked.
_BY_STATUS: dict[int | None, Callable[[], Refusal]] = {
    400: BodyNotJsonError,
    403: NotAllowedError,
    404: NotFoundError,
    405: MethodNotAllowedError,
    413: lambda: BodyTooLargeError(limit=current_app.config["MAX_CONTENT_LENGTH"]),
    429: TooManyTriesError,
}
_LOGGED_CHARS = 200


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status that goes with a refusal."""
    return next(status for kind, status in _STATUS if isinstance(refusal, kind))


def problem(refusal: Refusal, language: Language | None = None) -> Response:
    """Return a refusal as ``application/problem+json`` (RFC 9457), in both languages."""
    language = language or current_language()
    status = status_of(refusal)
    body: dict[str, Any] = {
        "type": f"urn:motcua:problem:{refusal.code}",
        "title": refusal.code.replace("_", " "),
        "status": status,
        "code": refusal.code,
        "detail": refusal.text(language),
        "detail_vi": refusal.text(Language.VI),
        "detail_en": refusal.text(Language.EN),
    }
    if refusal.fresh is not None:
        body["state"] = refusal.fresh
    response = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json")
    if status in _RETRY_SECONDS:
        response.headers["Retry-After"] = str(_RETRY_SECONDS[status])
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    response.headers["Cache-Control"] = "no-store"
    return response


def register_error_answers(app: Flask) -> None:
    """Let every refusal of ours become an answer, on our own routes and nowhere else."""

    @app.errorhandler(Refusal)
    def answer(refusal: Refusal) -> Response:
        current_app.logger.info("refused %s: %s", what_was_asked(), refusal.code)
        return problem(refusal)


def answer_faults(blueprint: Blueprint) -> None:
    """Let what goes wrong on one JSON API of ours become JSON: a database that is away, or a bug.

    Only this blueprint: the host's other pages keep the host's error handlers.
    """

    @blueprint.errorhandler(Exception)
    def answer(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return problem_of_platform(error) or error
        return problem(refusal_for(error))


def problem_of_platform(error: HTTPException) -> Response | None:
    """Return what the platform refused in our words; None for what is no refusal, such as a redirect."""
    refusal = _BY_STATUS.get(error.code)
    if refusal is None:
        return None
    answer = problem(refusal())
    allowed = error.get_response().headers.get("Allow")
    if allowed is not None:
        answer.headers["Allow"] = allowed
    return answer


def what_was_asked() -> str:
    """Return the request's method and path for the log: on one line, whatever was put into the path."""
    return f"{request.method} {printable(request.path[:_LOGGED_CHARS])}"


def refusal_for(error: Exception) -> Refusal:
    """Return what the person is told about an error, and tell the log.

    A bug is logged with its stack trace under an incident number; the person
    gets that number and an apology.
    """
    refusal = error if isinstance(error, Refusal) else unavailable(error)
    if refusal is not None:
        current_app.logger.info("refused %s: %s", what_was_asked(), refusal.code)
        return refusal
    incident = secrets.token_hex(4).upper()
    current_app.logger.error("incident %s: %s", incident, what_was_asked(), exc_info=error)
    return ApologyError(incident=incident)
