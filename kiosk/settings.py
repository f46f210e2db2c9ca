"""Every key that the kiosk package reads: name, default, meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from flask import current_app

from motcua.admin.settings import Setting, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping

EXTENSION = "motcua_kiosk"

SETTINGS = (
    Setting(
        "MOTCUA_BOARD_STREAMS",
        8,
        "How many event streams one server process keeps open for boards; each takes a thread. Others poll.",
    ),
)


@dataclass(frozen=True)
class KioskSettings:
    """The validated values."""

    board_streams: int


def read_kiosk_settings(config: Mapping[str, Any]) -> KioskSettings:
    """Check the host's configuration and return ours. Raises SettingError."""
    return KioskSettings(board_streams=whole_number(config, SETTINGS, "MOTCUA_BOARD_STREAMS", 0, 1000))


def kiosk_settings() -> KioskSettings:
    """Return the settings of the current app."""
    return cast("KioskSettings", current_app.extensions[EXTENSION])
