"""Who commands from where: an officer at a counter, at a moment of the office's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from motcua.admin.clock import local_day
from motcua.admin.errors import NotFoundError
from motcua.admin.models import Counter, Office
from motcua.admin.models.types import LARGEST_ID

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Seat:
    """What every command of a counter has in common."""

    counter: Counter
    officer_id: int
    now: datetime
    #: The office's own day at this moment; only its tickets are called.
    day: date

    @property
    def office(self) -> Office:
        """The office the counter stands in."""
        return self.counter.office


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket as the officer's screen showed it; the version tells whether the screen was behind."""

    ticket_id: int
    version: int | None = None


def counters_of(session: Session, offices: frozenset[int] | None) -> list[Counter]:
    """Return the counters in use of some offices (None: of all), in their order."""
    return list(session.scalars(_counters(offices).order_by(Counter.office_id, Counter.number)))


def look_at_counter(
    session: Session, counter_id: int, offices: frozenset[int] | None, *, officer_id: int, now: datetime
) -> Seat:
    """Return the seat for reading. Raises NotFoundError for a counter of another office, as for none at all."""
    if counter_id > LARGEST_ID:
        raise NotFoundError
    return _seat(session, _counters(offices).where(Counter.id == counter_id), officer_id, now)


def take_seat(
    session: Session, counter_id: int, offices: frozenset[int] | None, *, officer_id: int, now: datetime
) -> Seat:
    """Return the seat for a command. Raises NotFoundError as ``look_at_counter`` does.

    One command at a counter at a time: PostgreSQL locks its row until the
    commit; SQLite's commands stand in line anyway. It is the first lock of
    every command: counter, then ticket, then day, then the log's head.
    """
    counter = _counters(offices).where(Counter.id == counter_id).with_for_update(of=Counter, key_share=True)
    return _seat(session, counter, officer_id, now)


def _counters(offices: frozenset[int] | None) -> Select[Counter]:
    counters = (
        select(Counter)
        .join(Counter.office)
        .where(Counter.is_active.is_(True), Office.is_active.is_(True))
        .options(contains_eager(Counter.office))
        .execution_options(populate_existing=True)
    )
    return counters if offices is None else counters.where(Counter.office_id.in_(offices))


def _seat(session: Session, found: Select[Counter], officer_id: int, now: datetime) -> Seat:
    counter = session.scalar(found)
    if counter is None:
        raise NotFoundError
    return Seat(counter=counter, officer_id=officer_id, now=now, day=local_day(now, counter.office.time_zone))
