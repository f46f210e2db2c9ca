"""What stands on a dossier's receipt (Giấy tiếp nhận hồ sơ và hẹn trả kết quả); no printer here.

The fields are those of the national form 01, in its order, on a strip of
paper. It is an official paper, so it is Vietnamese; for a visitor who took
the number in English, each caption is said in English too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from motcua.admin.enums import Language
from motcua.admin.formats import day, hour
from motcua.admin.language import N_, translate
from motcua.kiosk.sheet import Sheet, Type
from motcua.kiosk.slip import LEAST_QR_MM, WEEKDAYS, mark_copy, moment

if TYPE_CHECKING:
    from PIL import Image

#: No receipt is longer, however many papers were handed in.
LONGEST_MM = 560
#: Papers named one by one; the others are counted.
MOST_PAPERS = 12

_CAPTION = Type(23, "Medium", lines=2, align="left")
_VALUE = Type(28, "SemiBold", lines=4, align="left")
_SHORT_VALUE = Type(28, "SemiBold", lines=2, align="left")
_PAPER = Type(24, "Medium", lines=3, align="left")
_BODY = Type(28, "Medium", lines=2)
_SMALL = Type(22, "Medium", lines=3)
_PAPER_INDENT = 36


@dataclass(frozen=True, slots=True)
class ReceiptSlip:
    """What a citizen holds in return for a dossier."""

    office: str
    address: str | None
    hotline: str | None
    code: str
    procedure_code: str
    procedure: str
    applicant: str
    #: Name of each paper that was taken in, and how many copies.
    papers: tuple[tuple[str, int], ...]
    #: How long the work takes by the procedure, in words; None when it is not known.
    duration: str | None
    #: In the office's own zone.
    received_at: datetime
    due_at: datetime | None
    #: What the first paper promised, when that was another moment.
    first_due_at: datetime | None
    is_provisional: bool
    received_by: str | None
    url: str
    language: Language
    copy_number: int


def draw_receipt(slip: ReceiptSlip, paper_mm: int) -> Image.Image:
    """Return the receipt as the printer will burn it."""
    sheet = Sheet(paper_mm, longest_mm=LONGEST_MM)
    mark_copy(sheet, slip.copy_number, Language.VI)
    _head(sheet, slip)
    _field(sheet, slip, N_("Procedure"), f"{slip.procedure} ({slip.procedure_code})")
    _field(sheet, slip, N_("Received from"), slip.applicant, _SHORT_VALUE)
    _papers(sheet, slip)
    if slip.duration:
        _field(sheet, slip, N_("Processing time"), slip.duration, _SHORT_VALUE)
    _caption(sheet, N_("Received at"), slip.language)
    sheet.fitted(moment(slip.received_at, Language.VI), _VALUE, smallest=22)
    _due(sheet, slip)
    _field(sheet, slip, N_("Collect the result at"), slip.office)
    if slip.address:
        sheet.text(slip.address, _SHORT_VALUE)
    if slip.received_by:
        _field(sheet, slip, N_("Received by"), slip.received_by, _SHORT_VALUE)
    _foot(sheet, slip)
    return sheet.image()


def _head(sheet: Sheet, slip: ReceiptSlip) -> None:
    sheet.gap(8)
    sheet.text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Type(22, "SemiBold", lines=2))
    sheet.text("Độc lập - Tự do - Hạnh phúc", Type(22, "SemiBold"))
    sheet.gap(10)
    sheet.text(slip.office, Type(26, "SemiBold", lines=3))
    sheet.text("Bộ phận Tiếp nhận và Trả kết quả", Type(24, lines=2))
    sheet.gap(10)
    sheet.rule()
    sheet.gap(12)
    sheet.fitted("GIẤY TIẾP NHẬN HỒ SƠ", Type(34, "Bold"), smallest=24)
    sheet.fitted("VÀ HẸN TRẢ KẾT QUẢ", Type(34, "Bold"), smallest=24)
    if slip.language == Language.EN:
        sheet.text("Receipt and return appointment", Type(24))
    sheet.gap(8)
    sheet.text(_in_both(N_("Dossier code"), slip.language), Type(23))
    sheet.fitted(slip.code, Type(44, "Bold", lines=2), smallest=26)
    sheet.gap(8)
    sheet.rule()


def _field(sheet: Sheet, slip: ReceiptSlip, caption: str, value: str, type_: Type = _VALUE) -> None:
    _caption(sheet, caption, slip.language)
    sheet.text(value, type_)


def _caption(sheet: Sheet, caption: str, language: Language) -> None:
    sheet.gap(8)
    sheet.text(_in_both(caption, language), _CAPTION)


def _papers(sheet: Sheet, slip: ReceiptSlip) -> None:
    _caption(sheet, N_("Papers received"), slip.language)
    if not slip.papers:
        sheet.text(translate("None", Language.VI), _VALUE)
    for number, (name, copies) in enumerate(slip.papers[:MOST_PAPERS], start=1):
        sheet.item(
            f"{number}.", name, translate("{count} copies", Language.VI, count=copies), _PAPER, indent=_PAPER_INDENT
        )
    left = len(slip.papers) - MOST_PAPERS
    if left > 0:
        sheet.text(translate("… and {count} more papers", Language.VI, count=left), _PAPER, indent=_PAPER_INDENT)


def _due(sheet: Sheet, slip: ReceiptSlip) -> None:
    """Say when to come back: the one thing on this paper that has to be found at a glance."""
    sheet.gap(12)
    sheet.rule(dots=4)
    sheet.gap(10)
    sheet.text(_in_both(N_("Result due"), slip.language), Type(25, "SemiBold", lines=2))
    if slip.due_at is None:
        _said(sheet, N_("No date promised"), slip.language, Type(36, "Bold", lines=2))
        _said(sheet, N_("Please follow the dossier by the QR code or the hotline."), slip.language, _SMALL)
    else:
        sheet.fitted(day(slip.due_at), Type(72, "ExtraBold"), smallest=48)
        weekday = translate(WEEKDAYS[slip.due_at.weekday()], Language.VI)
        sheet.text(translate("before {hour}, {weekday}", Language.VI, hour=hour(slip.due_at), weekday=weekday), _BODY)
    if slip.first_due_at:
        sheet.text(translate("First appointment: {date}", Language.VI, date=day(slip.first_due_at)), _SMALL)
    if slip.is_provisional:
        sheet.gap(4)
        sheet.badge(_in_both(N_("PROVISIONAL"), slip.language), Type(24, "Bold"))
        _said(sheet, N_("The holidays of that year are not announced yet; the date may move."), slip.language, _SMALL)
    sheet.gap(10)
    sheet.rule(dots=4)


def _foot(sheet: Sheet, slip: ReceiptSlip) -> None:
    sheet.qr(slip.url, least_mm=LEAST_QR_MM)
    _said(sheet, N_("Scan to follow the dossier on your phone"), slip.language, Type(25, lines=3))
    if slip.hotline:
        sheet.text(translate("Hotline: {hotline}", Language.VI, hotline=slip.hotline), Type(25, "SemiBold", lines=2))
    sheet.gap(6)
    _said(sheet, N_("Please bring this receipt and your identity card to collect."), slip.language, _SMALL)
    sheet.gap(8)


def _said(sheet: Sheet, message: str, language: Language, type_: Type) -> None:
    """Say a sentence in Vietnamese, and in English below it for whoever reads that."""
    sheet.text(translate(message, Language.VI), type_)
    if language == Language.EN:
        sheet.text(message, type_)


def _in_both(caption: str, language: Language) -> str:
    vietnamese = translate(caption, Language.VI)
    return f"{vietnamese} / {caption}" if language == Language.EN else vietnamese
