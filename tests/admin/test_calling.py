"""Calling numbers to counters, and what becomes of a visit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from motcua.admin.domain import calling
from motcua.admin.domain.seats import Seen, look_at_counter
from motcua.admin.enums import Language, TicketState
from motcua.admin.errors import (
    CounterBusyError,
    CounterIdleError,
    InvalidInputError,
    NotFoundError,
    QueueEmptyError,
    ServiceNotServedError,
    StaleVersionError,
    TicketStateError,
    TicketTakenError,
    UnknownServiceError,
)
from motcua.admin.models import Ticket
from tests.town import NINE, build_town

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from tests.admin.hall import Hall

LATER = NINE + timedelta(seconds=10)


def test_the_first_of_the_line_is_called(hall: Hall) -> None:
    hall.issue(count=2)

    ticket = hall.at(hall.town.counter1, calling.call_next)

    assert (ticket.label, ticket.state, ticket.call_count) == ("A001", TicketState.CALLED, 1)
    assert (ticket.counter_id, ticket.officer_id) == (hall.town.counter1.id, hall.town.lan.id)
    assert hall.kinds("A001") == ["issued", "called"]
    assert hall.day().waiting_count == 1


def test_priority_goes_first_and_then_who_came_first_over_all_services(hall: Hall) -> None:
    hall.issue("dat-dai")
    hall.issue("ho-tich")
    hall.issue("dat-dai", priority="elderly")
    order = []

    for counter in (hall.town.counter1, hall.town.counter2, hall.town.counter1):
        ticket = hall.at(counter, calling.call_next)
        hall.at(counter, calling.finish)
        order.append(ticket.label)

    assert order == ["B002", "B001", "A001"]


def test_an_empty_line_is_said_to_be_empty(hall: Hall) -> None:
    with pytest.raises(QueueEmptyError) as caught:
        hall.at(hall.town.counter1, calling.call_next)

    assert caught.value.text(Language.VI) == "Không còn ai đang chờ cho các dịch vụ của quầy 1."
    assert hall.events() == []


def test_a_busy_counter_says_which_number_it_serves(hall: Hall) -> None:
    hall.issue(count=2)
    hall.at(hall.town.counter1, calling.call_next)

    with pytest.raises(CounterBusyError) as caught:
        hall.at(hall.town.counter1, calling.call_next, now=LATER)

    assert caught.value.text(Language.VI) == "Quầy 1 đang phục vụ số A001. Hãy kết thúc trước khi mời số tiếp."
    assert hall.ticket("A002").state == TicketState.WAITING


def test_next_pressed_twice_in_a_moment_is_one_call(hall: Hall) -> None:
    """CAL-03."""
    hall.issue(count=2)
    hall.at(hall.town.counter1, calling.call_next)

    again = hall.at(hall.town.counter1, calling.call_next, now=NINE + timedelta(milliseconds=300))

    assert again.label == "A001"
    assert hall.kinds("A001") == ["issued", "called"]
    assert hall.ticket("A002").state == TicketState.WAITING


def test_a_number_of_another_day_is_not_called(hall: Hall) -> None:
    hall.issue(now=NINE - timedelta(days=1))

    with pytest.raises(QueueEmptyError):
        hall.at(hall.town.counter1, calling.call_next)


def test_a_whole_visit_leaves_its_events_and_its_pace(hall: Hall) -> None:
    hall.issue()
    counter = hall.town.counter1
    hall.at(counter, calling.call_next)
    hall.at(counter, calling.recall, now=NINE + timedelta(seconds=30))
    hall.at(counter, calling.start, now=NINE + timedelta(minutes=1))
    hall.at(counter, calling.hold, now=NINE + timedelta(minutes=3), reason="photo\x1bcopy ")
    hall.at(counter, calling.resume, hall.seen("A001"), now=NINE + timedelta(minutes=20))
    ticket = hall.at(counter, calling.finish, now=NINE + timedelta(minutes=24))

    assert ticket.state == TicketState.FINISHED
    assert hall.kinds("A001") == ["issued", "called", "recalled", "started", "held", "resumed", "finished"]
    assert [event.reason for event in hall.events("A001")][4] == "photo copy"
    day = hall.day()
    # Two minutes before and four after: the time on hold is nobody's.
    assert (day.waiting_count, day.served_count, day.served_seconds) == (0, 1, 6 * 60)


def test_a_visit_that_nobody_finished_for_hours_does_not_spoil_the_estimate(hall: Hall) -> None:
    hall.issue()
    hall.at(hall.town.counter1, calling.call_next)

    hall.at(hall.town.counter1, calling.finish, now=NINE + timedelta(hours=3))

    assert (hall.day().served_count, hall.day().served_seconds) == (0, 0)


def test_an_absent_visitor_who_comes_back_needs_no_new_number(hall: Hall) -> None:
    hall.issue()
    hall.at(hall.town.counter1, calling.call_next)
    hall.at(hall.town.counter1, calling.mark_no_show)

    ticket = hall.at(hall.town.counter2, calling.call_ticket, hall.seen("A001"), now=LATER)

    assert (ticket.state, ticket.call_count, ticket.ended_at) == (TicketState.CALLED, 2, None)
    assert hall.kinds("A001") == ["issued", "called", "no_show", "called"]
    assert hall.day().waiting_count == 0


def test_a_chosen_number_may_be_called_out_of_turn(hall: Hall) -> None:
    hall.issue(count=2)

    hall.at(hall.town.counter1, calling.call_ticket, hall.seen("A002"))

    assert hall.ticket("A001").state == TicketState.WAITING
    assert hall.day().waiting_count == 1


def test_the_slower_counter_hears_who_has_the_number(hall: Hall) -> None:
    """CAL-02, one after the other."""
    hall.issue()
    seen = hall.seen("A001")
    hall.at(hall.town.counter2, calling.call_ticket, seen)

    with pytest.raises(TicketTakenError) as caught:
        hall.at(hall.town.counter1, calling.call_ticket, seen)

    assert caught.value.text(Language.VI) == "Số A001 đang ở quầy 2. Vui lòng mời số khác."
    assert hall.kinds("A001") == ["issued", "called"]


def test_the_database_keeps_a_counter_to_one_ticket_even_without_the_rule(hall: Hall, database: Database) -> None:
    """CAL-02: the guard removed."""
    hall.issue(count=2)
    hall.at(hall.town.counter1, calling.call_next)
    second = hall.ticket("A002").id

    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(
            update(Ticket).where(Ticket.id == second).values(state=TicketState.CALLED, counter_id=hall.town.counter1.id)
        )

    assert hall.ticket("A002").state == TicketState.WAITING


@pytest.mark.parametrize("command", [calling.recall, calling.start, calling.hold, calling.mark_no_show, calling.finish])
def test_an_idle_counter_has_nothing_to_command(hall: Hall, command: object) -> None:
    with pytest.raises(CounterIdleError) as caught:
        hall.at(hall.town.counter1, command)  # type: ignore[arg-type]

    assert caught.value.text(Language.VI) == "Quầy 1 chưa mời số nào."


@pytest.mark.parametrize("command", [calling.recall, calling.start, calling.hold, calling.finish])
def test_a_screen_that_is_behind_changes_nothing(hall: Hall, command: object) -> None:
    """CAL-04, at the rule."""
    hall.issue()
    behind = Seen(hall.at(hall.town.counter1, calling.call_next).id, 2)
    hall.at(hall.town.counter1, calling.recall)
    before = hall.events()

    with pytest.raises(StaleVersionError):
        hall.at(hall.town.counter1, command, behind)  # type: ignore[arg-type]

    assert hall.ticket("A001").state == TicketState.CALLED
    assert len(hall.events()) == len(before)


def test_a_screen_that_still_shows_the_last_visitor_does_not_end_the_next(hall: Hall) -> None:
    """CAL-04, at the rule."""
    hall.issue(count=2)
    gone = Seen(hall.at(hall.town.counter1, calling.call_next).id, 2)
    hall.at(hall.town.counter1, calling.finish)
    hall.at(hall.town.counter1, calling.call_next)

    with pytest.raises(StaleVersionError):
        hall.at(hall.town.counter1, calling.mark_no_show, gone)

    assert hall.ticket("A002").state == TicketState.CALLED


def test_what_has_started_cannot_be_called_again_or_be_absent(hall: Hall) -> None:
    hall.issue()
    hall.at(hall.town.counter1, calling.call_next)
    hall.at(hall.town.counter1, calling.start)

    for command in (calling.recall, calling.start, calling.mark_no_show):
        with pytest.raises(TicketStateError) as caught:
            hall.at(hall.town.counter1, command)

    assert caught.value.text(Language.VI) == (
        "Số A001 đang ở trạng thái “đang phục vụ”, không thực hiện được bước này."
    )
    assert caught.value.text(Language.EN) == "Ticket A001 is “being served”; this step is not possible."


def test_who_is_sent_on_keeps_number_and_place(hall: Hall) -> None:
    hall.issue("ho-tich")
    hall.issue("dat-dai", count=2)
    hall.at(hall.town.counter1, calling.call_next)
    hall.at(hall.town.counter1, calling.start)

    ticket = hall.at(hall.town.counter1, calling.transfer, "dat-dai", now=NINE + timedelta(minutes=4))

    assert (ticket.label, ticket.series, ticket.service.code, ticket.counter_id) == ("A001", "A", "dat-dai", None)
    assert (hall.day("A").waiting_count, hall.day("B").waiting_count) == (0, 3)
    assert (hall.day("A").served_count, hall.day("A").served_seconds) == (1, 240)
    assert hall.at(hall.town.counter2, calling.call_next).label == "A001"


def test_a_waiting_visitor_may_be_sent_on_to_a_line_nobody_stands_in(hall: Hall) -> None:
    hall.issue("ho-tich")

    hall.at(hall.town.counter1, calling.transfer, "dat-dai", hall.seen("A001"), reason="chọn nhầm")

    assert (hall.day("A").waiting_count, hall.day("B").waiting_count) == (0, 1)
    assert hall.kinds("A001") == ["issued", "transferred"]


@pytest.mark.parametrize("service", ["khong-co", "ho-tich"])
def test_nobody_is_sent_to_an_unknown_line_or_to_his_own(hall: Hall, service: str) -> None:
    hall.issue("ho-tich")

    with pytest.raises(UnknownServiceError):
        hall.at(hall.town.counter1, calling.transfer, service, hall.seen("A001"))

    assert hall.day("A").waiting_count == 1
    assert hall.kinds("A001") == ["issued"]


def test_a_mis_pressed_number_leaves_the_line(hall: Hall) -> None:
    hall.issue(count=2)

    hall.at(hall.town.counter1, calling.cancel, hall.seen("A001"), reason="bấm nhầm")

    assert hall.ticket("A001").state == TicketState.CANCELLED
    assert hall.day().waiting_count == 1
    assert hall.at(hall.town.counter1, calling.call_next).label == "A002"


def test_an_old_man_who_pressed_nothing_is_put_first(hall: Hall) -> None:
    hall.issue(count=3)

    hall.at(hall.town.counter1, calling.change_priority, "elderly", hall.seen("A003"))

    assert hall.kinds("A003") == ["issued", "priority"]
    assert hall.at(hall.town.counter1, calling.call_next).label == "A003"


def test_an_unknown_priority_group_is_refused(hall: Hall) -> None:
    hall.issue()

    with pytest.raises(InvalidInputError):
        hall.at(hall.town.counter1, calling.change_priority, "relatives", hall.seen("A001"))

    assert (hall.ticket("A001").priority, hall.ticket("A001").priority_rank) == (None, 1)


def test_a_counter_does_not_call_for_a_service_it_does_not_offer(hall: Hall, session: Session) -> None:
    hall.issue("dat-dai")
    session.merge(hall.town.counter1).services = [session.merge(hall.town.civil)]
    session.commit()

    with pytest.raises(ServiceNotServedError) as caught:
        hall.at(hall.town.counter1, calling.call_ticket, hall.seen("B001"))

    assert caught.value.text(Language.VI) == ("Quầy 1 không phục vụ “Đất đai”. Vui lòng chuyển số này sang quầy khác.")
    with pytest.raises(QueueEmptyError):
        hall.at(hall.town.counter1, calling.call_next)


def test_a_ticket_of_another_office_looks_like_none(hall: Hall, session: Session) -> None:
    elsewhere = build_town(session, "tien-lang", prefix="tl-")
    hall.issue()

    for command in (calling.call_ticket, calling.resume, calling.cancel):
        with pytest.raises(NotFoundError):
            hall.at(elsewhere.counter1, command, hall.seen("A001"))

    assert hall.kinds("A001") == ["issued"]


def test_a_counter_of_another_office_looks_like_none(hall: Hall, database: Database) -> None:
    with database.read() as session, pytest.raises(NotFoundError):
        look_at_counter(session, hall.town.counter1.id, frozenset({-1}), officer_id=1, now=NINE)
