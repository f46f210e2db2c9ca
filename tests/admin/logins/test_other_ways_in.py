"""Where a directory or a single sign-on knows the people, our own passwords open nothing (AUT-09)."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from flask_appbuilder.const import AUTH_LDAP, AUTH_OAUTH, AUTH_REMOTE_USER, AUTH_SAML
from sqlalchemy.orm import Session

from motcua.admin.app import create_app
from motcua.admin.extension import EXTENSION
from motcua.admin.schema import upgrade
from tests.admin.logins.browsers import OLD_WAYS, is_in, log_in
from tests.conftest import app_config
from tests.town import PASSWORD, add_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from flask_appbuilder.security.sqla.models import User

#: What only makes sense where FAB keeps the passwords.
_PASSWORD_PAGES = {"/resetmypassword/form", "/resetpassword/form"}
pytestmark = OLD_WAYS


@pytest.fixture(params=["ldap", "single sign-on", "proxy", "saml"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Return a deployment whose people log in elsewhere, on a database that knows a password of Lan's."""
    oauth: Any = ModuleType("authlib.integrations.flask_client")
    oauth.OAuth = lambda *_: None  # FAB asks for it at the start; with no provider it has nothing to do
    monkeypatch.setitem(sys.modules, "authlib", ModuleType("authlib"))
    monkeypatch.setitem(sys.modules, "authlib.integrations", ModuleType("authlib.integrations"))
    monkeypatch.setitem(sys.modules, "authlib.integrations.flask_client", oauth)
    ways: dict[str, dict[str, Any]] = {
        "ldap": {"AUTH_TYPE": AUTH_LDAP, "AUTH_LDAP_SERVER": "ldaps://127.0.0.1:9"},
        "single sign-on": {"AUTH_TYPE": AUTH_OAUTH, "OAUTH_PROVIDERS": []},
        "proxy": {"AUTH_TYPE": AUTH_REMOTE_USER},
        "saml": {"AUTH_TYPE": AUTH_SAML},
    }
    app = create_app(app_config(f"sqlite:///{tmp_path / 'motcua.db'}", tmp_path) | ways[request.param])
    engine = app.extensions[EXTENSION].database.engine
    upgrade(engine)
    with Session(engine) as session:
        add_user(session, "lan", "Lan", "Nguyễn Thị")
        session.commit()
    yield app
    engine.dispose()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def test_a_password_that_fab_still_keeps_opens_nothing_where_people_log_in_elsewhere(elsewhere: Flask) -> None:
    client = elsewhere.test_client()
    words = {"username": "lan", "password": PASSWORD, "provider": "db"}

    token = client.post("/api/v1/security/login", json=words)
    log_in(client, "lan")

    assert token.status_code == 400
    assert "access_token" not in token.get_data(as_text=True)
    assert not is_in(client)
    assert not {rule.rule for rule in elsewhere.url_map.iter_rules()} & _PASSWORD_PAGES


def test_the_same_password_opens_where_fab_keeps_it(app: Flask, client: FlaskClient, lan: User) -> None:
    """Beside the refusals: the words are right."""
    words = {"username": lan.username, "password": PASSWORD, "provider": "db"}

    assert app.test_client().post("/api/v1/security/login", json=words).status_code == 200
    log_in(client, lan.username)
    assert is_in(client)
    assert {rule.rule for rule in app.url_map.iter_rules()} >= _PASSWORD_PAGES
