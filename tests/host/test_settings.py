"""A value that makes no sense stops the start and is named; what is left out has a default."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from motcua.admin.app import create_app
from motcua.admin.errors import SettingError
from motcua.admin.settings import SETTINGS as RECORD
from motcua.admin.settings import Setting, read_settings
from motcua.kiosk.settings import SETTINGS as KIOSK
from motcua.kiosk.settings import read_kiosk_settings
from motcua.scheduler.settings import SETTINGS as CLOCK
from motcua.scheduler.settings import read_scheduler_settings
from tests.conftest import app_config

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS: tuple[Setting, ...] = RECORD + KIOSK + CLOCK
SECRET = {"SECRET_KEY": "only for tests, and not short at all"}

NO_SWITCH = ("yes", 1, None)
NO_FOLDER = ("", 5, None)


def outside(low: int, high: int) -> tuple[object, ...]:
    """Return what is no whole number between two bounds."""
    return (low - 1, high + 1, str(low), low + 0.5, True, None)


NONSENSE: Mapping[str, tuple[object, ...]] = {
    "MOTCUA_PUBLIC_URL": (
        "",
        "motcua.vn",
        "ftp://a.vn",
        "http://",
        "http://[",
        "http://a.vn:port",
        "http://a.vn?x=1",
        7,
    ),
    "MOTCUA_QR_KEY": ("", "fifteen bytes..", b"short", 7),
    "MOTCUA_TIME_ZONE": ("", "Hanoi", "Asia", "../etc/passwd", "/etc/localtime", "Asia/\x00", 7, None),
    "MOTCUA_NUMBER_DIGITS": outside(1, 6),
    "MOTCUA_SERIES_CAPACITY": outside(1, 999_999),
    "MOTCUA_FAB_VIETNAMESE": NO_SWITCH,
    "MOTCUA_SECURE_HEADERS": NO_SWITCH,
    "MOTCUA_STAFF_SESSIONS": NO_SWITCH,
    "MOTCUA_FIRST_ACCOUNT": NO_SWITCH,
    "MOTCUA_SESSION_IDLE_MINUTES": outside(1, 1440),
    "MOTCUA_SESSION_HOURS": outside(1, 24),
    "MOTCUA_SECOND_FACTOR": ("yes", "", "OFFERED", True, None, "offered", "required"),
    "MOTCUA_SECOND_FACTOR_ROLES": ("Admin", ("",), (7,), 7, None),
    "MOTCUA_AUDIT_PERSONAL_DAYS": outside(1, 36_500),
    "MOTCUA_DOSSIER_CODE_PATTERN": ("", "(", b"x", 7, None),
    "MOTCUA_API_REQUESTS_PER_MINUTE": (0, -1, 100_001, 1.5, "300", True, None),
    "MOTCUA_WRITE_PATIENCE_SECONDS": (0, -1, 61, float("nan"), "10", True, None),
    "MOTCUA_BOARD_STREAMS": outside(0, 1000),
    "MOTCUA_KIOSK_IDLE_SECONDS": outside(10, 600),
    "MOTCUA_KIOSK_TICKET_SECONDS": outside(5, 600),
    "MOTCUA_PRINTER_DIR": NO_FOLDER,
    "MOTCUA_PRINT_STALE_SECONDS": outside(10, 3600),
    "MOTCUA_PRINT_WHEN_SILENT": NO_SWITCH,
    "MOTCUA_PRINTER_CHECK_SECONDS": outside(0, 3600),
    "MOTCUA_PRINTER_NETWORKS": ("10.0.0.1/8", ("nowhere",), (7.5,), 7, None),
    "MOTCUA_MAIL_URL": (
        "",
        "mail.vn",
        "http://mail.vn",
        "smtp://",
        "smtp://a:port",
        "smtp://[",
        "smtp://a.vn?tls=no",
        7,
    ),
    "MOTCUA_MAIL_DIR": NO_FOLDER,
    "MOTCUA_MAIL_FROM": ("", "motcua", "a@b.vn\r\nBcc: c@d.vn", "Motcua <a@b.vn>", 7, None),
    "MOTCUA_MAIL_LANGUAGE": ("fr", "", "VI", None),
    "MOTCUA_DIGEST_TIME": ("", "7", "24:00", "07:60", "soon", "07:30:15", 7, None),
    "MOTCUA_DIGEST_DAYS_AHEAD": outside(0, 30),
    "MOTCUA_DIGEST_WAITING_DAYS": outside(1, 250),
    "MOTCUA_DIGEST_ROWS": outside(1, 200),
    "MOTCUA_DIGEST_ZERO_REPORT": NO_SWITCH,
    "MOTCUA_SCHEDULER": NO_SWITCH,
}


def read_all(config: Mapping[str, Any]) -> None:
    """Read the settings of the three packages, as their managers do."""
    read_settings(config)
    read_kiosk_settings(config)
    read_scheduler_settings(config)


def test_the_table_has_every_setting() -> None:
    assert sorted(NONSENSE) == sorted(setting.name for setting in SETTINGS)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in NONSENSE.items() for value in values], ids=repr
)
def test_nonsense_is_refused_with_the_name_of_the_key(name: str, value: object) -> None:
    with pytest.raises(SettingError) as caught:
        read_all(SECRET | {name: value})

    assert str(caught.value).partition(" ")[0].rstrip(":") == name


def test_defaults_make_sense_by_themselves() -> None:
    read_all(SECRET)
    read_all(SECRET | {setting.name: setting.default for setting in SETTINGS if setting.default is not None})


def test_without_a_secret_nothing_starts() -> None:
    for missing in ({}, {"SECRET_KEY": ""}, {"SECRET_KEY": None}):
        with pytest.raises(SettingError) as caught:
            read_settings(missing)

        assert str(caught.value).startswith("SECRET_KEY is not set")


def test_a_password_never_stands_in_a_message() -> None:
    with pytest.raises(SettingError) as caught:
        read_scheduler_settings(SECRET | {"MOTCUA_MAIL_URL": "smtp://motcua:geheim@mail.vn:port"})

    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["MOTCUA_NUMBER_DIGITS", "MOTCUA_BOARD_STREAMS", "MOTCUA_DIGEST_ROWS"], ids=["admin", "kiosk", "scheduler"]
)
def test_nonsense_stops_the_start_of_the_whole_app(tmp_path: Path, name: str) -> None:
    """FAB swallows what goes wrong in an add-on's register_views; settings are read earlier."""
    config = app_config(f"sqlite:///{tmp_path / 'motcua.db'}", tmp_path) | {name: "many"}

    with pytest.raises(SettingError) as caught:
        create_app(config)

    assert str(caught.value).startswith(name)


def test_no_setting_is_read_past_its_declaration() -> None:
    """``config.get("MOTCUA_...")`` stands in settings files only, or a key would have two defaults.

    The standalone app looks at one key before there are managers; the table of weak settings judges what somebody has
    written into one, and has no default for it.
    """
    root = Path(__file__).parents[2]
    readers = {
        str(path.relative_to(root))
        for package in ("admin", "kiosk", "scheduler")
        for path in (root / package).rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if "config" in line and '"MOTCUA_' in line and "environ" not in line
    }

    assert sorted(readers) == EXPECTED_READERS


EXPECTED_READERS = [
    "admin/app.py",
    "admin/settings.py",
    "admin/weaknesses.py",
    "kiosk/settings.py",
    "scheduler/settings.py",
]
