"""A day at the counter in a real browser: calling by keyboard, dossiers in place, and a server that goes away."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from motcua.admin.domain import calling
from motcua.admin.domain.csv_rows import decoded_lines
from motcua.admin.domain.procedure_import import import_procedures
from motcua.admin.domain.tracking import tracking_token, tracking_url
from motcua.admin.enums import PrintState, TicketState
from motcua.admin.models import Dossier, PrintJob
from motcua.admin.sample.centre import PROCEDURES
from tests.admin.console import POLL_MILLISECONDS, STATE, asked_again, settled
from tests.admin.desk import sign_in
from tests.browsing import be_asked_from_the_start, let_pass, needs_chromium
from tests.kiosk.hall import away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, Page, Request, Route
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from tests.admin.hall import Hall

NEXT, FINISH = "/api/v1/counter/next", "/api/v1/counter/finish"
#: The page's clock, which goes on by itself until a test stops it.
MORNING = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)

pytestmark = needs_chromium


@pytest.fixture
def hall(open_hall: Hall) -> Hall:
    """Return the centre with six people in the line."""
    open_hall.issue("ho-tich", count=4)
    open_hall.issue("dat-dai", count=2)
    return open_hall


@pytest.fixture
def birth(session: Session) -> None:
    """Publish the procedures about births."""
    lines = list(decoded_lines(PROCEDURES.read_bytes()))
    births = [line for line in lines if "khai sinh" in line]
    import_procedures(session, [lines[0], *births], effective_from=date(2026, 1, 1))
    session.commit()


def log_in(app: Flask, context: BrowserContext, address: str, username: str = "lan") -> None:
    """Put the session of a login into the browser."""
    client = app.test_client()
    sign_in(client, username)
    cookie = client.get_cookie("session")
    assert cookie is not None
    context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])


@pytest.fixture
def page(browser: Browser, app: Flask, hall: Hall, address: str) -> Iterator[Page]:
    """Return Lan's screen at counter 1, nothing said on the browser's console."""
    assert hall.town.counter1.number == 1
    context = browser.new_context(base_url=address, viewport={"width": 1366, "height": 768}, locale="vi-VN")
    be_asked_from_the_start(context)
    log_in(app, context, address)
    page = context.new_page()
    page.clock.install(time=MORNING)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto("/counter/")
    page.get_by_role("link", name="Quầy 1").click()
    expect(page.locator(".part--waiting .part__count")).to_have_text("6")
    yield page
    context.close()
    assert faults == []


def press(page: Page, key: str, word: str) -> None:
    """Press a key of the console and wait until the counter says so."""
    settled(page)
    page.keyboard.press(key)
    expect(page.locator(".visit__word")).to_contain_text(word)


def choose_procedure(page: Page, words: str = "dang ky khai sinh") -> None:
    """Find a procedure without a Vietnamese keyboard."""
    settled(page)
    page.keyboard.press("t")
    expect(page.locator("#procedure")).to_be_focused()
    page.keyboard.type(words)
    expect(page.locator(".finder__option").first).to_contain_text("Đăng ký khai sinh")
    page.keyboard.press("Enter")
    expect(page.locator(".intake__chosen")).to_contain_text("1.001193")


def stop_the_clock(page: Page) -> None:
    """Let no time pass on the page but what the test lets pass."""
    page.clock.pause_at(MORNING + timedelta(minutes=10))


def commands_of(page: Page) -> list[str]:
    """Return the list that every command the page sends will be in."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url.rpartition("/")[2])

    page.on("request", note)
    return sent


def dossiers(database: Database) -> list[Dossier]:
    with database.read() as session:
        return list(session.scalars(select(Dossier).order_by(Dossier.id)))


@pytest.mark.usefixtures("birth")
def test_a_visit_is_served_by_keyboard_alone(page: Page, hall: Hall, database: Database) -> None:
    press(page, "Space", "Đang mời")
    expect(page.locator(".visit__number")).to_have_text("A001")
    settled(page)
    page.keyboard.press("l")
    expect(page.locator(".visit__count")).to_have_text("Gọi lần 2")
    press(page, "b", "Đang phục vụ")
    choose_procedure(page)
    expect(page.locator(".due__date")).to_contain_text("Thứ Tư 02/12/2026, 17:00")

    page.get_by_role("button", name="Nhận đủ").click()
    page.keyboard.type("Đặng Thị Kín")
    page.keyboard.press("Tab")
    page.keyboard.type("033177001234")
    page.get_by_label("Cán bộ thụ lý").select_option(label="Trần Văn Minh")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".receipt__code")).to_be_visible()
    (dossier,) = dossiers(database)
    expect(page.locator(".receipt__code")).to_have_text(dossier.code)
    expect(page.locator(".receipt__due")).to_contain_text("Thứ Tư 02/12/2026, 17:00")
    expect(page.locator(".receipt__state")).to_have_text("Đang in giấy tiếp nhận…")
    assert (dossier.applicant_name, dossier.assigned_to_id) == ("Đặng Thị Kín", hall.town.minh.id)
    with database.write() as session:
        session.scalars(select(PrintJob).where(PrintJob.dossier_id == dossier.id)).one().state = PrintState.CONFIRMED
    let_pass(page, 1)
    expect(page.locator(".receipt__state")).to_have_text("Đã in giấy tiếp nhận")

    settled(page)
    page.keyboard.press("m")
    expect(page.locator(".visit__number")).to_have_text("A002")
    assert hall.kinds("A001") == ["issued", "called", "recalled", "started", "finished"]
    expect(page.locator("#figures")).to_contain_text("1 lượt")


@pytest.mark.usefixtures("birth")
def test_the_qr_code_on_the_screen_is_the_dossiers_link(page: Page, hall: Hall, database: Database) -> None:
    press(page, "Space", "Đang mời")
    choose_procedure(page)
    page.get_by_label("Họ và tên người nộp").fill("Đặng Thị Kín")
    page.keyboard.press("Control+Enter")
    image = page.locator(".receipt__qr img")
    expect(image).to_be_visible()
    image.evaluate("drawn => drawn.decode()")

    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(image.screenshot())))

    (dossier,) = dossiers(database)
    token = tracking_token(hall.motcua.settings.qr_key, dossier.public_id, 1)
    assert [code.text for code in read] == [tracking_url("http://motcua.test", token)]


@pytest.mark.usefixtures("birth")
def test_nothing_personal_stays_in_the_browser(page: Page, database: Database) -> None:
    press(page, "Space", "Đang mời")
    choose_procedure(page)
    page.get_by_label("Họ và tên người nộp").fill("Đặng Thị Kín")
    page.get_by_label("Điện thoại").fill("0912345678")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".receipt__code")).to_be_visible()

    kept: str = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")

    assert len(dossiers(database)) == 1
    assert "Kín" not in kept
    assert "0912345678" not in kept


def test_the_space_bar_pressed_twice_in_haste_calls_one_number(page: Page, hall: Hall) -> None:
    """CAL-03, on the screen."""
    stop_the_clock(page)
    sent = commands_of(page)
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    expect(page.locator(".visit__number")).to_have_text("A001")
    page.clock.run_for(150)
    page.keyboard.press("Space")

    asked_again(page)
    assert sent == ["next"]
    assert hall.kinds("A001") == ["issued", "called"]
    assert hall.ticket("A002").state == TicketState.WAITING


def test_a_number_called_again_in_haste_is_called_once_more(page: Page, hall: Hall) -> None:
    press(page, "Space", "Đang mời")
    stop_the_clock(page)
    page.keyboard.press("l")
    expect(page.locator(".visit__count")).to_have_text("Gọi lần 2")
    page.clock.run_for(300)
    page.keyboard.press("l")

    asked_again(page)
    assert hall.kinds("A001") == ["issued", "called", "recalled"]


@pytest.mark.usefixtures("birth")
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_saved(page: Page, database: Database) -> None:
    press(page, "Space", "Đang mời")
    choose_procedure(page)
    page.get_by_label("Điện thoại").fill("12")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#error-name")).to_have_text("Vui lòng nhập họ tên người nộp.")
    expect(page.locator("#error-phone")).to_have_text("Số điện thoại bắt đầu bằng 0 hoặc +.")
    expect(page.get_by_label("Họ và tên người nộp")).to_be_focused()
    assert dossiers(database) == []


@pytest.mark.usefixtures("birth")
def test_what_was_typed_is_not_thrown_away_by_a_key(page: Page) -> None:
    press(page, "Space", "Đang mời")
    choose_procedure(page)
    page.get_by_label("Họ và tên người nộp").fill("Đặng Thị Kín")

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_contain_text("Nội dung đã nhập sẽ không được lưu.")
    page.get_by_role("button", name="Quay lại").click()
    expect(page.get_by_label("Họ và tên người nộp")).to_have_value("Đặng Thị Kín")

    page.keyboard.press("Escape")
    page.get_by_role("button", name="Đóng, bỏ nội dung").click()
    expect(page.locator(".intake")).to_have_count(0)


def test_a_visitor_is_held_and_taken_up_again(page: Page, hall: Hall) -> None:
    press(page, "Space", "Đang mời")
    press(page, "b", "Đang phục vụ")
    press(page, "g", "Quầy đang trống")
    expect(page.locator(".part--held .row__number")).to_have_text("A001")

    page.locator(".part--held .row").click()
    page.get_by_role("button", name="Phục vụ tiếp").click()

    expect(page.locator(".visit__word")).to_contain_text("Đang phục vụ")
    assert hall.kinds("A001") == ["issued", "called", "started", "held", "resumed"]


def test_an_absent_visitor_is_called_again_from_the_list(page: Page, hall: Hall) -> None:
    press(page, "Space", "Đang mời")
    press(page, "v", "Quầy đang trống")

    page.locator(".part--absent .row").click()
    page.get_by_role("button", name="Mời số này").click()

    expect(page.locator(".visit__number")).to_have_text("A001")
    assert hall.kinds("A001") == ["issued", "called", "no_show", "called"]


def test_visitors_of_the_line_are_sent_on_put_first_and_cancelled(page: Page, hall: Hall) -> None:
    page.locator(".row", has_text="A004").click()
    page.get_by_role("button", name="Ưu tiên…").click()
    page.get_by_role("button", name="Người cao tuổi").click()
    expect(page.locator(".row__number").first).to_have_text("A004")

    page.locator(".row", has_text="A002").click()
    page.get_by_role("button", name="Chuyển sang…").click()
    page.get_by_role("dialog").get_by_role("button", name="Đất đai").click()
    expect(page.locator(".row", has_text="A002")).to_contain_text("Đất đai")

    page.locator(".row", has_text="A003").click()
    page.get_by_role("button", name="Hủy số").click()
    page.get_by_role("button", name="Hủy số này").click()
    expect(page.locator(".row", has_text="A003")).to_have_count(0)

    assert [hall.kinds(label)[-1] for label in ("A002", "A003", "A004")] == ["transferred", "cancelled", "priority"]


def test_another_counters_calls_appear_by_themselves(page: Page, hall: Hall) -> None:
    hall.at(hall.town.counter2, calling.call_next)

    page.clock.run_for(POLL_MILLISECONDS)
    expect(page.locator(".part--waiting .part__count")).to_have_text("5")
    expect(page.locator(".row__number").first).to_have_text("A002")


def test_a_screen_that_is_behind_is_told_and_shown_the_present(page: Page, hall: Hall) -> None:
    """CAL-04, on the screen."""
    press(page, "Space", "Đang mời")
    page.route(STATE, lambda route: route.abort())
    asked_again(page)
    hall.at(hall.town.counter1, calling.finish)
    hall.at(hall.town.counter1, calling.call_next)

    page.keyboard.press("k")

    expect(page.locator("#notice")).to_contain_text("Người khác vừa thay đổi dữ liệu này.")
    expect(page.locator(".visit__number")).to_have_text("A002")
    assert hall.ticket("A002").state == TicketState.CALLED


def test_a_command_survives_a_server_that_is_away(page: Page, hall: Hall, database: Database) -> None:
    hall.motcua.database = away(database)
    page.keyboard.press("Space")
    expect(page.locator("#notice")).to_contain_text("Máy chủ chưa trả lời. Đang thử lại…")
    let_pass(page, 8)
    expect(page.locator("#link")).to_contain_text("Mất kết nối · số liệu lúc 09:00")
    expect(page.locator(".row__number").first).to_have_text("A001")

    hall.motcua.database = database
    let_pass(page, 3)

    expect(page.locator(".visit__number")).to_have_text("A001")
    expect(page.locator("#link")).to_have_text("Đã kết nối")
    expect(page.locator("#notice")).to_be_hidden()
    assert hall.kinds("A001") == ["issued", "called"]
    assert hall.ticket("A002").state == TicketState.WAITING


def test_a_lost_answer_is_asked_for_again_and_not_done_again(page: Page, hall: Hall) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        if not lost:
            lost.append(route.request.headers["idempotency-key"])
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(f"**{NEXT}", lose)
    page.keyboard.press("Space")

    expect(page.locator(".visit__number")).to_have_text("A001")
    assert len(lost) == 1
    assert hall.kinds("A001") == ["issued", "called"]
    assert hall.ticket("A002").state == TicketState.WAITING


def test_a_reload_in_the_middle_of_a_command_does_not_repeat_it(page: Page, hall: Hall) -> None:
    press(page, "Space", "Đang mời")
    stop_the_clock(page)
    settled(page)
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    page.route(f"**{FINISH}", lose)
    page.keyboard.press("k")
    expect(page.locator("#notice")).to_contain_text("Đang thử lại…")
    page.unroute(f"**{FINISH}")
    hall.at(hall.town.counter1, calling.call_next)
    with page.expect_response(f"**{FINISH}") as again:
        page.reload()

    # The key of "finish" was kept: it gets its old answer and does not end the visit that has begun since.
    assert [again.value.request.headers["idempotency-key"]] == lost
    expect(page.locator(".visit__number")).to_have_text("A002")
    asked_again(page)
    assert hall.kinds("A001") == ["issued", "called", "finished"]
    assert hall.kinds("A002") == ["issued", "called"]


def test_an_officer_may_stop_waiting(page: Page, hall: Hall, database: Database) -> None:
    hall.motcua.database = away(database)
    page.keyboard.press("Space")
    page.get_by_role("button", name="Thôi, không gửi nữa").click()
    hall.motcua.database = database

    expect(page.locator("#notice")).to_contain_text("Chưa gửi được.")
    expect(page.locator("#link")).to_have_text("Đã kết nối", timeout=12_000)
    assert hall.kinds("A001") == ["issued"]


@pytest.mark.usefixtures("birth")
def test_a_login_that_has_ended_is_renewed_without_losing_what_was_typed(
    page: Page, app: Flask, hall: Hall, address: str, database: Database
) -> None:
    press(page, "Space", "Đang mời")
    choose_procedure(page)
    page.get_by_label("Họ và tên người nộp").fill("Đặng Thị Kín")
    page.context.clear_cookies()
    let_pass(page, 2)
    expect(page.locator("#notice")).to_contain_text("Phiên đăng nhập đã hết.")

    log_in(app, page.context, address)
    let_pass(page, 2)
    expect(page.locator("#notice")).to_be_hidden()
    page.get_by_label("Họ và tên người nộp").focus()
    page.keyboard.press("Control+Enter")

    expect(page.locator(".receipt__code")).to_be_visible()
    assert [dossier.applicant_name for dossier in dossiers(database)] == ["Đặng Thị Kín"]
    assert hall.kinds("A001") == ["issued", "called", "started"]


def test_the_machine_remembers_its_counter(page: Page) -> None:
    page.goto("/counter/")
    assert page.url.rpartition("/")[2] != ""
    expect(page.locator(".bar__number")).to_have_text("1")

    page.get_by_role("link", name="Đổi quầy").click()
    expect(page.locator("h1")).to_have_text("Bạn ngồi ở quầy nào?")


def test_a_stranger_is_led_to_the_login(browser: Browser, hall: Hall, address: str) -> None:
    context = browser.new_context(base_url=address)
    page = context.new_page()

    page.goto(f"/counter/{hall.town.counter1.id}")

    assert "/login/" in page.url
    context.close()


def test_english_is_one_tap_away(page: Page) -> None:
    page.get_by_role("link", name="EN", exact=True).click()

    expect(page.locator(".action--next")).to_contain_text("Call next")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_shortcuts_can_be_turned_off(page: Page, hall: Hall) -> None:
    sent = commands_of(page)
    page.get_by_role("button", name="Phím tắt: bật").click()
    page.locator("#visit-title").focus()
    page.keyboard.press("Space")

    expect(page.locator("#keys")).to_have_text("Phím tắt: tắt")
    asked_again(page)
    assert sent == []
    assert hall.kinds("A001") == ["issued"]


@pytest.mark.usefixtures("birth")
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768), (768, 1024)])
def test_every_state_is_fit_for_everybody(page: Page, hall: Hall, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    hall.at(hall.town.counter2, calling.call_next)
    hall.at(hall.town.counter2, calling.hold)
    check(page, ".part--held")
    page.locator(".row").first.click()
    check(page, "dialog[open]")
    page.get_by_role("button", name="Quay lại").click()
    expect(page.locator("#visit-title")).to_be_focused()
    press(page, "Space", "Đang mời")
    check(page, ".visit__number")
    choose_procedure(page)
    check(page, ".papers")
    page.get_by_label("Họ và tên người nộp").fill("Đặng Thị Kín")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".receipt__code")).to_be_visible()
    check(page, ".receipt")
    page.goto("/counter/?choose=1")
    check(page, ".desk")


def check(page: Page, shown: str) -> None:
    """Assert that nothing stands in anybody's way and nothing is wider than the screen."""
    expect(page.locator(shown).first).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
