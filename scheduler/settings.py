"""Every key that the scheduler package reads: name, default, meaning."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from motcua.admin.domain.digest_recipients import is_usable_address
from motcua.admin.enums import Language
from motcua.admin.errors import SettingError
from motcua.admin.settings import Setting, value_of, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from flask import Flask

EXTENSION = "motcua_scheduler"

SETTINGS = (
    Setting(
        "MOTCUA_MAIL_URL",
        None,
        "Mail server: 'smtp://user:password@host:587' (STARTTLS), 'smtps://user:password@host:465' (TLS), "
        "'smtp://host:25?tls=none' (a relay on the same machine or network). Without it mails are files in "
        "MOTCUA_MAIL_DIR.",
    ),
    Setting("MOTCUA_MAIL_DIR", "mail", "Folder in which mails are put as .eml files when no mail server is named."),
    Setting("MOTCUA_MAIL_FROM", "motcua@localhost", "Sender of every mail; needed as soon as there is a mail server."),
    Setting("MOTCUA_MAIL_LANGUAGE", "vi", "Language of the mails: 'vi' or 'en'."),
    Setting("MOTCUA_DIGEST_TIME", "07:30", "When the daily digest leaves, on the clock of the supervisor's office."),
    Setting("MOTCUA_DIGEST_DAYS_AHEAD", 3, "Due within so many working days counts as due soon."),
    Setting("MOTCUA_DIGEST_WAITING_DAYS", 10, "Waiting for the citizen longer than so many working days is shown."),
    Setting("MOTCUA_DIGEST_ROWS", 15, "Dossiers listed in each part of the digest; more are counted and linked."),
    Setting(
        "MOTCUA_DIGEST_ZERO_REPORT",
        True,
        "Send the digest on quiet days too, so that no mail always means that something is wrong.",
    ),
    Setting("MOTCUA_SCHEDULER", True, "Let `motcua worker` ring the daily jobs; off where a timer calls the commands."),
)
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over, and how."""

    host: str
    port: int
    #: "starttls", "tls" from the first byte, or "none".
    security: str
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        """Say everything but the password, for logs."""
        return f"MailServer({self.host}:{self.port}, {self.security})"


@dataclass(frozen=True, slots=True)
class SchedulerSettings:
    """The validated values."""

    mail_server: MailServer | None
    mail_dir: Path
    mail_from: str
    mail_language: Language
    digest_time: time
    digest_days_ahead: int
    digest_waiting_days: int
    digest_rows: int
    digest_zero_report: bool
    rings: bool


def read_scheduler_settings(config: Mapping[str, Any]) -> SchedulerSettings:
    """Check the host's configuration and return ours. Raises SettingError."""
    server = _mail_server(value_of(config, SETTINGS, "MOTCUA_MAIL_URL"))
    if server is not None and "MOTCUA_MAIL_FROM" not in config:
        msg = "MOTCUA_MAIL_FROM must be set when MOTCUA_MAIL_URL is: mail servers refuse made-up senders."
        raise SettingError(msg)
    return SchedulerSettings(
        mail_server=server,
        mail_dir=_folder(value_of(config, SETTINGS, "MOTCUA_MAIL_DIR")),
        mail_from=_address(value_of(config, SETTINGS, "MOTCUA_MAIL_FROM")),
        mail_language=_language(value_of(config, SETTINGS, "MOTCUA_MAIL_LANGUAGE")),
        digest_time=_clock_time(value_of(config, SETTINGS, "MOTCUA_DIGEST_TIME")),
        digest_days_ahead=whole_number(config, SETTINGS, "MOTCUA_DIGEST_DAYS_AHEAD", 0, 30),
        digest_waiting_days=whole_number(config, SETTINGS, "MOTCUA_DIGEST_WAITING_DAYS", 1, 250),
        digest_rows=whole_number(config, SETTINGS, "MOTCUA_DIGEST_ROWS", 1, 200),
        digest_zero_report=_yes_or_no(config, "MOTCUA_DIGEST_ZERO_REPORT"),
        rings=_yes_or_no(config, "MOTCUA_SCHEDULER"),
    )


def scheduler_settings(app: Flask) -> SchedulerSettings:
    """Return the settings of an app."""
    return cast("SchedulerSettings", app.extensions[EXTENSION])


def _mail_server(value: object) -> MailServer | None:
    if value is None:
        return None
    try:
        parts = urlsplit(str(value))
        port = parts.port
    except ValueError as error:
        raise _bad_mail_url() from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in {"", "/"} or parts.fragment:
        raise _bad_mail_url()
    security = _security(parts)
    server = MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        security=security,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
    if server.username and security == "none" and not _is_this_machine(server.host):
        msg = "MOTCUA_MAIL_URL: a password would cross the network unencrypted; use smtps:// or ?tls=starttls."
        raise SettingError(msg)
    return server


def _security(parts: SplitResult) -> str:
    """Encrypted unless somebody writes that it shall not be."""
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = asked.pop("tls", "tls" if parts.scheme == "smtps" else "starttls")
    allowed = {"tls"} if parts.scheme == "smtps" else {"starttls", "none"}
    if asked or tls not in allowed:
        raise _bad_mail_url()
    return tls


def _bad_mail_url() -> SettingError:
    # The value holds a password and must not reach a log.
    return SettingError(
        "MOTCUA_MAIL_URL must look like 'smtp://user:password@host:587?tls=starttls', "
        "'smtps://user:password@host:465' or 'smtp://host:25?tls=none'."
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _folder(value: object) -> Path:
    if not isinstance(value, str | Path) or not str(value).strip():
        msg = f"MOTCUA_MAIL_DIR must name a folder, not {value!r}."
        raise SettingError(msg)
    return Path(value)


def _address(value: object) -> str:
    if not is_usable_address(str(value)):
        msg = f"MOTCUA_MAIL_FROM must be a bare address such as 'motcua@example.vn', not {value!r}."
        raise SettingError(msg)
    return str(value)


def _language(value: object) -> Language:
    if value not in tuple(Language):
        msg = f"MOTCUA_MAIL_LANGUAGE must be 'vi' or 'en', not {value!r}."
        raise SettingError(msg)
    return Language(str(value))


def _clock_time(value: object) -> time:
    try:
        hours, _, minutes = str(value).partition(":")
        return time(int(hours), int(minutes))
    except ValueError as error:
        msg = f"MOTCUA_DIGEST_TIME must be a time such as '07:30', not {value!r}."
        raise SettingError(msg) from error


def _yes_or_no(config: Mapping[str, Any], name: str) -> bool:
    value = value_of(config, SETTINGS, name)
    if not isinstance(value, bool):
        msg = f"{name} must be True or False, not {value!r}."
        raise SettingError(msg)
    return value
