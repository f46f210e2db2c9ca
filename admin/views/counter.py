"""The counter console: which counter, and then one full-screen tool for the whole day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_appbuilder.security.sqla.models import User
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from motcua.admin.domain.names import by_given_name, full_name
from motcua.admin.domain.seats import Seat, counters_of, look_at_counter
from motcua.admin.enums import StaffRole, TicketState
from motcua.admin.extension import current_motcua
from motcua.admin.language import current_language, gettext
from motcua.admin.models import Counter, PriorityGroup, QueueService, StaffMember, Ticket
from motcua.admin.permissions import COUNTER, roles_on
from motcua.admin.scope import office_ids_in_scope
from motcua.admin.views.counter_words import console_words
from motcua.admin.views.page import StaffPage

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

_COOKIE = "motcua_counter"
_COOKIE_SECONDS = 400 * 24 * 60 * 60
_CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; font-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
_AT_COUNTER = (TicketState.CALLED, TicketState.SERVING)


class MotcuaCounterConsole(StaffPage):
    """Where a receiving officer spends the day."""

    route_base = "/counter"
    class_permission_name = COUNTER
    default_view = "choose"

    @expose("/")
    @has_access
    @permission_name("serve")
    def choose(self) -> ResponseReturnValue:
        """Open the counter this machine stands at, or ask which one it is."""
        motcua = current_motcua()
        remembered = request.cookies.get(_COOKIE, "")
        with motcua.database.read() as session:
            counters = counters_of(session, self._offices(session))
            if "choose" not in request.args and remembered in {str(counter.id) for counter in counters}:
                return redirect(url_for(".console", counter_id=int(remembered)))
            return _page(
                "choose.html", counters=counters, remembered=remembered, busy=_busy(session, counters), person=_person()
            )

    @expose("/<int:counter_id>")
    @has_access
    @permission_name("serve")
    def console(self, counter_id: int) -> ResponseReturnValue:
        """Show the tool; everything in it comes over the API."""
        motcua = current_motcua()
        with motcua.database.read() as session:
            seat = look_at_counter(
                session, counter_id, self._offices(session), officer_id=int(g.user.id), now=motcua.clock()
            )
            answer = _page("console.html", seat=seat, person=_person(), facts=_facts(session, seat))
        # The counter is a place and so is the machine: it is remembered there, whoever logs in.
        answer.set_cookie(
            _COOKIE,
            str(counter_id),
            max_age=_COOKIE_SECONDS,
            path=url_for(".choose"),
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config.get("SESSION_COOKIE_SECURE")),
        )
        return answer

    def _offices(self, session: Session) -> frozenset[int] | None:
        return office_ids_in_scope(session, int(g.user.id), *roles_on(COUNTER))


def _page(template: str, **facts: Any) -> Response:
    home = current_app.appbuilder.get_url_for_index  # type: ignore[attr-defined]
    page = render_template(f"motcua/counter/{template}", _=gettext, language=current_language(), home=home, **facts)
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = _CONTENT_POLICY
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def _person() -> str:
    return full_name(surname=g.user.last_name, given_name=g.user.first_name)


def _busy(session: Session, counters: list[Counter]) -> dict[int, str]:
    """Return which number is at which counter."""
    ids = [counter.id for counter in counters]
    tickets = session.scalars(select(Ticket).where(Ticket.counter_id.in_(ids), Ticket.state.in_(_AT_COUNTER)))
    return {cast("int", ticket.counter_id): ticket.label for ticket in tickets}


def _facts(session: Session, seat: Seat) -> dict[str, Any]:
    """Return what the page knows before it asks: addresses, words, and the office's own lists."""
    language = current_language()
    office = seat.office
    services = session.scalars(
        select(QueueService).where(QueueService.office_id == office.id).order_by(QueueService.position, QueueService.id)
    )
    groups = session.scalars(
        select(PriorityGroup)
        .where(PriorityGroup.office_id == office.id, PriorityGroup.is_active.is_(True))
        .order_by(PriorityGroup.position, PriorityGroup.id)
    )
    return {
        "api": url_for("CounterApi.state").rpartition("/")[0],
        "login": _login(),
        "counter": {"id": seat.counter.id, "number": seat.counter.number},
        "csrf": generate_csrf(),
        "language": language.value,
        "zone": office.time_zone,
        "services": [
            {
                "code": service.code,
                "series": service.series,
                "name": service.name(language),
                "here": service in seat.counter.services,
            }
            for service in services
        ],
        "priorities": [
            {"code": group.code, "name": group.name_en if language.value == "en" else group.name_vi} for group in groups
        ],
        "officers": _case_officers(session, office.id),
        "words": console_words(),
    }


def _login() -> str:
    """Return where to log in again, whichever way the platform lets people in."""
    door = type(current_app.appbuilder.sm.auth_view).__name__  # type: ignore[attr-defined]
    return url_for(f"{door}.login", next=request.url)


def _case_officers(session: Session, office_id: int) -> list[dict[str, Any]]:
    places = select(StaffMember.user_id).where(
        StaffMember.office_id == office_id,
        StaffMember.role == StaffRole.CASE_OFFICER,
        StaffMember.is_active.is_(True),
    )
    people = session.scalars(select(User).where(User.id.in_(places), User.active.is_(True)))
    officers = [
        {"id": user.id, "name": full_name(surname=user.last_name, given_name=user.first_name)} for user in people
    ]
    return sorted(officers, key=lambda officer: by_given_name(str(officer["name"])))
