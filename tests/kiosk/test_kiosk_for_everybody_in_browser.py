"""The touch page for people of seventy, and from a wheelchair: sizes, contrast, room; and nothing on the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from motcua.admin.domain.devices import revoke
from motcua.admin.enums import PrintState
from motcua.admin.models import QueueService
from tests.browsing import let_pass, needs_chromium
from tests.kiosk.fitness import FITS, faults_for_some, measured
from tests.kiosk.touching import Record, begin, both_languages, both_sizes, come_along, press, shown, touch, walk
from tests.town import NINE

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from sqlalchemy.orm import Session

    from tests.town import Town


pytestmark = needs_chromium


@both_sizes
@both_languages
def test_every_screen_is_for_everybody(page: Page, session: Session, town: Town, language: str) -> None:
    """No fault that axe-core finds; what is touched or read is large enough, and nothing needs scrolling."""
    for screen in walk(page, session, town, language):
        assert (shown(page), faults_for_some(page), measured(page)) == (screen, [], FITS)


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
