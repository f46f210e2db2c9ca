"""Every key that the record and the shared parts read: name, default, meaning.

Read once, in ``AdminManager``, into a frozen object. A value that makes no
sense stops the start, with the key's name in the message.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from motcua.admin.enums import SecondFactorPolicy
from motcua.admin.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MIN_KEY_BYTES = 16


@dataclass(frozen=True)
class Setting:
    """One configuration key: what it is called, what it is without being set, what it means."""

    name: str
    default: Any
    meaning: str


SETTINGS = (
    Setting(
        "MOTCUA_PUBLIC_URL",
        "http://127.0.0.1:8080",
        "Address under which citizens' phones reach this server; printed into every QR code.",
    ),
    Setting("MOTCUA_QR_KEY", None, "Secret behind the tracking links; derived from SECRET_KEY when not set."),
    Setting("MOTCUA_TIME_ZONE", "Asia/Ho_Chi_Minh", "Zone of the daily jobs, and of offices that name no other."),
    Setting("MOTCUA_NUMBER_DIGITS", 3, "Least digits of a ticket number: 3 makes A012."),
    Setting(
        "MOTCUA_SERIES_CAPACITY", 99_999, "How many numbers a series holds on one day, whatever a service's own quota."
    ),
    Setting(
        "MOTCUA_FAB_VIETNAMESE",
        False,
        "Whether FAB's own pages, which come without Vietnamese, speak it with our words.",
    ),
    Setting(
        "MOTCUA_SECURE_HEADERS",
        False,
        "Whether every page of the platform, not only ours, is sent with security headers and a script nonce.",
    ),
    Setting(
        "MOTCUA_STAFF_SESSIONS",
        False,
        "Whether logins end: at logout, when the person's password, roles, office or state change, after a while.",
    ),
    Setting(
        "MOTCUA_FIRST_ACCOUNT",
        False,
        "Whether a platform without any account gets its first one by a link that 'motcua upgrade' prints.",
    ),
    Setting("MOTCUA_SESSION_IDLE_MINUTES", 30, "After how many minutes without a request a login ends."),
    Setting("MOTCUA_SESSION_HOURS", 12, "After how many hours a login ends, used or not."),
    Setting(
        "MOTCUA_SECOND_FACTOR",
        "off",
        "Whether a login takes a code from the person's phone beside the password: 'off', 'offered' or 'required'.",
    ),
    Setting(
        "MOTCUA_SECOND_FACTOR_ROLES",
        (),
        "Roles of the platform of which a 'required' second factor is required; of everybody when empty.",
    ),
    Setting(
        "MOTCUA_AUDIT_PERSONAL_DAYS",
        730,
        "After how many days the audit trail forgets addresses, names and numbers; the rows stay.",
    ),
    Setting(
        "MOTCUA_DOSSIER_CODE_PATTERN",
        r"(?:[A-Z]\d{2}(?:\.\d{2,3}){0,4}|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})-(?P<day>\d{6})-\d{4,7}",
        "Regular expression that dossier codes issued elsewhere must match; a group named day is read as yymmdd.",
    ),
    Setting("MOTCUA_API_REQUESTS_PER_MINUTE", 300, "How many requests a connected system may send in a minute."),
    Setting("MOTCUA_WRITE_PATIENCE_SECONDS", 10.0, "How long a command waits for the database before it gives up."),
)


@dataclass(frozen=True)
class Settings:
    """The validated values."""

    public_url: str
    qr_key: bytes
    time_zone: str
    number_digits: int
    series_capacity: int
    fab_vietnamese: bool
    secure_headers: bool
    staff_sessions: bool
    first_account: bool
    session_idle: timedelta
    session_length: timedelta
    second_factor: SecondFactorPolicy
    second_factor_roles: frozenset[str]
    audit_personal: timedelta
    dossier_code_pattern: re.Pattern[str]
    api_requests_per_minute: int
    write_patience_seconds: float


def value_of(config: Mapping[str, Any], settings: tuple[Setting, ...], name: str) -> Any:
    """Return the configured value of a declared key, or its default."""
    default = next(setting.default for setting in settings if setting.name == name)
    return config.get(name, default)


def whole_number(config: Mapping[str, Any], settings: tuple[Setting, ...], name: str, low: int, high: int) -> int:
    """Return a whole number between two bounds; raise SettingError otherwise."""
    value = value_of(config, settings, name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        msg = f"{name} must be a whole number from {low} to {high}, not {value!r}."
        raise SettingError(msg)
    return value


def yes_or_no(config: Mapping[str, Any], settings: tuple[Setting, ...], name: str) -> bool:
    """Return True or False; raise SettingError otherwise."""
    value = value_of(config, settings, name)
    if not isinstance(value, bool):
        msg = f"{name} must be True or False, not {value!r}."
        raise SettingError(msg)
    return value


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Check the host's configuration and return ours. Raises SettingError."""
    return Settings(
        public_url=_public_url(value_of(config, SETTINGS, "MOTCUA_PUBLIC_URL")),
        qr_key=_qr_key(config),
        time_zone=time_zone_named(config, SETTINGS, "MOTCUA_TIME_ZONE"),
        number_digits=whole_number(config, SETTINGS, "MOTCUA_NUMBER_DIGITS", 1, 6),
        series_capacity=whole_number(config, SETTINGS, "MOTCUA_SERIES_CAPACITY", 1, 999_999),
        fab_vietnamese=yes_or_no(config, SETTINGS, "MOTCUA_FAB_VIETNAMESE"),
        secure_headers=yes_or_no(config, SETTINGS, "MOTCUA_SECURE_HEADERS"),
        staff_sessions=read_staff_sessions(config),
        first_account=yes_or_no(config, SETTINGS, "MOTCUA_FIRST_ACCOUNT"),
        session_idle=timedelta(minutes=whole_number(config, SETTINGS, "MOTCUA_SESSION_IDLE_MINUTES", 1, 24 * 60)),
        session_length=timedelta(hours=whole_number(config, SETTINGS, "MOTCUA_SESSION_HOURS", 1, 24)),
        second_factor=_second_factor(config),
        second_factor_roles=_names(config, "MOTCUA_SECOND_FACTOR_ROLES"),
        audit_personal=timedelta(days=whole_number(config, SETTINGS, "MOTCUA_AUDIT_PERSONAL_DAYS", 1, 36_500)),
        dossier_code_pattern=_pattern(config, "MOTCUA_DOSSIER_CODE_PATTERN"),
        api_requests_per_minute=whole_number(config, SETTINGS, "MOTCUA_API_REQUESTS_PER_MINUTE", 1, 100_000),
        write_patience_seconds=_seconds(config, "MOTCUA_WRITE_PATIENCE_SECONDS"),
    )


def time_zone_named(config: Mapping[str, Any], settings: tuple[Setting, ...], name: str) -> str:
    """Return the name of an existing time zone; raise SettingError otherwise."""
    value = value_of(config, settings, name)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        msg = f"{name} must name a time zone such as 'Asia/Ho_Chi_Minh', not {value!r}."
        raise SettingError(msg) from error
    return str(value)


def _second_factor(config: Mapping[str, Any]) -> SecondFactorPolicy:
    value = value_of(config, SETTINGS, "MOTCUA_SECOND_FACTOR")
    if value not in tuple(SecondFactorPolicy):
        msg = f"MOTCUA_SECOND_FACTOR must be 'off', 'offered' or 'required', not {value!r}."
        raise SettingError(msg)
    if value != SecondFactorPolicy.OFF and not read_staff_sessions(config):
        msg = "MOTCUA_SECOND_FACTOR needs MOTCUA_STAFF_SESSIONS = True: logins from before it must end."
        raise SettingError(msg)
    return SecondFactorPolicy(value)


def _names(config: Mapping[str, Any], name: str) -> frozenset[str]:
    value = value_of(config, SETTINGS, name)
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each for each in value):
        msg = f"{name} must be a list of names, not {value!r}."
        raise SettingError(msg)
    return frozenset(value)


def _pattern(config: Mapping[str, Any], name: str) -> re.Pattern[str]:
    value = value_of(config, SETTINGS, name)
    try:
        if isinstance(value, str) and value:
            return re.compile(value)
        reason = "it must be a text"
    except re.error as error:
        reason = str(error)
    msg = f"{name} must be a regular expression, not {value!r}: {reason}."
    raise SettingError(msg)


def read_staff_sessions(config: Mapping[str, Any]) -> bool:
    """Tell whether logins end; raise SettingError when it says neither."""
    return yes_or_no(config, SETTINGS, "MOTCUA_STAFF_SESSIONS")


def read_public_url(config: Mapping[str, Any]) -> str:
    """Return the address citizens' phones reach; raise SettingError when it is none."""
    return _public_url(value_of(config, SETTINGS, "MOTCUA_PUBLIC_URL"))


def _public_url(value: object) -> str:
    msg = f"MOTCUA_PUBLIC_URL must be an address such as 'https://motcua.example.vn', not {value!r}."
    try:
        parts = urlsplit(str(value))
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise SettingError(msg) from error
    if not is_address or parts.query or parts.fragment:
        raise SettingError(msg)
    return str(value).rstrip("/")


def _qr_key(config: Mapping[str, Any]) -> bytes:
    value = config.get("MOTCUA_QR_KEY")
    if value is None:
        secret = config.get("SECRET_KEY")
        if not secret:
            msg = "SECRET_KEY is not set; without it neither logins nor tracking links are safe."
            raise SettingError(msg)
        secret_bytes = secret if isinstance(secret, bytes) else str(secret).encode()
        return hmac.new(secret_bytes, b"motcua tracking links", hashlib.sha256).digest()
    key = value if isinstance(value, bytes) else str(value).encode()
    if len(key) < _MIN_KEY_BYTES:
        msg = f"MOTCUA_QR_KEY must have at least {_MIN_KEY_BYTES} bytes."
        raise SettingError(msg)
    return key


def _seconds(config: Mapping[str, Any], name: str) -> float:
    value = value_of(config, SETTINGS, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 60:  # noqa: PLR2004
        msg = f"{name} must be a number of seconds above 0 and at most 60, not {value!r}."
        raise SettingError(msg)
    return float(value)
