"""Lan, who logs in, and the administrator who keeps her login."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from flask_appbuilder.security.sqla.models import User

from motcua.admin.app import create_app
from motcua.admin.extension import EXTENSION
from motcua.admin.permissions import AUDITOR
from tests.admin.logins.browsers import Clock, logged_in
from tests.admin.two_offices import role_named, sync_once
from tests.conftest import app_config
from tests.town import add_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua

Another = Callable[..., "Flask"]


@pytest.fixture
def clock(motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(motcua, "clock", clock)
    return clock


@pytest.fixture
def another(app: Flask, tmp_path: Path) -> Iterator[Another]:
    """Return what starts a deployment on the same database, configured in another way."""
    started: list[Flask] = []

    def start(**config: Any) -> Flask:
        address = app.config["SQLALCHEMY_DATABASE_URI"]
        started.append(create_app(app_config(address, tmp_path) | config))
        return started[-1]

    yield start
    for one in started:
        one.extensions[EXTENSION].database.engine.dispose()
        with one.app_context():
            one.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def lan(app: Flask, session: Session) -> User:
    """Return an auditor, so that she may open screens."""
    sync_once(app, session)
    lan = add_user(session, "lan", "Lan", "Nguyễn Thị")
    lan.roles = [role_named(session, AUDITOR)]
    session.commit()
    return lan


@pytest.fixture
def admin(app: Flask, session: Session, lan: User) -> FlaskClient:
    """Return the browser of the platform's administrator, who keeps Lan's login."""
    assert lan.active
    add_user(session, "son", "Sơn", "Vũ Quang").roles = [role_named(session, "Admin")]
    session.commit()
    return logged_in(app, "son")
