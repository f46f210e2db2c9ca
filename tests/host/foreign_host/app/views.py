"""The host's screens."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import AppBuilder, BaseView, ModelView, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.models import Loan


class LoanModelView(ModelView):
    """Books that are out."""

    datamodel = SQLAInterface(Loan)


class StumbleView(BaseView):
    """Goes wrong."""

    route_base = "/stumble"

    @expose("/")
    def stumble(self) -> Any:
        """Meet a wrong value."""
        raise ValueError


def register(appbuilder: AppBuilder) -> None:
    """Put the screens into the menu."""
    appbuilder.add_view(LoanModelView, "Loans", category="Library")
    appbuilder.add_view_no_menu(StumbleView)
