"""What a printer would make of ESC/POS bytes, written from the definition of the commands and from nothing of ours.

Knows the four commands our papers consist of and refuses every other byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from PIL import Image, ImageOps

ESC, GS = b"\x1b", b"\x1d"
_LINE_DOTS = 30


@dataclass(frozen=True)
class Printed:
    """The paper that came out."""

    image: Image.Image
    #: The rows of every raster command, in order.
    fragments: tuple[int, ...]
    is_cut: bool


class NotEscposError(ValueError):
    """A byte that belongs to no known command."""


def decode(data: bytes) -> Printed:
    """Print on paper made of memory."""
    press = _Press(data)
    while press.has_more():
        if press.is_cut:
            press.refuse("something comes after the cut")
        press.obey()
    return Printed(_picture(press.rows, press.width_bytes), tuple(press.fragments), press.is_cut)


class _Press:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0
        self.rows: list[bytes] = []
        self.fragments: list[int] = []
        self.width_bytes = 0
        self.is_cut = False

    def has_more(self) -> bool:
        return self._place < len(self._data)

    def refuse(self, what: str) -> NoReturn:
        raise NotEscposError(what + f" at byte {self._place}")

    def obey(self) -> None:
        """Take one command and do it."""
        first = self._take(1)
        name = first + (self._take(1) if first in {ESC, GS} else b"")
        obey = {ESC + b"@": self._initialize, ESC + b"d": self._feed, GS + b"v": self._raster, GS + b"V": self._cut}
        if name not in obey:
            self.refuse(f"unknown command {name!r}")
        obey[name]()

    def _initialize(self) -> None:
        if self.rows:
            self.refuse("initialized in the middle of a paper")

    def _feed(self) -> None:
        self.rows += [b""] * (self._take(1)[0] * _LINE_DOTS)

    def _raster(self) -> None:
        zero, mode, width_low, width_high, height_low, height_high = self._take(6)
        if zero != ord("0") or mode != 0:
            self.refuse(f"raster form {zero}, mode {mode}")
        self.width_bytes = width_low + 256 * width_high
        height = height_low + 256 * height_high
        self.rows += [self._take(self.width_bytes) for _ in range(height)]
        self.fragments.append(height)

    def _cut(self) -> None:
        form = self._take(1)[0]
        if form in {65, 66}:
            self._take(1)
        elif form not in {0, 1, 48, 49}:
            self.refuse(f"cut {form}")
        self.is_cut = True

    def _take(self, count: int) -> bytes:
        taken = self._data[self._place : self._place + count]
        if len(taken) < count:
            self.refuse("the bytes end in the middle of a command")
        self._place += count
        return taken


def _picture(rows: list[bytes], width_bytes: int) -> Image.Image:
    """Burn the dots: a set bit is black, the highest bit of a byte stands left."""
    paper = b"".join(row.ljust(width_bytes, b"\0") for row in rows)
    black_is_set = Image.frombytes("1", (width_bytes * 8, len(rows)), paper)
    return ImageOps.invert(black_is_set.convert("L"))
