"""CFG-02: every setting that lets strangers in is named, and the critical ones stop the start of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask_appbuilder.const import AUTH_LDAP, AUTH_REMOTE_USER

from motcua.admin.app import create_app
from motcua.admin.config_file import CONFIG_ENVIRONMENT
from motcua.admin.errors import SettingError
from motcua.admin.hardening import HARDENED, complete
from motcua.admin.weaknesses import WEAKNESSES, weaknesses_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Figures

KEY = "Zq8s-51jv_eXampleKeyThatNobodyCanGuess-9f3kd0"
GOOD = {"SECRET_KEY": KEY, "MOTCUA_PUBLIC_URL": "https://motcua.example.vn"}
LDAP = {"AUTH_TYPE": AUTH_LDAP, "AUTH_LDAP_SERVER": "ldaps://directory.example.vn"}
POSTGRES = "postgresql+psycopg://motcua:word@db.example.vn/motcua"
#: For each setting in the table, configurations that are weak by it.
WEAK: dict[str, list[dict[str, Any]]] = {
    "DEBUG": [{"DEBUG": True}],
    "TESTING": [{"TESTING": True}],
    "WTF_CSRF_ENABLED": [{"WTF_CSRF_ENABLED": False}],
    "WTF_CSRF_CHECK_DEFAULT": [{"WTF_CSRF_CHECK_DEFAULT": False}],
    "AUTH_USER_REGISTRATION": [{"AUTH_USER_REGISTRATION": True}],
    "AUTH_ROLE_PUBLIC": [{"AUTH_ROLE_PUBLIC": "Admin"}, {"AUTH_ROLE_PUBLIC": "Motcua Supervisor"}],
    "AUTH_RATE_LIMITED": [{"AUTH_RATE_LIMITED": False}, LDAP | {"AUTH_RATE_LIMITED": False}],
    "RATELIMIT_ENABLED": [{"RATELIMIT_ENABLED": False}],
    "TRUSTED_HOSTS": [{"TRUSTED_HOSTS": []}],
    "FAB_SAFE_REDIRECT_HOSTS": [{"FAB_SAFE_REDIRECT_HOSTS": ["motcua.example.vn", "*"]}],
    "SESSION_COOKIE_SECURE": [{"SESSION_COOKIE_SECURE": False}],
    "SESSION_COOKIE_HTTPONLY": [{"SESSION_COOKIE_HTTPONLY": False}],
    "SESSION_COOKIE_SAMESITE": [{"SESSION_COOKIE_SAMESITE": "None"}],
    "PROPAGATE_EXCEPTIONS": [{"PROPAGATE_EXCEPTIONS": True}],
    "FAB_API_SWAGGER_UI": [{"FAB_API_SWAGGER_UI": True}],
    "FAB_PASSWORD_COMPLEXITY_ENABLED": [{"FAB_PASSWORD_COMPLEXITY_ENABLED": False}],
    "RATELIMIT_STORAGE_URI": [{"RATELIMIT_STORAGE_URI": "memory://"}, {"RATELIMIT_STORAGE_URI": None}],
    "MOTCUA_PUBLIC_URL": [{"MOTCUA_PUBLIC_URL": url} for url in ("http://127.0.0.1:8080", "http://motcua.example.vn")],
    "MOTCUA_STAFF_SESSIONS": [{"MOTCUA_STAFF_SESSIONS": False}],
    "MOTCUA_SECURE_HEADERS": [{"MOTCUA_SECURE_HEADERS": False}],
    "MAX_CONTENT_LENGTH": [{"MAX_CONTENT_LENGTH": None}, {"MAX_CONTENT_LENGTH": 1 << 30}],
    "SESSION_COOKIE_DOMAIN": [{"SESSION_COOKIE_DOMAIN": ".example.vn"}],
    "REMEMBER_COOKIE_SECURE": [{"REMEMBER_COOKIE_SECURE": False}],
    "REMEMBER_COOKIE_HTTPONLY": [{"REMEMBER_COOKIE_HTTPONLY": False}],
    "SQLALCHEMY_ECHO": [{"SQLALCHEMY_ECHO": True}],
    "AUTH_TYPE": [{"AUTH_TYPE": AUTH_REMOTE_USER}],
    "AUTH_LDAP_SERVER": [LDAP | {"AUTH_LDAP_SERVER": "ldap://directory.example.vn"}],
    "AUTH_LDAP_ALLOW_SELF_SIGNED": [LDAP | {"AUTH_LDAP_ALLOW_SELF_SIGNED": True}],
    "SQLALCHEMY_DATABASE_URI": [{"SQLALCHEMY_DATABASE_URI": uri} for uri in (POSTGRES, f"{POSTGRES}?sslmode=prefer")],
    "MOTCUA_MAIL_URL": [{"MOTCUA_MAIL_URL": "smtp://motcua:word@mail.example.vn:25?tls=none"}],
}
#: FAB itself writes the weak value where nobody has decided.
LEFT_OPEN = {"AUTH_RATE_LIMITED", "RATELIMIT_ENABLED"}
CRITICAL = sorted({weakness.key for weakness in WEAKNESSES if weakness.is_critical})
EXAMPLES = [(key, config) for key, configs in WEAK.items() for config in configs]


def deployed(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration of a standalone deployment in which something was changed."""
    config = HARDENED | GOOD | changes
    return config | complete(config)


@pytest.mark.parametrize(("key", "changes"), EXAMPLES)
def test_a_weak_setting_is_named_and_nothing_else(key: str, changes: dict[str, Any]) -> None:
    (found,) = weaknesses_of(deployed(changes))

    assert found.key == key
    assert found.said.startswith(key)


def test_there_is_an_example_for_every_weakness(figures: Figures) -> None:
    assert {weakness.key for weakness in WEAKNESSES} == set(WEAK)
    figures(f"CFG-02: {len(WEAK)} bad settings named, {len(CRITICAL) + 1} of them, with SECRET_KEY, stop the start")
    assert len(WEAK) >= 25
    assert len(CRITICAL) + 1 >= 12


@pytest.mark.parametrize(
    "changes",
    [
        {},
        LDAP,
        {"SESSION_COOKIE_SAMESITE": "Strict"},
        {"SQLALCHEMY_DATABASE_URI": f"{POSTGRES}?sslmode=verify-full"},
        {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://motcua@127.0.0.1/motcua"},
        {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg:///motcua"},
        {"MOTCUA_MAIL_URL": "smtp://127.0.0.1:25?tls=none"},
        {"MOTCUA_MAIL_URL": "smtp://motcua:word@mail.example.vn:587"},
    ],
)
def test_a_good_configuration_has_no_weakness(changes: dict[str, Any]) -> None:
    assert [weakness.key for weakness in weaknesses_of(deployed(changes))] == []


@pytest.mark.parametrize("key", CRITICAL)
def test_what_is_critical_stops_the_start_of_a_deployment(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = GOOD | {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'motcua.db'}"} | WEAK[key][0]
    file = tmp_path / "config.py"
    file.write_text("".join(f"{name} = {value!r}\n" for name, value in config.items()), encoding="utf-8")
    monkeypatch.setenv(CONFIG_ENVIRONMENT, str(file))

    with pytest.raises(SettingError, match=f"^{key}"):
        create_app()

    assert not (tmp_path / "motcua.db").exists()


def test_every_critical_setting_is_named_at_once(tmp_path: Path) -> None:
    config = GOOD | {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'motcua.db'}", "DEBUG": True}

    with pytest.raises(SettingError) as refused:
        create_app(config | {"WTF_CSRF_ENABLED": False})

    assert [line.split()[0] for line in str(refused.value).splitlines()] == ["DEBUG", "WTF_CSRF_ENABLED"]


@pytest.mark.parametrize("key", sorted(set(CRITICAL) - LEFT_OPEN))
def test_the_doctor_fails_for_what_somebody_has_set_that_way(key: str) -> None:
    config = deployed(WEAK[key][0])

    assert [weakness.gravity(config) for weakness in weaknesses_of(config)] == ["fail"]


def test_what_a_host_never_touched_is_a_warning() -> None:
    """FAB's skeleton leaves these open; its owner is told, and nothing fails."""
    untouched = dict(Flask("host").config) | dict.fromkeys(LEFT_OPEN, False)

    found = {weakness.key: weakness.gravity(untouched) for weakness in weaknesses_of(untouched)}

    assert found.keys() >= LEFT_OPEN | {"TRUSTED_HOSTS", "SESSION_COOKIE_SAMESITE"}
    assert set(found.values()) == {"warn"}
