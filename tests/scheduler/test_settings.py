"""A nonsense value stops the start, and says which key it is about."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from motcua.admin.app import create_app
from motcua.admin.enums import Language
from motcua.admin.errors import SettingError
from motcua.scheduler.settings import MailServer, SchedulerSettings, read_scheduler_settings
from tests.conftest import app_config

if TYPE_CHECKING:
    from collections.abc import Mapping

SENDER = {"MOTCUA_MAIL_FROM": "motcua@example.vn"}


def server(url: str) -> MailServer | None:
    return read_scheduler_settings(SENDER | {"MOTCUA_MAIL_URL": url}).mail_server


def test_everything_has_a_default() -> None:
    assert read_scheduler_settings({}) == SchedulerSettings(
        mail_server=None,
        mail_dir=Path("mail"),
        mail_from="motcua@localhost",
        mail_language=Language.VI,
        digest_time=time(7, 30),
        digest_days_ahead=3,
        digest_waiting_days=10,
        digest_rows=15,
        digest_zero_report=True,
        rings=True,
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.test", MailServer("mail.test", 587, "starttls")),
        ("smtp://mail.test:2525?tls=starttls", MailServer("mail.test", 2525, "starttls")),
        ("smtp://mail.test:25?tls=none", MailServer("mail.test", 25, "none")),
        ("smtps://mail.test", MailServer("mail.test", 465, "tls")),
        ("smtp://u%40x:p%2Fw@mail.test", MailServer("mail.test", 587, "starttls", "u@x", "p/w")),
        ("smtp://u:p@127.0.0.1:25?tls=none", MailServer("127.0.0.1", 25, "none", "u", "p")),
        ("smtp://u:p@[::1]?tls=none", MailServer("::1", 587, "none", "u", "p")),
        ("smtp://u:p@localhost?tls=none", MailServer("localhost", 587, "none", "u", "p")),
    ],
)
def test_a_mail_server_is_encrypted_unless_somebody_says_not(url: str, expected: MailServer) -> None:
    assert server(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.test",
        "http://mail.test",
        "smtp://",
        "smtp://mail.test/path",
        "smtp://mail.test?tls=maybe",
        "smtp://mail.test?ssl=1",
        "smtps://mail.test?tls=none",
        "smtp://mail.test:port",
        "smtp://mail.test:99999",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(SettingError) as caught:
        server(url)

    assert str(caught.value) == (
        "MOTCUA_MAIL_URL must look like 'smtp://user:password@host:587?tls=starttls', "
        "'smtps://user:password@host:465' or 'smtp://host:25?tls=none'."
    )


def test_a_password_does_not_cross_the_network_in_the_clear() -> None:
    with pytest.raises(SettingError) as caught:
        server("smtp://u:secret@mail.test?tls=none")

    assert str(caught.value) == (
        "MOTCUA_MAIL_URL: a password would cross the network unencrypted; use smtps:// or ?tls=starttls."
    )


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"MOTCUA_MAIL_URL": "smtp://mail.test"},
            "MOTCUA_MAIL_FROM must be set when MOTCUA_MAIL_URL is: mail servers refuse made-up senders.",
        ),
        (
            {"MOTCUA_MAIL_FROM": "Motcua <a@b.test>"},
            "MOTCUA_MAIL_FROM must be a bare address such as 'motcua@example.vn', not 'Motcua <a@b.test>'.",
        ),
        ({"MOTCUA_MAIL_DIR": " "}, "MOTCUA_MAIL_DIR must name a folder, not ' '."),
        ({"MOTCUA_MAIL_DIR": 7}, "MOTCUA_MAIL_DIR must name a folder, not 7."),
        ({"MOTCUA_MAIL_LANGUAGE": "fr"}, "MOTCUA_MAIL_LANGUAGE must be 'vi' or 'en', not 'fr'."),
        ({"MOTCUA_DIGEST_TIME": "7h30"}, "MOTCUA_DIGEST_TIME must be a time such as '07:30', not '7h30'."),
        ({"MOTCUA_DIGEST_TIME": "24:00"}, "MOTCUA_DIGEST_TIME must be a time such as '07:30', not '24:00'."),
        ({"MOTCUA_DIGEST_DAYS_AHEAD": -1}, "MOTCUA_DIGEST_DAYS_AHEAD must be a whole number from 0 to 30, not -1."),
        ({"MOTCUA_DIGEST_WAITING_DAYS": 0}, "MOTCUA_DIGEST_WAITING_DAYS must be a whole number from 1 to 250, not 0."),
        ({"MOTCUA_DIGEST_ROWS": "many"}, "MOTCUA_DIGEST_ROWS must be a whole number from 1 to 200, not 'many'."),
        ({"MOTCUA_DIGEST_ZERO_REPORT": "no"}, "MOTCUA_DIGEST_ZERO_REPORT must be True or False, not 'no'."),
        ({"MOTCUA_SCHEDULER": 1}, "MOTCUA_SCHEDULER must be True or False, not 1."),
    ],
)
def test_nonsense_is_refused_by_name(config: Mapping[str, Any], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_scheduler_settings(config)

    assert str(caught.value) == message


def test_nonsense_stops_the_start(tmp_path: Path) -> None:
    config = app_config(f"sqlite:///{tmp_path / 'motcua.db'}", tmp_path) | {"MOTCUA_DIGEST_TIME": "morning"}

    with pytest.raises(SettingError, match="MOTCUA_DIGEST_TIME"):
        create_app(config)


def test_the_record_stands_before_the_clock(tmp_path: Path) -> None:
    config = app_config(f"sqlite:///{tmp_path / 'motcua.db'}", tmp_path)
    config["ADDON_MANAGERS"] = ["motcua.scheduler.manager.SchedulerManager", "motcua.admin.manager.AdminManager"]

    with pytest.raises(SettingError) as caught:
        create_app(config)

    assert str(caught.value) == "ADDON_MANAGERS: AdminManager must stand before SchedulerManager."


def test_where_a_timer_calls_the_command_no_bell_rings(tmp_path: Path) -> None:
    app = create_app(app_config(f"sqlite:///{tmp_path / 'motcua.db'}", tmp_path) | {"MOTCUA_SCHEDULER": False})

    assert "clock" not in app.extensions["motcua"].background
