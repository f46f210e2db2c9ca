"""Who gives a command over the API, and the one way in which every command runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Response, g, request
from flask_jwt_extended import verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from jwt.exceptions import PyJWTError
from wtforms.validators import ValidationError

from motcua.admin.api.base import JsonApi
from motcua.admin.api.counter_bodies import state_body
from motcua.admin.api.documents import add_counter_parts
from motcua.admin.api.requests import Body, read_body, read_key
from motcua.admin.domain.counter_screen import counter_screen
from motcua.admin.domain.day_end import close_earlier_days, is_new_day
from motcua.admin.domain.receipts import Answered, Command, answer_once
from motcua.admin.domain.seats import Seat, look_at_counter, take_seat
from motcua.admin.errors import ConflictError, ForgedRequestError, LoginRequiredError, NotAllowedError
from motcua.admin.extension import current_motcua
from motcua.admin.permissions import COUNTER, roles_on
from motcua.admin.scope import office_ids_in_scope

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua

Act = Callable[["Session", Seat], dict[str, Any]]

CSRF_HEADER = "X-CSRFToken"
# A screen stays open for a working day; the token ends with the login anyway.
_CSRF_SECONDS = 12 * 60 * 60
_SMALL = 4096


@dataclass(frozen=True, slots=True)
class Officer:
    """A person who may serve at the counters of some offices; None stands for all."""

    user_id: int
    offices: frozenset[int] | None
    has_cookie: bool

    def look(self, session: Session, counter_id: int, now: datetime) -> Seat:
        """Return a counter for reading. Raises NotFoundError."""
        return look_at_counter(session, counter_id, self.offices, officer_id=self.user_id, now=now)

    def sit_down(self, session: Session, counter_id: int, now: datetime) -> Seat:
        """Return a counter for a command. Raises NotFoundError."""
        return take_seat(session, counter_id, self.offices, officer_id=self.user_id, now=now)


class OfficerApi(JsonApi):
    """Addresses under ``/api/v1/counter`` for people who serve at a counter.

    They come with the session of the console, and then every change carries
    the CSRF token of its page; or with a bearer token of FAB's own login.
    """

    resource_name = "counter"
    class_permission_name = COUNTER
    openapi_spec_tag = "Counter"
    openapi_scheme = "officer"

    def add_apispec_components(self, api_spec: Any) -> None:
        """Add what the descriptions of our addresses share."""
        super().add_apispec_components(api_spec)
        add_counter_parts(api_spec)

    def officer(self) -> Officer:
        """Return who asks. Raises LoginRequiredError, ForgedRequestError and NotAllowedError."""
        has_cookie = bool(current_user.is_authenticated)
        if has_cookie:
            _check_own_page()
        else:
            _check_bearer()
        if not self.appbuilder.sm.has_access("can_serve", self.class_permission_name):
            raise NotAllowedError
        user_id = int(g.user.id)
        with current_motcua().database.read() as session:
            return Officer(user_id, office_ids_in_scope(session, user_id, *roles_on(COUNTER)), has_cookie)

    def command(
        self, name: str, fields: frozenset[str], read: Callable[[Body, str], Act], *, limit: int = _SMALL
    ) -> Done:
        """Run one command at a counter, once for its key.

        ``read`` takes what it needs from body and key before any transaction
        and returns what is done inside it. A refusal because the state has
        moved on carries how things stand now.
        """
        motcua = current_motcua()
        officer = self.officer()
        key = read_key(request)
        body = read_body(request, fields | {"counter"}, limit=limit)
        counter_id = body.id("counter")
        act = read(body, key)
        now = motcua.clock()
        _begin_day(motcua, officer, counter_id, now)
        command = Command(officer.user_id, key, name, body.values)
        place = Place(motcua, officer, counter_id, now)
        try:
            with motcua.database.write() as session:
                answered = answer_once(
                    session, command, lambda: act(session, officer.sit_down(session, counter_id, now)), now=now
                )
        except ConflictError as refusal:
            refusal.fresh = place.state()
            raise
        return Done(answered, place)


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a command was given."""

    motcua: Motcua
    officer: Officer
    counter_id: int
    now: datetime

    def state(self) -> dict[str, Any]:
        """Return how things stand at the counter."""
        with self.motcua.database.read() as session:
            seat = self.officer.look(session, self.counter_id, self.now)
            return state_body(counter_screen(session, seat), seat)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a command."""

    answered: Answered
    place: Place


def json_answer(status: int, body: dict[str, Any]) -> Response:
    """Return JSON that nobody keeps."""
    response = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _begin_day(motcua: Motcua, officer: Officer, counter_id: int, now: datetime) -> None:
    """Close what earlier days left open, in a transaction of its own, when this is the day's first command."""
    with motcua.database.read() as session:
        seat = officer.look(session, counter_id, now)
        is_new = is_new_day(session, seat.office.id, seat.day)
    if is_new:
        with motcua.database.write() as session:
            close_earlier_days(session, seat.office, today=seat.day, now=now)


def _check_own_page() -> None:
    if request.method in {"GET", "HEAD"}:
        return
    try:
        validate_csrf(request.headers.get(CSRF_HEADER, ""), time_limit=_CSRF_SECONDS)
    except ValidationError as error:
        raise ForgedRequestError from error


def _check_bearer() -> None:
    try:
        verify_jwt_in_request()
    except (JWTExtendedException, PyJWTError) as error:
        raise LoginRequiredError from error
