"""TKT-17, light: whatever a hall does, in whatever order, a model kept beside the database agrees with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from motcua.admin.domain import calling
from motcua.admin.domain.day_end import close_earlier_days
from motcua.admin.domain.seats import Seen
from motcua.admin.domain.ticket_steps import AT_COUNTER, OPEN_STATES, STEPS
from motcua.admin.enums import TicketEventKind as Kind
from motcua.admin.enums import TicketState as S
from motcua.admin.errors import Refusal
from motcua.admin.models import EventHead, Office, PrintJob, ServiceDay, Ticket, TicketEvent
from tests.admin.hall import Hall
from tests.admin.truth import check_record
from tests.town import NINE, build_town

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua
    from tests.conftest import Figures

EXAMPLES = {"sqlite": 40, "postgresql": 10}
STEPS_EACH = 30
SERVICES = st.sampled_from(["ho-tich", "dat-dai"])
COUNTERS = st.sampled_from([1, 2])


@dataclass
class Visitor:
    """What the model knows of a ticket."""

    id: int
    place: int
    service: str
    day: int
    is_priority: bool
    state: S = S.WAITING
    counter: int | None = None


@dataclass
class Queue:
    """The model: a list, and nothing clever."""

    visitors: list[Visitor] = field(default_factory=list)
    day: int = 0

    def at(self, counter: int) -> Visitor | None:
        """Return who is at a counter."""
        return next((one for one in self.visitors if one.counter == counter and one.state in AT_COUNTER), None)

    def first(self) -> Visitor | None:
        """Return who is to be called next."""
        waiting = [one for one in self.visitors if one.state == S.WAITING and one.day == self.day]
        return min(waiting, key=lambda one: (not one.is_priority, one.place), default=None)


class HallMachine(RuleBasedStateMachine):
    """A hall with two lines and two counters, and people who do anything at any time."""

    hall: Hall
    database: Database
    done: int = 0
    tickets = Bundle("tickets")

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue()
        self.now = NINE
        with self.database.engine.begin() as connection:
            for model in (TicketEvent, PrintJob, Ticket, ServiceDay, EventHead):
                connection.execute(model.__table__.delete())

    # --- what people do

    @rule(target=tickets, service=SERVICES, is_priority=st.booleans())
    def take_a_number(self, service: str, *, is_priority: bool) -> Visitor:
        (label,) = self.hall.issue(service, priority="elderly" if is_priority else None, now=self.now)
        ticket = self.hall.ticket(label, self.now)
        visitor = Visitor(ticket.id, len(self.queue.visitors), service, self.queue.day, is_priority)
        self.queue.visitors.append(visitor)
        return visitor

    @rule(counter=COUNTERS)
    def call_next(self, counter: int) -> None:
        first = self.queue.first()
        may = self.queue.at(counter) is None and first is not None
        called = self.give(counter, calling.call_next, may=may, is_repeatable=True)
        if may and first is not None:
            assert called.id == first.id
            first.state, first.counter = S.CALLED, counter

    @rule(
        counter=COUNTERS,
        step=st.sampled_from(
            [
                (calling.recall, Kind.RECALLED),
                (calling.start, Kind.STARTED),
                (calling.hold, Kind.HELD),
                (calling.mark_no_show, Kind.NO_SHOW),
                (calling.finish, Kind.FINISHED),
            ]
        ),
    )
    def do_with_the_present(self, counter: int, step: tuple[Callable[..., Ticket], Kind]) -> None:
        command, kind = step
        present = self.queue.at(counter)
        may = present is not None and present.state in STEPS[kind].before
        self.give(counter, command, may=may)
        if may and present is not None:
            present.state = STEPS[kind].after

    @rule(
        counter=COUNTERS,
        visitor=tickets,
        step=st.sampled_from([(calling.call_ticket, Kind.CALLED), (calling.resume, Kind.RESUMED)]),
    )
    def bring_here(self, counter: int, visitor: Visitor, step: tuple[Callable[..., Ticket], Kind]) -> None:
        command, kind = step
        is_today = visitor.day == self.queue.day
        may = self.queue.at(counter) is None and is_today and visitor.state in STEPS[kind].before
        self.give(counter, command, Seen(visitor.id), may=may)
        if may:
            visitor.state, visitor.counter = STEPS[kind].after, counter

    @rule(counter=COUNTERS, visitor=tickets, service=SERVICES)
    def send_on(self, counter: int, visitor: Visitor, service: str) -> None:
        may = self.may_touch(counter, visitor, Kind.TRANSFERRED) and service != visitor.service
        self.give(counter, calling.transfer, service, Seen(visitor.id), may=may)
        if may:
            visitor.state, visitor.counter, visitor.service = S.WAITING, None, service

    @rule(counter=COUNTERS, visitor=tickets)
    def cancel(self, counter: int, visitor: Visitor) -> None:
        may = self.may_touch(counter, visitor, Kind.CANCELLED)
        self.give(counter, calling.cancel, Seen(visitor.id), may=may)
        if may:
            visitor.state = S.CANCELLED

    @rule(counter=COUNTERS, visitor=tickets, is_priority=st.booleans())
    def change_priority(self, counter: int, visitor: Visitor, *, is_priority: bool) -> None:
        may = self.may_touch(counter, visitor, Kind.PRIORITY) and visitor.state not in AT_COUNTER
        self.give(counter, calling.change_priority, "elderly" if is_priority else None, Seen(visitor.id), may=may)
        if may:
            visitor.is_priority = is_priority

    @rule(visitor=tickets, counter=COUNTERS)
    def press_on_an_old_picture(self, visitor: Visitor, counter: int) -> None:
        """Every command about a version that was never there is refused."""
        for command in (calling.call_ticket, calling.resume, calling.finish, calling.recall):
            self.give(counter, command, Seen(visitor.id, 10_000), may=False)

    # --- what time does

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        later = self.now + timedelta(minutes=minutes)
        if later.date() == self.now.date():
            self.now = later

    @rule()
    def sleep_until_tomorrow(self) -> None:
        self.queue.day += 1
        self.now = NINE + timedelta(days=self.queue.day)
        with self.database.write() as session:
            office = session.get_one(Office, self.hall.town.office.id)
            close_earlier_days(session, office, today=self.now.date(), now=self.now)
        for visitor in self.queue.visitors:
            if visitor.state in OPEN_STATES:
                visitor.state = S.FINISHED if visitor.state == S.SERVING else S.CANCELLED

    # --- what must be true

    @invariant()
    def model_and_record_agree(self) -> None:
        type(self).done += 1
        with self.database.read() as session:
            rows = session.scalars(select(Ticket).order_by(Ticket.id)).all()
            kept = [(row.id, row.state, row.service.code, row.priority is not None) for row in rows]
            assert kept == [(one.id, one.state, one.service, one.is_priority) for one in self.queue.visitors]
            here = {row.counter.number: row.id for row in rows if row.state in AT_COUNTER and row.counter}
            assert here == {one.counter: one.id for one in self.queue.visitors if one.state in AT_COUNTER}
            check_record(session)

    # --- helpers

    def may_touch(self, counter: int, visitor: Visitor, kind: Kind) -> bool:
        """Return whether a counter may do something with a ticket of today that is not at another counter."""
        is_elsewhere = visitor.state in AT_COUNTER and visitor.counter != counter
        return visitor.day == self.queue.day and visitor.state in STEPS[kind].before and not is_elsewhere

    def give(
        self, counter: int, command: Callable[..., Ticket], *words: Any, may: bool, is_repeatable: bool = False
    ) -> Any:
        """Give a command and hold the answer against what the model expects."""
        desk = (self.hall.town.counter1, self.hall.town.counter2)[counter - 1]
        try:
            ticket = self.hall.at(desk, command, *words, now=self.now)
        except Refusal:
            assert not may
            return None
        # Pressed again in the same moment, "next" is the same call.
        assert may or is_repeatable
        return ticket


def test_the_model_and_the_record_agree_after_every_step(
    session: Session, motcua: Motcua, database: Database, figures: Figures
) -> None:
    class Machine(HallMachine):
        pass

    Machine.hall, Machine.database = Hall(motcua, build_town(session)), database
    engine = database.engine.name

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES[engine],
            stateful_step_count=STEPS_EACH,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    figures(f"TKT-17 {engine}: {Machine.done} steps, model and record agreed after each")
