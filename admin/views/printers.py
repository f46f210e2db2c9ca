"""Printers: where they are, how wide their paper is, what they last said of themselves."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.orm import joinedload
from wtforms.validators import ValidationError

from motcua.admin.domain.printer_addresses import read_printer_address
from motcua.admin.errors import PrinterAddressError
from motcua.admin.language import N_, current_language, gettext, lazy_gettext
from motcua.admin.models import Office, PrinterDevice
from motcua.admin.views.base import OfficeModelView
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import office_facet
from motcua.admin.views.forms import (
    AtMost,
    LineField,
    Required,
    RowField,
    StaffForm,
    TickField,
    VersionField,
    WidthField,
)
from motcua.admin.views.listing import Preset
from motcua.admin.views.wording import Chip, Tone, moment

_NAME = lazy_gettext("Name")
_OFFICE = lazy_gettext("Office")
_ADDRESS = lazy_gettext("Address")
_PAPER = lazy_gettext("Paper width")
#: What a printer says of itself, in words and how grave it is.
_STATUS_TONES: dict[str, Tone] = {
    "ok": "ok",
    "near_end": "soon",
    "paper_end": "late",
    "cover_open": "late",
    "fault": "late",
    "offline": "late",
    "unreachable": "late",
}
_STATUS_WORDS = N_(
    {
        "ok": "Ready",
        "near_end": "Paper is running low",
        "paper_end": "Out of paper",
        "cover_open": "Cover open",
        "fault": "Faulty",
        "offline": "Offline",
        "unreachable": "Cannot be reached",
        "unknown": "Says nothing",
    }
)


def _check_address(_form: StaffForm, field: Any) -> None:
    if field.data:
        try:
            read_printer_address(field.data)
        except PrinterAddressError as refusal:
            raise ValidationError(refusal.text(current_language())) from refusal


class PrinterForm(StaffForm):
    """A thermal printer."""

    version = VersionField()
    office = RowField(_OFFICE, [Required()], model=Office, order=lambda: Office.name)
    name = LineField(_NAME, [Required(), AtMost(100)])
    uri = LineField(
        _ADDRESS,
        [Required(), AtMost(300), _check_address],
        description="tcp://10.0.0.9:9100 · usb:/dev/usb/lp0 · serial:/dev/ttyUSB0?baud=115200 · cups:NAME · virtual:",
    )
    paper_mm = WidthField(_PAPER, widths=(80, 58))
    is_active = TickField(lazy_gettext("In service"))


def printer_status(printer: PrinterDevice) -> Chip | str:
    """Say how a printer is, as far as it has said so itself."""
    if not printer.is_active:
        return Chip("quiet", gettext("Out of service"))
    if printer.last_status is None:
        return ""
    word = _STATUS_WORDS.get(printer.last_status, _STATUS_WORDS["unknown"])
    return Chip(_STATUS_TONES.get(printer.last_status, "soon"), gettext(word))


class MotcuaPrinterView(OfficeModelView):
    """The printers of the halls and counters."""

    route_base = "/motcua/printers"
    class_permission_name = "MotcuaPrinterView"
    datamodel = ScopedInterface(PrinterDevice)

    list_title = lazy_gettext("Printers")
    add_title = lazy_gettext("New printer")
    edit_title = lazy_gettext("Edit printer")
    lead = lazy_gettext("Thermal printers for tickets and receipts.")
    search_hint = lazy_gettext("Name or address")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": _NAME,
        "uri": _ADDRESS,
        "paper_mm": _PAPER,
        "status": lazy_gettext("State"),
        "last_status_at": lazy_gettext("Last heard of"),
        "office": _OFFICE,
    }
    search_columns: ClassVar[list[str]] = ["name"]
    list_columns: ClassVar[list[str]] = ["name", "uri", "paper_mm", "status", "last_status_at", "office"]
    show_columns: ClassVar[list[str]] = ["uri", "paper_mm", "status", "last_status_at", "office"]
    add_form = edit_form = PrinterForm
    add_columns: ClassVar[list[str]] = ["office", "name", "uri", "paper_mm", "is_active"]
    edit_columns = add_columns
    searched = (PrinterDevice.name, PrinterDevice.uri)
    order = (PrinterDevice.office_id, PrinterDevice.name, PrinterDevice.id)
    sorts: ClassVar[dict[str, Any]] = {"name": (PrinterDevice.name, PrinterDevice.id)}
    presets = (
        Preset("all", lazy_gettext("All")),
        Preset("active", lazy_gettext("In service"), lambda: PrinterDevice.is_active.is_(True)),
    )
    facets = (office_facet(PrinterDevice.office_id),)
    loads = (joinedload(PrinterDevice.office),)
    cells: ClassVar[dict[str, Any]] = {
        "paper_mm": lambda printer: f"{printer.paper_mm} mm",
        "status": printer_status,
        "last_status_at": lambda printer: moment(printer.last_status_at, printer.office.time_zone),
    }

    def suggest(self, form: StaffForm) -> None:
        """Start with wide paper."""
        form.paper_mm.data, form.is_active.data = 80, True
