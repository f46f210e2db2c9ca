"""A drawn paper as the bytes an ESC/POS printer burns it from; the only importer of python-escpos.

The library makes bytes here and never talks to a printer. Text goes as an
image, because no code page prints Vietnamese reliably.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from functools import cache
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

#: Small printers have small buffers: an image goes out in pieces of at most so many rows.
FRAGMENT_ROWS = 256
# Paper below the last row, so that a tear bar without a cutter leaves the text whole.
_FEED_LINES = 4
_PROFILES = {384: "POS-5890", 576: "TM-T20II"}
_PICKLE_DIR = "ESCPOS_CAPABILITIES_PICKLE_DIR"
# DLE followed by EOT, ENQ or DC4: commands that a printer obeys at once, even inside the data of an image.
_OBEYED_AT_ONCE = re.compile(rb"\x10(?=[\x04\x05\x14])")
_HARMLESS = b"\x18"
# A picture has 1 for white, a printer's dot is 1 for black.
_INVERTED = bytes(255 - byte for byte in range(256))


def escpos_bytes(image: Image.Image) -> bytes:
    """Return one contiguous run: initialize, the image, feed, cut."""
    device = _dummy()(profile=_PROFILES[image.width])
    device.hw("INIT")
    device.image(without_commands(image), impl="bitImageRaster", fragment_height=FRAGMENT_ROWS)
    device.print_and_feed(_FEED_LINES)
    # Without the library's own feed: this form of the cut knows how far the knife is from the head.
    device.cut(feed=False)
    return bytes(device.output)


def without_commands(image: Image.Image) -> Image.Image:
    """Return the image with a dot added wherever its dots would read as a real-time command.

    Such a byte is a single dot in the middle of eight; it gets a neighbour.
    """
    dots = _OBEYED_AT_ONCE.sub(_HARMLESS, image.tobytes().translate(_INVERTED))
    return Image.frombytes("1", image.size, dots.translate(_INVERTED))


@cache
def _dummy() -> Callable[..., Any]:
    """Import the library, and undo what its import does to the process.

    It configures the root logger, and leaves a temporary folder behind at
    every start (its profiles are in memory by then).
    """
    handlers, level = list(logging.root.handlers), logging.root.level
    from escpos import capabilities
    from escpos.printer import Dummy

    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    if _PICKLE_DIR not in os.environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    dummy: Callable[..., Any] = Dummy
    return dummy
