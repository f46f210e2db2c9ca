"""An officer in a process of her own, who is killed in the middle of her work."""

from __future__ import annotations

from sqlalchemy.engine import make_url
from sqlalchemy.orm import configure_mappers

from motcua.admin.clock import system_clock
from motcua.admin.database import Database
from motcua.admin.domain import calling
from motcua.admin.domain.seats import take_seat
from motcua.admin.errors import CounterIdleError, QueueEmptyError

# Once, in the process the officers are forked from: they come to work ready.
configure_mappers()


def serve_until_killed(address: str, counter_id: int, officer_id: int) -> None:
    """Call and finish one visitor after the other, as fast as the database allows."""
    database = Database(make_url(address))
    while True:
        for command in (calling.finish, calling.call_next, calling.start):
            try:
                with database.write() as session:
                    seat = take_seat(session, counter_id, None, officer_id=officer_id, now=system_clock())
                    command(session, seat)
            except CounterIdleError:
                continue
            except QueueEmptyError:
                return
