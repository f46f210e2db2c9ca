"""Rows of a CSV file, each with the line it starts on, or every reason why it can't be read."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from motcua.admin.domain.csv_cells import read_csv_cell
from motcua.admin.domain.text import clean_line
from motcua.admin.errors import BadRow, ImportRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_ROWS = 100_000
MAX_CELL = 20_000
#: Excel writes semicolons where the comma is the decimal sign, as in Vietnam.
_DELIMITERS = ",;\t"
_HARMLESS = frozenset("\t\n\r")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; every expected column has a cell, empty where the file has none."""

    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class Table:
    """The rows of a file, and what is wrong with the others."""

    rows: list[Row] = field(default_factory=list)
    faults: list[BadRow] = field(default_factory=list)
    #: Columns the file has and nobody reads.
    ignored: tuple[str, ...] = ()

    def blame(self, line: int, vi: str, en: str) -> None:
        """Note what is wrong with a row."""
        self.faults.append(BadRow(line, vi, en))

    def refuse_faults(self) -> None:
        """Raise ImportRefusedError with everything noted, if anything was."""
        if self.faults:
            raise ImportRefusedError(self.faults)


def read_csv(lines: Iterable[str], *, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Read a file line by line. Raises ImportRefusedError when its header is of no use.

    Faults of single rows are noted in the table, so that the caller can add
    its own and refuse them all at once.
    """
    source = _Counted(lines)
    try:
        header_line = next(source, "").removeprefix("\ufeff")
        delimiter = max(_DELIMITERS, key=header_line.count)
        header = header_names(next(csv.reader([header_line], delimiter=delimiter), []))
        table = Table(ignored=check_header(header, required, optional))
        _read_rows(source, delimiter, header, (*required, *optional), table)
    except UnicodeDecodeError as error:
        raise ImportRefusedError([_not_utf8(source.count + 1)]) from error
    return table


def header_names(cells: Sequence[str]) -> list[str]:
    """Return the names of the columns: case and spaces around them do not matter."""
    return [clean_line(name).lower() for name in cells]


def check_header(header: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> tuple[str, ...]:
    """Return the columns nobody reads. Raises ImportRefusedError for missing and doubled ones."""
    faults = [
        BadRow(1, f"Thiếu cột “{name}”.", f"Column “{name}” is missing.") for name in required if name not in header
    ]
    known = (*required, *optional)
    faults += [
        BadRow(1, f"Cột “{name}” có hai lần.", f"Column “{name}” stands twice.")
        for name in known
        if header.count(name) > 1
    ]
    if faults:
        raise ImportRefusedError(faults)
    return tuple(name for name in header if name and name not in known)


def _read_rows(source: _Counted, delimiter: str, header: Sequence[str], known: Sequence[str], table: Table) -> None:
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        line = source.count + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            # Behind a broken quotation mark nothing can be told apart any more.
            table.blame(
                line,
                f"Dấu ngoặc kép không khớp; các dòng sau không đọc được ({error}).",
                f"Quotation marks do not match; the lines after it can't be read ({error}).",
            )
            return
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if len(table.rows) >= MAX_ROWS:
            table.blame(line, f"Tệp có hơn {MAX_ROWS} dòng.", f"The file has more than {MAX_ROWS} rows.")
            return
        if blame_form(table, line, header, cells):
            found = dict(zip(header, map(read_csv_cell, cells), strict=False))
            table.rows.append(Row(line, {name: found.get(name, "") for name in known}))


def blame_form(table: Table, line: int, header: Sequence[str], cells: list[str]) -> bool:
    """Note what is wrong with the form of a row; tell whether it is sound."""
    before = len(table.faults)
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(header):
        table.blame(
            line,
            f"Có {len(cells)} ô, tiêu đề có {len(header)}. Ô có dấu phân cách phải đặt trong ngoặc kép.",
            f"{len(cells)} cells, but the header has {len(header)}. Put cells that hold the separator in quotes.",
        )
    for name, cell in zip(header, cells, strict=False):
        _blame_cell(table, line, name, cell)
    return len(table.faults) == before


def _blame_cell(table: Table, line: int, name: str, cell: str) -> None:
    """Note a cell that is too long or holds control characters."""
    if len(cell) > MAX_CELL:
        table.blame(
            line, f"Cột “{name}” dài quá {MAX_CELL} ký tự.", f"Column “{name}” is longer than {MAX_CELL} characters."
        )
    bad = next((letter for letter in cell if letter not in _HARMLESS and unicodedata.category(letter) == "Cc"), None)
    if bad is not None:
        table.blame(
            line,
            f"Cột “{name}” có ký tự điều khiển U+{ord(bad):04X}.",
            f"Column “{name}” holds the control character U+{ord(bad):04X}.",
        )


class _Counted:
    """Hands on lines and counts them: csv counts only the rows it finished."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines: Iterator[str] = iter(lines)
        self.count = 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.count += 1
        return line


def _not_utf8(line: int) -> BadRow:
    return BadRow(
        line,
        "Tệp không phải UTF-8. Trong Excel hãy chọn “CSV UTF-8 (Comma delimited)” khi lưu.",
        "The file is not UTF-8. In Excel, save it as “CSV UTF-8 (Comma delimited)”.",
    )


def decoded_lines(data: bytes) -> Iterator[str]:
    """Return the lines of a file's bytes. Raises ImportRefusedError where they are not UTF-8."""
    # Decoded at once and split afterwards, so that the fault's own line can be named.
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefusedError([_not_utf8(data.count(b"\n", 0, error.start) + 1)]) from error
    yield from io.StringIO(text, newline="")
