"""What stands on a queue ticket's paper; no printer here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from motcua.admin.enums import Errand, Language
from motcua.admin.formats import day, hour
from motcua.admin.language import N_, translate
from motcua.kiosk.sheet import Sheet, Type

if TYPE_CHECKING:
    from PIL import Image

#: No ticket is longer, whatever names the office gives its services.
LONGEST_MM = 200
LEAST_NUMBER_MM = 20
LEAST_QR_MM = 28

WEEKDAYS = N_(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
# What most people come for needs no words.
_ERRAND = N_({Errand.SUPPLEMENT: "Add papers", Errand.COLLECT: "Collect a result", Errand.ASK: "Ask a question"})
_HOUR = 60


@dataclass(frozen=True, slots=True)
class TicketSlip:
    """What a visitor takes away: a number, where to wait, how to follow."""

    office: str
    hotline: str | None
    label: str
    #: In the visitor's language, and in Vietnamese for the staff if that is another.
    service: str
    service_for_staff: str | None
    errand: Errand
    is_priority: bool
    ahead: int
    wait_minutes: int
    #: In the office's own zone.
    issued_at: datetime
    url: str
    language: Language
    copy_number: int


def draw_ticket(slip: TicketSlip, paper_mm: int) -> Image.Image:
    """Return the ticket as the printer will burn it: one bit a dot, as wide as the paper can be reached."""
    sheet = Sheet(paper_mm, longest_mm=LONGEST_MM)
    mark_copy(sheet, slip.copy_number, slip.language)
    sheet.gap(8)
    sheet.text(slip.office, Type(28, "SemiBold", lines=3))
    sheet.gap(10)
    sheet.rule()
    sheet.gap(14)
    sheet.text(translate("Your number", slip.language), Type(26))
    sheet.gap(10)
    sheet.giant(slip.label, least_mm=LEAST_NUMBER_MM)
    sheet.gap(18)
    _service(sheet, slip)
    sheet.gap(10)
    sheet.fitted(_line_ahead(slip), Type(30, "SemiBold"), smallest=25)
    sheet.qr(slip.url, least_mm=LEAST_QR_MM)
    sheet.text(translate("Scan to follow your place in line, and later your dossier", slip.language), Type(25, lines=3))
    sheet.gap(12)
    sheet.rule()
    sheet.gap(10)
    sheet.fitted(moment(slip.issued_at, slip.language), Type(28, "SemiBold"), smallest=22)
    _small_print(sheet, slip)
    return sheet.image()


def mark_copy(sheet: Sheet, copy_number: int, language: Language) -> None:
    """Say across the top that this is not the first paper."""
    if copy_number > 1:
        sheet.band(translate("REPRINT · copy {copy}", language, copy=copy_number), Type(28, "Bold"))
        sheet.gap(8)


def moment(at: datetime, language: Language) -> str:
    """Return "07:32 · Thứ Ba, 24/11/2026"."""
    return f"{hour(at)} · {translate(WEEKDAYS[at.weekday()], language)}, {day(at)}"


def _service(sheet: Sheet, slip: TicketSlip) -> None:
    sheet.text(slip.service, Type(36, "Bold", lines=3))
    if slip.service_for_staff:
        sheet.text(slip.service_for_staff, Type(26, lines=2))
    if slip.errand in _ERRAND:
        sheet.text(translate(_ERRAND[slip.errand], slip.language), Type(30, "Medium"))
    if slip.is_priority:
        sheet.gap(8)
        sheet.badge(translate("PRIORITY", slip.language), Type(26, "Bold"))


def _line_ahead(slip: TicketSlip) -> str:
    if slip.ahead == 0:
        return translate("You are next", slip.language)
    hours, minutes = divmod(slip.wait_minutes, _HOUR)
    time = (
        translate("{hours} h {n} min", slip.language, hours=hours, n=minutes)
        if hours
        else translate("{n} min", slip.language, n=minutes)
    )
    one, more = N_(("Before you: 1 person, about {time}", "Before you: {ahead} people, about {time}"))
    return translate(one if slip.ahead == 1 else more, slip.language, ahead=slip.ahead, time=time)


def _small_print(sheet: Sheet, slip: TicketSlip) -> None:
    sheet.gap(6)
    sheet.text(
        translate("Valid today. Please watch the board and listen for your number.", slip.language),
        Type(22, lines=3),
    )
    if slip.hotline:
        sheet.text(translate("Hotline: {hotline}", slip.language, hotline=slip.hotline), Type(22, lines=2))
    sheet.gap(8)
