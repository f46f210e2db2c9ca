"""The host's first page."""

from __future__ import annotations

from flask_appbuilder import IndexView


class LibraryIndexView(IndexView):
    """The first page, with a template of the host's."""

    index_template = "library.html"
