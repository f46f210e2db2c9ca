"""How the work went: pictures of some weeks, with the figures behind them as tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from flask import abort, request
from flask_appbuilder import expose, has_access

from motcua.admin.domain import statistics
from motcua.admin.extension import current_motcua
from motcua.admin.language import N_, gettext, lazy_gettext
from motcua.admin.models import Dossier, Ticket
from motcua.admin.views.datamodel import ScopedInterface
from motcua.admin.views.facets import visible_offices
from motcua.admin.views.home_figures import today
from motcua.admin.views.page import StaffPage
from motcua.admin.views.wording import amount, day, thousands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

_SPANS = (7, 30, 90)
_DEFAULT_SPAN = 30
_SPAN_WORDS = N_({7: "7 days", 30: "30 days", 90: "90 days"})
_SECONDS_PER_MINUTE = 60
#: Stands for a mean of nothing.
_NOTHING = "–"
_KNOWN = {"days", "office", "lang"}
#: Bars side by side for each row, bars of one length that is divided, or a line.
Picture = Literal["bars", "stack", "line"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: as people read it, and as the picture draws it; no value leaves a gap."""

    text: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the table it is drawn from."""

    key: str
    picture: Picture
    title: str
    #: What its rows are: days, fields.
    rows_are: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]

    @property
    def is_empty(self) -> bool:
        """There is nothing to draw: no mean at all, or a count of nothing everywhere. A mean of nought is a figure."""
        values = [cell.value for _, cells in self.rows for cell in cells]
        return all(value is None for value in values) if self.picture == "line" else not any(values)


class MotcuaStatisticsView(StaffPage):
    """The figures of some weeks."""

    route_base = "/motcua/statistics"
    class_permission_name = "MotcuaStatisticsView"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Show the pictures of the days asked for, of every office the person sees or of one."""
        if not request.args.keys() <= _KNOWN:
            abort(404)
        days, offices = _asked_days(), visible_offices()
        office = _asked_office(offices)
        last = today()
        span = statistics.Span(last - timedelta(days=days - 1), last, current_motcua().settings.time_zone)
        dossiers, tickets = ScopedInterface(Dossier).rows(), ScopedInterface(Ticket).rows()
        if office is not None:
            dossiers, tickets = dossiers.where(Dossier.office_id == office), tickets.where(Ticket.office_id == office)
        dossier_days = statistics.dossier_days(dossiers, span)
        standings = statistics.field_standings(dossiers, span)
        hall_days = statistics.hall_days(tickets, span)
        return self.render_template(
            "motcua/admin/statistics.html",
            title=lazy_gettext("Statistics"),
            span=span,
            spans=[(count, gettext(_SPAN_WORDS[count])) for count in _SPANS],
            days=days,
            office=office,
            offices=offices,
            tiles=_tiles(dossier_days, standings, hall_days),
            charts=[
                _dossier_chart(dossier_days),
                _hall_chart(hall_days),
                _wait_chart(hall_days),
                _field_chart(standings),
            ],
        )


def _asked_days() -> int:
    asked = request.args.get("days", str(_DEFAULT_SPAN))
    if asked not in map(str, _SPANS):
        abort(404)
    return int(asked)


def _asked_office(offices: Sequence[tuple[str, str]]) -> int | None:
    asked = request.args.get("office")
    if not asked:
        return None
    if asked not in {key for key, _ in offices}:
        abort(404)
    return int(asked)


def _tiles(
    dossier_days: Sequence[statistics.DossierDay],
    standings: Sequence[statistics.FieldStanding],
    hall_days: Sequence[statistics.HallDay],
) -> list[tuple[str, str]]:
    """Return the sums above the pictures: a figure and what it counts."""
    in_time = statistics.share_in_time(standings)
    wait = statistics.mean_wait(hall_days)
    return [
        (thousands(sum(row.received for row in dossier_days)), gettext("Dossiers taken in")),
        (thousands(sum(row.finished for row in dossier_days)), gettext("Dossiers finished")),
        (_NOTHING if in_time is None else f"{amount(round(in_time * 100, 1))}%", gettext("Finished in time")),
        (thousands(sum(row.given for row in hall_days)), gettext("Numbers given")),
        (_minutes(wait).text, gettext("Mean wait, in minutes")),
    ]


def _dossier_chart(rows: Sequence[statistics.DossierDay]) -> Chart:
    return Chart(
        "dossiers",
        "bars",
        gettext("Dossiers taken in and finished, by day"),
        gettext("Day"),
        (gettext("Taken in"), gettext("Finished")),
        [(day(row.day), (_count(row.received), _count(row.finished))) for row in rows],
    )


def _field_chart(rows: Sequence[statistics.FieldStanding]) -> Chart:
    return Chart(
        "fields",
        "stack",
        gettext("Finished in time and late, by field"),
        gettext("Field"),
        (gettext("In time"), gettext("Late")),
        [(row.name, (_count(row.in_time), _count(row.late))) for row in rows],
    )


def _hall_chart(rows: Sequence[statistics.HallDay]) -> Chart:
    return Chart(
        "visitors",
        "bars",
        gettext("Numbers given and served, by day"),
        gettext("Day"),
        (gettext("Given"), gettext("Served")),
        [(day(row.day), (_count(row.given), _count(row.served))) for row in rows],
    )


def _wait_chart(rows: Sequence[statistics.HallDay]) -> Chart:
    return Chart(
        "waits",
        "line",
        gettext("Mean wait until the call, by day"),
        gettext("Day"),
        (gettext("Minutes"),),
        [(day(row.day), (_minutes(statistics.mean_wait([row])),)) for row in rows],
    )


def _count(value: int) -> Cell:
    return Cell(thousands(value), value)


def _minutes(seconds: float | None) -> Cell:
    if seconds is None:
        return Cell(_NOTHING, None)
    minutes: Any = round(seconds / _SECONDS_PER_MINUTE, 1)
    return Cell(amount(minutes), minutes)
