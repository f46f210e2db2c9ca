"""What stands in a digest: the right dossiers in the right part, and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, delete, insert, text

from motcua.admin.domain.digest_content import Digest, DigestLimits, Group, digest_for
from motcua.admin.domain.digest_recipients import digest_recipient
from motcua.admin.domain.names import full_name
from motcua.admin.enums import DossierStatus as S
from motcua.admin.enums import HolidayKind, StaffRole, SupplementPolicy
from motcua.admin.models import Dossier, DossierEvent, Holiday, StaffMember
from motcua.admin.models.types import UtcDateTime
from tests.kiosk.hall import add_dossier_event
from tests.scheduler.morning import add_due, add_province, add_supervisor, add_waiting, at
from tests.town import HANOI, WEDNESDAY, add_procedure, add_user, build_town

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.town import Town

LIMITS = DigestLimits(days_ahead=3, waiting_days=10)
HALF_PAST_SEVEN = at(WEDNESDAY, 7, 30)
TUESDAY, THURSDAY, MONDAY = date(2026, 12, 1), date(2026, 12, 3), date(2026, 12, 7)
TUESDAY_AFTER, LAST_FRIDAY = date(2026, 12, 8), date(2026, 11, 27)
LONG_AGO = date(2026, 11, 16)


def read(session: Session, user_id: int, now: datetime = HALF_PAST_SEVEN, limits: DigestLimits = LIMITS) -> Digest:
    recipient = digest_recipient(session, user_id)
    assert recipient is not None
    return digest_for(session, recipient, day=now.astimezone(HANOI).date(), now=now, limits=limits)


def parts(digest: Digest) -> dict[str, list[tuple[str, int]]]:
    """Return code and days of every line, by part."""
    return {
        group.value: [(line.code, line.days) for line in digest.of(group)] for group in Group if digest.count(group)
    }


def test_dossiers_stand_in_their_parts_the_most_pressing_first(session: Session, town: Town) -> None:
    add_due(session, town, "LATE-1", at(TUESDAY, 16))
    add_due(session, town, "LATE-3", at(LAST_FRIDAY, 16))
    add_due(session, town, "SORRY", at(TUESDAY, 10), apology_at=at(TUESDAY, 8))
    add_due(session, town, "TODAY", at(WEDNESDAY, 16))
    add_due(session, town, "SOON-3", at(MONDAY, 9))
    add_due(session, town, "SOON-1", at(THURSDAY, 9))
    add_due(session, town, "LATER", at(TUESDAY_AFTER, 9))
    add_waiting(session, town, "WAITING", at(LONG_AGO, 9))

    assert parts(read(session, town.hoa.id)) == {
        "overdue": [("LATE-3", 3), ("LATE-1", 1)],
        "apologised": [("SORRY", 1)],
        "today": [("TODAY", 0)],
        "soon": [("SOON-1", 1), ("SOON-3", 3)],
        "waiting": [("WAITING", 11)],  # 24 November is a public holiday
    }


def test_a_dossier_is_late_from_its_minute_on(session: Session, town: Town) -> None:
    add_due(session, town, "NOW", HALF_PAST_SEVEN)

    assert parts(read(session, town.hoa.id)) == {"today": [("NOW", 0)]}
    assert parts(read(session, town.hoa.id, HALF_PAST_SEVEN + timedelta(seconds=1))) == {"overdue": [("NOW", 0)]}


@pytest.mark.parametrize("status", [S.REGISTERED, S.REFUSED, S.AWAITING_PAYMENT, S.WITHDRAWN, S.STOPPED, S.DONE])
def test_a_dossier_whose_clock_does_not_run_is_not_late(session: Session, town: Town, status: S) -> None:
    add_due(session, town, "STILL", at(TUESDAY, 16), status=status)

    assert parts(read(session, town.hoa.id)) == {}


@pytest.mark.parametrize(
    ("of_procedure", "with_request", "is_late"),
    [
        (SupplementPolicy.PAUSE, None, False),
        (SupplementPolicy.RESTART, None, False),
        (SupplementPolicy.RESUME_PLUS, None, False),
        (SupplementPolicy.NONE, None, True),
        (SupplementPolicy.UNSET, None, True),
        (SupplementPolicy.UNSET, SupplementPolicy.PAUSE, False),
        (SupplementPolicy.PAUSE, SupplementPolicy.NONE, True),
    ],
)
def test_while_papers_are_asked_for_the_policy_says_whether_the_clock_runs(
    session: Session,
    town: Town,
    of_procedure: SupplementPolicy,
    with_request: SupplementPolicy | None,
    *,
    is_late: bool,
) -> None:
    town.procedure.supplement_policy = of_procedure
    dossier = add_due(session, town, "ASKED", at(TUESDAY, 16), status=S.SUPPLEMENT)
    asked = {"from_status": S.PROCESSING, "supplement_policy": with_request}
    add_dossier_event(session, dossier, town.minh, at=at(TUESDAY, 8), to=S.SUPPLEMENT, **asked)

    assert parts(read(session, town.hoa.id)) == ({"overdue": [("ASKED", 1)]} if is_late else {})


def test_waiting_counts_from_the_last_time_the_citizen_was_asked(session: Session, town: Town) -> None:
    dossier = add_waiting(session, town, "TWICE", at(LONG_AGO, 9))
    again = {"to": S.AWAITING_PAYMENT, "from_status": S.PROCESSING}
    add_dossier_event(session, dossier, town.minh, at=at(TUESDAY, 9), **again)

    assert parts(read(session, town.hoa.id)) == {}


def test_days_off_are_not_counted(session: Session, town: Town) -> None:
    add_due(session, town, "LATE", at(LAST_FRIDAY, 16))
    add_due(session, town, "SOON", at(TUESDAY_AFTER, 9))
    session.add_all(
        [
            Holiday(office=town.office, day=day, kind=HolidayKind.OFF, name="Lễ hội")
            for day in (TUESDAY, date(2026, 12, 4))
        ]
    )
    session.commit()

    assert parts(read(session, town.hoa.id)) == {"overdue": [("LATE", 2)], "soon": [("SOON", 3)]}


def test_only_the_supervisors_own_offices_are_spoken_of(session: Session, town: Town) -> None:
    other = build_town(session, "an-binh", "an-")
    add_due(session, town, "OURS", at(TUESDAY, 16))
    add_due(session, other, "THEIRS", at(TUESDAY, 16))

    assert parts(read(session, town.hoa.id)) == {"overdue": [("OURS", 1)]}
    assert parts(read(session, other.hoa.id)) == {"overdue": [("THEIRS", 1)]}


def test_the_province_reads_of_all_its_communes_and_of_each(session: Session, town: Town) -> None:
    other = build_town(session, "an-binh", "an-")
    other.office.name = "Trung tâm PVHCC xã An Bình"
    province = add_province(session, town.office, other.office)
    director = add_supervisor(session, province, "giam-doc")
    add_due(session, town, "A", at(TUESDAY, 16))
    for code in ("B", "C"):
        add_due(session, other, code, at(TUESDAY, 16))

    digest = read(session, director.id)

    assert [(tally.name, tally.total) for tally in digest.offices] == [
        ("Trung tâm PVHCC xã An Bình", 2),
        ("Trung tâm PVHCC xã Châu Ninh", 1),
    ]
    assert read(session, town.hoa.id).offices == ()


def test_who_changed_office_a_minute_ago_reads_of_the_new_one(session: Session, town: Town) -> None:
    """DIG-13."""
    other = build_town(session, "an-binh", "an-")
    add_due(session, town, "OLD", at(TUESDAY, 16))
    add_due(session, other, "NEW", at(TUESDAY, 16))
    session.query(StaffMember).filter_by(user_id=town.hoa.id).one().office = other.office
    session.commit()

    assert parts(read(session, town.hoa.id)) == {"overdue": [("NEW", 1)]}


def test_a_receiving_officer_who_supervises_elsewhere_reads_only_of_there(session: Session, town: Town) -> None:
    other = build_town(session, "an-binh", "an-")
    session.add(StaffMember(user_id=town.hoa.id, office=other.office, role=StaffRole.RECEIVING_OFFICER))
    add_due(session, other, "THEIRS", at(TUESDAY, 16))

    assert parts(read(session, town.hoa.id)) == {}


def test_officers_are_initials_and_told_apart(session: Session, town: Town) -> None:
    """Trần Văn Minh and Trần Việt Mai share theirs."""
    mai = add_user(session, "mai", "Mai", "Trần Việt")
    add_due(session, town, "1", at(TUESDAY, 16))
    add_due(session, town, "2", at(TUESDAY, 16), assigned_to=mai)
    add_due(session, town, "3", at(TUESDAY, 16), assigned_to=None)

    assert [line.officer for line in read(session, town.hoa.id).lines] == ["T.V.M.", "T.V.M. (2)", None]


def test_officers_are_listed_by_how_much_is_late(session: Session, town: Town) -> None:
    for code in ("1", "2"):
        add_due(session, town, code, at(WEDNESDAY, 16))
    add_due(session, town, "3", at(TUESDAY, 16), assigned_to=town.lan)

    tallies = read(session, town.hoa.id).officers

    assert [(tally.name, tally.counts[Group.OVERDUE], tally.total) for tally in tallies] == [
        ("N.T.L.", 1, 1),
        ("T.V.M.", 0, 2),
    ]


def test_a_line_has_no_room_for_a_citizen(session: Session, town: Town) -> None:
    """DIG-16: what is not there cannot be shown."""
    dossier = add_due(session, town, "CODE", at(TUESDAY, 16))

    told = str(read(session, town.hoa.id).lines)

    personal = (dossier.applicant_name, dossier.applicant_phone, dossier.applicant_id_number, dossier.applicant_address)
    assert [secret for secret in personal if secret in told] == []
    assert full_name(surname=town.minh.last_name, given_name=town.minh.first_name) not in told


def test_a_digest_costs_the_same_for_one_dossier_and_for_thirty(
    session: Session, town: Town, count_queries: Callable[[], int]
) -> None:
    add_due(session, town, "0", at(TUESDAY, 16))
    before = count_queries()
    read(session, town.hoa.id)
    for_one = count_queries() - before
    for number in range(1, 30):
        add_due(session, town, str(number), at(TUESDAY, 16))

    before = count_queries()
    read(session, town.hoa.id)

    assert count_queries() - before == for_one


# --- DIG-14: the same, asked by somebody else in SQL ----------------------------------------


@dataclass(frozen=True)
class Case:
    """A dossier of a random data set."""

    status: S
    due_in_hours: int | None
    has_apology: bool
    procedure: int
    with_request: SupplementPolicy | None
    waiting_days: int


CASES = st.lists(
    st.builds(
        Case,
        status=st.sampled_from([S.RECEIVED, S.PROCESSING, S.PROCESSING, S.SUPPLEMENT, S.AWAITING_PAYMENT, *S]),
        due_in_hours=st.one_of(st.none(), st.integers(-100, 200)),
        has_apology=st.booleans(),
        procedure=st.integers(0, 4),
        with_request=st.sampled_from([None, *SupplementPolicy]),
        waiting_days=st.integers(0, 30),
    ),
    max_size=8,
)
#: From Wednesday 2 December on, with these days off and the public holiday of 24 November:
#: three working days ahead end on the 8th, ten behind begin on 16 November.
OFF = (date(2026, 12, 4), date(2026, 11, 25))
SOON_ENDS = at(date(2026, 12, 9), 0)
WAITING_SINCE = at(date(2026, 11, 16), 0)
ORACLE = text("""
    WITH asked AS (
        SELECT e.dossier_id, e.supplement_policy, e.at FROM motcua_dossier_event e
        WHERE e.id = (SELECT max(x.id) FROM motcua_dossier_event x
                      WHERE x.dossier_id = e.dossier_id AND x.to_status IN (5, 6))
    ), seen AS (
        SELECT d.code, d.due_at, d.apology_at, d.status, asked.at AS since,
            (d.status IN (2, 4) OR (d.status = 5 AND COALESCE(asked.supplement_policy, v.supplement_policy)
                                                     IN ('none', 'unset'))) AS runs
        FROM motcua_dossier d JOIN motcua_procedure_version v ON v.id = d.procedure_version_id
        LEFT JOIN asked ON asked.dossier_id = d.id
    )
    SELECT code, CASE WHEN runs AND due_at < :now AND apology_at IS NULL THEN 'overdue'
                      WHEN runs AND due_at < :now THEN 'apologised'
                      WHEN runs AND due_at < :tomorrow THEN 'today'
                      WHEN runs AND due_at < :soon_ends THEN 'soon'
                      WHEN status IN (5, 6) AND since < :waiting_since THEN 'waiting' END AS part
    FROM seen
""").bindparams(*(bindparam(name, type_=UtcDateTime()) for name in ("now", "tomorrow", "soon_ends", "waiting_since")))


def store(session: Session, town: Town, procedures: list[int], cases: list[Case]) -> None:
    """Replace the dossiers by a random data set."""
    for table in (DossierEvent, Dossier):
        session.execute(delete(table))
    dossiers = [
        {
            "id": number,
            "code": f"C{number}",
            "office_id": town.office.id,
            "procedure_version_id": procedures[case.procedure],
            "status": case.status,
            "applicant_name": "-",
            "received_at": HALF_PAST_SEVEN - timedelta(days=60),
            "due_at": None if case.due_in_hours is None else HALF_PAST_SEVEN + timedelta(hours=case.due_in_hours),
            "apology_at": HALF_PAST_SEVEN if case.has_apology else None,
            "public_id": f"{number:032}",
            "token_digest": f"{number:032}",
        }
        for number, case in enumerate(cases, start=1)
    ]
    events = [
        {
            "dossier_id": number,
            "from_status": S.PROCESSING,
            "to_status": case.status,
            "supplement_policy": case.with_request if case.status == S.SUPPLEMENT else None,
            "at": HALF_PAST_SEVEN - timedelta(days=case.waiting_days, minutes=1),
        }
        for number, case in enumerate(cases, start=1)
        if case.status in {S.SUPPLEMENT, S.AWAITING_PAYMENT}
    ]
    for table, values in ((Dossier, dossiers), (DossierEvent, events)):
        if values:
            session.execute(insert(table), values)


def test_the_digest_equals_an_independent_query(session: Session, town: Town) -> None:
    """DIG-14: 300 random data sets; due today, due yesterday, paused, done late, days off."""
    policies = list(SupplementPolicy)
    versions = [add_procedure(session, f"2.{number:06}") for number in range(5)]
    for version, policy in zip(versions, policies, strict=True):
        version.supplement_policy = policy
    session.add_all(Holiday(day=day, kind=HolidayKind.OFF, name="Nghỉ") for day in OFF)
    session.commit()
    procedures = [version.id for version in versions]
    moments = {"now": HALF_PAST_SEVEN, "tomorrow": at(THURSDAY, 0)}
    moments |= {"soon_ends": SOON_ENDS, "waiting_since": WAITING_SINCE}

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(CASES)
    def agree(cases: list[Case]) -> None:
        store(session, town, procedures, cases)
        expected = {row.code: row.part for row in session.execute(ORACLE, moments) if row.part}
        assert {line.code: line.group.value for line in read(session, town.hoa.id).lines} == expected

    agree()
