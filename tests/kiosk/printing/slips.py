"""A ticket and a receipt with everything on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from motcua.admin.enums import Errand, Language
from motcua.kiosk.receipt import ReceiptSlip
from motcua.kiosk.slip import TicketSlip
from tests.town import HANOI

URL = "HTTPS://MOTCUA.EXAMPLE.VN/T/0123456789ABCDEFGHJKMNPQRS"
OFFICE = "Trung tâm Phục vụ hành chính công xã Châu Ninh"

TICKET = TicketSlip(
    office=OFFICE,
    hotline="0221 3 999 999",
    label="A012",
    service="Hộ tịch, nuôi con nuôi",
    service_for_staff=None,
    errand=Errand.SUBMIT,
    is_priority=False,
    ahead=4,
    wait_minutes=12,
    issued_at=datetime(2026, 12, 2, 7, 32, tzinfo=HANOI),
    url=URL,
    language=Language.VI,
    copy_number=1,
)
ENGLISH_COPY = replace(
    TICKET,
    label="B1234",
    service="Civil status, adoption",
    service_for_staff="Hộ tịch, nuôi con nuôi",
    errand=Errand.COLLECT,
    is_priority=True,
    ahead=14,
    wait_minutes=95,
    language=Language.EN,
    copy_number=2,
)
RECEIPT = ReceiptSlip(
    office=OFFICE,
    address="Thôn Trung, xã Châu Ninh",
    hotline="0221 3 999 999",
    code="H99.01-261202-0017",
    procedure_code="1.004873",
    procedure="Cấp Giấy xác nhận tình trạng hôn nhân",
    applicant="Nguyễn Thị Bích Phượng",
    papers=(
        ("Tờ khai cấp Giấy xác nhận tình trạng hôn nhân theo mẫu", 1),
        ("Giấy tờ chứng minh nơi cư trú", 2),
        ("Quyết định ly hôn hoặc Giấy chứng tử của vợ, chồng (nếu có)", 1),
    ),
    duration="03 ngày làm việc",
    received_at=datetime(2026, 12, 2, 7, 41, tzinfo=HANOI),
    due_at=datetime(2026, 12, 7, 7, 41, tzinfo=HANOI),
    first_due_at=None,
    is_provisional=False,
    received_by="Nguyễn Thị Lan",
    url=URL,
    language=Language.VI,
    copy_number=1,
)


def with_words(words: str, slip: TicketSlip = TICKET) -> TicketSlip:
    """Put the same words into every field of a ticket that an administrator can write."""
    return replace(slip, office=words, hotline=words, label=words[:12], service=words, service_for_staff=words)


def receipt_with_words(words: str) -> ReceiptSlip:
    """Put the same words into every field of a receipt that somebody can write."""
    return replace(
        RECEIPT,
        office=words,
        address=words,
        hotline=words,
        code=words[:60],
        procedure=words,
        procedure_code=words[:40],
        applicant=words,
        papers=((words, 99),) * 40,
        duration=words,
        received_by=words,
    )
