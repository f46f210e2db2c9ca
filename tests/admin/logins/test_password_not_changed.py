"""A password that could not be written is not said to be changed, and ends nothing (AUT-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from tests.admin.logins.browsers import (
    NEW_PASSWORD,
    OLD_WAYS,
    cookie_of,
    is_in,
    log_in,
    logged_in,
    thief,
)
from tests.admin.logins.endings import (
    Case,
    changes_her_password,
    gets_a_new_password,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from motcua.admin.database import Database

pytestmark = OLD_WAYS

_TROUBLE = {
    "sqlite": ["CREATE TRIGGER trouble BEFORE {what} BEGIN SELECT RAISE(ABORT, 'disk trouble'); END"],
    "postgresql": [
        "CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk trouble'; END $$",
        "CREATE TRIGGER trouble BEFORE {what} FOR EACH ROW EXECUTE FUNCTION trouble()",
    ],
}
_NO_TROUBLE = {
    "sqlite": ["DROP TRIGGER trouble"],
    "postgresql": ["DROP TRIGGER trouble ON {table}", "DROP FUNCTION trouble()"],
}


def run(database: Database, statements: list[str], **words: str) -> None:
    # A kept connection of SQLite may still believe that the last test's trigger is there.
    database.engine.dispose()
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement.format(**words)))


@pytest.fixture(params=["UPDATE OF password ON ab_user", "DELETE ON motcua_session_epoch"])
def trouble(request: pytest.FixtureRequest, database: Database) -> Iterator[None]:
    """Let the database refuse one half of a change of password."""
    kind, what = database.engine.dialect.name, request.param
    run(database, _TROUBLE[kind], what=what)
    yield
    run(database, _NO_TROUBLE[kind], table=what.rpartition(" ")[2])


@pytest.mark.usefixtures("trouble")
@pytest.mark.parametrize("tries", [changes_her_password, gets_a_new_password], ids=lambda act: act.__name__)
def test_a_password_that_could_not_be_written_ends_nothing_and_nobody_says_it_was(
    app: Flask, lan: User, admin: FlaskClient, tries: Any
) -> None:
    browser = logged_in(app, "lan")
    copy = cookie_of(browser)

    answer = tries(Case(lan, browser, admin))

    assert answer.status_code == 503
    assert "Chưa đổi được mật khẩu; mật khẩu cũ vẫn dùng được" in answer.get_data(as_text=True)
    assert "Đã đổi mật khẩu" not in browser.get("/", follow_redirects=True).get_data(as_text=True)
    assert is_in(thief(app, copy))
    assert is_in(logged_in(app, "lan"))
    assert not is_in(_tried(app, "lan", NEW_PASSWORD))


def _tried(app: Flask, username: str, password: str) -> FlaskClient:
    client = app.test_client()
    log_in(client, username, password)
    return client
