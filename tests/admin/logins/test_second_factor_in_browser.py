"""Two-step login in a real browser: by keyboard alone, for every reader, and a QR code that a phone can read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyotp
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.admin.logins.browsers import OLD_WAYS
from tests.browsing import needs_chromium
from tests.town import PASSWORD

if TYPE_CHECKING:
    from flask_appbuilder.security.sqla.models import User
    from playwright.sync_api import Browser, Page

    from tests.admin.logins.browsers import Clock

pytestmark = [*OLD_WAYS, needs_chromium]


def test_setting_it_up_and_logging_in_with_it(browser: Browser, address: str, lan: User, clock: Clock) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900}, base_url=address)
    # Icons play no part here, and one that is half loaded when the page goes leaves the server an open file.
    page.route("**/webfonts/*", lambda route: route.abort())
    give_password(page, lan)

    page.goto("/motcua/account/")
    check(page, "Đăng nhập và bảo mật")
    page.get_by_role("link", name="Xác thực hai bước").press("Enter")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    scanned = scan(page)
    page.get_by_label("Mã", exact=True).fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Mã không đúng")
    check(page, "Xác thực hai bước")
    assert scan(page).secret == scanned.secret
    page.get_by_label("Mã", exact=True).fill(scanned.at(clock.now))
    page.keyboard.press("Enter")
    check(page, "Mã dự phòng")
    expect(page.locator(".mc-codes li")).to_have_count(8)
    page.get_by_role("link", name="Tôi đã cất giữ các mã này").press("Enter")
    check(page, "Xác thực hai bước")

    page.goto("/logout/")
    check(page, "Motcua")
    clock.forward(minutes=1)
    give_password(page, lan)
    expect(page.get_by_label("Mã", exact=True)).to_be_focused()
    check(page, "Xác thực hai bước")
    page.keyboard.type(scanned.at(clock.now))
    page.keyboard.press("Enter")
    expect(page.locator(".frame-account")).to_be_visible()
    page.wait_for_load_state("networkidle")  # who leaves while a file is sent leaves it open
    page.close()


def give_password(page: Page, user: User) -> None:
    page.goto("/login/")
    page.get_by_label("Tên đăng nhập").fill(user.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def scan(page: Page) -> pyotp.TOTP:
    """Read the code from the screen, as the app on a phone does."""
    with Image.open(io.BytesIO(page.locator(".mc-scan").screenshot())) as picture:
        (found,) = zxingcpp.read_barcodes(picture)
    scanned = pyotp.parse_uri(found.text)
    assert isinstance(scanned, pyotp.TOTP)
    assert (scanned.issuer, scanned.name) == ("Motcua", "lan")
    return scanned


def check(page: Page, title: str) -> None:
    """Assert that the page is there, stands in nobody's way, and is no wider than the screen."""
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
