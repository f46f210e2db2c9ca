"""One's own logins: whoever fears that somebody else is in ends them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect
from flask_appbuilder import expose
from flask_login import logout_user

from motcua.admin.domain.logins import end_all_logins, record_ended
from motcua.admin.enums import SecondFactorPolicy
from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext
from motcua.admin.views.page import StaffPage, check_command, for_everybody_with_a_login, refuse_beyond, signed_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


class MotcuaAccountView(StaffPage):
    """How the person at the screen logs in."""

    route_base = "/motcua/account"
    default_view = "show"

    @expose("/")
    @for_everybody_with_a_login
    def show(self) -> ResponseReturnValue:
        """Show what one may do about the own logins."""
        is_offered = current_motcua().settings.second_factor != SecondFactorPolicy.OFF
        return self.render_template(
            "motcua/admin/account.html", title=gettext("Logging in"), offers_second_factor=is_offered
        )

    @expose("/end-logins", methods=["POST"])
    @for_everybody_with_a_login
    def end_logins(self) -> ResponseReturnValue:
        """End every login of the person, this one too."""
        check_command()
        refuse_beyond(set())
        with current_motcua().database.write() as session:
            end_all_logins(session, [signed_in().id])
            record_ended(session, signed_in())
        logout_user()
        flash(gettext("Your logins on all other devices have ended, too."), "info")
        return redirect(self.appbuilder.get_url_for_login)
