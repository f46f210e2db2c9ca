"""A dossier's way from status to status, as data, and the one function that takes a step.

The statuses are the national ones. Each step writes an event with who, when,
why, and the due date before and after; the date first promised is never
overwritten.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from motcua.admin.domain.audit import call_next
from motcua.admin.domain.deadlines import DueDate, due_date
from motcua.admin.domain.state_words import DOSSIER_STATUS_WORDS
from motcua.admin.domain.supplements import (
    PAYMENT_WAITED,
    SupplementEffect,
    decided_effect,
    due_after_pause,
    due_after_supplement,
)
from motcua.admin.domain.text import clean_text
from motcua.admin.enums import AuditAction, DossierStatus, DurationUnit
from motcua.admin.enums import DossierStatus as S
from motcua.admin.errors import DossierStateError, ReasonMissingError, StaleVersionError
from motcua.admin.models import DossierEvent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.models import Dossier

TRANSITIONS: Mapping[S, frozenset[S]] = MappingProxyType(
    {
        S.REGISTERED: frozenset({S.RECEIVED, S.REFUSED, S.SUPPLEMENT, S.WITHDRAWN}),
        S.RECEIVED: frozenset({S.PROCESSING, S.WITHDRAWN, S.STOPPED}),
        S.PROCESSING: frozenset({S.SUPPLEMENT, S.AWAITING_PAYMENT, S.WITHDRAWN, S.STOPPED, S.DONE}),
        S.SUPPLEMENT: frozenset({S.PROCESSING, S.WITHDRAWN, S.STOPPED}),
        S.AWAITING_PAYMENT: frozenset({S.PROCESSING, S.DONE, S.WITHDRAWN, S.STOPPED}),
        S.DONE: frozenset({S.RETURNED}),
        S.REFUSED: frozenset(),
        S.WITHDRAWN: frozenset(),
        S.STOPPED: frozenset(),
        S.RETURNED: frozenset(),
    }
)
#: What the law wants explained in writing (NĐ 63/2010 Đ.18(5), NĐ 118/2025 Đ.17).
NEEDS_REASON = frozenset({S.REFUSED, S.SUPPLEMENT, S.STOPPED, S.WITHDRAWN})
#: Nobody works on the dossier any more.
PROCESSED = frozenset({S.REFUSED, S.WITHDRAWN, S.STOPPED, S.DONE, S.RETURNED})


def next_statuses(dossier: Dossier) -> frozenset[S]:
    """Return where a dossier may go from here; work of the same day may skip being "processed"."""
    following = TRANSITIONS[dossier.status]
    if dossier.status == S.RECEIVED and dossier.procedure_version.duration_unit == DurationUnit.SAME_DAY:
        return following | {S.DONE}
    return following


def change_status(
    session: Session,
    dossier: Dossier,
    to: DossierStatus,
    *,
    actor_id: int,
    now: datetime,
    calendar: WorkingCalendar,
    version: int,
    reason: str | None = None,
    supplement: SupplementEffect | None = None,
) -> DossierEvent:
    """Take a dossier to its next status and return the event. The caller commits.

    ``version`` is what the person saw. ``supplement`` chooses what a request
    for more papers does to the due date, where the procedure does not say.
    Raises StaleVersionError, DossierStateError, ReasonMissingError and
    SupplementPolicyUnsetError.
    """
    _check_version(dossier, version)
    if to not in next_statuses(dossier):
        raise DossierStateError(
            dossier=dossier.code,
            from_status=DOSSIER_STATUS_WORDS[dossier.status],
            to_status=DOSSIER_STATUS_WORDS[to],
        )
    why = _reason(to, reason, is_needed=to in NEEDS_REASON)
    event = _event(dossier, to, actor_id=actor_id, reason=why, now=now)
    if to == S.SUPPLEMENT and dossier.status != S.REGISTERED:  # before acceptance no clock is running
        effect = decided_effect(dossier, supplement)
        event.supplement_policy, event.supplement_extra_days = effect.policy, effect.extra_days
    else:
        _move_clock(session, dossier, event, calendar, supplement)
    return _take(session, dossier, event)


def correct_status(
    session: Session, dossier: Dossier, to: DossierStatus, *, actor_id: int, now: datetime, version: int, reason: str
) -> DossierEvent:
    """Put right what was pressed by mistake, also out of a final status, and return the event.

    For supervisors; the caller has made sure of it. The mistake stays in the
    history, and so does the reason. Raises StaleVersionError,
    ReasonMissingError, and DossierStateError when nothing would change.
    """
    _check_version(dossier, version)
    if to == dossier.status:
        words = DOSSIER_STATUS_WORDS[to]
        raise DossierStateError(dossier=dossier.code, from_status=words, to_status=words)
    why = _reason(to, reason, is_needed=True)
    call_next(session, dossier, AuditAction.DOSSIER_CORRECTED)
    return _take(session, dossier, _event(dossier, to, actor_id=actor_id, reason=why, now=now))


def _check_version(dossier: Dossier, version: int) -> None:
    if dossier.version != version:
        raise StaleVersionError


def _reason(to: S, reason: str | None, *, is_needed: bool) -> str | None:
    cleaned = clean_text(reason or "") or None
    if is_needed and cleaned is None:
        raise ReasonMissingError(step=DOSSIER_STATUS_WORDS[to])
    return cleaned


def _event(dossier: Dossier, to: S, *, actor_id: int, reason: str | None, now: datetime) -> DossierEvent:
    return DossierEvent(
        dossier_id=dossier.id,
        at=now,
        actor_id=actor_id,
        from_status=dossier.status,
        to_status=to,
        due_from=dossier.due_at,
        due_to=dossier.due_at,
        reason=reason,
    )


def _take(session: Session, dossier: Dossier, event: DossierEvent) -> DossierEvent:
    to = event.to_status
    dossier.status = to
    if to not in PROCESSED:
        dossier.finished_at = None
    elif dossier.finished_at is None:
        dossier.finished_at = event.at
    dossier.returned_at = event.at if to == S.RETURNED else None
    session.add(event)
    try:
        session.flush()
    except StaleDataError as error:  # somebody else saved between our reading and our writing
        raise StaleVersionError from error
    return event


def _move_clock(
    session: Session,
    dossier: Dossier,
    event: DossierEvent,
    calendar: WorkingCalendar,
    supplement: SupplementEffect | None,
) -> None:
    """Give the due date that follows from the step, and say why in its event."""
    to, procedure = event.to_status, dossier.procedure_version
    came = _arrival(session, dossier)
    due = DueDate(dossier.due_at, dossier.due_is_provisional)
    if to in {S.RECEIVED, S.PROCESSING} and not _was_accepted(dossier, came):
        # The clock starts when the dossier is accepted as complete (NĐ 309/2026 Đ.8(3)).
        dossier.received_at = event.at
        due = due_date(calendar, procedure, event.at)
        dossier.original_due_at = due.at
    elif dossier.status == S.SUPPLEMENT and to == S.PROCESSING:
        effect = _effect_of(dossier, came, supplement)
        asked_at = came.at if came else event.at
        due = due_after_supplement(calendar, procedure, effect, due=due, asked_at=asked_at, answered_at=event.at)
        event.reason = _joined(event.reason, effect.why)
    elif dossier.status == S.AWAITING_PAYMENT and to in {S.PROCESSING, S.DONE}:
        asked_at = came.at if came else event.at
        due = due_after_pause(calendar, procedure, due=due, asked_at=asked_at, answered_at=event.at)
        if due.at != dossier.due_at:
            event.reason = _joined(event.reason, PAYMENT_WAITED)
    dossier.due_at, dossier.due_is_provisional = due.at, due.is_provisional
    event.due_to = due.at


def _arrival(session: Session, dossier: Dossier) -> DossierEvent | None:
    """Return the event that brought the dossier where it stands; an imported one may have none."""
    return session.scalar(
        select(DossierEvent)
        .where(DossierEvent.dossier_id == dossier.id, DossierEvent.to_status == dossier.status)
        .order_by(DossierEvent.id.desc())
        .limit(1)
    )


def _was_accepted(dossier: Dossier, came: DossierEvent | None) -> bool:
    if dossier.status == S.SUPPLEMENT and came is not None:
        return came.from_status != S.REGISTERED
    return dossier.status != S.REGISTERED


def _effect_of(dossier: Dossier, request: DossierEvent | None, chosen: SupplementEffect | None) -> SupplementEffect:
    """Return what was decided with the request; decide now where nothing was, as after an import."""
    if request is not None and request.supplement_policy is not None:
        return SupplementEffect(request.supplement_policy, request.supplement_extra_days)
    return decided_effect(dossier, chosen)


def _joined(reason: str | None, why: str) -> str:
    return f"{reason}\n{why}" if reason else why
