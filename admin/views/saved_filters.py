"""Keeping a list's filter under a name of one's own, and letting it go."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import abort, flash, redirect, request
from flask_appbuilder import expose

from motcua.admin.domain.saved_filters import NAME_CHARS, keep_filter, own_filter
from motcua.admin.domain.text import clean_line
from motcua.admin.errors import InvalidInputError, NotAllowedError
from motcua.admin.extension import current_motcua
from motcua.admin.language import gettext
from motcua.admin.views.base import OfficeModelView
from motcua.admin.views.filter_links import asked_in
from motcua.admin.views.page import StaffPage, check_command, for_everybody_with_a_login, refuse_beyond, signed_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


class MotcuaFilterView(StaffPage):
    """The filters of the person at the screen."""

    route_base = "/motcua/filters"
    default_view = "keep"

    @expose("/keep", methods=["POST"])
    @for_everybody_with_a_login
    def keep(self) -> ResponseReturnValue:
        """Keep the choices and the order of a list."""
        check_command()
        refuse_beyond({"screen", "name", "query"})
        screen = self._list_named(request.form.get("screen", ""))
        choices = {facet.key: tuple(facet.choices()) for facet in screen.facets}
        asked = asked_in(screen, request.form.get("query", ""), choices) or abort(404)
        name = clean_line(request.form.get("name", ""))
        if not 1 <= len(name) <= NAME_CHARS:
            raise InvalidInputError(field=gettext("Name"))
        arguments = asked.filter_arguments()
        with current_motcua().database.write() as session:
            keep_filter(session, signed_in().id, screen.class_permission_name, name=name, query=urlencode(arguments))
        return redirect(screen.address("list", **arguments))

    @expose("/forget/<int:pk>", methods=["POST"])
    @for_everybody_with_a_login
    def forget(self, pk: int) -> ResponseReturnValue:
        """Remove a filter of one's own."""
        check_command()
        with current_motcua().database.write() as session:
            kept = own_filter(session, signed_in().id, pk)
            refuse_beyond({"screen"})
            screen = self._list_named(request.form.get("screen", ""))
            session.delete(kept)
        flash(gettext("The filter was removed."), "success")
        return redirect(screen.address("list"))

    def _list_named(self, name: str) -> OfficeModelView:
        """Return the list a form speaks of, if the person may open it. Raises NotAllowedError."""
        for screen in self.appbuilder.baseviews:
            if isinstance(screen, OfficeModelView) and screen.class_permission_name == name and screen.may("can_list"):
                return screen
        raise NotAllowedError
