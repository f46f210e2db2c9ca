"""What happens to a dossier beside its statuses: whose desk it lies on, and an apology with a new date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from motcua.admin.domain.lateness import RUNNING
from motcua.admin.domain.names import full_name
from motcua.admin.domain.state_words import DOSSIER_STATUS_WORDS
from motcua.admin.domain.text import clean_text
from motcua.admin.domain.workflow import PROCESSED
from motcua.admin.errors import (
    DossierStateError,
    InBoth,
    InvalidInputError,
    ReasonMissingError,
    StaleVersionError,
)
from motcua.admin.models import DossierEvent, StaffMember

if TYPE_CHECKING:
    from datetime import datetime

    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy.orm import Session

    from motcua.admin.models import Dossier

_OFFICER = InBoth("cán bộ thụ lý", "the case officer")
_NEW_DATE = InBoth("ngày hẹn trả mới phải sau thời điểm hiện tại", "the new due date must lie ahead")
_APOLOGY = InBoth("xin lỗi và hẹn lại", "apology with a new date")


def officers_of(session: Session, office_id: int) -> list[StaffMember]:
    """Return the active places of an office: to whom its dossiers may be given."""
    places = select(StaffMember).where(StaffMember.office_id == office_id, StaffMember.is_active.is_(True))
    return list(session.scalars(places.order_by(StaffMember.role, StaffMember.id)))


def assign(
    session: Session, dossier: Dossier, officer: User | None, *, actor_id: int, now: datetime, version: int
) -> DossierEvent:
    """Lay a dossier on a colleague's desk, or back on nobody's, and return the event. The caller commits.

    Raises StaleVersionError, DossierStateError for a dossier nobody works on
    any more, and InvalidInputError for somebody of another office.
    """
    _check(dossier, version)
    if officer is not None and officer.id not in {place.user_id for place in officers_of(session, dossier.office_id)}:
        raise InvalidInputError(field=_OFFICER)
    name = full_name(surname=officer.last_name, given_name=officer.first_name) if officer is not None else None
    dossier.assigned_to_id = officer.id if officer is not None else None
    # The record's own language is Vietnamese: this stands in the history beside the officers' words.
    return _note(
        session,
        dossier,
        actor_id=actor_id,
        now=now,
        reason=f"Giao cho {name}." if name else "Thu lại, chưa giao cho ai.",
    )


def apologise(
    session: Session,
    dossier: Dossier,
    *,
    new_due_at: datetime,
    reason: str,
    actor_id: int,
    now: datetime,
    version: int,
) -> DossierEvent:
    """Record that the citizen has been apologised to and given a new date, and return the event.

    The date first promised stays on record. Raises StaleVersionError,
    DossierStateError, ReasonMissingError and InvalidInputError.
    """
    _check(dossier, version)
    if dossier.status not in RUNNING:
        raise DossierStateError(
            dossier=dossier.code, from_status=DOSSIER_STATUS_WORDS[dossier.status], to_status=_APOLOGY
        )
    why = clean_text(reason)
    if not why:
        raise ReasonMissingError(step=_APOLOGY)
    if new_due_at <= now:
        raise InvalidInputError(field=_NEW_DATE)
    before = dossier.due_at
    dossier.apology_at, dossier.due_at = now, new_due_at
    event = _note(session, dossier, actor_id=actor_id, now=now, reason=f"Đã xin lỗi và hẹn lại ngày trả: {why}")
    event.due_from = before
    session.flush()
    return event


def _check(dossier: Dossier, version: int) -> None:
    if dossier.version != version:
        raise StaleVersionError
    if dossier.status in PROCESSED:
        words = DOSSIER_STATUS_WORDS[dossier.status]
        raise DossierStateError(dossier=dossier.code, from_status=words, to_status=words)


def _note(session: Session, dossier: Dossier, *, actor_id: int, now: datetime, reason: str) -> DossierEvent:
    event = DossierEvent(
        dossier_id=dossier.id,
        at=now,
        actor_id=actor_id,
        from_status=dossier.status,
        to_status=dossier.status,
        due_from=dossier.due_at,
        due_to=dossier.due_at,
        reason=reason,
    )
    session.add(event)
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleVersionError from error
    return event
