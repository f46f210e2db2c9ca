"""FAB's own screens about people and roles: every label in the catalogue, surnames first, times as people read them.

For a deployment of our own, and for a host that wants the same: its security
manager is ours or one made of ours. The classes keep FAB's names, because a
screen's name is its address and its permission.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, ClassVar

from flask import g
from flask_appbuilder.security import views as fab
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.widgets import ShowWidget
from flask_babel import lazy_gettext as of_the_platform
from flask_login import current_user
from markupsafe import Markup

from motcua.admin import formats
from motcua.admin.domain.names import full_name
from motcua.admin.errors import PasswordNotChangedError
from motcua.admin.language import current_language
from motcua.admin.views.doors import AuthDBView, SecurityApi
from motcua.admin.views.wording import yes_no

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask_appbuilder.security.sqla.models import User

_MOMENTS = ("last_login", "created_on", "changed_on")
_COUNTS = ("login_count", "fail_login_count")
_PEOPLE = ("created_by", "changed_by")


def _moment(value: datetime | None) -> str:
    return formats.moment(value, current_language()) if value else ""


def _name(person: User | None) -> str:
    return full_name(surname=person.last_name, given_name=person.first_name) if person else ""


def _listed(rows: list[Any]) -> str:
    return ", ".join(map(str, rows))


def _by_screen(permissions: list[Any]) -> Markup:
    """Return a line for each screen or menu with what may be done there."""
    granted: defaultdict[str, list[str]] = defaultdict(list)
    for permission in permissions:
        granted[permission.view_menu.name].append(permission.permission.name)
    return Markup("<br>").join(f"{screen}: {', '.join(sorted(names))}" for screen, names in sorted(granted.items()))


def _surname_first(columns: list[str]) -> list[str]:
    exchanged = {"first_name": "last_name", "last_name": "first_name"}
    return [exchanged.get(name, name) for name in columns]


def _surnames_first(fieldsets: list[tuple[Any, dict[str, Any]]]) -> list[tuple[Any, dict[str, Any]]]:
    return [(title, what | {"fields": _surname_first(what["fields"])}) for title, what in fieldsets]


class UserDBModelView(fab.UserDBModelView):
    """The logins of the platform."""

    list_columns = _surname_first(fab.UserDBModelView.list_columns)
    add_columns = _surname_first(fab.UserDBModelView.add_columns)
    edit_columns = _surname_first(fab.UserDBModelView.edit_columns)
    show_fieldsets = _surnames_first(fab.UserDBModelView.show_fieldsets)
    user_show_fieldsets = _surnames_first(fab.UserDBModelView.user_show_fieldsets)
    formatters_columns: ClassVar[dict[str, Callable[[Any], str]]] = {
        **dict.fromkeys(_MOMENTS, _moment),
        **dict.fromkeys(_PEOPLE, _name),
        **dict.fromkeys(("roles", "groups"), _listed),
        **dict.fromkeys(_COUNTS, lambda value: str(value or 0)),
        "active": lambda value: yes_no(value=bool(value)),
    }


class RoleModelView(fab.RoleModelView):
    """What people may do. Screens and permissions go by the names they have in the code, whatever the language."""

    label_columns: ClassVar[dict[str, Any]] = fab.RoleModelView.label_columns | {
        "user": of_the_platform("Users"),
        "groups": of_the_platform("Groups"),
    }
    list_columns: ClassVar[list[str]] = ["name"]
    show_widget = ShowWidget
    formatters_columns: ClassVar[dict[str, Callable[[Any], str]]] = {"permissions": _by_screen}


class UserGroupModelView(fab.UserGroupModelView):
    """People who share their roles."""

    label_columns: ClassVar[dict[str, Any]] = {
        "name": of_the_platform("Name"),
        "label": of_the_platform("Label"),
        "description": of_the_platform("Description"),
        "users": of_the_platform("Users"),
        "roles": of_the_platform("Roles"),
    }
    formatters_columns: ClassVar[dict[str, Callable[[Any], str]]] = dict.fromkeys(("users", "roles"), _listed)


class SpeakingSecurityManager(SecurityManager):
    """FAB's security manager with these screens and our doors.

    Without its charts: they load a script from the internet.
    """

    userdbmodelview = UserDBModelView
    rolemodelview = RoleModelView
    groupmodelview = UserGroupModelView
    authdbview = AuthDBView
    security_api = SecurityApi
    userstatschartview = None

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """Return the entries the person may open; FAB's menu asks again for each of its groups."""
        asked = (current_user.get_id(), tuple(menu_names or ()))
        known: dict[tuple[str | None, tuple[str, ...]], set[str]] = g.setdefault("motcua_menu_access", {})
        if asked not in known:
            known[asked] = super().get_user_menu_access(menu_names)
        return known[asked]

    def reset_password(self, userid: int | str, password: str) -> None:
        """Change a password. Raises PasswordNotChangedError; FAB only logs it, and its screens say "changed"."""
        before = self.get_user_by_id(userid).password
        super().reset_password(userid, password)
        if self.get_user_by_id(userid).password == before:
            raise PasswordNotChangedError
