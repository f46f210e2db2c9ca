"""Settings that a server for the public should not have: how grave each is, and how to close it.

One table for two readers. ``motcua doctor`` names everything in it; the
standalone deployment does not start with what is critical. A host's settings
are the host's: there they are named, and nothing is stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from flask_appbuilder.const import AUTH_DB, AUTH_LDAP, AUTH_REMOTE_USER
from sqlalchemy import make_url

from motcua.admin.errors import SettingError
from motcua.admin.language import N_
from motcua.admin.permissions import ROLES
from motcua.admin.settings import read_public_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from motcua.admin.health import State

    Config = Mapping[str, Any]

LOOPBACK = frozenset({"", "127.0.0.1", "localhost", "::1"})
_LARGEST_BODY = 64 * 1024 * 1024
_GUARDED_MODES = frozenset({"require", "verify-ca", "verify-full"})


@dataclass(frozen=True, slots=True)
class Weakness:
    """One setting, and when it is weak."""

    key: str
    is_weak: Callable[[Config], bool]
    #: What can happen, and what to do.
    said: str
    is_critical: bool = False
    #: What a library leaves there when nobody has decided.
    left_open: object = None

    def gravity(self, config: Config) -> State:
        """Return "fail" for what somebody has set that way, and "warn" for what a library left open or is less."""
        return "fail" if self.is_critical and config.get(self.key) not in (None, self.left_open) else "warn"


def weaknesses_of(config: Config) -> Iterator[Weakness]:
    """Yield what is weak in a configuration."""
    return (weakness for weakness in WEAKNESSES if weakness.is_weak(config))


def refuse_critical(config: Config) -> None:
    """Refuse to start a server that strangers could walk into. Raises SettingError with everything that is critical."""
    found = [weakness.said for weakness in weaknesses_of(config) if weakness.is_critical]
    if found:
        raise SettingError("\n".join(found))


def _is_off(key: str) -> Callable[[Config], bool]:
    """Return whether a switch is off; where nobody has touched it, the library has it on."""
    return lambda config: not config.get(key, True)


def _is_on(key: str) -> Callable[[Config], bool]:
    return lambda config: bool(config.get(key))


def _is_https(config: Config) -> bool:
    return urlsplit(read_public_url(config)).scheme == "https"


def _is_unset(key: str) -> Callable[[Config], bool]:
    return lambda config: not config.get(key)


def _has_passwords(config: Config) -> bool:
    """Tell whether people type a password into FAB's own form."""
    return config.get("AUTH_TYPE", AUTH_DB) in {AUTH_DB, AUTH_LDAP}


def _public_is_somebody(config: Config) -> bool:
    return config.get("AUTH_ROLE_PUBLIC") in {config.get("AUTH_ROLE_ADMIN", "Admin"), *ROLES}


def _redirects_anywhere(config: Config) -> bool:
    return any(str(host).strip() in {"*", "**"} for host in config.get("FAB_SAFE_REDIRECT_HOSTS") or ())


def _is_loopback(config: Config) -> bool:
    return (urlsplit(read_public_url(config)).hostname or "") in LOOPBACK


def _is_readable_on_the_way(config: Config) -> bool:
    return not _is_https(config) and not _is_loopback(config)


def _mails_password_in_clear(config: Config) -> bool:
    server = urlsplit(str(config.get("MOTCUA_MAIL_URL") or ""))
    is_clear = parse_qs(server.query).get("tls") == ["none"]
    return is_clear and bool(server.password) and (server.hostname or "") not in LOOPBACK


def _asks_database_in_clear(config: Config) -> bool:
    address = make_url(str(config.get("SQLALCHEMY_DATABASE_URI") or "sqlite://"))
    is_far = address.get_backend_name() != "sqlite" and (address.host or "") not in LOOPBACK
    return is_far and address.query.get("sslmode") not in _GUARDED_MODES


def _asks_directory_in_clear(config: Config) -> bool:
    is_plain = urlsplit(str(config.get("AUTH_LDAP_SERVER") or "")).scheme == "ldap"
    return config.get("AUTH_TYPE") == AUTH_LDAP and is_plain and not config.get("AUTH_LDAP_USE_TLS")


#: Beside SECRET_KEY, which has a check of its own (hardening.py).
WEAKNESSES: tuple[Weakness, ...] = (
    Weakness(
        "DEBUG",
        _is_on("DEBUG"),
        N_("DEBUG is on: anybody who causes an error may run code here. Switch it off."),
        is_critical=True,
    ),
    Weakness(
        "WTF_CSRF_ENABLED",
        _is_off("WTF_CSRF_ENABLED"),
        N_("WTF_CSRF_ENABLED is off: other sites can send commands in an officer's name. Switch it on."),
        is_critical=True,
    ),
    Weakness(
        "WTF_CSRF_CHECK_DEFAULT",
        _is_off("WTF_CSRF_CHECK_DEFAULT"),
        N_("WTF_CSRF_CHECK_DEFAULT is off: forms are not asked for their token. Switch it on."),
        is_critical=True,
    ),
    Weakness(
        "AUTH_USER_REGISTRATION",
        _is_on("AUTH_USER_REGISTRATION"),
        N_("AUTH_USER_REGISTRATION is on: strangers can make themselves an account. Switch it off."),
        is_critical=True,
    ),
    Weakness(
        "AUTH_ROLE_PUBLIC",
        _public_is_somebody,
        N_("AUTH_ROLE_PUBLIC names a role of the staff: everybody may do what it may, without a login."),
        is_critical=True,
    ),
    Weakness(
        "AUTH_RATE_LIMITED",
        lambda config: _has_passwords(config) and not config.get("AUTH_RATE_LIMITED", True),
        N_("AUTH_RATE_LIMITED is off: passwords can be tried without end. Switch it on."),
        is_critical=True,
        left_open=False,
    ),
    Weakness(
        "RATELIMIT_ENABLED",
        _is_off("RATELIMIT_ENABLED"),
        N_("RATELIMIT_ENABLED is off: no limit on tries holds. Switch it on."),
        is_critical=True,
        left_open=False,
    ),
    Weakness(
        "TRUSTED_HOSTS",
        _is_unset("TRUSTED_HOSTS"),
        N_("TRUSTED_HOSTS is empty: a request may name any host, and links are made of it. Name the server's own."),
        is_critical=True,
    ),
    Weakness(
        "FAB_SAFE_REDIRECT_HOSTS",
        _redirects_anywhere,
        N_("FAB_SAFE_REDIRECT_HOSTS has a star: a login may lead to a stranger's page. Name the server's own."),
        is_critical=True,
    ),
    Weakness(
        "SESSION_COOKIE_SECURE",
        lambda config: _is_https(config) and not config.get("SESSION_COOKIE_SECURE"),
        N_("SESSION_COOKIE_SECURE is off although the server is reached by https. Switch it on."),
        is_critical=True,
    ),
    Weakness(
        "SESSION_COOKIE_HTTPONLY",
        _is_off("SESSION_COOKIE_HTTPONLY"),
        N_("SESSION_COOKIE_HTTPONLY is off: a script can read the login. Switch it on."),
        is_critical=True,
    ),
    Weakness(
        "SESSION_COOKIE_SAMESITE",
        lambda config: config.get("SESSION_COOKIE_SAMESITE") not in {"Lax", "Strict"},
        N_("SESSION_COOKIE_SAMESITE is not set: other sites can send the login along. Set it to 'Lax'."),
        is_critical=True,
    ),
    Weakness(
        "TESTING",
        _is_on("TESTING"),
        N_("TESTING is on: errors come out in full. It is for tests only."),
        is_critical=True,
    ),
    Weakness(
        "PROPAGATE_EXCEPTIONS",
        _is_on("PROPAGATE_EXCEPTIONS"),
        N_("PROPAGATE_EXCEPTIONS is on: an error ends the request without a page for the person. Leave it unset."),
    ),
    Weakness(
        "FAB_API_SWAGGER_UI",
        _is_on("FAB_API_SWAGGER_UI"),
        N_("FAB_API_SWAGGER_UI is on: the API is described to everybody."),
    ),
    Weakness(
        "FAB_PASSWORD_COMPLEXITY_ENABLED",
        lambda config: (
            config.get("AUTH_TYPE", AUTH_DB) == AUTH_DB and not config.get("FAB_PASSWORD_COMPLEXITY_ENABLED")
        ),
        N_("FAB_PASSWORD_COMPLEXITY_ENABLED is off: people may choose a password that everybody tries first."),
    ),
    Weakness(
        "RATELIMIT_STORAGE_URI",
        lambda config: str(config.get("RATELIMIT_STORAGE_URI") or "memory://").startswith("memory://"),
        N_("RATELIMIT_STORAGE_URI is memory://: each process counts tries for itself. Take 'motcua://'."),
    ),
    Weakness(
        "MOTCUA_PUBLIC_URL",
        _is_loopback,
        N_("MOTCUA_PUBLIC_URL is this machine only: citizens' phones can't open the QR code."),
    ),
    Weakness(
        "MOTCUA_PUBLIC_URL",
        _is_readable_on_the_way,
        N_("MOTCUA_PUBLIC_URL is not https: what phones and kiosks send can be read on the way."),
    ),
    Weakness(
        "MOTCUA_STAFF_SESSIONS",
        _is_unset("MOTCUA_STAFF_SESSIONS"),
        N_("MOTCUA_STAFF_SESSIONS is off: a copied session cookie works after the logout."),
    ),
    Weakness(
        "MOTCUA_SECURE_HEADERS",
        _is_unset("MOTCUA_SECURE_HEADERS"),
        N_("MOTCUA_SECURE_HEADERS is off: the platform's own pages are sent without a policy for scripts and frames."),
    ),
    Weakness(
        "MAX_CONTENT_LENGTH",
        lambda config: not 0 < (config.get("MAX_CONTENT_LENGTH") or 0) <= _LARGEST_BODY,
        N_("MAX_CONTENT_LENGTH is not set: one request may fill the memory. 1,048,576 bytes are enough for us."),
    ),
    Weakness(
        "SESSION_COOKIE_DOMAIN",
        _is_on("SESSION_COOKIE_DOMAIN"),
        N_("SESSION_COOKIE_DOMAIN is set: every server under that name is sent the logins. Leave it unset."),
    ),
    Weakness(
        "REMEMBER_COOKIE_SECURE",
        lambda config: _is_https(config) and not config.get("REMEMBER_COOKIE_SECURE"),
        N_("REMEMBER_COOKIE_SECURE is off although the server is reached by https. Switch it on."),
    ),
    Weakness(
        "REMEMBER_COOKIE_HTTPONLY",
        _is_off("REMEMBER_COOKIE_HTTPONLY"),
        N_("REMEMBER_COOKIE_HTTPONLY is off: a script can read the login. Switch it on."),
    ),
    Weakness(
        "SQLALCHEMY_ECHO",
        _is_on("SQLALCHEMY_ECHO"),
        N_("SQLALCHEMY_ECHO is on: names and numbers of citizens go to the log. Switch it off."),
    ),
    Weakness(
        "AUTH_TYPE",
        lambda config: config.get("AUTH_TYPE") == AUTH_REMOTE_USER,
        N_("AUTH_TYPE is AUTH_REMOTE_USER: who reaches this server past the proxy is whoever he says he is."),
    ),
    Weakness(
        "AUTH_LDAP_SERVER",
        _asks_directory_in_clear,
        N_("AUTH_LDAP_SERVER is asked without TLS: passwords can be read on the way. Take ldaps://."),
    ),
    Weakness(
        "AUTH_LDAP_ALLOW_SELF_SIGNED",
        _is_on("AUTH_LDAP_ALLOW_SELF_SIGNED"),
        N_("AUTH_LDAP_ALLOW_SELF_SIGNED is on: any server may pass for the directory."),
    ),
    Weakness(
        "SQLALCHEMY_DATABASE_URI",
        _asks_database_in_clear,
        N_("SQLALCHEMY_DATABASE_URI reaches another machine without TLS: add ?sslmode=require."),
    ),
    Weakness(
        "MOTCUA_MAIL_URL",
        _mails_password_in_clear,
        N_("MOTCUA_MAIL_URL sends a password without TLS to another machine: leave out ?tls=none."),
    ),
)
