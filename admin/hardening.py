"""Safe by default: what the standalone deployment sets unless its configuration says otherwise (C-12).

A key that the configuration names is never overruled; ``motcua doctor`` says
what is open then. What would let strangers in stops the start: a guessable
SECRET_KEY, and what ``weaknesses.py`` calls critical.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask_appbuilder.const import AUTH_DB

from motcua.admin.errors import SettingError
from motcua.admin.passwords import check_password
from motcua.admin.rate_limits import STORAGE, login_key
from motcua.admin.settings import read_public_url, read_staff_sessions

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_KEY_BYTES = 32
SECURITY_MANAGER = "motcua.admin.views.platform_screens.SpeakingSecurityManager"
_LEAST_KEY_LETTERS = 10
#: Keys that stand in tutorials and skeletons, and that every attacker tries first.
PUBLIC_KEYS = frozenset({r"\2\1thisismyscretkey\1\2\e\y\y\h", "thisismyscretkey", "TEST_NON_DEV_SECRET"})
#: Not [::1]: Werkzeug cannot tell its colons from that of a port.
_LOOPBACK = ("127.0.0.1", "localhost")
#: FAB's patterns know no "digits": a star would let "host:80@elsewhere" through.
_PORTS = tuple("[0-9]" * digits for digits in range(1, 6))
_MEBIBYTE = 1024 * 1024

#: Whatever the address of the deployment is.
HARDENED: dict[str, Any] = {
    "MOTCUA_SECURE_HEADERS": True,
    "MOTCUA_STAFF_SESSIONS": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "REMEMBER_COOKIE_HTTPONLY": True,
    "REMEMBER_COOKIE_SAMESITE": "Lax",
    # A form may stay open for a day; its token ends with the session.
    "WTF_CSRF_TIME_LIMIT": None,
    "RATELIMIT_ENABLED": True,
    "RATELIMIT_STORAGE_URI": STORAGE,
    "RATELIMIT_KEY_FUNC": login_key,
    "AUTH_RATE_LIMITED": True,
    "AUTH_RATE_LIMIT": "5 per minute",
    "AUTH_USER_REGISTRATION": False,
    "FAB_API_SWAGGER_UI": False,
    "FAB_PASSWORD_COMPLEXITY_ENABLED": True,
    "FAB_PASSWORD_COMPLEXITY_VALIDATOR": check_password,
    # Forms and JSON only; nothing is uploaded.
    "MAX_CONTENT_LENGTH": _MEBIBYTE,
}


def complete(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what follows from the deployment's address and logins and is not configured. Raises SettingError."""
    address = urlsplit(read_public_url(config))
    is_https = address.scheme == "https"
    own = [host for host in (address.hostname or "", *_LOOPBACK) if host]
    derived: dict[str, Any] = {
        "SESSION_COOKIE_SECURE": is_https,
        "REMEMBER_COOKIE_SECURE": is_https,
        "TRUSTED_HOSTS": own,
        "FAB_SAFE_REDIRECT_HOSTS": [
            pattern for host in own for pattern in (host, *(f"{host}:{port}" for port in _PORTS))
        ],
    }
    # Where people log in by FAB's own form and our doors; a single sign-on has a second step of its own.
    offered = "offered" if _has_our_doors(config) else "off"
    derived["MOTCUA_SECOND_FACTOR"] = offered
    # An account of a directory or a single sign-on is not made here.
    makes_accounts = _has_passwords(config)
    derived["MOTCUA_FIRST_ACCOUNT"] = makes_accounts
    # With this name the browser itself refuses the cookie to other hosts and to plain http.
    derived["SESSION_COOKIE_NAME"] = "__Host-motcua" if is_https and not address.path else "session"
    return {key: value for key, value in derived.items() if config.get(key) is None or key not in config}


def _has_passwords(config: Mapping[str, Any]) -> bool:
    return bool(config.get("AUTH_TYPE", AUTH_DB) == AUTH_DB)


def _has_our_doors(config: Mapping[str, Any]) -> bool:
    is_ours = config.get("FAB_SECURITY_MANAGER_CLASS") == SECURITY_MANAGER
    return _has_passwords(config) and is_ours and read_staff_sessions(config)


def check_secret_key(config: Mapping[str, Any]) -> None:
    """Refuse to start with a key that can be guessed. Raises SettingError."""
    if is_guessable(config.get("SECRET_KEY")):
        msg = (
            f"SECRET_KEY is missing, known to everybody, or shorter than {LEAST_KEY_BYTES} bytes: anybody could log in "
            'as anybody. Take a new one: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
        raise SettingError(msg)


def is_guessable(key: object) -> bool:
    """Tell whether a secret key is none."""
    letters = key.decode("latin-1") if isinstance(key, bytes) else str(key or "")
    is_short = len(letters.encode()) < LEAST_KEY_BYTES or len(set(letters)) < _LEAST_KEY_LETTERS
    return is_short or letters in PUBLIC_KEYS
