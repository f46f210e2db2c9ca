"""Who works where, as what; the platform role that goes with a place is given along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask import current_app, flash, redirect
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_
from sqlalchemy.orm import joinedload

from motcua.admin.domain.logins import end_all_logins, record_ended
from motcua.admin.domain.names import full_name
from motcua.admin.domain.second_factor import remove_second_factor
from motcua.admin.domain.staffing import find_login, settle_platform_roles
from motcua.admin.enums import StaffRole
from motcua.admin.errors import NotAllowedError, NotFoundError
from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext, lazy_gettext
from motcua.admin.models import Office, SecondFactor, StaffMember
from motcua.admin.permissions import ROLE_OF_STAFF
from motcua.admin.scope import acts_everywhere
from motcua.admin.views.base import OfficeModelView, command_target
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import office_facet, word_facet
from motcua.admin.views.forms import (
    AtMost,
    LineField,
    Required,
    RowField,
    StaffForm,
    TickField,
    VersionField,
    WordField,
)
from motcua.admin.views.listing import Preset
from motcua.admin.views.page import signed_in
from motcua.admin.views.wording import Chip, name_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def person_name(user: User | None) -> str:
    """Return a person's name the Vietnamese way: surname first."""
    return full_name(surname=user.last_name, given_name=user.first_name) if user is not None else ""


class PlaceForm(StaffForm):
    """A place that exists: who holds it cannot be exchanged, or old decisions would be somebody else's."""

    version = VersionField()
    office = RowField(lazy_gettext("Office"), [Required()], model=Office, order=lambda: Office.name)
    role = WordField(lazy_gettext("Role"), kind=StaffRole)
    is_active = TickField(
        lazy_gettext("Active"),
        description=lazy_gettext("Switched off, the person sees nothing of this office any more."),
    )


class NewPlaceForm(PlaceForm):
    """A new place for a login that exists; typed, so that nobody is shown the platform's logins."""

    login = LineField(
        lazy_gettext("User name or e-mail"),
        [Required(), AtMost(320)],
        description=lazy_gettext("The account must exist; the platform's administrator creates accounts."),
    )

    def populate_obj(self, obj: StaffMember) -> None:
        """Write the place; the login is looked up by the screen."""
        for name in ("office", "role", "is_active"):
            setattr(obj, name, self[name].data)


class MotcuaStaffView(OfficeModelView):
    """The people of the offices."""

    route_base = "/motcua/staff"
    class_permission_name = "MotcuaStaffView"
    datamodel = ScopedInterface(StaffMember)

    list_title = lazy_gettext("Staff")
    add_title = lazy_gettext("New staff member")
    edit_title = lazy_gettext("Edit place")
    show_template = "motcua/admin/person.html"
    lead = lazy_gettext("Who works in which office. Roles are given and taken back together with the place.")
    search_hint = lazy_gettext("Name or user name")
    label_columns: ClassVar[dict[str, Any]] = {
        "user": lazy_gettext("Name"),
        "login": lazy_gettext("User name"),
        "email": lazy_gettext("E-mail"),
        "role": lazy_gettext("Role"),
        "office": lazy_gettext("Office"),
        "is_active": lazy_gettext("State"),
    }
    search_columns: ClassVar[list[str]] = ["role"]
    list_columns: ClassVar[list[str]] = ["user", "login", "role", "office", "is_active"]
    show_columns: ClassVar[list[str]] = ["user", "login", "email", "role", "office", "is_active"]
    add_form = NewPlaceForm
    edit_form = PlaceForm
    add_columns: ClassVar[list[str]] = ["login", "office", "role", "is_active"]
    edit_columns: ClassVar[list[str]] = ["office", "role", "is_active"]
    searched = (User.username, User.first_name, User.last_name)
    order = (StaffMember.office_id, StaffMember.role, StaffMember.id)
    sorts: ClassVar[dict[str, Any]] = {"role": (StaffMember.role, StaffMember.id)}
    presets = (
        Preset("active", lazy_gettext("Active"), lambda: StaffMember.is_active.is_(True)),
        Preset("all", lazy_gettext("All")),
    )
    facets = (
        office_facet(StaffMember.office_id),
        word_facet("role", lazy_gettext("Role"), StaffMember.role, StaffRole),
    )
    loads = (joinedload(StaffMember.office), joinedload(StaffMember.user))
    cells: ClassVar[dict[str, Any]] = {
        "user": lambda member: person_name(member.user),
        "login": lambda member: member.user.username,
        "email": lambda member: member.user.email,
        "role": lambda member: name_of(member.role),
        "is_active": lambda member: (
            Chip("ok", gettext("Active")) if member.is_active else Chip("quiet", gettext("Not active"))
        ),
    }

    def matches(self, text: str) -> Any:
        """Search the login behind the place."""
        return StaffMember.user.has(or_(*(column.icontains(text, autoescape=True) for column in self.searched)))

    def title_of(self, item: StaffMember) -> str:
        """Return who it is."""
        return person_name(item.user)

    def suggest(self, form: StaffForm) -> None:
        """Start with an active place."""
        form.is_active.data = True

    def check(self, form: StaffForm, item: StaffMember, *, is_new: bool) -> None:
        """Look the login up."""
        if is_new:
            item.user = find_login(self.session, form.login.data)

    def settle(self, item: StaffMember) -> None:
        """Let the platform's roles follow the places, in the same transaction."""
        settle_platform_roles(self.session, item.user, ROLE_OF_STAFF)

    def may_end_logins(self, place: StaffMember) -> bool:
        """Tell whether the person may end another's logins, where logins end at all."""
        return current_motcua().settings.staff_sessions and self.may_act(place, "can_end_logins")

    @expose("/end-logins/<pk>", methods=["POST"])
    @has_access
    def end_logins(self, pk: str) -> ResponseReturnValue:
        """End every login of a person: of who has left, or whose machine was lost."""
        place = command_target(self, pk, "can_end_logins")
        if not current_motcua().settings.staff_sessions:
            raise NotFoundError
        with current_motcua().database.write() as session:
            end_all_logins(session, [place.user_id])
            record_ended(session, place.user)
        flash(gettext("“{name}” is logged out on every device.", name=self.title_of(place)), "success")
        return redirect(self.address("show", pk=place.id))

    def may_remove_second_factor(self, place: StaffMember) -> bool:
        """Tell whether there is a second factor that the person may take away from another.

        Not from those who act in every office, unless one does so oneself:
        without it their password alone would open everything.
        """
        is_above = acts_everywhere(place.user) and not acts_everywhere(signed_in())
        is_held = self.session.get(SecondFactor, place.user_id) is not None
        return is_held and not is_above and self.may_act(place, "can_remove_second_factor")

    @expose("/remove-second-factor/<pk>", methods=["POST"])
    @has_access
    def remove_second_factor(self, pk: str) -> ResponseReturnValue:
        """Take the second factor of a person away whose phone is lost, and end the logins."""
        place = command_target(self, pk, "can_remove_second_factor")
        if not self.may_remove_second_factor(place):
            raise NotAllowedError
        with current_motcua().database.write() as session:
            remove_second_factor(session, place.user_id)
            end_all_logins(session, [place.user_id])
        told = "second factor of person %s removed by person %s"
        current_app.logger.info(told, place.user_id, signed_in().id)
        flash(gettext("Two-step login of “{name}” is switched off.", name=self.title_of(place)), "success")
        return redirect(self.address("show", pk=place.id))
