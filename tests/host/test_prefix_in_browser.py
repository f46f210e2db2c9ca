"""A platform below a path of its server: nothing of ours leads out of it."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from motcua.kiosk.auth import COOKIE
from tests.admin.two_offices import TwoOffices, build_two_offices
from tests.browsing import needs_chromium, served
from tests.host.authorization import addresses, prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from motcua.admin.extension import Motcua
    from tests.browsing import Moment

pytestmark = [
    # FAB's own screens use fields and queries that WTForms 3.3 and SQLAlchemy 2 call old.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.timeout(300),
]

PREFIX = "/portal"
SERVER = "http://motcua.test"
#: An address of this server in an attribute, in JSON, or in a style, that is not below the path.
OUTSIDE = re.compile(rf"""["'(]/(?!/|{PREFIX[1:]}/)[a-zA-Z][\w./-]*""")
#: Answers that are no pages.
NO_PAGE = re.compile(r"/(api|metrics|healthz|readyz)\b|/(action|download)/|/export\.")


@pytest.fixture
def two(app: Flask, session: Session, motcua: Motcua, moment: Moment, monkeypatch: pytest.MonkeyPatch) -> TwoOffices:
    """Return two offices of a platform that phones reach below the path, at nine o'clock."""
    assert moment.now.hour
    monkeypatch.setattr(motcua, "settings", replace(motcua.settings, public_url=f"{SERVER}{PREFIX}"))
    return build_two_offices(app, session)


def ways_out(answer: TestResponse) -> set[str]:
    """Return what on a page leads past the path."""
    path = answer.request.path
    found = {f"{path} has {match[0][1:]}" for match in OUTSIDE.finditer(unescape(answer.text))}
    leads_to = urlsplit(answer.location or "")
    if leads_to.path and not leads_to.path.startswith(f"{PREFIX}/"):
        found.add(f"{path} leads to {answer.location}")
    return found


def look(client: FlaskClient, paths: Iterable[str]) -> list[TestResponse]:
    """Ask for pages below the path."""
    return [client.get(path, base_url=f"http://localhost{PREFIX}") for path in paths]


def test_no_page_leads_out(app: Flask, session: Session, two: TwoOffices) -> None:
    """Links, forms, files, and what scripts are told, on every page of ours and of the platform."""
    prepare(session, two)
    kiosk = app.test_client()
    kiosk.set_cookie(COOKIE, two.ours.kiosk_token)
    places = [place for place in addresses(app) if "GET" in place.methods and not NO_PAGE.search(place.rule)]

    answers = look(two.browser(app, "admin"), [place.at(two, ours=True) for place in places])
    answers += look(app.test_client(), ["/", "/login/", "/procedures/", "/nowhere", "/counter/"])
    answers += look(kiosk, ["/kiosk/"])

    assert sorted(out for answer in answers for out in ways_out(answer)) == []
    assert sum(answer.status_code == 200 and answer.mimetype == "text/html" for answer in answers) >= 60


@pytest.fixture
def page(app: Flask, two: TwoOffices, browser: Browser) -> Iterator[Page]:
    """Return the browser of the officer and the kiosk, on a server with nothing beside the path; all of it is found."""
    mounted = DispatcherMiddleware(NotFound(), {PREFIX: app.wsgi_app})
    login = two.browser(app, "receiving_officer").get_cookie("session")
    assert login is not None
    with served(mounted) as address:  # type: ignore[arg-type]
        context = browser.new_context(base_url=address, locale="vi-VN", has_touch=True)
        cookies = {"session": login.value, COOKIE: two.ours.kiosk_token}
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        page = context.new_page()
        missed: list[str] = []
        page.on("response", lambda answer: missed.append(answer.url) if answer.status >= 400 else None)
        page.on("pageerror", lambda error: missed.append(str(error)))
        yield page
        context.close()
        assert missed == []


@needs_chromium
def test_a_number_is_taken_followed_called_and_shown(page: Page, two: TwoOffices) -> None:
    page.goto(f"{PREFIX}/kiosk/")
    page.locator(".tile").first.click()
    with page.expect_response("**/tickets") as given:
        page.get_by_role("button", name="Không", exact=True).click()
    expect(page.locator(".ticket__figure")).to_have_text("A001")
    expect(page.locator(".ticket img, .ticket svg").first).to_be_visible()

    link = given.value.json()["tracking_url"]
    assert link.startswith(f"{SERVER.upper()}{PREFIX}/T/")
    page.goto(urlsplit(link).path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Quý khách là người tiếp theo")

    page.goto(f"{PREFIX}/procedures/")
    page.get_by_role("link", name="English").click()
    page.locator(f"a[href^='{PREFIX}/procedures/1.']").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.emulate_media(media="print")
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot(full_page=True))))
    assert code.text == f"{SERVER}{urlsplit(page.url).path}"
    page.emulate_media(media="screen")

    page.goto(f"{PREFIX}/counter/")
    page.get_by_role("link", name="Quầy 1").click()
    page.get_by_role("button", name="Mời tiếp").click()
    expect(page.get_by_role("heading", name="Đang mời")).to_be_visible()

    page.goto(f"{PREFIX}/kiosk/board/{two.ours.office.code}")
    expect(page.get_by_text("A001").first).to_be_visible()
