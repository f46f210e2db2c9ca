"""Taking dossiers in: code, due date, papers, event and receipt together, or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from motcua.admin.domain import calling
from motcua.admin.domain.applicants import Applicant, read_applicant
from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.dossier_codes import next_code
from motcua.admin.domain.dossiers import Intake, ReceivedPaper, take_in, take_in_from_ticket
from motcua.admin.domain.seats import Seat, Seen
from motcua.admin.domain.tracking import find_by_token, tracking_token
from motcua.admin.enums import (
    DossierChannel,
    DossierStatus,
    Language,
    PrintKind,
    PrintReason,
    PrintState,
    TicketState,
)
from motcua.admin.errors import (
    CounterIdleError,
    HoursMissingError,
    IdempotencyKeyReusedError,
    IdentifierMissingError,
    InvalidInputError,
    NotFoundError,
    OfficeInactiveError,
    StaleVersionError,
    UnknownProcedureError,
)
from motcua.admin.models import Dossier, DossierCodeCounter, DossierEvent, Office, OfficeHours, PrintJob, ProcedurePaper
from tests.town import HANOI, NINE, add_procedure, build_town

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from tests.admin.hall import Hall

APPLICANT = Applicant("Đặng Thị Kín", "033177001234", "0912345678", "Thôn Đông")
#: Three working days after Wednesday the second, at the same hour.
MONDAY_AT_NINE = datetime(2026, 12, 7, 9, 0, tzinfo=HANOI).astimezone(UTC)


def intake(hall: Hall, **fields: Any) -> Intake:
    """Return what a visitor hands in."""
    papers = (ReceivedPaper("Tờ khai"), ReceivedPaper("Giấy chứng sinh", 2))
    return Intake(
        **({"procedure": hall.town.procedure.procedure.code, "applicant": APPLICANT, "papers": papers} | fields)
    )


def take(session: Session, seat: Seat, what: Intake, hall: Hall, seen: Seen | None = None) -> Dossier:
    """Take in at the counter, as the API does."""
    calendar = working_calendar(session, seat.office)
    return take_in_from_ticket(session, seat, what, calendar=calendar, qr_key=hall.motcua.settings.qr_key, seen=seen)


def by_post(session: Session, hall: Hall, what: Intake, now: datetime = NINE) -> Dossier:
    """Take in what came by post."""
    office = session.get_one(Office, hall.town.office.id)
    return take_in(
        session,
        office,
        what,
        received_by_id=hall.town.lan.id,
        printer_id=None,
        calendar=working_calendar(session, office),
        qr_key=hall.motcua.settings.qr_key,
        now=now,
    )


def dossiers(database: Database) -> list[Dossier]:
    with database.read() as session:
        return list(
            session.scalars(
                select(Dossier).options(selectinload(Dossier.papers), selectinload(Dossier.events)).order_by(Dossier.id)
            )
        )


def test_a_dossier_is_taken_in_from_the_visitor_at_the_counter(hall: Hall, database: Database) -> None:
    hall.issue()
    hall.at(hall.town.counter1, calling.call_next)

    hall.at(hall.town.counter1, take, intake(hall, assigned_to_id=hall.town.minh.id, note="gấp\r\n"), hall)

    (dossier,) = dossiers(database)
    assert dossier.code == f"{hall.town.office.identifier}-261202-0001"
    assert (dossier.status, dossier.channel) == (DossierStatus.RECEIVED, DossierChannel.IN_PERSON)
    assert (dossier.original_due_at, dossier.due_at, dossier.received_at) == (MONDAY_AT_NINE, MONDAY_AT_NINE, NINE)
    assert (dossier.received_by_id, dossier.assigned_to_id) == (hall.town.lan.id, hall.town.minh.id)
    assert (dossier.applicant_name, dossier.applicant_search) == ("Đặng Thị Kín", "dang thi kin")
    assert [(paper.position, paper.name, paper.copies) for paper in dossier.papers] == [
        (1, "Tờ khai", 1),
        (2, "Giấy chứng sinh", 2),
    ]
    assert dossier.note == "gấp"
    assert dossier.ticket_id == hall.ticket("A001").id
    assert [(event.from_status, event.to_status, event.due_to) for event in dossier.events] == [
        (None, DossierStatus.RECEIVED, MONDAY_AT_NINE)
    ]


def test_taking_in_starts_the_visit_and_orders_the_receipt(hall: Hall, database: Database) -> None:
    hall.issue()
    hall.at(hall.town.counter1, calling.call_next)

    dossier = hall.at(hall.town.counter1, take, intake(hall), hall)

    assert hall.ticket("A001").state == TicketState.SERVING
    assert hall.kinds("A001") == ["issued", "called", "started"]
    with database.read() as session:
        job = session.scalars(select(PrintJob).where(PrintJob.dossier_id == dossier.id)).one()
    assert (job.kind, job.reason, job.state) == (PrintKind.RECEIPT, PrintReason.FIRST, PrintState.QUEUED)
    assert (job.printer_id, job.requested_by_id) == (hall.town.printer.id, hall.town.lan.id)


def test_one_visit_may_leave_several_dossiers(hall: Hall, database: Database) -> None:
    hall.issue()
    hall.at(hall.town.counter1, calling.call_next)

    for _ in range(3):
        hall.at(hall.town.counter1, take, intake(hall), hall)

    assert [dossier.code[-4:] for dossier in dossiers(database)] == ["0001", "0002", "0003"]
    assert hall.kinds("A001") == ["issued", "called", "started"]


def test_the_token_of_the_receipt_finds_the_dossier(hall: Hall, database: Database) -> None:
    hall.issue()
    hall.at(hall.town.counter1, calling.call_next)
    dossier = hall.at(hall.town.counter1, take, intake(hall), hall)

    token = tracking_token(hall.motcua.settings.qr_key, dossier.public_id, 1)

    with database.read() as session:
        found = find_by_token(session, token)
        assert isinstance(found, Dossier)
        assert found.code == dossier.code


def test_what_comes_by_post_needs_no_ticket(hall: Hall, database: Database) -> None:
    with database.write() as session:
        by_post(session, hall, intake(hall, channel=DossierChannel.POSTAL))

    (dossier,) = dossiers(database)
    assert (dossier.ticket_id, dossier.channel) == (None, DossierChannel.POSTAL)


def test_the_day_of_the_code_is_the_offices_own(hall: Hall, database: Database) -> None:
    late_in_hanoi = datetime(2026, 12, 3, 0, 30, tzinfo=HANOI).astimezone(UTC)

    with database.write() as session:
        dossier = by_post(session, hall, intake(hall), now=late_in_hanoi)

    assert late_in_hanoi.day == 2
    assert dossier.code.endswith("-261203-0001")


def test_nobody_at_the_counter_means_no_dossier(hall: Hall, database: Database) -> None:
    with pytest.raises(CounterIdleError):
        hall.at(hall.town.counter1, take, intake(hall), hall)

    assert dossiers(database) == []


def test_a_screen_that_is_behind_takes_nothing_in(hall: Hall, database: Database) -> None:
    hall.issue()
    ticket = hall.at(hall.town.counter1, calling.call_next)
    behind = Seen(ticket.id, ticket.version)
    hall.at(hall.town.counter1, calling.recall)

    with pytest.raises(StaleVersionError):
        hall.at(hall.town.counter1, take, intake(hall), hall, behind)

    assert dossiers(database) == []
    assert hall.ticket("A001").state == TicketState.CALLED


def test_an_office_without_an_identifier_gives_no_code(hall: Hall, database: Database, session: Session) -> None:
    session.merge(hall.town.office).identifier = " "
    session.commit()
    hall.issue()
    hall.at(hall.town.counter1, calling.call_next)

    with pytest.raises(IdentifierMissingError) as caught:
        hall.at(hall.town.counter1, take, intake(hall), hall)

    assert caught.value.text(Language.VI) == (
        "Trung tâm PVHCC xã Châu Ninh chưa có mã định danh nên chưa cấp được mã hồ sơ. "
        "Vui lòng báo quản trị đơn vị nhập mã do tỉnh cấp."
    )
    assert dossiers(database) == []
    # All or nothing: the visit has not started either.
    assert hall.ticket("A001").state == TicketState.CALLED
    assert session.scalars(select(DossierCodeCounter)).all() == []


def test_an_office_that_never_opens_promises_nothing(hall: Hall, database: Database, session: Session) -> None:
    for hours in session.scalars(select(OfficeHours)):
        session.delete(hours)
    session.commit()

    with pytest.raises(HoursMissingError) as caught, database.write() as writing:
        by_post(writing, hall, intake(hall))

    assert caught.value.text(Language.VI) == (
        "Trung tâm PVHCC xã Châu Ninh chưa khai báo giờ làm việc nên chưa tính được ngày hẹn trả. "
        "Vui lòng báo quản trị đơn vị."
    )
    assert dossiers(database) == []


def test_a_procedure_that_is_no_longer_in_force_is_refused(hall: Hall, database: Database, session: Session) -> None:
    session.merge(hall.town.procedure).effective_to = date(2026, 12, 2)
    session.commit()

    with pytest.raises(UnknownProcedureError), database.write() as writing:
        by_post(writing, hall, intake(hall))

    assert dossiers(database) == []


def test_a_paper_of_the_procedure_is_named_by_its_id_and_another_procedures_is_refused(
    hall: Hall, database: Database, session: Session
) -> None:
    birth, death = ProcedurePaper(position=1, name="Giấy chứng sinh"), ProcedurePaper(position=1, name="Giấy báo tử")
    session.merge(hall.town.procedure).papers.append(birth)
    add_procedure(session, "1.999999").papers.append(death)
    session.commit()

    with pytest.raises(InvalidInputError), database.write() as writing:
        by_post(writing, hall, intake(hall, papers=(ReceivedPaper(paper_id=death.id),)))
    with database.write() as writing:
        by_post(writing, hall, intake(hall, papers=(ReceivedPaper(paper_id=birth.id, copies=2),)))

    (dossier,) = dossiers(database)
    assert [(paper.name, paper.copies) for paper in dossier.papers] == [("Giấy chứng sinh", 2)]


def test_a_case_officer_of_another_office_is_refused(hall: Hall, database: Database, session: Session) -> None:
    elsewhere = build_town(session, "tien-lang", prefix="tl-")

    with pytest.raises(InvalidInputError) as caught, database.write() as writing:
        by_post(writing, hall, intake(hall, assigned_to_id=elsewhere.minh.id))

    assert caught.value.text(Language.VI) == "Dữ liệu gửi lên không hợp lệ: cán bộ thụ lý."
    assert dossiers(database) == []


def test_a_key_that_has_made_a_dossier_makes_no_other(hall: Hall, database: Database) -> None:
    with database.write() as session:
        by_post(session, hall, intake(hall, key="the same key"))

    with pytest.raises(IdempotencyKeyReusedError), database.write() as session:
        by_post(session, hall, intake(hall, key="the same key"))

    assert len(dossiers(database)) == 1


def test_eight_officers_at_once_get_eight_codes(hall: Hall, database: Database) -> None:
    """Eight in parallel, 25 each: none twice, none left out."""

    def take_many(_: int) -> list[str]:
        codes = []
        for _number in range(25):
            with database.write() as session:
                office = session.get_one(Office, hall.town.office.id)
                codes.append(next_code(session, office, date(2026, 12, 2)))
        return codes

    with ThreadPoolExecutor(8) as pool:
        codes = [code for some in pool.map(take_many, range(8)) for code in some]

    assert sorted(codes) == [f"{hall.town.office.identifier}-261202-{number:04}" for number in range(1, 201)]


def test_the_number_grows_wider_beyond_9999_and_does_not_wrap(hall: Hall, database: Database) -> None:
    day = date(2026, 12, 2)
    with database.write() as session:
        session.add(DossierCodeCounter(office_id=hall.town.office.id, day=day, last_number=9998))

    with database.write() as session:
        office = session.get_one(Office, hall.town.office.id)
        codes = [next_code(session, office, day) for _ in range(2)]

    assert [code.rpartition("-")[2] for code in codes] == ["9999", "10000"]


def test_a_code_that_was_brought_in_from_elsewhere_is_passed_over(hall: Hall, database: Database) -> None:
    with database.write() as session:
        by_post(session, hall, intake(hall)).code = f"{hall.town.office.identifier}-261202-0002"

    with database.write() as session:
        codes = [by_post(session, hall, intake(hall)).code for _ in range(2)]

    assert [code.rpartition("-")[2] for code in codes] == ["0003", "0004"]


def test_two_offices_of_one_identifier_never_give_one_code(hall: Hall, database: Database) -> None:
    """Merged communes: eight officers of two offices at once."""
    with database.write() as session:
        other = Office(
            name="Điểm tiếp nhận thôn Đông",
            code="thon-dong",
            level=hall.town.office.level,
            parent_id=hall.town.office.parent_id,
            identifier=hall.town.office.identifier,
        )
        other.hours = [
            OfficeHours(weekday=hours.weekday, opens_at=hours.opens_at, closes_at=hours.closes_at)
            for hours in session.get_one(Office, hall.town.office.id).hours
        ]
        session.add(other)
        session.flush()
        offices = (hall.town.office.id, other.id)

    def take_some(worker: int) -> None:
        for _ in range(5):
            with database.write() as session:
                office = session.get_one(Office, offices[worker % 2])
                take_in(
                    session,
                    office,
                    intake(hall),
                    received_by_id=hall.town.lan.id,
                    printer_id=None,
                    calendar=working_calendar(session, office),
                    qr_key=hall.motcua.settings.qr_key,
                    now=NINE,
                )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take_some, range(8)))

    assert len({dossier.code for dossier in dossiers(database)}) == 40


def test_an_office_that_no_longer_works_takes_nothing_in(hall: Hall, database: Database, session: Session) -> None:
    hall.issue()
    hall.at(hall.town.counter1, calling.call_next)
    session.merge(hall.town.office).is_active = False
    session.commit()

    with pytest.raises(NotFoundError):  # its counters are closed too
        hall.at(hall.town.counter1, take, intake(hall), hall)
    with pytest.raises(OfficeInactiveError) as caught, database.write() as writing:
        by_post(writing, hall, intake(hall))

    assert caught.value.text(Language.VI) == (
        "Trung tâm PVHCC xã Châu Ninh đã ngừng hoạt động nên không tiếp nhận hồ sơ. Vui lòng nộp tại đơn vị thay thế."
    )
    assert dossiers(database) == []
    assert hall.ticket("A001").state == TicketState.CALLED


def test_a_number_that_was_not_used_is_given_again(hall: Hall, database: Database) -> None:
    day = date(2026, 12, 2)

    def fail() -> None:
        with database.write() as session:
            next_code(session, session.get_one(Office, hall.town.office.id), day)
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        fail()

    with database.write() as session:
        assert next_code(session, session.get_one(Office, hall.town.office.id), day).endswith("-0001")


def test_the_applicant_is_nobody_in_the_events(hall: Hall, database: Database) -> None:
    with database.write() as session:
        by_post(session, hall, intake(hall))

    with database.read() as session:
        event = session.scalars(select(DossierEvent)).one()
    assert event.reason is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"name": "  Nguye\u0302\u0303n\tThị   Lan "}, Applicant("Nguyễn Thị Lan")),
        ({"name": "A Lò", "id_number": "033 177 001 234"}, Applicant("A Lò", "033177001234")),
        ({"name": "A Lò", "id_number": "b1234567"}, Applicant("A Lò", "B1234567")),
        ({"name": "Công ty Á", "id_number": "0101234567-001"}, Applicant("Công ty Á", "0101234567001")),
        ({"name": "A Lò", "phone": "+84 912 345 678"}, Applicant("A Lò", None, "0912345678")),
        ({"name": "A Lò", "phone": "(0221) 3.999.999"}, Applicant("A Lò", None, "02213999999")),
        ({"name": "A Lò", "address": "Thôn 1\x00\nxã B"}, Applicant("A Lò", None, None, "Thôn 1 xã B")),
    ],
)
def test_what_was_typed_is_made_fit_for_the_record(typed: dict[str, str], kept: Applicant) -> None:
    assert read_applicant(**typed) == kept


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "  "}, "họ tên người nộp hồ sơ"),
        ({"name": "123"}, "họ tên người nộp hồ sơ"),
        ({"name": "L" * 201}, "họ tên người nộp hồ sơ"),
        ({"name": "Lan", "id_number": "12345"}, "số giấy tờ tùy thân (9 hoặc 12 chữ số, hoặc số hộ chiếu)"),
        ({"name": "Lan", "phone": "912345678"}, "số điện thoại"),
        ({"name": "Lan", "phone": "0912 345 67x"}, "số điện thoại"),
        ({"name": "Lan", "address": "x" * 301}, "địa chỉ (tối đa 300 ký tự)"),
    ],
)
def test_what_cannot_be_right_is_refused_in_words(typed: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_applicant(**typed)

    assert caught.value.text(Language.VI) == f"Dữ liệu gửi lên không hợp lệ: {field}."


def test_half_a_day_off_moves_nothing_that_was_promised(hall: Hall, database: Database) -> None:
    with database.write() as session:
        first = by_post(session, hall, intake(hall), now=NINE + timedelta(hours=9))

    # Six in the evening counts as the next morning's opening.
    assert first.due_at == datetime(2026, 12, 8, 7, 0, tzinfo=HANOI).astimezone(UTC)
