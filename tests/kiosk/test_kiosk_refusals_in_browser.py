"""The touch page where no number is to be had, and on a machine that is not enrolled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from motcua.admin.domain.devices import revoke
from motcua.kiosk.auth import COOKIE
from tests.browsing import let_pass, needs_chromium
from tests.kiosk.fitness import FITS, faults_for_some, measured
from tests.kiosk.taking import NOTHING, given, ledger
from tests.kiosk.touching import begin, both_sizes, press, speak, touch
from tests.town import NINE

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from tests.browsing import Moment
    from tests.kiosk.taking import Kiosk
    from tests.town import Town


pytestmark = needs_chromium


# --- services that give no numbers


@pytest.mark.parametrize(
    ("language", "name", "why", "title", "words"),
    [
        (
            "vi",
            "Đất đai",
            "Tạm đóng, mời hỏi cán bộ",
            "Chưa lấy được số",
            "Dịch vụ “Đất đai” đang tạm đóng. Vui lòng hỏi cán bộ hướng dẫn.",
        ),
        (
            "en",
            "Land",
            "Closed for now, please ask the staff",
            "No number was given",
            "The service “Land” is closed. Please ask a member of staff.",
        ),
    ],
    ids=["vi", "en"],
)
def test_a_closed_service_stays_with_its_reason_and_cannot_be_taken(
    page: Page,
    session: Session,
    town: Town,
    database: Database,
    language: str,
    name: str,
    why: str,
    title: str,
    words: str,
) -> None:
    """TKT-16."""
    town.land.is_open = False
    session.commit()
    begin(page, language)
    tile = page.locator(".tile", has_text=name)
    expect(tile).to_have_attribute("aria-disabled", "true")
    expect(tile.locator(".tile__line")).to_contain_text(why)

    touch(page, name)

    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator(".calm__text").first).to_have_text(words)
    assert ledger(database) == NOTHING
    press(page, "home")
    expect(page.locator(".tile")).to_have_count(2)


def test_a_full_day_stays_with_its_reason_and_cannot_be_taken(
    page: Page, session: Session, town: Town, kiosk: Kiosk, database: Database
) -> None:
    town.civil.daily_quota = 1
    session.commit()
    assert kiosk.take().status_code == 201
    begin(page)
    expect(page.locator(".tile__line").first).to_contain_text("Đã hết số hôm nay")

    touch(page, "Hộ tịch")

    expect(page.locator(".calm__text").first).to_have_text("Dịch vụ “Hộ tịch” đã phát hết 1 số của hôm nay.")
    expect(page.locator(".calm__text").last).to_have_text("Quý khách có thể chọn lĩnh vực khác.")
    assert ledger(database) == given(1)


@both_sizes
def test_outside_the_hours_the_screen_says_when_the_office_opens_and_gives_nothing(
    page: Page, moment: Moment, database: Database
) -> None:
    """TKT-16."""
    moment.now = NINE + timedelta(hours=9)
    begin(page)
    expect(page.locator("h1")).to_have_text("Ngoài giờ làm việc")
    expect(page.locator(".welcome__hint")).to_have_text("Mở cửa lúc 07:00 · thứ Năm, 03/12")
    expect(page.locator(".tile__line")).to_have_text(["Mở cửa lúc 07:00 · thứ Năm, 03/12"] * 2)
    assert (faults_for_some(page), measured(page)) == ([], FITS)

    touch(page, "Hộ tịch")

    expect(page.locator(".calm__text").first).to_have_text("Ngoài giờ làm việc. Mở cửa lại lúc 07:00 ngày 03/12/2026.")
    assert ledger(database) == NOTHING


@pytest.mark.parametrize(
    ("language", "name", "none", "words"),
    [
        ("vi", "Hộ tịch", "Không", "Dịch vụ “Hộ tịch” đang tạm đóng. Vui lòng hỏi cán bộ hướng dẫn."),
        ("en", "Civil status", "No", "The service “Civil status” is closed. Please ask a member of staff."),
    ],
    ids=["vi", "en"],
)
def test_a_service_closed_between_tile_and_answer_is_refused_in_the_visitors_words(
    page: Page, session: Session, town: Town, database: Database, language: str, name: str, none: str, words: str
) -> None:
    """TKT-16."""
    begin(page, language)
    touch(page, name)
    expect(page.locator(".priority")).to_be_visible()
    town.civil.is_open = False
    session.commit()

    touch(page, none)

    expect(page.locator(".calm__text").first).to_have_text(words)
    assert ledger(database) == NOTHING


def test_an_office_that_closes_between_tile_and_answer_refuses_and_says_when_it_opens(
    page: Page, moment: Moment, database: Database
) -> None:
    """TKT-16."""
    begin(page, "en")
    touch(page, "Civil status")
    expect(page.locator(".priority")).to_be_visible()
    moment.now = NINE + timedelta(hours=3)

    touch(page, "No")

    expect(page.locator(".calm__text").first).to_have_text("Outside opening hours. Opens again at 13:30 on 02/12/2026.")
    speak(page, "vi")
    expect(page.locator(".calm__text").first).to_have_text("Ngoài giờ làm việc. Mở cửa lại lúc 13:30 ngày 02/12/2026.")
    assert ledger(database) == NOTHING


# --- which machine this is


def test_a_kiosk_whose_token_is_withdrawn_says_so_and_offers_nothing(page: Page, session: Session, town: Town) -> None:
    """KIO-09."""
    begin(page)

    revoke(town.kiosk, now=NINE)
    session.commit()
    let_pass(page, 3)

    expect(page.locator("h1")).to_have_text("Thiết bị đã bị thu hồi quyền")
    expect(page.locator(".soft").first).to_contain_text("This device's access was withdrawn.")
    expect(page.locator(".tile")).to_have_count(0)


def test_a_token_withdrawn_between_tile_and_answer_gives_no_number(
    page: Page, session: Session, town: Town, database: Database
) -> None:
    """KIO-09."""
    begin(page)
    touch(page, "Hộ tịch")
    revoke(town.kiosk, now=NINE)
    session.commit()

    touch(page, "Không")

    expect(page.locator("h1")).to_have_text("Thiết bị đã bị thu hồi quyền")
    assert ledger(database) == NOTHING


def test_the_enrolment_address_makes_a_browser_the_kiosk_and_leaves_no_trace_of_the_token(
    page: Page, town: Town
) -> None:
    page.context.clear_cookies()

    page.goto(f"/kiosk/#{town.kiosk_token}")

    expect(page.locator(".tile")).to_have_count(2)
    assert (page.url.endswith("/kiosk/"), page.evaluate("document.cookie")) == (True, "")
    assert [cookie["name"] for cookie in page.context.cookies()] == [COOKIE]


def test_a_wrong_code_is_said_in_both_languages_and_the_right_one_then_taken(page: Page, town: Town) -> None:
    page.context.clear_cookies()
    page.goto("/kiosk/")
    page.get_by_label("Mã đăng ký").fill("x" * 64)
    page.get_by_role("button", name="Đăng ký thiết bị").tap()
    expect(page.get_by_role("status").locator("[lang=vi]")).to_contain_text("Mã đăng ký không đúng.")
    expect(page.get_by_role("status").locator("[lang=en]")).to_contain_text("This code is not valid.")
    assert measured(page) == FITS

    page.get_by_label("Mã đăng ký").fill(town.kiosk_token)
    page.get_by_role("button", name="Đăng ký thiết bị").tap()

    expect(page.locator(".tile")).to_have_count(2)
