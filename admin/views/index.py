"""The start page: today's queue, my desk, deadlines and alarms, as far as each concerns the person.

The standalone deployment shows it in the place of FAB's empty one; a host
that likes it sets FAB_INDEX_VIEW = "motcua.admin.views.index.MotcuaIndexView".
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import redirect
from flask_appbuilder import expose
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from motcua.admin.domain.names import full_name
from motcua.admin.extension import current_motcua
from motcua.admin.language import N_, gettext
from motcua.admin.models import Dossier
from motcua.admin.permissions import COUNTER
from motcua.admin.scope import acts_everywhere
from motcua.admin.views import dossier_words, home_figures
from motcua.admin.views.desk import desk_of
from motcua.admin.views.dossier_lights import lights_of
from motcua.admin.views.page import StaffPage, signed_in
from motcua.admin.views.wording import day, weekday

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

_ON_TOP = 6
_NOON, _EVENING = 12, 18
_GREETINGS = N_(("Good morning, {name}", "Good afternoon, {name}", "Good evening, {name}"))


class MotcuaIndexView(StaffPage):
    """What a person wants to know first."""

    route_base = ""
    class_permission_name = "MotcuaIndexView"
    default_view = "index"

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Show the start page, or lead to the login."""
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        user = signed_in()
        now = current_motcua().clock().astimezone(ZoneInfo(current_motcua().settings.time_zone))
        has_desk = self._may("can_list", "MotcuaDeskView")
        sees_dossiers = self._may("can_list", "MotcuaDossierView")
        desk = home_figures.deadlines(user.id) if has_desk else []
        hall, lines = home_figures.hall() if self._may("can_list", "MotcuaTicketView") else ([], [])
        return self.render_template(
            "motcua/admin/home.html",
            title=gettext("Start page"),
            greeting=_greeting(now, full_name(surname=user.last_name, given_name=user.first_name)),
            date=f"{weekday(now.weekday())}, {day(now.date())}",
            serves=self._may("can_serve", COUNTER),
            hall=hall,
            lines=lines,
            desk=desk if any(figure.count for figure in desk) else [],
            on_top=self._on_top(user.id) if has_desk else [],
            deadlines=home_figures.deadlines() if sees_dossiers else [],
            alarms=home_figures.alarms(
                may_open=lambda screen: self._may("can_list", screen), sees_machines=acts_everywhere(user)
            ),
        )

    def _may(self, permission: str, screen: str) -> bool:
        return bool(self.appbuilder.sm.has_access(permission, screen))

    def _on_top(self, user_id: int) -> Sequence[tuple[Dossier, object]]:
        rows = (
            desk_of(user_id)
            .options(joinedload(Dossier.office), joinedload(Dossier.procedure_version), selectinload(Dossier.events))
            .order_by(Dossier.due_at.is_(None), Dossier.due_at, Dossier.id)
            .limit(_ON_TOP)
            .all()
        )
        lights = lights_of(self.session, rows)
        return [(dossier, dossier_words.due_cell(dossier, lights[dossier.id])) for dossier in rows]


def _greeting(now: datetime, name: str) -> str:
    part = 0 if now.hour < _NOON else 1 if now.hour < _EVENING else 2
    return gettext(_GREETINGS[part], name=name)
