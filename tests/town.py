"""Châu Ninh, a commune of the tests: its centre, its people, its machines."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from werkzeug.security import generate_password_hash

from motcua.admin.enums import DeviceKind, DurationUnit, OfficeLevel, StaffRole
from motcua.admin.models import (
    Counter,
    Device,
    Field,
    Office,
    OfficeHours,
    PrinterDevice,
    PriorityGroup,
    Procedure,
    ProcedureVersion,
    QueueService,
    StaffMember,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_Row = TypeVar("_Row")
_MARITAL_STATUS = "Cấp Giấy xác nhận tình trạng hôn nhân"
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
#: An ordinary Wednesday morning.
NINE = datetime(2026, 12, 2, 9, 0, tzinfo=HANOI).astimezone(UTC)
WEDNESDAY = date(2026, 12, 2)
MORNING = (time(7, 0), time(11, 30))
AFTERNOON = (time(13, 30), time(17, 0))
PASSWORD = "only for tests 123"
_PASSWORD_HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")


@dataclass
class Town:
    """What stands in the centre."""

    office: Office
    civil: QueueService
    land: QueueService
    counter1: Counter
    counter2: Counter
    printer: PrinterDevice
    kiosk: Device
    kiosk_token: str
    lan: User
    minh: User
    hoa: User
    procedure: ProcedureVersion
    extra: dict[str, Any] = field(default_factory=dict)


def add_user(session: Session, username: str, first: str, last: str) -> User:
    """Add a login of the platform."""
    return _added(session, _user(username, first, last))


def _added(session: Session, row: _Row) -> _Row:
    session.add(row)
    session.flush()
    return row


def _user(username: str, first: str, last: str) -> User:
    return User(
        username=username,
        first_name=first,
        last_name=last,
        email=f"{username}@chauninh.test",
        active=True,
        password=_PASSWORD_HASH,
    )


def add_office(session: Session, code: str = "chau-ninh", name: str = "Trung tâm PVHCC xã Châu Ninh") -> Office:
    """Add an office open on weekdays from 7:00 to 11:30 and 13:30 to 17:00."""
    return _added(session, _office(code, name))


def _office(code: str, name: str) -> Office:
    office = Office(
        code=code, name=name, level=OfficeLevel.COMMUNE, identifier=f"H99.{len(code):02}", hotline="0221 3 999 999"
    )
    office.hours = [
        OfficeHours(weekday=weekday, opens_at=opens, closes_at=closes)
        for weekday in range(5)
        for opens, closes in (MORNING, AFTERNOON)
    ]
    return office


def add_kiosk(session: Session, office: Office, printer: PrinterDevice | None = None) -> tuple[Device, str]:
    """Enrol a kiosk; return it with its token."""
    kiosk, token = _kiosk(office, printer)
    return _added(session, kiosk), token


def _kiosk(office: Office, printer: PrinterDevice | None) -> tuple[Device, str]:
    token = uuid.uuid4().hex + uuid.uuid4().hex
    kiosk = Device(
        office=office,
        name=f"Kiosk {token[:4]}",
        kind=DeviceKind.KIOSK,
        token_digest=hashlib.sha256(token.encode()).hexdigest(),
        printer=printer,
        enrolled_at=NINE,
    )
    return kiosk, token


def build_town(session: Session, code: str = "chau-ninh", prefix: str = "") -> Town:
    """Build the centre: two services, two counters, a kiosk with a printer, three people, one procedure.

    In two writings of the session and not in one for each row: most tests begin here.
    """
    office = _office(code, "Trung tâm PVHCC xã Châu Ninh")
    printer = PrinterDevice(office=office, name="Máy in sảnh", uri="virtual:", paper_mm=80)
    civil = QueueService(
        office=office, code="ho-tich", series="A", name_vi="Hộ tịch", name_en="Civil status", position=1
    )
    land = QueueService(office=office, code="dat-dai", series="B", name_vi="Đất đai", name_en="Land", position=2)
    counter1 = Counter(office=office, number=1, printer=printer, services=[civil, land])
    counter2 = Counter(office=office, number=2, printer=printer, services=[civil, land])
    group = PriorityGroup(office=office, code="elderly", name_vi="Người cao tuổi", name_en="Elderly people")
    kiosk, token = _kiosk(office, printer)
    lan = _user(f"{prefix}lan", "Lan", "Nguyễn Thị")
    minh = _user(f"{prefix}minh", "Minh", "Trần Văn")
    hoa = _user(f"{prefix}hoa", "Hoa", "Lê Thị")
    session.add_all([office, printer, civil, land, counter1, counter2, group, kiosk, lan, minh, hoa])
    session.flush()
    session.add_all(
        [
            StaffMember(user_id=lan.id, office=office, role=StaffRole.RECEIVING_OFFICER),
            StaffMember(user_id=minh.id, office=office, role=StaffRole.CASE_OFFICER),
            StaffMember(user_id=hoa.id, office=office, role=StaffRole.SUPERVISOR),
        ]
    )
    procedure = _procedure(f"1.{office.id:06}", _MARITAL_STATUS, 3, DurationUnit.WORKING_DAYS)
    session.add(procedure)
    session.commit()
    return Town(office, civil, land, counter1, counter2, printer, kiosk, token, lan, minh, hoa, procedure)


def add_procedure(
    session: Session,
    code: str = "1.004873",
    name: str = _MARITAL_STATUS,
    amount: float | None = 3,
    unit: DurationUnit = DurationUnit.WORKING_DAYS,
) -> ProcedureVersion:
    """Add a procedure with one version in force since 2026-01-01."""
    return _added(session, _procedure(code, name, amount, unit))


def _procedure(code: str, name: str, amount: float | None, unit: DurationUnit) -> ProcedureVersion:
    procedure = Procedure(code=code, level="Cấp xã", field=Field(name=f"Hộ tịch {code}"))
    return ProcedureVersion(
        procedure=procedure,
        number=1,
        name=name,
        effective_from=date(2026, 1, 1),
        time_as_published=f"{amount} ngày làm việc",
        duration_amount=amount,
        duration_unit=unit,
    )
