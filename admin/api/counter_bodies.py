"""The JSON that a counter's screen is drawn from."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from motcua.admin.domain.counter_screen import CounterScreen, ShownDossier, ShownTicket
    from motcua.admin.domain.seats import Seat
    from motcua.admin.models import Ticket


def state_body(screen: CounterScreen, seat: Seat) -> dict[str, Any]:
    """Return how things stand at a counter."""
    counter = seat.counter
    return {
        "seq": screen.seq,
        "now": screen.now.isoformat(),
        "day": screen.day.isoformat(),
        "counter": {"id": counter.id, "number": counter.number, "name": counter.name},
        "services": [asdict(service) for service in screen.services],
        "current": shown_body(screen.current) if screen.current else None,
        "dossiers": [dossier_line(dossier) for dossier in screen.dossiers],
        "waiting": screen.waiting,
        "line": [shown_body(ticket) for ticket in screen.line],
        "held": [shown_body(ticket) for ticket in screen.held],
        "absent": [shown_body(ticket) for ticket in screen.absent],
        "today": asdict(screen.figures),
    }


def shown_body(ticket: ShownTicket) -> dict[str, Any]:
    """Return a ticket of the screen."""
    moments = {
        "issued_at": ticket.issued_at.isoformat(),
        "called_at": moment(ticket.called_at),
        "started_at": moment(ticket.started_at),
    }
    return asdict(ticket) | moments


def dossier_line(dossier: ShownDossier) -> dict[str, Any]:
    """Return a dossier of the present visit."""
    return asdict(dossier) | {
        "due_at": moment(dossier.due_at),
        "status": dossier.status.name.lower(),
        "receipt": dossier.receipt.value if dossier.receipt else "none",
    }


def ticket_body(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket as a command left it: what is kept as the command's answer, so nothing secret."""
    return {
        "id": ticket.id,
        "version": ticket.version,
        "label": ticket.label,
        "service": ticket.service.code,
        "series": ticket.service.series,
        "errand": ticket.errand.value,
        "language": ticket.language.value,
        "state": ticket.state.value,
        "priority": ticket.priority,
        "issued_at": ticket.issued_at.isoformat(),
        "called_at": moment(ticket.called_at),
        "started_at": moment(ticket.started_at),
        "call_count": ticket.call_count,
        "counter": ticket.counter.number if ticket.counter else None,
    }


def moment(at: datetime | None) -> str | None:
    """Return an instant as JSON has it."""
    return at.astimezone(UTC).isoformat() if at else None
