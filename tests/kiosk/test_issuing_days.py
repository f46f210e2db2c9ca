"""Which day a number belongs to: the office's own, whatever the host's zone and however the clock jumps."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from motcua.admin.clock import WatchedClock, local_day
from motcua.admin.domain.desks import Desk, find_desk
from motcua.admin.domain.tickets import TicketOrder, issue_ticket
from motcua.admin.enums import Errand, Language
from motcua.admin.health_clock import check_clock
from motcua.admin.models import Ticket
from tests.kiosk.taking import Kiosk, new_key
from tests.town import HANOI, NINE, Town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.direct import Direct
    from motcua.admin.extension import Motcua

MIDNIGHT = datetime(2026, 12, 3, 0, 0, tzinfo=HANOI)
THE_DAY, THE_NEXT_DAY = date(2026, 12, 2), date(2026, 12, 3)
HOST_ZONES = ("UTC", "Asia/Ho_Chi_Minh", "America/Vancouver", "Pacific/Apia")


@pytest.fixture
def clock(motcua: Motcua, town: Town, session: Session) -> MovableClock:
    """Return a clock that the test moves; the office never closes."""
    town.office.always_open = True
    session.commit()
    clock = MovableClock(NINE)
    motcua.clock = WatchedClock(lambda: clock.now, steady=lambda: clock.steady)
    return clock


class MovableClock:
    """A clock on the wall that somebody moves, beside one that only goes forward."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.steady = 0.0

    def run(self, seconds: float) -> None:
        """Let time go by."""
        self.steady += seconds
        self.now += timedelta(seconds=seconds)

    def move(self, by: timedelta) -> None:
        """Put the hands somewhere else."""
        self.now += by


def tickets_in_order(session: Session) -> list[Ticket]:
    """Return every ticket in the order of issuing."""
    return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def assert_every_day_counts_for_itself(tickets: list[Ticket]) -> None:
    """Numbers of each day are 1, 2, 3 ... and the order of the line goes on increasing."""
    seen: Counter[date] = Counter()
    for ticket in tickets:
        seen[ticket.service_day] += 1
        assert ticket.number == seen[ticket.service_day]
    assert all(earlier.queued_seq < later.queued_seq for earlier, later in pairwise(tickets))


def test_the_second_before_midnight_is_still_today(kiosk: Kiosk, clock: MovableClock) -> None:
    clock.now = MIDNIGHT - timedelta(seconds=1)
    last = kiosk.take().get_json()
    clock.run(1)
    first = kiosk.take().get_json()

    assert (last["number"], last["service_day"]) == ("A001", "2026-12-02")
    assert (first["number"], first["service_day"]) == ("A001", "2026-12-03")


def test_a_clock_put_back_two_hours_reuses_nothing(
    kiosk: Kiosk, clock: MovableClock, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    """TKT-12: in the middle of fifty tickets."""
    with caplog.at_level(logging.WARNING, "motcua"):
        for number in range(50):
            if number == 25:
                clock.move(-timedelta(hours=2))
            clock.run(1)
            assert kiosk.take().status_code == 201

    tickets = tickets_in_order(session)
    assert [ticket.label for ticket in tickets] == [f"A{number:03}" for number in range(1, 51)]
    assert_every_day_counts_for_itself(tickets)
    assert [record.getMessage() for record in caplog.records] == [
        "the clock of this machine was moved by -7200 s, to 2026-12-02T00:00:26+00:00"
    ]


def test_a_clock_put_back_over_midnight_reuses_nothing(kiosk: Kiosk, clock: MovableClock, session: Session) -> None:
    """TKT-12: yesterday's numbers go on where they were."""
    clock.now = MIDNIGHT - timedelta(seconds=10)
    for number in range(50):
        if number == 25:
            clock.move(-timedelta(seconds=20))
        clock.run(1)
        assert kiosk.take().status_code == 201

    tickets = tickets_in_order(session)
    assert_every_day_counts_for_itself(tickets)
    assert Counter(ticket.service_day for ticket in tickets) == {THE_DAY: 13, THE_NEXT_DAY: 37}


def test_a_clock_three_days_ahead_and_back_is_noticed(
    kiosk: Kiosk, clock: MovableClock, session: Session, motcua: Motcua
) -> None:
    """TKT-13."""
    for jump in (timedelta(), timedelta(days=3), -timedelta(days=3)):
        clock.move(jump)
        for _ in range(5):
            clock.run(1)
            assert kiosk.take().status_code == 201

    tickets = tickets_in_order(session)
    found = check_clock(motcua)
    assert_every_day_counts_for_itself(tickets)
    assert [ticket.number for ticket in tickets] == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert found.state == "warn"
    assert (
        found.text
        == "Đồng hồ đã bị đổi -4320 phút, thành 2026-12-02 02:00 UTC: hãy bật dịch vụ đồng bộ giờ của máy này."
    )


def test_a_clock_behind_the_record_is_noticed_after_a_restart(kiosk: Kiosk, motcua: Motcua) -> None:
    """TKT-13: this process never saw the jump; the record did."""
    kiosk.take()
    motcua.clock = WatchedClock(lambda: NINE - timedelta(days=3))

    found = check_clock(motcua)
    assert found.state == "warn"
    assert found.text == (
        "Đồng hồ sai: đang chỉ 2026-11-29 02:00 UTC trong khi dữ liệu đã có mốc 2026-12-02 02:00 UTC. "
        "Hãy chỉnh lại và bật dịch vụ đồng bộ giờ."
    )


def test_a_clock_that_runs_is_no_finding(kiosk: Kiosk, clock: MovableClock, motcua: Motcua) -> None:
    for _ in range(3):
        kiosk.take()
        clock.run(3_600)

    assert check_clock(motcua).state == "ok"


def test_yesterdays_jump_is_forgotten(clock: MovableClock, motcua: Motcua) -> None:
    motcua.clock()
    clock.move(timedelta(hours=1))
    assert check_clock(motcua).state == "warn"

    clock.run(86_401)
    assert check_clock(motcua).state == "ok"


class Undone(Exception):  # noqa: N818 - not an error
    """The numbers are not to be kept."""


@pytest.fixture
def desk(town: Town, database: Database) -> Desk:
    """Return the desk of the kiosk, looked up once."""
    with database.direct() as connection:
        return find_desk(connection, town.kiosk_token, "ho-tich", NINE)


@pytest.fixture
def host_zone() -> Iterator[None]:
    """Give the host its own zone back afterwards."""
    before = os.environ.get("TZ")
    yield
    os.environ.pop("TZ", None)
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


SECONDS_OF_THREE_DAYS = st.integers(0, 3 * 86_400)


@pytest.mark.usefixtures("host_zone")
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(zone=st.sampled_from(HOST_ZONES), offsets=st.lists(SECONDS_OF_THREE_DAYS, min_size=1, max_size=8))
def test_numbers_depend_on_the_offices_zone_alone(
    database: Database, desk: Desk, motcua: Motcua, zone: str, offsets: list[int]
) -> None:
    """TKT-11: Viet Nam is seven hours ahead, summer and winter; where the host stands changes nothing."""
    moments = [datetime(2026, 12, 1, tzinfo=UTC) + timedelta(seconds=offset) for offset in offsets]
    seen: Counter[date] = Counter()
    expected = []
    for moment in moments:
        day = (moment + timedelta(hours=7)).date()
        seen[day] += 1
        expected.append((day, f"A{seen[day]:03}"))

    os.environ["TZ"] = zone
    time.tzset()
    with database.direct() as connection, suppress(Undone), connection.command():
        issued = [issue_at(connection, moment, desk, motcua) for moment in moments]
        raise Undone

    assert issued == expected


def issue_at(connection: Direct, moment: datetime, desk: Desk, motcua: Motcua) -> tuple[date, str]:
    """Issue a number at a moment; return its day and its label."""
    order = TicketOrder("ho-tich", Errand.SUBMIT, None, Language.VI, new_key())
    day = local_day(moment, desk.time_zone)
    ticket = issue_ticket(connection, order, desk, day=day, now=moment, settings=motcua.settings)
    return ticket.service_day, ticket.label
