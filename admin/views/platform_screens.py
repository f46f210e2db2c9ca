"""FAB's own screens about people and roles: every label in the catalogue, surnames first, times as people read them.

For a deployment of our own, and for a host that wants the same: its security
manager is ours or one made of ours. The classes keep FAB's names, because a
screen's name is its address and its permission.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, ClassVar

from flask import abort
from flask_appbuilder import ModelView
from flask_appbuilder.exceptions import DatabaseException
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security import views as fab
from flask_appbuilder.widgets import ShowWidget
from flask_babel import lazy_gettext as of_the_platform
from flask_limiter.util import get_remote_address
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from motcua.admin import formats
from motcua.admin.audited_requests import note_strangers_login
from motcua.admin.domain.names import full_name
from motcua.admin.domain.text import clean_line
from motcua.admin.errors import PasswordNotChangedError
from motcua.admin.first_permissions import write_first_permissions
from motcua.admin.grants import QuickGrants
from motcua.admin.language import N_, current_language, gettext
from motcua.admin.rate_limits import EarlyLimiter, count_logins_together
from motcua.admin.views.doors import AuthDBView, SecurityApi
from motcua.admin.views.wording import yes_no

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from flask import Flask
    from flask_appbuilder.security.sqla.models import User
    from flask_limiter import Limiter

_MOMENTS = ("last_login", "created_on", "changed_on")
_COUNTS = ("login_count", "fail_login_count")
_PEOPLE = ("created_by", "changed_by")
_NOT_KEPT = N_("These values do not go together. Please check what you entered.")


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


class PlatformRows(SQLAInterface):
    """FAB's way to its own tables, which would show a failed statement with its values: a password's hash too."""

    def add(self, item: Any, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - FAB's signature
        """Add a row. Raises DatabaseException with a sentence for the screen; FAB has logged the rest."""
        try:
            super().add(item, commit)
        except SQLAlchemyError as error:
            raise DatabaseException(gettext(_NOT_KEPT)) from error


class _PlatformScreen(ModelView):
    """A screen of FAB's over a table of its own."""

    # No file belongs to these rows; FAB's address would look into a folder that a deployment need not have.
    exclude_route_methods = frozenset({"download"})
    datamodel: Any

    def __init__(self, **named: Any) -> None:
        self.datamodel = PlatformRows(self.datamodel.obj)
        super().__init__(**named)

    def get_action_permission_name(self, name: str) -> str:
        """Return the permission of an action. FAB looks one up that is not there, and fails."""
        if name not in self.actions:
            abort(404)
        return str(super().get_action_permission_name(name))


def _clean(user: User) -> None:
    """Keep names in one form, as on our own screens, so that a search finds them."""
    user.first_name, user.last_name = clean_line(user.first_name or ""), clean_line(user.last_name or "")


class UserDBModelView(_PlatformScreen, fab.UserDBModelView):
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

    def pre_add(self, item: User) -> None:
        """Clean the names of a new login."""
        _clean(item)
        super().pre_add(item)

    def pre_update(self, item: User) -> None:
        """Clean the names of a login that was changed."""
        _clean(item)
        super().pre_update(item)


class RoleModelView(_PlatformScreen, fab.RoleModelView):
    """What people may do. Screens and permissions go by the names they have in the code, whatever the language."""

    label_columns: ClassVar[dict[str, Any]] = fab.RoleModelView.label_columns | {
        "user": of_the_platform("Users"),
        "groups": of_the_platform("Groups"),
    }
    list_columns: ClassVar[list[str]] = ["name"]
    show_widget = ShowWidget
    formatters_columns: ClassVar[dict[str, Callable[[Any], str]]] = {"permissions": _by_screen}

    def get_uninit_inner_views(self) -> list[Any]:
        """Hang no list of people below a role: FAB shows it to whoever sees the role (its issue 2376).

        The people's own list can be searched for a role.
        """
        return []


class UserGroupModelView(_PlatformScreen, fab.UserGroupModelView):
    """People who share their roles."""

    label_columns: ClassVar[dict[str, Any]] = {
        "name": of_the_platform("Name"),
        "label": of_the_platform("Label"),
        "description": of_the_platform("Description"),
        "users": of_the_platform("Users"),
        "roles": of_the_platform("Roles"),
    }
    formatters_columns: ClassVar[dict[str, Callable[[Any], str]]] = dict.fromkeys(("users", "roles"), _listed)


class SpeakingSecurityManager(QuickGrants):
    """FAB's security manager with these screens and our doors.

    Without its charts: they load a script from the internet.
    """

    userdbmodelview = UserDBModelView
    rolemodelview = RoleModelView
    groupmodelview = UserGroupModelView
    authdbview = AuthDBView
    security_api = SecurityApi
    userstatschartview = None

    def create_limiter(self, app: Flask) -> Limiter:
        """Return the limiter of the logins, as FAB makes it but for when it asks."""
        limiter = EarlyLimiter(key_func=app.config.get("RATELIMIT_KEY_FUNC", get_remote_address))
        limiter.init_app(app)
        return limiter

    def register_views(self) -> None:
        """Register FAB's screens and doors; both doors count tries of a password."""
        super().register_views()
        tokens = next((view for view in self.appbuilder.baseviews if isinstance(view, SecurityApi)), None)
        if self.is_auth_limited and tokens is not None:
            count_logins_together(self.limiter, tokens, self.auth_view, self.auth_rate_limit)

    def add_permissions_view(self, base_permissions: Iterable[str], view_menu: str) -> None:
        """Bring the permissions of a screen up to date; those of a new one are written at once."""
        if not write_first_permissions(self, base_permissions, view_menu):
            super().add_permissions_view(base_permissions, view_menu)

    def add_permissions_menu(self, view_menu_name: str) -> None:
        """Bring the permission of a menu entry up to date."""
        if not write_first_permissions(self, ["menu_access"], view_menu_name):
            super().add_permissions_menu(view_menu_name)

    def auth_user_db(self, username: str, password: str) -> Any:
        """Look at a user name and a password. PostgreSQL cannot even ask for a NUL, which is in nobody's name."""
        name = username and username.replace("\0", "\ufffd")
        user = super().auth_user_db(name, password)
        if user is None and not self._is_counted(name):
            note_strangers_login()
        return user

    def _is_counted(self, name: str) -> bool:
        """Tell whether FAB has counted the failure on somebody's row, where the audit trail sees it."""
        user = self.find_user(username=name) or self.find_user(email=name) if name else None
        return user is not None and bool(user.is_active)

    def reset_password(self, userid: int | str, password: str) -> None:
        """Change a password. Raises PasswordNotChangedError; FAB only logs it, and its screens say "changed"."""
        before = self.get_user_by_id(userid).password
        super().reset_password(userid, password)
        if self.get_user_by_id(userid).password == before:
            raise PasswordNotChangedError
