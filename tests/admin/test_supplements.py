"""What a request for more papers does to the due date: four published rules, and none by default."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.admin.domain.calendar import WorkingCalendar
from motcua.admin.domain.deadlines import DueDate, due_date
from motcua.admin.domain.supplements import (
    SupplementEffect,
    decided_effect,
    due_after_pause,
    due_after_supplement,
    open_time_between,
)
from motcua.admin.enums import DurationUnit, HolidayKind, Language, SupplementPolicy
from motcua.admin.errors import SupplementPolicyUnsetError
from motcua.admin.models import Dossier, ProcedureVersion

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
SPANS = ((time(7), time(11, 30)), (time(13, 30), time(17)))
CALENDAR = WorkingCalendar(
    zone=HANOI,
    week=dict.fromkeys(range(5), SPANS),
    announced={date(2026, 12, 10): HolidayKind.OFF},
    known_years=frozenset({2026}),
)


def at(day: int, hour: int = 9, minute: int = 0, month: int = 12) -> datetime:
    """Return a moment of December 2026 in Hanoi; the 2nd is a Wednesday."""
    return datetime(2026, month, day, hour, minute, tzinfo=HANOI)


def procedure(unit: DurationUnit = DurationUnit.WORKING_DAYS, amount: float = 3) -> ProcedureVersion:
    """Return a procedure with a published time."""
    return ProcedureVersion(duration_unit=unit, duration_amount=amount)


def due_with(
    policy: SupplementPolicy,
    version: ProcedureVersion,
    *,
    accepted: datetime,
    asked: datetime,
    answered: datetime,
    extra_days: int | None = None,
) -> datetime:
    """Return the new due date in Hanoi's time."""
    due = due_after_supplement(
        CALENDAR,
        version,
        SupplementEffect(policy, extra_days),
        due=due_date(CALENDAR, version, accepted),
        asked_at=asked.astimezone(UTC),
        answered_at=answered.astimezone(UTC),
    )
    assert due.at is not None
    return due.at.astimezone(HANOI)


# Accepted on Wednesday the 2nd, three working days: due on Monday the 7th at nine.
TIMES = {"accepted": at(2), "asked": at(3, 15), "answered": at(8, 10)}


def test_restart_counts_the_full_time_anew() -> None:
    # From Tuesday the 8th three working days, the 10th being off.
    assert due_with(SupplementPolicy.RESTART, procedure(), **TIMES) == at(14, 10)


def test_pause_leaves_the_waiting_out() -> None:
    # Friday, Monday, Tuesday were waited: three working days after Monday the 7th, without the 10th.
    assert due_with(SupplementPolicy.PAUSE, procedure(), **TIMES) == at(11)


def test_resume_plus_leaves_the_waiting_out_and_adds_days() -> None:
    assert due_with(SupplementPolicy.RESUME_PLUS, procedure(), **TIMES, extra_days=5) == at(18)


def test_none_changes_nothing() -> None:
    assert due_with(SupplementPolicy.NONE, procedure(), **TIMES) == at(7)


def test_an_answer_on_the_day_of_the_question_costs_no_day() -> None:
    version = procedure()

    assert due_with(SupplementPolicy.PAUSE, version, accepted=at(2), asked=at(3), answered=at(3, 16)) == at(7)


def test_hours_are_left_out_as_open_hours() -> None:
    version = procedure(DurationUnit.WORKING_HOURS, 4)

    # Due at 15:00; asked at 10, answered at 15: an hour and a half before lunch and as much after it.
    due = due_with(SupplementPolicy.PAUSE, version, accepted=at(2, 9), asked=at(2, 10), answered=at(2, 15))

    assert due == at(3, 8)


def test_calendar_days_are_left_out_as_calendar_days_and_end_on_a_working_day() -> None:
    version = procedure(DurationUnit.CALENDAR_DAYS, 5)

    # Due on Monday the 7th at closing; three days of waiting lead to the 10th, which is off.
    due = due_with(SupplementPolicy.PAUSE, version, accepted=at(2), asked=at(3), answered=at(6))

    assert due == at(11, 17)


def test_same_day_work_is_due_on_the_day_everything_is_there() -> None:
    version = procedure(DurationUnit.SAME_DAY, 0)
    morning, late = at(4, 9), at(4, 15)

    assert due_with(SupplementPolicy.PAUSE, version, accepted=at(2), asked=at(2, 11), answered=morning) == at(4, 17)
    assert due_with(SupplementPolicy.PAUSE, version, accepted=at(2), asked=at(2, 11), answered=late) == at(7, 17)


def test_a_dossier_without_a_promised_day_gets_none_by_waiting() -> None:
    version = procedure(DurationUnit.UNSPECIFIED)
    effect = SupplementEffect(SupplementPolicy.PAUSE)

    due = due_after_supplement(CALENDAR, version, effect, due=DueDate(None), asked_at=at(3), answered_at=at(8))

    assert due == DueDate(None)


def test_a_date_moved_into_a_year_nobody_has_announced_is_provisional() -> None:
    due = due_after_pause(CALENDAR, procedure(), due=DueDate(at(30)), asked_at=at(3), answered_at=at(9))

    assert due.is_provisional
    assert due.at is not None
    assert due.at.year == 2027


@pytest.mark.parametrize(
    "published",
    [
        ProcedureVersion(supplement_policy=SupplementPolicy.UNSET),
        ProcedureVersion(supplement_policy=SupplementPolicy.RESUME_PLUS, supplement_extra_days=None),
    ],
)
def test_nothing_is_decided_silently(published: ProcedureVersion) -> None:
    dossier = Dossier(code="H99.09-261202-0001", procedure_version=published)

    with pytest.raises(SupplementPolicyUnsetError) as caught:
        decided_effect(dossier, None)

    assert caught.value.text(Language.VI) == (
        "Chưa xác định cách tính hạn trả khi yêu cầu bổ sung hồ sơ H99.09-261202-0001. "
        "Vui lòng chọn cách tính rồi thử lại."
    )


def test_the_officers_choice_outweighs_the_procedures() -> None:
    published = ProcedureVersion(supplement_policy=SupplementPolicy.NONE)
    chosen = SupplementEffect(SupplementPolicy.RESUME_PLUS, 5)

    assert decided_effect(Dossier(code="x", procedure_version=published), chosen) == chosen


@given(
    unit=st.sampled_from(
        [DurationUnit.WORKING_DAYS, DurationUnit.WORKING_HOURS, DurationUnit.CALENDAR_DAYS, DurationUnit.SAME_DAY]
    ),
    amount=st.integers(0, 20),
    asked=st.integers(0, 10 * 24 * 60),
    waited=st.integers(0, 20 * 24 * 60),
    longer=st.integers(0, 5 * 24 * 60),
)
def test_waiting_never_brings_the_due_date_nearer_and_longer_waiting_never_less(
    unit: DurationUnit, amount: int, asked: int, waited: int, longer: int
) -> None:
    version = procedure(unit, amount)
    due = due_date(CALENDAR, version, at(2, month=11))
    asked_at = at(2, month=11) + timedelta(minutes=asked)

    first = due_after_pause(
        CALENDAR, version, due=due, asked_at=asked_at, answered_at=asked_at + timedelta(minutes=waited)
    )
    second = due_after_pause(
        CALENDAR, version, due=due, asked_at=asked_at, answered_at=asked_at + timedelta(minutes=waited + longer)
    )

    assert due.at is not None
    assert first.at is not None
    assert second.at is not None
    assert due.at <= first.at <= second.at


def test_open_time_leaves_out_lunch_night_and_days_off() -> None:
    assert open_time_between(CALENDAR, at(9, 16), at(11, 8)) == timedelta(hours=2)
    assert open_time_between(CALENDAR, at(2, 11), at(2, 14)) == timedelta(hours=1)
    assert open_time_between(CALENDAR, at(5), at(6)) == timedelta()
