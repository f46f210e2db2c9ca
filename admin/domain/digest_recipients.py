"""Who gets the daily digest: the supervisors of today, at the addresses of today."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import case, func, select

from motcua.admin.domain.calendar import WorkingCalendar, working_calendar
from motcua.admin.enums import MailKind, OfficeLevel, StaffRole
from motcua.admin.models import Office, OutgoingMail, StaffMember

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy.orm import Session

# What every mail server takes without asking, and nothing a header could trip over.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?P<host>[A-Za-z0-9.-]+)")
_HOST_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_ADDRESS_LETTERS = 254
_LOCAL_LETTERS = 64
_MONDAY_TO_FRIDAY = dict.fromkeys(range(5), ((time(7), time(17)),))


@dataclass(frozen=True, slots=True)
class Recipient:
    """A supervisor, and the office whose calendar and zone say when the day begins."""

    user_id: int
    surname: str
    given_name: str
    email: str
    office: Office
    #: The last day for which this person has a row, sent or not.
    latest_day: date | None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the person's days begin."""
        return ZoneInfo(self.office.time_zone)


def digest_recipients(session: Session) -> Iterator[Recipient]:
    """Yield everybody who supervises an office now, in the order of their ids."""
    return _recipients(session, None)


def digest_recipient(session: Session, user_id: int) -> Recipient | None:
    """Return one supervisor, or None when the person no longer is one."""
    return next(_recipients(session, user_id), None)


def is_usable_address(email: str) -> bool:
    """Tell whether mail can be sent to an address; whatever a header could trip over cannot."""
    match = _ADDRESS.fullmatch(email)
    return (
        match is not None
        and len(email) <= _ADDRESS_LETTERS
        and len(email.rpartition("@")[0]) <= _LOCAL_LETTERS
        and all(_HOST_LABEL.fullmatch(label) for label in match["host"].split("."))
    )


def digest_calendar(session: Session, office: Office) -> WorkingCalendar:
    """Return when an office works.

    One that has recorded no hours yet works from Monday to Friday here:
    no mail at all would look like a quiet day.
    """
    calendar = working_calendar(session, office)
    return calendar if calendar.week else replace(calendar, week=_MONDAY_TO_FRIDAY)


def _recipients(session: Session, user_id: int | None) -> Iterator[Recipient]:
    latest = (
        select(func.max(OutgoingMail.local_day))
        .where(OutgoingMail.recipient_id == User.id, OutgoingMail.kind == MailKind.DIGEST)
        .correlate(User)
        .scalar_subquery()
    )
    places = (
        select(User.id, User.last_name, User.first_name, User.email, Office, latest)
        .join(StaffMember, StaffMember.user_id == User.id)
        .join(Office, Office.id == StaffMember.office_id)
        .where(StaffMember.role == StaffRole.SUPERVISOR, StaffMember.is_active.is_(True), User.active.is_(True))
        # Who supervises several offices lives by the calendar of the highest.
        .order_by(User.id, case((Office.level == OfficeLevel.PROVINCE, 0), else_=1), StaffMember.id)
    )
    if user_id is not None:
        places = places.where(User.id == user_id)
    seen: int | None = None
    for person_id, surname, given_name, email, office, latest_day in session.execute(places):
        if person_id != seen:
            seen = person_id
            yield Recipient(person_id, surname or "", given_name or "", (email or "").strip(), office, latest_day)
