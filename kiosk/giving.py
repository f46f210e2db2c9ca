"""A visitor's order on its way to a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from motcua.admin.clock import local_day
from motcua.admin.domain.desks import check_service_is_open, find_desk
from motcua.admin.domain.tickets import find_issued, issue_ticket
from motcua.admin.errors import Refusal
from motcua.admin.failpoints import failpoint

if TYPE_CHECKING:
    from motcua.admin.direct import Direct
    from motcua.admin.domain.desks import Desk
    from motcua.admin.domain.tickets import IssuedTicket, TicketOrder
    from motcua.admin.extension import Motcua
    from motcua.kiosk.opening import OpeningHours


class Giving:
    """One request for a number: what was asked, and where it comes from as soon as that is known."""

    def __init__(self, motcua: Motcua, hours: OpeningHours, token: str, order: TicketOrder) -> None:
        self._motcua = motcua
        self._hours = hours
        self._token = token
        self._order = order
        self._now = motcua.clock()
        self.desk: Desk | None = None

    def give(self) -> IssuedTicket:
        """Give a number, or the one this key was already given.

        Raises a Refusal, and IntegrityError when the record contradicts the order in another way.
        """
        try:
            while (ticket := self._motcua.database.together(self._take)) is None:
                self._learn_hours()
        except (Refusal, IntegrityError):
            # The number went back with the transaction. Perhaps this very request was answered before.
            earlier = self._earlier()
            if earlier is None:
                raise
            return earlier
        failpoint("issue.after_commit")
        return ticket

    def _take(self, connection: Direct) -> IssuedTicket | None:
        """Take the next number; None when the office's hours have to be learnt first."""
        desk = self.desk = find_desk(connection, self._token, self._order.service, self._now)
        if not self._hours.are_known(desk):
            return None
        check_service_is_open(desk)
        self._hours.check(desk, self._now)
        failpoint("issue.before_begin")
        with connection.short_command():
            day = local_day(self._now, desk.time_zone)
            return issue_ticket(connection, self._order, desk, day=day, now=self._now, settings=self._motcua.settings)

    def _learn_hours(self) -> None:
        """Learn them while nobody waits for the connection."""
        if self.desk is not None:
            self._hours.learn(self._motcua.database, self.desk)
            self._now = self._motcua.clock()

    def _earlier(self) -> IssuedTicket | None:
        if self.desk is None:
            return None
        with self._motcua.database.read_connection() as connection:
            return find_issued(connection, self._order, self.desk, settings=self._motcua.settings)
