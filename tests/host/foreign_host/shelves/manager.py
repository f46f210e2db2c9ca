"""The other add-on's manager."""

from __future__ import annotations

from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.basemanager import BaseManager


class ShelvesView(BaseView):
    """Where books stand."""

    route_base = "/shelves"

    @expose("/")
    @has_access
    def shelves(self) -> str:
        """Say where."""
        return "the other add-on's page"


class ShelvesManager(BaseManager):
    """Adds a page to the host's own part of the menu."""

    def register_views(self) -> None:
        """Add it."""
        self.appbuilder.add_view(ShelvesView, "Shelves", href="/shelves/", category="Library")
