"""Tracking addresses as QR codes: a matrix for paper, an SVG for screens.

Level Q survives a quarter of the code being spoilt, as thermal paper does in
a pocket. The address is in capitals, so QR's alphanumeric mode keeps the code
small: 33 modules a side for an ordinary host name.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from itertools import groupby

import qrcode
from qrcode.constants import ERROR_CORRECT_Q

#: White modules around the code that scanners need to find it.
QUIET_ZONE = 4

QrMatrix = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=256)
def qr_matrix(url: str) -> QrMatrix:
    """Return the modules of a code, True for dark, without the quiet zone."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(url)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def qr_svg(url: str, *, label: str) -> str:
    """Return a code as an SVG element with its quiet zone; ``label`` is what a screen reader says.

    Plain attributes and no style, so that it may stand in a page under a
    strict content security policy. It has no size of its own: CSS gives one.
    """
    matrix = qr_matrix(url)
    side = len(matrix) + 2 * QUIET_ZONE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
        f'aria-label="{escape(label)}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d="{_runs(matrix)}"/></svg>'
    )


def _runs(matrix: QrMatrix) -> str:
    """Return one rectangle per run of dark modules in a row."""
    path = []
    for y, row in enumerate(matrix, start=QUIET_ZONE):
        x = QUIET_ZONE
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                path.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return "".join(path)
