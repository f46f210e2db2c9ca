"""What every screen of the staff has in common, with a table behind it or not."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, cast

import flask_babel
from flask import abort, current_app, g, redirect, request
from flask_appbuilder import BaseView
from flask_login import current_user

from motcua.admin.errors import ForgedRequestError, UnknownFieldsError
from motcua.admin.extension import current_motcua
from motcua.admin.headers import guard_screens
from motcua.admin.language import current_language, gettext
from motcua.admin.views import wording
from motcua.admin.views.answers import answer_on_pages
from motcua.admin.views.forms import CSRF, CommandForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

_NAMED_LETTERS = 200
_Asked = ParamSpec("_Asked")


def words(message: object, /, **facts: object) -> str:
    """Translate for a page that mixes our words with FAB's own: ours first, then the platform's catalogue."""
    text = str(message)
    ours = gettext(text, **facts)
    return ours if facts or ours != text else str(flask_babel.gettext(text))


class StaffPage(BaseView):
    """A screen for people with a login."""

    def create_blueprint(self, *arguments: Any, **named: Any) -> Blueprint:
        """Register the addresses; what goes wrong on them is answered by us."""
        blueprint = cast("Blueprint", super().create_blueprint(*arguments, **named))
        answer_on_pages(blueprint)
        guard_screens(blueprint)
        return blueprint

    def render_template(self, template: str, **context: Any) -> str:
        """Return a page in the reader's language."""
        return cast(
            "str",
            super().render_template(
                template,
                **{
                    "_": words,
                    "language": current_language(),
                    "wording": wording,
                    "view": self,
                    "command_form": CommandForm(),
                    "now": current_motcua().clock(),
                }
                | context,
            ),
        )

    @property
    def session(self) -> Session:
        """The platform's session of this request."""
        # Not self.appbuilder: FAB looks at every attribute of a screen before it has given it one.
        return cast("Session", current_app.appbuilder.session)  # type: ignore[attr-defined]

    def may(self, permission: str) -> bool:
        """Tell whether the person holds a permission on this screen."""
        return permission in self.base_permissions and bool(
            self.appbuilder.sm.has_access(permission, self.class_permission_name)
        )


def for_everybody_with_a_login(show: Callable[_Asked, ResponseReturnValue]) -> Callable[_Asked, ResponseReturnValue]:
    """Mark a page about oneself: it needs a login, and no permission."""

    @wraps(show)
    def shown(*arguments: _Asked.args, **named: _Asked.kwargs) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            return redirect(current_app.appbuilder.get_url_for_login_with(request.url))  # type: ignore[attr-defined]
        return show(*arguments, **named)

    return shown


def signed_in() -> Any:
    """Return the person at the screen."""
    return g.get("user")


def check_command() -> None:
    """Refuse a change that our own page did not send. Raises ForgedRequestError."""
    if request.method != "POST":
        abort(405)
    if not CommandForm().validate_on_submit():
        raise ForgedRequestError


def refuse_beyond(known: set[str]) -> None:
    """Refuse fields that are not on the page. Raises UnknownFieldsError."""
    unknown = sorted(set(request.form) - known - {CSRF})
    if unknown:
        raise UnknownFieldsError(fields=", ".join(unknown)[:_NAMED_LETTERS])
