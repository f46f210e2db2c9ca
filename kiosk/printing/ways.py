"""From an address to the printer that speaks behind it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from motcua.admin.domain.printer_addresses import (
    FileAddress,
    NetworkAddress,
    SerialAddress,
    SpoolerAddress,
    UsbAddress,
    VirtualAddress,
    read_printer_address,
)
from motcua.kiosk.printing.devices import DevicePrinter, FilePrinter
from motcua.kiosk.printing.network import TcpPrinter
from motcua.kiosk.printing.printer import Patience, PrinterError
from motcua.kiosk.printing.spooler import SpoolerPrinter
from motcua.kiosk.printing.status import Condition
from motcua.kiosk.printing.virtual import VirtualPrinter
from motcua.kiosk.settings import Network

if TYPE_CHECKING:
    from motcua.kiosk.printing.printer import Printer


@dataclass(frozen=True)
class Ways:
    """What this deployment allows: where files may lie, which networks printers may be in."""

    folder: Path
    networks: tuple[Network, ...]
    patience: Patience = field(default_factory=Patience)

    def to(self, address: str) -> Printer:
        """Return the printer at an address.

        Raises PrinterAddressError for an address of no known form, and
        PrinterError where the machine has no such way.
        """
        match read_printer_address(address):
            case VirtualAddress(folder):
                return VirtualPrinter(self.folder / folder)
            case NetworkAddress(host, port):
                return TcpPrinter(host, port, networks=self.networks, patience=self.patience)
            case SpoolerAddress(queue):
                return SpoolerPrinter(queue)
            case UsbAddress(path):
                _need_nodes()
                return DevicePrinter(path, patience=self.patience)
            case SerialAddress(path, baud):
                _need_nodes()
                return DevicePrinter(path, patience=self.patience, baud=baud)
            case FileAddress(path):
                _need_nodes()
                is_plain = not path.startswith("/")
                return FilePrinter(self.folder / path, may_be_plain=is_plain, patience=self.patience)


def _need_nodes() -> None:
    if not hasattr(os, "O_NONBLOCK"):
        raise PrinterError(Condition.UNREACHABLE, "this system has no device nodes; use tcp: or cups:", has_begun=False)
