"""Printers on the network, and every way they let a paper down."""

from __future__ import annotations

import ast
import ipaddress
import socket
from pathlib import Path

import pytest
from PIL import Image

from motcua.admin.models import PrintJob
from motcua.kiosk.printing import network
from motcua.kiosk.printing.network import TcpPrinter
from motcua.kiosk.printing.printer import Paper, Patience, PrinterError
from motcua.kiosk.printing.status import Condition
from tests.kiosk.printing.conftest import HASTY, LOOPBACK, QUICK, PaperHall
from tests.kiosk.printing.decoder import NotEscposError, decode
from tests.kiosk.printing.fake_printer import PAPER_END, SILENT, FakePrinter, Habits
from tests.town import WEDNESDAY

SIXTY_KILOBYTES = Paper(label="A001", day=WEDNESDAY, image=Image.new("1", (576, 840), 1), data=bytes(60_000))


def at(printer: FakePrinter, patience: Patience = QUICK) -> TcpPrinter:
    return TcpPrinter("127.0.0.1", printer.port, networks=LOOPBACK, patience=patience)


def is_whole(paper: bytes) -> bool:
    try:
        return decode(paper).is_cut
    except NotEscposError:
        return False


def is_marked(paper: bytes) -> bool:
    """Say whether a black band stands at the top: "IN LẠI"."""
    band = decode(paper).image.crop((0, 2, 576, 10))
    return all(dot == 0 for dot in band.tobytes())


def test_nobody_at_the_address_is_said_at_once() -> None:
    nobody = TcpPrinter("127.0.0.1", 9, networks=LOOPBACK, patience=QUICK)

    with pytest.raises(PrinterError) as caught:
        nobody.print_paper(SIXTY_KILOBYTES, ask_first=False)

    assert (caught.value.condition, caught.value.has_begun) == (Condition.UNREACHABLE, False)
    with pytest.raises(PrinterError):
        nobody.ask()


#: This machine, a cloud's own address book and a stranger, in every spelling that a resolver understands.
_ELSEWHERE = [
    "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "017700000001", "::1", "::ffff:127.0.0.1",
    "0.0.0.0",  # noqa: S104 - not listened on
    "169.254.169.254", "2852039166", "0xa9fea9fe", "::ffff:169.254.169.254", "8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("host", _ELSEWHERE)
def test_a_machine_outside_the_allowed_networks_gets_nothing(host: str, printer: FakePrinter) -> None:
    """CFG-07: judged is where the name leads, and not how it is written."""
    elsewhere = (ipaddress.ip_network("10.0.0.0/8"),)
    forbidden = TcpPrinter(host, printer.port, networks=elsewhere, patience=QUICK)

    with pytest.raises(PrinterError, match="in none of the networks of MOTCUA_PRINTER_NETWORKS"):
        forbidden.print_paper(SIXTY_KILOBYTES, ask_first=False)

    assert printer.conversations == []


def test_a_name_that_changes_its_mind_leads_where_it_was_judged_to_lead(
    printer: FakePrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CFG-07: a name is looked up once for each conversation, so that it cannot mean another machine afterwards."""
    answers = iter(["127.0.0.1", "169.254.169.254"])

    def rebinding(_host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    changing = TcpPrinter("printer.test", printer.port, networks=LOOPBACK, patience=QUICK)

    changing.ask()
    with pytest.raises(PrinterError, match=r"169\.254\.169\.254 is in none of the networks"):
        changing.ask()

    assert len(printer.conversations) == 1


@pytest.mark.parametrize("host", ["no-such-printer.invalid", "a" * 64, "a..b", "-", "."])
def test_a_name_that_leads_nowhere_is_unreachable(host: str) -> None:
    with pytest.raises(PrinterError) as caught:
        TcpPrinter(host, 9100, networks=LOOPBACK, patience=QUICK).ask()

    assert caught.value.condition == Condition.UNREACHABLE


def test_a_stall_is_never_good_news_wherever_it_begins(printer: FakePrinter) -> None:
    """PRN-07: stops reading after k bytes of 60,000; the worker is free within its deadlines."""
    outcomes = []
    for stall in range(0, 60_000, 3000):
        printer.habits = Habits(stalls_after=stall)
        outcomes.append(outcome(at(printer, HASTY)))

    assert len(outcomes) == 20
    # What fits into the printer's own buffer can't be told from printed; it stays unknown, never confirmed.
    assert set(outcomes) <= {(Condition.UNREACHABLE, True), (Condition.UNKNOWN, True)}
    assert outcomes.count((Condition.UNREACHABLE, True)) >= 16


def outcome(printer: TcpPrinter) -> tuple[Condition, bool]:
    """Return what is said of a printed paper, and whether any of it had left."""
    try:
        return printer.print_paper(SIXTY_KILOBYTES, ask_first=False), True
    except PrinterError as error:
        return error.condition, error.has_begun


def test_a_printer_in_trouble_that_is_asked_first_gets_no_paper(printer: FakePrinter) -> None:
    printer.habits = Habits(answers=PAPER_END)

    with pytest.raises(PrinterError) as caught:
        at(printer).print_paper(SIXTY_KILOBYTES, ask_first=True)

    assert (caught.value.condition, caught.value.has_begun) == (Condition.PAPER_END, False)
    assert printer.papers == []


def test_a_silent_printer_that_is_asked_first_still_prints(printer: FakePrinter) -> None:
    printer.habits = Habits(answers=SILENT)

    assert at(printer, HASTY).print_paper(SIXTY_KILOBYTES, ask_first=True) == Condition.UNKNOWN
    printer.wait_until_quiet()
    assert printer.papers == [SIXTY_KILOBYTES.data]


def test_a_stray_status_byte_does_not_vouch_for_a_paper(printer: FakePrinter) -> None:
    """PRN-23: said unasked after the cut, by a printer that answers no question."""
    printer.habits = Habits(answers=SILENT, says_unasked=b"\x12")
    paper = Paper("A001", WEDNESDAY, Image.new("1", (576, 8), 1), bytes(500) + b"\x1dVB\x00")

    slow_enough_to_be_overtaken = Patience(answer=0.1, mm_a_second=10)
    assert at(printer, slow_enough_to_be_overtaken).print_paper(paper, ask_first=False) == Condition.UNKNOWN


def test_the_paper_ends_after_any_line(hall: PaperHall, printer: FakePrinter) -> None:
    """PRN-06: doubtful, then exactly one marked copy once there is paper: never 0, never 3."""
    hall.point_printer_at(printer.address)
    hall.ticket(1)
    hall.print_all()
    # Papers differ a little in length; the last line of the shortest is still a line of every other.
    length = len(printer.papers[0]) * 9 // 10
    ends = list(range(0, length + 1, length // 30))

    for number, end in enumerate(ends, start=2):
        printer.at_first = [Habits(changes_after=end, then_answers=PAPER_END)]
        hall.ticket(number)
        hall.print_all()

    printer.wait_until_quiet()
    papers = printer.papers[1:]
    assert len(ends) >= 30
    assert hall.states()[1:] == ["unconfirmed", "confirmed"] * len(ends)
    assert len(papers) == 2 * len(ends)
    assert [is_marked(paper) for paper in papers] == [False, True] * len(ends)


def test_the_connection_breaks_after_any_byte(hall: PaperHall, printer: FakePrinter) -> None:
    """PRN-08: 36 places on each database; at least one whole paper, at most two, the second marked."""
    hall.point_printer_at(printer.address)
    hall.ticket(1)
    hall.print_all()
    length = len(printer.papers[0]) * 9 // 10
    breaks = list(range(1, length + 1, length // 35))

    for number, place in enumerate(breaks, start=2):
        printer.at_first = [Habits(resets_after=place)]
        hall.ticket(number)
        hall.print_all()

    printer.wait_until_quiet()
    by_ticket: dict[int | None, list[PrintJob]] = {}
    for job in hall.jobs()[1:]:
        by_ticket.setdefault(job.ticket_id, []).append(job)
    assert len(by_ticket) == len(breaks) >= 36
    assert all(jobs[-1].state.value == "confirmed" and len(jobs) <= 2 for jobs in by_ticket.values())
    whole = [paper for paper in printer.papers[1:] if is_whole(paper)]
    assert len(breaks) <= len(whole) <= 2 * len(breaks)
    assert sum(is_marked(paper) for paper in whole) == sum(len(jobs) == 2 for jobs in by_ticket.values())


def test_no_wait_is_longer_than_three_seconds() -> None:
    """PRN-21."""
    patience = Patience()

    assert (patience.connect, patience.write, patience.answer) == (3, 3, 1)


def test_every_socket_has_a_time_limit() -> None:
    """PRN-21: no socket of ours is ever left without one."""
    tree = ast.parse(Path(network.__file__).read_text("utf-8"))
    calls = [
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]

    assert "setblocking" not in calls
    assert calls.count("settimeout") == calls.count("connect") + calls.count("send") + calls.count("recv")
