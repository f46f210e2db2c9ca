"""The second step of a login: the code from the phone, or its enrolment where it is required."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request
from flask_appbuilder import expose

from motcua.admin.domain.second_factor import SecondStep, spare_codes_left
from motcua.admin.errors import Refusal
from motcua.admin.extension import current_motcua
from motcua.admin.language import current_language, gettext
from motcua.admin.second_step import begin_login, counted_try, person_at_second_step, step_of, take_code
from motcua.admin.views.enrolment import enrolled, enrolment_facts
from motcua.admin.views.page import StaffPage, check_command, refuse_beyond
from motcua.admin.views.problems import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from flask_appbuilder.security.sqla.models import User


class MotcuaSecondStepView(StaffPage):
    """What stands between the password and the login. It opens nothing else."""

    route_base = "/motcua/second-step"
    default_view = "show"

    @expose("/", methods=["GET", "POST"])
    def show(self) -> ResponseReturnValue:
        """Ask for the code, or show what the phone is to scan; take the code."""
        user = person_at_second_step()
        step = step_of(user) if user is not None else None
        if user is None or step is None:
            flash(gettext("Please log in again."), "warning")
            return redirect(self.appbuilder.get_url_for_login)
        take = self._enrol if step == SecondStep.ENROL else self._log_in
        if request.method == "GET":
            return self._page(user, step)
        check_command()
        refuse_beyond({"code"})
        try:
            return take(user, request.form.get("code", ""))
        except Refusal as refusal:
            return self._page(user, step, refused=refusal.text(current_language())), status_of(refusal)

    def _log_in(self, user: User, code: str) -> ResponseReturnValue:
        with counted_try(user):
            is_spare = take_code(user, code)
        leads_to = begin_login(user)
        if is_spare:
            with current_motcua().database.read() as record:
                left = spare_codes_left(record, user.id)
            flash(gettext("A spare code was used; {count} are left.", count=left), "warning")
        return redirect(leads_to)

    def _enrol(self, user: User, code: str) -> ResponseReturnValue:
        codes = enrolled(user, code)
        leads_to = begin_login(user)
        return self.render_template(
            "motcua/admin/spare_codes.html", title=gettext("Spare codes"), codes=codes, leads_to=leads_to
        )

    def _page(self, user: User, step: SecondStep, refused: str = "") -> str:
        facts = enrolment_facts(user) if step == SecondStep.ENROL else {}
        return self.render_template(
            "motcua/admin/second_step.html", title=gettext("Two-step login"), refused=refused, **facts
        )
