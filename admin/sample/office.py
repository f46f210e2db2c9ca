"""A commune's centre for trials: hours, services, counters, machines, people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from motcua.admin.domain.devices import enrol
from motcua.admin.enums import DeviceKind, OfficeLevel, StaffRole
from motcua.admin.models import Counter, Office, OfficeHours, PrinterDevice, PriorityGroup, QueueService, StaffMember

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

MORNING = (time(7, 0), time(11, 30))
AFTERNOON = (time(13, 30), time(17, 0))
WEEKDAYS = range(5)
PROVINCE = "tinh-mau"

_SERVICES = (
    ("ho-tich", "A", "Hộ tịch, nuôi con nuôi", "Civil status, adoption", 12),
    ("chung-thuc", "B", "Chứng thực bản sao, chữ ký", "Certified copies and signatures", 6),
    ("dat-dai", "C", "Đất đai, xây dựng", "Land and construction", 20),
    ("bao-tro", "D", "Bảo trợ xã hội, giảm nghèo, y tế", "Social support, poverty, health", 15),
    ("kinh-doanh", "E", "Hộ kinh doanh", "Household businesses", 12),
    ("cu-tru", "F", "Cư trú, căn cước", "Residence and identity cards", 10),
)
_PRIORITIES = (
    ("cao-tuoi", "Người cao tuổi", "Elderly people"),
    ("khuyet-tat", "Người khuyết tật", "People with disabilities"),
    ("mang-thai", "Phụ nữ mang thai", "Pregnant women"),
    ("co-cong", "Người có công với cách mạng", "People with merit to the revolution"),
)
#: username, first name, last name, role.
PEOPLE = (
    ("tiepnhan1", "Lan", "Nguyễn Thị", StaffRole.RECEIVING_OFFICER),
    ("tiepnhan2", "Bình", "Phạm Văn", StaffRole.RECEIVING_OFFICER),
    ("chuyenvien1", "Minh", "Trần Văn", StaffRole.CASE_OFFICER),
    ("chuyenvien2", "Hà", "Đỗ Thu", StaffRole.CASE_OFFICER),
    ("lanhdao", "Hoa", "Lê Thị", StaffRole.SUPERVISOR),
    ("quantri", "Sơn", "Vũ Quang", StaffRole.OFFICE_ADMIN),
)


@dataclass(frozen=True)
class SampleOffice:
    """The centre and the tokens of its machines, which are shown only now."""

    office: Office
    kiosk_token: str


def add_province(session: Session) -> Office:
    """Add the province that the sample communes belong to."""
    province = Office(code=PROVINCE, name="Tỉnh mẫu", level=OfficeLevel.PROVINCE)
    province.hours = _hours()
    session.add(province)
    session.flush()
    return province


def add_commune(
    session: Session, province: Office, *, code: str, name: str, identifier: str, always_open: bool, now: datetime
) -> SampleOffice:
    """Add a commune's centre with six services, three counters, a kiosk and its printer."""
    office = Office(
        code=code,
        name=name,
        level=OfficeLevel.COMMUNE,
        parent=province,
        identifier=identifier,
        address="Thôn Trung",
        hotline="0900 000 000",
        suggestion_box=f"gopy@{code}.example",
        always_open=always_open,
    )
    office.hours = _hours()
    printer = PrinterDevice(office=office, name="Máy in sảnh", uri="virtual:", paper_mm=80)
    services = [
        QueueService(
            office=office, code=code, series=series, name_vi=vi, name_en=en, average_minutes=minutes, position=position
        )
        for position, (code, series, vi, en, minutes) in enumerate(_SERVICES, start=1)
    ]
    counters = [
        Counter(office=office, number=number, printer=printer, services=services[start:stop])
        for number, start, stop in ((1, 0, 2), (2, 0, 4), (3, 2, 6))
    ]
    groups = [
        PriorityGroup(office=office, code=code, name_vi=vi, name_en=en, position=position)
        for position, (code, vi, en) in enumerate(_PRIORITIES, start=1)
    ]
    session.add_all([office, printer, *services, *counters, *groups])
    session.flush()
    _, token = enrol(session, office, name="Ki-ốt sảnh", kind=DeviceKind.KIOSK, printer=printer, now=now)
    return SampleOffice(office=office, kiosk_token=token)


def place_people(session: Session, office: Office, user_ids: Mapping[str, int]) -> None:
    """Give the people of the sample their places in the office."""
    for username, _, _, role in PEOPLE:
        session.add(StaffMember(user_id=user_ids[username], office=office, role=role))
    session.flush()


def _hours() -> list[OfficeHours]:
    return [
        OfficeHours(weekday=weekday, opens_at=opens, closes_at=closes)
        for weekday in WEEKDAYS
        for opens, closes in (MORNING, AFTERNOON)
    ]
