"""The page on which whoever set the platform up makes the first account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect
from flask_appbuilder import expose
from flask_appbuilder.validators import PasswordComplexityValidator
from werkzeug.security import generate_password_hash
from wtforms import PasswordField
from wtforms.validators import EqualTo, Regexp

from motcua.admin.domain.first_account import FirstAccount, has_nobody, make_first_account
from motcua.admin.extension import current_motcua
from motcua.admin.first_account import PAGE, check_link
from motcua.admin.language import current_language, gettext, lazy_gettext
from motcua.admin.login_errors import FirstAccountMadeError
from motcua.admin.views.forms import AtMost, LineField, Required, StaffForm
from motcua.admin.views.page import StaffPage, refuse_beyond

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

# Of addresses only this is sure: an office may have a mail server that no public rule knows.
_ADDRESS = r"[^@\s]+@[^@\s]+"


class FirstAccountForm(StaffForm):
    """Who the administrator is. The lengths are those of FAB's columns."""

    last_name = LineField(
        lazy_gettext("Surname and middle names"), [Required(), AtMost(64)], render_kw={"autocomplete": "family-name"}
    )
    first_name = LineField(
        lazy_gettext("Given name"), [Required(), AtMost(64)], render_kw={"autocomplete": "given-name"}
    )
    username = LineField(
        lazy_gettext("User name"),
        [Required(), AtMost(64)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    email = LineField(
        lazy_gettext("E-mail"),
        [Required(), AtMost(320), Regexp(_ADDRESS, message=lazy_gettext("An e-mail address, please."))],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        [Required(), PasswordComplexityValidator()],
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        lazy_gettext("The same password once more"),
        [Required(), EqualTo("password", message=lazy_gettext("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class MotcuaFirstAccountView(StaffPage):
    """For a platform without any account, and with the link that ``motcua upgrade`` prints; for nobody else."""

    route_base = PAGE
    default_view = "show"

    @expose("/<link>", methods=["GET", "POST"])
    def show(self, link: str) -> ResponseReturnValue:
        """Ask who the administrator is, and make the account."""
        check_link(link)
        form = FirstAccountForm()
        try:
            self._check_nobody_is_there()
            if form.validate_on_submit():
                refuse_beyond(set(form._fields))
                self._make(form)
                flash(gettext("The account is made. Please log in."), "info")
                return redirect(self.appbuilder.get_url_for_login)
        except FirstAccountMadeError as refusal:
            flash(refusal.text(current_language()), "warning")
            return redirect(self.appbuilder.get_url_for_login)
        return self.render_template(
            "motcua/admin/first_account.html", title=gettext("The first account"), form=form
        ), 400 if form.errors else 200

    def _check_nobody_is_there(self) -> None:
        with current_motcua().database.read() as session:
            if not has_nobody(session):
                raise FirstAccountMadeError

    def _make(self, form: FirstAccountForm) -> None:
        # Slow by design, and so before anything is locked.
        password_hash = generate_password_hash(
            form.password.data,
            method=current_app.config.get("FAB_PASSWORD_HASH_METHOD", "scrypt"),
            salt_length=current_app.config.get("FAB_PASSWORD_HASH_SALT_LENGTH", 16),
        )
        account = FirstAccount(
            username=str(form.username.data),
            surname=str(form.last_name.data),
            given_name=str(form.first_name.data),
            email=str(form.email.data),
            password_hash=password_hash,
        )
        with current_motcua().database.write() as session:
            make_first_account(session, account, role_name=self.appbuilder.sm.auth_role_admin)
