"""A screen over one table of ours: list, show, add, edit, delete, within the person's offices.

FAB gives the addresses, the permissions and the menu; what it would do in
between is ours. FAB keeps a screen's filters on one object for all requests,
turns whatever goes wrong into a yellow bar, and forgets what was typed; here
the address is read afresh, a refusal stands above the form that was filled
in, and a save on an old version shows the newer one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from flask import flash, redirect, request, url_for
from flask_appbuilder import ModelView, expose, has_access
from sqlalchemy import or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from motcua.admin.errors import NotAllowedError, NotFoundError, Refusal
from motcua.admin.language import current_language, gettext
from motcua.admin.permissions import roles_on, roles_with
from motcua.admin.views.constraints import broken_rule
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.filter_links import filter_links
from motcua.admin.views.forms import CSRF, VERSION, StaffForm
from motcua.admin.views.listing import page_of, read_asked
from motcua.admin.views.page import StaffPage, check_command, refuse_beyond
from motcua.admin.views.problems import status_of
from motcua.admin.views.wording import spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Query

    from motcua.admin.views.listing import Asked, Facet, Preset


class OfficeModelView(StaffPage, ModelView):
    """List, show, add, edit and delete the rows of one table."""

    datamodel: ScopedInterface
    # FAB's actions and downloads load rows without a screen's filters; ours are addresses of their own.
    exclude_route_methods = frozenset({"action", "action_post", "download"})
    list_template = "motcua/admin/list.html"
    show_template = "motcua/admin/show.html"
    add_template = "motcua/admin/form.html"
    edit_template = "motcua/admin/form.html"

    #: One sentence under the title of the list: what this is for.
    lead: ClassVar[Any] = ""
    #: How a column is written, where the value alone does not say it.
    cells: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    #: Columns a list may be sorted by, each with what the database sorts by.
    sorts: ClassVar[Mapping[str, Sequence[Any]]] = {}
    #: How a list is sorted without being asked.
    order: ClassVar[Sequence[Any]] = ()
    #: What the search box looks through.
    searched: ClassVar[Sequence[Any]] = ()
    presets: ClassVar[Sequence[Preset]] = ()
    facets: ClassVar[Sequence[Facet]] = ()
    loads: ClassVar[Sequence[Any]] = ()

    def __init__(self, **named: Any) -> None:
        # A screen's own interface: its readers and writers are not another screen's.
        self.datamodel = type(self.datamodel)(self.datamodel.obj)
        super().__init__(**named)
        self.datamodel.readers = roles_on(self.class_permission_name)
        self.datamodel.writers = roles_with(self.class_permission_name, "can_add", "can_edit", "can_delete")

    # --- looking -----------------------------------------------------------------------------

    @expose("/list/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show one page of the rows."""
        asked = read_asked(self.presets, self.facets, self.sorts)
        listing = page_of(
            self.query(),
            asked,
            self.facets,
            matches=self.matches if self.searched else None,
            order=self.order_of(asked),
            loads=self.loads,
        )
        return self.render_template(
            self.list_template,
            title=self.list_title,
            listing=listing,
            kept=filter_links(self, listing),
            columns=[name for name in self.list_columns if name != "office" or len(listing.facet_choices[name]) != 1],
            **self.list_context(listing.rows),
        )

    def order_of(self, asked: Asked) -> Sequence[Any]:
        """Return what the rows are sorted by."""
        order = self.sorts[asked.sort] if asked.sort else self.order
        return [column.desc() if asked.is_descending else column for column in order]

    def query(self) -> Query[Any]:
        """Return the query that lists are made from."""
        return self.datamodel.rows()

    def matches(self, text: str) -> ColumnElement[bool]:
        """Return the condition under which a row answers to a search."""
        return or_(*(column.icontains(text, autoescape=True) for column in self.searched))

    def list_context(self, _rows: Sequence[Any]) -> dict[str, Any]:
        """Return what else the list's template needs."""
        return {}

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> ResponseReturnValue:
        """Show one row."""
        item = self.wanted(pk)
        return self.render_template(
            self.show_template, title=self.title_of(item), item=item, is_editable=self.is_editable(item)
        )

    def wanted(self, pk: str) -> Any:
        """Return the row an address is about. Raises NotFoundError, also when it is another office's."""
        item = self.datamodel.get(pk)
        if item is None:
            raise NotFoundError
        return item

    def key_of(self, item: Any) -> Any:
        """Return what stands for a row in an address."""
        return self.datamodel.get_pk_value(item)

    def title_of(self, item: Any) -> str:
        """Return the headline of one row."""
        return str(item)

    def cell(self, item: Any, name: str) -> Any:
        """Return what stands in one column of one row."""
        write = self.cells.get(name)
        return write(item) if write else spoken(getattr(item, name))

    def is_editable(self, item: Any) -> bool:
        """Tell whether the person may change this row."""
        return self.may_act(item, "can_edit")

    def may_act(self, item: Any, permission: str) -> bool:
        """Tell whether the person may do one thing to this row: by the platform, and in the row's office."""
        return self.may(permission) and self.datamodel.may_write(
            item, roles_with(self.class_permission_name, permission)
        )

    # --- changing ----------------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> ResponseReturnValue:
        """Show the empty form, or add what was filled in."""
        form = self.add_form()
        self.prepare(form, None)
        if request.method == "POST":
            item = self.datamodel.obj()
            return self._answer(form, item, is_new=True, kept=self._kept(form, item, self._add_item))
        self.suggest(form)
        return self._form_page(form, None)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> ResponseReturnValue:
        """Show the form of a row, or keep what was changed."""
        item = self.wanted(pk)
        if not self.may_act(item, "can_edit"):
            raise NotAllowedError
        form = self.form_of(item)
        self.prepare(form, item)
        if request.method == "POST":
            if VERSION in form and form[VERSION].data != item.version:
                return self._stale(form, item)
            return self._answer(form, item, is_new=False, kept=self._kept(form, item, self._edit_item))
        return self._form_page(form, item)

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> ResponseReturnValue:
        """Remove a row that nothing else refers to."""
        item = command_target(self, pk, "can_delete")
        name = self.title_of(item)
        try:
            self.pre_delete(item)
            self.datamodel.delete(item)
        except IntegrityError:
            self.session.rollback()
            flash(gettext("“{name}” is in use and cannot be removed. Switch it off instead.", name=name), "warning")
            return redirect(self.address("show", pk=pk))
        flash(gettext("“{name}” was removed.", name=name), "success")
        return redirect(self.address("list"))

    def form_of(self, item: Any) -> StaffForm:
        """Return the form of a row: as it stands, or with what was sent."""
        return cast("StaffForm", self.edit_form(obj=item))

    def write(self, form: StaffForm, item: Any) -> None:
        """Write what was entered onto a row."""
        form.populate_obj(item)

    def newer_value(self, item: Any, name: str) -> Any:
        """Return what a field of the form holds now, for who saved on an old version."""
        return getattr(item, name, None)

    def suggest(self, form: StaffForm) -> None:
        """Fill an empty form with what is likely."""

    def prepare(self, form: StaffForm, item: Any | None) -> None:
        """Fit the form to the row and to the person, before anything is read into it or shown."""

    def check(self, form: StaffForm, item: Any, *, is_new: bool) -> None:
        """Look at the row as it is about to be kept. Raises a Refusal when a rule is broken."""

    def settle(self, item: Any) -> None:
        """Do what goes along with keeping a row, in the same transaction."""

    def after_save(self, item: Any) -> ResponseReturnValue:
        """Return where to go once a row is kept."""
        return redirect(self.address("show", pk=self.key_of(item)) if self.may("can_show") else self.address("list"))

    def address(self, method: str, **arguments: Any) -> str:
        """Return an address of this screen."""
        return url_for(f"{self.endpoint}.{method}", **arguments)

    def _add_item(self, form: StaffForm, item: Any) -> None:
        with self.session.no_autoflush:
            self.write(form, item)
            self.check(form, item, is_new=True)
        self.datamodel.add(item, commit=False)
        self.settle(item)
        self.session.commit()

    def _edit_item(self, form: StaffForm, item: Any) -> None:
        with self.session.no_autoflush:
            self.write(form, item)
            self.check(form, item, is_new=False)
        self.datamodel.edit(item, commit=False)
        self.settle(item)
        self.session.commit()

    def _kept(self, form: StaffForm, item: Any, keep: Callable[[StaffForm, Any], None]) -> int:
        """Keep what was filled in; return 0, or the status of the answer when it was refused."""
        refuse_unknown_fields(form)
        if not form.validate_on_submit():
            return 400
        try:
            keep(form, item)
        except StaleDataError:
            self.session.rollback()
            return 409
        except IntegrityError as error:
            self.session.rollback()
            form.form_errors.append(self._doublet(error))
            return 409
        except Refusal as refusal:
            self.session.rollback()
            form.form_errors.append(refusal.text(current_language()))
            return status_of(refusal)
        return 0

    def _answer(self, form: StaffForm, item: Any, *, is_new: bool, kept: int) -> ResponseReturnValue:
        if kept == 0:
            flash(gettext("Saved."), "success")
            return self.after_save(item)
        if kept == 409 and not form.form_errors:  # noqa: PLR2004 - somebody saved between our look and our write
            return self._stale(form, self.wanted(str(self.key_of(item))))
        return self._form_page(form, None if is_new else item), kept

    def _stale(self, form: StaffForm, item: Any) -> ResponseReturnValue:
        """Show the newer state beside what was typed; saving again is a decision then."""
        present = {field.name: self.newer_value(item, field.name) for field in form}
        newer = [
            (field.label.text, spoken(present[field.name]))
            for field in form
            if field.name not in {VERSION, CSRF} and present[field.name] != field.data
        ]
        form[VERSION].data = item.version
        form[VERSION].raw_data = None
        return self._form_page(form, item, newer=newer), 409

    def _form_page(self, form: StaffForm, item: Any | None, *, newer: Sequence[Any] | None = None) -> str:
        sections = self.edit_fieldsets if item is not None else self.add_fieldsets
        columns = self.edit_columns if item is not None else self.add_columns
        return self.render_template(
            self.edit_template if item is not None else self.add_template,
            title=self.edit_title if item is not None else self.add_title,
            item=item,
            form=form,
            sections=sections or [(None, {"fields": columns})],
            newer=newer,
            back=self.address("show", pk=self.key_of(item))
            if item is not None and self.may("can_show")
            else self.address("list"),
        )

    def _doublet(self, error: IntegrityError) -> str:
        rule = broken_rule(error, self.datamodel.obj.__table__)
        if rule.kind != "unique":
            return gettext("These values do not go together. Please check what you entered.")
        names = [self.label_columns.get(name.removesuffix("_id"), name) for name in rule.columns]
        return gettext("There is one like this already: {columns}.", columns=", ".join(map(str, names)))


def refuse_unknown_fields(form: StaffForm) -> None:
    """Refuse a form with fields that are not on the screen. Raises UnknownFieldsError."""
    refuse_beyond(set(form.data))


def command_target(view: OfficeModelView, pk: str, permission: str, *fields: str) -> Any:
    """Return the row a button is about, with nothing on the form but ``fields``.

    Raises ForgedRequestError, NotFoundError, NotAllowedError and
    UnknownFieldsError.
    """
    check_command()
    item = view.wanted(pk)
    if not view.may_act(item, permission):
        raise NotAllowedError
    refuse_beyond(set(fields))
    return item
