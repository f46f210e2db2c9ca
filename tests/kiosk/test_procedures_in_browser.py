"""The posting in a real browser: readable on every screen, for everybody, and on paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from motcua.admin.domain.csv_rows import decoded_lines
from motcua.admin.domain.procedure_import import import_procedures
from motcua.admin.models import Procedure, ProcedureVersion
from motcua.admin.sample.centre import PROCEDURES
from motcua.kiosk.auth import COOKIE
from tests.browsing import needs_chromium
from tests.town import NINE, Town, build_town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua

SCREENS = {"phone": (360, 740), "desk": (1280, 800), "kiosk": (1080, 1920), "narrow": (320, 600)}
ADDRESSES = [
    "/procedures/",
    "/procedures/?q=xyz",
    "/procedures/1.001193",
    "/procedures/2.000815?lang=en",
    "/procedures/9.9",
]

pytestmark = needs_chromium


@pytest.fixture
def town(session: Session, motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(motcua, "clock", lambda: NINE)
    town = build_town(session)
    town.office.suggestion_box = "gopy@chauninh.test"
    with PROCEDURES.open("rb") as file:
        import_procedures(session, decoded_lines(file.read()), effective_from=date(2026, 1, 1))
    birth = session.scalars(select(ProcedureVersion).join(Procedure).where(Procedure.code == "1.001193")).one()
    birth.process = "Nộp hồ sơ tại quầy.\nCán bộ kiểm tra và tiếp nhận.\nNhận Giấy khai sinh."
    session.commit()
    return town


@pytest.fixture(params=SCREENS)
def page(request: pytest.FixtureRequest, browser: Browser, address: str, town: Town) -> Iterator[Page]:
    width, height = SCREENS[request.param]
    context = browser.new_context(base_url=address, viewport={"width": width, "height": height})
    if request.param == "kiosk":
        context.add_cookies([{"name": COOKIE, "value": town.kiosk_token, "url": address}])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert faults == []


@pytest.mark.parametrize("page", ["phone", "desk", "kiosk"], indirect=True)
def test_every_page_is_for_everybody(page: Page) -> None:
    """No fault that axe-core finds."""
    for address in ADDRESSES:
        page.goto(address)

        found = [violation["id"] for violation in Axe().run(page).response["violations"]]
        assert (address, found) == (address, [])


def test_nothing_is_pushed_sideways_down_to_320_pixels(page: Page) -> None:
    for address in ADDRESSES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_touched_is_large_enough(page: Page) -> None:
    for address in ("/procedures/", "/procedures/1.001193"):
        page.goto(address)
        small = page.evaluate(
            """[...document.querySelectorAll("a, button, input:not([type=hidden])")]
              .filter((one) => !one.matches(".skip, .part--grounds a") && one.offsetParent)
              .map((one) => [one.textContent.trim(), Math.round(one.getBoundingClientRect().height)])
              .filter(([_, height]) => height < 44)"""
        )
        assert small == []


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_a_procedure_is_found_with_the_keyboard_alone_and_without_scripts(page: Page) -> None:
    page.route("**/*.js", lambda route: route.abort())
    page.goto("/procedures/")

    page.get_by_label("Tìm theo tên hoặc mã thủ tục").press_sequentially("luu dong")
    page.keyboard.press("Enter")
    expect(page.locator(".line__name")).to_have_text(["Đăng ký khai sinh lưu động"])
    page.locator(".line").focus()
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Đăng ký khai sinh lưu động")


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_a_phone_shows_the_fields_first_and_then_only_what_was_chosen(page: Page) -> None:
    page.goto("/procedures/")
    page.get_by_role("link", name="Chứng thực 11").click()

    expect(page.locator(".found__field")).to_have_count(1)
    expect(page.locator(".fields")).to_be_hidden()
    page.get_by_role("link", name="Tất cả thủ tục").click()
    expect(page.locator(".line")).to_have_count(52)


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_a_procedure_for_the_wall_is_one_sheet_with_its_code(page: Page, tmp_path: Path) -> None:
    page.goto("/procedures/1.001193")
    sheet = page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True)
    page.emulate_media(media="print")

    assert sheet.count(b"/Type /Page\n") == 1
    expect(page.locator(".take svg")).to_be_visible()
    expect(page.locator(".crumb")).to_be_hidden()
    expect(page.locator(".bar__language")).to_be_hidden()


@pytest.mark.parametrize("page", ["kiosk"], indirect=True)
def test_a_kiosk_left_alone_goes_back_to_its_first_screen(page: Page) -> None:
    page.clock.install()
    page.goto("/procedures/1.001193")
    page.clock.run_for(80_000)
    page.mouse.click(500, 1500)
    page.clock.run_for(80_000)
    assert page.url.endswith("/procedures/1.001193")

    page.clock.run_for(15_000)

    page.wait_for_url("**/kiosk/")
