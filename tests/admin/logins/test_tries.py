"""Guessing passwords: the form and the API's login are one door, and its tries are counted together (AUT-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.admin.desk import problem
from tests.admin.logins.browsers import OLD_WAYS, log_in
from tests.town import PASSWORD

if TYPE_CHECKING:
    from flask import Flask
    from flask_appbuilder.security.sqla.models import User
    from werkzeug.test import TestResponse

WRONG = "a guess"
pytestmark = [*OLD_WAYS, pytest.mark.usefixtures("lan")]


def ask(app: Flask, username: Any = "lan", password: str = WRONG, address: str = "127.0.0.1") -> TestResponse:
    """Ask for a token, as a program does."""
    words = {"username": username, "password": password, "provider": "db"}
    return app.test_client().post("/api/v1/security/login", json=words, environ_overrides={"REMOTE_ADDR": address})


def test_the_sixth_password_in_a_minute_is_not_looked_at(app: Flask) -> None:
    statuses = [ask(app).status_code for _ in range(5)]

    assert statuses == [401] * 5
    problem(ask(app, password=PASSWORD), 429, "too_many_tries")


def test_tries_at_the_form_and_over_the_api_are_counted_together(app: Flask) -> None:
    for _ in range(3):
        log_in(app.test_client(), "lan", WRONG)

    statuses = [ask(app, username=" LAN ").status_code for _ in range(3)]

    assert statuses == [401, 401, 429]
    assert log_in(app.test_client(), "lan").status_code == 429


def test_nobody_locks_a_colleague_out_and_other_people_of_one_address_log_in(app: Flask, lan: User) -> None:
    for _ in range(6):
        ask(app, address="10.0.0.66")
        ask(app, username="minh")

    assert lan.username == "lan"
    assert ask(app, password=PASSWORD).status_code == 200


@pytest.mark.parametrize("username", [["lan"], None, 7, {"a": "b"}])
def test_a_name_that_is_none_is_no_fault_of_ours(app: Flask, username: Any) -> None:
    assert ask(app, username=username).status_code == 400


def test_a_token_is_renewed_as_often_as_programs_behind_one_address_need(app: Flask) -> None:
    tokens = app.test_client().post(
        "/api/v1/security/login", json={"username": "lan", "password": PASSWORD, "provider": "db", "refresh": True}
    )
    header = {"Authorization": f"Bearer {tokens.get_json()['refresh_token']}"}

    statuses = [app.test_client().post("/api/v1/security/refresh", headers=header).status_code for _ in range(7)]

    assert statuses == [200] * 7
