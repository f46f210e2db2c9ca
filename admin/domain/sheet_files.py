"""Lists written as files: every cell stays the text it is, and no spreadsheet program calculates with it."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from motcua.admin.domain.csv_cells import csv_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import IO

    from openpyxl.cell import Cell

#: Excel takes it for the separator where the comma is the decimal sign, as in Vietnam; our import reads it as well.
_SEPARATOR = ";"
# What XML cannot hold, and a line feed by its other names.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n?")
_WIDTH = 24


def write_csv(file: IO[bytes], rows: Iterable[Sequence[str]]) -> None:
    """Write rows as UTF-8 with a byte order mark, so that Excel reads the letters right; every cell in quotes."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=_SEPARATOR, quoting=csv.QUOTE_ALL)
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    text.detach()


def write_xlsx(file: IO[bytes], rows: Iterable[Sequence[str]]) -> None:
    """Write rows as an Excel file of text cells, the first of them bold and always in sight; row by row."""
    book = Workbook(write_only=True)
    # Its published types leave out what a sheet that is only written shares with the others.
    sheet: Any = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.sheet_format.defaultColWidth = _WIDTH
    for number, row in enumerate(rows):
        sheet.append([_text_cell(sheet, text, is_bold=number == 0) if text else None for text in row])
    book.save(file)


def _text_cell(sheet: Any, text: str, *, is_bold: bool) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, _NOT_XML.sub("\ufffd", _LINE_END.sub("\n", text)))
    # openpyxl has looked at the text and may have seen a formula; as "text" it also stays one when it is edited.
    cell.data_type = "s"
    cell.number_format = "@"
    if is_bold:
        cell.font = Font(bold=True)
    return cell
