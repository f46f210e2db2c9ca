"""The page behind the QR code: the state of a ticket, later of its dossier, for whoever holds the link.

Every answer is the same for a token that is unknown, malformed, revoked or
past its time, until there were too many of them. Nothing is changed by looking, no cookie is set, and the log
gets a digest of the token and never the token itself. More about a dossier is in ``tracking_details.py``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, render_template, request, session
from flask_limiter.util import get_remote_address
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from motcua.admin.domain.following import follow, follow_on_page
from motcua.admin.domain.tracking import token_digest
from motcua.admin.errors import NotFoundError, RecordAwayError, Refusal, TooManyTriesError, UnavailableError
from motcua.admin.extension import current_motcua
from motcua.admin.language import current_language, gettext
from motcua.admin.rate_limits import count_failure, watch_failures
from motcua.admin.views.problems import problem, status_of
from motcua.kiosk import tracking_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.exceptions import HTTPException

    from motcua.admin.domain.dossier_details import DossierDetails

_JSON = ".json"
_MINUTE = 60
#: Links that lead nowhere, from one address in a minute. Of 130 random bits none is guessed; the alarm is the point.
_GUESSES = 30
#: From all addresses together; twenty phones that ask for links withdrawn at midnight do not ask so often.
_ALARM = 600
_AWAY = "tracking/away.html"
_PAGES = {NotFoundError: "tracking/missing.html", TooManyTriesError: "tracking/patience.html"}
_LOG_CHARS = 8
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; font-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
}

tracking = Blueprint("motcua_tracking", __name__, template_folder="templates")
tracking.context_processor(lambda: {"_": gettext, "words": tracking_words})


@tracking.get("/t/<path:link>")
@tracking.get("/T/<path:link>")
def show(link: str) -> Response:
    """Answer with the page, or with JSON when the address ends in ``.json``."""
    return guarded(_json_answer(link[: -len(_JSON)]) if _wants_json(link) else page_answer(link))


def _json_answer(token: str) -> Response:
    motcua = current_motcua()
    with guesses_counted(), motcua.database.read() as record:
        state = follow(record, token, now=motcua.clock())
    body = json.dumps(dataclasses.asdict(state), ensure_ascii=False, default=datetime.isoformat)
    response = Response(body, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def page_answer(token: str, *, details: DossierDetails | None = None, refusal: Refusal | None = None) -> Response:
    """Answer with the page; with more about the dossier, or with why that is not shown. Raises NotFoundError."""
    motcua = current_motcua()
    now = motcua.clock()
    with guesses_counted(), motcua.database.read() as record:
        page = follow_on_page(record, token, now=now)
    zone = ZoneInfo(page.office.time_zone)
    return _html(
        status_of(refusal) if refusal else 200,
        "tracking/page.html",
        page=page,
        state=page.state,
        now=now.astimezone(zone),
        said=tracking_words.state_words(page.state),
        due=tracking_words.due_words(page, now),
        local=lambda moment: moment.astimezone(zone),
        json_url=f"{request.script_root}{request.path}{_JSON}",
        details=details,
        refused=refusal.text(current_language()) if refusal else "",
    )


@contextmanager
def guesses_counted() -> Iterator[None]:
    """Count a link that leads nowhere, by address; a good one is served however many bad ones came before it.

    So the phones of a whole hall may share an address. Raises TooManyTriesError.
    """
    try:
        yield
    except NotFoundError:
        with suppress(UnavailableError, DBAPIError, PoolTimeoutError):  # the answer is the same, counted or not
            count_failure(f"unknown tracking links from {get_remote_address()}", most=_GUESSES, seconds=_MINUTE)
            watch_failures("unknown tracking links from all addresses", alarm_at=_ALARM, seconds=_MINUTE)
        raise


def _html(status: int, template: str, **facts: Any) -> Response:
    response = Response(render_template(template, language=current_language(), **facts), status)
    response.headers["Cache-Control"] = "no-store"
    return response


@tracking.errorhandler(Refusal)
def refuse(refusal: Refusal) -> Response:
    """Say no without saying why: nothing in the answer depends on the token."""
    link = _link()
    if isinstance(refusal, NotFoundError):
        current_app.logger.info("no such tracking link: %s", mark(link))
    if _wants_json(link):
        return guarded(problem(refusal))
    template = next((page for kind, page in _PAGES.items() if isinstance(refusal, kind)), _AWAY)
    return guarded(_html(status_of(refusal), template))


@tracking.errorhandler(DBAPIError)
@tracking.errorhandler(PoolTimeoutError)
def record_away(error: Exception) -> Response:
    """Say that the state can't be read just now, rather than something untrue."""
    current_app.logger.error("tracking link %s could not be read", mark(_link()), exc_info=error)
    return refuse(RecordAwayError())


@tracking.errorhandler(Exception)
def bug(error: Exception) -> Response | HTTPException:
    """Answer calmly after a bug; Flask's own handler would write the address, token and all, to the log."""
    from werkzeug.exceptions import HTTPException

    if isinstance(error, HTTPException):
        return error
    current_app.logger.error("tracking link %s failed", mark(_link()), exc_info=error)
    return guarded(_html(500, _AWAY))


def _link() -> str:
    return str((request.view_args or {}).get("link", ""))


def _wants_json(link: str) -> bool:
    return link.lower().endswith(_JSON)


def mark(link: str) -> str:
    """Return what the log may know of a token."""
    return token_digest(link[: -len(_JSON)] if _wants_json(link) else link)[:_LOG_CHARS]


def guarded(response: Response) -> Response:
    """Put the protecting headers on an answer, and keep every cookie off it."""
    response.headers.update(_HEADERS)
    # A host may open or prolong a session on every request; not on the public's phones.
    if session.modified or session.permanent:
        session.permanent = False
        session.modified = False
    return response
