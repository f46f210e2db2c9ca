"""The counter's JSON: how things stand, and every command about the visitor and the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask import Response, request
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name
from flask_wtf.csrf import generate_csrf

from motcua.admin.api.counter_bodies import state_body, ticket_body
from motcua.admin.api.documents import AT_COUNTER, command_document, read_document
from motcua.admin.api.officers import Officer, OfficerApi, json_answer
from motcua.admin.api.requests import query_number
from motcua.admin.domain import calling
from motcua.admin.domain.board import last_seq
from motcua.admin.domain.counter_screen import counter_screen
from motcua.admin.domain.seats import Seen, counters_of
from motcua.admin.extension import current_motcua

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from motcua.admin.api.requests import Body
    from motcua.admin.domain.seats import Seat
    from motcua.admin.models import Ticket

    Rule = Callable[[Session, Seat], Ticket]

_TICKET = frozenset({"ticket", "version"})
_REASON_LETTERS = 300
_AT_FIRST = {"state": {"operationId": "CounterApi.state", "parameters": {"counter": "$response.body#/counters/0/id"}}}
_STATE_DOCUMENT = read_document("How things stand.", "CounterScreen", AT_COUNTER)
_STATE_DOCUMENT["get"]["responses"]["304"] = {"description": "Nothing has happened."}


class CounterApi(OfficerApi):
    """Calling, serving, and sending on."""

    openapi_spec_methods: ClassVar[dict[str, Any]] = {
        "counters": read_document("The counters.", "Counters", links=_AT_FIRST),
        "state": _STATE_DOCUMENT,
        "next": command_document("CounterNext"),
        "call": command_document("CounterChoice"),
        "resume": command_document("CounterChoice"),
        "recall": command_document("CounterCommand"),
        "start": command_document("CounterCommand"),
        "hold": command_document("CounterHold"),
        "no_show": command_document("CounterCommand"),
        "finish": command_document("CounterCommand"),
        "transfer": command_document("CounterTransfer"),
        "priority": command_document("CounterPriority"),
        "cancel": command_document("CounterCancel"),
    }

    @expose("/counters", methods=["GET"])
    @permission_name("serve")
    def counters(self) -> Response:
        """List the counters at which this person may serve.
        ---
        get:
          description: The counters of your offices, with the services each calls for.
        """  # noqa: D205 - FAB reads the YAML after the rule
        officer = self.officer()
        with current_motcua().database.read() as session:
            counters = [
                {
                    "id": counter.id,
                    "number": counter.number,
                    "name": counter.name,
                    "office": counter.office.code,
                    "services": [service.code for service in counter.services],
                }
                for counter in counters_of(session, officer.offices)
            ]
        return json_answer(200, {"counters": counters})

    @expose("/state", methods=["GET"])
    @permission_name("serve")
    def state(self) -> Response:
        """Say how things stand at a counter.
        ---
        get:
          description: >-
            The visitor, the line, who is on hold or absent, and your figures of today. Send the ETag back as
            If-None-Match, and the answer is 304 until something happens in the office.
        """  # noqa: D205
        officer = self.officer()
        counter_id = query_number(request, "counter")
        motcua = current_motcua()
        with motcua.database.read() as session:
            seat = officer.look(session, counter_id, motcua.clock())
            mark = f"{last_seq(session, seat.office.id)}.{seat.counter.version}.{seat.day:%y%m%d}.{officer.user_id}"
            if mark in request.if_none_match:
                answer = Response(status=304)
            else:
                answer = json_answer(200, state_body(counter_screen(session, seat), seat) | _token_for(officer))
        answer.set_etag(mark)
        return answer

    @expose("/next", methods=["POST"])
    @permission_name("serve")
    def next(self) -> Response:
        """Call the first of the line.
        ---
        post:
          description: Call the next number. Pressed twice within two seconds it is the same number.
        """  # noqa: D205
        return self._do("next", frozenset(), lambda _body: calling.call_next)

    @expose("/call", methods=["POST"])
    @permission_name("serve")
    def call(self) -> Response:
        """Call a chosen ticket.
        ---
        post:
          description: Call a ticket out of turn, or one that was on hold or absent and has come back.
        """  # noqa: D205
        return self._do_with_chosen("call", calling.call_ticket)

    @expose("/resume", methods=["POST"])
    @permission_name("serve")
    def resume(self) -> Response:
        """Go on with somebody who stands at the counter again.
        ---
        post:
          description: Go on serving a visitor who was on hold or absent, without calling.
        """  # noqa: D205
        return self._do_with_chosen("resume", calling.resume)

    @expose("/recall", methods=["POST"])
    @permission_name("serve")
    def recall(self) -> Response:
        """Call the same number again.
        ---
        post:
          description: Call the number at the counter again; the hall hears it once more.
        """  # noqa: D205
        return self._do_with_present("recall", calling.recall)

    @expose("/start", methods=["POST"])
    @permission_name("serve")
    def start(self) -> Response:
        """Say that the visitor has come.
        ---
        post:
          description: The visitor has come to the counter.
        """  # noqa: D205
        return self._do_with_present("start", calling.start)

    @expose("/hold", methods=["POST"])
    @permission_name("serve")
    def hold(self) -> Response:
        """Put the visit aside.
        ---
        post:
          description: Put the visitor on hold, for a form to be filled in or a copy to be fetched.
        """  # noqa: D205

        def prepare(body: Body) -> Rule:
            seen, reason = _seen(body), body.text("reason", most=_REASON_LETTERS)
            return lambda session, seat: calling.hold(session, seat, seen, reason=reason)

        return self._do("hold", _TICKET | {"reason"}, prepare)

    @expose("/no-show", methods=["POST"])
    @permission_name("serve")
    def no_show(self) -> Response:
        """Say that nobody came.
        ---
        post:
          description: Nobody came. The number can be called again later.
        """  # noqa: D205
        return self._do_with_present("no-show", calling.mark_no_show)

    @expose("/finish", methods=["POST"])
    @permission_name("serve")
    def finish(self) -> Response:
        """End the visit.
        ---
        post:
          description: The visit is over; the counter is free for the next number.
        """  # noqa: D205
        return self._do_with_present("finish", calling.finish)

    @expose("/transfer", methods=["POST"])
    @permission_name("serve")
    def transfer(self) -> Response:
        """Send a visitor on to another line.
        ---
        post:
          description: Send a visitor on, under the same number and with the place that his waiting has earned.
        """  # noqa: D205

        def prepare(body: Body) -> Rule:
            seen, reason = _seen(body), body.text("reason", most=_REASON_LETTERS)
            service = body.code("service")
            return lambda session, seat: calling.transfer(session, seat, service, seen, reason=reason)

        return self._do("transfer", _TICKET | {"service", "reason"}, prepare)

    @expose("/priority", methods=["POST"])
    @permission_name("serve")
    def priority(self) -> Response:
        """Put a waiting visitor into a priority group, or out of it.
        ---
        post:
          description: Put a waiting visitor into a priority group of the office; null takes him out again.
        """  # noqa: D205

        def prepare(body: Body) -> Rule:
            seen = _chosen(body)
            group = body.code("priority") if body.values.get("priority") is not None else None
            return lambda session, seat: calling.change_priority(session, seat, group, seen)

        return self._do("priority", _TICKET | {"priority"}, prepare)

    @expose("/cancel", methods=["POST"])
    @permission_name("serve")
    def cancel(self) -> Response:
        """Take a ticket out of the line.
        ---
        post:
          description: Take a ticket out of the line, because it was mis-pressed or the visitor has left.
        """  # noqa: D205

        def prepare(body: Body) -> Rule:
            seen, reason = _chosen(body), body.text("reason", most=_REASON_LETTERS)
            return lambda session, seat: calling.cancel(session, seat, seen, reason=reason)

        return self._do("cancel", _TICKET | {"reason"}, prepare)

    def _do_with_present(self, name: str, rule: Callable[[Session, Seat, Seen | None], Ticket]) -> Response:
        def prepare(body: Body) -> Rule:
            seen = _seen(body)
            return lambda session, seat: rule(session, seat, seen)

        return self._do(name, _TICKET, prepare)

    def _do_with_chosen(self, name: str, rule: Callable[[Session, Seat, Seen], Ticket]) -> Response:
        def prepare(body: Body) -> Rule:
            seen = _chosen(body)
            return lambda session, seat: rule(session, seat, seen)

        return self._do(name, _TICKET, prepare)

    def _do(self, name: str, fields: frozenset[str], prepare: Callable[[Body], Rule]) -> Response:
        """Run a rule that leaves a ticket; answer with it, and with how things stand now."""

        def read(body: Body, _key: str) -> Callable[[Session, Seat], dict[str, Any]]:
            rule = prepare(body)
            return lambda session, seat: {"ticket": ticket_body(rule(session, seat))}

        done = self.command(name, fields, read)
        return json_answer(200, done.answered.body | {"state": done.place.state()})


def _seen(body: Body) -> Seen | None:
    """Return the ticket that the screen showed, if it says so."""
    ticket_id = body.optional_id("ticket")
    return Seen(ticket_id, body.optional_id("version")) if ticket_id else None


def _chosen(body: Body) -> Seen:
    return Seen(body.id("ticket"), body.optional_id("version"))


def _token_for(officer: Officer) -> dict[str, str]:
    """Return a fresh CSRF token for the console's page: no page of another site can read this answer."""
    return {"csrf_token": generate_csrf()} if officer.has_cookie else {}
