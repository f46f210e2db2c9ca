"""Which digest is due to whom: never lost, never twice, however the clock and the machine behave."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from time import tzset
from typing import TYPE_CHECKING

import pytest

from motcua.admin.domain.digests import MISSED, asked_digests, due_digests, put_down
from motcua.admin.enums import HolidayKind, MailState, StaffRole
from motcua.admin.models import Holiday, Office, OfficeHours, OutgoingMail, StaffMember
from tests.scheduler.morning import HALF_PAST_SEVEN, add_province, add_supervisor, at, put_row
from tests.town import WEDNESDAY, add_office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from tests.scheduler.morning import Morning, RecordingDelivery
    from tests.town import Town

TUESDAY, THURSDAY, FRIDAY = date(2026, 12, 1), date(2026, 12, 3), date(2026, 12, 4)
SATURDAY, MONDAY = date(2026, 12, 5), date(2026, 12, 7)


def days_of(session: Session, now: datetime) -> list[tuple[date, tuple[date, ...]]]:
    return [(due.day, due.missed_days) for due in due_digests(session, now=now, at=HALF_PAST_SEVEN)]


def test_nothing_is_due_before_the_hour(session: Session, town: Town) -> None:
    assert town
    assert days_of(session, at(WEDNESDAY, 7, 29)) == []


def test_the_digest_is_due_on_the_minute(session: Session, town: Town) -> None:
    assert town
    assert days_of(session, at(WEDNESDAY, 7, 30)) == [(WEDNESDAY, ())]


def test_nothing_is_due_on_a_day_off(session: Session, town: Town) -> None:
    session.add(Holiday(office=town.office, day=WEDNESDAY, kind=HolidayKind.OFF, name="Lễ hội"))
    session.commit()

    assert days_of(session, at(WEDNESDAY, 9)) == []
    assert days_of(session, at(SATURDAY, 9)) == []


def test_a_working_saturday_has_its_digest(session: Session, town: Town) -> None:
    session.add(Holiday(day=SATURDAY, kind=HolidayKind.WORKING_DAY, name="Làm bù"))
    put_row(session, town.hoa.id, FRIDAY)

    assert days_of(session, at(SATURDAY, 8)) == [(SATURDAY, ())]


def test_a_new_supervisor_is_not_owed_the_days_before(session: Session, town: Town) -> None:
    assert town
    assert days_of(session, at(MONDAY, 8)) == [(MONDAY, ())]
    assert days_of(session, at(SATURDAY, 8)) == []


def test_an_office_without_hours_works_from_monday_to_friday(session: Session, town: Town) -> None:
    session.query(OfficeHours).delete()
    put_row(session, town.hoa.id, THURSDAY)

    assert days_of(session, at(FRIDAY, 8)) == [(FRIDAY, ())]
    assert days_of(session, at(SATURDAY, 8)) == [(FRIDAY, ())]


def test_an_office_in_a_zone_nobody_knows_does_not_cost_the_others_their_mail(session: Session, town: Town) -> None:
    lost = add_office(session, "an-binh")
    lost.time_zone = "Nowhere/Nothing"
    add_supervisor(session, lost, "an")

    assert [due.recipient_id for due in due_digests(session, now=at(WEDNESDAY, 8), at=HALF_PAST_SEVEN)] == [town.hoa.id]


def test_who_supervises_several_offices_gets_one_digest_by_the_calendar_of_the_highest(
    session: Session, town: Town
) -> None:
    province = add_province(session, town.office)
    session.add(StaffMember(user_id=town.hoa.id, office=province, role=StaffRole.SUPERVISOR))
    session.add(Holiday(office=town.office, day=WEDNESDAY, kind=HolidayKind.OFF, name="Lễ hội của xã"))
    session.commit()

    assert days_of(session, at(WEDNESDAY, 8)) == [(WEDNESDAY, ())]


def test_nobody_gets_a_digest_who_supervises_no_more(session: Session, town: Town) -> None:
    """DIG-13."""
    place = session.query(StaffMember).filter_by(user_id=town.hoa.id).one()
    place.is_active = False
    session.commit()
    assert days_of(session, at(WEDNESDAY, 8)) == []

    place.is_active, town.hoa.active = True, False
    session.commit()
    assert days_of(session, at(WEDNESDAY, 8)) == []


def test_a_machine_that_slept_over_the_hour_sends_on_waking(morning: Morning, delivery: RecordingDelivery) -> None:
    """DIG-04: asleep from 7:00 to 9:30, fire time 7:30; the next round is at most a minute away."""
    morning.hands.set(WEDNESDAY, 7)
    morning.ring()
    assert delivery.letters == []

    morning.hands.set(WEDNESDAY, 9, 31)
    morning.ring()

    assert [letter.name for letter in delivery.letters] == ["2026-12-02_digest"]


def test_a_weekend_without_current_makes_one_mail_that_names_the_missed_day(
    session: Session, town: Town, morning: Morning, delivery: RecordingDelivery
) -> None:
    """DIG-05: down from Friday 7:00 to Monday 8:00."""
    put_row(session, town.hoa.id, THURSDAY)
    morning.hands.set(MONDAY, 8)

    morning.ring()

    assert morning.states() == {
        THURSDAY: MailState.SENT,
        FRIDAY: MailState.SKIPPED,
        MONDAY: MailState.SENT,
    }
    assert [letter.name for letter in delivery.letters] == ["2026-12-07_digest"]
    assert [mail.missed_days for mail in morning.mails()] == [None, None, "2026-12-04"]
    assert [mail.error for mail in morning.mails()] == [None, MISSED, None]


def test_a_machine_back_on_saturday_sends_fridays_late_rather_than_never(
    session: Session, town: Town, morning: Morning, delivery: RecordingDelivery
) -> None:
    put_row(session, town.hoa.id, THURSDAY)
    morning.hands.set(SATURDAY, 10)

    morning.ring()

    assert [letter.name for letter in delivery.letters] == ["2026-12-04_digest"]


def test_only_the_last_seven_days_are_spoken_of(session: Session, town: Town) -> None:
    put_row(session, town.hoa.id, date(2026, 11, 16))

    assert days_of(session, at(MONDAY, 8)) == [(MONDAY, (TUESDAY, WEDNESDAY, THURSDAY, FRIDAY))]


def test_five_restarts_around_the_hour_make_one_mail(morning: Morning, delivery: RecordingDelivery) -> None:
    """DIG-06."""
    for minute in (28, 29, 30, 31, 32):
        morning.hands.set(WEDNESDAY, 7, minute)
        morning.ring()

    assert len(delivery.letters) == 1
    assert morning.states() == {WEDNESDAY: MailState.SENT}


@pytest.fixture(params=["UTC", "America/Vancouver", "Asia/Ho_Chi_Minh"])
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let the machine live in another zone."""
    with monkeypatch.context() as there:
        there.setenv("TZ", request.param)
        tzset()
        yield request.param
    tzset()


@pytest.mark.usefixtures("host_zone")
@pytest.mark.parametrize(
    ("office_zone", "first", "hour"),
    [
        ("Asia/Ho_Chi_Minh", date(2026, 12, 1), time(7, 30)),
        ("Europe/Helsinki", date(2026, 3, 28), time(3, 30)),  # 29 March: there is no 3:30
        ("Europe/Helsinki", date(2026, 10, 24), time(3, 30)),  # 25 October: there are two
    ],
)
def test_every_local_day_has_exactly_one_digest(
    ring_for_four_days: Callable[[str, date, time], list[OutgoingMail]], office_zone: str, first: date, hour: time
) -> None:
    """DIG-07: host zones, and a zone with summer time through both changes, asked every half hour."""
    mails = ring_for_four_days(office_zone, first, hour)

    assert [mail.local_day for mail in mails] == [first + timedelta(days=offset) for offset in range(4)]
    assert {mail.state for mail in mails} == {MailState.SENT}


@pytest.fixture
def ring_for_four_days(
    session: Session, town: Town, morning: Morning
) -> Callable[[str, date, time], list[OutgoingMail]]:
    """Return what moves the office to a zone, lets it work every day, and rings for four days."""

    def ring(office_zone: str, first: date, hour: time) -> list[OutgoingMail]:
        town.office.time_zone = office_zone
        town.office.hours = []
        session.flush()
        town.office.hours = [OfficeHours(weekday=day, opens_at=time(7), closes_at=time(17)) for day in range(7)]
        session.commit()
        morning.hands.now = datetime.combine(first, time(), tzinfo=UTC)
        early = morning.with_settings(digest_time=hour)
        for _ in range(4 * 24 * 2):
            early.ring()
            early.hands.turn(minutes=30)
        return early.mails()

    return ring


@pytest.mark.parametrize("jump_days", [1, -1])
def test_a_clock_that_jumps_a_day_makes_no_second_digest(
    session: Session, town: Town, morning: Morning, delivery: RecordingDelivery, jump_days: int
) -> None:
    """DIG-08."""
    put_row(session, town.hoa.id, TUESDAY)
    morning.ring()

    morning.hands.turn(days=jump_days)
    morning.ring()
    morning.hands.turn(days=-jump_days)
    morning.ring()
    morning.hands.turn(days=1)
    morning.ring()

    names = [letter.name for letter in delivery.letters]
    assert names == ["2026-12-02_digest", "2026-12-03_digest"]


def test_a_digest_overtaken_by_the_next_is_named_and_not_sent(
    session: Session, town: Town, morning: Morning, delivery: RecordingDelivery
) -> None:
    """No burst of mails when the server comes back after days."""
    put_row(session, town.hoa.id, TUESDAY)
    put_row(session, town.hoa.id, WEDNESDAY, MailState.QUEUED, missed_days="2026-11-30")
    morning.hands.set(THURSDAY, 7, 30)

    morning.ring()

    assert [letter.name for letter in delivery.letters] == ["2026-12-03_digest"]
    assert morning.states() == {TUESDAY: MailState.SENT, WEDNESDAY: MailState.SKIPPED, THURSDAY: MailState.SENT}
    assert morning.mails()[-1].missed_days == "2026-11-30,2026-12-02"


def test_a_row_is_written_once_whoever_comes_first(session: Session, town: Town) -> None:
    due = due_digests(session, now=at(WEDNESDAY, 8), at=HALF_PAST_SEVEN)

    assert [put_down(session, digest, now=at(WEDNESDAY, 8)) for digest in due * 3] == [True, False, False]
    assert town


def test_a_day_somebody_asks_for_is_due_at_any_hour_and_on_any_day(session: Session, town: Town) -> None:
    put_row(session, town.hoa.id, THURSDAY)

    asked = asked_digests(session, day=SATURDAY, at=HALF_PAST_SEVEN)

    assert [(due.day, due.missed_days) for due in asked] == [(SATURDAY, (FRIDAY,))]


def test_a_day_that_has_a_row_is_not_asked_for_again(session: Session, town: Town) -> None:
    put_row(session, town.hoa.id, THURSDAY)

    assert asked_digests(session, day=THURSDAY, at=HALF_PAST_SEVEN) == []


def test_finding_out_that_nothing_is_due_costs_the_same_for_one_supervisor_and_for_three(
    session: Session, town: Town, count_queries: Callable[[], int]
) -> None:
    put_row(session, town.hoa.id, WEDNESDAY)
    before = count_queries()
    due_digests(session, now=at(WEDNESDAY, 8), at=HALF_PAST_SEVEN)
    for_one = count_queries() - before
    for name in ("an", "binh"):
        put_row(session, add_supervisor(session, add_office(session, name), name).id, WEDNESDAY)

    before = count_queries()
    due_digests(session, now=at(WEDNESDAY, 8), at=HALF_PAST_SEVEN)

    assert count_queries() - before == for_one == 1


def test_the_province_hears_of_its_communes(session: Session, town: Town) -> None:
    province: Office = add_province(session, town.office)
    add_supervisor(session, province, "giam-doc")

    due = due_digests(session, now=at(WEDNESDAY, 8), at=HALF_PAST_SEVEN)

    assert len(due) == 2
