"""The staff's screens and where they stand in the menu: short groups, the daily work first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from motcua.admin.enums import SecondFactorPolicy
from motcua.admin.extension import current_motcua
from motcua.admin.language import lazy_gettext
from motcua.admin.views.account import MotcuaAccountView
from motcua.admin.views.audit import MotcuaAuditView
from motcua.admin.views.calendar import MotcuaHolidayView, MotcuaYearView
from motcua.admin.views.counter import MotcuaCounterConsole
from motcua.admin.views.desk import MotcuaDeskView
from motcua.admin.views.devices import MotcuaDeviceView
from motcua.admin.views.dossiers import MotcuaDossierView
from motcua.admin.views.first_account import MotcuaFirstAccountView
from motcua.admin.views.integrations import MotcuaIntegrationView
from motcua.admin.views.offices import MotcuaOfficeView
from motcua.admin.views.outbox import MotcuaMailView, MotcuaPaperView
from motcua.admin.views.people import MotcuaStaffView
from motcua.admin.views.printers import MotcuaPrinterView
from motcua.admin.views.procedures import MotcuaFieldView, MotcuaProcedureView
from motcua.admin.views.queue import MotcuaCounterView, MotcuaPriorityView, MotcuaServiceView
from motcua.admin.views.saved_filters import MotcuaFilterView
from motcua.admin.views.second_factor import MotcuaSecondFactorView
from motcua.admin.views.second_step import MotcuaSecondStepView
from motcua.admin.views.statistics import MotcuaStatisticsView
from motcua.admin.views.tickets import MotcuaTicketView

if TYPE_CHECKING:
    from flask_appbuilder import AppBuilder

#: Name, label and icon of a group; then name, label, icon and screen of its entries.
_Entry = tuple[str, Any, str, type[Any]]
GROUPS: tuple[tuple[str, Any, str, tuple[_Entry, ...]], ...] = (
    (
        "MotcuaDossiers",
        lazy_gettext("Dossiers"),
        "fa-folder-open",
        (
            ("MotcuaDesk", lazy_gettext("My desk"), "fa-inbox", MotcuaDeskView),
            ("MotcuaDossiersAll", lazy_gettext("Dossiers"), "fa-folder-open", MotcuaDossierView),
            ("MotcuaStatistics", lazy_gettext("Statistics"), "fa-bar-chart", MotcuaStatisticsView),
        ),
    ),
    (
        "MotcuaHall",
        lazy_gettext("Hall"),
        "fa-ticket",
        (
            ("MotcuaConsole", lazy_gettext("My counter"), "fa-bullhorn", MotcuaCounterConsole),
            ("MotcuaTickets", lazy_gettext("Tickets"), "fa-list-ol", MotcuaTicketView),
            ("MotcuaPapers", lazy_gettext("Print jobs"), "fa-print", MotcuaPaperView),
        ),
    ),
    (
        "MotcuaCatalogue",
        lazy_gettext("Procedures"),
        "fa-book",
        (
            ("MotcuaProcedures", lazy_gettext("Procedures"), "fa-book", MotcuaProcedureView),
            ("MotcuaFields", lazy_gettext("Fields"), "fa-tags", MotcuaFieldView),
        ),
    ),
    (
        "MotcuaOffice",
        lazy_gettext("Office"),
        "fa-building",
        (
            ("MotcuaOffices", lazy_gettext("Offices"), "fa-building", MotcuaOfficeView),
            ("MotcuaStaff", lazy_gettext("Staff"), "fa-users", MotcuaStaffView),
            ("MotcuaHolidays", lazy_gettext("Days off and make-up days"), "fa-calendar", MotcuaHolidayView),
            ("MotcuaYears", lazy_gettext("Calendar years"), "fa-calendar-check-o", MotcuaYearView),
            ("MotcuaAudit", lazy_gettext("Audit trail"), "fa-history", MotcuaAuditView),
        ),
    ),
    (
        "MotcuaSetup",
        lazy_gettext("Set-up"),
        "fa-sliders",
        (
            ("MotcuaServices", lazy_gettext("Queue services"), "fa-th-large", MotcuaServiceView),
            ("MotcuaCounters", lazy_gettext("Counters"), "fa-desktop", MotcuaCounterView),
            ("MotcuaPriorities", lazy_gettext("Priority groups"), "fa-wheelchair", MotcuaPriorityView),
            ("MotcuaDevices", lazy_gettext("Kiosks and displays"), "fa-tablet", MotcuaDeviceView),
            ("MotcuaPrinters", lazy_gettext("Printers"), "fa-print", MotcuaPrinterView),
            ("MotcuaIntegrations", lazy_gettext("Connected systems"), "fa-plug", MotcuaIntegrationView),
            ("MotcuaMails", lazy_gettext("Mails"), "fa-envelope", MotcuaMailView),
        ),
    ),
)


def register_screens(appbuilder: AppBuilder) -> None:
    """Add every screen and its menu entry; one's own account stands with the name above."""
    for group, group_label, group_icon, entries in GROUPS:
        for name, label, icon, screen in entries:
            appbuilder.add_view(
                screen,
                name,
                label=label,
                icon=icon,
                category=group,
                category_label=group_label,
                category_icon=group_icon,
            )
    appbuilder.add_view_no_menu(MotcuaFilterView)
    settings = current_motcua().settings
    if settings.first_account:
        appbuilder.add_view_no_menu(MotcuaFirstAccountView)
    if settings.staff_sessions:
        appbuilder.add_view_no_menu(MotcuaAccountView)
    if settings.second_factor != SecondFactorPolicy.OFF:
        appbuilder.add_view_no_menu(MotcuaSecondStepView)
        appbuilder.add_view_no_menu(MotcuaSecondFactorView)
