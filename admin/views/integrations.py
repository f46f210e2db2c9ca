"""Connected systems: giving them a key, saying what it opens, withdrawing it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from flask import flash, g, redirect
from flask_appbuilder import expose, has_access
from sqlalchemy.orm import joinedload

from motcua.admin.clock import local_day
from motcua.admin.domain.integrations import allow, check_life, connect, renew, revoke, scopes_of
from motcua.admin.enums import IntegrationScope
from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext, lazy_gettext
from motcua.admin.models import Integration, Office
from motcua.admin.views.base import OfficeModelView, command_target
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import office_facet
from motcua.admin.views.forms import (
    AtMost,
    DayField,
    LineField,
    Required,
    RowField,
    StaffForm,
    TickField,
    VersionField,
)
from motcua.admin.views.listing import Preset
from motcua.admin.views.wording import Chip, moment

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

_NAME = lazy_gettext("Name")
_OFFICE = lazy_gettext("Office")
_YEAR = timedelta(days=365)
_TICKS = {
    "may_push": IntegrationScope.PUSH,
    "may_read": IntegrationScope.READ,
    "may_attach": IntegrationScope.ATTACH,
}


class IntegrationForm(StaffForm):
    """What may change of a connected system; its office is part of its key."""

    version = VersionField()
    name = LineField(
        _NAME,
        [Required(), AtMost(60)],
        description=lazy_gettext("As it will stand in the history of dossiers, such as “Civil status”."),
    )
    may_push = TickField(lazy_gettext("May push dossiers"))
    may_read = TickField(
        lazy_gettext("May read dossiers"), description=lazy_gettext("State and dates of all dossiers of the office.")
    )
    may_attach = TickField(
        lazy_gettext("May attach results"), description=lazy_gettext("Of all dossiers of the office.")
    )
    expires_on = DayField(
        lazy_gettext("Last day of the key"), [Required()], description=lazy_gettext("Within two years.")
    )


class NewIntegrationForm(IntegrationForm):
    """A system to be connected."""

    version = None  # type: ignore[assignment] # WTForms' way of leaving a field out
    office = RowField(_OFFICE, [Required()], model=Office, order=lambda: Office.name)


def _scopes(form: StaffForm) -> set[IntegrationScope]:
    return {scope for name, scope in _TICKS.items() if form[name].data}


def _end_of(day: date, office: Office) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(office.time_zone))


def _last_day(system: Integration) -> date:
    return local_day(system.expires_at - timedelta(microseconds=1), system.office.time_zone)


def _access(system: Integration) -> Chip:
    if system.revoked_at:
        return Chip("quiet", gettext("Access withdrawn"))
    if system.expires_at <= current_motcua().clock():
        return Chip("late", gettext("Expired"))
    return Chip("ok", gettext("Connected"))


def _opens(system: Integration) -> str:
    words = {
        IntegrationScope.PUSH: gettext("push dossiers"),
        IntegrationScope.READ: gettext("read dossiers"),
        IntegrationScope.ATTACH: gettext("attach results"),
    }
    held = scopes_of(system)
    return ", ".join(word for scope, word in words.items() if scope in held)


def _local(name: str) -> Any:
    return lambda system: moment(getattr(system, name), system.office.time_zone)


class MotcuaIntegrationView(OfficeModelView):
    """The programs of other houses that work with ours."""

    route_base = "/motcua/integrations"
    class_permission_name = "MotcuaIntegrationView"
    datamodel = ScopedInterface(Integration)
    show_template = "motcua/admin/integration.html"
    exclude_route_methods = OfficeModelView.exclude_route_methods | {"delete"}

    list_title = lazy_gettext("Connected systems")
    add_title = lazy_gettext("Connect a system")
    edit_title = lazy_gettext("Edit connected system")
    lead = lazy_gettext("Each program has a key of its own for one office. It is shown once, and ends by itself.")
    search_hint = lazy_gettext("Name, or how the key begins")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": _NAME,
        "key_prefix": lazy_gettext("Key begins with"),
        "opens": lazy_gettext("The key opens"),
        "office": _OFFICE,
        "access": lazy_gettext("Access"),
        "issued_at": lazy_gettext("Key given at"),
        "expires_at": lazy_gettext("Key ends at"),
        "last_used_at": lazy_gettext("Last used at"),
        "revoked_at": lazy_gettext("Withdrawn at"),
    }
    search_columns: ClassVar[list[str]] = ["name", "key_prefix"]
    list_columns: ClassVar[list[str]] = [
        "name",
        "key_prefix",
        "opens",
        "access",
        "last_used_at",
        "expires_at",
        "office",
    ]
    show_columns: ClassVar[list[str]] = [
        "office",
        "key_prefix",
        "opens",
        "access",
        "issued_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]
    add_form = NewIntegrationForm
    edit_form = IntegrationForm
    add_columns: ClassVar[list[str]] = ["office", "name", *_TICKS, "expires_on"]
    edit_columns: ClassVar[list[str]] = ["name", *_TICKS, "expires_on"]
    searched = (Integration.name, Integration.key_prefix)
    order = (Integration.office_id, Integration.name, Integration.id)
    sorts: ClassVar[dict[str, Any]] = {
        "name": (Integration.name, Integration.id),
        "last_used_at": (Integration.last_used_at, Integration.id),
        "expires_at": (Integration.expires_at, Integration.id),
    }
    presets = (
        Preset("connected", lazy_gettext("Connected"), lambda: Integration.revoked_at.is_(None)),
        Preset("withdrawn", lazy_gettext("Access withdrawn"), lambda: Integration.revoked_at.is_not(None)),
        Preset("all", lazy_gettext("All")),
    )
    facets = (office_facet(Integration.office_id),)
    loads = (joinedload(Integration.office),)
    cells: ClassVar[dict[str, Any]] = {
        "opens": _opens,
        "access": _access,
        "issued_at": _local("issued_at"),
        "expires_at": _local("expires_at"),
        "last_used_at": _local("last_used_at"),
        "revoked_at": _local("revoked_at"),
    }

    def suggest(self, form: StaffForm) -> None:
        """Start with a key that only reads, for a year."""
        motcua = current_motcua()
        form.may_read.data = True
        form.expires_on.data = local_day(motcua.clock() + _YEAR, motcua.settings.time_zone)

    def form_of(self, item: Integration) -> StaffForm:
        """Return the form of a system; the end of its key is shown as a day."""
        form: StaffForm = super().form_of(item)
        if not form.expires_on.raw_data:
            form.expires_on.data = _last_day(item)
        return form

    def newer_value(self, item: Integration, name: str) -> Any:
        """Return what a field holds now."""
        return _last_day(item) if name == "expires_on" else super().newer_value(item, name)

    def write(self, form: StaffForm, item: Integration) -> None:
        """Write what may change; the name in histories follows."""
        item.name = item.user.last_name = form.name.data
        allow(item, _scopes(form))
        if form.expires_on.data != _last_day(item):
            item.expires_at = _end_of(form.expires_on.data, item.office)
            check_life(item.expires_at, now=current_motcua().clock())

    def _add_item(self, form: StaffForm, item: Integration) -> None:
        del item  # the rule makes the row, with its key
        office = form.office.data
        system, g.motcua_key = connect(
            self.session,
            office,
            name=form.name.data,
            scopes=_scopes(form),
            expires_at=_end_of(form.expires_on.data, office),
            now=current_motcua().clock(),
        )
        self.datamodel.check_written([system])
        self.session.commit()
        g.motcua_system = system

    def after_save(self, item: Integration) -> ResponseReturnValue:
        """Show the key of a new system, this once; nothing keeps it."""
        key = g.pop("motcua_key", None)
        return super().after_save(item) if key is None else self._key_page(g.motcua_system, key)

    @expose("/renew/<pk>", methods=["POST"])
    @has_access
    def renew(self, pk: str) -> ResponseReturnValue:
        """Give a system a new key, and show it this once."""
        system = command_target(self, pk, "can_renew")
        with current_motcua().database.write() as session:
            key = renew(session.get_one(Integration, system.id), now=current_motcua().clock())
        self.session.refresh(system)
        return self._key_page(system, key)

    @expose("/revoke/<pk>", methods=["POST"])
    @has_access
    def revoke(self, pk: str) -> ResponseReturnValue:
        """Withdraw a system's access, from its next request on."""
        system = command_target(self, pk, "can_revoke")
        with current_motcua().database.write() as session:
            revoke(session.get_one(Integration, system.id), now=current_motcua().clock())
        flash(gettext("“{name}” has no access any more.", name=system.name), "success")
        return redirect(self.address("show", pk=system.id))

    def _key_page(self, system: Integration, key: str) -> str:
        return self.render_template(
            "motcua/admin/integration_key.html",
            title=system.name,
            system=system,
            key=key,
            api_url=f"{current_motcua().settings.public_url}/api/v1/motcua/openapi.json",
        )
