"""From the record to what stands on a paper: the facts of a ticket or dossier, in the office's own time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from motcua.admin.domain.names import full_name
from motcua.admin.domain.tracking import tracking_token, tracking_url
from motcua.admin.enums import DurationUnit, Language
from motcua.admin.language import translate
from motcua.kiosk.receipt import ReceiptSlip
from motcua.kiosk.slip import TicketSlip

if TYPE_CHECKING:
    from motcua.admin.models import Dossier, ProcedureVersion, Ticket
    from motcua.admin.settings import Settings

_DURATION = {
    DurationUnit.WORKING_HOURS: "{amount} working hours",
    DurationUnit.WORKING_DAYS: "{amount} working days",
    DurationUnit.CALENDAR_DAYS: "{amount} days",
}


def ticket_slip(ticket: Ticket, settings: Settings, *, copy_number: int) -> TicketSlip:
    """Return what stands on a ticket: what its holder was told when the number was given."""
    service, language = ticket.service, ticket.language
    return TicketSlip(
        office=ticket.office.name,
        hotline=ticket.office.hotline,
        label=ticket.label,
        service=service.name(language),
        service_for_staff=service.name_vi if language != Language.VI else None,
        errand=ticket.errand,
        is_priority=ticket.priority is not None,
        ahead=ticket.ahead_at_issue,
        wait_minutes=ticket.wait_at_issue,
        issued_at=ticket.issued_at.astimezone(ZoneInfo(ticket.office.time_zone)),
        url=_url(ticket, settings),
        language=language,
        copy_number=copy_number,
    )


def receipt_slip(dossier: Dossier, settings: Settings, *, copy_number: int) -> ReceiptSlip:
    """Return what stands on a receipt.

    A reprint tells the date that holds now, and beside it the first one when
    that was another: it must not quietly replace the promise that was given.
    """
    office, procedure = dossier.office, dossier.procedure_version
    zone = ZoneInfo(office.time_zone)
    officer = dossier.received_by
    first = dossier.original_due_at
    return ReceiptSlip(
        office=office.name,
        address=office.address,
        hotline=office.hotline,
        code=dossier.code,
        procedure_code=procedure.procedure.code,
        procedure=procedure.name,
        applicant=dossier.applicant_name,
        papers=tuple((paper.name, paper.copies) for paper in dossier.papers),
        duration=duration_words(procedure),
        received_at=dossier.received_at.astimezone(zone),
        due_at=dossier.due_at and dossier.due_at.astimezone(zone),
        first_due_at=first and first.astimezone(zone) if first != dossier.due_at else None,
        is_provisional=dossier.due_is_provisional,
        received_by=full_name(surname=officer.last_name, given_name=officer.first_name) if officer else None,
        url=_url(dossier, settings),
        language=dossier.ticket.language if dossier.ticket else Language.VI,
        copy_number=copy_number,
    )


def duration_words(procedure: ProcedureVersion) -> str | None:
    """Return "03 ngày làm việc", as official papers write small figures; None when nothing is decided."""
    if procedure.duration_unit == DurationUnit.SAME_DAY:
        return translate("Within the day", Language.VI)
    amount: Any = procedure.duration_amount
    if amount is None or procedure.duration_unit not in _DURATION:
        return None
    figure = f"{int(amount):02}" if amount == int(amount) else f"{amount:g}".replace(".", ",")
    return translate(_DURATION[procedure.duration_unit], Language.VI, amount=figure)


def _url(subject: Ticket | Dossier, settings: Settings) -> str:
    token = tracking_token(settings.qr_key, subject.public_id, subject.token_version)
    return tracking_url(settings.public_url, token)
