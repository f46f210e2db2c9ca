"""More about a dossier, on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from motcua.admin.enums import DossierStatus
from tests.browsing import needs_chromium
from tests.kiosk.hall import TokenDossier, add_dossier, add_dossier_event, add_ticket

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import Session

    from tests.town import Town

pytestmark = [needs_chromium]
LAST, ASKED = "5678", "Thiếu chữ ký của vợ chồng"


@pytest.fixture
def dossier(session: Session, town: Town) -> TokenDossier:
    """Return a dossier for which the office asks for a paper."""
    made = add_dossier(session, town, None, status=DossierStatus.SUPPLEMENT)
    step = {"from_status": DossierStatus.PROCESSING, "to": DossierStatus.SUPPLEMENT}
    add_dossier_event(session, made.dossier, town.minh, reason=ASKED, **step)
    return made


def test_on_a_phone_by_keyboard_for_everybody_and_under_the_policy(
    browser: Browser, address: str, dossier: TokenDossier
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740}, base_url=address)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
    page.goto(f"/t/{dossier.token}")
    digits = page.get_by_label("Bốn số cuối")

    digits.fill("0000")
    digits.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Bốn số này không khớp")
    expect(digits).to_be_focused()
    assert Axe().run(page).violations_count == 0
    digits.fill(LAST)
    digits.press("Enter")
    expect(page.get_by_text(ASKED)).to_be_in_viewport()
    assert Axe().run(page).violations_count == 0
    page.goto(f"/t/{dossier.token}")

    expect(page.get_by_text(ASKED)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.context.cookies() == []
    assert complaints == []


def test_when_the_page_renews_itself_what_is_typed_or_read_stays(
    browser: Browser, address: str, dossier: TokenDossier
) -> None:
    page = browser.new_page(base_url=address)
    page.goto(f"/t/{dossier.token}")
    digits = page.get_by_label("Bốn số cuối")
    digits.press_sequentially("56")
    renew(page)
    page.keyboard.type("78")  # where one was typing
    page.keyboard.press("Enter")
    expect(page.get_by_text(ASKED)).to_be_visible()
    renew(page)

    expect(page.get_by_text(ASKED)).to_be_visible()


def renew(page: Page) -> None:
    """Let the page ask for its state as when somebody comes back to it, and show the answer."""
    page.wait_for_load_state()  # what is read may be there before the script that listens
    page.evaluate("document.getElementById('following').dataset.isOld = ''")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#following[data-is-old]")).to_have_count(0)


def test_a_ticket_that_becomes_a_dossier_brings_the_question_along(
    session: Session, browser: Browser, address: str, town: Town
) -> None:
    ticket = add_ticket(session, town, 1)
    page = browser.new_page(base_url=address)
    page.goto(f"/t/{ticket.token}")
    expect(page.get_by_label("Bốn số cuối")).to_have_count(0)
    add_dossier(session, town, ticket.ticket)
    renew(page)

    expect(page.get_by_label("Bốn số cuối")).to_be_visible()
