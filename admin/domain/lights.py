"""The traffic light of a dossier: how its promise stands, counted in working days."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from motcua.admin.domain.lateness import RUNNING, WAITING_FOR_CITIZEN
from motcua.admin.enums import DossierStatus, SupplementPolicy

if TYPE_CHECKING:
    from datetime import datetime

    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.models import Dossier

#: Due within so many working days counts as due soon.
SOON_WORKING_DAYS = 3


class LightKind(StrEnum):
    """What the light says."""

    ON_TIME = "on_time"
    SOON = "soon"
    TODAY = "today"
    LATE = "late"
    #: The next step is the citizen's.
    WAITING = "waiting"
    #: Nothing was promised.
    NO_DATE = "no_date"
    FINISHED = "finished"
    FINISHED_LATE = "finished_late"
    #: Refused, withdrawn or stopped.
    CLOSED = "closed"
    #: Not accepted yet.
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True)
class Light:
    """The light and the working days behind it: left when positive, late when negative."""

    kind: LightKind
    working_days: int = 0


def light_of(dossier: Dossier, calendar: WorkingCalendar, now: datetime) -> Light:
    """Return how a dossier's promise stands."""
    still = _closed(dossier) or _not_running(dossier)
    if still is not None or dossier.due_at is None:
        return Light(still or LightKind.NO_DATE)
    today, due_day = now.astimezone(calendar.zone).date(), dossier.due_at.astimezone(calendar.zone).date()
    days = calendar.working_days_between(today, due_day)
    if now > dossier.due_at:
        return Light(LightKind.LATE, days)
    if due_day == today:
        return Light(LightKind.TODAY)
    return Light(LightKind.SOON if days <= SOON_WORKING_DAYS else LightKind.ON_TIME, days)


def _not_running(dossier: Dossier) -> LightKind | None:
    if dossier.status == DossierStatus.REGISTERED:
        return LightKind.NOT_STARTED
    return None if _clock_runs(dossier) else LightKind.WAITING


def _closed(dossier: Dossier) -> LightKind | None:
    if dossier.status in {DossierStatus.DONE, DossierStatus.RETURNED}:
        is_late = (
            dossier.due_at is not None and dossier.finished_at is not None and dossier.finished_at > dossier.due_at
        )
        return LightKind.FINISHED_LATE if is_late else LightKind.FINISHED
    if dossier.status in {DossierStatus.REFUSED, DossierStatus.WITHDRAWN, DossierStatus.STOPPED}:
        return LightKind.CLOSED
    return None


def _clock_runs(dossier: Dossier) -> bool:
    """Tell what ``lateness.is_running`` asks the database; the request's own decision stands in its event."""
    if dossier.status in RUNNING:
        return True
    if dossier.status not in WAITING_FOR_CITIZEN or dossier.status == DossierStatus.AWAITING_PAYMENT:
        return False
    requests = [event for event in dossier.events if event.to_status == DossierStatus.SUPPLEMENT]
    decided = requests[-1].supplement_policy if requests else None
    policy = decided or dossier.procedure_version.supplement_policy
    return policy in {SupplementPolicy.NONE, SupplementPolicy.UNSET}
