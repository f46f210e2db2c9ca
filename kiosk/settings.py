"""Every key that the kiosk package reads: name, default, meaning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import current_app

from motcua.admin.errors import SettingError
from motcua.admin.settings import Setting, value_of, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping

EXTENSION = "motcua_kiosk"

Network = IPv4Network | IPv6Network

SETTINGS = (
    Setting(
        "MOTCUA_BOARD_STREAMS",
        8,
        "How many event streams one server process keeps open for boards; each takes a thread. Others poll.",
    ),
    Setting(
        "MOTCUA_KIOSK_IDLE_SECONDS",
        30,
        "After how long without a touch the kiosk is as it was for the next visitor: first screen, Vietnamese.",
    ),
    Setting("MOTCUA_KIOSK_TICKET_SECONDS", 20, "How long a number stays on the kiosk's screen; a touch keeps it."),
    Setting("MOTCUA_PRINTER_DIR", "printer", "Folder of virtual printers' papers and of file: printers."),
    Setting(
        "MOTCUA_PRINT_STALE_SECONDS",
        180,
        "A paper older than this is not printed any more; nor is that of a ticket already called.",
    ),
    Setting(
        "MOTCUA_PRINT_WHEN_SILENT",
        True,
        "Whether papers go to printers that answer no status question; if not, each is asked first.",
    ),
    Setting(
        "MOTCUA_PRINTER_CHECK_SECONDS",
        60,
        "How often an idle printer is asked how it is, so that an empty roll is known before a visitor finds it; "
        "0 never.",
    ),
    Setting(
        "MOTCUA_PRINTER_NETWORKS",
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128"),
        "Networks that tcp: printers may be in; others are refused after their name is looked up.",
    ),
)


@dataclass(frozen=True)
class KioskSettings:
    """The validated values."""

    board_streams: int
    idle_seconds: int
    ticket_seconds: int
    printing: PrintSettings


@dataclass(frozen=True)
class PrintSettings:
    """The validated values of printing."""

    folder: Path
    stale_after: timedelta
    when_silent: bool
    check_seconds: int
    networks: tuple[Network, ...]


def read_kiosk_settings(config: Mapping[str, Any]) -> KioskSettings:
    """Check the host's configuration and return ours. Raises SettingError."""
    return KioskSettings(
        board_streams=whole_number(config, SETTINGS, "MOTCUA_BOARD_STREAMS", 0, 1000),
        idle_seconds=whole_number(config, SETTINGS, "MOTCUA_KIOSK_IDLE_SECONDS", 10, 600),
        ticket_seconds=whole_number(config, SETTINGS, "MOTCUA_KIOSK_TICKET_SECONDS", 5, 600),
        printing=PrintSettings(
            folder=_folder(config),
            stale_after=timedelta(seconds=whole_number(config, SETTINGS, "MOTCUA_PRINT_STALE_SECONDS", 10, 3600)),
            when_silent=_yes_or_no(config, "MOTCUA_PRINT_WHEN_SILENT"),
            check_seconds=whole_number(config, SETTINGS, "MOTCUA_PRINTER_CHECK_SECONDS", 0, 3600),
            networks=_networks(config),
        ),
    )


def kiosk_settings() -> KioskSettings:
    """Return the settings of the current app."""
    return cast("KioskSettings", current_app.extensions[EXTENSION])


def _folder(config: Mapping[str, Any]) -> Path:
    value = value_of(config, SETTINGS, "MOTCUA_PRINTER_DIR")
    if not isinstance(value, str | Path) or not str(value):
        msg = f"MOTCUA_PRINTER_DIR must be the path of a folder, not {value!r}."
        raise SettingError(msg)
    return Path(value)


def _yes_or_no(config: Mapping[str, Any], name: str) -> bool:
    value = value_of(config, SETTINGS, name)
    if not isinstance(value, bool):
        msg = f"{name} must be True or False, not {value!r}."
        raise SettingError(msg)
    return value


def _networks(config: Mapping[str, Any]) -> tuple[Network, ...]:
    value = value_of(config, SETTINGS, "MOTCUA_PRINTER_NETWORKS")
    try:
        # A string would be taken letter by letter.
        return tuple(ip_network(network) for network in ([value] if isinstance(value, str) else value))
    except (TypeError, ValueError) as error:
        msg = f"MOTCUA_PRINTER_NETWORKS must list networks such as '192.168.0.0/16', not {value!r}."
        raise SettingError(msg) from error
