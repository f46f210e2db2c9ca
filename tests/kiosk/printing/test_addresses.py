"""Printer addresses: six forms, everything else refused in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from motcua.admin.domain.printer_addresses import (
    FileAddress,
    NetworkAddress,
    PrinterAddress,
    SerialAddress,
    SpoolerAddress,
    UsbAddress,
    VirtualAddress,
    read_printer_address,
)
from motcua.admin.errors import PrinterAddressError
from motcua.kiosk.printing.devices import DevicePrinter, FilePrinter
from motcua.kiosk.printing.network import TcpPrinter
from motcua.kiosk.printing.spooler import SpoolerPrinter
from motcua.kiosk.printing.virtual import VirtualPrinter
from motcua.kiosk.printing.ways import Ways


@pytest.mark.parametrize(
    ("address", "found", "way"),
    [
        ("virtual:", VirtualAddress(""), VirtualPrinter),
        ("virtual:sanh-1", VirtualAddress("sanh-1"), VirtualPrinter),
        ("tcp://10.0.0.9:9100", NetworkAddress("10.0.0.9", 9100), TcpPrinter),
        (" TCP://may-in.local ", NetworkAddress("may-in.local", 9100), TcpPrinter),
        ("tcp://[fd00::9]:9101/", NetworkAddress("fd00::9", 9101), TcpPrinter),
        ("usb:/dev/usb/lp0", UsbAddress("/dev/usb/lp0"), DevicePrinter),
        ("serial:/dev/ttyUSB0", SerialAddress("/dev/ttyUSB0", 115200), DevicePrinter),
        ("serial:/dev/ttyS1?baud=38400", SerialAddress("/dev/ttyS1", 38400), DevicePrinter),
        ("cups:May-in_1", SpoolerAddress("May-in_1"), SpoolerPrinter),
        ("file:/dev/usb/lp1", FileAddress("/dev/usb/lp1"), FilePrinter),
        ("file:spool.bin", FileAddress("spool.bin"), FilePrinter),
    ],
)
def test_every_form_leads_to_its_printer(address: str, found: PrinterAddress, way: type, tmp_path: Path) -> None:
    assert read_printer_address(address) == found
    assert type(Ways(folder=tmp_path, networks=()).to(address)) is way


@pytest.mark.parametrize(
    "address",
    [
        "",
        "10.0.0.9",
        "printer",
        "http://10.0.0.9:9100",
        "telepathy:now",
        "virtual:../elsewhere",
        "virtual:/etc",
        "virtual:a/b",
        "tcp://",
        "tcp://:9100",
        "tcp://a..b:9100",
        "tcp://.:9100",
        f"tcp://{'a' * 64}:9100",
        f"tcp://{'a.' * 127}vn:9100",
        "tcp://10.0.0.9:0",
        "tcp://10.0.0.9:99999",
        "tcp://10.0.0.9:x",
        "tcp://user@10.0.0.9:9100",
        "tcp://10.0.0.9:9100/path",
        "tcp://10.0.0.9:9100?x=1",
        "tcp://[fd00::9",
        "tcp://exa mple:9100",
        "usb:/dev/sda",
        "usb:/dev/usb/lp0/../sda",
        "usb:lp0",
        "serial:/dev/ttyUSB0?baud=9600",
        "serial:/dev/ttyUSB0?baud=",
        "serial:/dev/ttyUSB0?speed=1",
        "serial:/dev/mem",
        "cups:-o",
        "cups:a b",
        "cups:",
        "file:",
        "file:../spool.bin",
        "file:/dev/../etc/passwd",
        "file:/dev/lp 0",
    ],
)
def test_everything_else_is_refused_in_both_languages(address: str) -> None:
    with pytest.raises(PrinterAddressError) as caught:
        read_printer_address(address)

    assert caught.value.text("vi").startswith(f"Địa chỉ máy in “{address}” không dùng được.")
    assert caught.value.text("en").startswith(f"The printer address “{address}” is not usable.")
