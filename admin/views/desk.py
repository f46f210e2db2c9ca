"""A case officer's desk: what lies on it, the most pressing first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_appbuilder import expose, has_access
from sqlalchemy.orm import joinedload, selectinload

from motcua.admin.domain.lights import Light, LightKind
from motcua.admin.extension import current_motcua
from motcua.admin.language import N_, gettext, lazy_gettext
from motcua.admin.models import Dossier
from motcua.admin.views import dossier_words
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.dossier_filters import OPEN
from motcua.admin.views.dossier_lights import lights_of
from motcua.admin.views.page import StaffPage, signed_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Query

#: Nobody works through more in a day; the list of dossiers has them all.
MOST = 200
_GROUPS: tuple[tuple[str, frozenset[LightKind]], ...] = (
    (N_("Overdue"), frozenset({LightKind.LATE})),
    (N_("Due today"), frozenset({LightKind.TODAY})),
    (N_("Due soon"), frozenset({LightKind.SOON})),
    (N_("Later"), frozenset({LightKind.ON_TIME, LightKind.NO_DATE, LightKind.NOT_STARTED})),
    (N_("Waiting for the citizen"), frozenset({LightKind.WAITING})),
)


def desk_of(user_id: int) -> Query[Any]:
    """Return the open dossiers on somebody's desk, within the offices the person at the screen sees."""
    return ScopedInterface(Dossier).rows().where(Dossier.assigned_to_id == user_id, Dossier.status.in_(OPEN))


class MotcuaDeskView(StaffPage):
    """The dossiers on the desk of the person at the screen."""

    route_base = "/motcua/desk"
    class_permission_name = "MotcuaDeskView"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show the desk, in groups by urgency."""
        query = desk_of(signed_in().id)
        dossiers = (
            query.options(
                joinedload(Dossier.office), joinedload(Dossier.procedure_version), selectinload(Dossier.events)
            )
            .order_by(Dossier.due_at.is_(None), Dossier.due_at, Dossier.id)
            .limit(MOST)
            .all()
        )
        lights = lights_of(self.session, dossiers)
        return self.render_template(
            "motcua/admin/desk.html",
            title=lazy_gettext("My desk"),
            groups=_grouped(dossiers, lights),
            count=query.count(),
            most=MOST,
            lights=lights,
            chip=dossier_words.light_chip,
            due=dossier_words.due_cell,
            today=current_motcua().clock(),
        )


def _grouped(dossiers: Sequence[Dossier], lights: Any) -> list[tuple[str, list[Dossier]]]:
    def of(kinds: frozenset[LightKind]) -> list[Dossier]:
        return [dossier for dossier in dossiers if _kind(lights[dossier.id]) in kinds]

    return [(gettext(name), rows) for name, kinds in _GROUPS if (rows := of(kinds))]


def _kind(light: Light) -> LightKind:
    return light.kind
