"""Ordering papers: a receipt, a reprint, and ten presses that are one wish."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from motcua.admin.domain.printing import order_receipt, order_reprint
from motcua.admin.enums import PrintState
from motcua.admin.models import Dossier, Ticket
from tests.kiosk.hall import add_dossier, add_ticket

if TYPE_CHECKING:
    from tests.kiosk.printing.conftest import PaperHall


def press_reprint(hall: PaperHall, ticket: Ticket) -> int:
    """Press "In lại" as the counter does: in a command of its own."""
    with hall.motcua.database.write() as session:
        return order_reprint(
            session, ticket=session.get_one(Ticket, ticket.id), by_user_id=hall.town.lan.id, now=hall.clock()
        ).id


def test_a_receipt_is_owed_by_the_officer_who_took_the_dossier_in(hall: PaperHall) -> None:
    dossier = add_dossier(hall.session, hall.town, None).dossier

    job = order_receipt(hall.session, dossier, printer_id=hall.town.printer.id, now=hall.clock())

    assert (job.kind.value, job.reason.value, job.copy_number) == ("receipt", "first", 1)
    assert (job.requested_by_id, job.created_at) == (hall.town.lan.id, hall.clock())


def test_ten_presses_at_once_are_one_reprint(hall: PaperHall) -> None:
    """PRN-20: the row says who and why."""
    ticket = hall.ticket()
    hall.print_all()

    with ThreadPoolExecutor(10) as officers:
        ids = list(officers.map(lambda _: press_reprint(hall, ticket), range(10)))

    assert len(set(ids)) == 1
    first, reprint = hall.jobs()
    assert (reprint.copy_number, reprint.reason.value, reprint.requested_by_id, reprint.created_at) == (
        2,
        "reprint",
        hall.town.lan.id,
        hall.clock(),
    )
    assert first.state == PrintState.CONFIRMED


def test_ten_presses_are_one_paper_even_if_the_first_is_already_out(hall: PaperHall) -> None:
    """PRN-20: a fast printer must not turn patience into paper."""
    ticket = hall.ticket()
    hall.print_all()

    for _ in range(10):
        press_reprint(hall, ticket)
        hall.print_all()

    assert len(list(hall.folder.glob("2026-12-02/*.png"))) == 2


def test_a_later_wish_is_another_paper(hall: PaperHall) -> None:
    ticket = hall.ticket()
    hall.print_all()
    press_reprint(hall, ticket)
    hall.print_all()

    hall.clock.move(6)
    press_reprint(hall, ticket)

    assert [job.copy_number for job in hall.jobs()] == [1, 2, 3]


def test_a_paper_in_the_printer_is_not_ordered_again(hall: PaperHall) -> None:
    ticket = hall.ticket()
    (first,) = hall.jobs()
    first.state = PrintState.SENDING
    hall.session.commit()

    assert press_reprint(hall, ticket) == first.id


def test_a_first_paper_that_still_waits_gives_way(hall: PaperHall) -> None:
    ticket = hall.ticket()

    press_reprint(hall, ticket)

    assert [(job.state.value, job.error) for job in hall.jobs()] == [("stale", "superseded"), ("queued", None)]


def test_a_paper_nobody_had_is_a_first_paper(hall: PaperHall) -> None:
    ticket = add_ticket(hall.session, hall.town, 5).ticket

    press_reprint(hall, ticket)

    (job,) = hall.jobs()
    assert (job.copy_number, job.reason.value, job.printer_id) == (1, "first", None)


def test_a_reprint_may_go_to_another_printer(hall: PaperHall) -> None:
    dossier = hall.dossier()
    hall.print_all()

    with hall.motcua.database.write() as session:
        job = order_reprint(
            session,
            dossier=session.get_one(Dossier, dossier.id),
            by_user_id=hall.town.lan.id,
            now=hall.clock(),
            printer_id=hall.town.printer.id,
        )

    assert (job.kind.value, job.copy_number, job.printer_id) == ("receipt", 2, hall.town.printer.id)


def test_a_paper_is_of_one_thing(hall: PaperHall) -> None:
    with pytest.raises(TypeError, match="a paper is of a ticket or of a dossier"):
        order_reprint(hall.session, by_user_id=hall.town.lan.id, now=hall.clock())
