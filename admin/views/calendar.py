"""Announced days off, make-up working days, and which years are announced."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import extract, select
from sqlalchemy.orm import joinedload

from motcua.admin.enums import HolidayKind
from motcua.admin.errors import CatalogueKeeperError
from motcua.admin.language import gettext, lazy_gettext
from motcua.admin.models import CalendarYear, Holiday, Office
from motcua.admin.scope import keeps_catalogue
from motcua.admin.views.base import OfficeModelView
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import office_facet
from motcua.admin.views.forms import (
    AtMost,
    DayField,
    LineField,
    Required,
    RowField,
    StaffForm,
    TickField,
    VersionField,
    WholeNumberField,
    Within,
    WordField,
)
from motcua.admin.views.listing import Facet, Preset
from motcua.admin.views.page import signed_in
from motcua.admin.views.wording import Chip, day, name_of, weekday

_SOURCE = lazy_gettext("Announced in")


def _years() -> list[tuple[str, str]]:
    query: Any = ScopedInterface(Holiday).rows().with_entities(extract("year", Holiday.day)).distinct()
    return [(str(year), str(year)) for year in sorted((int(row[0]) for row in query), reverse=True)]


class HolidayForm(StaffForm):
    """One day."""

    version = VersionField()
    day = DayField(lazy_gettext("Day"), [Required()])
    kind = WordField(lazy_gettext("Kind"), kind=HolidayKind)
    name = LineField(lazy_gettext("Name"), [Required(), AtMost(200)])
    office = RowField(
        lazy_gettext("Where"), model=Office, order=lambda: Office.name, empty=lazy_gettext("The whole country")
    )
    source_document = LineField(_SOURCE, [AtMost(200)], description=lazy_gettext("Number and date of the document."))


class MotcuaHolidayView(OfficeModelView):
    """Days the ordinary week does not tell about."""

    route_base = "/motcua/holidays"
    class_permission_name = "MotcuaHolidayView"
    datamodel = ScopedInterface(Holiday)

    list_title = lazy_gettext("Days off and make-up days")
    add_title = lazy_gettext("New day")
    edit_title = lazy_gettext("Edit day")
    lead = lazy_gettext("As announced each year. Due dates already promised stay as they are.")
    search_hint = lazy_gettext("Name of the day")
    label_columns: ClassVar[dict[str, Any]] = {
        "day": lazy_gettext("Day"),
        "weekday": lazy_gettext("Weekday"),
        "kind": lazy_gettext("Kind"),
        "name": lazy_gettext("Name"),
        "office": lazy_gettext("Where"),
        "source_document": _SOURCE,
    }
    search_columns: ClassVar[list[str]] = ["name"]
    list_columns: ClassVar[list[str]] = ["day", "weekday", "kind", "name", "office"]
    show_columns: ClassVar[list[str]] = ["day", "weekday", "kind", "name", "office", "source_document"]
    add_form = edit_form = HolidayForm
    add_columns: ClassVar[list[str]] = ["day", "kind", "name", "office", "source_document"]
    edit_columns = add_columns
    searched = (Holiday.name,)
    order = (Holiday.day.desc(), Holiday.id)
    sorts: ClassVar[dict[str, Any]] = {"day": (Holiday.day, Holiday.id)}
    presets = (
        Preset("all", lazy_gettext("All")),
        Preset("national", lazy_gettext("The whole country"), lambda: Holiday.office_id.is_(None)),
        Preset("own", lazy_gettext("Single offices"), lambda: Holiday.office_id.is_not(None)),
    )
    facets = (
        Facet("year", lazy_gettext("Year"), _years, lambda year: extract("year", Holiday.day) == int(year)),
        office_facet(Holiday.office_id),
    )
    loads = (joinedload(Holiday.office),)
    cells: ClassVar[dict[str, Any]] = {
        "day": lambda row: day(row.day),
        "weekday": lambda row: weekday(row.day.weekday()),
        "kind": lambda row: Chip("late" if row.kind == HolidayKind.OFF else "ok", name_of(row.kind)),
        "office": lambda row: row.office.name if row.office else gettext("The whole country"),
    }

    def title_of(self, item: Holiday) -> str:
        """Return the day and its name."""
        return str(item)

    def suggest(self, form: StaffForm) -> None:
        """Start with a day off."""
        form.kind.data = HolidayKind.OFF

    def is_editable(self, item: Holiday) -> bool:
        """Leave nationwide days to those who keep the shared catalogue."""
        return super().is_editable(item) and (item.office_id is not None or _keeps(self))

    def check(self, form: StaffForm, item: Holiday, *, is_new: bool) -> None:
        """Leave nationwide days, also what was one, to those who keep the shared catalogue."""
        del form
        was_national = not is_new and self._was_national(item)
        if (item.office is None or was_national) and not _keeps(self):
            raise CatalogueKeeperError

    def pre_delete(self, item: Holiday) -> None:
        """Leave nationwide days to those who keep the shared catalogue."""
        if item.office_id is None and not _keeps(self):
            raise CatalogueKeeperError

    def _was_national(self, item: Holiday) -> bool:
        return self.session.scalar(select(Holiday.office_id).where(Holiday.id == item.id)) is None


class YearForm(StaffForm):
    """Whether a year is announced."""

    version = VersionField()
    is_announced = TickField(
        lazy_gettext("Announced"),
        description=lazy_gettext("All days off and make-up days of this year have been entered."),
    )
    source_document = LineField(_SOURCE, [AtMost(200)])


class NewYearForm(YearForm):
    """A year more."""

    year = WholeNumberField(lazy_gettext("Year"), [Required(), Within(2000, 2200)])


class MotcuaYearView(OfficeModelView):
    """Years whose days off are announced; due dates in other years are provisional."""

    route_base = "/motcua/years"
    class_permission_name = "MotcuaYearView"
    datamodel = ScopedInterface(CalendarYear)

    list_title = lazy_gettext("Calendar years")
    add_title = lazy_gettext("New year")
    edit_title = lazy_gettext("Edit year")
    lead = lazy_gettext("A due date in a year that is not announced is marked as provisional.")
    label_columns: ClassVar[dict[str, Any]] = {
        "year": lazy_gettext("Year"),
        "is_announced": lazy_gettext("State"),
        "source_document": _SOURCE,
    }
    search_columns: ClassVar[list[str]] = ["year"]
    list_columns: ClassVar[list[str]] = ["year", "is_announced", "source_document"]
    show_columns: ClassVar[list[str]] = ["is_announced", "source_document"]
    add_form = NewYearForm
    edit_form = YearForm
    add_columns: ClassVar[list[str]] = ["year", "is_announced", "source_document"]
    edit_columns: ClassVar[list[str]] = ["is_announced", "source_document"]
    order = (CalendarYear.year.desc(),)
    cells: ClassVar[dict[str, Any]] = {
        "is_announced": lambda row: (
            Chip("ok", gettext("Announced")) if row.is_announced else Chip("soon", gettext("Not announced yet"))
        )
    }

    def is_editable(self, item: CalendarYear) -> bool:
        """Leave the years to those who keep the shared catalogue."""
        return super().is_editable(item) and _keeps(self)

    def check(self, form: StaffForm, item: CalendarYear, *, is_new: bool) -> None:
        """Leave the years to those who keep the shared catalogue."""
        del form, item, is_new
        if not _keeps(self):
            raise CatalogueKeeperError

    def pre_delete(self, item: CalendarYear) -> None:
        """Leave the years to those who keep the shared catalogue."""
        del item
        if not _keeps(self):
            raise CatalogueKeeperError


def _keeps(view: OfficeModelView) -> bool:
    return keeps_catalogue(view.session, signed_in().id)
