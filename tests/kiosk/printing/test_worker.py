"""From an owed paper to a paper, and what is written down of it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from motcua.admin.domain.printing import order_reprint
from motcua.admin.enums import TicketState
from tests.kiosk.hall import add_ticket, call
from tests.kiosk.printing.conftest import HASTY
from tests.kiosk.printing.decoder import decode
from tests.kiosk.printing.fake_printer import NEAR_END, PAPER_END, SILENT, FakePrinter, Habits

if TYPE_CHECKING:
    from tests.kiosk.printing.conftest import PaperHall

NOWHERE = "tcp://127.0.0.1:9"


def test_a_ticket_becomes_a_picture_and_the_bytes_of_it(hall: PaperHall) -> None:
    hall.ticket(12)

    assert hall.print_all() == 1

    picture = Image.open(hall.folder / "A012.png").convert("L")
    printed = decode((hall.folder / "A012.bin").read_bytes())
    assert printed.is_cut
    assert picture.width == 576
    assert printed.image.crop((0, 0, *picture.size)).tobytes() == picture.tobytes()
    assert hall.states() == ["confirmed"]
    assert hall.status() == "ok"


def test_a_receipt_is_printed_under_the_code_of_its_dossier(hall: PaperHall) -> None:
    dossier = hall.dossier()

    hall.print_all()

    assert (hall.folder / f"{dossier.code}.png").exists()
    assert [job.kind.value for job in hall.jobs()] == ["receipt"]
    assert hall.states() == ["confirmed"]


def test_every_paper_goes_in_a_connection_of_its_own_and_ends_in_a_cut(hall: PaperHall, printer: FakePrinter) -> None:
    """PRN-01: 100 tickets, 100 whole papers."""
    hall.point_printer_at(printer.address)
    for number in range(1, 101):
        hall.ticket(number)

    assert hall.print_all() == 100

    assert len(printer.conversations) == len(printer.papers) == 100
    assert all(paper.endswith(b"\x1dVB\x00") and paper.count(b"\x1b@") == 1 for paper in printer.papers)
    assert all(decode(paper).is_cut for paper in printer.papers[::20])
    assert hall.states() == ["confirmed"] * 100


def test_a_printer_that_refuses_costs_no_number_and_is_tried_again(hall: PaperHall) -> None:
    """PRN-02, the record's side: the ticket stays, its paper waits, the staff can see why."""
    hall.point_printer_at(NOWHERE)
    ticket = hall.ticket()

    hall.print_all()

    (job,) = hall.jobs()
    assert (job.state.value, job.attempts) == ("queued", 1)
    assert job.not_before is not None
    assert (job.not_before - hall.clock()).total_seconds() == 1
    assert job.error is not None
    assert job.error.startswith("unreachable")
    assert hall.status() == "unreachable"
    hall.session.refresh(ticket)
    assert ticket.state == TicketState.WAITING


def test_a_printer_that_comes_back_prints_what_waits_in_order(hall: PaperHall, printer: FakePrinter) -> None:
    hall.point_printer_at(NOWHERE)
    hall.ticket(1)
    hall.print_all()
    hall.ticket(2)

    hall.point_printer_at(printer.address)
    rested_too_little = hall.print_all()
    hall.clock.move(1)
    printed = hall.print_all()

    assert (rested_too_little, printed) == (0, 2)
    assert hall.states() == ["confirmed", "confirmed"]


def test_a_printer_rests_longer_after_each_failure_but_never_long(hall: PaperHall) -> None:
    hall.point_printer_at(NOWHERE)
    hall.ticket()
    rests = []

    for _ in range(7):
        hall.print_all()
        (job,) = hall.jobs()
        assert job.not_before is not None
        rests.append((job.not_before - hall.clock()).total_seconds())
        hall.clock.now = job.not_before

    assert rests == [1, 2, 4, 8, 10, 10, 10]


def test_silence_is_not_a_printed_paper(hall: PaperHall, printer: FakePrinter) -> None:
    """PRN-03: the paper is sent, once, and nobody vouches for it."""
    printer.habits = Habits(answers=SILENT)
    hall.point_printer_at(printer.address)
    hall.ticket()

    hall.print_all()

    assert len(printer.papers) == 1
    assert hall.states() == ["unconfirmed"]
    assert hall.status() == "unknown"


def test_an_office_may_print_only_where_there_is_an_answer(hall: PaperHall, printer: FakePrinter) -> None:
    """PRN-03: the policy the other way."""
    printer.habits = Habits(answers=SILENT)
    hall.patience = replace(HASTY, needs_answer=True)
    hall.point_printer_at(printer.address)
    hall.ticket()

    hall.print_all()

    assert printer.papers == []
    assert hall.states() == ["queued"]


@pytest.mark.parametrize("answers", [{1: b"\x00"}, {1: b"\xff"}, {1: b"\x36"}, {1: b"\x12\x12"}])
def test_noise_is_not_a_printed_paper(hall: PaperHall, printer: FakePrinter, answers: dict[int, bytes]) -> None:
    """PRN-04, end to end."""
    printer.habits = Habits(answers=answers)
    hall.point_printer_at(printer.address)
    hall.ticket()

    hall.print_all()

    assert hall.states() == ["unconfirmed"]


def test_a_printer_without_paper_gets_nothing_until_it_has_some(hall: PaperHall, printer: FakePrinter) -> None:
    """PRN-05 and PRN-06: the first paper is doubtful; the others wait; loaded, each comes out once."""
    printer.habits = Habits(answers=PAPER_END)
    hall.point_printer_at(printer.address)
    for number in (1, 2, 3):
        hall.ticket(number)

    hall.print_all()
    assert hall.states() == ["unconfirmed", "queued", "queued", "queued"]
    assert hall.status() == "paper_end"
    assert len(printer.papers) == 1

    printer.habits = Habits()
    hall.clock.move(10)
    hall.print_all()
    assert hall.states() == ["unconfirmed", "confirmed", "confirmed", "confirmed"]
    assert len(printer.papers) == 4
    copy = hall.jobs()[3]
    assert (copy.copy_number, copy.reason.value, copy.created_at) == (2, "reprint", hall.jobs()[0].created_at)


def test_a_roll_near_its_end_prints_and_is_told_once(
    hall: PaperHall, printer: FakePrinter, caplog: pytest.LogCaptureFixture
) -> None:
    """PRN-05: one warning per roll."""
    printer.habits = Habits(answers=NEAR_END)
    hall.point_printer_at(printer.address)
    for number in range(1, 6):
        hall.ticket(number)

    with caplog.at_level(logging.WARNING):
        hall.print_all()

    assert hall.states() == ["confirmed"] * 5
    assert [record.getMessage() for record in caplog.records] == [
        f"printer {hall.town.printer.id}: near_end (was not known)"
    ]


def test_printers_that_drop_idle_connections_lose_no_paper(hall: PaperHall, printer: FakePrinter) -> None:
    """PRN-09: 20 papers with pauses between them."""
    printer.habits = Habits(drops_idle_after=0.03)
    hall.point_printer_at(printer.address)

    for number in range(1, 21):
        hall.ticket(number)
        hall.print_all()
        printer.wait_until_quiet()

    assert len(printer.papers) == 20
    assert all(decode(paper).is_cut for paper in printer.papers)


def test_a_broken_connection_brings_one_marked_copy(hall: PaperHall, printer: FakePrinter) -> None:
    """PRN-08: the way from a spoilt paper to a whole one."""
    printer.at_first = [Habits(resets_after=20_000)]
    hall.point_printer_at(printer.address)
    hall.ticket()

    hall.print_all()
    assert hall.states() == ["unconfirmed", "confirmed"]
    assert [len(paper) >= 20_000 for paper in printer.papers] == [True, True]
    assert decode(printer.papers[1]).is_cut


def test_two_marked_copies_are_tried_unasked_and_no_more(hall: PaperHall, printer: FakePrinter) -> None:
    printer.habits = Habits(resets_after=20_000)
    hall.point_printer_at(printer.address)
    hall.ticket()

    hall.print_all()

    assert hall.states() == ["unconfirmed"] * 3
    assert [job.copy_number for job in hall.jobs()] == [1, 2, 3]


def test_papers_of_yesterday_minute_and_of_called_tickets_stay_unprinted(hall: PaperHall) -> None:
    """PRN-11: too old, or already called; the others are printed once."""
    hall.point_printer_at(NOWHERE)
    hall.ticket(1)
    hall.clock.move(181)
    called = hall.ticket(2)
    hall.ticket(3)
    call(hall.session, called, hall.town.counter1)

    hall.point_printer_at("virtual:")
    hall.print_all()

    assert hall.states() == ["stale", "stale", "confirmed"]
    assert [path.name for path in sorted(hall.folder.glob("*.png"))] == ["A003.png"]


def test_a_reprint_pressed_while_the_printer_was_off_brings_one_paper(hall: PaperHall) -> None:
    """PRN-11: no double print after staff have pressed "reprint" meanwhile."""
    hall.point_printer_at(NOWHERE)
    ticket = hall.ticket()
    hall.print_all()
    order_reprint(hall.session, ticket=ticket, by_user_id=hall.town.lan.id, now=hall.clock())
    hall.session.commit()

    hall.clock.move(10)
    hall.point_printer_at("virtual:")
    hall.print_all()

    assert hall.states() == ["stale", "confirmed"]
    assert len(list(hall.folder.glob("2026-12-02/*.png"))) == 1


def test_staff_may_reprint_a_ticket_that_was_called(hall: PaperHall) -> None:
    ticket = hall.ticket()
    hall.print_all()
    call(hall.session, ticket, hall.town.counter1)
    hall.clock.move(60)
    order_reprint(hall.session, ticket=ticket, by_user_id=hall.town.lan.id, now=hall.clock())
    hall.session.commit()

    hall.print_all()

    assert hall.states() == ["confirmed", "confirmed"]
    assert sorted(path.name for path in hall.folder.glob("2026-12-02/*.png")) == ["A001-2.png", "A001.png"]


def test_one_paper_that_cannot_be_drawn_does_not_stop_the_line(
    hall: PaperHall, caplog: pytest.LogCaptureFixture
) -> None:
    hall.ticket(1)
    hall.ticket(2)
    hall.town.office.time_zone = "Nowhere/Land"
    hall.session.commit()
    hall.worker()
    with caplog.at_level(logging.ERROR):
        hall.print_all()

    assert hall.states() == ["failed", "failed"]
    assert [record.exc_info is not None for record in caplog.records] == [True, True]

    hall.town.office.time_zone = "Asia/Ho_Chi_Minh"
    hall.session.commit()
    hall.ticket(3)
    hall.print_all()
    assert hall.states() == ["failed", "failed", "confirmed"]


def test_an_address_of_no_known_form_fails_with_its_reason(hall: PaperHall) -> None:
    hall.point_printer_at("telepathy:now")
    hall.ticket()

    hall.print_all()

    (job,) = hall.jobs()
    assert job.state.value == "failed"
    assert job.error is not None
    assert job.error.startswith("The printer address “telepathy:now” is not usable.")


def test_a_paper_for_a_printer_that_is_switched_off_fails_at_once(hall: PaperHall) -> None:
    hall.ticket()
    hall.town.printer.is_active = False
    hall.session.commit()

    assert hall.print_all() == 0

    assert [(job.state.value, job.error) for job in hall.jobs()] == [("failed", "printer_off")]


def test_a_paper_without_a_printer_fails_at_once(hall: PaperHall) -> None:
    hall.ticket()
    (job,) = hall.jobs()
    job.printer_id = None
    hall.session.commit()

    assert hall.worker().serve(None) == 0

    assert [(job.state.value, job.error) for job in hall.jobs()] == [("failed", "no_printer")]


def test_a_printer_that_was_never_asked_is_asked(hall: PaperHall, printer: FakePrinter) -> None:
    printer.habits = Habits(answers=PAPER_END)
    hall.point_printer_at(printer.address)

    condition = hall.worker().ask(hall.town.printer.id)

    assert condition == "paper_end"
    assert hall.status() == "paper_end"
    assert printer.papers == []


def test_the_status_is_not_an_edit_of_the_printer(hall: PaperHall) -> None:
    version = hall.town.printer.version

    hall.worker().ask(hall.town.printer.id)

    hall.session.rollback()
    hall.session.refresh(hall.town.printer)
    assert (hall.town.printer.last_status, hall.town.printer.version) == ("ok", version)


def test_a_worker_asked_to_stop_takes_no_more(hall: PaperHall) -> None:
    hall.ticket()
    hall.stop.set()

    assert hall.print_all() == 0

    assert hall.states() == ["queued"]


def test_a_ticket_without_a_paper_is_nobodys_work(hall: PaperHall) -> None:
    add_ticket(hall.session, hall.town, 7)

    assert hall.print_all() == 0
