"""Châu Ninh, a commune of the tests: its centre, its people, its machines."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
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
    user = User(
        username=username,
        first_name=first,
        last_name=last,
        email=f"{username}@chauninh.test",
        active=True,
        password=_PASSWORD_HASH,
    )
    session.add(user)
    session.flush()
    return user


def add_office(session: Session, code: str = "chau-ninh", name: str = "Trung tâm PVHCC xã Châu Ninh") -> Office:
    """Add an office open on weekdays from 7:00 to 11:30 and 13:30 to 17:00."""
    office = Office(
        code=code, name=name, level=OfficeLevel.COMMUNE, identifier=f"H99.{len(code):02}", hotline="0221 3 999 999"
    )
    office.hours = [
        OfficeHours(weekday=weekday, opens_at=opens, closes_at=closes)
        for weekday in range(5)
        for opens, closes in (MORNING, AFTERNOON)
    ]
    session.add(office)
    session.flush()
    return office


def add_kiosk(session: Session, office: Office, printer: PrinterDevice | None = None) -> tuple[Device, str]:
    """Enrol a kiosk; return it with its token."""
    token = uuid.uuid4().hex + uuid.uuid4().hex
    kiosk = Device(
        office=office,
        name=f"Kiosk {token[:4]}",
        kind=DeviceKind.KIOSK,
        token_digest=hashlib.sha256(token.encode()).hexdigest(),
        printer=printer,
        enrolled_at=NINE,
    )
    session.add(kiosk)
    session.flush()
    return kiosk, token


def build_town(session: Session, code: str = "chau-ninh", prefix: str = "") -> Town:
    """Build the centre: two services, two counters, a kiosk with a printer, three people, one procedure."""
    office = add_office(session, code)
    printer = PrinterDevice(office=office, name="Máy in sảnh", uri="virtual:", paper_mm=80)
    civil = QueueService(
        office=office, code="ho-tich", series="A", name_vi="Hộ tịch", name_en="Civil status", position=1
    )
    land = QueueService(office=office, code="dat-dai", series="B", name_vi="Đất đai", name_en="Land", position=2)
    counter1 = Counter(office=office, number=1, printer=printer, services=[civil, land])
    counter2 = Counter(office=office, number=2, printer=printer, services=[civil, land])
    group = PriorityGroup(office=office, code="elderly", name_vi="Người cao tuổi", name_en="Elderly people")
    session.add_all([printer, civil, land, counter1, counter2, group])
    kiosk, token = add_kiosk(session, office, printer)
    lan = add_user(session, f"{prefix}lan", "Lan", "Nguyễn Thị")
    minh = add_user(session, f"{prefix}minh", "Minh", "Trần Văn")
    hoa = add_user(session, f"{prefix}hoa", "Hoa", "Lê Thị")
    session.add_all(
        [
            StaffMember(user_id=lan.id, office=office, role=StaffRole.RECEIVING_OFFICER),
            StaffMember(user_id=minh.id, office=office, role=StaffRole.CASE_OFFICER),
            StaffMember(user_id=hoa.id, office=office, role=StaffRole.SUPERVISOR),
        ]
    )
    procedure = add_procedure(session, code=f"1.{office.id:06}")
    session.commit()
    return Town(office, civil, land, counter1, counter2, printer, kiosk, token, lan, minh, hoa, procedure)


def add_procedure(
    session: Session,
    code: str = "1.004873",
    name: str = "Cấp Giấy xác nhận tình trạng hôn nhân",
    amount: float | None = 3,
    unit: DurationUnit = DurationUnit.WORKING_DAYS,
) -> ProcedureVersion:
    """Add a procedure with one version in force since 2026-01-01."""
    procedure = Procedure(code=code, level="Cấp xã", field=Field(name=f"Hộ tịch {code}"))
    version = ProcedureVersion(
        procedure=procedure,
        number=1,
        name=name,
        effective_from=date(2026, 1, 1),
        time_as_published=f"{amount} ngày làm việc",
        duration_amount=amount,
        duration_unit=unit,
    )
    session.add(version)
    session.flush()
    return version
