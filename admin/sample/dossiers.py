"""Dossiers of people who do not exist, in every status, with due dates around today.

A centre that works: most results in time, a few late, some of those with an
apology; what is open lies mostly in the days ahead. First a plan of every
dossier in the order of receipt, then rows, written in batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, insert, select

from motcua.admin.clock import local_day
from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.deadlines import due_date
from motcua.admin.domain.procedures_in_force import procedures_in_force
from motcua.admin.domain.text import unaccented
from motcua.admin.enums import DossierChannel, DossierStatus
from motcua.admin.enums import DossierStatus as S
from motcua.admin.models import (
    Dossier,
    DossierCodeCounter,
    DossierEvent,
    DossierPaper,
    ProcedureVersion,
)
from motcua.admin.sample.links import tracked
from motcua.admin.sample.names import address, full_name, phone
from motcua.admin.sample.way import OPEN, way_of
from motcua.admin.sample.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.models import Office
    from motcua.admin.sample.way import Way

SEED = 20261124
_DOSSIER, _PAPER, _EVENT = (cast("Table", model.__table__) for model in (Dossier, DossierPaper, DossierEvent))
_BATCH = 1000
# How often each status occurs among a hundred dossiers.
_MIX = {
    S.RETURNED: 44,
    S.DONE: 10,
    S.PROCESSING: 28,
    S.RECEIVED: 6,
    S.SUPPLEMENT: 4,
    S.AWAITING_PAYMENT: 2,
    S.REGISTERED: 2,
    S.REFUSED: 1,
    S.WITHDRAWN: 2,
    S.STOPPED: 1,
}
_CHANNELS = {DossierChannel.IN_PERSON: 80, DossierChannel.ONLINE: 17, DossierChannel.POSTAL: 3}


@dataclass(frozen=True, slots=True)
class People:
    """Who takes dossiers in and who works on them, by the platform's user ids; maybe nobody."""

    receivers: Sequence[int]
    officers: Sequence[int]

    def receiver(self, random: Random) -> int | None:
        """Return somebody of the reception."""
        return random.choice(self.receivers) if self.receivers else None

    def officer(self, random: Random, status: DossierStatus) -> int | None:
        """Return the case officer of a dossier that has come to one."""
        has_none = status in {S.REGISTERED, S.REFUSED, S.RECEIVED} or not self.officers
        return None if has_none else random.choice(self.officers)


@dataclass(frozen=True, slots=True)
class _Planned:
    """One dossier before it has a code."""

    received_at: datetime
    status: DossierStatus
    version: ProcedureVersion
    due_at: datetime | None
    is_provisional: bool
    way: Way


def add_dossiers(
    session: Session,
    office: Office,
    count: int,
    *,
    receivers: Sequence[int],
    officers: Sequence[int],
    qr_key: bytes,
    now: datetime,
    seed: int = SEED,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> None:
    """Add ``count`` dossiers received over the last weeks; the same seed makes the same ones.

    Codes continue where the day's counter stands, so it may be run again. The
    procedures must have been imported.
    """
    before = session.scalar(select(func.count()).where(Dossier.office_id == office.id)) or 0
    random = Random(f"{seed}:{office.code}:{before}")  # noqa: S311 - trial data
    calendar = working_calendar(session, office)
    versions = procedures_in_force(session, local_day(now, office.time_zone))
    planned = _plan(random, calendar, versions, count, now)
    numbers = _Numbers(session, office)
    people = People(receivers, officers)
    channels = random.choices(list(_CHANNELS), list(_CHANNELS.values()), k=count)
    for start in range(0, count, _BATCH):
        batch = planned[start : start + _BATCH]
        rows = [
            {
                **_dossier_row(random, one, channel),
                **tracked(random, qr_key),
                "office_id": office.id,
                "code": numbers.next_code(one.received_at),
                "received_by_id": people.receiver(random),
                "assigned_to_id": people.officer(random, one.status),
            }
            for one, channel in zip(batch, channels[start:], strict=False)
        ]
        _write(session, rows, batch)
        on_progress(start + len(batch))
    numbers.keep()
    session.flush()


def _plan(
    random: Random, calendar: WorkingCalendar, versions: Sequence[ProcedureVersion], count: int, now: datetime
) -> list[_Planned]:
    """Choose status, procedure and moment of every dossier; in the order of receipt."""
    workload = Workload(random, calendar, versions, now)
    statuses = random.choices(list(_MIX), list(_MIX.values()), k=count)
    planned = []
    for status in statuses:
        version, received_at = workload.open_one() if status in OPEN else workload.closed_one()
        due = due_date(calendar, version, received_at)
        way = way_of(random, calendar, status, received_at=received_at, due_at=due.at, now=now)
        planned.append(_Planned(received_at, status, version, due.at, due.is_provisional, way))
    return sorted(planned, key=lambda one: one.received_at)


def _dossier_row(random: Random, planned: _Planned, channel: DossierChannel) -> dict[str, Any]:
    name = full_name(random)
    return {
        "procedure_version_id": planned.version.id,
        "status": planned.status,
        "channel": DossierChannel.ONLINE if planned.status == S.REGISTERED else channel,
        "applicant_name": name,
        "applicant_search": unaccented(name),
        "applicant_phone": phone(random),
        "applicant_address": address(random),
        "received_at": planned.received_at,
        "original_due_at": planned.due_at,
        "due_at": planned.way.new_due_at or planned.due_at,
        "due_is_provisional": planned.is_provisional,
        "finished_at": planned.way.finished_at,
        "returned_at": planned.way.returned_at,
        "apology_at": planned.way.apology_at,
    }


def _write(session: Session, rows: list[dict[str, Any]], planned: Sequence[_Planned]) -> None:
    """Write a batch: dossiers, the papers taken in, the events on their way."""
    # Tables and not classes: the mapper would sort rows by which columns are empty and send them one by one.
    ids = session.scalars(insert(_DOSSIER).returning(_DOSSIER.c.id, sort_by_parameter_order=True), rows).all()
    papers = [
        {"dossier_id": dossier_id, "position": paper.position, "name": paper.name, "copies": 1}
        for dossier_id, one in zip(ids, planned, strict=True)
        for paper in one.version.papers
        if not paper.is_conditional and not paper.is_shown_only
    ]
    events = [
        {
            "dossier_id": dossier_id,
            "at": step.at,
            "actor_id": row["received_by_id"] if step.is_at_the_desk else row["assigned_to_id"],
            "from_status": step.from_status,
            "to_status": step.to_status,
            "due_from": one.due_at if step.due_to else None,
            "due_to": step.due_to,
            "reason": step.reason,
        }
        for dossier_id, row, one in zip(ids, rows, planned, strict=True)
        for step in one.way.steps
    ]
    if papers:
        session.execute(insert(_PAPER), papers)
    session.execute(insert(_EVENT), events)


class _Numbers:
    """The day's dossier numbers, counted here and written back once."""

    def __init__(self, session: Session, office: Office) -> None:
        self.session = session
        self.office_id, self.identifier, self.zone = office.id, office.identifier or "H99", office.time_zone
        self.last: dict[date, int] = {
            row.day: row.last_number
            for row in session.scalars(select(DossierCodeCounter).where(DossierCodeCounter.office_id == office.id))
        }

    def next_code(self, received_at: datetime) -> str:
        """Return the next code of the day."""
        day = local_day(received_at, self.zone)
        self.last[day] = self.last.get(day, 0) + 1
        return f"{self.identifier}-{day:%y%m%d}-{self.last[day]:04d}"

    def keep(self) -> None:
        """Write the counters back."""
        for day, number in self.last.items():
            self.session.merge(DossierCodeCounter(office_id=self.office_id, day=day, last_number=number))
