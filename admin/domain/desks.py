"""Where a request for a number comes from: device, office and service in one look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, and_, bindparam, case, cast, func, or_, select

from motcua.admin.domain.devices import device_digest
from motcua.admin.enums import DeviceKind
from motcua.admin.errors import (
    DeviceRevokedError,
    InBoth,
    NotAKioskError,
    ServiceClosedError,
    UnknownDeviceError,
    UnknownServiceError,
)
from motcua.admin.models import Counter, Device, Holiday, Office, OfficeHours, QueueService, counter_service
from motcua.admin.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from motcua.admin.direct import Direct

# Opening hours depend on the day before, the next opening on the month to come.
_STAMP_BEFORE, _STAMP_AFTER = timedelta(days=2), timedelta(days=40)


def _words(columns: Iterable[Any]) -> ColumnElement[str]:
    """Put the columns of many rows into one text."""
    row: Any = ""
    for column in columns:
        row = cast(column, String) + "." + row
    return func.aggregate_strings(row, ",")


_HOURS = (
    select(_words((OfficeHours.weekday, OfficeHours.opens_at, OfficeHours.closes_at)))
    .where(OfficeHours.office_id == Office.id)
    .correlate(Office)
    .scalar_subquery()
)
_HOLIDAYS = (
    select(_words((Holiday.id, Holiday.day, Holiday.kind)))
    .where(
        or_(Holiday.office_id == Office.id, Holiday.office_id.is_(None)),
        Holiday.day.between(bindparam("from_day", None), bindparam("to_day", None)),
    )
    .correlate(Office)
    .scalar_subquery()
)
_CALENDAR_STAMP = Office.time_zone + ";" + func.coalesce(_HOURS, "") + ";" + func.coalesce(_HOLIDAYS, "")
_OPEN_COUNTERS = (
    select(func.count())
    .select_from(counter_service)
    .join(Counter, Counter.id == counter_service.c.counter_id)
    .where(counter_service.c.service_id == QueueService.id, Counter.is_active.is_(True))
    .correlate(QueueService)
    .scalar_subquery()
)
_FIND = Prepared(
    select(
        Device.id,
        Device.kind,
        Device.revoked_at,
        Device.printer_id,
        Office.id,
        Office.time_zone,
        Office.always_open,
        Office.is_active,
        QueueService.id,
        QueueService.code,
        QueueService.series,
        QueueService.name_vi,
        QueueService.name_en,
        QueueService.average_minutes,
        QueueService.daily_quota,
        QueueService.is_open,
        _OPEN_COUNTERS,
        case((Office.always_open.is_(True), ""), else_=_CALENDAR_STAMP),
    )
    .join(Office, Office.id == Device.office_id)
    .outerjoin(QueueService, and_(QueueService.office_id == Office.id, QueueService.code == bindparam("service", None)))
    .where(Device.token_digest == bindparam("digest", None))
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What has to be known before a number is given."""

    device_id: int
    kind: DeviceKind
    revoked_at: datetime | None
    printer_id: int | None
    office_id: int
    time_zone: str
    always_open: bool
    office_is_active: bool
    service_id: int
    service_code: str
    series: str
    name_vi: str
    name_en: str
    average_minutes: int
    daily_quota: int | None
    is_open: bool
    open_counters: int
    #: Changes with the office's hours, zone and holidays around today: a kept calendar with this stamp is still right.
    calendar_stamp: str

    @property
    def names(self) -> InBoth:
        """The service's name in both languages."""
        return InBoth(self.name_vi, self.name_en)


def find_desk(connection: Direct, token: str, service: str, now: datetime) -> Desk:
    """Return where the request comes from.

    Raises UnknownDeviceError, DeviceRevokedError, NotAKioskError (a display,
    for example) and UnknownServiceError.
    """
    today = now.date()
    asked = {
        "digest": device_digest(token),
        "service": service,
        "from_day": today - _STAMP_BEFORE,
        "to_day": today + _STAMP_AFTER,
    }
    found = _FIND.rows(connection, asked)
    if not found:
        raise UnknownDeviceError
    row = found[0]
    if row[2] is not None:
        raise DeviceRevokedError
    if row[1] != DeviceKind.KIOSK:
        raise NotAKioskError
    if row[8] is None:
        raise UnknownServiceError(service=service)
    return Desk(*row)


def check_service_is_open(desk: Desk) -> None:
    """Raise ServiceClosedError when the office has closed this line."""
    if not desk.is_open or not desk.office_is_active:
        raise ServiceClosedError(service=desk.names)
