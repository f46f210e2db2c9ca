"""Which digest is due to whom: a row for each supervisor and local working day.

The scheduler is only the bell. Whatever it misses (a machine asleep, a weekend
without current, a restart at the very minute), the rows that are not there yet
say what is owed. Only the newest is mailed; it names the days that were missed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from motcua.admin.domain.digest_recipients import digest_calendar, digest_recipients
from motcua.admin.domain.mails import days_from_text, days_to_text
from motcua.admin.enums import MailKind, MailState
from motcua.admin.failpoints import failpoint
from motcua.admin.marks import N_
from motcua.admin.models import OutgoingMail

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.domain.digest_recipients import Recipient

_log = logging.getLogger(__name__)
#: How far back a digest that never left is still spoken of.
LOOK_BACK_DAYS = 7
MISSED = N_("No mail left on this day; the next one names it.")


@dataclass(frozen=True, slots=True)
class DueDigest:
    """A digest that has no row yet."""

    recipient_id: int
    day: date
    #: When it should have been on its way.
    since: datetime
    #: Earlier working days without a row.
    missed_days: tuple[date, ...] = ()


def due_digests(session: Session, *, now: datetime, at: time) -> list[DueDigest]:
    """Return the digests whose hour has come and that nobody has put down yet; reads only."""
    calendars = _Calendars(session)
    due = []
    for recipient in digest_recipients(session):
        try:
            digest = _due_to(recipient, calendars, now, at)
        except ZoneInfoNotFoundError:  # one office's slip of the pen must not cost the others their mail
            _log.exception("no digest for user %s: the zone of the office is unknown", recipient.user_id)
            continue
        if digest is not None:
            due.append(digest)
    return due


def asked_digests(session: Session, *, day: date, at: time) -> list[DueDigest]:
    """Return the digests of a day that somebody asks for, whatever the hour and the calendar; reads only."""
    calendars = _Calendars(session)
    have_row = set(
        session.scalars(
            select(OutgoingMail.recipient_id).where(OutgoingMail.local_day == day, OutgoingMail.kind == MailKind.DIGEST)
        )
    )
    asked = []
    for recipient in digest_recipients(session):
        if recipient.user_id not in have_row:
            yesterday = day - timedelta(days=1)
            missed = calendars.days_without_row(recipient, day if recipient.latest_day is None else None, yesterday)
            since = datetime.combine(day, at, tzinfo=recipient.zone)
            asked.append(DueDigest(recipient.user_id, day, since, tuple(missed)))
    return asked


def put_down(session: Session, due: DueDigest, *, now: datetime) -> bool:
    """Write the row of a due digest, and those of the days it makes up for; False if another process has.

    Digests still waiting for the mail server are overtaken: nobody wants
    three mails at once when it comes back.
    """
    failpoint("digest.before_row")
    if not _insert(session, due.recipient_id, due.day, state=MailState.QUEUED, created_at=now):
        return False
    missed = {*due.missed_days, *_overtake(session, due)}
    for day in due.missed_days:
        _insert(session, due.recipient_id, day, state=MailState.SKIPPED, created_at=now, error=MISSED)
    recent = sorted(day for day in missed if due.day - day < timedelta(days=LOOK_BACK_DAYS))
    session.execute(
        update(OutgoingMail)
        .where(_of(due.recipient_id), OutgoingMail.local_day == due.day)
        .values(missed_days=days_to_text(tuple(recent)))
        .execution_options(synchronize_session=False)
    )
    return True


def _due_to(recipient: Recipient, calendars: _Calendars, now: datetime, at: time) -> DueDigest | None:
    last = _last_day(recipient, now, at)
    if recipient.latest_day is not None and recipient.latest_day >= last:
        return None
    # Who has never had a digest is not owed those of the days before.
    first = now.astimezone(recipient.zone).date() if recipient.latest_day is None else None
    days = calendars.days_without_row(recipient, first, last)
    if not days:
        return None
    *missed, newest = days
    since = datetime.combine(newest, at, tzinfo=recipient.zone)
    return DueDigest(recipient.user_id, newest, since, tuple(missed))


def _last_day(recipient: Recipient, now: datetime, at: time) -> date:
    """Return the last day whose hour has come in the recipient's zone."""
    today = now.astimezone(recipient.zone).date()
    has_struck = now >= datetime.combine(today, at, tzinfo=recipient.zone)
    return today if has_struck else today - timedelta(days=1)


class _Calendars:
    """The calendars of the offices that were asked about, each looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[int, WorkingCalendar] = {}

    def days_without_row(self, recipient: Recipient, first: date | None, last: date) -> list[date]:
        """Return the recipient's working days after the latest row, no further back than anybody cares."""
        day = first or (recipient.latest_day or last) + timedelta(days=1)
        day = max(day, last - timedelta(days=LOOK_BACK_DAYS - 1))
        days = [day + timedelta(days=offset) for offset in range((last - day).days + 1)]
        return [day for day in days if self._of(recipient).is_working_day(day)]

    def _of(self, recipient: Recipient) -> WorkingCalendar:
        office = recipient.office
        if office.id not in self._known:
            self._known[office.id] = digest_calendar(self._session, office)
        return self._known[office.id]


def _insert(session: Session, recipient_id: int, day: date, **values: Any) -> bool:
    """Insert a row unless there is one; tell whether it was inserted."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"kind": MailKind.DIGEST, "recipient_id": recipient_id, "local_day": day, **values}
    added = session.execute(
        insert(OutgoingMail).values(row).on_conflict_do_nothing().returning(OutgoingMail.id)
    ).first()
    return added is not None


def _overtake(session: Session, due: DueDigest) -> set[date]:
    """Skip the older digests that still wait; return their days and the days they would have named."""
    waiting = (_of(due.recipient_id), OutgoingMail.local_day < due.day, OutgoingMail.state == MailState.QUEUED)
    overtaken = session.execute(
        update(OutgoingMail)
        .where(*waiting)
        .values(state=MailState.SKIPPED, error=MISSED, not_before=None)
        .returning(OutgoingMail.local_day, OutgoingMail.missed_days)
        .execution_options(synchronize_session=False)
    )
    return {day for row in overtaken for day in (row.local_day, *days_from_text(row.missed_days))}


def _of(recipient_id: int) -> Any:
    return (OutgoingMail.recipient_id == recipient_id) & (OutgoingMail.kind == MailKind.DIGEST)
