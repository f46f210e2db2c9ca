"""The board and the phone in a real browser: calls one after another, nothing lost while the server is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browsing import let_pass, needs_chromium
from tests.kiosk.hall import add_ticket, away, call, finish
from tests.town import NINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua
    from tests.browsing import Moment
    from tests.town import Town

#: Announcements happen in a moment of the page's own; this keeps what was announced.
LISTEN = """
window.heard = [];
document.addEventListener("motcua:announced", (event) => window.heard.push(event.detail.label));
"""

pytestmark = needs_chromium


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": 1920, "height": 1080}, locale="vi-VN")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_init_script(LISTEN)
    page.clock.install(time=datetime(2026, 12, 2, 2, 0, tzinfo=UTC))
    yield page
    context.close()
    assert faults == []


def until_heard(page: Page, count: int) -> None:
    """Let time pass until so many numbers were announced; on a busy machine the news of a call comes late."""
    for _ in range(60):
        if len(heard(page)) >= count:
            return
        let_pass(page, 1)


def heard(page: Page) -> list[str]:
    labels: list[str] = page.evaluate("window.heard")
    return labels


def test_the_board_shows_a_call_as_it_happens(session: Session, town: Town, page: Page) -> None:
    first, second = add_ticket(session, town, 1).ticket, add_ticket(session, town, 2).ticket
    call(session, first, town.counter1)
    page.goto("/kiosk/board/chau-ninh")
    expect(page.locator("#number")).to_have_text("A001")

    call(session, second, town.counter2)
    let_pass(page, 3)

    expect(page.locator("#number")).to_have_text("A002")
    expect(page.locator("#counter")).to_have_text("Quầy 2")
    expect(page.locator("#now")).to_have_class("now now--calling")
    expect(page.locator("#last li")).to_have_text(["A001Quầy 1"])
    assert heard(page) == ["A002"]


def test_fifty_calls_at_once_are_announced_one_after_another(session: Session, town: Town, page: Page) -> None:
    page.goto("/kiosk/board/chau-ninh")
    expect(page.locator("#word")).to_have_text("Chưa mời số nào")
    let_pass(page, 2)
    for number in range(1, 51):
        ticket = add_ticket(session, town, number).ticket
        call(session, ticket, town.counter1)
        finish(session, ticket)

    let_pass(page, 90)

    assert heard(page) == [f"A{number:03}" for number in range(1, 51)]


def test_a_recall_is_announced_again(session: Session, town: Town, page: Page) -> None:
    ticket = add_ticket(session, town, 1).ticket
    page.goto("/kiosk/board/chau-ninh")
    let_pass(page, 2)

    for times in (1, 2):
        call(session, ticket, town.counter1)
        until_heard(page, times)
        let_pass(page, 7)
        assert heard(page) == ["A001"] * times


def test_a_board_without_a_server_keeps_its_picture_and_says_how_old_it_is(
    session: Session, motcua: Motcua, database: Database, moment: Moment, town: Town, page: Page
) -> None:
    tickets = [add_ticket(session, town, number).ticket for number in range(1, 5)]
    call(session, tickets[0], town.counter1)
    page.goto("/kiosk/board/chau-ninh")
    let_pass(page, 2)

    motcua.database = away(database)
    let_pass(page, 14)

    expect(page.locator("#away")).to_be_visible()
    expect(page.locator("#away")).to_contain_text("Đang kết nối lại… Số liệu cách đây 1")
    expect(page.locator("#number")).to_have_text("A001")

    moment.now = NINE + timedelta(seconds=90)  # before a stream that is still open sees the calls
    finish(session, tickets[0])
    call(session, tickets[1], town.counter1, at=NINE + timedelta(seconds=10))
    finish(session, tickets[1])
    call(session, tickets[2], town.counter2, at=NINE + timedelta(seconds=70))
    call(session, tickets[3], town.counter1, at=NINE + timedelta(seconds=80))
    motcua.database = database
    let_pass(page, 20)

    expect(page.locator("#away")).to_be_hidden()
    expect(page.locator("#number")).to_have_text("A004")
    expect(page.locator("#last li b")).to_have_text(["A003", "A002", "A001"])
    assert heard(page) == ["A003", "A004"]


def test_the_display_of_a_counter_shows_that_counter_only(session: Session, town: Town, page: Page) -> None:
    first, second = add_ticket(session, town, 1).ticket, add_ticket(session, town, 2).ticket
    call(session, first, town.counter1)
    page.goto("/kiosk/board/chau-ninh/counter/2")
    expect(page.locator("#word")).to_have_text("Xin chờ mời số")

    call(session, second, town.counter2)
    let_pass(page, 3)

    expect(page.locator("#number")).to_have_text("A002")
    finish(session, second)
    let_pass(page, 7)
    expect(page.locator("#word")).to_have_text("Xin chờ mời số")


def test_the_phone_learns_that_its_number_is_called(session: Session, town: Town, page: Page) -> None:
    waiting = add_ticket(session, town, 1)
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(f"/T/{waiting.token}")
    expect(page.locator("h1")).to_have_text("Quý khách là người tiếp theo")

    call(session, waiting.ticket, town.counter2)
    let_pass(page, 4)

    expect(page.locator("h1")).to_have_text("Mời quý khách đến quầy 2")
    expect(page.locator("#announcement")).to_have_text("Mời quý khách đến quầy 2")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.context.cookies() == []


def test_the_phone_says_when_it_has_lost_the_server(
    session: Session, motcua: Motcua, database: Database, town: Town, page: Page
) -> None:
    waiting = add_ticket(session, town, 1)
    page.goto(f"/T/{waiting.token}")

    motcua.database = away(database)
    let_pass(page, 14)
    expect(page.locator("#away")).to_have_text("Mất kết nối. Đang hiển thị số liệu lúc 09:00:00. Đang thử lại…")

    motcua.database = database
    let_pass(page, 30)
    expect(page.locator("#away")).to_be_hidden()
