"""A finger on the touch page, and the record under it that goes away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from motcua.admin.models import PrintJob
from tests.browsing import let_pass
from tests.kiosk.hall import away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, Request, Route
    from sqlalchemy.orm import Session

    from motcua.admin.enums import PrintState
    from motcua.admin.extension import Motcua
    from tests.town import Town

UPRIGHT, LYING = (1080, 1920), (1280, 800)
TICKETS = "**/api/v1/kiosk/tickets"
API = "**/api/v1/kiosk/**"
#: The page stops looking for a while after each new screen, so that a second tap presses nothing.
READY = ".stage:not([inert])"
SETTLE_MILLISECONDS = 400
#: Violations of the policy are events of the document; this says them where the test listens.
LISTEN = 'document.addEventListener("securitypolicyviolation", (event) => console.error("refused", event.blockedURI));'
#: A request that a test breaks is written to the console by the browser itself.
BROKEN = "Failed to load resource"


both_sizes = pytest.mark.parametrize("page", [UPRIGHT, LYING], ids=["upright", "lying"], indirect=True)
both_languages = pytest.mark.parametrize("language", ["vi", "en"])


class Record:
    """The database under the page, which goes away and comes back; it is there again when the test is over."""

    def __init__(self, motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> None:
        self.motcua = motcua
        self.database = motcua.database
        self.monkeypatch = monkeypatch

    def go_away(self) -> None:
        self.monkeypatch.setattr(self.motcua, "database", away(self.database))

    def come_back(self) -> None:
        self.monkeypatch.setattr(self.motcua, "database", self.database)


def begin(page: Page, language: str = "vi") -> None:
    """Wait for the tiles, in the language of the visitor."""
    page.goto("/kiosk/")
    expect(page.locator(".tile")).not_to_have_count(0)
    speak(page, language)


def speak(page: Page, language: str) -> None:
    if page.locator("html").get_attribute("lang") != language:
        press(page, "language")
    expect(page.locator("html")).to_have_attribute("lang", language)


def settled(page: Page) -> None:
    """Let the moment go by in which a new screen takes no tap."""
    page.clock.run_for(SETTLE_MILLISECONDS)
    expect(page.locator(READY)).to_be_attached()


def press(page: Page, act: str) -> None:
    settled(page)
    page.locator(f'[data-do="{act}"]:visible').tap()


def touch(page: Page, name: str) -> None:
    """Touch a tile or an answer, whether it can be had or not."""
    settled(page)
    page.get_by_role("button", name=name).tap(force=True)


def touch_twice(page: Page, name: str) -> None:
    """Touch as one who is used to a mouse: twice, on the same spot."""
    settled(page)
    box = page.get_by_role("button", name=name).bounding_box()
    assert box is not None
    for _ in range(2):
        page.touchscreen.tap(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)


def take(page: Page) -> dict[str, Any]:
    """Take a number for civil status in two taps; return what the server gave."""
    touch(page, "Hộ tịch")
    with page.expect_response(TICKETS) as answer:
        touch(page, "Không")
    ticket: dict[str, Any] = answer.value.json()
    expect(page.locator(".ticket__figure")).to_have_text(ticket["number"])
    return ticket


def shown(page: Page) -> str:
    """Return the name of the screen."""
    return page.locator("#stage").get_attribute("data-screen") or ""


def keys_of(page: Page) -> list[str]:
    """Return the list that every key the page asks with will be in."""
    keys: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/tickets"):
            keys.append(request.headers["idempotency-key"])

    page.on("request", note)
    return keys


def cut(route: Route) -> None:
    route.abort()


def walk(page: Page, session: Session, town: Town, language: str) -> Iterator[str]:
    """Lead past every screen there is, and stop at each."""
    land, none = {"vi": ("Đất đai", "Không"), "en": ("Land", "No")}[language]
    town.land.is_open = False
    session.commit()
    begin(page, language)
    yield "welcome"

    press(page, "help")
    yield "help"
    press(page, "home")
    touch(page, land)
    yield "refused"
    press(page, "home")

    page.route(API, cut)
    let_pass(page, 6)
    yield "away"
    page.unroute(API)
    let_pass(page, 4)

    expect(page.locator(".tile")).not_to_have_count(0)
    page.locator(".tile").first.tap()
    yield "priority"
    page.route(TICKETS, cut)
    settled(page)
    page.get_by_role("button", name=none, exact=True).tap()
    let_pass(page, 6)
    yield "late"
    page.unroute(TICKETS)
    let_pass(page, 3)

    expect(page.locator(".ticket__figure")).to_have_text("A001")
    yield "ticket"


def come_along(session: Session, state: PrintState) -> None:
    """Let the paper of the one ticket come so far."""
    session.scalars(select(PrintJob)).one().state = state
    session.commit()
