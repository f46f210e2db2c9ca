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


class ActorKind(StrEnum):
    """Who an audit row says has done something. NOBODY: somebody without a login. PROGRAM: a connected system."""

    USER = "user"
    PROGRAM = "program"
    NOBODY = "nobody"
    COMMAND = "command"
    SYSTEM = "system"


class AuditAction(StrEnum):
    """What an audit row says was done; a row of this list is never renamed, because its word is in chains."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGOUT = "logout"
    LOGINS_ENDED = "logins_ended"
    TOKEN_GIVEN = "token_given"  # noqa: S105 - a word, no token
    ACCESS_DENIED = "access_denied"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    SECOND_FACTOR_REFUSED = "second_factor_refused"

    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    USER_REMOVED = "user_removed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word, no password
    USER_ROLES_CHANGED = "user_roles_changed"
    ROLE_ADDED = "role_added"
    ROLE_CHANGED = "role_changed"
    ROLE_REMOVED = "role_removed"
    PLACE_GIVEN = "place_given"
    PLACE_CHANGED = "place_changed"
    PLACE_TAKEN = "place_taken"

    TICKET_CALLED = "ticket_called"
    TICKET_RECALLED = "ticket_recalled"
    TICKET_STARTED = "ticket_started"
    TICKET_HELD = "ticket_held"
    TICKET_RESUMED = "ticket_resumed"
    TICKET_TRANSFERRED = "ticket_transferred"
    TICKET_PRIORITY = "ticket_priority"
    TICKET_NO_SHOW = "ticket_no_show"
    TICKET_FINISHED = "ticket_finished"
    TICKET_CANCELLED = "ticket_cancelled"

    DOSSIER_TAKEN_IN = "dossier_taken_in"
    DOSSIER_MOVED = "dossier_moved"
    DOSSIER_CORRECTED = "dossier_corrected"
    DOSSIER_ASSIGNED = "dossier_assigned"
    DOSSIER_APOLOGISED = "dossier_apologised"
    DOSSIER_CHANGED = "dossier_changed"
    DOSSIER_REMOVED = "dossier_removed"
    DOSSIER_READ = "dossier_read"
    DOSSIERS_EXPORTED = "dossiers_exported"
    DOSSIERS_IMPORTED = "dossiers_imported"
    PAPER_REPRINTED = "paper_reprinted"
    PROCEDURES_IMPORTED = "procedures_imported"

    RECORD_ADDED = "record_added"
    RECORD_CHANGED = "record_changed"
    RECORD_REMOVED = "record_removed"
    DEVICE_ENROLLED = "device_enrolled"
    DEVICE_RENEWED = "device_renewed"
    DEVICE_REVOKED = "device_revoked"

    MAIL_SENT = "mail_sent"
    MAIL_RETRIED = "mail_retried"
    AUDIT_ERASED = "audit_erased"
