"""Where a request for a number comes from: device, office and service in one look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, select

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
from motcua.admin.models import Counter, Device, Office, QueueService, counter_service

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_OPEN_COUNTERS = (
    select(func.count())
    .select_from(counter_service)
    .join(Counter, Counter.id == counter_service.c.counter_id)
    .where(counter_service.c.service_id == QueueService.id, Counter.is_active.is_(True))
    .correlate(QueueService)
    .scalar_subquery()
)
_FIND = (
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
    )
    .join(Office, Office.id == Device.office_id)
    .outerjoin(QueueService, and_(QueueService.office_id == Office.id, QueueService.code == bindparam("service")))
    .where(Device.token_digest == bindparam("digest"))
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

    @property
    def names(self) -> InBoth:
        """The service's name in both languages."""
        return InBoth(self.name_vi, self.name_en)


def find_desk(connection: Connection, token: str, service: str) -> Desk:
    """Return where the request comes from.

    Raises UnknownDeviceError, DeviceRevokedError, NotAKioskError (a display,
    for example) and UnknownServiceError.
    """
    row = connection.execute(_FIND, {"digest": device_digest(token), "service": service}).first()
    if row is None:
        raise UnknownDeviceError
    if row[2] is not None:
        raise DeviceRevokedError
    if row[1] != DeviceKind.KIOSK:
        raise NotAKioskError
    if row[8] is None:
        raise UnknownServiceError(service=service)
    fields: tuple[Any, ...] = tuple(row)
    return Desk(*fields)


def check_service_is_open(desk: Desk) -> None:
    """Raise ServiceClosedError when the office has closed this line."""
    if not desk.is_open or not desk.office_is_active:
        raise ServiceClosedError(service=desk.names)
