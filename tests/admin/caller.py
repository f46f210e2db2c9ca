"""Officers in processes of their own, who are killed in the middle of their work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from motcua.admin.clock import system_clock
from motcua.admin.database import Database
from motcua.admin.domain import calling
from motcua.admin.domain.seats import take_seat
from motcua.admin.errors import CounterIdleError, QueueEmptyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection


def send_officers(address: str, officer_id: int, orders: Connection) -> None:
    """Fork an officer for every counter that is named; answer with her process id, and then with how she ended.

    One visitor is served first, so that what SQLAlchemy compiles is there for
    all of them: they come to work ready.
    """
    database = Database(make_url(address))
    counter_id = orders.recv()
    for command in (calling.call_next, calling.start, calling.finish):
        serve(database, counter_id, officer_id, command)
    database.engine.dispose()  # no connection may be carried over a fork
    while counter_id is not None:
        process = os.fork()
        if not process:
            serve_until_killed(database, counter_id, officer_id)
        orders.send(process)
        orders.send(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
        counter_id = orders.recv()


def serve_until_killed(database: Database, counter_id: int, officer_id: int) -> None:
    """Call and finish one visitor after the other, as fast as the database allows."""
    while True:
        for command in (calling.finish, calling.call_next, calling.start):
            try:
                serve(database, counter_id, officer_id, command)
            except CounterIdleError:
                continue
            except QueueEmptyError:
                os._exit(0)


def serve(database: Database, counter_id: int, officer_id: int, command: Callable[..., object]) -> None:
    """Do one thing at a counter."""
    with database.write() as session:
        seat = take_seat(session, counter_id, None, officer_id=officer_id, now=system_clock())
        command(session, seat)
