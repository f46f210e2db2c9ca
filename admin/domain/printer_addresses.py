"""Where a printer is, as an administrator writes it: read strictly, refused in words.

``virtual:`` · ``tcp://10.0.0.9:9100`` · ``usb:/dev/usb/lp0`` ·
``serial:/dev/ttyUSB0?baud=115200`` · ``cups:NAME`` · ``file:PATH``
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from motcua.admin.errors import PrinterAddressError

if TYPE_CHECKING:
    from collections.abc import Callable

RAW_PORT = 9100
#: A receipt has some 200,000 bytes: below this a citizen would wait for minutes.
BAUDS = (38400, 57600, 115200)
_MOST_PORT = 65535
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HOST = re.compile(r"[A-Za-z0-9:-]{1,63}(\.[A-Za-z0-9-]{1,63})*\.?")
_HOST_CHARS = 253
_USB = re.compile(r"/dev/(usb/)?lp[0-9]{1,3}")
_SERIAL = re.compile(r"/dev/(serial/by-id/[A-Za-z0-9:._+-]{1,200}|tty[A-Za-z]{1,8}[0-9]{1,3})")
_DEVICE = re.compile(r"(/[A-Za-z0-9_.:+-]{1,80}){1,8}")


@dataclass(frozen=True, slots=True)
class VirtualAddress:
    """A folder of pictures; ``folder`` is a name inside the configured one, or empty for that itself."""

    folder: str


@dataclass(frozen=True, slots=True)
class NetworkAddress:
    """A printer that takes bytes on a TCP port."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """The kernel's device of a USB printer."""

    path: str


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """A printer on a serial line."""

    path: str
    baud: int


@dataclass(frozen=True, slots=True)
class SpoolerAddress:
    """A queue of the machine's own print spooler."""

    queue: str


@dataclass(frozen=True, slots=True)
class FileAddress:
    """A device node or named pipe by its full path, or a file by its name in the configured folder."""

    path: str


PrinterAddress = VirtualAddress | NetworkAddress | UsbAddress | SerialAddress | SpoolerAddress | FileAddress


def read_printer_address(address: str) -> PrinterAddress:
    """Return where a printer is. Raises PrinterAddressError for anything else than the forms above."""
    scheme, colon, rest = address.strip().partition(":")
    read = _READERS.get(scheme.lower()) if colon else None
    found = read(rest) if read else None
    if found is None:
        raise PrinterAddressError(address=address.strip())
    return found


def _virtual(rest: str) -> VirtualAddress | None:
    return VirtualAddress(rest) if rest == "" or _is_name(rest) else None


def _network(rest: str) -> NetworkAddress | None:
    try:
        parts = urlsplit(f"tcp:{rest}")
        host, port = parts.hostname or "", RAW_PORT if parts.port is None else parts.port
    except ValueError:
        return None
    has_more = parts.path not in {"", "/"} or parts.query or parts.fragment or "@" in parts.netloc
    if has_more or len(host) > _HOST_CHARS or not _HOST.fullmatch(host) or not 1 <= port <= _MOST_PORT:
        return None
    return NetworkAddress(host, port)


def _usb(rest: str) -> UsbAddress | None:
    return UsbAddress(rest) if _USB.fullmatch(rest) else None


def _serial(rest: str) -> SerialAddress | None:
    path, _, query = rest.partition("?")
    options = parse_qs(query, keep_blank_values=True)
    (baud,) = options.pop("baud", ["115200"])[:1]
    if options or not _SERIAL.fullmatch(path) or baud not in map(str, BAUDS):
        return None
    return SerialAddress(path, int(baud))


def _spooler(rest: str) -> SpoolerAddress | None:
    return SpoolerAddress(rest) if _is_name(rest) else None


def _file(rest: str) -> FileAddress | None:
    is_path = _DEVICE.fullmatch(rest) and not any(part in {".", ".."} for part in rest.split("/"))
    return FileAddress(rest) if is_path or _is_name(rest) else None


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


_READERS: dict[str, Callable[[str], PrinterAddress | None]] = {
    "virtual": _virtual,
    "tcp": _network,
    "usb": _usb,
    "serial": _serial,
    "cups": _spooler,
    "file": _file,
}
