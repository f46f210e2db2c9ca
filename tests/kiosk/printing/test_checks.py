"""What readiness and `motcua doctor` say of printing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from motcua.kiosk.printing.checks import check_printing, probe_printers
from motcua.kiosk.printing.status import Condition
from tests.kiosk.printing.fake_printer import PAPER_END, FakePrinter, Habits

if TYPE_CHECKING:
    from motcua.admin.health import Check
    from tests.kiosk.printing.conftest import PaperHall


def set_status(hall: PaperHall, status: str | None) -> None:
    hall.town.printer.last_status = status
    hall.session.commit()


def said(check: Check) -> tuple[str, str]:
    return check.state, check.text


@pytest.mark.parametrize(
    ("status", "state", "text"),
    [
        (None, "warn", "Chưa hỏi: 1"),
        ("ok", "ok", "Sẵn sàng: 1"),
        ("near_end", "warn", "Sắp hết giấy: 1"),
        ("unknown", "warn", "Không phản hồi: 1"),
        ("paper_end", "fail", "Hết giấy: 1"),
        ("unreachable", "fail", "Không kết nối được: 1"),
    ],
)
def test_readiness_tells_what_the_printers_last_said(
    hall: PaperHall, status: str | None, state: str, text: str
) -> None:
    set_status(hall, status)

    assert said(hall.motcua.checks["printer"]()) == (state, text)


def test_papers_that_nobody_touches_mean_that_the_worker_is_not_running(hall: PaperHall) -> None:
    hall.ticket(1)
    hall.ticket(2)
    hall.clock.move(31)

    assert said(check_printing(hall.motcua)) == (
        "fail",
        "2 phiếu đang chờ mà không máy nào in: `motcua worker` có đang chạy không?",
    )


def test_papers_that_wait_for_their_printer_are_not_the_workers_fault(hall: PaperHall) -> None:
    hall.point_printer_at("tcp://127.0.0.1:9")
    hall.ticket(1)
    hall.print_all()
    hall.clock.move(31)

    assert said(check_printing(hall.motcua)) == ("fail", "Không kết nối được: 1")


def test_an_office_without_printers_is_told_so(hall: PaperHall) -> None:
    hall.town.printer.is_active = False
    hall.session.commit()

    assert check_printing(hall.motcua).state == "warn"
    assert said(probe_printers(hall.motcua, hall.ways())) == ("ok", "Chưa có máy in nào.")


def test_the_doctor_asks_the_printers_themselves(hall: PaperHall, printer: FakePrinter) -> None:
    printer.habits = Habits(answers=PAPER_END)
    hall.point_printer_at(printer.address)
    assert said(probe_printers(hall.motcua, hall.ways())) == ("fail", "Máy in sảnh: Hết giấy")

    hall.point_printer_at("telepathy:now")
    assert said(probe_printers(hall.motcua, hall.ways())) == ("fail", "Máy in sảnh: Không kết nối được")

    hall.point_printer_at("virtual:")
    assert said(probe_printers(hall.motcua, hall.ways())) == ("ok", "Máy in sảnh: Sẵn sàng")


def test_every_condition_has_its_word(hall: PaperHall) -> None:
    for condition in Condition:
        set_status(hall, condition)
        assert check_printing(hall.motcua).text.endswith(": 1")
