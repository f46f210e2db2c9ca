"""Printing settings: nonsense stops the start, with the key's name."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from motcua.admin.errors import SettingError
from motcua.kiosk.settings import read_kiosk_settings


def test_the_defaults() -> None:
    printing = read_kiosk_settings({}).printing

    assert printing.folder == Path("printer")
    assert printing.stale_after == timedelta(seconds=180)
    assert (printing.when_silent, printing.check_seconds) == (True, 60)


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [("10.0.0.9", True), ("192.168.1.50", True), ("127.0.0.1", True), ("169.254.169.254", False), ("8.8.8.8", False)],
)
def test_printers_are_in_the_house(address: str, *, is_allowed: bool) -> None:
    networks = read_kiosk_settings({}).printing.networks

    assert any(ip_address(address) in network for network in networks) is is_allowed


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("MOTCUA_PRINTER_DIR", ""),
        ("MOTCUA_PRINTER_DIR", 5),
        ("MOTCUA_PRINT_STALE_SECONDS", 5),
        ("MOTCUA_PRINT_STALE_SECONDS", "180"),
        ("MOTCUA_PRINT_WHEN_SILENT", "yes"),
        ("MOTCUA_PRINTER_CHECK_SECONDS", -1),
        ("MOTCUA_PRINTER_NETWORKS", ["10.0.0.0/99"]),
        ("MOTCUA_PRINTER_NETWORKS", 10),
    ],
)
def test_nonsense_is_refused_by_name(key: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"^{key} must "):
        read_kiosk_settings({key: value})


def test_one_network_may_be_written_without_a_list() -> None:
    (network,) = read_kiosk_settings({"MOTCUA_PRINTER_NETWORKS": "10.1.0.0/16"}).printing.networks

    assert str(network) == "10.1.0.0/16"
