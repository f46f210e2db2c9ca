"""Cells of a CSV file: no text becomes a formula in the spreadsheet program that opens it."""

from __future__ import annotations

import re
import unicodedata

_MARK = "'"
# Signs that begin a formula or a command of a spreadsheet program (ASVS 1.2.10), and control characters; also behind
# what such a program may strip: spaces, quotation marks, signs nobody sees.
_CALCULATES = re.compile(r"[\s\"'\x7f\u200b-\u200f\u2060\ufeff]*[=+\-@|%\x00-\x1f]")


def csv_cell(text: str) -> str:
    """Return a cell as it stands in a CSV file: with a mark before what would be taken for a formula."""
    return _MARK + text if _calculates(text) else text


def read_csv_cell(cell: str) -> str:
    """Return the text of a cell that ``csv_cell`` wrote; other cells are as they are."""
    rest = cell.removeprefix(_MARK)
    return rest if rest != cell and _calculates(rest) else cell


def _calculates(text: str) -> bool:
    # Full-width and small forms of the signs count as the signs; a sign with something on top is still one.
    return any(_CALCULATES.match(form) for form in (text, unicodedata.normalize("NFKC", text)))
