"""The standalone deployment is safe by default: headers, cookies, hosts, limits, keys, passwords."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
from flask_appbuilder.exceptions import PasswordComplexityValidationError
from flask_appbuilder.security.sqla.models import Role

from motcua.admin.app import create_app
from motcua.admin.errors import SettingError
from motcua.admin.hardening import complete, is_guessable
from motcua.admin.models import RateCounter
from motcua.admin.passwords import check_password
from tests.admin.two_offices import TwoOffices, build_two_offices
from tests.conftest import app_config
from tests.town import PASSWORD, add_user

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database

# FAB's own user screens still do what WTForms is about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:'DateTimeField':DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning"),
]

GOOD_KEY = "k3y-Zq8vN1xW5tB7mL0pR4sD6fG9hJ2aC"


@pytest.fixture
def two(app: Flask, session: Session) -> TwoOffices:
    return build_two_offices(app, session)


# --- headers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/", "/login/", "/motcua/dossiers/list/", "/users/list/", "/nix", "/motcua/dossiers/show/999", "/users/userinfo/"],
)
def test_every_page_has_the_headers_also_when_it_is_an_error(app: Flask, two: TwoOffices, address: str) -> None:
    """INJ-03 for the admin: a nonce and nothing inline, no frame, no sniffing, nothing kept."""
    for client in (app.test_client(), two.browser(app, "admin")):
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert re.search(r"script-src 'self' 'nonce-[\w-]{20,}'(;|$)", policy)
        assert "object-src 'none'; base-uri 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-inline'" not in policy.replace("style-src-attr 'unsafe-inline'", "")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert "no-store" in headers["Cache-Control"]


def test_our_own_screens_allow_no_inline_styles_either(app: Flask, two: TwoOffices) -> None:
    client = two.browser(app, "admin")

    ours = client.get("/motcua/dossiers/list/").headers["Content-Security-Policy"]
    fabs = client.get("/users/list/").headers["Content-Security-Policy"]

    assert "style-src-attr" not in ours
    assert "style-src-attr 'unsafe-inline'" in fabs


def test_each_answer_has_a_nonce_of_its_own_and_its_scripts_carry_it(app: Flask, two: TwoOffices) -> None:
    client = two.browser(app, "admin")
    pages = [client.get("/users/list/") for _ in range(2)]

    nonces = [re.search(r"'nonce-([\w-]+)'", page.headers["Content-Security-Policy"])[1] for page in pages]  # type: ignore[index]
    inline = re.findall(r"<script(?![^>]*src=)([^>]*)>", pages[0].get_data(as_text=True))

    assert nonces[0] != nonces[1]
    assert inline
    assert all(f'nonce="{nonces[0]}"' in attributes for attributes in inline)


# --- hosts, redirects, cookies -------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "motcua.test.evil.example", "motcua.test@evil.example"])
def test_a_foreign_host_header_is_refused(client: FlaskClient, host: str) -> None:
    assert client.get("/login/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["motcua.test", "127.0.0.1:8080", "localhost"])
def test_the_public_address_and_the_machine_itself_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/login/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "wanted",
    ["//e.example", "///e.example", "/\\e.example", "https:e.example", "https://e.example/", "\tjavascript:alert(1)",
     "javascript:alert(1)", "//motcua.test.e.example", "http://motcua.test:80@e.example/", "%5c%5ce.example"],
)  # fmt: skip
def test_a_login_leads_nowhere_else(app: Flask, session: Session, wanted: str) -> None:
    """AUT-01, in small."""
    add_user(session, "lan", "Lan", "Nguyễn")
    session.commit()
    client = app.test_client()

    answer = client.post("/login/", query_string={"next": wanted}, data={"username": "lan", "password": PASSWORD})

    assert answer.status_code == 302
    assert urlsplit(urljoin("http://localhost/login/", answer.location.replace("\\", "/"))).netloc == "localhost"


def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(app: Flask, session: Session) -> None:
    add_user(session, "lan", "Lan", "Nguyễn")
    session.commit()

    answer = app.test_client().post("/login/", data={"username": "lan", "password": PASSWORD})

    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_behind_https_cookies_are_secure_and_bound_to_the_host() -> None:
    derived = complete({"MOTCUA_PUBLIC_URL": "https://motcua.example.vn"})

    assert derived["SESSION_COOKIE_SECURE"] is True
    assert derived["SESSION_COOKIE_NAME"] == "__Host-motcua"
    assert derived["TRUSTED_HOSTS"] == ["motcua.example.vn", "127.0.0.1", "localhost"]


def test_what_the_deployment_configures_is_never_overruled() -> None:
    derived = complete({"MOTCUA_PUBLIC_URL": "https://a.example", "TRUSTED_HOSTS": [".b.example"]})

    assert "TRUSTED_HOSTS" not in derived


# --- forms that nobody of ours sent --------------------------------------------------------------


@pytest.fixture
def strict_app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return the app with the check that the tests usually switch off."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app


@pytest.mark.parametrize(
    "address",
    ["/motcua/services/add", "/motcua/dossiers/move/1", "/motcua/devices/revoke/1", "/motcua/printers/delete/1",
     "/users/add", "/users/delete/1"],
)  # fmt: skip
@pytest.mark.parametrize("token", [None, "forged"])
def test_a_change_without_our_pages_token_is_refused(
    strict_app: Flask, two: TwoOffices, address: str, token: str | None
) -> None:
    """AUT-10 for the admin."""
    answer = two.browser(strict_app, "admin").post(address, data={"csrf_token": token} if token else {})

    assert answer.status_code == 403
    assert "được gửi từ trang của hệ thống" in answer.get_data(as_text=True)


# --- tries ---------------------------------------------------------------------------------------


def try_login(client: FlaskClient, username: str) -> int:
    return client.post("/login/", data={"username": username, "password": "sai"}).status_code


def test_the_sixth_wrong_password_in_a_minute_is_not_even_looked_at(app: Flask, session: Session) -> None:
    """AUT-02: per address and user name, so that nobody can lock a colleague out."""
    add_user(session, "lan", "Lan", "Nguyễn")
    session.commit()
    client = app.test_client()

    statuses = [try_login(client, "lan") for _ in range(7)]
    page = client.post("/login/", data={"username": "lan", "password": "sai"}).get_data(as_text=True)

    assert statuses == [302] * 5 + [429] * 2
    assert "Đã thử quá nhiều lần. Vui lòng chờ một phút rồi thử lại." in page
    assert try_login(client, "minh") == 302
    elsewhere = client.post(
        "/login/", data={"username": "lan", "password": PASSWORD}, environ_base={"REMOTE_ADDR": "10.0.0.7"}
    )
    assert elsewhere.status_code == 302


def test_tries_are_kept_as_digests_and_swept_away(app: Flask, database: Database) -> None:
    client = app.test_client()
    try_login(client, "lan")
    with database.write() as session:
        old = session.scalars(sa.select(RateCounter)).one()
        assert re.fullmatch(r"[0-9a-f]{64}", old.digest)
        old.expires_at = old.expires_at.replace(year=2020)
    try_login(client, "minh")

    with database.read() as session:
        assert len(session.scalars(sa.select(RateCounter)).all()) == 1


# --- keys and passwords --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [None, "", "short", "x" * 64, "a secret of 31 bytes, no more 12", b"\x00" * 40,
     r"\2\1thisismyscretkey\1\2\e\y\y\h", "abababababababababababababababababab"],
)  # fmt: skip
def test_a_secret_key_that_can_be_guessed_stops_the_start(key: object, tmp_path: Path) -> None:
    """CFG-01."""
    config = app_config(f"sqlite:///{tmp_path / 'x.db'}", tmp_path) | {"SECRET_KEY": key}
    if isinstance(key, str) and len(key) == 32:
        config["SECRET_KEY"] = key[:31]

    with pytest.raises(SettingError, match="SECRET_KEY"):
        create_app(config)


def test_a_long_random_key_is_accepted() -> None:
    assert not is_guessable(GOOD_KEY)
    assert not is_guessable(GOOD_KEY.encode())


@pytest.mark.parametrize(
    "password",
    ["", "ngan7ky", "12345678", "87654321", "aaaaaaaa", "matkhau1", "Mật khẩu 123", "qwertyuiop", "ABCDEFGHIJ"],
)
def test_passwords_that_are_tried_first_are_refused(app: Flask, password: str) -> None:
    """AUT-03: no rule about capitals and signs, only length and not being everybody's."""
    with app.test_request_context(), pytest.raises(PasswordComplexityValidationError):
        check_password(password)


@pytest.mark.parametrize(
    "password", ["ba tu lien nhau", "con trâu áo vàng", "x7Qp!2zLk", "l" * 30 + "ong password" * 5]
)
def test_long_passwords_of_any_kind_are_accepted(app: Flask, password: str) -> None:
    with app.test_request_context():
        check_password(password)


def test_the_platforms_own_form_asks_for_such_a_password(app: Flask, two: TwoOffices) -> None:
    client = two.browser(app, "receiving_officer")

    answer = client.post("/resetmypassword/form", data={"password": "12345678", "conf_password": "12345678"})

    assert "quá dễ đoán" in answer.get_data(as_text=True)


def test_strangers_can_neither_register_nor_read_the_apis_description(app: Flask) -> None:
    client = app.test_client()

    assert client.get("/register/form").status_code == 404
    assert client.get("/swagger/v1").status_code == 404


def test_the_public_role_may_do_nothing(two: TwoOffices, session: Session) -> None:
    assert two is not None
    assert session.scalars(sa.select(Role).where(Role.name == "Public")).one().permissions == []
