"""The password is half a login; the code from the phone is the other half."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from motcua.admin.enums import SecondFactorPolicy
from motcua.admin.permissions import AUDITOR, SYSTEM_ADMIN
from tests.admin.desk import problem
from tests.admin.logins.browsers import (
    NEW_PASSWORD,
    OLD_WAYS,
    SCREEN,
    STATE,
    cookie_of,
    is_in,
    log_in,
    logged_in,
    thief,
)
from tests.admin.logins.endings import Case, gets_a_new_password, is_deactivated
from tests.admin.logins.phone import FACTOR, STEP, Phone, at_the_step, enrol, give, secret_on, spare_codes_on
from tests.town import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from flask_appbuilder.security.sqla.models import User

    from motcua.admin.extension import Motcua
    from tests.admin.logins.browsers import Clock

pytestmark = OLD_WAYS


@pytest.fixture
def phone(app: Flask, lan: User, clock: Clock) -> Phone:
    """Return the phone of Lan, who has switched it on; a minute later, so that its next code is new."""
    phone = enrol(logged_in(app, lan.username), clock.now)
    clock.forward(minutes=1)
    return phone


@pytest.fixture
def policy(motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what sets who needs a second factor."""

    def choose(policy: SecondFactorPolicy, *roles: str) -> None:
        chosen = replace(motcua.settings, second_factor=policy, second_factor_roles=frozenset(roles))
        monkeypatch.setattr(motcua, "settings", chosen)

    return choose


# --- with a phone --------------------------------------------------------------------------------


def test_password_and_code_make_a_login_that_leads_where_one_wanted_to_go(
    app: Flask, phone: Phone, clock: Clock
) -> None:
    browser = app.test_client()
    browser.post("/login/", query_string={"next": SCREEN}, data={"username": "lan", "password": PASSWORD})

    answer = browser.post(STEP, data={"code": phone.code(clock.now)})

    assert (answer.status_code, answer.location) == (302, SCREEN)
    with browser.session_transaction() as session:
        assert set(session) == {"_user_id", "_fresh", "_id", "motcua_login"}
    assert is_in(browser)


@pytest.mark.usefixtures("phone")
def test_the_password_alone_opens_nothing(app: Flask) -> None:
    browser = at_the_step(app)

    assert not is_in(browser)
    assert browser.get(FACTOR).location.startswith("/login/")
    assert browser.post("/motcua/account/end-logins").location.startswith("/login/")
    problem(browser.get(STATE), 401, "login_required")
    assert "frame-side" not in browser.get(STEP).get_data(as_text=True)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.usefixtures("phone")
def test_the_field_for_the_code_is_one_that_phones_and_readers_know(app: Flask, language: str) -> None:
    page = at_the_step(app).get(f"{STEP}?lang={language}").get_data(as_text=True)

    field = page.partition('<input class="input" id="code"')[2].partition(">")[0]
    assert 'autocomplete="one-time-code"' in field
    assert 'inputmode="numeric"' in field
    assert {"vi": "Mật khẩu đúng.", "en": "The password was right."}[language] in page


@pytest.mark.usefixtures("phone")
def test_a_wrong_code_is_refused_in_words(app: Flask) -> None:
    browser = at_the_step(app)

    for code in ("", "12345", "mã số", "0" * 40, "0000 0000 0000 0000 0000"):
        answer = browser.post(STEP, data={"code": code})
        assert answer.status_code == 400
        assert "Mã không đúng hoặc đã được dùng." in answer.get_data(as_text=True)
        assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert not is_in(browser)


def test_a_code_is_accepted_once(app: Flask, phone: Phone, clock: Clock) -> None:
    code = phone.code(clock.now)

    assert give(at_the_step(app), code) == 302
    assert give(at_the_step(app), code) == 400


def test_an_earlier_code_is_not_accepted_after_a_later_one(app: Flask, phone: Phone, clock: Clock) -> None:
    assert give(at_the_step(app), phone.code(clock.now)) == 302

    assert give(at_the_step(app), phone.code(clock.now, -1)) == 400


def test_a_phones_clock_may_be_one_code_off(app: Flask, phone: Phone, clock: Clock) -> None:
    clock.forward(minutes=1)

    assert {drift: give(at_the_step(app), phone.code(clock.now, drift)) for drift in (-2, 2, -1, 1)} == {
        -2: 400,
        2: 400,
        -1: 302,
        1: 302,
    }


def test_the_code_that_switched_it_on_does_not_log_in(app: Flask, lan: User, clock: Clock) -> None:
    phone = enrol(logged_in(app, lan.username), clock.now)

    assert give(at_the_step(app), phone.code(clock.now)) == 400


def test_a_spare_code_replaces_the_phone_once(app: Flask, phone: Phone) -> None:
    browser = at_the_step(app)
    assert give(browser, phone.spare[3]) == 302

    assert "còn lại 7 mã" in browser.get(SCREEN).get_data(as_text=True)
    assert give(at_the_step(app), phone.spare[3]) == 400
    assert give(at_the_step(app), phone.spare[0].replace(" ", "-")) == 302


def test_the_sixth_code_in_a_quarter_of_an_hour_is_not_looked_at(app: Flask, phone: Phone, clock: Clock) -> None:
    """Counted by person, whatever the address: only who has the password gets here."""
    browser = at_the_step(app)
    answers = [
        browser.post(STEP, data={"code": "000000"}, environ_base={"REMOTE_ADDR": f"10.0.0.{number}"})
        for number in range(5)
    ]

    refused = browser.post(STEP, data={"code": phone.code(clock.now)})

    assert [answer.status_code for answer in answers] == [400] * 5
    assert refused.status_code == 429
    assert "chờ mười lăm phút" in refused.get_data(as_text=True)
    assert not is_in(browser)


def test_a_right_code_forgives_the_wrong_ones(app: Flask, phone: Phone, clock: Clock) -> None:
    for _ in range(2):
        browser = at_the_step(app)
        assert [give(browser, "000000") for _ in range(4)] == [400] * 4
        assert give(browser, phone.code(clock.now)) == 302
        clock.forward(minutes=1)


def test_the_password_is_forgotten_after_ten_minutes(app: Flask, phone: Phone, clock: Clock) -> None:
    browser = at_the_step(app)

    clock.forward(minutes=10)

    assert browser.post(STEP, data={"code": phone.code(clock.now)}).location == "/login/"
    assert not is_in(browser)


@pytest.mark.parametrize("happens", [gets_a_new_password, is_deactivated], ids=lambda act: act.__name__)
def test_who_is_changed_between_the_steps_gets_no_login(
    app: Flask, clock: Clock, lan: User, admin: FlaskClient, phone: Phone, happens: Callable[[Case], object]
) -> None:
    browser = at_the_step(app)
    happens(Case(lan, browser, admin))

    assert browser.post(STEP, data={"code": phone.code(clock.now)}).location == "/login/"
    assert not is_in(browser)


def test_a_cookie_from_between_the_steps_is_worth_no_more_after_the_login(
    app: Flask, phone: Phone, clock: Clock
) -> None:
    browser = at_the_step(app)
    between = cookie_of(browser)
    give(browser, phone.code(clock.now))

    assert not is_in(thief(app, between))
    assert give(thief(app, between), phone.code(clock.now)) == 400


def test_nobody_comes_to_the_second_step_without_the_first(client: FlaskClient) -> None:
    assert client.get(STEP).location == "/login/"
    assert client.post(STEP, data={"code": "000000"}).location == "/login/"


@pytest.mark.usefixtures("phone")
def test_a_wrong_password_comes_nowhere(app: Flask) -> None:
    browser = app.test_client()

    assert log_in(browser, "lan", NEW_PASSWORD).location.startswith("/login/")
    assert browser.get(STEP).location == "/login/"


# --- the way around ------------------------------------------------------------------------------


def tokens_for(app: Flask, username: str) -> tuple[int, set[str]]:
    words = {"username": username, "password": PASSWORD, "provider": "db", "refresh": True}
    answer = app.test_client().post("/api/v1/security/login", json=words)
    return answer.status_code, set(answer.get_json())


@pytest.mark.usefixtures("phone", "admin")
def test_the_api_gives_no_token_for_a_password_alone(app: Flask) -> None:
    assert tokens_for(app, "lan") == (401, {"message"})
    assert tokens_for(app, "son") == (200, {"access_token", "refresh_token"})


def test_nor_where_one_would_have_to_enrol_first(app: Flask, lan: User, policy: Callable[..., None]) -> None:
    policy(SecondFactorPolicy.REQUIRED)

    assert tokens_for(app, lan.username) == (401, {"message"})


def test_a_token_from_before_the_second_factor_ends_with_it(app: Flask, lan: User, clock: Clock) -> None:
    words = {"username": lan.username, "password": PASSWORD, "provider": "db"}
    token = app.test_client().post("/api/v1/security/login", json=words).get_json()["access_token"]

    enrol(logged_in(app, lan.username), clock.now)

    problem(app.test_client().get(STATE, headers={"Authorization": f"Bearer {token}"}), 401, "login_required")


# --- where it is required ------------------------------------------------------------------------


def test_who_needs_one_gets_to_enrol_and_nothing_else(
    app: Flask, lan: User, clock: Clock, policy: Callable[..., None]
) -> None:
    policy(SecondFactorPolicy.REQUIRED, AUDITOR)
    browser = at_the_step(app, lan.username)
    secret = secret_on(browser.get(STEP))
    assert not is_in(browser)

    assert browser.post(STEP, data={"code": "000000"}).status_code == 400
    assert secret_on(browser.get(STEP)) == secret
    page = browser.post(STEP, data={"code": Phone(secret, []).code(clock.now)})

    assert (page.status_code, len(spare_codes_on(page))) == (200, 8)
    assert is_in(browser)
    clock.forward(minutes=1)
    assert give(at_the_step(app), Phone(secret, []).code(clock.now)) == 302


def test_two_browsers_between_the_steps_do_not_see_each_others_secret(
    app: Flask, lan: User, policy: Callable[..., None]
) -> None:
    policy(SecondFactorPolicy.REQUIRED)

    secrets = {secret_on(at_the_step(app, lan.username).get(STEP)) for _ in range(2)}

    assert len(secrets) == 2


def test_other_roles_do_not_need_one(app: Flask, lan: User, policy: Callable[..., None]) -> None:
    policy(SecondFactorPolicy.REQUIRED, SYSTEM_ADMIN)

    assert is_in(logged_in(app, lan.username))


@pytest.mark.usefixtures("phone")
def test_switched_off_nobody_is_asked(app: Flask, policy: Callable[..., None]) -> None:
    policy(SecondFactorPolicy.OFF)

    assert is_in(logged_in(app, "lan"))
