"""The way of a mail: one row for each person, day and kind, and the only steps it may take.

    queued ──► sending ──► sent
      ▲           │  ├───► failed      the server has said no for good
      │           │  ├───► skipped     nothing to send, or nobody to send it to
      └───────────┘  └───► uncertain   handed over, the answer never came
                                │
                     sending ◄──┘      once, marked as a second copy

An administrator may put a failed mail back into the line (``mail_retry.py``).
Whoever sends holds a lease. Every step is one conditional UPDATE that asks
for the lease, so a process that was frozen, and wakes after another has taken
over, can neither send nor write. Each function is one short transaction of
the caller's.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, update

from motcua.admin.domain import audit
from motcua.admin.domain.text import clean_line
from motcua.admin.enums import AuditAction, MailState
from motcua.admin.marks import N_
from motcua.admin.models import OutgoingMail

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

#: Longer than any delivery may take (scheduler/smtp.py gives up far earlier).
LEASE = timedelta(minutes=5)
#: How long to wait after each failure that may pass; the last one again and again.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30))
#: How long an unanswered hand-over rests before the one marked copy.
SECOND_COPY_AFTER = timedelta(minutes=10)
_ERROR_LETTERS = 300
_NO_ANSWER = N_("The process ended while the mail was being handed over.")


class LeaseLostError(Exception):
    """Another process has taken the mail over: stop, and write nothing."""


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail that this process alone may send now."""

    id: int
    recipient_id: int
    local_day: date
    missed_days: tuple[date, ...]
    is_second_copy: bool
    #: This attempt included.
    attempts: int
    lease: str


def claim_mail(session: Session, *, now: datetime) -> ClaimedMail | None:
    """Take the next mail that is due, so that nobody else does; None when there is none."""
    mail = OutgoingMail
    next_due = (
        select(mail.id)
        .where(_is_due(now), or_(mail.state == MailState.QUEUED, _may_be_copied()))
        .order_by(mail.local_day, mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # PostgreSQL: no waiting for a neighbour; SQLite has one writer anyway
        .scalar_subquery()
    )
    row = session.execute(
        update(mail)
        .where(mail.id == next_due, mail.state.in_((MailState.QUEUED, MailState.UNCERTAIN)))
        .values(
            state=MailState.SENDING,
            is_second_copy=or_(mail.is_second_copy, mail.state == MailState.UNCERTAIN),
            lease=uuid.uuid4().hex,
            lease_until=now + LEASE,
            not_before=None,
            handoff_at=None,
            error=None,
            attempts=mail.attempts + 1,
        )
        .returning(
            mail.id,
            mail.recipient_id,
            mail.local_day,
            mail.missed_days,
            mail.is_second_copy,
            mail.attempts,
            mail.lease,
        )
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        return None
    return ClaimedMail(
        id=row.id,
        recipient_id=row.recipient_id,
        local_day=row.local_day,
        missed_days=days_from_text(row.missed_days),
        is_second_copy=row.is_second_copy,
        attempts=row.attempts,
        lease=row.lease,
    )


def record_hand_over(session: Session, mail: ClaimedMail, *, now: datetime, message_id: str, item_count: int) -> None:
    """Note that from now on the mail may have arrived; commit before the server gets the text.

    Raises LeaseLostError when it is no longer ours to send.
    """
    _step(
        session,
        mail,
        OutgoingMail.lease_until > now,
        handoff_at=now,
        message_id=message_id,
        item_count=item_count,
    )


def mark_sent(session: Session, mail: ClaimedMail, *, now: datetime) -> None:
    """Note that the server took the mail. Raises LeaseLostError."""
    _leave(session, mail, MailState.SENT, sent_at=now)
    audit.record(
        session,
        AuditAction.MAIL_SENT,
        "mail",
        object_id=mail.id,
        code=mail.local_day.isoformat(),
        person_id=mail.recipient_id,
        details={"recipient_id": mail.recipient_id, "is_second_copy": mail.is_second_copy},
    )


def mark_failed(session: Session, mail: ClaimedMail, *, reason: str) -> None:
    """Note that it never will be taken: somebody has to act. Raises LeaseLostError."""
    _leave(session, mail, MailState.FAILED, error=_short(reason), handoff_at=None)


def mark_skipped(session: Session, mail: ClaimedMail, *, reason: str, item_count: int | None = None) -> None:
    """Note that no mail is called for. Raises LeaseLostError."""
    _leave(session, mail, MailState.SKIPPED, error=_short(reason), item_count=item_count)


def put_back(session: Session, mail: ClaimedMail, *, now: datetime, reason: str) -> None:
    """Note that it was certainly not taken, and when to try again. Raises LeaseLostError."""
    pause = BACK_OFF[min(mail.attempts, len(BACK_OFF)) - 1]
    _leave(session, mail, MailState.QUEUED, error=_short(reason), not_before=now + pause, handoff_at=None)


def mark_uncertain(session: Session, mail: ClaimedMail, *, now: datetime, reason: str) -> None:
    """Note that it may have been taken: after a rest one marked copy follows. Raises LeaseLostError."""
    _leave(session, mail, MailState.UNCERTAIN, error=_short(reason), not_before=now + SECOND_COPY_AFTER)


def give_back_abandoned(session: Session, *, now: datetime) -> None:
    """Free the mails of processes that ended while they held them.

    Before the hand-over nothing can have arrived, so the mail is simply due
    again. After it the mail is uncertain, until its one marked copy is out.
    """
    mail = OutgoingMail
    abandoned = and_(mail.state == MailState.SENDING, _lease_is_over(now))
    freed = {"lease": None, "lease_until": None}
    session.execute(
        update(mail)
        .where(abandoned, mail.handoff_at.is_(None))
        .values(state=MailState.QUEUED, **freed)
        .execution_options(synchronize_session=False)
    )
    # Counted from the hand-over, as for a process that lived to see the connection break.
    handed_over = select(mail.id, mail.handoff_at).where(abandoned, mail.handoff_at.is_not(None))
    for mail_id, handed_over_at in session.execute(handed_over).all():
        rest_until = min(handed_over_at or now, now) + SECOND_COPY_AFTER
        session.execute(
            update(mail)
            .where(mail.id == mail_id, abandoned)
            .values(state=MailState.UNCERTAIN, error=_NO_ANSWER, not_before=rest_until, **freed)
            .execution_options(synchronize_session=False)
        )


def has_work(session: Session, *, now: datetime) -> bool:
    """Tell whether a mail is due or abandoned, without writing: most rounds find nothing."""
    open_mail = or_(
        and_(_is_due(now), or_(OutgoingMail.state == MailState.QUEUED, _may_be_copied())),
        and_(OutgoingMail.state == MailState.SENDING, _lease_is_over(now)),
    )
    return session.scalar(select(OutgoingMail.id).where(open_mail).limit(1)) is not None


def days_to_text(days: tuple[date, ...]) -> str | None:
    """Return how days are kept in one column."""
    return ",".join(day.isoformat() for day in days) or None


def days_from_text(text: str | None) -> tuple[date, ...]:
    """Return the days kept in one column."""
    return tuple(date.fromisoformat(day) for day in (text or "").split(",") if day)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """No wait is longer than the longest pause: a moment far beyond it is left from a clock that was ahead."""
    wait = OutgoingMail.not_before
    return or_(wait.is_(None), wait <= now, wait > now + 2 * max(BACK_OFF))


def _may_be_copied() -> ColumnElement[bool]:
    return and_(OutgoingMail.state == MailState.UNCERTAIN, OutgoingMail.is_second_copy.is_(False))


def _lease_is_over(now: datetime) -> ColumnElement[bool]:
    """A lease reaching far beyond any that is given was taken while the clock was ahead."""
    return or_(OutgoingMail.lease_until <= now, OutgoingMail.lease_until > now + 2 * LEASE)


def _leave(session: Session, mail: ClaimedMail, state: MailState, **values: Any) -> None:
    _step(session, mail, state=state, lease=None, lease_until=None, **values)


def _step(session: Session, mail: ClaimedMail, *conditions: ColumnElement[bool], **values: Any) -> None:
    moved = session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.id == mail.id,
            OutgoingMail.state == MailState.SENDING,
            OutgoingMail.lease == mail.lease,
            *conditions,
        )
        .values(**values)
        .returning(OutgoingMail.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise LeaseLostError(mail.id)


def _short(reason: str) -> str:
    return clean_line(reason)[:_ERROR_LETTERS]
