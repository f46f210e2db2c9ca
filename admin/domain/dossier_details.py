"""What the holder of a tracking link may know besides, who also knows the telephone number of the dossier."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.domain.following import subject_behind
from motcua.admin.domain.workflow import NEEDS_REASON, TRANSITIONS
from motcua.admin.enums import DossierStatus
from motcua.admin.errors import DigitsRefusedError
from motcua.admin.models import Dossier, DossierEvent

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

#: How much of the telephone number is asked for.
DIGITS = 4
#: With these steps the office owes the applicant a reason; elsewhere reasons are its own notes.
TOLD = NEEDS_REASON - {DossierStatus.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class HandedInPaper:
    """A paper (giấy tờ) that was taken in."""

    name: str
    copies: int


@dataclass(frozen=True, slots=True)
class OfficeNote:
    """Why the office asked for something, refused, or gave a new date."""

    at: datetime
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class DossierDetails:
    """A dossier as its applicant knows it; still neither names nor numbers of persons."""

    dossier_id: int
    office_id: int
    code: str
    procedure: str
    papers: tuple[HandedInPaper, ...]
    #: The newest first.
    notes: tuple[OfficeNote, ...]


def details_behind(session: Session, token: str, digits: str, *, now: datetime) -> DossierDetails:
    """Return what stands behind a link for who knows the last digits of the telephone number.

    Raises NotFoundError as ``follow`` does, and DigitsRefusedError: for wrong digits, for a dossier that has no
    number, and for a ticket from which no dossier was taken in, without saying which.
    """
    subject = subject_behind(session, token, now)
    dossier = subject if isinstance(subject, Dossier) else None
    known = _digits_of(dossier.applicant_phone) if dossier else ""
    is_right = hmac.compare_digest(known[-DIGITS:].encode(), digits.encode())
    if dossier is None or len(known) <= DIGITS or not is_right:
        raise DigitsRefusedError
    return DossierDetails(
        dossier_id=dossier.id,
        office_id=dossier.office_id,
        code=dossier.code,
        procedure=dossier.procedure_version.name,
        papers=tuple(HandedInPaper(paper.name, paper.copies) for paper in dossier.papers),
        notes=_notes(session, dossier),
    )


def _digits_of(phone: str | None) -> str:
    return "".join(sign for sign in phone or "" if sign.isdecimal())


def _notes(session: Session, dossier: Dossier) -> tuple[OfficeNote, ...]:
    events = session.scalars(
        select(DossierEvent)
        .where(DossierEvent.dossier_id == dossier.id, DossierEvent.reason.is_not(None))
        .order_by(DossierEvent.id.desc())
    )
    return tuple(
        OfficeNote(event.at, event.to_status.name.lower(), event.reason or "") for event in events if _is_told(event)
    )


def _is_told(event: DossierEvent) -> bool:
    """Tell whether the reason was written for the applicant: a step that needs one, or an apology with a new date."""
    if event.from_status == event.to_status:
        return event.due_from is not None and event.due_to != event.due_from
    is_correction = event.from_status is not None and event.to_status not in TRANSITIONS[event.from_status]
    return event.to_status in TOLD and not is_correction
