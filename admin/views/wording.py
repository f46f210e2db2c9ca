"""What a stored value is called on the staff's screens: chips, dates, money, times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup

from motcua.admin import formats
from motcua.admin.enums import (
    DeviceKind,
    DossierChannel,
    DossierStatus,
    DurationUnit,
    Errand,
    HolidayKind,
    Language,
    MailState,
    OfficeLevel,
    PrintKind,
    PrintReason,
    PrintState,
    StaffRole,
    SupplementPolicy,
    TicketState,
)
from motcua.admin.language import N_, current_language, gettext

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

Tone = Literal["ok", "soon", "late", "plain", "quiet"]

# By kind first: the national lists are numbers, and a status and a channel may be the same one.
_NAMES: dict[type[Enum], dict[Any, str]] = N_(
    {
        OfficeLevel: {
            OfficeLevel.PROVINCE: "Province",
            OfficeLevel.COMMUNE: "Commune",
        },
        StaffRole: {
            StaffRole.RECEIVING_OFFICER: "Receiving officer",
            StaffRole.CASE_OFFICER: "Case officer",
            StaffRole.SUPERVISOR: "Supervisor",
            StaffRole.OFFICE_ADMIN: "Office administrator",
        },
        HolidayKind: {
            HolidayKind.OFF: "Day off",
            HolidayKind.WORKING_DAY: "Make-up working day",
        },
        DurationUnit: {
            DurationUnit.SAME_DAY: "Same day",
            DurationUnit.WORKING_HOURS: "Working hours",
            DurationUnit.WORKING_DAYS: "Working days",
            DurationUnit.CALENDAR_DAYS: "Calendar days",
            DurationUnit.UNSPECIFIED: "Not decided yet",
        },
        SupplementPolicy: {
            SupplementPolicy.UNSET: "Not decided yet",
            SupplementPolicy.RESTART: "The whole time again",
            SupplementPolicy.PAUSE: "Waiting does not count",
            SupplementPolicy.RESUME_PLUS: "Waiting does not count, and extra days",
            SupplementPolicy.NONE: "The due date stays",
        },
        DossierStatus: {
            DossierStatus.REGISTERED: "Registered",
            DossierStatus.RECEIVED: "Received",
            DossierStatus.REFUSED: "Refused",
            DossierStatus.PROCESSING: "In progress",
            DossierStatus.SUPPLEMENT: "Waiting for papers",
            DossierStatus.AWAITING_PAYMENT: "Waiting for payment",
            DossierStatus.WITHDRAWN: "Withdrawn",
            DossierStatus.STOPPED: "Stopped",
            DossierStatus.DONE: "Result ready",
            DossierStatus.RETURNED: "Result handed over",
        },
        DossierChannel: {
            DossierChannel.IN_PERSON: "At the counter",
            DossierChannel.ONLINE: "Online",
            DossierChannel.POSTAL: "By post",
        },
        Errand: {
            Errand.SUBMIT: "Hand in a dossier",
            Errand.SUPPLEMENT: "Add papers",
            Errand.COLLECT: "Collect a result",
            Errand.ASK: "Ask for advice",
        },
        Language: {
            Language.VI: "Vietnamese",
            Language.EN: "English",
        },
        TicketState: {
            TicketState.WAITING: "Waiting",
            TicketState.CALLED: "Called",
            TicketState.SERVING: "Being served",
            TicketState.HELD: "On hold",
            TicketState.FINISHED: "Finished",
            TicketState.NO_SHOW: "Did not come",
            TicketState.CANCELLED: "Cancelled",
        },
        DeviceKind: {
            DeviceKind.KIOSK: "Kiosk",
            DeviceKind.DISPLAY: "Display",
        },
        PrintKind: {
            PrintKind.TICKET: "Ticket",
            PrintKind.RECEIPT: "Receipt",
        },
        PrintReason: {
            PrintReason.FIRST: "First copy",
            PrintReason.REPRINT: "Reprint",
        },
        PrintState: {
            PrintState.QUEUED: "In the queue",
            PrintState.SENDING: "Printing",
            PrintState.CONFIRMED: "Printed",
            PrintState.UNCONFIRMED: "Printer did not confirm",
            PrintState.FAILED: "Not printed",
            PrintState.STALE: "Too late to print",
        },
        MailState: {
            MailState.QUEUED: "In the queue",
            MailState.SENDING: "Being sent",
            MailState.SENT: "Sent",
            MailState.FAILED: "Not sent",
            MailState.UNCERTAIN: "Perhaps not delivered",
            MailState.SKIPPED: "Nothing to report",
        },
    }
)
_TONES: dict[type[Enum], dict[Any, Tone]] = {
    DossierStatus: {
        DossierStatus.REFUSED: "late",
        DossierStatus.SUPPLEMENT: "soon",
        DossierStatus.AWAITING_PAYMENT: "soon",
        DossierStatus.DONE: "ok",
        DossierStatus.RETURNED: "ok",
        DossierStatus.WITHDRAWN: "quiet",
        DossierStatus.STOPPED: "quiet",
    },
    TicketState: {
        TicketState.FINISHED: "ok",
        TicketState.HELD: "soon",
        TicketState.NO_SHOW: "quiet",
        TicketState.CANCELLED: "quiet",
    },
    PrintState: {
        PrintState.CONFIRMED: "ok",
        PrintState.UNCONFIRMED: "soon",
        PrintState.FAILED: "late",
        PrintState.STALE: "quiet",
    },
    MailState: {
        MailState.SENT: "ok",
        MailState.FAILED: "late",
        MailState.UNCERTAIN: "soon",
        MailState.SKIPPED: "quiet",
    },
}
WEEKDAYS = N_(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
_MOMENT_WITH_YEAR = "%H:%M %d/%m/%Y"


@dataclass(frozen=True, slots=True)
class Chip:
    """A state: sign, word and colour say the same."""

    tone: Tone
    word: str

    def __html__(self) -> Markup:
        return Markup('<span class="chip chip--{tone}">{word}</span>').format(tone=self.tone, word=self.word)

    def __str__(self) -> str:
        return self.word


def name_of(value: Enum | None) -> str:
    """Name a member of a closed list in the reader's language."""
    return gettext(_NAMES[type(value)][value]) if value is not None else ""


def chip_of(value: Enum | None) -> Chip | str:
    """Return the member of a closed list as a chip."""
    if value is None:
        return ""
    return Chip(_TONES.get(type(value), {}).get(value, "plain"), name_of(value))


def clamped(text: str) -> Markup:
    """Return a long text that takes two lines of a list at most; the whole of it is in its title."""
    return Markup('<span class="mc-clamp" title="{text}">{text}</span>').format(text=text)


def choices_of(kind: type[Enum]) -> list[tuple[str, str]]:
    """Return the members of a closed list as choices of a form."""
    return [(str(member.value), name_of(member)) for member in kind]


def day(value: date | None) -> str:
    """Write a date the Vietnamese way, in either language."""
    return formats.day(value) if value else ""


def clock_time(value: time | None) -> str:
    """Write a time of day, 24 h."""
    return formats.hour(value) if value else ""


def moment(value: datetime | None, zone: str) -> str:
    """Write an instant in an office's time zone."""
    return value.astimezone(ZoneInfo(zone)).strftime(_MOMENT_WITH_YEAR) if value else ""


def thousands(value: int | None) -> str:
    """Write a whole number."""
    return formats.number(value, current_language()) if value is not None else ""


def money(value: int | None) -> str:
    """Write an amount in đồng."""
    return formats.money(value, current_language()) if value is not None else ""


def amount(value: float | None) -> str:
    """Write a number without the zeros nobody needs."""
    return formats.number(value, current_language()) if value is not None else ""


def yes_no(*, value: bool) -> str:
    """Say yes or no."""
    return gettext("Yes" if value else "No")


def weekday(number: int) -> str:
    """Name a weekday; 0 is Monday."""
    return gettext(WEEKDAYS[number])


# The first match counts: a bool is an int, and a member of a list its own kind.
_SPOKEN: tuple[tuple[type[Any], Callable[[Any], str]], ...] = (
    (bool, lambda value: yes_no(value=value)),
    (Enum, name_of),
    (date, day),
    (time, clock_time),
    (float, amount),
    (list, lambda rows: ", ".join(map(str, rows))),
    (object, str),
)


def spoken(value: object) -> str:
    """Write any stored value the way a person says it."""
    return "" if value is None else next(write(value) for kind, write in _SPOKEN if isinstance(value, kind))
