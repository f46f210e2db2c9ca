"""What a person may do, asked in statements that are built once and read no more than they need.

FAB builds its questions anew for every button, asks what the menu shows for
each of its groups, and reads whole rows where it needs a name.
"""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context, request
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu, assoc_permissionview_role
from flask_login import current_user
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

_KEPT = "motcua.menu"
_GRANTED_SCREENS = (
    select(ViewMenu.name)
    .join(PermissionView, PermissionView.view_menu_id == ViewMenu.id)
    .join(Permission, Permission.id == PermissionView.permission_id)
    .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
    .where(
        Permission.name == bindparam("permission"),
        assoc_permissionview_role.c.role_id.in_(bindparam("roles", expanding=True)),
    )
)
_IS_GRANTED = _GRANTED_SCREENS.where(ViewMenu.name == bindparam("screen")).limit(1)


class QuickGrants(SecurityManager):
    """FAB's security manager; what it answers about permissions is the same."""

    def load_user(self, pk: int | str) -> Any | None:
        """Return an active person with roles and groups, which every request asks for."""
        person = self.user_model
        together = [joinedload(person.roles), joinedload(person.groups)]
        user = self.session.get(person, int(pk), options=together)
        return user if user is not None and user.is_active else None

    def exist_permission_on_roles(self, view_name: str, permission_name: str, role_ids: list[int]) -> bool:
        """Tell whether one of the roles may do something on a screen."""
        asked = {"permission": permission_name, "screen": view_name, "roles": role_ids}
        return self.session.scalar(_IS_GRANTED, asked) is not None

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """Return the entries of the menu that the person may open; asked once for each request."""
        if self.builtin_roles or not current_user.is_authenticated or not has_request_context():
            return set(super().get_user_menu_access(menu_names))
        roles = tuple(role.id for role in self.get_user_roles(g.user))
        kept: dict[tuple[int, ...], set[str]] = request.environ.setdefault(_KEPT, {})
        if roles not in kept:
            kept[roles] = set(self.session.scalars(_GRANTED_SCREENS, {"permission": "menu_access", "roles": roles}))
        return kept[roles]
