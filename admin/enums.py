"""The closed lists of words that the record is written in."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class OfficeLevel(StrEnum):
    """Two levels of local government since 1 July 2025 (tỉnh, xã)."""

    PROVINCE = "province"
    COMMUNE = "commune"


class StaffRole(StrEnum):
    """What a person does in an office."""

    RECEIVING_OFFICER = "receiving_officer"
    CASE_OFFICER = "case_officer"
    SUPERVISOR = "supervisor"
    OFFICE_ADMIN = "office_admin"


class HolidayKind(StrEnum):
    """A day the ordinary week does not tell about."""

    OFF = "off"
    WORKING_DAY = "working_day"


class DurationUnit(StrEnum):
    """How a published processing time (thời hạn giải quyết) counts.

    Bare numbers on the national portal carry no unit; they become
    UNSPECIFIED and wait for a person to decide.
    """

    SAME_DAY = "same_day"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    UNSPECIFIED = "unspecified"


class SupplementPolicy(StrEnum):
    """What a request for more papers does to the due date."""

    UNSET = "unset"
    RESTART = "restart"
    PAUSE = "pause"
    RESUME_PLUS = "resume_plus"
    NONE = "none"


class DossierStatus(IntEnum):
    """The status numbers the national portal exchanges (trạng thái hồ sơ)."""

    REGISTERED = 1
    RECEIVED = 2
    REFUSED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    AWAITING_PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10


class DossierChannel(IntEnum):
    """How a dossier came in; the numbers are the national ones."""

    IN_PERSON = 1
    ONLINE = 2
    POSTAL = 3


class Errand(StrEnum):
    """What a visitor has come for."""

    SUBMIT = "submit"
    SUPPLEMENT = "supplement"
    COLLECT = "collect"
    ASK = "ask"


class Language(StrEnum):
    """The languages of every screen, mail and paper."""

    VI = "vi"
    EN = "en"


class SecondFactorPolicy(StrEnum):
    """Whether a login needs more than a password."""

    OFF = "off"
    OFFERED = "offered"
    REQUIRED = "required"


class TicketState(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    FINISHED = "finished"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class TicketEventKind(StrEnum):
    """What happened to a ticket; boards read this log."""

    ISSUED = "issued"
    CALLED = "called"
    RECALLED = "recalled"
    STARTED = "started"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    PRIORITY = "priority"
    NO_SHOW = "no_show"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class DeviceKind(StrEnum):
    """What an enrolled machine is for."""

    KIOSK = "kiosk"
    DISPLAY = "display"


class IntegrationScope(StrEnum):
    """What the key of a connected system opens."""

    PUSH = "push"
    READ = "read"
    ATTACH = "attach"


class PrintKind(StrEnum):
    """Which paper a print job puts out."""

    TICKET = "ticket"
    RECEIPT = "receipt"


class PrintReason(StrEnum):
    """Why a paper is printed; a reprint says so on the paper."""

    FIRST = "first"
    REPRINT = "reprint"


class PrintState(StrEnum):
    """How far a paper has come. UNCONFIRMED: sent, the printer said nothing valid."""

    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    STALE = "stale"


class MailKind(StrEnum):
    """Which mail an outbox row holds."""

    DIGEST = "digest"


class MailState(StrEnum):
    """How far a mail has come. UNCERTAIN: handed over, the answer never came."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
