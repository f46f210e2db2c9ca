"""The first account is made by whoever has the link of the console, once, within a day (AUT-12)."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask_appbuilder.security.sqla.models import User
from playwright.sync_api import expect
from sqlalchemy import select

from motcua.admin.cli import motcua as commands
from motcua.admin.enums import ActorKind, AuditAction
from motcua.admin.first_account import new_link
from motcua.admin.models import AuditEntry
from tests.admin.logins.browsers import NEW_PASSWORD, OLD_WAYS, is_in, log_in
from tests.browsing import needs_chromium
from tests.town import add_user

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.admin.logins.browsers import Clock
    from tests.admin.logins.conftest import Another

pytestmark = OLD_WAYS
MAY = {
    "last_name": "Vũ Hoàng",
    "first_name": "Mây",
    "username": "may",
    "email": "may@motcua.example",
    "password": NEW_PASSWORD,
    "repeated": NEW_PASSWORD,
}


@pytest.fixture
def link(app: Flask, clock: Clock) -> str:
    """Return the address that the console shows, without the machine's part."""
    del clock  # it stands at nine
    with app.app_context():
        return path_of(new_link())


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def send(app: Flask, link: str, **changed: Any) -> TestResponse:
    return app.test_client().post(link, data=MAY | changed)


def people(session: Session) -> list[User]:
    session.expire_all()
    return list(session.scalars(select(User)))


def test_whoever_has_the_link_becomes_the_administrator(app: Flask, session: Session, link: str) -> None:
    page = app.test_client().get(link)
    answer = send(app, link)

    assert (page.status_code, answer.status_code, answer.location) == (200, 302, "/login/")
    [user] = people(session)
    assert (user.username, user.last_name, user.first_name) == ("may", "Vũ Hoàng", "Mây")
    assert [role.name for role in user.roles] == ["Admin"]
    client = app.test_client()
    log_in(client, "may", NEW_PASSWORD)
    assert is_in(client)


def test_the_trail_says_that_it_was_made_and_by_nobody_known(app: Flask, session: Session, link: str) -> None:
    send(app, link)

    [row] = session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.USER_ADDED))
    assert (row.actor_kind, row.actor_id, row.object_id) == (ActorKind.NOBODY, None, people(session)[0].id)
    assert NEW_PASSWORD not in row.details + str(row.personal)


def test_the_link_opens_for_a_day_and_for_nobody_else(app: Flask, session: Session, link: str, clock: Clock) -> None:
    wrong = [link[:-1] + ("A" if link[-1] != "A" else "B"), link.replace(".", ".x"), link.rsplit("/", 1)[0] + "/1"]
    strangers = [app.test_client().get(each) for each in wrong] + [send(app, each) for each in wrong]
    clock.forward(hours=24)
    in_time = app.test_client().get(link)
    clock.forward(seconds=1)
    late = [app.test_client().get(link), send(app, link)]

    assert [answer.status_code for answer in strangers] == [404] * 6
    assert in_time.status_code == 200
    assert [answer.status_code for answer in late] == [404, 404]
    assert "motcua first-account" in late[0].text
    assert people(session) == []


def test_with_an_account_there_the_link_leads_to_the_login(app: Flask, session: Session, link: str) -> None:
    switched_off = add_user(session, "old", "Cũ", "Lê")
    switched_off.active = False
    session.commit()

    answers = [app.test_client().get(link), send(app, link)]

    assert [(answer.status_code, answer.location) for answer in answers] == [(302, "/login/")] * 2
    assert [user.username for user in people(session)] == ["old"]


def test_of_two_at_once_one_is_the_administrator(app: Flask, session: Session, link: str) -> None:
    ready, answers = threading.Barrier(4), []

    def try_it(name: str) -> None:
        ready.wait()
        answers.append(send(app, link, username=name, email=f"{name}@motcua.example").status_code)

    threads = [threading.Thread(target=try_it, args=(name,)) for name in ("one", "two", "three", "four")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [302] * 4
    assert len(people(session)) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"username": " "}, "Vui lòng nhập mục này."),
        ({"username": "x" * 65}, "tối đa 64"),
        ({"email": "may"}, "địa chỉ thư điện tử"),
        ({"password": "matkhau1", "repeated": "matkhau1"}, "quá dễ đoán"),
        ({"password": "ngắn", "repeated": "ngắn"}, "8 ký tự"),
        ({"repeated": "khác hẳn"}, "không giống nhau"),
    ],
)
def test_what_cannot_be_an_account_is_refused_beside_its_field(
    app: Flask, session: Session, link: str, changed: dict[str, str], words: str
) -> None:
    answer = send(app, link, **changed)

    assert answer.status_code == 400
    assert words.lower() in answer.text.lower()
    assert NEW_PASSWORD not in answer.text
    assert people(session) == []


def test_fields_that_are_not_on_the_page_are_refused(app: Flask, session: Session, link: str) -> None:
    answer = send(app, link, roles="1")

    assert answer.status_code == 400
    assert people(session) == []


@pytest.mark.usefixtures("clock")
def test_upgrade_shows_the_link_as_long_as_there_is_nobody(app: Flask) -> None:
    runner = app.test_cli_runner()
    shown = [runner.invoke(commands, [command]).output for command in ("upgrade", "first-account")]
    links = [re.findall(r"http\S+/motcua/first-account/\S+", text) for text in shown]
    answer = send(app, path_of(links[0][0]))

    assert [len(found) for found in links] == [1, 1]
    assert answer.status_code == 302
    assert "first-account" not in runner.invoke(commands, ["upgrade"]).output
    refused = runner.invoke(commands, ["first-account"])
    assert (refused.exit_code, "There is an account already" in refused.output) == (1, True)


def test_a_host_that_did_not_ask_has_no_such_page(link: str, another: Another, session: Session) -> None:
    host = another(MOTCUA_FIRST_ACCOUNT=False)
    refused = host.test_cli_runner().invoke(commands, ["first-account"])

    assert [host.test_client().get(link).status_code, send(host, link).status_code] == [404, 404]
    assert "first-account" not in host.test_cli_runner().invoke(commands, ["upgrade"]).output
    assert (refused.exit_code, "MOTCUA_FIRST_ACCOUNT is off" in refused.output) == (1, True)
    assert people(session) == []


@needs_chromium
def test_in_a_browser_by_keyboard_alone(browser: Browser, address: str, link: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900}, base_url=address)
    page.route("**/webfonts/*", lambda route: route.abort())
    page.goto(link)
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()

    page.get_by_label("Họ và tên đệm").focus()
    for word in MAY.values():
        page.keyboard.type(word)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Đã tạo tài khoản")).to_be_visible()
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    page.wait_for_load_state("networkidle")
