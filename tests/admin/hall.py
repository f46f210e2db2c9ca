"""A hall in which people take numbers and officers call them, through the real rules."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from motcua.admin.clock import local_day
from motcua.admin.domain.desks import find_desk
from motcua.admin.domain.seats import Seat, Seen, take_seat
from motcua.admin.domain.tickets import TicketOrder, issue_ticket
from motcua.admin.enums import Errand, Language
from motcua.admin.models import ServiceDay, Ticket, TicketEvent
from tests.town import NINE, Town

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua
    from motcua.admin.models import Counter

Result = TypeVar("Result")


@dataclass
class Hall:
    """The centre, its line and its counters."""

    motcua: Motcua
    town: Town

    def issue(
        self, service: str = "ho-tich", *, priority: str | None = None, now: datetime = NINE, count: int = 1
    ) -> list[str]:
        """Let visitors take numbers; return their labels."""
        return [self._issue(service, priority, now) for _ in range(count)]

    def _issue(self, service: str, priority: str | None, now: datetime) -> str:
        order = TicketOrder(service, Errand.SUBMIT, priority, Language.VI, uuid.uuid4().hex)
        with self.motcua.database.direct() as connection:
            desk = find_desk(connection, self.town.kiosk_token, service, now=now)
            day = local_day(now, desk.time_zone)
            with connection.command():
                return issue_ticket(connection, order, desk, day=day, now=now, settings=self.motcua.settings).label

    def at(
        self,
        counter: Counter,
        command: Callable[..., Result],
        *words: Any,
        now: datetime = NINE,
        officer_id: int | None = None,
        **more: Any,
    ) -> Result:
        """Give a command at a counter, in a transaction of its own."""
        with self.motcua.database.write() as session:
            seat = self.seat(session, counter, now=now, officer_id=officer_id)
            return command(session, seat, *words, **more)

    def seat(self, session: Session, counter: Counter, *, now: datetime = NINE, officer_id: int | None = None) -> Seat:
        """Return Lan's seat at a counter, or another officer's."""
        return take_seat(session, counter.id, None, officer_id=officer_id or self.town.lan.id, now=now)

    def ticket(self, label: str, now: datetime = NINE) -> Ticket:
        """Return today's ticket of a label, as it stands in the record."""
        with self.motcua.database.read() as session:
            day = local_day(now, self.town.office.time_zone)
            return session.scalars(
                select(Ticket).where(
                    Ticket.label == label, Ticket.service_day == day, Ticket.office_id == self.town.office.id
                )
            ).one()

    def seen(self, label: str, *, version: int | None = None, now: datetime = NINE) -> Seen:
        """Return a ticket as a screen that is up to date shows it."""
        ticket = self.ticket(label, now)
        return Seen(ticket.id, version or ticket.version)

    def events(self, label: str | None = None) -> list[TicketEvent]:
        """Return the office's log, or what happened to one number."""
        with self.motcua.database.read() as session:
            events = select(TicketEvent).where(TicketEvent.office_id == self.town.office.id).order_by(TicketEvent.seq)
            if label is not None:
                events = events.where(TicketEvent.label == label)
            return list(session.scalars(events))

    def kinds(self, label: str) -> list[str]:
        """Return what happened to a number, in a word each."""
        return [event.kind.value for event in self.events(label)]

    def day(self, series: str = "A", now: datetime = NINE) -> ServiceDay:
        """Return the counter row of a line."""
        with self.motcua.database.read() as session:
            return session.scalars(
                select(ServiceDay).where(
                    ServiceDay.office_id == self.town.office.id,
                    ServiceDay.series == series,
                    ServiceDay.day == local_day(now, self.town.office.time_zone),
                )
            ).one()
