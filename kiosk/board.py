"""The displays in the hall: their pages, and the JSON and event stream they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_appbuilder.api import expose
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from motcua.admin.api.base import JsonApi
from motcua.admin.domain.board import board_news, check_counter_exists, find_hall
from motcua.admin.errors import InvalidInputError, NotFoundError, RecordAwayError, StreamsFullError
from motcua.admin.extension import current_motcua
from motcua.admin.language import current_language, gettext
from motcua.admin.views.problems import problem
from motcua.kiosk.board_stream import LIFE_SECONDS, Places, news_body, stream, to_json
from motcua.kiosk.documents import BOARD_DOCUMENTS
from motcua.kiosk.settings import kiosk_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_STREAM = "text/event-stream"
_JSON = "application/json"
_MAX_SEQ_DIGITS = 18
_CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; font-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

#: Pages of the hall and the phone share their static files.
hall = Blueprint(
    "motcua_hall", __name__, template_folder="templates", static_folder="static/kiosk", static_url_path="/static/kiosk"
)
hall.context_processor(lambda: {"_": gettext})


@hall.get("/kiosk/board/<office>")
def board(office: str) -> Response:
    """Show the hall's display."""
    return _page(office, None)


@hall.get("/kiosk/board/<office>/counter/<int:number>")
def counter_board(office: str, number: int) -> Response:
    """Show the display above one counter."""
    return _page(office, number)


def _page(code: str, counter: int | None) -> Response:
    try:
        with current_motcua().database.read() as session:
            office = find_hall(session, code)
            if counter is not None:
                check_counter_exists(session, office, counter)
    except NotFoundError as refusal:
        return _html(404, "board/notice.html", title=gettext("No such board"), text=refusal.text(current_language()))
    except (DBAPIError, PoolTimeoutError):
        text = RecordAwayError().text(current_language())
        return _html(503, "board/notice.html", title=gettext("Connecting …"), text=text)
    news_url = url_for("BoardApi.events", office=code)
    return _html(200, "board/board.html", office=office, counter=counter, news_url=news_url)


def _html(status: int, template: str, **facts: Any) -> Response:
    response = Response(render_template(template, language=current_language(), **facts), status)
    response.headers["Content-Security-Policy"] = _CONTENT_POLICY
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


class BoardApi(JsonApi):
    """What happens in a hall, for everybody who can see its board: numbers, never persons."""

    resource_name = "board"
    openapi_spec_tag = "Board"
    openapi_spec_methods: ClassVar[dict[str, Any]] = BOARD_DOCUMENTS

    def __init__(self) -> None:
        super().__init__()
        self.places = Places(kiosk_settings().board_streams)
        self.stream_seconds = LIFE_SECONDS

    @expose("/<office>/events", methods=["GET"])
    def events(self, office: str) -> Response:
        """Return what happened in the hall after an event, and how it stands.
        ---
        get:
          description: >-
            The office's log after a sequence number, in order and without gaps, at most 500 events an answer,
            with the numbers waiting and the latest calls. Without `after`: only how the hall stands now.
            With `Accept: text/event-stream` the same as server-sent events; the connection ends after 55 seconds
            and the browser resumes with Last-Event-ID.
        """  # noqa: D205 - FAB reads the YAML after the rule
        after = _after()
        try:
            if request.accept_mimetypes.best_match([_JSON, _STREAM]) == _STREAM:
                return self._stream(office, after)
            return _news(office, after)
        except (DBAPIError, PoolTimeoutError) as error:
            current_app.logger.warning("board of %s could not be read: %s", office, type(error).__name__)
            return problem(RecordAwayError())

    def _stream(self, office: str, after: int | None) -> Response:
        motcua = current_motcua()
        with motcua.database.read() as session:
            find_hall(session, office)
        if not self.places.take():
            raise StreamsFullError(limit=self.places.limit)
        lines: Iterator[str] = stream(motcua, office, after, life_seconds=self.stream_seconds)
        response = Response(lines, content_type=f"{_STREAM}; charset=utf-8")
        # Not in the generator: one that was never started is never finished either (HEAD).
        response.call_on_close(self.places.give_back)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        response.headers["Vary"] = "Accept"
        return response


def _news(office: str, after: int | None) -> Response:
    motcua = current_motcua()
    with motcua.database.read() as session:
        news = board_news(session, find_hall(session, office), after=after, now=motcua.clock())
    response = Response(to_json(news_body(news)), content_type=f"{_JSON}; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept"
    return response


def _after() -> int | None:
    """Return the last event the board has seen: what the browser says on resuming counts more than the address."""
    field = "Last-Event-ID" if request.headers.get("Last-Event-ID") else "after"
    value = request.headers.get("Last-Event-ID") or request.args.get("after")
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= _MAX_SEQ_DIGITS):
        raise InvalidInputError(field=field)
    return int(value)
