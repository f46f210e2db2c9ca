"""What a supervisor reads in the morning: what is late, what will be, whose it is.

The shape of these records is the allow-list: a citizen's name, number,
telephone or address has no field to stand in, and officers are initials.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import and_, bindparam, func, or_, select

from motcua.admin.domain.audit_reading import ends
from motcua.admin.domain.digest_recipients import digest_calendar
from motcua.admin.domain.lateness import WAITING_FOR_CITIZEN, is_running
from motcua.admin.domain.names import full_name, initials
from motcua.admin.domain.text import clean_line
from motcua.admin.enums import DossierStatus, StaffRole
from motcua.admin.models import Dossier, DossierEvent, Office, ProcedureVersion
from motcua.admin.models.audit import INSTALLATION
from motcua.admin.scope import offices_in_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Executable, Row
    from sqlalchemy.orm import Session

    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.domain.digest_recipients import Recipient


class Group(StrEnum):
    """The parts of the digest, the most pressing first."""

    OVERDUE = "overdue"
    APOLOGISED = "apologised"
    TODAY = "today"
    SOON = "soon"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class DigestLimits:
    """How far the digest looks."""

    #: Due within so many working days after today.
    days_ahead: int
    #: Waiting for the citizen for more than so many working days.
    waiting_days: int


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One dossier, as far as a mail may speak of it."""

    group: Group
    code: str
    procedure: str
    office: str
    #: Initials; None while it lies on nobody's desk.
    officer: str | None
    due_at: datetime | None
    due_is_provisional: bool
    #: Working days late, left, or waited, by group.
    days: int
    status: DossierStatus


@dataclass(frozen=True, slots=True)
class Tally:
    """How many dossiers of each group somebody, or some office, has."""

    name: str | None
    office: str
    counts: dict[Group, int]

    @property
    def total(self) -> int:
        """All groups together."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything that stands in one mail."""

    reader: str
    office: str
    day: date
    #: When the figures were taken, in the office's zone.
    as_of: datetime
    limits: DigestLimits
    lines: tuple[DigestLine, ...]
    #: Who has most that is late comes first.
    officers: tuple[Tally, ...]
    #: Empty when all is in one office.
    offices: tuple[Tally, ...]
    missed_days: tuple[date, ...] = ()
    #: Where the audit trail of the office and of the installation ends, to check against later.
    audit_ends: tuple[str, ...] = ()

    def of(self, *groups: Group) -> list[DigestLine]:
        """Return the lines of some groups, in their order."""
        return [line for line in self.lines if line.group in groups]

    def count(self, *groups: Group) -> int:
        """Count the lines of some groups."""
        return len(self.of(*groups))


def digest_for(
    session: Session,
    recipient: Recipient,
    *,
    day: date,
    now: datetime,
    limits: DigestLimits,
    missed_days: tuple[date, ...] = (),
) -> Digest:
    """Return what a supervisor is told: the state of the record at this moment."""
    calendar = digest_calendar(session, recipient.office)
    today = now.astimezone(calendar.zone).date()
    soon = calendar.add_working_days(today, limits.days_ahead)
    rows = session.execute(
        _PRESSING,
        {
            "reader": recipient.user_id,
            "due_before": calendar.moment(soon + timedelta(days=1), time()),
            "waiting_since": now - timedelta(days=limits.waiting_days),
        },
    ).all()
    signs = _signs(rows)
    sort = _Sorter(calendar, now, limits)
    lines = [line for row in rows if (line := sort.line(row, signs)) is not None]
    lines.sort(key=lambda line: (tuple(Group).index(line.group), -line.days if _counts_up(line) else line.days))
    return Digest(
        reader=clean_line(full_name(surname=recipient.surname, given_name=recipient.given_name)),
        office=recipient.office.name,
        day=day,
        as_of=now.astimezone(calendar.zone),
        limits=limits,
        lines=tuple(lines),
        officers=_tallies(lines, lambda line: (line.officer, line.office)),
        offices=_tallies(lines, lambda line: (line.office, line.office)) if _are_several(lines) else (),
        missed_days=missed_days,
        audit_ends=tuple(ends(session, {INSTALLATION, recipient.office.id})),
    )


def _waiting_since() -> Any:
    """When the dossier last came to its present status."""
    return (
        select(func.max(DossierEvent.at))
        .where(
            DossierEvent.dossier_id == Dossier.id,
            DossierEvent.to_status == Dossier.status,
            or_(DossierEvent.from_status.is_(None), DossierEvent.from_status != DossierEvent.to_status),
        )
        .correlate(Dossier)
        .scalar_subquery()
    )


def _pressing() -> Executable:
    """Ask for what is due soon or late, and for what has waited long, in the supervisor's offices."""
    since = _waiting_since()
    return (
        select(
            Dossier.code,
            Dossier.status,
            Dossier.due_at,
            Dossier.due_is_provisional,
            Dossier.apology_at,
            Dossier.assigned_to_id,
            ProcedureVersion.name.label("procedure"),
            Office.name.label("office"),
            User.last_name,
            User.first_name,
            is_running().label("is_running"),
            since.label("since"),
        )
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .join(Office, Office.id == Dossier.office_id)
        .outerjoin(User, User.id == Dossier.assigned_to_id)
        .where(
            Dossier.office_id.in_(offices_in_scope(bindparam("reader"), StaffRole.SUPERVISOR)),
            or_(
                and_(is_running(), Dossier.due_at < bindparam("due_before")),
                and_(Dossier.status.in_(WAITING_FOR_CITIZEN), since < bindparam("waiting_since")),
            ),
        )
        .order_by(Dossier.due_at, Dossier.code)
    )


_PRESSING = _pressing()


class _Sorter:
    """Puts dossiers into their groups, counting in working days."""

    def __init__(self, calendar: WorkingCalendar, now: datetime, limits: DigestLimits) -> None:
        self._now = now
        self._limits = limits
        self._zone = calendar.zone
        self._today = now.astimezone(calendar.zone).date()
        self._soon = calendar.add_working_days(self._today, limits.days_ahead)
        # Thousands of dossiers share a few hundred days.
        self._between = cache(calendar.working_days_between)

    def line(self, row: Row[Any], signs: dict[int, str]) -> DigestLine | None:
        """Return the dossier's line, or None when it is not pressing after all."""
        placed = self._running(row) if row.is_running else None
        placed = placed or self._waiting(row)
        if placed is None:
            return None
        group, days = placed
        return DigestLine(
            group=group,
            code=row.code,
            procedure=clean_line(row.procedure),
            office=clean_line(row.office),
            officer=signs.get(row.assigned_to_id),
            due_at=None if row.due_at is None else row.due_at.astimezone(self._zone),
            due_is_provisional=row.due_is_provisional,
            days=days,
            status=row.status,
        )

    def _running(self, row: Row[Any]) -> tuple[Group, int] | None:
        if row.due_at is None:
            return None
        day = row.due_at.astimezone(self._zone).date()
        if row.due_at < self._now:
            group = Group.OVERDUE if row.apology_at is None else Group.APOLOGISED
            return group, self._between(day, self._today)
        if day == self._today:
            return Group.TODAY, 0
        return (Group.SOON, self._between(self._today, day)) if day <= self._soon else None

    def _waiting(self, row: Row[Any]) -> tuple[Group, int] | None:
        if row.status not in WAITING_FOR_CITIZEN or row.since is None:
            return None
        days = self._between(row.since.astimezone(self._zone).date(), self._today)
        return (Group.WAITING, days) if days > self._limits.waiting_days else None


def _signs(rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Return the initials of every officer; those who share them are told apart by a number."""
    signs: dict[int, str] = {}
    seen: Counter[str] = Counter()
    names = {
        row.assigned_to_id: clean_line(full_name(surname=row.last_name or "", given_name=row.first_name or ""))
        for row in rows
        if row.assigned_to_id is not None
    }
    for user_id in sorted(names):
        letters = initials(names[user_id]) or "?"
        seen[letters] += 1
        signs[user_id] = letters if seen[letters] == 1 else f"{letters} ({seen[letters]})"
    return signs


def _tallies(lines: Iterable[DigestLine], key: Callable[[DigestLine], tuple[str | None, str]]) -> tuple[Tally, ...]:
    counted: dict[tuple[str | None, str], Counter[Group]] = {}
    for line in lines:
        counted.setdefault(key(line), Counter())[line.group] += 1
    tallies = [
        Tally(name, office, {group: counts[group] for group in Group}) for (name, office), counts in counted.items()
    ]
    tallies.sort(key=lambda tally: ([-tally.counts[group] for group in Group], tally.office, tally.name or ""))
    return tuple(tallies)


def _are_several(lines: Iterable[DigestLine]) -> bool:
    return len({line.office for line in lines}) > 1


def _counts_up(line: DigestLine) -> bool:
    return line.group in {Group.OVERDUE, Group.APOLOGISED, Group.WAITING}
