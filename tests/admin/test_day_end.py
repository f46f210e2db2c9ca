"""The first command of a new day closes what earlier days left open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.domain import calling
from motcua.admin.domain.day_end import DAY_OVER, close_earlier_days, is_new_day
from motcua.admin.domain.receipts import Command, answer_once
from motcua.admin.enums import TicketState
from motcua.admin.models import CommandReceipt, Office, ServiceDay
from tests.admin.hall import Hall
from tests.town import NINE, WEDNESDAY, build_town

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from motcua.admin.database import Database

YESTERDAY = NINE - timedelta(days=1)


def close(database: Database, hall: Hall, today: date = WEDNESDAY, now: datetime = NINE) -> int:
    with database.write() as session:
        return close_earlier_days(session, session.get_one(Office, hall.town.office.id), today=today, now=now)


def states(hall: Hall, labels: list[str]) -> list[TicketState]:
    return [hall.ticket(label, YESTERDAY).state for label in labels]


def leave_open(hall: Hall) -> list[str]:
    """Go home with one waiting, one on hold, one called and one being served."""
    one, two = hall.town.counter1, hall.town.counter2
    hall.issue(count=4, now=YESTERDAY)
    hall.at(one, calling.call_next, now=YESTERDAY)
    hall.at(one, calling.hold, now=YESTERDAY)
    hall.at(one, calling.call_next, now=YESTERDAY)
    hall.at(two, calling.call_next, now=YESTERDAY)
    hall.at(two, calling.start, now=YESTERDAY)
    return ["A001", "A002", "A003", "A004"]


def test_who_went_home_is_cancelled_and_who_was_being_served_was_served(hall: Hall, database: Database) -> None:
    labels = leave_open(hall)

    assert close(database, hall) == 4

    assert states(hall, labels) == [
        TicketState.CANCELLED,
        TicketState.CANCELLED,
        TicketState.FINISHED,
        TicketState.CANCELLED,
    ]
    day = hall.day(now=YESTERDAY)
    assert (day.waiting_count, day.served_count, day.served_seconds) == (0, 0, 0)
    assert [event.reason for event in hall.events()][-4:] == [DAY_OVER] * 4


def test_it_happens_once_a_day(hall: Hall, database: Database) -> None:
    leave_open(hall)
    with database.read() as session:
        assert is_new_day(session, hall.town.office.id, WEDNESDAY)
    close(database, hall)
    events = len(hall.events())

    with database.read() as session:
        assert not is_new_day(session, hall.town.office.id, WEDNESDAY)
        assert is_new_day(session, hall.town.office.id, WEDNESDAY + timedelta(days=1))
    assert close(database, hall) == 0
    assert len(hall.events()) == events


def test_the_counters_are_free_for_the_new_day(hall: Hall, database: Database) -> None:
    leave_open(hall)
    close(database, hall)
    hall.issue()

    assert hall.at(hall.town.counter2, calling.call_next).service_day == WEDNESDAY


def test_a_number_given_in_the_last_moment_of_the_day_is_closed_the_day_after(hall: Hall, database: Database) -> None:
    close(database, hall)
    hall.issue(now=YESTERDAY)

    assert close(database, hall, WEDNESDAY + timedelta(days=1), NINE + timedelta(days=1)) == 1


def test_todays_numbers_and_other_offices_are_left_alone(hall: Hall, database: Database, session: Session) -> None:
    elsewhere = Hall(hall.motcua, build_town(session, "tien-lang", prefix="tl-"))
    elsewhere.issue(now=YESTERDAY)
    hall.issue()

    assert close(database, hall) == 0

    assert hall.ticket("A001").state == TicketState.WAITING
    assert elsewhere.ticket("A001", YESTERDAY).state == TicketState.WAITING


def test_a_clock_that_is_set_back_closes_nothing(hall: Hall, database: Database) -> None:
    close(database, hall)
    hall.issue()
    hall.issue(now=YESTERDAY)

    with database.read() as session:
        assert not is_new_day(session, hall.town.office.id, WEDNESDAY - timedelta(days=1))
        assert [row.waiting_count for row in session.scalars(select(ServiceDay))] == [1, 1]


def test_answers_of_the_day_before_yesterday_are_forgotten(hall: Hall, database: Database) -> None:
    for name, age in (("old", timedelta(hours=49)), ("young", timedelta(hours=47))):
        with database.write() as session:
            answer_once(session, Command(hall.town.lan.id, name, "next", {}), dict, now=NINE - age)

    close(database, hall)

    with database.read() as session:
        assert [row.idempotency_key for row in session.scalars(select(CommandReceipt))] == ["young"]
