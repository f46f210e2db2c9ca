"""Kiosks and displays: enrolling them, giving them a new token, withdrawing their access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask import flash, g, redirect
from flask_appbuilder import expose, has_access
from sqlalchemy.orm import joinedload

from motcua.admin.domain.devices import enrol, renew, revoke
from motcua.admin.enums import DeviceKind
from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext, lazy_gettext
from motcua.admin.models import Device, Office, PrinterDevice
from motcua.admin.views.base import OfficeModelView, command_target
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import office_facet, word_facet
from motcua.admin.views.forms import AtMost, LineField, Required, RowField, StaffForm, VersionField, WordField
from motcua.admin.views.listing import Preset
from motcua.admin.views.queue import at_office
from motcua.admin.views.wording import Chip, moment, name_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_PRINTER = lazy_gettext("Printer")
_NAME = lazy_gettext("Name")
_OFFICE = lazy_gettext("Office")


def _printer_field() -> RowField:
    return RowField(
        _PRINTER,
        model=PrinterDevice,
        order=lambda: PrinterDevice.name,
        empty=lazy_gettext("None"),
        get_label=at_office,
        description=lazy_gettext("Where its tickets come out."),
    )


class DeviceForm(StaffForm):
    """What may change of a machine; its office is part of its token."""

    version = VersionField()
    name = LineField(
        _NAME, [Required(), AtMost(100)], description=lazy_gettext("Where it stands, such as “hall, left”.")
    )
    printer = _printer_field()


class NewDeviceForm(StaffForm):
    """A machine to be enrolled."""

    office = RowField(_OFFICE, [Required()], model=Office, order=lambda: Office.name)
    kind = WordField(lazy_gettext("Kind"), kind=DeviceKind)
    name = LineField(
        _NAME, [Required(), AtMost(100)], description=lazy_gettext("Where it stands, such as “hall, left”.")
    )
    printer = _printer_field()


def _access(device: Device) -> Chip:
    return Chip("quiet", gettext("Access withdrawn")) if device.revoked_at else Chip("ok", gettext("Enrolled"))


class MotcuaDeviceView(OfficeModelView):
    """The machines in the halls."""

    route_base = "/motcua/devices"
    class_permission_name = "MotcuaDeviceView"
    datamodel = ScopedInterface(Device)
    show_template = "motcua/admin/device.html"
    exclude_route_methods = OfficeModelView.exclude_route_methods | {"delete"}

    list_title = lazy_gettext("Kiosks and displays")
    add_title = lazy_gettext("Enrol a device")
    edit_title = lazy_gettext("Edit device")
    lead = lazy_gettext("Each machine has a token of its own. It is shown once, and can be withdrawn at any time.")
    search_hint = lazy_gettext("Name of the device")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": _NAME,
        "kind": lazy_gettext("Kind"),
        "printer": _PRINTER,
        "office": _OFFICE,
        "access": lazy_gettext("Access"),
        "enrolled_at": lazy_gettext("Enrolled at"),
        "revoked_at": lazy_gettext("Withdrawn at"),
    }
    search_columns: ClassVar[list[str]] = ["name"]
    list_columns: ClassVar[list[str]] = ["name", "kind", "printer", "access", "enrolled_at", "office"]
    show_columns: ClassVar[list[str]] = ["kind", "office", "printer", "access", "enrolled_at", "revoked_at"]
    add_form = NewDeviceForm
    edit_form = DeviceForm
    add_columns: ClassVar[list[str]] = ["office", "kind", "name", "printer"]
    edit_columns: ClassVar[list[str]] = ["name", "printer"]
    searched = (Device.name,)
    order = (Device.office_id, Device.name, Device.id)
    sorts: ClassVar[dict[str, Any]] = {
        "name": (Device.name, Device.id),
        "enrolled_at": (Device.enrolled_at, Device.id),
    }
    presets = (
        Preset("enrolled", lazy_gettext("Enrolled"), lambda: Device.revoked_at.is_(None)),
        Preset("withdrawn", lazy_gettext("Access withdrawn"), lambda: Device.revoked_at.is_not(None)),
        Preset("all", lazy_gettext("All")),
    )
    facets = (
        word_facet("kind", lazy_gettext("Kind"), Device.kind, DeviceKind),
        office_facet(Device.office_id),
    )
    loads = (joinedload(Device.office), joinedload(Device.printer))
    cells: ClassVar[dict[str, Any]] = {
        "kind": lambda device: name_of(device.kind),
        "access": _access,
        "enrolled_at": lambda device: moment(device.enrolled_at, device.office.time_zone),
        "revoked_at": lambda device: moment(device.revoked_at, device.office.time_zone),
    }

    def suggest(self, form: StaffForm) -> None:
        """Start with a kiosk."""
        form.kind.data = DeviceKind.KIOSK

    def _add_item(self, form: StaffForm, item: Device) -> None:
        del item  # the rule makes the row, with its token
        now = current_motcua().clock()
        device, g.motcua_device_token = enrol(
            self.session,
            form.office.data,
            name=form.name.data,
            kind=form.kind.data,
            printer=form.printer.data,
            now=now,
        )
        self.datamodel.check_written([device])
        self.session.commit()
        g.motcua_device = device

    def after_save(self, item: Device) -> ResponseReturnValue:
        """Show the token of a new machine, this once; nothing keeps it."""
        token = g.pop("motcua_device_token", None)
        if token is None:
            return super().after_save(item)
        return self._token_page(g.motcua_device, token)

    @expose("/renew/<pk>", methods=["POST"])
    @has_access
    def renew(self, pk: str) -> ResponseReturnValue:
        """Give a machine a new token, and show it this once."""
        device = command_target(self, pk, "can_renew")
        with current_motcua().database.write() as session:
            token = renew(session.get_one(Device, device.id), now=current_motcua().clock())
        self.session.refresh(device)
        return self._token_page(device, token)

    @expose("/revoke/<pk>", methods=["POST"])
    @has_access
    def revoke(self, pk: str) -> ResponseReturnValue:
        """Withdraw a machine's access, from its next request on."""
        device = command_target(self, pk, "can_revoke")
        with current_motcua().database.write() as session:
            revoke(session.get_one(Device, device.id), now=current_motcua().clock())
        flash(gettext("“{name}” has no access any more.", name=device.name), "success")
        return redirect(self.address("show", pk=device.id))

    def _token_page(self, device: Device, token: str) -> str:
        public_url = current_motcua().settings.public_url
        is_kiosk = device.kind == DeviceKind.KIOSK
        page = f"{public_url}/kiosk/" if is_kiosk else f"{public_url}/kiosk/board/{device.office.code}"
        return self.render_template(
            "motcua/admin/device_token.html",
            title=device.name,
            device=device,
            token=token,
            enrolment_url=f"{page}#{token}",
            is_kiosk=is_kiosk,
        )
