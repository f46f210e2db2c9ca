"""Dossiers of people who do not exist, in every status, with due dates around today."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.clock import local_day
from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.deadlines import due_date
from motcua.admin.domain.text import unaccented
from motcua.admin.domain.tracking import token_digest, tracking_token
from motcua.admin.enums import DossierChannel, DossierStatus
from motcua.admin.enums import DossierStatus as S
from motcua.admin.models import (
    Dossier,
    DossierCodeCounter,
    DossierEvent,
    DossierPaper,
    Office,
    ProcedureVersion,
)
from motcua.admin.sample.names import address, full_name, phone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from motcua.admin.domain.calendar import WorkingCalendar

SEED = 20261124
_BATCH = 1000
_WORKING_DAYS_BACK = 25
# How often each status occurs among a hundred dossiers.
_MIX = (
    (S.RETURNED, 38),
    (S.DONE, 12),
    (S.PROCESSING, 32),
    (S.RECEIVED, 6),
    (S.SUPPLEMENT, 4),
    (S.AWAITING_PAYMENT, 2),
    (S.REGISTERED, 2),
    (S.REFUSED, 1),
    (S.WITHDRAWN, 2),
    (S.STOPPED, 1),
)
#: The way each status is reached.
_PATHS = {
    S.REGISTERED: (S.REGISTERED,),
    S.RECEIVED: (S.RECEIVED,),
    S.REFUSED: (S.REGISTERED, S.REFUSED),
    S.PROCESSING: (S.RECEIVED, S.PROCESSING),
    S.SUPPLEMENT: (S.RECEIVED, S.PROCESSING, S.SUPPLEMENT),
    S.AWAITING_PAYMENT: (S.RECEIVED, S.PROCESSING, S.AWAITING_PAYMENT),
    S.WITHDRAWN: (S.RECEIVED, S.WITHDRAWN),
    S.STOPPED: (S.RECEIVED, S.PROCESSING, S.STOPPED),
    S.DONE: (S.RECEIVED, S.PROCESSING, S.DONE),
    S.RETURNED: (S.RECEIVED, S.PROCESSING, S.DONE, S.RETURNED),
}
_REASONS = {S.REFUSED: "Không thuộc thẩm quyền", S.WITHDRAWN: "Công dân xin rút", S.STOPPED: "Không đủ điều kiện"}


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

    Codes continue where the day's counter stands, so it may be run again.
    """
    random = Random(f"{seed}:{office.code}")  # noqa: S311 - trial data
    calendar = working_calendar(session, office)
    versions = list(session.scalars(select(ProcedureVersion).order_by(ProcedureVersion.id)))
    days = _last_working_days(calendar, local_day(now, office.time_zone))
    numbers = _Numbers(session, office)
    statuses, weights = zip(*_MIX, strict=True)
    for done in range(1, count + 1):
        status = random.choices(statuses, weights)[0]
        accepted_at = _acceptance(random, calendar, random.choice(days), now)
        dossier = _dossier(
            random, office, random.choice(versions), calendar, accepted_at, status=status, qr_key=qr_key, now=now
        )
        dossier.code = numbers.next_code(accepted_at)
        dossier.received_by_id = random.choice(receivers)
        dossier.assigned_to_id = random.choice(officers) if status not in {S.REGISTERED, S.REFUSED} else None
        session.add(dossier)
        if done % _BATCH == 0:
            session.flush()
            session.expunge_all()
            office = session.merge(office, load=False)
            versions = list(session.scalars(select(ProcedureVersion).order_by(ProcedureVersion.id)))
            on_progress(done)
    numbers.keep()
    session.flush()


class _Numbers:
    """The day's dossier numbers, counted here and written back once."""

    def __init__(self, session: Session, office: Office) -> None:
        self.session = session
        self.office_id, self.identifier, self.zone = office.id, office.identifier, office.time_zone
        self.last: dict[date, int] = {
            row.day: row.last_number
            for row in session.scalars(select(DossierCodeCounter).where(DossierCodeCounter.office_id == office.id))
        }

    def next_code(self, received_at: datetime) -> str:
        day = local_day(received_at, self.zone)
        self.last[day] = self.last.get(day, 0) + 1
        return f"{self.identifier}-{day:%y%m%d}-{self.last[day]:04d}"

    def keep(self) -> None:
        for day, number in self.last.items():
            self.session.merge(DossierCodeCounter(office_id=self.office_id, day=day, last_number=number))


def _last_working_days(calendar: WorkingCalendar, today: date) -> list[date]:
    back = (today - timedelta(days=offset) for offset in range(_WORKING_DAYS_BACK * 2))
    return [day for day in back if calendar.is_working_day(day)][:_WORKING_DAYS_BACK]


def _acceptance(random: Random, calendar: WorkingCalendar, day: date, now: datetime) -> datetime:
    opens = datetime.combine(day, time(7, 0), tzinfo=calendar.zone)
    return min(opens + timedelta(minutes=random.randrange(10 * 60)), now)


def _dossier(
    random: Random,
    office: Office,
    version: ProcedureVersion,
    calendar: WorkingCalendar,
    accepted_at: datetime,
    *,
    status: DossierStatus,
    qr_key: bytes,
    now: datetime,
) -> Dossier:
    name = full_name(random)
    public_id = uuid.UUID(int=random.getrandbits(128), version=4).hex
    due = due_date(calendar, version, accepted_at)
    dossier = Dossier(
        office_id=office.id,
        procedure_version=version,
        status=status,
        channel=DossierChannel.ONLINE if status == S.REGISTERED else DossierChannel.IN_PERSON,
        applicant_name=name,
        applicant_search=unaccented(name),
        applicant_phone=phone(random),
        applicant_address=address(random),
        received_at=accepted_at,
        original_due_at=due.at,
        due_at=due.at,
        due_is_provisional=due.is_provisional,
        public_id=public_id,
        token_digest=token_digest(tracking_token(qr_key, public_id, 1)),
    )
    dossier.papers = [
        DossierPaper(position=paper.position, name=paper.name, copies=1)
        for paper in version.papers
        if not paper.is_conditional and not paper.is_shown_only
    ]
    dossier.events = _events(random, _PATHS[status], accepted_at, due.at, now)
    for event in dossier.events:
        if event.to_status == S.DONE:
            dossier.finished_at = event.at
        if event.to_status == S.RETURNED:
            dossier.returned_at = event.at
    return dossier


def _events(
    random: Random, path: Sequence[DossierStatus], start: datetime, due_at: datetime | None, now: datetime
) -> list[DossierEvent]:
    """Walk the path from acceptance on; about one in ten finishes after its due date."""
    span = (due_at or start + timedelta(days=2)) - start
    end = min(start + span * random.choice((0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.0, 1.0, 1.2)), now)
    moments = [start + (end - start) * step / max(1, len(path) - 1) for step in range(len(path))]
    before = [None, *path]
    return [
        DossierEvent(at=at, from_status=came_from, to_status=to, reason=_REASONS.get(to))
        for at, came_from, to in zip(moments, before, path, strict=False)
    ]
