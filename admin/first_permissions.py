"""FAB's permissions of a screen or menu entry that nobody has heard of yet, written at once.

FAB takes three transactions for each permission and reads the whole role of
administrators again before each: two of the five seconds in which a new
database fills.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from sqlalchemy import select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask_appbuilder.security.sqla.manager import SecurityManager


def write_first_permissions(security: SecurityManager, names: Iterable[str], screen: str) -> bool:
    """Give the administrators every named permission on a new screen, and tell whether it was new."""
    session = security.session
    if session.scalar(select(PermissionView.id).join(PermissionView.view_menu).where(ViewMenu.name == screen).limit(1)):
        return False
    wanted = sorted(set(names))
    known = {permission.name: permission for permission in session.scalars(select(Permission))}
    place = session.scalar(select(ViewMenu).filter_by(name=screen)) or ViewMenu(name=screen)
    is_in_the_table = security.auth_role_admin not in security.builtin_roles
    holders = [security.find_role(security.auth_role_admin)] if is_in_the_table else []
    session.add(place)
    session.add_all(
        PermissionView(permission=known.get(name) or Permission(name=name), view_menu=place, role=holders)
        for name in wanted
    )
    session.commit()
    return True
