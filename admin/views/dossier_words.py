"""A dossier's light, due date and history in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from markupsafe import Markup

from motcua.admin.domain.lights import Light, LightKind
from motcua.admin.language import N_, gettext
from motcua.admin.views.wording import Chip, Tone, moment, name_of

if TYPE_CHECKING:
    from motcua.admin.models import Dossier, DossierEvent

_LIGHTS: dict[LightKind, tuple[Tone, str]] = {
    LightKind.ON_TIME: ("ok", N_("On time")),
    LightKind.SOON: ("soon", N_("Due soon")),
    LightKind.TODAY: ("soon", N_("Due today")),
    LightKind.LATE: ("late", N_("Overdue")),
    LightKind.WAITING: ("plain", N_("Waiting for the citizen")),
    LightKind.NO_DATE: ("plain", N_("No due date")),
    LightKind.FINISHED: ("ok", N_("Finished on time")),
    LightKind.FINISHED_LATE: ("late", N_("Finished late")),
    LightKind.CLOSED: ("quiet", N_("Closed")),
    LightKind.NOT_STARTED: ("quiet", N_("Not accepted yet")),
}


def light_chip(light: Light) -> Chip:
    """Return the light: sign, word and colour."""
    tone, word = _LIGHTS[light.kind]
    return Chip(tone, gettext(word))


def days_words(light: Light) -> str:
    """Say how many working days are left or lost; nothing where no clock runs."""
    days = light.working_days
    if light.kind == LightKind.TODAY:
        return gettext("today")
    if light.kind == LightKind.LATE:
        return gettext("{days} working days late", days=-days) if days else gettext("late since today")
    if light.kind in {LightKind.ON_TIME, LightKind.SOON}:
        return gettext("1 working day left") if days == 1 else gettext("{days} working days left", days=days)
    return ""


def due_cell(dossier: Dossier, light: Light) -> Markup | Chip:
    """Return the column of a list: the light, and beneath it what is left and the date."""
    chip = light_chip(light)
    if dossier.due_at is None:
        return chip
    date = dossier.due_at.astimezone(ZoneInfo(dossier.office.time_zone)).strftime("%d/%m/%Y")
    mark = gettext("provisional") if dossier.due_is_provisional else ""
    below = " · ".join(part for part in (days_words(light), date, mark) if part)
    return Markup('{chip}<span class="mc-below figures">{below}</span>').format(chip=chip, below=below)


def event_headline(event: DossierEvent) -> str:
    """Say what an event changed."""
    if event.from_status is None:
        return name_of(event.to_status)
    if event.from_status == event.to_status:
        return gettext("Note")
    return f"{name_of(event.from_status)} → {name_of(event.to_status)}"


def due_change(event: DossierEvent, zone: str) -> str:
    """Say how an event moved the due date; nothing when it did not."""
    if event.due_from == event.due_to:
        return ""
    after = moment(event.due_to, zone) or gettext("no date")
    if event.due_from is None:
        return gettext("Due: {after}", after=after)
    return gettext("Due date moved from {before} to {after}", before=moment(event.due_from, zone), after=after)
