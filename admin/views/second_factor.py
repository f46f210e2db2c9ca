"""One's own second factor: switching it on with a phone, and off with the password and a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, request, session, url_for
from flask_appbuilder import expose
from werkzeug.security import check_password_hash

from motcua.admin.domain.second_factor import remove_second_factor, spare_codes_left
from motcua.admin.errors import Refusal
from motcua.admin.extension import current_motcua
from motcua.admin.language import current_language, gettext
from motcua.admin.login_errors import PasswordRefusedError
from motcua.admin.logins import new_login
from motcua.admin.models import SecondFactor
from motcua.admin.second_step import counted_try, end_enrolment, is_enrolling, secret_of_enrolment, take_code
from motcua.admin.views.enrolment import enrolled, enrolment_facts
from motcua.admin.views.page import StaffPage, check_command, for_everybody_with_a_login, refuse_beyond, signed_in
from motcua.admin.views.problems import status_of
from motcua.admin.views.wording import moment

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


class MotcuaSecondFactorView(StaffPage):
    """The second factor of the person at the screen."""

    route_base = "/motcua/account/second-factor"
    default_view = "show"

    @expose("/")
    @for_everybody_with_a_login
    def show(self) -> ResponseReturnValue:
        """Show whether there is one, or the enrolment that was begun."""
        return self._page()

    @expose("/begin", methods=["POST"])
    @for_everybody_with_a_login
    def begin(self) -> ResponseReturnValue:
        """Begin to enrol a phone; the password shows that nobody else sits at the machine."""
        check_command()
        refuse_beyond({"password"})
        try:
            with counted_try(signed_in()):
                self._check_password()
        except Refusal as refusal:
            return self._page(refusal), status_of(refusal)
        end_enrolment()
        secret_of_enrolment()
        return redirect(url_for(".show"))

    @expose("/enrol", methods=["POST"])
    @for_everybody_with_a_login
    def enrol(self) -> ResponseReturnValue:
        """Switch it on with a code of the phone, and show the spare codes this once."""
        check_command()
        refuse_beyond({"code"})
        user = signed_in()
        if not is_enrolling():
            return redirect(url_for(".show"))
        try:
            codes = enrolled(user, request.form.get("code", ""))
        except Refusal as refusal:
            return self._page(refusal), status_of(refusal)
        session.update(new_login(user.id))  # this login goes on: a code was just given
        return self.render_template(
            "motcua/admin/spare_codes.html", title=gettext("Spare codes"), codes=codes, leads_to=url_for(".show")
        )

    @expose("/remove", methods=["POST"])
    @for_everybody_with_a_login
    def remove(self) -> ResponseReturnValue:
        """Switch it off."""
        check_command()
        refuse_beyond({"password", "code"})
        user = signed_in()
        try:
            with counted_try(user):
                self._check_password()
                take_code(user, request.form.get("code", ""))
        except Refusal as refusal:
            return self._page(refusal), status_of(refusal)
        with current_motcua().database.write() as record:
            remove_second_factor(record, user.id)
        current_app.logger.info("second factor of person %s removed by the person", user.id)
        flash(gettext("Two-step login is switched off."), "success")
        return redirect(url_for(".show"))

    def _check_password(self) -> None:
        if not check_password_hash(signed_in().password, request.form.get("password", "")):
            raise PasswordRefusedError

    def _page(self, refusal: Refusal | None = None) -> str:
        user = signed_in()
        with current_motcua().database.read() as record:
            factor = record.get(SecondFactor, user.id)
            left = spare_codes_left(record, user.id)
        facts = enrolment_facts(user) if factor is None and is_enrolling() else {}
        return self.render_template(
            "motcua/admin/second_factor.html",
            title=gettext("Two-step login"),
            refused=refusal.text(current_language()) if refusal else "",
            since=moment(factor.enrolled_at, current_motcua().settings.time_zone) if factor else "",
            left=left,
            **facts,
        )
