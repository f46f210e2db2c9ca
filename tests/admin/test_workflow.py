"""A dossier's way: only legal steps, every one with its event, and the log tells the whole story."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.supplements import SupplementEffect
from motcua.admin.domain.workflow import (
    NEEDS_REASON,
    PROCESSED,
    TRANSITIONS,
    change_status,
    correct_status,
    next_statuses,
)
from motcua.admin.enums import DossierStatus as S
from motcua.admin.enums import DurationUnit, Language, SupplementPolicy
from motcua.admin.errors import (
    DossierStateError,
    ReasonMissingError,
    Refusal,
    StaleVersionError,
    SupplementPolicyUnsetError,
)
from motcua.admin.models import Dossier, DossierEvent
from tests.town import HANOI, NINE, Town, build_town

if TYPE_CHECKING:
    from motcua.admin.database import Database

DUE = datetime(2026, 12, 7, 9, 0, tzinfo=HANOI).astimezone(UTC)
PAUSE = SupplementEffect(SupplementPolicy.PAUSE)


@pytest.fixture
def town(session: Session) -> Town:
    return build_town(session)


def add_dossier(session: Session, town: Town, status: S = S.RECEIVED, due: datetime | None = DUE) -> Dossier:
    """Add a dossier with the event that brought it where it stands."""
    number = uuid.uuid4().hex
    dossier = Dossier(
        code=f"H99.09-261202-{number}",
        office_id=town.office.id,
        procedure_version=session.merge(town.procedure),
        status=status,
        applicant_name="Đặng Thị Kín",
        received_at=NINE,
        original_due_at=due,
        due_at=due,
        public_id=number,
        token_digest=number,
        events=[DossierEvent(at=NINE, actor_id=town.lan.id, to_status=status, due_to=due)],
    )
    session.add(dossier)
    session.commit()
    return dossier


def step(session: Session, dossier: Dossier, to: S, *, days: int = 0, **words: Any) -> DossierEvent:
    """Let Minh take the next step, some days later."""
    facts: dict[str, Any] = {
        "actor_id": dossier.events[0].actor_id,
        "now": NINE + timedelta(days=days),
        "calendar": working_calendar(session, dossier.office),
        "version": dossier.version,
    }
    event = change_status(session, dossier, to, **(facts | words))
    session.commit()
    return event


def attempt(session: Session, dossier: Dossier, to: S, **words: Any) -> Refusal | None:
    """Try a step; return the refusal, with nothing changed."""
    try:
        step(session, dossier, to, **words)
    except Refusal as refusal:
        session.rollback()
        return refusal
    return None


def history(session: Session, dossier: Dossier) -> list[DossierEvent]:
    return list(
        session.scalars(select(DossierEvent).where(DossierEvent.dossier_id == dossier.id).order_by(DossierEvent.id))
    )


def test_a_dossier_goes_from_hand_to_hand_until_it_is_returned(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town)

    for days, to in enumerate((S.PROCESSING, S.DONE, S.RETURNED), start=1):
        step(session, dossier, to, days=days)

    assert (dossier.status, dossier.due_at, dossier.original_due_at) == (S.RETURNED, DUE, DUE)
    # Lateness is judged by the second day, not by when the citizen came for it.
    assert (dossier.finished_at, dossier.returned_at) == (NINE + timedelta(days=2), NINE + timedelta(days=3))
    assert [(event.from_status, event.to_status) for event in history(session, dossier)] == [
        (None, S.RECEIVED),
        (S.RECEIVED, S.PROCESSING),
        (S.PROCESSING, S.DONE),
        (S.DONE, S.RETURNED),
    ]


@pytest.mark.parametrize("status", list(S))
def test_every_step_that_is_not_listed_is_refused(session: Session, town: Town, status: S) -> None:
    dossier = add_dossier(session, town, status)

    for to in set(S) - TRANSITIONS[status]:
        with pytest.raises(DossierStateError):
            step(session, dossier, to, reason="vì thế")

    assert (dossier.status, len(history(session, dossier))) == (status, 1)


def test_a_refused_step_is_said_in_words(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town, S.RETURNED)

    with pytest.raises(DossierStateError) as caught:
        step(session, dossier, S.PROCESSING)

    assert caught.value.text(Language.VI) == (
        f"Hồ sơ {dossier.code} không thể chuyển từ “đã trả kết quả” sang “đang xử lý”."
    )


def test_work_of_the_same_day_may_skip_processing(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town)
    dossier.procedure_version.duration_unit = DurationUnit.SAME_DAY
    session.commit()

    step(session, dossier, S.DONE)

    assert (dossier.status, dossier.finished_at) == (S.DONE, NINE)


@pytest.mark.parametrize("to", sorted(NEEDS_REASON))
def test_what_the_law_wants_explained_needs_a_reason(session: Session, town: Town, to: S) -> None:
    before = S.REGISTERED if to == S.REFUSED else S.PROCESSING
    dossier = add_dossier(session, town, before)

    with pytest.raises(ReasonMissingError):
        step(session, dossier, to, reason=" \n ", supplement=PAUSE)
    assert dossier.status == before

    event = step(session, dossier, to, reason=" Thiếu giấy\x07 ", supplement=PAUSE)
    assert event.reason == "Thiếu giấy"


def test_the_clock_starts_when_a_registered_dossier_is_accepted(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town, S.REGISTERED, due=None)

    event = step(session, dossier, S.RECEIVED, days=1)

    assert (dossier.received_at, dossier.due_at) == (NINE + timedelta(days=1), DUE + timedelta(days=1))
    assert (event.due_from, event.due_to, dossier.original_due_at) == (None, dossier.due_at, dossier.due_at)


def test_papers_missing_at_reception_do_not_start_the_clock(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town, S.REGISTERED, due=None)

    step(session, dossier, S.SUPPLEMENT, reason="Thiếu bản chính")
    assert dossier.due_at is None

    step(session, dossier, S.PROCESSING, days=1)
    assert (dossier.due_at, dossier.original_due_at) == (DUE + timedelta(days=1), DUE + timedelta(days=1))


def test_a_request_for_papers_is_not_decided_silently(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town, S.PROCESSING)

    with pytest.raises(SupplementPolicyUnsetError):
        step(session, dossier, S.SUPPLEMENT, reason="Thiếu bản chính")

    assert (dossier.status, len(history(session, dossier))) == (S.PROCESSING, 1)


def test_the_chosen_effect_moves_the_due_date_when_the_papers_are_there(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town, S.PROCESSING)
    asked = step(session, dossier, S.SUPPLEMENT, days=1, reason="Thiếu bản chính", supplement=PAUSE)
    assert (asked.supplement_policy, dossier.due_at) == (SupplementPolicy.PAUSE, DUE)

    event = step(session, dossier, S.PROCESSING, days=6, reason="Đã nhận đủ")

    # Thursday to Tuesday: three working days.
    assert (event.due_from, event.due_to) == (DUE, DUE + timedelta(days=3))
    assert event.reason == "Đã nhận đủ\nKhông tính thời gian chờ bổ sung vào thời hạn."
    assert (dossier.due_at, dossier.original_due_at) == (DUE + timedelta(days=3), DUE)


def test_waiting_for_a_fee_is_left_out_of_the_time(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town, S.PROCESSING)
    step(session, dossier, S.AWAITING_PAYMENT, days=1)

    event = step(session, dossier, S.PROCESSING, days=2)

    assert event.due_to == DUE + timedelta(days=1)
    assert event.reason == "Không tính thời gian chờ thực hiện nghĩa vụ tài chính vào thời hạn."


def test_an_imported_request_for_papers_is_decided_when_they_come(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town, S.SUPPLEMENT)

    with pytest.raises(SupplementPolicyUnsetError):
        step(session, dossier, S.PROCESSING, days=1)

    step(session, dossier, S.PROCESSING, days=1, supplement=SupplementEffect(SupplementPolicy.NONE))
    assert dossier.due_at == DUE


def test_who_saw_an_older_version_changes_nothing(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town)
    step(session, dossier, S.PROCESSING)

    with pytest.raises(StaleVersionError):
        step(session, dossier, S.DONE, version=1)

    assert (dossier.status, len(history(session, dossier))) == (S.PROCESSING, 2)


def test_of_two_who_save_at_once_one_is_told(session: Session, database: Database, town: Town) -> None:
    dossier = add_dossier(session, town)
    with Session(database.engine, expire_on_commit=False) as other:
        mine = other.get_one(Dossier, dossier.id)
        calendar = working_calendar(other, mine.office)
        assert mine.procedure_version.supplement_policy == SupplementPolicy.UNSET
        other.commit()
        step(session, dossier, S.PROCESSING)

        with pytest.raises(StaleVersionError):
            change_status(
                other, mine, S.STOPPED, actor_id=1, now=NINE, calendar=calendar, version=1, reason="Không đủ điều kiện"
            )
        other.rollback()

    assert [event.to_status for event in history(session, dossier)] == [S.RECEIVED, S.PROCESSING]


def test_a_supervisor_reopens_what_was_closed_by_mistake(session: Session, town: Town) -> None:
    dossier = add_dossier(session, town)
    for to in (S.PROCESSING, S.DONE, S.RETURNED):
        step(session, dossier, to)

    correct_status(
        session,
        dossier,
        S.PROCESSING,
        actor_id=town.hoa.id,
        now=NINE,
        version=dossier.version,
        reason="Trả nhầm kết quả của hồ sơ khác",
    )

    assert (dossier.status, dossier.finished_at, dossier.returned_at) == (S.PROCESSING, None, None)
    assert (dossier.due_at, dossier.original_due_at) == (DUE, DUE)
    assert history(session, dossier)[-1].reason == "Trả nhầm kết quả của hồ sơ khác"


@pytest.mark.parametrize(("to", "reason"), [(S.PROCESSING, " "), (S.RETURNED, "vì thế")])
def test_a_correction_needs_a_reason_and_something_to_correct(session: Session, town: Town, to: S, reason: str) -> None:
    dossier = add_dossier(session, town, S.RETURNED)

    with pytest.raises((ReasonMissingError, DossierStateError)):
        correct_status(session, dossier, to, actor_id=town.hoa.id, now=NINE, version=dossier.version, reason=reason)

    assert len(history(session, dossier)) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from([S.REGISTERED, S.RECEIVED]),
    tries=st.lists(
        st.tuples(st.sampled_from(list(S)), st.sampled_from([None, "Có lý do"]), st.integers(0, 3)), max_size=15
    ),
)
def test_whatever_is_tried_the_log_replays_to_the_state(
    session: Session, town: Town, start: S, tries: list[tuple[S, str | None, int]]
) -> None:
    dossier = add_dossier(session, town, start, due=None if start == S.REGISTERED else DUE)
    promised, days = dossier.original_due_at, 0

    for to, reason, later in tries:
        days += later
        may = to in next_statuses(dossier)
        refusal = attempt(session, dossier, to, days=days, reason=reason, supplement=PAUSE)
        assert (refusal is None) == may or isinstance(refusal, ReasonMissingError)

    events = history(session, dossier)
    status, due = events[0].to_status, events[0].due_to
    for event in events[1:]:
        assert event.from_status == status
        assert event.to_status in TRANSITIONS[status]
        assert event.due_from == due
        assert event.due_to == due or event.reason is not None or due is None
        status, due = event.to_status, event.due_to
    assert (dossier.status, dossier.due_at) == (status, due)
    assert promised is None or dossier.original_due_at == promised
    assert (dossier.finished_at is not None) == (status in PROCESSED)
