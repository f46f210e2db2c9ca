"""Every page in a real browser: the headers' policy refuses nothing that it needs, and nobody is shut out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.admin.two_offices import TwoOffices
from tests.browsing import needs_chromium
from tests.host.authorization import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, ConsoleMessage, Page

    from tests.conftest import Figures

pytestmark = [
    pytest.mark.filterwarnings("ignore:'DateTimeField':DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples:DeprecationWarning"),
    pytest.mark.timeout(600),
    needs_chromium,
]


@pytest.fixture
def page(app: Flask, browser: Browser, two: TwoOffices, address: str) -> Iterator[Page]:
    """Return the browser of the platform's Admin, who sees every page there is."""
    session = two.browser(app, "admin").get_cookie("session")
    assert session is not None
    context = browser.new_context()
    context.add_cookies([{"name": "session", "value": session.value, "url": address}])
    yield context.new_page()
    context.close()


def test_every_page_of_ours_and_fabs_keeps_its_policy_and_is_fit_for_everybody(
    app: Flask, two: TwoOffices, address: str, page: Page, figures: Figures
) -> None:
    """INJ-04 and WCAG 2.2 AA: every page an administrator can open, policy enforced: 0 violations, 0 axe findings."""
    violations: list[str] = []
    barriers: list[str] = []
    opened = looked_at = 0

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of" not in message.text:
            violations.append(f"{page.url}: {message.text[:200]}")

    page.on("console", note)
    page.on("pageerror", lambda error: violations.append(f"{page.url}: {error}"))
    for place in addresses(app):
        is_page = not place.rule.startswith(("/api/", "/t/", "/T/", "/metrics", "/lang/", "/back", "/kiosk/qr"))
        is_file = re.search(r"/(action|download)/|/export\.", place.rule)
        if "GET" in place.methods and is_page and not is_file:
            answer = page.goto(address + place.at(two, ours=True))
            if answer is not None and answer.ok:
                opened += 1
                if "html" in answer.headers["content-type"]:
                    looked_at += 1
                    found = Axe().run(page).response["violations"]
                    barriers += [f"{place.rule}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
    figures(f"INJ-04: {opened} pages opened in Chromium, {len(violations)} violations")
    figures(f"WCAG 2.2 AA: {looked_at} pages looked at by axe-core, {len(barriers)} findings")

    assert violations == []
    assert barriers == []
    assert min(opened, looked_at) >= 60


def test_selects_dates_menus_and_questions_work_under_the_policy(two: TwoOffices, address: str, page: Page) -> None:
    page.goto(f"{address}/motcua/dossiers/show/{two.our_dossier.id}")
    page.get_by_text("Xin lỗi, hẹn lại").click()
    page.locator("[name=new_day]").fill("10/12/2026")
    assert page.get_by_role("button", name="Lịch").is_visible()

    page.goto(f"{address}/motcua/devices/show/{two.ours.kiosk.id}")
    page.get_by_role("button", name="Thu hồi quyền").click()
    question = page.get_by_role("dialog")
    assert question.is_visible()
    question.get_by_role("button", name="Bỏ qua").click()
    assert page.url.endswith(f"/motcua/devices/show/{two.ours.kiosk.id}")

    page.goto(f"{address}/users/add")
    page.locator(".select2-selection").first.click()
    assert page.locator(".select2-results__option").first.is_visible()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (768, 1024), (1920, 1080)])
def test_nothing_of_the_frame_is_cut_off(two: TwoOffices, address: str, page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    for path in (
        "/",
        "/motcua/dossiers/list/",
        f"/motcua/dossiers/show/{two.our_dossier.id}",
        "/motcua/services/list/",
    ):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
