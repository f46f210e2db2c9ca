"""One visit from the door to the morning mail, in a real browser, on a trial as a newcomer starts it."""

from __future__ import annotations

import re
import socket
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.admin.console import settled
from tests.browsing import needs_chromium
from tests.journeys.trial import RunningTrial, Trial
from tests.try_demo import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

KIOSK = {"width": 1080, "height": 1920}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}
PROCEDURE = "2.000635"
CITIZEN = "Hoàng Thị Thử"

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with RunningTrial(tmp_path_factory.mktemp("trial"), port) as trial:
        yield trial


def read_code(picture: Path) -> str:
    """Read the QR code in a picture with a reader nobody here wrote."""
    (code,) = zxingcpp.read_barcodes(Image.open(picture))
    return code.text


def take_a_number(trial: Trial, page: Page) -> str:
    """Tap a tile, say that there is no priority, and return the number on the screen."""
    page.goto(trial.facts["kiosk"]["enrolment_url"])
    page.locator(".tile", has_text="Hộ tịch").click()
    page.get_by_role("button", name="Không", exact=True).click()
    figure = page.locator(".ticket__figure")
    expect(figure).to_have_text(re.compile(r"^A\d{3}$"))
    return figure.inner_text()


def call_and_take_in(trial: Trial, page: Page) -> str:
    """Call the next number, take the citizen's dossier in, finish, and return the dossier's code."""
    page.clock.install()
    trial.sign_in(page, "tiepnhan1", "/counter/")
    page.get_by_role("link", name="Quầy 1").click()
    page.get_by_role("button", name="Mời tiếp").click()
    expect(page.get_by_role("heading", name="Đang mời")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Bắt đầu").click()
    expect(page.get_by_role("heading", name="Đang phục vụ")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Tiếp nhận hồ sơ").click()
    page.get_by_role("combobox", name="Thủ tục").fill(PROCEDURE)
    page.get_by_role("listbox").get_by_role("option").first.click()
    page.get_by_role("button", name="Nhận đủ").click()
    page.get_by_label("Họ và tên người nộp").fill(CITIZEN)
    page.get_by_role("button", name="Lưu và in giấy tiếp nhận").click()
    return page.locator(".receipt__code").inner_text()


def test_one_code_leads_from_the_kiosk_to_the_morning_mail(trial: Trial, browser: Browser) -> None:
    kiosk, phone, desk = (browser.new_page(viewport=size) for size in (KIOSK, PHONE, DESK))

    number = take_a_number(trial, kiosk)
    expect(kiosk.get_by_text("Mời lấy phiếu")).to_be_visible()
    paper = Path(trial.facts["printer_dir"]) / f"{number}.png"
    wait_for("the paper", 10, paper.exists)
    link = read_code(paper)

    phone.goto(trial.url + urlsplit(link).path)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Quý khách là người tiếp theo")

    code = call_and_take_in(trial, desk)
    expect(phone.locator("#following")).to_have_attribute("data-kind", "dossier")
    expect(phone.get_by_text(code)).to_be_visible()
    assert CITIZEN not in phone.content()

    receipts = Path(trial.facts["printer_dir"])
    receipt = wait_for("the receipt", 10, lambda: next(receipts.rglob(f"{code}*.png"), None))
    assert urlsplit(read_code(receipt)).path.startswith("/T/")


def test_the_supervisor_is_mailed_what_is_overdue(trial: Trial) -> None:
    trial.command("digest")

    (mail,) = Path(trial.facts["mail_dir"]).glob("*.eml")
    letter = message_from_bytes(mail.read_bytes(), policy=default)
    text = letter.get_body(("plain",))
    assert letter["To"].addresses[0].addr_spec == "lanhdao@motcua.example"
    assert text is not None
    assert re.search(r"[1-9]\d* hồ sơ quá hạn", text.get_content())
    assert CITIZEN not in mail.read_text("utf-8")
