"""The state of a ticket or dossier in plain words, for somebody standing in a hall with a phone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from motcua.admin.enums import Errand, Language
from motcua.admin.language import N_, current_language, gettext

if TYPE_CHECKING:
    from motcua.admin.domain.following import Following, FollowingPage

_SOON = timedelta(days=2)
# Up to here the wait is said to the minute, beyond in steps of five.
_EXACT_MINUTES = 20
_SHORTER, _LONGER = 0.8, 1.25

_WEEKDAYS = N_(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))

_TICKET = N_(
    {
        "called": ("Please go to counter {counter}", "It is your turn now. Please bring your papers along."),
        "serving": ("You are being served at counter {counter}", "The officer is looking after your request."),
        "held": ("Your number is on hold", "The officer will call you again. You need no new number."),
        "no_show": (
            "We called you and did not see you",
            "Please come to the help desk; we will gladly help you further.",
        ),
        "finished": ("Your visit is finished", "Thank you for coming."),
        "cancelled": ("This number was cancelled", "If you still need help, please take a new number at the kiosk."),
    }
)
_DOSSIER = N_(
    {
        "registered": (
            "Waiting to be accepted",
            "Your dossier is registered. An officer will check it before accepting it.",
        ),
        "received": ("Received", "Your dossier has been accepted and goes to the officer in charge."),
        "refused": ("Not accepted", "Your dossier could not be accepted. Please ask the centre what is missing."),
        "processing": ("Being processed", "Your dossier is being worked on. You need to do nothing now."),
        "supplement": (
            "Papers are missing",
            "Please bring the missing papers to the centre so that the work can go on.",
        ),
        "awaiting_payment": (
            "Waiting for payment",
            "Please pay the fees named in the notice so that the work can go on.",
        ),
        "withdrawn": ("Withdrawn", "The dossier was withdrawn at your request."),
        "stopped": ("Processing stopped", "Work on this dossier has ended. Please ask the centre for the reason."),
        "done": (
            "The result is ready",
            "Please bring your receipt and identity card to the centre and collect the result.",
        ),
        "returned": ("Result handed over", "Your dossier is complete. Thank you."),
    }
)
_TONE = {
    "called": "call",
    "done": "ok",
    "returned": "ok",
    "finished": "ok",
    "supplement": "soon",
    "awaiting_payment": "soon",
    "no_show": "soon",
    "refused": "late",
}
#: What the person is to do stays said, also past the date.
_WAITS_FOR_THE_CITIZEN = frozenset({"supplement", "awaiting_payment"})
_BRING = N_(
    {
        Errand.SUBMIT: (
            "Your identity card",
            "The originals of the papers in your dossier",
            "Copies, if you have them",
        ),
        Errand.SUPPLEMENT: ("Your identity card", "The receipt of your dossier", "The papers you were asked for"),
        Errand.COLLECT: ("Your identity card", "The receipt with the return date"),
        Errand.ASK: ("Your identity card", "Papers your question is about"),
    }
)


@dataclass(frozen=True, slots=True)
class StateWords:
    """What is said of a state, and in which tone: call, ok, soon, late or plain."""

    tone: str
    headline: str
    sentence: str


@dataclass(frozen=True, slots=True)
class DueWords:
    """The return date: large, with a sign and a word."""

    date: str
    detail: str
    chip: str
    word: str


def state_words(state: Following) -> StateWords:
    """Say where things stand."""
    if state.kind == "ticket" and state.state == "waiting":
        return StateWords("plain", _ahead(state.waiting_ahead or 0), _wait(state.estimated_wait_minutes or 0))
    headline, sentence = (_DOSSIER if state.kind == "dossier" else _TICKET)[state.state]
    tone = _TONE.get(state.state, "plain")
    if state.dossier and state.dossier.overdue:
        tone = "late"
        if state.state not in _WAITS_FOR_THE_CITIZEN:
            sentence = N_("We are late with your dossier and apologise. Please call the centre for the new date.")
    return StateWords(tone, gettext(headline, counter=state.counter or ""), gettext(sentence))


def _ahead(ahead: int) -> str:
    if ahead == 0:
        return gettext("You are next")
    return gettext("1 person before you") if ahead == 1 else gettext("{ahead} people before you", ahead=ahead)


def _wait(minutes: int) -> str:
    low, high = wait_range(minutes)
    if high == 0:
        return gettext("Please stay near the counters.")
    if low == high:
        return gettext("Wait: about {minutes} minutes", minutes=high)
    return gettext("Wait: about {low}–{high} minutes", low=low, high=high)


def wait_range(minutes: int) -> tuple[int, int]:
    """Turn an estimate into the range a person can rely on."""
    low, high = minutes * _SHORTER, minutes * _LONGER
    if minutes > _EXACT_MINUTES:
        return 5 * round(low / 5), 5 * math.ceil(high / 5)
    return max(math.floor(low), min(minutes, 1)), math.ceil(high)


def due_words(page: FollowingPage, now: datetime) -> DueWords | None:
    """Say when the result is due; None when no date was promised."""
    dossier = page.state.dossier
    if dossier is None or dossier.due_at is None:
        return None
    due = dossier.due_at.astimezone(ZoneInfo(page.office.time_zone))
    detail = gettext("{weekday}, by {time}", weekday=gettext(_WEEKDAYS[due.weekday()]), time=f"{due:%H:%M}")
    if page.is_processed:
        chip, word = "", ""
    elif dossier.overdue:
        chip, word = "late", gettext("Overdue")
    elif dossier.due_at - now <= _SOON:
        chip, word = "soon", gettext("Due soon")
    else:
        chip, word = "ok", gettext("On time")
    return DueWords(f"{due:%d/%m/%Y}", detail, chip, word)


def step_word(state: str) -> str:
    """Name a step of the dossier's way."""
    return gettext(_DOSSIER[state][0])


def service_name(page: FollowingPage) -> str:
    """Return the queue service in the reader's language."""
    return page.service_en if current_language() == Language.EN else page.service_vi


def what_to_bring(page: FollowingPage) -> list[str]:
    """Say what should be at hand when the number is called."""
    return [gettext(thing) for thing in _BRING[page.errand]] if page.errand else []


def opening_lines(hours: tuple[tuple[int, time, time], ...]) -> list[tuple[str, str]]:
    """Return opening hours, weekdays with the same hours in one line."""
    spans = {
        weekday: ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for _, opens, closes in rows)
        for weekday, rows in groupby(sorted(hours), key=lambda row: row[0])
    }
    lines = []
    for _, run in groupby(sorted(spans), key=lambda weekday: (spans[weekday], weekday - sorted(spans).index(weekday))):
        days = list(run)
        first, last = gettext(_WEEKDAYS[days[0]]), gettext(_WEEKDAYS[days[-1]])
        lines.append((first if len(days) == 1 else f"{first} – {last}", spans[days[0]]))
    return lines
