"""The tables. Columns, named constraints and one-line properties; rules live in ``domain``."""

from motcua.admin.models.audit import AuditEntry, AuditHead
from motcua.admin.models.devices import Device, PrinterDevice, PrintJob
from motcua.admin.models.dossier import Dossier, DossierCodeCounter, DossierEvent, DossierPaper
from motcua.admin.models.integrations import Integration
from motcua.admin.models.limits import RateCounter
from motcua.admin.models.office import CalendarYear, Holiday, Office, OfficeHours, StaffMember
from motcua.admin.models.outbox import CommandReceipt, OutgoingMail
from motcua.admin.models.preferences import SavedFilter
from motcua.admin.models.procedure import Field, Procedure, ProcedurePaper, ProcedureVersion
from motcua.admin.models.queue import (
    Counter,
    EventHead,
    PriorityGroup,
    QueueService,
    ServiceDay,
    Ticket,
    TicketEvent,
    counter_service,
)
from motcua.admin.models.sessions import RevokedLogin, SecondFactor, SessionEpoch, SpareCode

__all__ = [
    "AuditEntry",
    "AuditHead",
    "CalendarYear",
    "CommandReceipt",
    "Counter",
    "Device",
    "Dossier",
    "DossierCodeCounter",
    "DossierEvent",
    "DossierPaper",
    "EventHead",
    "Field",
    "Holiday",
    "Integration",
    "Office",
    "OfficeHours",
    "OutgoingMail",
    "PrintJob",
    "PrinterDevice",
    "PriorityGroup",
    "Procedure",
    "ProcedurePaper",
    "ProcedureVersion",
    "QueueService",
    "RateCounter",
    "RevokedLogin",
    "SavedFilter",
    "SecondFactor",
    "ServiceDay",
    "SessionEpoch",
    "SpareCode",
    "StaffMember",
    "Ticket",
    "TicketEvent",
    "counter_service",
]
