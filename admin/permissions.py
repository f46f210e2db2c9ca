"""Who may do what, as data: our roles on the platform, and what each of them opens.

A kiosk and a display are machines with a token and not logins; they have no
role here. ``sync_roles`` brings the platform's tables in step with this file.
It only ever touches roles of ours and permissions on screens of ours, so a
host's own roles, and what a host added to ours, stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select

from motcua.admin.enums import StaffRole
from motcua.admin.extension import current_motcua

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask_appbuilder import AppBuilder
    from sqlalchemy.orm import Session

SYSTEM_ADMIN = "Motcua System Admin"
AUDITOR = "Motcua Auditor"
#: The platform role that goes with a place in an office.
ROLE_OF_STAFF: dict[StaffRole, str] = {
    StaffRole.RECEIVING_OFFICER: "Motcua Receiving Officer",
    StaffRole.CASE_OFFICER: "Motcua Case Officer",
    StaffRole.SUPERVISOR: "Motcua Supervisor",
    StaffRole.OFFICE_ADMIN: "Motcua Office Admin",
}
#: What a person holds permissions on to serve at a counter: the console and its API.
COUNTER = "MotcuaCounter"
#: Every menu entry of ours is called like this.
MENU_PREFIX = "Motcua"
_PACKAGES = "motcua."

Grant = tuple[str, str]


def _on(screen: str, *permissions: str) -> frozenset[Grant]:
    return frozenset((permission, screen) for permission in permissions)


def _menu(*entries: str) -> frozenset[Grant]:
    return frozenset(("menu_access", entry) for entry in entries)


_OWN_ACCOUNT = (
    _on("UserDBModelView", "can_userinfo", "resetmypassword", "userinfoedit")
    | _on("ResetMyPasswordView", "can_this_form_get", "can_this_form_post")
    | _on("UserInfoEditView", "can_this_form_get", "can_this_form_post")
)

# Receiving officers, and who stands in for them when a counter would stay empty.
_SERVE = _on(COUNTER, "can_serve")

_LOOK = ("can_list", "can_show")
_KEEP = (*_LOOK, "can_add", "can_edit", "can_delete")
_DOSSIERS = "MotcuaDossierView"
_TICKETS = "MotcuaTicketView"
_PAPERS = "MotcuaPaperView"

_READ_DOSSIERS = _on(_DOSSIERS, *_LOOK) | _menu("MotcuaDossiers", "MotcuaDossiersAll")
_READ_PROCEDURES = (
    _on("MotcuaProcedureView", *_LOOK)
    | _on("MotcuaFieldView", *_LOOK)
    | _menu("MotcuaCatalogue", "MotcuaProcedures", "MotcuaFields")
)
_READ_HALL = _on(_TICKETS, *_LOOK) | _on(_PAPERS, *_LOOK) | _menu("MotcuaHall", "MotcuaTickets", "MotcuaPapers")
_READ_OFFICE = (
    _on("MotcuaOfficeView", *_LOOK)
    | _on("MotcuaStaffView", *_LOOK)
    | _on("MotcuaHolidayView", *_LOOK)
    | _on("MotcuaYearView", *_LOOK)
    | _menu("MotcuaOffice", "MotcuaOffices", "MotcuaStaff", "MotcuaHolidays", "MotcuaYears")
)
_READ_SETUP = (
    _on("MotcuaServiceView", *_LOOK)
    | _on("MotcuaCounterView", *_LOOK)
    | _on("MotcuaPriorityView", *_LOOK)
    | _on("MotcuaDeviceView", *_LOOK)
    | _on("MotcuaIntegrationView", *_LOOK)
    | _on("MotcuaPrinterView", *_LOOK)
    | _on("MotcuaMailView", *_LOOK)
    | _menu("MotcuaSetup", "MotcuaServices", "MotcuaCounters", "MotcuaPriorities", "MotcuaDevices", "MotcuaPrinters")
    | _menu("MotcuaIntegrations", "MotcuaMails")
)
# How a whole office works, as figures without names.
_READ_STATISTICS = _on("MotcuaStatisticsView", "can_list") | _menu("MotcuaStatistics")
_READ_ALL = _READ_STATISTICS | _READ_DOSSIERS | _READ_PROCEDURES | _READ_HALL | _READ_OFFICE | _READ_SETUP
# A list with people's names and numbers leaves the house: for who keeps the ledger, leads, administers or audits.
_EXPORT = _on(_DOSSIERS, "can_export")
# Who keeps an office, and who audits: what everybody has done is nobody else's to read.
_READ_AUDIT = _on("MotcuaAuditView", *_LOOK) | _menu("MotcuaAudit")
_DESK = _on("MotcuaDeskView", "can_list") | _menu("MotcuaDesk")
_REPRINT = _on(_DOSSIERS, "can_reprint") | _on(_TICKETS, "can_reprint") | _on(_PAPERS, "can_again")
_CONSOLE = _SERVE | _menu("MotcuaConsole")
_KEEP_CATALOGUE = _on("MotcuaProcedureView", "can_add", "can_edit") | _on("MotcuaFieldView", *_KEEP)
_KEEP_OFFICE = (
    _on("MotcuaOfficeView", *_KEEP)
    | _on("MotcuaStaffView", *_KEEP, "can_end_logins", "can_remove_second_factor")
    | _on("MotcuaHolidayView", *_KEEP)
    | _on("MotcuaYearView", *_KEEP)
    | _on("MotcuaServiceView", *_KEEP)
    | _on("MotcuaCounterView", *_KEEP)
    | _on("MotcuaPriorityView", *_KEEP)
    | _on("MotcuaDeviceView", "can_add", "can_edit", "can_renew", "can_revoke")
    | _on("MotcuaIntegrationView", "can_add", "can_edit", "can_renew", "can_revoke")
    | _on("MotcuaPrinterView", *_KEEP)
    | _on("MotcuaMailView", "can_again")
)

ROLES: dict[str, frozenset[Grant]] = {
    ROLE_OF_STAFF[StaffRole.RECEIVING_OFFICER]: (
        _OWN_ACCOUNT
        | _CONSOLE
        | _READ_DOSSIERS
        | _READ_PROCEDURES
        | _READ_HALL
        | _REPRINT
        | _EXPORT
        | _on(_DOSSIERS, "can_move", "can_assign")
    ),
    ROLE_OF_STAFF[StaffRole.CASE_OFFICER]: (
        _OWN_ACCOUNT | _DESK | _READ_DOSSIERS | _READ_PROCEDURES | _on(_DOSSIERS, "can_move", "can_apologise")
    ),
    ROLE_OF_STAFF[StaffRole.SUPERVISOR]: (
        _OWN_ACCOUNT
        | _CONSOLE
        | _DESK
        | _READ_ALL
        | _REPRINT
        | _EXPORT
        | _on(_DOSSIERS, "can_move", "can_assign", "can_apologise", "can_correct")
    ),
    ROLE_OF_STAFF[StaffRole.OFFICE_ADMIN]: (
        _OWN_ACCOUNT | _CONSOLE | _READ_ALL | _READ_AUDIT | _REPRINT | _EXPORT | _KEEP_OFFICE | _KEEP_CATALOGUE
    ),
    AUDITOR: _OWN_ACCOUNT | _READ_ALL | _READ_AUDIT | _EXPORT,
    SYSTEM_ADMIN: _OWN_ACCOUNT
    | _CONSOLE
    | _READ_ALL
    | _READ_AUDIT
    | _REPRINT
    | _EXPORT
    | _KEEP_OFFICE
    | _KEEP_CATALOGUE
    | _on(_DOSSIERS, "can_move", "can_assign", "can_apologise", "can_correct"),
}


def roles_on(screen: str) -> frozenset[StaffRole]:
    """Return the places that open a screen."""
    return frozenset(role for role, name in ROLE_OF_STAFF.items() if any(on == screen for _, on in ROLES[name]))


def roles_with(screen: str, *permissions: str) -> frozenset[StaffRole]:
    """Return the places that carry one of some permissions on a screen."""
    wanted = _on(screen, *permissions)
    return frozenset(role for role, name in ROLE_OF_STAFF.items() if not wanted.isdisjoint(ROLES[name]))


def sync_roles(appbuilder: AppBuilder) -> None:
    """Bring roles and permissions on the platform in step with this file; running it again changes nothing."""
    with current_motcua().database.write() as session:
        offered = _offered(appbuilder)
        known = _add_missing_permissions(session, offered | frozenset().union(*ROLES.values()))
        for name, grants in ROLES.items():
            role = session.scalar(select(Role).where(Role.name == name))
            if role is None:
                role = Role(name=name)
                session.add(role)
            _settle(role, grants, known, ours={screen for _, screen in offered})


def _offered(appbuilder: AppBuilder) -> frozenset[Grant]:
    """Return every permission our registered screens and menus ask for."""
    screens = {
        (permission, view.class_permission_name)
        for view in appbuilder.baseviews
        if type(view).__module__.startswith(_PACKAGES)
        for permission in view.base_permissions
    }
    menus = {("menu_access", name) for name in _menu_names(appbuilder) if name.startswith(MENU_PREFIX)}
    return frozenset(screens | menus)


def _menu_names(appbuilder: AppBuilder) -> Iterable[str]:
    for category in appbuilder.menu.get_list():
        yield category.name
        yield from (item.name for item in category.childs if item.name != "-")


def _add_missing_permissions(session: Session, grants: frozenset[Grant]) -> dict[Grant, PermissionView]:
    """Make sure that the platform knows every grant; return them as its rows."""
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    screens = {row.name: row for row in session.scalars(select(ViewMenu))}
    known = {
        (row.permission.name, row.view_menu.name): row
        for row in session.scalars(select(PermissionView))
        if row.permission is not None and row.view_menu is not None
    }
    for permission, screen in sorted(grants - known.keys()):
        if permission not in permissions:
            permissions[permission] = Permission(name=permission)
        if screen not in screens:
            screens[screen] = ViewMenu(name=screen)
        row = PermissionView(permission=permissions[permission], view_menu=screens[screen])
        session.add(row)
        known[permission, screen] = row
    return known


def _settle(role: Role, grants: frozenset[Grant], known: dict[Grant, PermissionView], *, ours: set[str]) -> None:
    """Give a role of ours what it should have; take back what it no longer should have on our screens."""
    wanted = [known[grant] for grant in sorted(grants)]
    kept = [row for row in role.permissions if row in wanted or row.view_menu.name not in ours]
    role.permissions = kept + [row for row in wanted if row not in kept]
