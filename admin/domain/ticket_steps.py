"""The steps of a visit as data: what may follow what."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from motcua.admin.domain.state_words import TICKET_STATE_WORDS
from motcua.admin.enums import TicketEventKind as Kind
from motcua.admin.enums import TicketState as S
from motcua.admin.errors import TicketStateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from motcua.admin.models import Ticket


@dataclass(frozen=True, slots=True)
class Step:
    """From which states a step leads, and where to."""

    before: frozenset[S]
    after: S


#: States in which somebody is still expected at a counter today.
OPEN_STATES = frozenset({S.WAITING, S.CALLED, S.SERVING, S.HELD})
#: States in which a ticket occupies its counter.
AT_COUNTER = frozenset({S.CALLED, S.SERVING})

STEPS: Mapping[Kind, Step] = MappingProxyType(
    {
        # Who was held, or absent and came back, may be called again without a new number.
        Kind.CALLED: Step(frozenset({S.WAITING, S.HELD, S.NO_SHOW}), S.CALLED),
        Kind.RECALLED: Step(frozenset({S.CALLED}), S.CALLED),
        Kind.STARTED: Step(frozenset({S.CALLED}), S.SERVING),
        Kind.HELD: Step(frozenset({S.CALLED, S.SERVING}), S.HELD),
        # The person is standing there already: nobody needs to be called.
        Kind.RESUMED: Step(frozenset({S.HELD, S.NO_SHOW}), S.SERVING),
        Kind.TRANSFERRED: Step(OPEN_STATES, S.WAITING),
        Kind.NO_SHOW: Step(frozenset({S.CALLED}), S.NO_SHOW),
        # Officers forget to press "start" when the matter takes half a minute.
        Kind.FINISHED: Step(frozenset({S.CALLED, S.SERVING}), S.FINISHED),
        Kind.PRIORITY: Step(frozenset({S.WAITING}), S.WAITING),
        Kind.CANCELLED: Step(OPEN_STATES, S.CANCELLED),
    }
)


def check_step(ticket: Ticket, kind: Kind) -> None:
    """Raise TicketStateError when the ticket's state does not allow the step."""
    if ticket.state not in STEPS[kind].before:
        raise TicketStateError(label=ticket.label, state=TICKET_STATE_WORDS[ticket.state])
