"""The touch page under a finger: two taps to a number, whatever the line, the hour or the visitor does."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from motcua.admin.domain.devices import revoke
from motcua.admin.enums import PrintState
from motcua.admin.models import PrintJob, PriorityGroup, QueueService
from motcua.kiosk.auth import COOKIE
from motcua.kiosk.settings import EXTENSION
from tests.browsing import let_pass, needs_chromium
from tests.kiosk.hall import away
from tests.kiosk.taking import NOTHING, given, ledger
from tests.town import NINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page, Request, Route
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua
    from tests.browsing import Moment
    from tests.kiosk.taking import Kiosk
    from tests.town import Town

UPRIGHT, LYING = (1080, 1920), (1280, 800)
TICKETS = "**/api/v1/kiosk/tickets"
API = "**/api/v1/kiosk/**"
#: The page stops looking for a while after each new screen, so that a second tap presses nothing.
READY = "#stage:not([inert])"
#: Violations of the policy are events of the document; this says them where the test listens.
LISTEN = 'document.addEventListener("securitypolicyviolation", (event) => console.error("refused", event.blockedURI));'
#: A request that a test breaks is written to the console by the browser itself.
BROKEN = "Failed to load resource"

pytestmark = needs_chromium


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser, address: str, town: Town) -> Iterator[Page]:
    """Return the screen of the kiosk in the hall, which takes fingers; nothing may go wrong behind it."""
    width, height = getattr(request, "param", UPRIGHT)
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": height}, locale="vi-VN", has_touch=True
    )
    context.add_cookies([{"name": COOKIE, "value": town.kiosk_token, "url": address}])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: None if said.text.startswith(BROKEN) else faults.append(said.text))
    page.add_init_script(LISTEN)
    page.clock.install(time=datetime(2026, 12, 2, 2, 0, tzinfo=UTC))
    yield page
    context.close()
    assert faults == []


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


@pytest.fixture
def record(motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Record:
    return Record(motcua, monkeypatch)


both_sizes = pytest.mark.parametrize("page", [UPRIGHT, LYING], ids=["upright", "lying"], indirect=True)
both_languages = pytest.mark.parametrize("language", ["vi", "en"])


# --- what a finger does


def begin(page: Page, language: str = "vi") -> None:
    """Wait for the tiles, in the language of the visitor."""
    page.goto("/kiosk/")
    expect(page.locator(".tile")).not_to_have_count(0)
    speak(page, language)


def speak(page: Page, language: str) -> None:
    if page.locator("html").get_attribute("lang") != language:
        press(page, "language")
    expect(page.locator("html")).to_have_attribute("lang", language)


def press(page: Page, act: str) -> None:
    expect(page.locator(READY)).to_be_attached()
    page.locator(f'[data-do="{act}"]:visible').tap()


def touch(page: Page, name: str) -> None:
    """Touch a tile or an answer, whether it can be had or not."""
    expect(page.locator(READY)).to_be_attached()
    page.get_by_role("button", name=name).tap(force=True)


def touch_twice(page: Page, name: str) -> None:
    """Touch as one who is used to a mouse: twice, on the same spot."""
    expect(page.locator(READY)).to_be_attached()
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
    expect(page.locator(READY)).to_be_attached()
    page.get_by_role("button", name=none, exact=True).tap()
    let_pass(page, 6)
    yield "late"
    page.unroute(TICKETS)
    let_pass(page, 3)

    expect(page.locator(".ticket__figure")).to_have_text("A001")
    yield "ticket"


# --- from the door to a number


def test_two_taps_give_a_number_in_vietnamese(page: Page, database: Database) -> None:
    begin(page)
    expect(page.locator("h1")).to_have_text("Chạm để lấy số")

    touch(page, "Hộ tịch")
    expect(page.locator("h1")).to_have_text("Quý khách có thuộc diện ưu tiên không?")
    touch(page, "Không")

    expect(page.locator(".ticket__label")).to_have_text("Số của quý khách")
    expect(page.locator(".ticket__figure")).to_have_text("A001")
    expect(page.locator(".ticket__ahead")).to_contain_text("Quý khách là người tiếp theo")
    assert ledger(database) == given(1)


def test_two_taps_give_a_number_in_english(page: Page, database: Database) -> None:
    begin(page, "en")
    expect(page.locator("h1")).to_have_text("Touch for a number")

    touch(page, "Land")
    expect(page.locator("h1")).to_have_text("Are you entitled to priority?")
    touch(page, "Elderly people")

    expect(page.locator(".ticket__label")).to_have_text("Your number")
    expect(page.locator(".ticket__figure")).to_have_text("B001")
    expect(page.locator(".ticket__ahead")).to_contain_text("You are next")
    assert ledger(database) == given(1)


def test_one_tap_is_enough_where_nobody_is_served_first(page: Page, session: Session, database: Database) -> None:
    session.delete(session.scalars(select(PriorityGroup)).one())
    session.commit()
    begin(page)

    touch(page, "Hộ tịch")

    expect(page.locator(".ticket__figure")).to_have_text("A001")
    assert ledger(database) == given(1)


def test_no_screen_asks_for_anything_personal(page: Page, session: Session, town: Town) -> None:
    seen = []
    for screen in walk(page, session, town, "vi"):
        seen.append(screen)
        assert (shown(page), page.locator("input, textarea, select, [contenteditable]").count()) == (screen, 0)

    assert seen == ["welcome", "help", "refused", "away", "priority", "late", "ticket"]


def test_touching_a_tile_twice_presses_nothing_of_the_next_screen(page: Page, database: Database) -> None:
    """TKT-05."""
    begin(page)

    touch_twice(page, "Hộ tịch")

    expect(page.locator(READY)).to_be_attached()
    assert (shown(page), ledger(database)) == ("priority", NOTHING)


def test_touching_the_answer_twice_gives_one_number(page: Page, database: Database) -> None:
    """TKT-05."""
    begin(page)
    touch(page, "Hộ tịch")

    touch_twice(page, "Không")

    expect(page.locator(".ticket__figure")).to_have_text("A001")
    let_pass(page, 3)
    assert (shown(page), ledger(database)) == ("ticket", given(1))


def test_touching_a_tile_twice_gives_one_number_where_no_question_comes_between(
    page: Page, session: Session, database: Database
) -> None:
    """TKT-05."""
    session.delete(session.scalars(select(PriorityGroup)).one())
    session.commit()
    begin(page)

    touch_twice(page, "Hộ tịch")

    expect(page.locator(".ticket__figure")).to_have_text("A001")
    let_pass(page, 3)
    assert (shown(page), ledger(database)) == ("ticket", given(1))


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


# --- the ticket on the screen


def come_along(session: Session, state: PrintState) -> None:
    """Let the paper of the one ticket come so far."""
    session.scalars(select(PrintJob)).one().state = state
    session.commit()


def read_screen(page: Page) -> list[str]:
    """Read the codes on the screen with a reader nobody here wrote."""
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))]


@both_sizes
def test_a_ticket_says_number_place_wait_and_paper_and_its_code_leads_to_it(page: Page, kiosk: Kiosk) -> None:
    assert [kiosk.take().get_json()["number"] for _ in range(2)] == ["A001", "A002"]
    begin(page)
    expect(page.locator(".tile__line").first).to_have_text("đang chờ 2 · khoảng 10 phút")

    ticket = take(page)

    expect(page.locator(".ticket__figure")).to_have_text("A003")
    expect(page.locator(".ticket .chosen")).to_have_text("AHộ tịch")
    expect(page.locator(".ticket__ahead")).to_have_text("Trước quý khách còn 2 người, chờ khoảng 10 phút.")
    expect(page.locator(".paper")).to_have_text("Đang in…")
    expect(page.locator(".ticket__scan")).to_have_text("Quét để theo dõi trên điện thoại")
    page.evaluate("document.querySelector('[data-qr]').decode()")
    assert read_screen(page) == [ticket["tracking_url"]]


@both_sizes
def test_the_code_is_read_in_large_type_and_from_a_wheelchair_too(page: Page) -> None:
    begin(page)
    press(page, "large")
    press(page, "low")

    ticket = take(page)

    page.evaluate("document.querySelector('[data-qr]').decode()")
    assert read_screen(page) == [ticket["tracking_url"]]


@pytest.mark.parametrize(
    ("state", "vi", "en"),
    [
        (PrintState.CONFIRMED, "Mời lấy phiếu", "Please take your ticket"),
        (
            PrintState.FAILED,
            "Máy in hết giấy hoặc gặp lỗi — vui lòng chụp lại màn hình này",
            "The printer is out of paper or faulty — please take a photo of this screen",
        ),
    ],
)
def test_the_line_on_the_paper_changes_with_the_paper(
    page: Page, session: Session, state: PrintState, vi: str, en: str
) -> None:
    begin(page)
    take(page)
    expect(page.locator(".paper")).to_have_text("Đang in…")

    come_along(session, state)
    let_pass(page, 2)

    expect(page.locator(".paper")).to_have_text(vi)
    speak(page, "en")
    expect(page.locator(".paper")).to_have_text(en)


def test_a_code_that_cannot_be_drawn_is_missed_calmly_and_drawn_later(page: Page) -> None:
    page.route("**/kiosk/qr/*", cut)
    begin(page)
    ticket = take(page)
    expect(page.locator(".ticket__scan")).to_have_text(
        "Mã QR tạm thời chưa hiện được. Số của quý khách vẫn có hiệu lực."
    )

    page.unroute("**/kiosk/qr/*")
    let_pass(page, 3)

    expect(page.locator(".ticket__scan")).to_have_text("Quét để theo dõi trên điện thoại")
    assert read_screen(page) == [ticket["tracking_url"]]


# --- for everybody

#: What does not fit: too small or too near for a finger, too small for an eye, outside the screen, to be scrolled to.
MEASURE = """
() => {
  const seen = (one) => one.checkVisibility({ visibilityProperty: true });
  const names = (measured) => measured.map(([one]) => one.textContent.trim().slice(0, 30));
  const isInside = (box) => box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
  const gap = (a, b) => Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
  // The errands are one control, drawn as one: a slip there is seen at once, and put right by one more touch.
  const isOne = (...both) => both.every((one) => one.matches(".errands__button"));
  const isNear = ([one, box], [other, its]) => !isOne(one, other) && gap(box, its) < SMALLEST_GAP;
  const isOverfull = (one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight;

  const targets = [...document.querySelectorAll("button, a, input")].filter(seen)
    .map((one) => [one, one.getBoundingClientRect()]);
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("script, noscript") || !seen(parent)) continue;
    if (getComputedStyle(parent).clipPath !== "none") continue; // for screen readers only
    const range = document.createRange();
    range.selectNodeContents(node);
    texts.push([parent, range.getBoundingClientRect()]);
  }
  const stage = document.querySelector(".stage");
  const root = document.documentElement;
  return {
    small: names(targets.filter(([, box]) => Math.min(box.width, box.height) < SMALLEST_TARGET)),
    near: names(targets.filter((one, at) => targets.slice(at + 1).some((other) => isNear(one, other)))),
    flat: names(targets.filter(([one, box]) => one.matches(".tile") && box.height < SMALLEST_TILE)),
    illegible: names(texts.filter(([one]) => parseFloat(getComputedStyle(one).fontSize) < SMALLEST_TYPE)),
    outside: names([...targets, ...texts].filter(([, box]) => !isInside(box))),
    cut: names(targets.filter(([one]) => !one.matches("input") && isOverfull(one))),
    scrolls: stage.scrollHeight > stage.clientHeight || root.scrollWidth > root.clientWidth,
  };
}
"""
#: In CSS pixels; the tile and the type are those of the design.
FLOORS = {"SMALLEST_TARGET": 60, "SMALLEST_GAP": 8, "SMALLEST_TILE": 200, "SMALLEST_TYPE": 25}
FITS = {"small": [], "near": [], "flat": [], "illegible": [], "outside": [], "cut": [], "scrolls": False}


def measured(page: Page) -> dict[str, Any]:
    """Return what on the present screen does not fit."""
    floors = "".join(f"const {name} = {pixels};" for name, pixels in FLOORS.items())
    found: dict[str, Any] = page.evaluate(f"() => {{ {floors} return ({MEASURE})(); }}")
    return found


def faults_for_some(page: Page) -> list[str]:
    """Return what axe-core finds."""
    expect(page.locator(".stage:not([inert])")).to_be_attached()
    return [violation["id"] for violation in Axe().run(page).response["violations"]]


@both_sizes
@both_languages
def test_every_screen_is_for_everybody(page: Page, session: Session, town: Town, language: str) -> None:
    """No fault that axe-core finds."""
    for screen in walk(page, session, town, language):
        assert (shown(page), faults_for_some(page)) == (screen, [])


@both_sizes
@both_languages
def test_what_is_touched_or_read_is_large_enough_and_nothing_needs_scrolling(
    page: Page, session: Session, town: Town, language: str
) -> None:
    for screen in walk(page, session, town, language):
        assert (shown(page), measured(page)) == (screen, FITS)


@both_sizes
@pytest.mark.parametrize("aid", ["large", "low"])
def test_every_screen_fits_in_large_type_and_from_a_wheelchair_too(
    page: Page, session: Session, town: Town, aid: str
) -> None:
    for screen in walk(page, session, town, "vi"):
        if screen == "welcome":
            press(page, aid)
        assert (shown(page), measured(page)) == (screen, FITS)


@both_sizes
@pytest.mark.parametrize("count", [1, 4, 7, 12])
def test_few_services_and_many_fit_the_screen(page: Page, session: Session, town: Town, count: int) -> None:
    """What does not fit on the first page is a page further, and all of it can be reached."""
    names = [
        "Hộ tịch",
        "Đất đai",
        *(f"Chứng thực, đăng ký hộ kinh doanh số {number}" for number in range(3, count + 1)),
    ]
    session.delete(town.land) if count == 1 else None
    for position, name in enumerate(names[2:], 3):
        code = f"dich-vu-{position}"
        series = "ABCDEFGHIJKLM"[position - 1]
        session.add(
            QueueService(
                office=town.office,
                code=code,
                series=series,
                name_vi=name,
                name_en=f"Service {position}",
                position=position,
            )
        )
    session.commit()
    begin(page)

    reached = page.locator(".tile__name").all_inner_texts()
    assert measured(page) == FITS
    following = page.locator('[data-do="turn"][data-by="1"]')
    while following.is_visible() and following.is_enabled():
        following.tap()
        assert measured(page) == FITS
        reached += page.locator(".tile__name").all_inner_texts()

    assert reached == names[:count]


@both_sizes
@pytest.mark.parametrize("said", ["not_enrolled", "revoked"])
def test_the_enrolment_page_is_for_everybody_and_fits(
    page: Page, session: Session, town: Town, address: str, said: str
) -> None:
    if said == "revoked":
        revoke(town.kiosk, now=NINE)
        session.commit()
    else:
        page.context.clear_cookies()

    for locale in ("vi", "en"):
        page.set_extra_http_headers({"Accept-Language": locale})
        page.goto(f"{address}/kiosk/")
        expect(page.locator("#token")).to_be_visible()
        assert (faults_for_some(page), measured(page)) == ([], FITS)


@both_sizes
def test_the_page_that_waits_for_its_record_is_for_everybody_and_fits(page: Page, record: Record) -> None:
    record.go_away()
    page.goto("/kiosk/")

    # It loads itself anew every five seconds, which needs neither a script nor a server that could send one.
    assert (faults_for_some(page), measured(page)) == (["meta-refresh"], FITS)


def test_a_visit_leaves_nothing_on_the_console(page: Page, session: Session) -> None:
    """INJ-03: and breaks no line of the policy."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.on("response", lambda answer: said.append(answer.url) if answer.status >= 400 else None)

    begin(page, "en")
    for act in ("large", "low", "help"):
        press(page, act)
    press(page, "home")
    touch(page, "Civil status")
    touch(page, "No")
    expect(page.locator(".ticket__figure")).to_have_text("A001")
    come_along(session, PrintState.CONFIRMED)
    let_pass(page, 2)
    press(page, "finish")
    let_pass(page, 3)

    expect(page.locator(".tile")).to_have_count(2)
    assert said == []


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
