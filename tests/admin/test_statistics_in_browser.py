"""The pictures of the statistics page, as a browser draws them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from motcua.admin.enums import DossierStatus
from tests.admin.two_offices import TwoOffices, add_dossier
from tests.browsing import needs_chromium
from tests.town import NINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page, Route
    from sqlalchemy.orm import Session

pytestmark = [needs_chromium]

SHOWN = "/motcua/statistics/?days=7"
_IS_THERE = "() => Boolean(Chart.getChart(document.querySelector('#fields canvas')))"
_DRAWN = """chart => {
  const canvas = document.querySelector(`#${chart} canvas`);
  const {data} = Chart.getChart(canvas);
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return {labels: data.labels, series: data.datasets.map(one => [one.label, one.data]), painted: pixels.some(Boolean)};
}"""


@pytest.fixture
def new_page(app: Flask, browser: Browser, two: TwoOffices, session: Session, address: str) -> Iterator[Page]:
    """Return a page for who may see the statistics of a week: three dossiers were finished, one of them late."""
    for number, hours in ((11, -1), (12, -2), (13, 1)):
        add_dossier(
            session, two.ours, number, status=DossierStatus.DONE, due_at=NINE, finished_at=NINE + timedelta(hours=hours)
        )
    session.commit()
    cookie = two.browser(app, "supervisor").get_cookie("session")
    assert cookie is not None
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    yield context.new_page()
    context.close()


@pytest.fixture
def page(new_page: Page, address: str) -> Page:
    """Return the page with its pictures drawn."""
    new_page.goto(f"{address}{SHOWN}", wait_until="networkidle")
    return new_page


def drawn(page: Page, chart: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(_DRAWN, chart)
    return found


def test_the_pictures_show_what_the_tables_say(page: Page, two: TwoOffices) -> None:
    fields = drawn(page, "fields")
    days = drawn(page, "dossiers")

    assert fields["labels"] == [two.ours.procedure.procedure.field.name]
    assert fields["series"] == [["Đúng hạn", [2]], ["Trễ hạn", [1]]]
    assert days["labels"][-1] == "02/12/2026"
    assert days["series"][1] == ["Đã xong", [0, 0, 0, 0, 0, 0, 3]]
    assert fields["painted"]
    assert days["painted"]


def test_the_figures_are_there_for_who_sees_no_picture(page: Page) -> None:
    table = page.get_by_role("table").first
    assert not table.is_visible()

    page.get_by_text("Số liệu dạng bảng").first.press("Enter")

    assert table.is_visible()
    assert table.get_by_role("row").last.inner_text().split() == ["02/12/2026", "4", "3"]


def test_the_page_fits_a_small_screen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_pictures_wait_for_the_letters_of_the_page(new_page: Page, address: str) -> None:
    held: list[Route] = []
    new_page.route("**/fonts/be-vietnam-pro-400*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    new_page.goto(f"{address}{SHOWN}", wait_until="domcontentloaded")
    new_page.wait_for_function("() => typeof family === 'string'")  # the script has run

    drawn_before = new_page.evaluate(_IS_THERE)
    for route in held:
        route.continue_()
    new_page.wait_for_function(_IS_THERE)

    assert (len(held) > 0, drawn_before) == (True, False)
    assert new_page.evaluate("document.fonts.check('13px \"Be Vietnam Pro\"')")


def test_without_those_letters_there_are_pictures_all_the_same(new_page: Page, address: str) -> None:
    new_page.route("**/fonts/be-vietnam-pro-400*", lambda route: route.abort())

    new_page.goto(f"{address}{SHOWN}", wait_until="networkidle")
    new_page.wait_for_function(_IS_THERE)

    assert drawn(new_page, "fields")["painted"]
