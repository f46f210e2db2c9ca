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
#: Every menu entry of ours is called like this.
MENU_PREFIX = "Motcua"
_PACKAGES = "motcua."

Grant = tuple[str, str]


def _on(screen: str, *permissions: str) -> frozenset[Grant]:
    return frozenset((permission, screen) for permission in permissions)


_OWN_ACCOUNT = (
    _on("UserDBModelView", "can_userinfo", "resetmypassword", "userinfoedit")
    | _on("ResetMyPasswordView", "can_this_form_get", "can_this_form_post")
    | _on("UserInfoEditView", "can_this_form_get", "can_this_form_post")
)

ROLES: dict[str, frozenset[Grant]] = {
    ROLE_OF_STAFF[StaffRole.RECEIVING_OFFICER]: _OWN_ACCOUNT,
    ROLE_OF_STAFF[StaffRole.CASE_OFFICER]: _OWN_ACCOUNT,
    ROLE_OF_STAFF[StaffRole.SUPERVISOR]: _OWN_ACCOUNT,
    ROLE_OF_STAFF[StaffRole.OFFICE_ADMIN]: _OWN_ACCOUNT,
    AUDITOR: _OWN_ACCOUNT,
    SYSTEM_ADMIN: _OWN_ACCOUNT,
}


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
