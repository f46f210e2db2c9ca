"""Taking dossiers in: code, due date, papers, event and receipt, in one transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.clock import local_day
from motcua.admin.domain.calendar import NoWorkingDayError
from motcua.admin.domain.calling import at_the_counter, start
from motcua.admin.domain.deadlines import DueDate, due_date
from motcua.admin.domain.dossier_codes import next_code
from motcua.admin.domain.printing import order_receipt
from motcua.admin.domain.procedures_in_force import procedure_in_force
from motcua.admin.domain.text import clean_text, unaccented
from motcua.admin.domain.tracking import token_digest, tracking_token
from motcua.admin.enums import DossierChannel, DossierStatus, TicketState
from motcua.admin.errors import (
    HoursMissingError,
    IdempotencyKeyReusedError,
    InBoth,
    InvalidInputError,
    OfficeInactiveError,
)
from motcua.admin.models import Dossier, DossierEvent, DossierPaper, StaffMember

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from motcua.admin.domain.applicants import Applicant
    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.domain.seats import Seat, Seen
    from motcua.admin.models import Office, ProcedureVersion, Ticket

_NOTE_LETTERS = 2000
_CASE_OFFICER = InBoth("cán bộ thụ lý", "the case officer")
_PAPERS = InBoth("thành phần hồ sơ", "the papers")


@dataclass(frozen=True, slots=True)
class ReceivedPaper:
    """A paper that lies on the counter: one of the procedure's own, by its id, or any other by its name."""

    name: str = ""
    copies: int = 1
    paper_id: int | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """What is handed in, by whom, and who will work on it."""

    #: The national code; the version in force on the day counts.
    procedure: str
    applicant: Applicant
    papers: tuple[ReceivedPaper, ...] = ()
    assigned_to_id: int | None = None
    channel: DossierChannel = DossierChannel.IN_PERSON
    note: str | None = None
    #: The key the command came under; the record refuses a second dossier with it.
    key: str | None = None


def promised_date(calendar: WorkingCalendar, office: Office, version: ProcedureVersion, now: datetime) -> DueDate:
    """Return the due date a dossier taken in now would get. Raises HoursMissingError."""
    try:
        return due_date(calendar, version, now)
    except NoWorkingDayError as error:
        raise HoursMissingError(office=office.name) from error


def take_in_from_ticket(
    session: Session, seat: Seat, intake: Intake, *, calendar: WorkingCalendar, qr_key: bytes, seen: Seen | None = None
) -> Dossier:
    """Take a dossier in from the visitor at the counter, with a receipt from the counter's printer.

    One visit may leave several dossiers. Somebody who was only called has
    come, so the visit starts. Raises as ``take_in`` and ``calling.start`` do.
    """
    ticket = at_the_counter(session, seat, seen)
    if ticket.state == TicketState.CALLED:
        start(session, seat)
    return take_in(
        session,
        seat.office,
        intake,
        ticket=ticket,
        received_by_id=seat.officer_id,
        printer_id=seat.counter.printer_id,
        calendar=calendar,
        qr_key=qr_key,
        now=seat.now,
    )


def take_in(
    session: Session,
    office: Office,
    intake: Intake,
    *,
    ticket: Ticket | None = None,
    received_by_id: int,
    printer_id: int | None,
    calendar: WorkingCalendar,
    qr_key: bytes,
    now: datetime,
    owes_receipt: bool = True,
) -> Dossier:
    """Take a complete dossier in and return it; without a ticket when it came by post or online.

    The clock starts now. No receipt is printed where the sender gives one.
    The caller commits. Raises OfficeInactiveError, IdentifierMissingError,
    UnknownProcedureError, HoursMissingError, InvalidInputError (a case officer
    of another office, a paper of another procedure) and
    IdempotencyKeyReusedError.
    """
    if not office.is_active:
        raise OfficeInactiveError(office=office.name)
    day = local_day(now, office.time_zone)
    _check_case_officer(session, office, intake.assigned_to_id)
    _check_key(session, office, intake.key)
    version = procedure_in_force(session, intake.procedure, day)
    due = promised_date(calendar, office, version, now)
    public_id = uuid.uuid4().hex
    dossier = Dossier(
        code=next_code(session, office, day),
        office_id=office.id,
        procedure_version=version,
        ticket=ticket,
        status=DossierStatus.RECEIVED,
        channel=intake.channel,
        applicant_name=intake.applicant.name,
        applicant_search=unaccented(intake.applicant.name),
        applicant_id_number=intake.applicant.id_number,
        applicant_phone=intake.applicant.phone,
        applicant_address=intake.applicant.address,
        note=clean_text(intake.note or "")[:_NOTE_LETTERS] or None,
        received_by_id=received_by_id,
        assigned_to_id=intake.assigned_to_id,
        received_at=now,
        original_due_at=due.at,
        due_at=due.at,
        due_is_provisional=due.is_provisional,
        idempotency_key=intake.key,
        public_id=public_id,
        token_version=1,
        token_digest=token_digest(tracking_token(qr_key, public_id, 1)),
        papers=_papers(version, intake.papers),
        events=[DossierEvent(at=now, actor_id=received_by_id, to_status=DossierStatus.RECEIVED, due_to=due.at)],
    )
    session.add(dossier)
    session.flush()
    if owes_receipt:
        order_receipt(session, dossier, printer_id=printer_id, now=now)
    return dossier


def _check_case_officer(session: Session, office: Office, user_id: int | None) -> None:
    if user_id is None:
        return
    place = select(StaffMember.id).where(
        StaffMember.user_id == user_id, StaffMember.office_id == office.id, StaffMember.is_active.is_(True)
    )
    if session.scalar(place.limit(1)) is None:
        raise InvalidInputError(field=_CASE_OFFICER)


def _papers(version: ProcedureVersion, received: tuple[ReceivedPaper, ...]) -> list[DossierPaper]:
    listed = {paper.id: paper.name for paper in version.papers}
    names = [listed.get(paper.paper_id, "") if paper.paper_id is not None else paper.name for paper in received]
    if not all(names):
        raise InvalidInputError(field=_PAPERS)
    return [
        DossierPaper(position=position, name=name, copies=paper.copies)
        for position, (name, paper) in enumerate(zip(names, received, strict=True), start=1)
    ]


def _check_key(session: Session, office: Office, key: str | None) -> None:
    """Refuse a key that another officer, or somebody long ago, took a dossier in with."""
    if key is not None and session.scalar(
        select(Dossier.id).where(Dossier.office_id == office.id, Dossier.idempotency_key == key)
    ):
        raise IdempotencyKeyReusedError
