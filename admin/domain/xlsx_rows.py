"""Rows of an Excel file, read into the same shape as those of a CSV file: the first sheet, header in row 1."""

from __future__ import annotations

import warnings
import zipfile
from contextlib import closing
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from motcua.admin.domain.csv_rows import MAX_ROWS, Row, Table, blame_form, check_header, header_names
from motcua.admin.errors import BadRow, ImportRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

#: What a file may grow to when it is unpacked: a small file can hold a very large nothing.
MAX_UNPACKED = 400 * 1024 * 1024


def read_xlsx(path: Path, *, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Read the first sheet. Raises ImportRefusedError when it is no Excel file or its header is of no use."""
    try:
        _check_size(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which are not read
            with (
                closing(load_workbook(path, read_only=True, data_only=True)) as book,
                # Rows left unread would keep the file open behind a closed book.
                closing(book.worksheets[0].iter_rows(values_only=True)) as rows,
            ):
                return _table(rows, required, optional)
    except ImportRefusedError:
        raise
    except Exception as error:  # openpyxl passes on whatever zip and XML make of a broken file
        raise ImportRefusedError([_not_excel()]) from error


def _check_size(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
            raise ImportRefusedError([BadRow(1, "Tệp Excel quá lớn.", "The Excel file is too large.")])


def _table(rows: Iterable[tuple[object, ...]], required: Sequence[str], optional: Sequence[str]) -> Table:
    numbered = enumerate(rows, start=1)
    header = header_names([_text(cell) for cell in next(numbered, (1, ()))[1]])
    table = Table(ignored=check_header(header, required, optional))
    for line, values in numbered:
        cells = [_text(cell) for cell in values]
        if not any(cell.strip() for cell in cells):
            continue
        if len(table.rows) >= MAX_ROWS:
            table.blame(line, f"Tệp có hơn {MAX_ROWS} dòng.", f"The file has more than {MAX_ROWS} rows.")
            break
        # Excel leaves out empty cells at the end of a row.
        cells += [""] * (len(header) - len(cells))
        if blame_form(table, line, header, cells):
            found = dict(zip(header, cells, strict=False))
            table.rows.append(Row(line, {name: found.get(name, "") for name in (*required, *optional)}))
    return table


def _text(cell: object) -> str:
    """Write a cell's value as it would stand in a CSV file; a moment at midnight is a day without an hour."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _not_excel() -> BadRow:
    return BadRow(
        1,
        "Không đọc được tệp Excel. Hãy mở bằng Excel rồi lưu lại dạng .xlsx, không đặt mật khẩu.",
        "The Excel file can't be read. Open it in Excel and save it again as .xlsx, without a password.",
    )
