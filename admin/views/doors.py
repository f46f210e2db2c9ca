"""FAB's two doors for a password, the form and the API, for people of whom a password is not enough.

The security manager of the standalone deployment has them; so does every one
made of it. The classes keep FAB's names, which are their addresses and their
permissions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, current_app, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.api import safe
from flask_appbuilder.const import AUTH_DB
from flask_appbuilder.security import api, views
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.utils.base import get_safe_redirect
from flask_jwt_extended import decode_token
from flask_login import current_user, login_user

from motcua.admin.audited_requests import note_login
from motcua.admin.enums import AuditAction, SecondFactorPolicy
from motcua.admin.errors import SettingError
from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext
from motcua.admin.second_step import begin_second_step, step_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from flask_appbuilder.security.manager import BaseSecurityManager

    from motcua.admin.settings import Settings


class AuthDBView(views.AuthDBView):
    """The login form; of some people it leads on to the second step."""

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> ResponseReturnValue:
        """Show the form, or look at the password."""
        form = LoginForm_db()
        is_asked = current_motcua().settings.second_factor != SecondFactorPolicy.OFF
        if not is_asked or current_user.is_authenticated or not form.validate_on_submit():
            return super().login()  # type: ignore[no-any-return]
        leads_to = _leads_to()
        user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
        if user is None:
            flash(str(self.invalid_login_message), "warning")
            return redirect(self.appbuilder.get_url_for_login_with(leads_to))
        if step_of(user) is None:
            login_user(user, remember=False)
            return redirect(leads_to)
        begin_second_step(user, leads_to=leads_to)
        return redirect(url_for("MotcuaSecondStepView.show"))


class SecurityApi(api.SecurityApi):
    """Tokens for a password; none for people of whom it is not enough."""

    @expose("/login", methods=["POST"])
    @safe
    def login(self) -> Response:
        """Give a token for a password
        ---
        post:
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  properties:
                    username:
                      type: string
                    password:
                      type: string
                    provider:
                      type: string
                      enum:
                      - db
                      - ldap
                    refresh:
                      type: boolean
          responses:
            200:
              description: The tokens
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
        """  # noqa: D205, D415 - FAB reads it as the API's description
        answer: Response = super().login()
        if answer.status_code == 200:  # noqa: PLR2004
            user_id = int(decode_token(answer.get_json()["access_token"])["sub"])
            user = self.appbuilder.sm.get_user_by_id(user_id)
            if step_of(user) is not None:
                refused = gettext("This person logs in with a second factor; a password alone gives no token.")
                return self.response(401, message=refused)  # type: ignore[no-any-return]
            note_login(AuditAction.TOKEN_GIVEN, user)
        return answer


def _leads_to() -> str:
    """Return where a login leads: where it was asked for, if that is here; FAB warns of an address that is missing."""
    asked = request.args.get("next")
    return str(get_safe_redirect(asked) if asked else current_app.appbuilder.get_url_for_index)  # type: ignore[attr-defined]


def check_doors(settings: Settings, manager: BaseSecurityManager) -> None:
    """Refuse a second factor that FAB's doors would let people by. Raises SettingError."""
    if settings.second_factor == SecondFactorPolicy.OFF:
        return
    if current_app.config.get("FAB_API_KEY_ENABLED", False):
        msg = (
            "MOTCUA_SECOND_FACTOR and FAB_API_KEY_ENABLED do not go together: FAB's key stands for its person without "
            "a code. Leave FAB_API_KEY_ENABLED out; programs get a key of their own as connected systems."
        )
        raise SettingError(msg)
    has_ours = isinstance(manager.auth_view, AuthDBView) and issubclass(manager.security_api, SecurityApi)
    if manager.auth_type != AUTH_DB or not has_ours:
        msg = (
            "MOTCUA_SECOND_FACTOR needs FAB's own passwords (AUTH_TYPE = AUTH_DB), and a FAB_SECURITY_MANAGER_CLASS "
            "that is motcua.admin.views.platform_screens.SpeakingSecurityManager or made of it."
        )
        raise SettingError(msg)
