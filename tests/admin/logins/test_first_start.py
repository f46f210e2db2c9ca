"""A new deployment knows nobody, and no page of it makes somebody (AUT-12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo
from flask_appbuilder.cli import fab
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from motcua.admin.app import create_app
from motcua.admin.extension import EXTENSION
from motcua.admin.permissions import sync_roles
from motcua.admin.schema import upgrade
from tests.admin.logins.browsers import NEW_PASSWORD, OLD_WAYS, is_in, log_in
from tests.conftest import app_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session

pytestmark = OLD_WAYS
_TRIED_FIRST = [("admin", "admin"), ("admin", "general"), ("admin", "password"), ("motcua", "motcua"), ("admin", "")]
_MAKES_PEOPLE = ["/register/form", "/users/add", "/roles/add", "/api/v1/security/users/", "/api/v1/security/roles/"]


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Flask]:
    """Return a deployment right after `motcua upgrade`."""
    app = create_app(app_config(f"sqlite:///{tmp_path / 'motcua.db'}", tmp_path))
    engine = app.extensions[EXTENSION].database.engine
    upgrade(engine)
    with app.app_context():
        sync_roles(app.appbuilder)  # type: ignore[attr-defined]
    yield app
    engine.dispose()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def people(app: Flask) -> int:
    with app.extensions[EXTENSION].database.read() as session:
        return _count(session)


def _count(session: Session) -> int:
    return session.scalar(select(func.count(User.id))) or 0


def test_there_is_no_account_to_begin_with(new: Flask) -> None:
    clients = [new.test_client() for _ in _TRIED_FIRST]

    for client, (username, password) in zip(clients, _TRIED_FIRST, strict=True):
        log_in(client, username, password)

    assert not any(map(is_in, clients))
    assert people(new) == 0


def test_an_account_is_made_at_the_shell_and_by_no_stranger(new: Flask) -> None:
    about = {"first_name": "A", "last_name": "B", "username": "thief", "email": "a@b.test", "roles": [1]}
    secret = {"password": NEW_PASSWORD, "conf_password": NEW_PASSWORD}

    for address in _MAKES_PEOPLE:
        client = new.test_client()
        answers = [client.post(address, data=about | secret), client.post(address, json=about | secret)]
        assert {answer.status_code for answer in answers} <= {302, 401, 403, 404, 405}

    assert people(new) == 0
    words = {"username": "son", "firstname": "Sơn", "lastname": "Vũ", "email": "s@a.test", "password": NEW_PASSWORD}
    options = [option for name, word in words.items() for option in (f"--{name}", word)]
    made = CliRunner().invoke(fab, ["create-admin", *options], obj=ScriptInfo(create_app=lambda: new))
    assert (made.exit_code, people(new)) == (0, 1), made.output
