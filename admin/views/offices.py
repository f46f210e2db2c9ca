"""Offices: the tree, what is printed about them, and their weekly hours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import available_timezones

from flask import flash, redirect, request
from flask_appbuilder import expose, has_access
from sqlalchemy.orm import joinedload
from wtforms.validators import ValidationError

from motcua.admin.domain.office_hours import set_hours
from motcua.admin.domain.office_tree import check_parent
from motcua.admin.enums import OfficeLevel
from motcua.admin.errors import InBoth, InvalidInputError, NotAllowedError, Refusal
from motcua.admin.extension import current_motcua
from motcua.admin.language import current_language, gettext, lazy_gettext
from motcua.admin.models import Office
from motcua.admin.scope import acts_everywhere
from motcua.admin.views.base import OfficeModelView, refuse_unknown_fields
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import word_facet
from motcua.admin.views.forms import (
    AtMost,
    ClockField,
    LineField,
    Required,
    RowField,
    StaffForm,
    TickField,
    VersionField,
    WordField,
)
from motcua.admin.views.listing import Preset
from motcua.admin.views.page import signed_in
from motcua.admin.views.problems import status_of
from motcua.admin.views.wording import Chip, clock_time, name_of, weekday

if TYPE_CHECKING:
    from datetime import time

    from flask.typing import ResponseReturnValue

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_IDENTIFIER = re.compile(r"[A-Z]\d{2}(\.\d{2,3}){0,4}")
_STRETCHES = (lazy_gettext("Morning"), lazy_gettext("Afternoon"), lazy_gettext("Evening"))
_PARENT = InBoth("đơn vị cấp trên", "the parent office")


def _check_code(_form: StaffForm, field: Any) -> None:
    if field.data and not _CODE.fullmatch(field.data):
        raise ValidationError(gettext("Small letters without signs, figures and hyphens, please: chau-ninh."))


def _check_identifier(_form: StaffForm, field: Any) -> None:
    if field.data and not _IDENTIFIER.fullmatch(field.data):
        raise ValidationError(gettext("An identifier looks like H31.01.02. Only the province gives them."))


def _check_zone(_form: StaffForm, field: Any) -> None:
    if field.data and field.data not in available_timezones():
        raise ValidationError(gettext("A time zone looks like Asia/Ho_Chi_Minh."))


class OfficeForm(StaffForm):
    """What is known of an office, but its hours."""

    version = VersionField()
    name = LineField(
        lazy_gettext("Name"), [Required(), AtMost(200)], description=lazy_gettext("Printed on tickets and receipts.")
    )
    code = LineField(
        lazy_gettext("Code"),
        [Required(), AtMost(40), _check_code],
        description=lazy_gettext("In addresses, such as chau-ninh."),
    )
    level = WordField(lazy_gettext("Level"), kind=OfficeLevel)
    parent = RowField(
        lazy_gettext("Belongs to"), model=Office, order=lambda: Office.name, empty=lazy_gettext("No office above")
    )
    identifier = LineField(
        lazy_gettext("Agency identifier"),
        [AtMost(40), _check_identifier],
        description=lazy_gettext("Opens every dossier code. Given by the province."),
    )
    address = LineField(lazy_gettext("Address"), [AtMost(300)])
    hotline = LineField(lazy_gettext("Hotline"), [AtMost(40)])
    time_zone = LineField(lazy_gettext("Time zone"), [Required(), AtMost(64), _check_zone])
    is_active = TickField(
        lazy_gettext("In service"), description=lazy_gettext("Switched off, its kiosks give no numbers.")
    )
    always_open = TickField(
        lazy_gettext("Give numbers at any hour"),
        description=lazy_gettext("For trials. Due dates still follow the hours."),
    )


def hours_form(stretches: int) -> type[StaffForm]:
    """Return the form of a week with so many stretches on each day."""
    fields: dict[str, Any] = {"version": VersionField()}
    for day in range(7):
        for stretch in range(stretches):
            fields[f"opens_{day}_{stretch}"] = ClockField(lazy_gettext("opens"))
            fields[f"closes_{day}_{stretch}"] = ClockField(lazy_gettext("closes"))
    return type("HoursForm", (StaffForm,), fields)


class MotcuaOfficeView(OfficeModelView):
    """The offices within the person's part of the tree."""

    route_base = "/motcua/offices"
    class_permission_name = "MotcuaOfficeView"
    method_permission_name: ClassVar[dict[str, str]] = {
        "list": "list",
        "show": "show",
        "add": "add",
        "edit": "edit",
        "delete": "delete",
        "hours": "edit",
    }
    datamodel = ScopedInterface(Office)
    show_template = "motcua/admin/office.html"

    list_title = lazy_gettext("Offices")
    add_title = lazy_gettext("New office")
    edit_title = lazy_gettext("Edit office")
    lead = lazy_gettext("One-stop centres of the province and its communes.")
    search_hint = lazy_gettext("Name or code")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": lazy_gettext("Name"),
        "code": lazy_gettext("Code"),
        "level": lazy_gettext("Level"),
        "parent": lazy_gettext("Belongs to"),
        "identifier": lazy_gettext("Agency identifier"),
        "address": lazy_gettext("Address"),
        "hotline": lazy_gettext("Hotline"),
        "time_zone": lazy_gettext("Time zone"),
        "is_active": lazy_gettext("State"),
        "always_open": lazy_gettext("Give numbers at any hour"),
    }
    search_columns: ClassVar[list[str]] = ["name"]
    list_columns: ClassVar[list[str]] = ["name", "level", "parent", "identifier", "is_active"]
    show_columns: ClassVar[list[str]] = [
        "code",
        "level",
        "parent",
        "identifier",
        "address",
        "hotline",
        "time_zone",
        "always_open",
        "is_active",
    ]
    add_form = edit_form = OfficeForm
    add_fieldsets: ClassVar[list[Any]] = [
        (None, {"fields": ["name", "code", "level", "parent", "identifier"]}),
        (lazy_gettext("For citizens"), {"fields": ["address", "hotline"]}),
        (lazy_gettext("Service"), {"fields": ["time_zone", "is_active", "always_open"]}),
    ]
    edit_fieldsets = add_fieldsets
    searched = (Office.name, Office.code)
    order = (Office.level.desc(), Office.name)
    sorts: ClassVar[dict[str, Any]] = {"name": (Office.name,), "level": (Office.level, Office.name)}
    presets = (
        Preset("all", lazy_gettext("All")),
        Preset("active", lazy_gettext("In service"), lambda: Office.is_active.is_(True)),
        Preset("off", lazy_gettext("Out of service"), lambda: Office.is_active.is_(False)),
    )
    facets = (word_facet("level", lazy_gettext("Level"), Office.level, OfficeLevel),)
    loads = (joinedload(Office.parent),)
    cells: ClassVar[dict[str, Any]] = {
        "level": lambda office: name_of(office.level),
        "is_active": lambda office: (
            Chip("ok", gettext("In service")) if office.is_active else Chip("quiet", gettext("Out of service"))
        ),
    }

    def suggest(self, form: StaffForm) -> None:
        """Start as a commune in the deployment's zone."""
        form.level.data = OfficeLevel.COMMUNE
        form.time_zone.data = current_motcua().settings.time_zone
        form.is_active.data = True

    def prepare(self, form: StaffForm, item: Office | None) -> None:
        """Leave the office above alone where the person does not see it: it is not his to change."""
        if item is not None and item.parent is not None and not self._sees(item.parent):
            del form.parent

    def check(self, form: StaffForm, item: Office, *, is_new: bool) -> None:
        """Keep the tree a tree, and new offices within the person's part of it."""
        parent = item.parent
        if is_new and parent is None and not acts_everywhere(signed_in()):
            raise InvalidInputError(field=_PARENT)
        if not is_new and "parent" in form:
            check_parent(self.session, item, parent.id if parent else None)

    def _sees(self, office: Office) -> bool:
        return self.datamodel.get(office.id) is not None

    @expose("/hours/<pk>", methods=["GET", "POST"])
    @has_access
    def hours(self, pk: str) -> ResponseReturnValue:
        """Show or change the weekly hours of an office."""
        item = self.wanted(pk)
        if not self.may_act(item, "can_edit"):
            raise NotAllowedError
        by_day = _spans(item)
        stretches = max(len(_STRETCHES), *map(len, by_day.values())) if by_day else len(_STRETCHES)
        form = hours_form(stretches)(data=_week_of(item))
        status = 200
        if request.method == "POST":
            status = self._keep_hours(form, item, stretches)
            if status == 0:
                flash(gettext("Saved."), "success")
                return redirect(self.address("show", pk=item.id))
        return self.render_template(
            "motcua/admin/hours.html",
            title=gettext("Working hours"),
            item=item,
            form=form,
            days=range(7),
            stretches=_STRETCHES,
            back=self.address("show", pk=item.id),
        ), status

    def _keep_hours(self, form: StaffForm, item: Office, stretches: int) -> int:
        refuse_unknown_fields(form)
        if not form.validate_on_submit():
            return 400
        if form.version.data != item.version:
            form.form_errors.append(
                gettext("Somebody else has just changed these hours. They are shown as they are now.")
            )
            form.process(data=_week_of(item))
            return 409
        try:
            set_hours(item, _week_in(form, stretches))
            self.datamodel.edit(item)
        except Refusal as refusal:
            self.session.rollback()
            form.form_errors.append(refusal.text(current_language()))
            return status_of(refusal)
        return 0

    def title_of(self, item: Office) -> str:
        """Return the office's name."""
        return item.name

    def opening(self, item: Office) -> list[tuple[str, str]]:
        """Return the hours, a line a day."""
        by_day = _spans(item)
        lines = [
            " · ".join(f"{clock_time(opens)}–{clock_time(closes)}" for opens, closes in by_day.get(day, []))
            for day in range(7)
        ]
        return [(weekday(day), line or gettext("closed")) for day, line in enumerate(lines)]


def _spans(office: Office) -> dict[int, list[tuple[time, time]]]:
    spans: dict[int, list[tuple[time, time]]] = {}
    for row in office.hours:
        spans.setdefault(row.weekday, []).append((row.opens_at, row.closes_at))
    return spans


def _week_of(office: Office) -> dict[str, Any]:
    """Return the hours as the form has them."""
    values: dict[str, Any] = {"version": office.version}
    for day, spans in _spans(office).items():
        for stretch, (opens, closes) in enumerate(spans):
            values[f"opens_{day}_{stretch}"], values[f"closes_{day}_{stretch}"] = opens, closes
    return values


def _week_in(form: StaffForm, stretches: int) -> dict[int, list[tuple[time, time]]]:
    week: dict[int, list[tuple[time, time]]] = {}
    for day in range(7):
        for stretch in range(stretches):
            opens, closes = form[f"opens_{day}_{stretch}"].data, form[f"closes_{day}_{stretch}"].data
            if (opens is None) != (closes is None):
                raise InvalidInputError(field=InBoth(f"giờ làm việc {weekday(day)}", f"the hours of {weekday(day)}"))
            if opens is not None:
                week.setdefault(day, []).append((opens, closes))
    return week
