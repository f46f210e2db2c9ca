"""Switching the second factor on and off, by oneself or by who keeps the staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask_appbuilder.const import AUTH_LDAP
from flask_appbuilder.security.api import SecurityApi as FabsSecurityApi
from flask_appbuilder.security.views import AuthDBView as FabsAuthView

from motcua.admin.cli import motcua as motcua_command
from motcua.admin.enums import StaffRole
from motcua.admin.errors import SettingError
from motcua.admin.hardening import SECURITY_MANAGER, complete
from motcua.admin.models import SecondFactor, SpareCode, StaffMember
from motcua.admin.permissions import ROLE_OF_STAFF, SYSTEM_ADMIN
from motcua.admin.views.doors import check_doors
from tests.admin.logins.browsers import NEW_PASSWORD, OLD_WAYS, is_in, logged_in
from tests.admin.logins.phone import FACTOR, enrol, secret_on
from tests.admin.two_offices import TwoOffices, build_two_offices, role_named
from tests.town import PASSWORD

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua
    from tests.admin.logins.browsers import Clock

pytestmark = OLD_WAYS


@pytest.fixture
def browser(app: Flask, clock: Clock, lan: User) -> FlaskClient:
    """Return a browser in which Lan is logged in."""
    assert clock is not None
    return logged_in(app, lan.username)


def kept(database: Database) -> tuple[int, int]:
    """Return how many second factors and spare codes the record has."""
    with database.read() as session:
        factors, codes = (
            session.scalar(sa.select(sa.func.count()).select_from(kind)) for kind in (SecondFactor, SpareCode)
        )
    return factors, codes


# --- by oneself ----------------------------------------------------------------------------------


def test_a_password_and_a_code_switch_it_on(browser: FlaskClient, clock: Clock, database: Database) -> None:
    phone = enrol(browser, clock.now)

    assert len(set(phone.spare)) == 8
    assert kept(database) == (1, 8)
    assert is_in(browser)
    page = browser.get(FACTOR).get_data(as_text=True)
    assert "Đã bật từ 09:00 02/12/2026" in page
    assert "Còn 8 mã" in page


def test_the_secret_is_seen_during_the_enrolment_only(browser: FlaskClient, clock: Clock, database: Database) -> None:
    phone = enrol(browser, clock.now)

    with browser.session_transaction() as session:
        assert phone.secret not in str(dict(session))
    assert "secret" not in browser.get(FACTOR).get_data(as_text=True)
    with database.read() as record:
        digests = record.scalars(sa.select(SpareCode.digest)).all()
    assert not any(code.replace(" ", "") in digest for code in phone.spare for digest in digests)


def test_the_page_draws_what_the_phone_scans(browser: FlaskClient) -> None:
    page = browser.post(f"{FACTOR}begin", data={"password": PASSWORD}, follow_redirects=True)

    text = page.get_data(as_text=True)
    assert len(secret_on(page)) == 32
    assert '<svg width="' in text
    assert 'aria-label="Mã QR cho ứng dụng; khóa bên dưới có cùng nội dung"' in text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_wrong_password_begins_nothing(browser: FlaskClient) -> None:
    answer = browser.post(f"{FACTOR}begin", data={"password": NEW_PASSWORD})

    assert answer.status_code == 400
    assert "Mật khẩu không đúng." in answer.get_data(as_text=True)
    assert 'id="secret"' not in browser.get(FACTOR).get_data(as_text=True)


def test_a_wrong_code_switches_nothing_on(browser: FlaskClient, database: Database) -> None:
    begun = browser.post(f"{FACTOR}begin", data={"password": PASSWORD}, follow_redirects=True)

    answer = browser.post(f"{FACTOR}enrol", data={"code": "000000"})

    assert (answer.status_code, secret_on(answer)) == (400, secret_on(begun))
    assert kept(database) == (0, 0)


def test_without_having_begun_there_is_nothing_to_switch_on(browser: FlaskClient, database: Database) -> None:
    assert browser.post(f"{FACTOR}enrol", data={"code": "000000"}).status_code == 302
    assert kept(database) == (0, 0)


def test_another_phone_needs_the_first_to_be_switched_off(browser: FlaskClient, clock: Clock) -> None:
    enrol(browser, clock.now)
    browser.post(f"{FACTOR}begin", data={"password": PASSWORD})

    assert browser.post(f"{FACTOR}enrol", data={"code": "000000"}).status_code == 409


def test_logins_had_with_the_password_alone_end(app: Flask, browser: FlaskClient, clock: Clock) -> None:
    at_home = logged_in(app, "lan")

    enrol(browser, clock.now)

    assert [is_in(client) for client in (browser, at_home)] == [True, False]


def test_password_and_code_switch_it_off(app: Flask, browser: FlaskClient, clock: Clock, database: Database) -> None:
    phone = enrol(browser, clock.now)
    clock.forward(minutes=1)
    code = phone.code(clock.now)

    refused = [
        browser.post(f"{FACTOR}remove", data={"password": NEW_PASSWORD, "code": code}).status_code,
        browser.post(f"{FACTOR}remove", data={"password": PASSWORD, "code": "000000"}).status_code,
    ]
    assert (refused, kept(database)) == ([400, 400], (1, 8))

    assert browser.post(f"{FACTOR}remove", data={"password": PASSWORD, "code": code}).status_code == 302
    assert kept(database) == (0, 0)
    assert is_in(logged_in(app, "lan"))


def test_codes_are_not_guessed_by_switching_off(browser: FlaskClient, clock: Clock) -> None:
    """Not even by who knows the password and sits at an open login."""
    phone = enrol(browser, clock.now)
    clock.forward(minutes=1)

    tries = [browser.post(f"{FACTOR}remove", data={"password": PASSWORD, "code": "000000"}) for _ in range(5)]
    sixth = browser.post(f"{FACTOR}remove", data={"password": PASSWORD, "code": phone.code(clock.now)})

    assert [answer.status_code for answer in (*tries, sixth)] == [400] * 5 + [429]


def test_fields_that_are_not_on_the_page_are_refused(browser: FlaskClient) -> None:
    for step in ("begin", "enrol", "remove"):
        assert browser.post(f"{FACTOR}{step}", data={"user_id": "1"}).status_code == 400


# --- by somebody else ----------------------------------------------------------------------------


@pytest.fixture
def two(app: Flask, clock: Clock, session: Session) -> TwoOffices:
    assert clock is not None
    return build_two_offices(app, session)


def place_of(two: TwoOffices, whose: str) -> int:
    people = {member.user_id: member.id for member in (*two.ours.office.staff, *two.theirs.office.staff)}
    return people[two.people[whose].id]


def test_who_keeps_the_staff_switches_it_off_when_the_phone_is_lost(
    app: Flask, two: TwoOffices, clock: Clock, database: Database
) -> None:
    lan, admin = two.browser(app, "receiving_officer"), two.browser(app, "office_admin")
    place = place_of(two, "receiving_officer")
    address = f"/motcua/staff/remove-second-factor/{place}"
    assert address not in admin.get(f"/motcua/staff/show/{place}").get_data(as_text=True)
    enrol(lan, clock.now)
    assert address in admin.get(f"/motcua/staff/show/{place}").get_data(as_text=True)

    page = admin.post(address, follow_redirects=True).get_data(as_text=True)

    assert "Đã tắt xác thực hai bước của" in page
    assert (kept(database), is_in(lan)) == ((0, 0), False)
    assert admin.post(address).status_code == 403


def test_nobody_takes_it_from_who_stands_above(
    app: Flask, two: TwoOffices, clock: Clock, session: Session, database: Database
) -> None:
    """A system administrator's password alone would open the whole province to who keeps the staff of an office."""
    son, hoa = two.people["office_admin"], two.people["supervisor"]
    son.roles = [*son.roles, role_named(session, SYSTEM_ADMIN)]
    hoa.roles = [*hoa.roles, role_named(session, ROLE_OF_STAFF[StaffRole.OFFICE_ADMIN])]
    session.add(StaffMember(user_id=hoa.id, office=two.ours.office, role=StaffRole.OFFICE_ADMIN))
    session.commit()
    enrol(two.browser(app, "office_admin"), clock.now)
    address = f"/motcua/staff/remove-second-factor/{place_of(two, 'office_admin')}"

    refused = [two.browser(app, who).post(address).status_code for who in ("supervisor", "their_office_admin")]

    assert (refused, kept(database)) == ([403, 404], (1, 8))
    assert two.browser(app, "system_admin").post(address).status_code == 302


def test_the_command_is_for_who_has_no_place_in_an_office(
    app: Flask, browser: FlaskClient, clock: Clock, database: Database
) -> None:
    enrol(browser, clock.now)
    runner = app.test_cli_runner()

    removed, again, nobody = (
        runner.invoke(motcua_command, ["remove-second-factor", login]) for login in ("LAN", "lan", "ai-do")
    )

    assert removed.output == "LAN logs in with the password alone.\n"
    assert again.output == "lan has no second factor.\n"
    assert (nobody.exit_code, nobody.output.partition(":")[0]) == (1, "Error")
    assert kept(database) == (0, 0)
    assert not is_in(browser)


# --- in a host -----------------------------------------------------------------------------------


def test_a_host_whose_doors_are_not_ours_does_not_start_with_it(
    app: Flask, motcua: Motcua, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = app.appbuilder.sm  # type: ignore[attr-defined]
    not_ours = [
        lambda host: host.setattr(manager, "security_api", FabsSecurityApi),
        lambda host: host.setattr(manager, "auth_view", FabsAuthView()),
        lambda host: host.setitem(app.config, "AUTH_TYPE", AUTH_LDAP),
    ]

    for change in not_ours:
        with app.app_context(), monkeypatch.context() as host:
            check_doors(motcua.settings, manager)
            change(host)
            with pytest.raises(SettingError, match=r"^MOTCUA_SECOND_FACTOR needs FAB's own passwords"):
                check_doors(motcua.settings, manager)


def test_keys_of_fab_which_ask_for_no_code_do_not_start_with_it(
    app: Flask, motcua: Motcua, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "FAB_API_KEY_ENABLED", True)

    with app.app_context(), pytest.raises(SettingError, match=r"^MOTCUA_SECOND_FACTOR and FAB_API_KEY_ENABLED do not"):
        check_doors(motcua.settings, app.appbuilder.sm)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "chosen",
    [{"AUTH_TYPE": AUTH_LDAP}, {"FAB_SECURITY_MANAGER_CLASS": "own.Manager"}, {"MOTCUA_STAFF_SESSIONS": False}],
)
def test_a_deployment_that_chose_other_logins_is_not_stopped_by_what_it_did_not_choose(chosen: dict[str, Any]) -> None:
    ours = {"FAB_SECURITY_MANAGER_CLASS": SECURITY_MANAGER, "MOTCUA_STAFF_SESSIONS": True}

    assert complete(ours)["MOTCUA_SECOND_FACTOR"] == "offered"
    assert complete(ours | chosen)["MOTCUA_SECOND_FACTOR"] == "off"
