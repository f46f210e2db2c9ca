"""The touch page when its server goes away, and when its visitor does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from motcua.admin.enums import PrintState
from motcua.kiosk.settings import EXTENSION
from tests.browsing import let_pass, needs_chromium
from tests.kiosk.taking import NOTHING, given, ledger
from tests.kiosk.touching import TICKETS, Record, begin, come_along, cut, keys_of, press, speak, take, touch

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page, Route
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database


pytestmark = needs_chromium


# --- the server goes away


def test_a_kiosk_without_a_server_says_so_within_five_seconds_and_comes_back_by_itself(
    page: Page, record: Record
) -> None:
    """KIO-03."""
    begin(page)

    record.go_away()
    let_pass(page, 5)
    expect(page.locator("h1")).to_have_text("Tạm ngừng phục vụ")
    expect(page.locator(".stage")).to_contain_text("Mời quý khách lấy số tại bàn hướng dẫn.")
    speak(page, "en")
    expect(page.locator("h1")).to_have_text("Out of service for a moment")
    expect(page.locator(".stage")).to_contain_text("Please take your number at the help desk.")
    expect(page.locator(".tile")).to_have_count(0)

    record.come_back()
    let_pass(page, 5)
    expect(page.locator(".tile")).to_have_count(2)


def test_a_record_that_is_away_while_a_number_is_taken_loses_and_doubles_nothing(
    page: Page, record: Record, database: Database
) -> None:
    """KIO-03: one key for as long as the visitor waits."""
    keys = keys_of(page)
    begin(page)
    touch(page, "Hộ tịch")

    record.go_away()
    touch(page, "Không")
    let_pass(page, 6)
    expect(page.locator("h1")).to_have_text("Tạm ngừng phục vụ")
    expect(page.locator(".stage")).to_contain_text("Máy vẫn đang lấy số cho quý khách.")
    speak(page, "en")
    expect(page.locator("h1")).to_have_text("Out of service for a moment")
    expect(page.locator(".stage")).to_contain_text("The machine is still taking your number.")
    assert ledger(database) == NOTHING

    record.come_back()
    let_pass(page, 3)
    expect(page.locator(".ticket__figure")).to_have_text("A001")
    assert (len(keys) > 2, len(set(keys)), ledger(database)) == (True, 1, given(1))


def test_an_answer_lost_on_the_way_is_asked_for_again_and_is_the_same_ticket(page: Page, database: Database) -> None:
    """KIO-03: the server gave the number, the line broke before the kiosk heard it."""
    keys, lost = keys_of(page), []

    def lose(route: Route) -> None:
        lost.append(route.fetch().json())
        route.abort()

    page.route(TICKETS, lose)
    begin(page)
    touch(page, "Hộ tịch")
    touch(page, "Không")
    let_pass(page, 6)
    expect(page.locator("h1")).to_have_text("Tạm ngừng phục vụ")

    page.unroute(TICKETS)
    with page.expect_response(TICKETS) as answer:
        let_pass(page, 3)

    expect(page.locator(".ticket__figure")).to_have_text("A001")
    assert lost == [answer.value.json()] * len(lost)
    assert (len(keys) > 2, len(set(keys)), ledger(database)) == (True, 1, given(1))


def test_a_page_loaded_anew_in_the_middle_of_the_question_asks_on_with_the_same_key(
    page: Page, database: Database
) -> None:
    """KIO-02."""
    keys = keys_of(page)
    begin(page)
    touch(page, "Hộ tịch")
    page.route(TICKETS, cut)
    touch(page, "Không")
    let_pass(page, 2)
    page.unroute(TICKETS)

    page.reload()

    expect(page.locator(".ticket__figure")).to_have_text("A001")
    assert (len(keys) > 1, len(set(keys)), ledger(database)) == (True, 1, given(1))


def test_who_no_longer_wants_a_number_is_given_none_later(page: Page, record: Record, database: Database) -> None:
    begin(page)
    touch(page, "Hộ tịch")
    record.go_away()
    touch(page, "Không")
    let_pass(page, 6)

    touch(page, "Thôi, không lấy số nữa")
    record.come_back()
    let_pass(page, 5)

    expect(page.locator(".tile")).to_have_count(2)
    assert ledger(database) == NOTHING


def test_a_kiosk_that_starts_before_its_record_finds_it_by_itself(page: Page, record: Record) -> None:
    """KIO-01."""
    record.go_away()
    page.goto("/kiosk/")
    expect(page.locator("h1")).to_have_text("Tạm ngừng phục vụ")
    expect(page.locator("[lang=en]")).to_contain_text("Out of service for a moment.")

    record.come_back()

    expect(page.locator(".tile")).to_have_count(2, timeout=10_000)


# --- silence


@pytest.fixture
def stays(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a screen to stay for 60 seconds, a ticket for 30."""
    settings = replace(app.extensions[EXTENSION], idle_seconds=60, ticket_seconds=30)
    monkeypatch.setitem(app.extensions, EXTENSION, settings)


@pytest.mark.usefixtures("stays")
def test_a_screen_left_alone_is_the_first_one_in_vietnamese_again(page: Page) -> None:
    """KIO-08: after MOTCUA_KIOSK_IDLE_SECONDS; a touch anywhere begins the time anew."""
    begin(page, "en")
    press(page, "large")
    touch(page, "Civil status")
    let_pass(page, 45)
    page.locator("h1").tap()
    let_pass(page, 45)
    expect(page.locator("h1")).to_have_text("Are you entitled to priority?")
    expect(page.locator("#return")).to_be_hidden()

    let_pass(page, 8)
    expect(page.locator("#return")).to_be_visible()
    let_pass(page, 10)

    expect(page.locator("h1")).to_have_text("Chạm để lấy số")
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.locator("html")).not_to_have_class("large")


@pytest.mark.usefixtures("stays")
def test_a_first_screen_left_alone_in_english_is_vietnamese_again(page: Page) -> None:
    """KIO-08."""
    begin(page, "en")
    press(page, "low")

    let_pass(page, 62)

    expect(page.locator("h1")).to_have_text("Chạm để lấy số")
    expect(page.locator(".tile__name")).to_have_text(["Hộ tịch", "Đất đai"])
    expect(page.locator("html")).not_to_have_class("low")


@pytest.mark.usefixtures("stays")
def test_a_ticket_leaves_the_screen_by_itself_and_a_touch_keeps_it(page: Page, session: Session) -> None:
    """KIO-08: after MOTCUA_KIOSK_TICKET_SECONDS."""
    begin(page)
    take(page)
    come_along(session, PrintState.CONFIRMED)
    let_pass(page, 22)
    page.locator(".ticket__number").tap()
    let_pass(page, 22)
    expect(page.locator(".ticket__figure")).to_have_text("A001")

    let_pass(page, 10)

    expect(page.locator("h1")).to_have_text("Chạm để lấy số")
    expect(page.locator(".stage")).not_to_contain_text("A001")


@pytest.mark.usefixtures("stays")
def test_a_ticket_without_a_paper_stays_twice_as_long(page: Page, session: Session) -> None:
    begin(page)
    take(page)
    come_along(session, PrintState.FAILED)
    let_pass(page, 45)
    expect(page.locator(".ticket__figure")).to_have_text("A001")

    let_pass(page, 18)

    expect(page.locator("h1")).to_have_text("Chạm để lấy số")


def test_done_is_at_once_and_nothing_of_the_visit_comes_back(page: Page) -> None:
    """KIO-08."""
    begin(page, "en")
    touch(page, "Civil status")
    touch(page, "No")
    expect(page.locator(".ticket__figure")).to_have_text("A001")

    press(page, "finish")
    expect(page.locator("h1")).to_have_text("Chạm để lấy số")

    expect(page.locator("body")).not_to_contain_text("A001")
    assert page.evaluate("sessionStorage.length") == 0
