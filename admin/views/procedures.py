"""Procedures: what is posted, what is still to be decided, and every version there was."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from motcua.admin.clock import local_day
from motcua.admin.domain.procedure_editing import Content, Standing, is_in_use, revise
from motcua.admin.domain.published_papers import parse_published_papers
from motcua.admin.domain.text import unaccented
from motcua.admin.enums import DurationUnit
from motcua.admin.errors import CatalogueKeeperError
from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext, lazy_gettext
from motcua.admin.models import Field, Procedure, ProcedureVersion
from motcua.admin.scope import keeps_catalogue
from motcua.admin.views.base import OfficeModelView
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.forms import AtMost, LineField, Required, StaffForm, VersionField, WholeNumberField, Within
from motcua.admin.views.listing import Facet, Preset
from motcua.admin.views.page import signed_in
from motcua.admin.views.procedure_form import ProcedureForm
from motcua.admin.views.wording import Chip, amount, clock_time, day, money, name_of, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from motcua.admin.models import ProcedurePaper

_CONTENT = tuple(field.name for field in fields(Content))
_STANDING = tuple(field.name for field in fields(Standing))


def _latest(condition: Any) -> ColumnElement[bool]:
    """Return the condition that a procedure's newest version answers to."""
    newest = (
        select(func.max(ProcedureVersion.number))
        .where(ProcedureVersion.procedure_id == Procedure.id)
        .correlate(Procedure)
        .scalar_subquery()
    )
    version = aliased(ProcedureVersion)
    return (
        select(version.id)
        .where(version.procedure_id == Procedure.id, version.number == newest, condition(version))
        .correlate(Procedure)
        .exists()
    )


def _needs_review() -> ColumnElement[bool]:
    return _latest(lambda version: version.review_note.is_not(None))


def _fields() -> list[tuple[str, str]]:
    rows = ScopedInterface(Field).rows().order_by(Field.position, Field.name)
    return [(str(field.id), field.name) for field in rows]


def time_words(version: ProcedureVersion | None) -> str:
    """Say how long a procedure takes, as it is counted."""
    if version is None:
        return ""
    if version.duration_unit == DurationUnit.SAME_DAY:
        return name_of(DurationUnit.SAME_DAY)
    if version.duration_unit == DurationUnit.UNSPECIFIED or version.duration_amount is None:
        return gettext("Not decided yet")
    return f"{amount(version.duration_amount)} {name_of(version.duration_unit).lower()}"


def _standing(procedure: Procedure) -> Chip | str:
    version = procedure.latest
    if not procedure.is_active:
        return Chip("quiet", gettext("Not offered"))
    if version is None:
        return ""
    if version.review_note:
        return Chip("soon", gettext("Needs review"))
    return Chip("ok", gettext("Verified")) if version.is_verified else Chip("plain", gettext("Not verified"))


class MotcuaProcedureView(OfficeModelView):
    """The administrative procedures of all offices."""

    route_base = "/motcua/procedures"
    class_permission_name = "MotcuaProcedureView"
    datamodel = ScopedInterface(Procedure)
    show_template = "motcua/admin/procedure.html"
    exclude_route_methods = OfficeModelView.exclude_route_methods | {"delete"}

    list_title = lazy_gettext("Procedures")
    add_title = lazy_gettext("New procedure")
    edit_title = lazy_gettext("Edit procedure")
    lead = lazy_gettext("What is posted for citizens, and what due dates are computed from.")
    search_hint = lazy_gettext("Code or name, with or without signs")
    label_columns: ClassVar[dict[str, Any]] = {
        "code": lazy_gettext("Code"),
        "name": lazy_gettext("Name"),
        "field": lazy_gettext("Field"),
        "level": lazy_gettext("Level"),
        "time": lazy_gettext("Time"),
        "fee": lazy_gettext("Fee"),
        "standing": lazy_gettext("State"),
    }
    search_columns: ClassVar[list[str]] = ["code"]
    list_columns: ClassVar[list[str]] = ["code", "name", "field", "time", "fee", "standing"]
    show_columns: ClassVar[list[str]] = ["code", "field", "level"]
    add_form = edit_form = ProcedureForm
    add_fieldsets = edit_fieldsets = ProcedureForm.sections
    searched = (Procedure.code,)
    order = (Procedure.code,)
    sorts: ClassVar[dict[str, Any]] = {"code": (Procedure.code,)}
    presets = (
        Preset("all", lazy_gettext("All")),
        Preset("review", lazy_gettext("Needs review"), _needs_review),
        Preset(
            "unverified",
            lazy_gettext("Not verified"),
            lambda: _latest(lambda version: version.is_verified.is_(False)),
        ),
        Preset("off", lazy_gettext("Not offered"), lambda: Procedure.is_active.is_(False)),
    )
    facets = (Facet("field", lazy_gettext("Field"), _fields, lambda value: Procedure.field_id == int(value)),)
    loads = (joinedload(Procedure.field), selectinload(Procedure.versions))
    cells: ClassVar[dict[str, Any]] = {
        "name": lambda procedure: procedure.latest.name if procedure.latest else "",
        "time": lambda procedure: time_words(procedure.latest),
        "fee": lambda procedure: fee_words(procedure.latest),
        "standing": _standing,
    }

    def matches(self, text: str) -> ColumnElement[bool]:
        """Search code and name, signs or not: "ket hon" finds "kết hôn"."""
        wanted = unaccented(text)
        # A few thousand names are quicker read than kept a second time without their signs.
        names = self.session.execute(select(ProcedureVersion.procedure_id, ProcedureVersion.name))
        found = {procedure_id for procedure_id, name in names if wanted in unaccented(name)}
        return or_(Procedure.code.icontains(text, autoescape=True), Procedure.id.in_(found))

    def title_of(self, item: Procedure) -> str:
        """Return the procedure's present name."""
        return item.latest.name if item.latest else item.code

    def is_editable(self, item: Procedure) -> bool:
        """Leave the catalogue to those who keep it."""
        return super().is_editable(item) and keeps_catalogue(self.session, signed_in().id)

    def may(self, permission: str) -> bool:
        """Offer "new" to those only who keep the catalogue."""
        return super().may(permission) and (permission != "can_add" or keeps_catalogue(self.session, signed_in().id))

    def form_of(self, item: Procedure) -> StaffForm:
        """Return the form with the newest version in it; a proposal of today when a new one would begin."""
        version = item.latest
        values: dict[str, Any] = {"version": item.version, "code": item.code, "field": item.field}
        values |= {"level": item.level, "is_active": item.is_active}
        if version is not None:
            values |= {name: getattr(version, name) for name in (*_CONTENT, *_STANDING)}
            values["papers"], values["steps"] = papers_text(version.papers), version.process
            values["effective_from"] = self._today() if is_in_use(self.session, version) else version.effective_from
        return self.edit_form(data=values)

    def newer_value(self, item: Procedure, name: str) -> Any:
        """Return what a field of the form holds now."""
        return self.form_of(item)[name].data

    def suggest(self, form: StaffForm) -> None:
        """Start offered, from today on."""
        form.is_active.data, form.effective_from.data = True, self._today()

    def prepare(self, form: StaffForm, item: Procedure | None) -> None:
        """Leave the catalogue to those who keep it; a code, once given, stays."""
        if not keeps_catalogue(self.session, signed_in().id):
            raise CatalogueKeeperError
        if item is not None:
            del form.code

    def write(self, form: StaffForm, item: Procedure) -> None:
        """Write what was entered: onto the newest version, or as a new one."""
        if "code" in form:
            item.code = form.code.data
        item.field, item.level, item.is_active = form.field.data, form.level.data, form.is_active.data
        values = {**form.data, "process": form.steps.data}
        for name in ("time_as_published", "fee_as_published"):
            values[name] = values[name] or ""
        with self.session.no_autoflush:
            revise(
                self.session,
                item,
                Content(**{name: values[name] for name in _CONTENT}),
                parse_published_papers(values["papers"] or "").papers,
                Standing(**{name: values[name] for name in _STANDING}),
                effective_from=values["effective_from"],
            )

    def facts(self, version: ProcedureVersion) -> list[tuple[str, str]]:
        """Return what a version says, in the order people ask for it."""
        extension = (
            f"+{amount(version.extension_amount)} {name_of(version.extension_unit).lower()}: {version.extension_reason}"
            if version.extension_amount is not None
            else ""
        )
        policy = name_of(version.supplement_policy)
        if version.supplement_extra_days:
            policy += f" (+{version.supplement_extra_days})"
        return [
            (gettext("Counted as"), time_words(version)),
            (gettext("Time as published"), version.time_as_published),
            (gettext("Same-day work until"), clock_time(version.same_day_cutoff)),
            (gettext("Extra time"), extension),
            (gettext("Fee"), fee_words(version)),
            (gettext("Fee as published"), version.fee_as_published),
            (gettext("While papers are missing"), policy),
            (gettext("In force from"), day(version.effective_from)),
            (gettext("In force until"), day(version.effective_to)),
            (gettext("Source"), spoken(version.source)),
        ]

    def _today(self) -> Any:
        motcua = current_motcua()
        return local_day(motcua.clock(), motcua.settings.time_zone)


def fee_words(version: ProcedureVersion | None) -> str:
    """Say what a procedure costs, or where that stands."""
    if version is None:
        return ""
    if version.fee_vnd is None:
        return gettext("see the text") if version.fee_as_published else ""
    return money(version.fee_vnd) if version.fee_vnd else gettext("free")


def papers_text(papers: Sequence[ProcedurePaper]) -> str:
    """Write papers the way the form reads them: a line each."""
    return "\n".join(paper.name for paper in papers)


class FieldForm(StaffForm):
    """A field of administration."""

    version = VersionField()
    name = LineField(lazy_gettext("Name"), [Required(), AtMost(200)])
    position = WholeNumberField(lazy_gettext("Place in the list"), [Required(), Within(0, 9999)])


class MotcuaFieldView(OfficeModelView):
    """The fields that procedures belong to."""

    route_base = "/motcua/fields"
    class_permission_name = "MotcuaFieldView"
    datamodel = ScopedInterface(Field)

    list_title = lazy_gettext("Fields")
    add_title = lazy_gettext("New field")
    edit_title = lazy_gettext("Edit field")
    lead = lazy_gettext("Fields of administration, in the order in which they are posted.")
    search_hint = lazy_gettext("Name")
    label_columns: ClassVar[dict[str, Any]] = {
        "name": lazy_gettext("Name"),
        "position": lazy_gettext("Place in the list"),
    }
    search_columns: ClassVar[list[str]] = ["name"]
    list_columns: ClassVar[list[str]] = ["name", "position"]
    show_columns: ClassVar[list[str]] = ["name", "position"]
    add_form = edit_form = FieldForm
    add_columns: ClassVar[list[str]] = ["name", "position"]
    edit_columns = add_columns
    searched = (Field.name,)
    order = (Field.position, Field.name)

    def suggest(self, form: StaffForm) -> None:
        """Start at the top."""
        form.position.data = 0

    def is_editable(self, item: Field) -> bool:
        """Leave the catalogue to those who keep it."""
        return super().is_editable(item) and keeps_catalogue(self.session, signed_in().id)

    def prepare(self, form: StaffForm, item: Field | None) -> None:
        """Leave the catalogue to those who keep it."""
        del form, item
        if not keeps_catalogue(self.session, signed_in().id):
            raise CatalogueKeeperError

    def pre_delete(self, item: Field) -> None:
        """Leave the catalogue to those who keep it."""
        del item
        if not keeps_catalogue(self.session, signed_in().id):
            raise CatalogueKeeperError
