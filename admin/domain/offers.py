"""What a kiosk may offer now, and why not where it may not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from motcua.admin.clock import local_day
from motcua.admin.domain.opening import check_office_is_open, next_opening
from motcua.admin.domain.waits import estimated_minutes
from motcua.admin.errors import InBoth, OutsideHoursError, QuotaReachedError, Refusal, ServiceClosedError
from motcua.admin.models import Counter, Office, PriorityGroup, QueueService, ServiceDay, counter_service

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from motcua.admin.domain.calendar import WorkingCalendar


@dataclass(frozen=True)
class ServiceOffer:
    """One tile on the kiosk's first screen."""

    service: QueueService
    refusal: Refusal | None
    waiting: int
    wait_minutes: int


@dataclass(frozen=True)
class KioskOffer:
    """Everything the first screen shows."""

    office: Office
    services: Sequence[ServiceOffer]
    priorities: Sequence[PriorityGroup]
    #: The office's next opening, in its own zone; None while it is open, or when nobody knows.
    opens_at: datetime | None


def kiosk_offer(
    session: Session, office: Office, calendar: WorkingCalendar, *, now: datetime, series_capacity: int
) -> KioskOffer:
    """Return the services of an office in their order, each open or with the reason why not."""
    closed = _office_closed(office, calendar, now)
    day = local_day(now, office.time_zone)
    days = {row.series: row for row in session.scalars(_days_of(office, day))}
    counters = {service_id: number for service_id, number in session.execute(_open_counters(office))}  # noqa: C416 - rows are no pairs to the type checker
    services = session.scalars(
        select(QueueService).where(QueueService.office_id == office.id).order_by(QueueService.position, QueueService.id)
    )
    groups = session.scalars(
        select(PriorityGroup)
        .where(PriorityGroup.office_id == office.id, PriorityGroup.is_active.is_(True))
        .order_by(PriorityGroup.position, PriorityGroup.id)
    )
    offers = [
        _offer(service, days.get(service.series), counters.get(service.id, 0), closed, series_capacity)
        for service in services
    ]
    opens_at = next_opening(calendar, now.astimezone(calendar.zone)) if closed else None
    return KioskOffer(office=office, services=offers, priorities=list(groups), opens_at=opens_at)


def _office_closed(office: Office, calendar: WorkingCalendar, now: datetime) -> OutsideHoursError | None:
    if office.always_open:
        return None
    try:
        check_office_is_open(calendar, now)
    except OutsideHoursError as refusal:
        return refusal
    return None


def _offer(
    service: QueueService, day: ServiceDay | None, counters: int, closed: Refusal | None, series_capacity: int
) -> ServiceOffer:
    waiting = day.waiting_count if day else 0
    quota = min(service.daily_quota or series_capacity, series_capacity)
    names = InBoth(service.name_vi, service.name_en)
    refusal = closed
    if not service.is_open or not service.office.is_active:
        refusal = ServiceClosedError(service=names)
    elif day and day.last_number >= quota:
        refusal = QuotaReachedError(service=names, quota=quota)
    minutes = estimated_minutes(
        waiting,
        average_minutes=service.average_minutes,
        open_counters=counters,
        served_count=day.served_count if day else 0,
        served_seconds=day.served_seconds if day else 0,
    )
    return ServiceOffer(service=service, refusal=refusal, waiting=waiting, wait_minutes=minutes)


def _days_of(office: Office, day: date) -> Select[ServiceDay]:
    return select(ServiceDay).where(ServiceDay.office_id == office.id, ServiceDay.day == day)


def _open_counters(office: Office) -> Select[int, int]:
    return (
        select(counter_service.c.service_id, func.count())
        .join(Counter, Counter.id == counter_service.c.counter_id)
        .where(Counter.office_id == office.id, Counter.is_active.is_(True))
        .group_by(counter_service.c.service_id)
    )
