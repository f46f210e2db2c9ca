"""Who has no login pays nothing for logins that end; who has one pays one look."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from motcua.admin.logins import words_for
from tests.admin.logins.browsers import (
    OLD_WAYS,
    logged_in,
)

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from motcua.admin.database import Database

pytestmark = OLD_WAYS


def queries(database: Database, ask: Callable[[], TestResponse]) -> list[str]:
    """Return the statements about logins that a request makes."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)
    return [statement for statement in seen if "motcua_session_epoch" in statement]


@pytest.mark.parametrize(
    "address", ["/login/", "/procedures/", "/t/NOBODYS-TOKEN", "/kiosk/", "/api/v1/counter/counters"]
)
@pytest.mark.usefixtures("lan")
def test_who_brings_no_cookie_pays_nothing(app: Flask, database: Database, address: str) -> None:
    client = app.test_client()

    assert queries(database, lambda: client.get(address)) == []


@pytest.mark.usefixtures("lan")
def test_a_login_pays_one_look(app: Flask, database: Database) -> None:
    browser = logged_in(app, "lan")

    assert len(queries(database, lambda: browser.get("/motcua/dossiers/list/"))) == 1


def test_two_logins_at_once_share_one_epoch(app: Flask, lan: User) -> None:
    def begin(_: int) -> tuple[str, str]:
        with app.app_context():
            return words_for(lan.id)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(begin, range(32)))) == 1
