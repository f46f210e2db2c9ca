"""The touch page under a finger: two taps to a number, and what the ticket on the screen says."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from motcua.admin.enums import PrintState
from motcua.admin.models import PriorityGroup
from tests.browsing import let_pass, needs_chromium
from tests.kiosk.taking import NOTHING, given, ledger
from tests.kiosk.touching import (
    begin,
    both_sizes,
    come_along,
    cut,
    press,
    settled,
    shown,
    speak,
    take,
    touch,
    touch_twice,
    walk,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from tests.kiosk.taking import Kiosk
    from tests.town import Town


pytestmark = needs_chromium


def test_two_taps_give_a_number_in_vietnamese(page: Page, database: Database) -> None:
    begin(page)
    expect(page.locator("h1")).to_have_text("Chạm để lấy số")

    touch(page, "Hộ tịch")
    expect(page.locator("h1")).to_have_text("Quý khách có thuộc diện ưu tiên không?")
    touch(page, "Không")

    expect(page.locator(".ticket__label")).to_have_text("Số của quý khách")
    expect(page.locator(".ticket__figure")).to_have_text("A001")
    expect(page.locator(".ticket__ahead")).to_contain_text("Quý khách là người tiếp theo")
    assert ledger(database) == given(1)


def test_two_taps_give_a_number_in_english(page: Page, database: Database) -> None:
    begin(page, "en")
    expect(page.locator("h1")).to_have_text("Touch for a number")

    touch(page, "Land")
    expect(page.locator("h1")).to_have_text("Are you entitled to priority?")
    touch(page, "Elderly people")

    expect(page.locator(".ticket__label")).to_have_text("Your number")
    expect(page.locator(".ticket__figure")).to_have_text("B001")
    expect(page.locator(".ticket__ahead")).to_contain_text("You are next")
    assert ledger(database) == given(1)


def test_one_tap_is_enough_where_nobody_is_served_first(page: Page, session: Session, database: Database) -> None:
    session.delete(session.scalars(select(PriorityGroup)).one())
    session.commit()
    begin(page)

    touch(page, "Hộ tịch")

    expect(page.locator(".ticket__figure")).to_have_text("A001")
    assert ledger(database) == given(1)


def test_no_screen_asks_for_anything_personal(page: Page, session: Session, town: Town) -> None:
    seen = []
    for screen in walk(page, session, town, "vi"):
        seen.append(screen)
        assert (shown(page), page.locator("input, textarea, select, [contenteditable]").count()) == (screen, 0)

    assert seen == ["welcome", "help", "refused", "away", "priority", "late", "ticket"]


def test_touching_a_tile_twice_presses_nothing_of_the_next_screen(page: Page, database: Database) -> None:
    """TKT-05."""
    begin(page)

    touch_twice(page, "Hộ tịch")

    settled(page)
    assert (shown(page), ledger(database)) == ("priority", NOTHING)


def test_touching_the_answer_twice_gives_one_number(page: Page, database: Database) -> None:
    """TKT-05."""
    begin(page)
    touch(page, "Hộ tịch")

    touch_twice(page, "Không")

    expect(page.locator(".ticket__figure")).to_have_text("A001")
    let_pass(page, 3)
    assert (shown(page), ledger(database)) == ("ticket", given(1))


def test_touching_a_tile_twice_gives_one_number_where_no_question_comes_between(
    page: Page, session: Session, database: Database
) -> None:
    """TKT-05."""
    session.delete(session.scalars(select(PriorityGroup)).one())
    session.commit()
    begin(page)

    touch_twice(page, "Hộ tịch")

    expect(page.locator(".ticket__figure")).to_have_text("A001")
    let_pass(page, 3)
    assert (shown(page), ledger(database)) == ("ticket", given(1))


# --- the ticket on the screen


def read_screen(page: Page) -> list[str]:
    """Read the codes on the screen with a reader nobody here wrote."""
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))]


@both_sizes
def test_a_ticket_says_number_place_wait_and_paper_and_its_code_leads_to_it(page: Page, kiosk: Kiosk) -> None:
    assert [kiosk.take().get_json()["number"] for _ in range(2)] == ["A001", "A002"]
    begin(page)
    expect(page.locator(".tile__line").first).to_have_text("đang chờ 2 · khoảng 10 phút")

    ticket = take(page)

    expect(page.locator(".ticket__figure")).to_have_text("A003")
    expect(page.locator(".ticket .chosen")).to_have_text("AHộ tịch")
    expect(page.locator(".ticket__ahead")).to_have_text("Trước quý khách còn 2 người, chờ khoảng 10 phút.")
    expect(page.locator(".paper")).to_have_text("Đang in…")
    expect(page.locator(".ticket__scan")).to_have_text("Quét để theo dõi trên điện thoại")
    page.evaluate("document.querySelector('[data-qr]').decode()")
    assert read_screen(page) == [ticket["tracking_url"]]


@both_sizes
def test_the_code_is_read_in_large_type_and_from_a_wheelchair_too(page: Page) -> None:
    begin(page)
    press(page, "large")
    press(page, "low")

    ticket = take(page)

    page.evaluate("document.querySelector('[data-qr]').decode()")
    assert read_screen(page) == [ticket["tracking_url"]]


@pytest.mark.parametrize(
    ("state", "vi", "en"),
    [
        (PrintState.CONFIRMED, "Mời lấy phiếu", "Please take your ticket"),
        (
            PrintState.FAILED,
            "Máy in hết giấy hoặc gặp lỗi — vui lòng chụp lại màn hình này",
            "The printer is out of paper or faulty — please take a photo of this screen",
        ),
    ],
)
def test_the_line_on_the_paper_changes_with_the_paper(
    page: Page, session: Session, state: PrintState, vi: str, en: str
) -> None:
    begin(page)
    take(page)
    expect(page.locator(".paper")).to_have_text("Đang in…")

    come_along(session, state)
    let_pass(page, 2)

    expect(page.locator(".paper")).to_have_text(vi)
    speak(page, "en")
    expect(page.locator(".paper")).to_have_text(en)


def test_a_code_that_cannot_be_drawn_is_missed_calmly_and_drawn_later(page: Page) -> None:
    page.route("**/kiosk/qr/*", cut)
    begin(page)
    ticket = take(page)
    expect(page.locator(".ticket__scan")).to_have_text(
        "Mã QR tạm thời chưa hiện được. Số của quý khách vẫn có hiệu lực."
    )

    page.unroute("**/kiosk/qr/*")
    let_pass(page, 3)

    expect(page.locator(".ticket__scan")).to_have_text("Quét để theo dõi trên điện thoại")
    assert read_screen(page) == [ticket["tracking_url"]]
