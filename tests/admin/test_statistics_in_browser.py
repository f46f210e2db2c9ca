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
    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import Session

pytestmark = [needs_chromium]

_DRAWN = """chart => {
  const canvas = document.querySelector(`#${chart} canvas`);
  const {data} = Chart.getChart(canvas);
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return {labels: data.labels, series: data.datasets.map(one => [one.label, one.data]), painted: pixels.some(Boolean)};
}"""


@pytest.fixture
def page(app: Flask, browser: Browser, two: TwoOffices, session: Session, address: str) -> Iterator[Page]:
    """Return the statistics of a week in which three dossiers were finished, one of them late."""
    for number, hours in ((11, -1), (12, -2), (13, 1)):
        add_dossier(
            session, two.ours, number, status=DossierStatus.DONE, due_at=NINE, finished_at=NINE + timedelta(hours=hours)
        )
    session.commit()
    cookie = two.browser(app, "supervisor").get_cookie("session")
    assert cookie is not None
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/motcua/statistics/?days=7", wait_until="networkidle")
    yield page
    context.close()


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
