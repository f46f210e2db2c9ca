"""Tokens of the API end with the logins of their person (AUT-13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest
from flask_appbuilder.security.sqla.models import User

from motcua.admin.permissions import AUDITOR, SYSTEM_ADMIN
from tests.admin.desk import problem
from tests.admin.logins.browsers import (
    OLD_WAYS,
    STATE,
    logged_in,
)
from tests.admin.logins.endings import (
    ENDS,
    Case,
    edited,
    gets_another_role,
)
from tests.admin.two_offices import role_named
from tests.town import PASSWORD

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse


pytestmark = OLD_WAYS


@pytest.fixture
def tokens(app: Flask, session: Session, lan: User) -> dict[str, str]:
    """Return what Lan's program has got; she may serve at counters."""
    lan.roles = [role_named(session, SYSTEM_ADMIN)]
    session.commit()
    words = {"username": "lan", "password": PASSWORD, "provider": "db", "refresh": True}
    given: dict[str, str] = app.test_client().post("/api/v1/security/login", json=words).get_json()
    return given


def ask(app: Flask, token: str) -> TestResponse:
    return app.test_client().get(STATE, headers={"Authorization": f"Bearer {token}"})


def menu(app: Flask, token: str) -> TestResponse:
    """Ask an API of the platform's own."""
    return app.test_client().get("/api/v1/menu/", headers={"Authorization": f"Bearer {token}"})


def renew(app: Flask, token: str) -> TestResponse:
    return app.test_client().post("/api/v1/security/refresh", headers={"Authorization": f"Bearer {token}"})


def test_a_token_opens_and_is_renewed(app: Flask, tokens: dict[str, str]) -> None:
    assert ask(app, tokens["access_token"]).status_code == 200
    assert menu(app, tokens["access_token"]).status_code == 403  # known, but her role has no right to it
    renewed = renew(app, tokens["refresh_token"])
    assert renewed.status_code == 200
    assert ask(app, renewed.get_json()["access_token"]).status_code == 200


@pytest.mark.parametrize("forgery", ["none", "another key", "expired", "no epoch", "a guessed epoch"])
def test_a_forged_or_expired_token_is_refused(app: Flask, tokens: dict[str, str], forgery: str) -> None:
    key = app.config["SECRET_KEY"]
    claims = jwt.decode(tokens["access_token"], key, algorithms=["HS256"])
    forged = {
        "none": lambda: jwt.encode(claims, None, algorithm="none"),
        "another key": lambda: jwt.encode(claims, "another key, which is long enough, too", algorithm="HS256"),
        "expired": lambda: jwt.encode(claims | {"exp": claims["iat"] - 1}, key, algorithm="HS256"),
        "no epoch": lambda: jwt.encode(
            {name: value for name, value in claims.items() if name != "motcua_epoch"}, key, algorithm="HS256"
        ),
        "a guessed epoch": lambda: jwt.encode(claims | {"motcua_epoch": "x"}, key, algorithm="HS256"),
    }[forgery]()

    problem(ask(app, forged), 401, "login_required")
    assert menu(app, forged).status_code in {401, 422}


@pytest.mark.parametrize("happens", ENDS, ids=lambda act: act.__name__)
def test_a_token_is_refused_and_not_renewed_after_she(
    app: Flask, tokens: dict[str, str], lan: User, admin: FlaskClient, happens: Any
) -> None:
    if happens is gets_another_role:
        happens = _becomes_an_auditor
    assert happens(Case(lan, logged_in(app, "lan"), admin)).status_code == 302

    problem(ask(app, tokens["access_token"]), 401, "login_required")
    assert renew(app, tokens["refresh_token"]).status_code == 401


def _becomes_an_auditor(case: Case) -> TestResponse:
    return edited(case, AUDITOR, active="y")
