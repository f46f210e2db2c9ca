"""Enrolling machines of the hall, knowing them again, and withdrawing their access."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.enums import DeviceKind
from motcua.admin.errors import DeviceRevokedError, NotAKioskError, UnknownDeviceError
from motcua.admin.models import Device

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from motcua.admin.models import Office, PrinterDevice

_TOKEN_BYTES = 32


def enrol(
    session: Session, office: Office, *, name: str, kind: DeviceKind, printer: PrinterDevice | None, now: datetime
) -> tuple[Device, str]:
    """Add a machine and return it with its token, which nobody can be told again."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    device = Device(
        office=office, name=name, kind=kind, printer=printer, token_digest=device_digest(token), enrolled_at=now
    )
    session.add(device)
    session.flush()
    return device, token


def renew(device: Device, *, now: datetime) -> str:
    """Give a machine a new token and return it; the old one is void from the next request on."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    device.token_digest = device_digest(token)
    device.enrolled_at, device.revoked_at = now, None
    return token


def revoke(device: Device, *, now: datetime) -> None:
    """Withdraw a machine's access, from its next request on."""
    device.revoked_at = device.revoked_at or now


def find_device(session: Session, token: str) -> Device:
    """Return the machine a token belongs to.

    Raises UnknownDeviceError and DeviceRevokedError.
    """
    device = session.scalar(select(Device).where(Device.token_digest == device_digest(token)))
    if device is None:
        raise UnknownDeviceError
    if device.revoked_at is not None:
        raise DeviceRevokedError
    return device


def find_kiosk(session: Session, token: str) -> Device:
    """Return the kiosk a token belongs to.

    Raises UnknownDeviceError, DeviceRevokedError, and NotAKioskError for a display.
    """
    device = find_device(session, token)
    if device.kind != DeviceKind.KIOSK:
        raise NotAKioskError
    return device


def device_digest(token: str) -> str:
    """Return what the database keeps of a device token."""
    return hashlib.sha256(token.encode()).hexdigest()
