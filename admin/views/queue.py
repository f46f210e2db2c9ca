"""What a visitor may choose, where he is called to, and who goes first."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from sqlalchemy.orm import joinedload, selectinload
from wtforms.validators import ValidationError

from motcua.admin.language import gettext, lazy_gettext
from motcua.admin.models import Counter, Office, PrinterDevice, PriorityGroup, QueueService
from motcua.admin.views.base import OfficeModelView
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import office_facet
from motcua.admin.views.forms import (
    AtMost,
    LineField,
    Required,
    RowField,
    RowsField,
    StaffForm,
    TickField,
    VersionField,
    WholeNumberField,
    Within,
)
from motcua.admin.views.listing import Preset
from motcua.admin.views.wording import Chip, thousands

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SERIES = re.compile(r"[A-Z]{1,3}")
_OFFICE = lazy_gettext("Office")
_CODE_LABEL = lazy_gettext("Code")
_POSITION = lazy_gettext("Place in the list")
_NAME_VI = lazy_gettext("Name in Vietnamese")
_NAME_EN = lazy_gettext("Name in English")


def check_code(_form: StaffForm, field: Any) -> None:
    """Refuse a code that would not look good in an address."""
    if field.data and not _CODE.fullmatch(field.data):
        raise ValidationError(gettext("Small letters without signs, figures and hyphens, please: ho-tich."))


def _check_series(_form: StaffForm, field: Any) -> None:
    if field.data and not _SERIES.fullmatch(field.data):
        raise ValidationError(gettext("One to three capital letters, please."))


def at_office(row: Any) -> str:
    """Name a row together with its office: a select over several offices needs both."""
    return f"{row} · {row.office.name}"


def _switch(*, is_on: bool, on: str, off: str) -> Chip:
    return Chip("ok", on) if is_on else Chip("quiet", off)


class ServiceForm(StaffForm):
    """A service of the queue."""

    version = VersionField()
    office = RowField(_OFFICE, [Required()], model=Office, order=lambda: Office.name)
    name_vi = LineField(_NAME_VI, [Required(), AtMost(200)])
    name_en = LineField(_NAME_EN, [Required(), AtMost(200)])
    code = LineField(
        _CODE_LABEL, [Required(), AtMost(40), check_code], description=lazy_gettext("Short, for machines.")
    )
    series = LineField(
        lazy_gettext("Series"),
        [Required(), _check_series],
        description=lazy_gettext("The letter in front of the number."),
    )
    position = WholeNumberField(_POSITION, [Required(), Within(0, 9999)])
    average_minutes = WholeNumberField(
        lazy_gettext("Minutes per visitor"),
        [Required(), Within(1, 600)],
        description=lazy_gettext("For the estimate, until the day's own pace is known."),
    )
    daily_quota = WholeNumberField(
        lazy_gettext("Numbers per day"), [Within(1, 99999)], description=lazy_gettext("Empty: no limit.")
    )
    is_open = TickField(lazy_gettext("Open"), description=lazy_gettext("Kiosks offer it during working hours."))


class MotcuaServiceView(OfficeModelView):
    """The services of the queue."""

    route_base = "/motcua/services"
    class_permission_name = "MotcuaServiceView"
    datamodel = ScopedInterface(QueueService)

    list_title = lazy_gettext("Queue services")
    add_title = lazy_gettext("New service")
    edit_title = lazy_gettext("Edit service")
    lead = lazy_gettext("What a visitor chooses at the kiosk. Each has its own series of numbers.")
    search_hint = lazy_gettext("Name or code")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": lazy_gettext("Name"),
        "name_vi": _NAME_VI,
        "name_en": _NAME_EN,
        "code": _CODE_LABEL,
        "series": lazy_gettext("Series"),
        "counters": lazy_gettext("Counters"),
        "position": _POSITION,
        "average_minutes": lazy_gettext("Minutes per visitor"),
        "daily_quota": lazy_gettext("Numbers per day"),
        "is_open": lazy_gettext("State"),
        "office": _OFFICE,
    }
    search_columns: ClassVar[list[str]] = ["code"]
    list_columns: ClassVar[list[str]] = [
        "name",
        "series",
        "counters",
        "average_minutes",
        "daily_quota",
        "is_open",
        "office",
    ]
    show_columns: ClassVar[list[str]] = [
        "name_vi",
        "name_en",
        "code",
        "series",
        "counters",
        "position",
        "average_minutes",
        "daily_quota",
        "is_open",
        "office",
    ]
    add_form = edit_form = ServiceForm
    add_fieldsets: ClassVar[list[Any]] = [
        (None, {"fields": ["office", "name_vi", "name_en", "code"]}),
        (lazy_gettext("Numbers"), {"fields": ["series", "daily_quota", "average_minutes", "position", "is_open"]}),
    ]
    edit_fieldsets = add_fieldsets
    searched = (QueueService.name_vi, QueueService.name_en, QueueService.code)
    order = (QueueService.office_id, QueueService.position, QueueService.id)
    sorts: ClassVar[dict[str, Any]] = {
        "name": (QueueService.name_vi, QueueService.id),
        "series": (QueueService.series, QueueService.id),
    }
    presets = (
        Preset("all", lazy_gettext("All")),
        Preset("open", lazy_gettext("Open"), lambda: QueueService.is_open.is_(True)),
        Preset("closed", lazy_gettext("Closed"), lambda: QueueService.is_open.is_(False)),
    )
    facets = (office_facet(QueueService.office_id),)
    loads = (joinedload(QueueService.office), selectinload(QueueService.counters))
    cells: ClassVar[dict[str, Any]] = {
        "name": lambda row: row.name_vi,
        "counters": lambda row: ", ".join(str(counter.number) for counter in row.counters),
        "daily_quota": lambda row: thousands(row.daily_quota) or gettext("no limit"),
        "is_open": lambda row: _switch(is_on=row.is_open, on=gettext("Open"), off=gettext("Closed")),
    }

    def title_of(self, item: QueueService) -> str:
        """Return series and name."""
        return str(item)

    def suggest(self, form: StaffForm) -> None:
        """Start open, ten minutes a visitor."""
        form.average_minutes.data, form.position.data, form.is_open.data = 10, 0, True


class CounterForm(StaffForm):
    """A desk."""

    version = VersionField()
    office = RowField(_OFFICE, [Required()], model=Office, order=lambda: Office.name)
    number = WholeNumberField(lazy_gettext("Number"), [Required(), Within(1, 999)])
    name = LineField(lazy_gettext("Name"), [AtMost(100)])
    services = RowsField(
        lazy_gettext("Services"),
        model=QueueService,
        order=lambda: (QueueService.office_id, QueueService.position),
        get_label=at_office,
        description=lazy_gettext("Numbers of these services are called to this counter."),
    )
    printer = RowField(
        lazy_gettext("Printer"),
        model=PrinterDevice,
        order=lambda: PrinterDevice.name,
        empty=lazy_gettext("None"),
        get_label=at_office,
        description=lazy_gettext("For receipts."),
    )
    is_active = TickField(lazy_gettext("In service"))


class MotcuaCounterView(OfficeModelView):
    """The desks where officers sit."""

    route_base = "/motcua/counters"
    class_permission_name = "MotcuaCounterView"
    datamodel = ScopedInterface(Counter)

    list_title = lazy_gettext("Counters")
    add_title = lazy_gettext("New counter")
    edit_title = lazy_gettext("Edit counter")
    lead = lazy_gettext("Where visitors are called to, and for which services.")
    label_columns: ClassVar[dict[str, Any]] = {
        "number": lazy_gettext("Counter"),
        "name": lazy_gettext("Name"),
        "services": lazy_gettext("Services"),
        "printer": lazy_gettext("Printer"),
        "is_active": lazy_gettext("State"),
        "office": _OFFICE,
    }
    search_columns: ClassVar[list[str]] = ["number"]
    list_columns: ClassVar[list[str]] = ["number", "name", "services", "printer", "is_active", "office"]
    show_columns = list_columns
    add_form = edit_form = CounterForm
    add_columns: ClassVar[list[str]] = ["office", "number", "name", "services", "printer", "is_active"]
    edit_columns = add_columns
    order = (Counter.office_id, Counter.number)
    sorts: ClassVar[dict[str, Any]] = {"number": (Counter.number, Counter.id)}
    presets = (
        Preset("all", lazy_gettext("All")),
        Preset("active", lazy_gettext("In service"), lambda: Counter.is_active.is_(True)),
        Preset("off", lazy_gettext("Out of service"), lambda: Counter.is_active.is_(False)),
    )
    facets = (office_facet(Counter.office_id),)
    loads = (joinedload(Counter.office), joinedload(Counter.printer), selectinload(Counter.services))
    cells: ClassVar[dict[str, Any]] = {
        "number": lambda row: gettext("Counter {number}", number=row.number),
        "services": lambda row: ", ".join(service.name_vi for service in row.services),
        "is_active": lambda row: _switch(is_on=row.is_active, on=gettext("In service"), off=gettext("Out of service")),
    }

    def title_of(self, item: Counter) -> str:
        """Return the counter's number."""
        return gettext("Counter {number}", number=item.number)

    def suggest(self, form: StaffForm) -> None:
        """Start in service."""
        form.is_active.data = True


class PriorityForm(StaffForm):
    """People who go first."""

    version = VersionField()
    office = RowField(_OFFICE, [Required()], model=Office, order=lambda: Office.name)
    name_vi = LineField(_NAME_VI, [Required(), AtMost(200)])
    name_en = LineField(_NAME_EN, [Required(), AtMost(200)])
    code = LineField(
        _CODE_LABEL, [Required(), AtMost(40), check_code], description=lazy_gettext("Short, for machines.")
    )
    position = WholeNumberField(_POSITION, [Required(), Within(0, 9999)])
    is_active = TickField(lazy_gettext("Offered at the kiosk"))


class MotcuaPriorityView(OfficeModelView):
    """The groups of people an office serves first."""

    route_base = "/motcua/priority-groups"
    class_permission_name = "MotcuaPriorityView"
    datamodel = ScopedInterface(PriorityGroup)

    list_title = lazy_gettext("Priority groups")
    add_title = lazy_gettext("New priority group")
    edit_title = lazy_gettext("Edit priority group")
    lead = lazy_gettext("People who are called first. Without any, the kiosk does not ask.")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": lazy_gettext("Name"),
        "name_vi": _NAME_VI,
        "name_en": _NAME_EN,
        "code": _CODE_LABEL,
        "position": _POSITION,
        "is_active": lazy_gettext("State"),
        "office": _OFFICE,
    }
    search_columns: ClassVar[list[str]] = ["code"]
    list_columns: ClassVar[list[str]] = ["name", "code", "position", "is_active", "office"]
    show_columns: ClassVar[list[str]] = ["name_vi", "name_en", "code", "position", "is_active", "office"]
    add_form = edit_form = PriorityForm
    add_columns: ClassVar[list[str]] = ["office", "name_vi", "name_en", "code", "position", "is_active"]
    edit_columns = add_columns
    searched = (PriorityGroup.name_vi, PriorityGroup.name_en, PriorityGroup.code)
    search_hint = lazy_gettext("Name or code")
    order = (PriorityGroup.office_id, PriorityGroup.position, PriorityGroup.id)
    facets = (office_facet(PriorityGroup.office_id),)
    loads = (joinedload(PriorityGroup.office),)
    cells: ClassVar[dict[str, Any]] = {
        "name": lambda row: row.name_vi,
        "is_active": lambda row: _switch(is_on=row.is_active, on=gettext("Offered"), off=gettext("Not offered")),
    }

    def title_of(self, item: PriorityGroup) -> str:
        """Return the group's name."""
        return item.name_vi

    def suggest(self, form: StaffForm) -> None:
        """Start as offered."""
        form.position.data, form.is_active.data = 0, True
