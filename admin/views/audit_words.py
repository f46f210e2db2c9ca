"""What the acts of the audit trail, and the things they are done to, are called on its screen."""

from __future__ import annotations

from motcua.admin.enums import ActorKind, AuditAction
from motcua.admin.language import N_

ACTIONS: dict[str, str] = N_(
    {
        AuditAction.LOGIN: "Logged in",
        AuditAction.LOGIN_FAILED: "Login refused",
        AuditAction.LOGOUT: "Logged out",
        AuditAction.LOGINS_ENDED: "Every login ended",
        AuditAction.TOKEN_GIVEN: "API token given",
        AuditAction.ACCESS_DENIED: "Access denied",
        AuditAction.SECOND_FACTOR_ON: "Two-step login switched on",
        AuditAction.SECOND_FACTOR_OFF: "Two-step login switched off",
        AuditAction.SECOND_FACTOR_REFUSED: "Code refused",
        AuditAction.USER_ADDED: "Account added",
        AuditAction.USER_CHANGED: "Account changed",
        AuditAction.USER_REMOVED: "Account removed",
        AuditAction.PASSWORD_CHANGED: "Password changed",
        AuditAction.USER_ROLES_CHANGED: "Roles of an account changed",
        AuditAction.ROLE_ADDED: "Role added",
        AuditAction.ROLE_CHANGED: "Role changed",
        AuditAction.ROLE_REMOVED: "Role removed",
        AuditAction.PLACE_GIVEN: "Place in an office given",
        AuditAction.PLACE_CHANGED: "Place in an office changed",
        AuditAction.PLACE_TAKEN: "Place in an office taken away",
        AuditAction.TICKET_CALLED: "Number called",
        AuditAction.TICKET_RECALLED: "Number called again",
        AuditAction.TICKET_STARTED: "Visit begun",
        AuditAction.TICKET_HELD: "Visit put on hold",
        AuditAction.TICKET_RESUMED: "Visit resumed",
        AuditAction.TICKET_TRANSFERRED: "Number sent to another line",
        AuditAction.TICKET_PRIORITY: "Priority of a number changed",
        AuditAction.TICKET_NO_SHOW: "Visitor did not come",
        AuditAction.TICKET_FINISHED: "Visit finished",
        AuditAction.TICKET_CANCELLED: "Number cancelled",
        AuditAction.DOSSIER_TAKEN_IN: "Dossier taken in",
        AuditAction.DOSSIER_MOVED: "Status of a dossier changed",
        AuditAction.DOSSIER_CORRECTED: "Status of a dossier corrected",
        AuditAction.DOSSIER_ASSIGNED: "Dossier laid on a desk",
        AuditAction.DOSSIER_APOLOGISED: "Apology and new due date",
        AuditAction.DOSSIER_CHANGED: "Dossier changed",
        AuditAction.DOSSIER_REMOVED: "Dossier removed",
        AuditAction.DOSSIER_READ: "Dossier read",
        AuditAction.DOSSIERS_EXPORTED: "List of dossiers downloaded",
        AuditAction.DOSSIERS_IMPORTED: "Dossiers imported",
        AuditAction.PAPER_REPRINTED: "Paper printed again",
        AuditAction.PROCEDURES_IMPORTED: "Procedures imported",
        AuditAction.RECORD_ADDED: "Entry added",
        AuditAction.RECORD_CHANGED: "Entry changed",
        AuditAction.RECORD_REMOVED: "Entry removed",
        AuditAction.DEVICE_ENROLLED: "Device enrolled",
        AuditAction.DEVICE_RENEWED: "New token for a device",
        AuditAction.DEVICE_REVOKED: "Access of a device withdrawn",
        AuditAction.MAIL_SENT: "Digest sent",
        AuditAction.MAIL_RETRIED: "Mail put back into the line",
        AuditAction.AUDIT_ERASED: "Personal fields forgotten",
    }
)
KINDS: dict[str, str] = N_(
    {
        "calendar_year": "Calendar year",
        "counter": "Counter",
        "device": "Device",
        "dossier": "Dossier",
        "field": "Field",
        "group": "Group",
        "holiday": "Day off or make-up day",
        "list": "List",
        "mail": "Mail",
        "office": "Office",
        "paper": "Print job",
        "place": "Place",
        "printer": "Printer",
        "priority_group": "Priority group",
        "procedure": "Procedure",
        "role": "Role",
        "screen": "Screen",
        "system": "Connected system",
        "service": "Queue service",
        "ticket": "Ticket",
        "user": "Account",
    }
)
ACTORS: dict[str, str] = N_(
    {
        ActorKind.USER: "A person",
        ActorKind.PROGRAM: "A connected system",
        ActorKind.NOBODY: "Nobody logged in",
        ActorKind.COMMAND: "A command on the server",
        ActorKind.SYSTEM: "The system itself",
    }
)
