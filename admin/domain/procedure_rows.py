"""Rows of a procedure file: what each must say, and what is wrong with those that don't."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from motcua.admin.domain.text import clean_line, clean_text

if TYPE_CHECKING:
    from motcua.admin.domain.csv_rows import Row, Table

REQUIRED_COLUMNS = (
    "code",
    "name_vi",
    "field",
    "level",
    "working_days_or_hours",
    "fee_vnd",
    "papers",
    "source",
    "verified",
)
#: "process" is the sequence of steps (trình tự thực hiện).
OPTIONAL_COLUMNS = ("process",)

_CODE = re.compile(r"\d\.\d{6}", re.ASCII)
#: The same with the agency behind it, as some systems export it: 1.001193.000.00.00.H31.
_LONG_CODE = re.compile(r"(\d\.\d{6})(?:\.\d{2,3}){3}\.[A-Z]\d{2}", re.ASCII)
_LIMITS = {"name_vi": 500, "field": 200, "level": 80}
_VERIFIED = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class PublishedProcedure:
    """One row of the file, checked and cleaned."""

    line: int
    code: str
    #: The file gave the code in its long form.
    is_shortened: bool
    name: str
    field: str
    level: str
    time: str
    fee: str
    papers: str
    source: str
    process: str
    is_verified: bool

    @property
    def digest(self) -> str:
        """What the row looks like, in short; the same row always gives the same digest."""
        texts = (self.name, self.field, self.level, self.time, self.fee, self.papers, self.source, self.process)
        return hashlib.sha256("\x1f".join((*texts, str(self.is_verified))).encode()).hexdigest()[:32]


def check_rows(table: Table) -> list[PublishedProcedure]:
    """Return the rows that can be taken in; note the faults of the others in the table."""
    lines_of: dict[str, int] = {}
    published = []
    for row in table.rows:
        before = len(table.faults)
        code, is_shortened = _code(table, row)
        if code in lines_of:
            table.blame(
                row.line,
                f"Mã thủ tục {code} đã có ở dòng {lines_of[code]}.",
                f"Procedure code {code} already stands in line {lines_of[code]}.",
            )
        lines_of.setdefault(code, row.line)
        for name, limit in _LIMITS.items():
            _check_text(table, row, name, limit)
        is_verified = _verified(table, row)
        if len(table.faults) == before:
            published.append(_published(row, code, is_shortened=is_shortened, is_verified=is_verified))
    return published


def _published(row: Row, code: str, *, is_shortened: bool, is_verified: bool) -> PublishedProcedure:
    return PublishedProcedure(
        line=row.line,
        code=code,
        is_shortened=is_shortened,
        name=clean_line(row.cells["name_vi"]),
        field=clean_line(row.cells["field"]),
        level=clean_line(row.cells["level"]),
        time=clean_line(row.cells["working_days_or_hours"]),
        fee=clean_line(row.cells["fee_vnd"]),
        papers=clean_text(row.cells["papers"]),
        source=clean_text(row.cells["source"]),
        process=clean_text(row.cells["process"]),
        is_verified=is_verified,
    )


def national_code(text: str) -> str | None:
    """Return the national code in a code of either form; None when it has neither."""
    long = _LONG_CODE.fullmatch(text)
    if long:
        return long[1]
    return text if _CODE.fullmatch(text) else None


def _code(table: Table, row: Row) -> tuple[str, bool]:
    """Return the national code, and whether it had to be taken out of the long form."""
    text = clean_line(row.cells["code"])
    code = national_code(text)
    if code is None:
        table.blame(
            row.line,
            f"Mã thủ tục “{text}” không đúng dạng 1.001193 (Excel có thể đã bỏ số 0 ở cuối).",
            f"Procedure code “{text}” is not of the form 1.001193 (Excel may have dropped a final 0).",
        )
        return text, False
    return code, code != text


def _verified(table: Table, row: Row) -> bool:
    word = clean_line(row.cells["verified"])
    verified = _VERIFIED.get(word.lower())
    if verified is None:
        table.blame(
            row.line,
            f"Cột “verified” phải là yes hoặc no, không phải “{word}”.",
            f"Column “verified” must be yes or no, not “{word}”.",
        )
    return bool(verified)


def _check_text(table: Table, row: Row, name: str, limit: int) -> None:
    text = clean_line(row.cells[name])
    if not text:
        table.blame(row.line, f"Cột “{name}” để trống.", f"Column “{name}” is empty.")
    elif len(text) > limit:
        table.blame(
            row.line,
            f"Cột “{name}” dài {len(text)} ký tự, tối đa {limit}.",
            f"Column “{name}” has {len(text)} characters, at most {limit}.",
        )
