"""Rows of a dossier file: what each must say, and what is wrong with those that don't."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from motcua.admin.domain.applicants import read_applicant
from motcua.admin.domain.dossier_moments import Moments
from motcua.admin.domain.procedure_rows import national_code
from motcua.admin.domain.text import clean_line, clean_text
from motcua.admin.enums import DossierChannel, DossierStatus, Language
from motcua.admin.errors import InvalidInputError

if TYPE_CHECKING:
    from motcua.admin.domain.applicants import Applicant
    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.domain.csv_rows import Row, Table

REQUIRED_COLUMNS = ("code", "procedure_code", "applicant_name", "received_at", "due_at", "status")
OPTIONAL_COLUMNS = (
    "applicant_phone",
    "applicant_id_number",
    "applicant_address",
    "channel",
    "finished_at",
    "returned_at",
    "assigned_to",
    "note",
)

_CODE_LETTERS = 60
_NOTE_LETTERS = 2000
#: The national names (domain.md §3.1); the numbers do as well.
_STATUS_NAMES = {
    "mới đăng ký": DossierStatus.REGISTERED,
    "được tiếp nhận": DossierStatus.RECEIVED,
    "không được tiếp nhận": DossierStatus.REFUSED,
    "đang xử lý": DossierStatus.PROCESSING,
    "yêu cầu bổ sung giấy tờ": DossierStatus.SUPPLEMENT,
    "yêu cầu thực hiện nghĩa vụ tài chính": DossierStatus.AWAITING_PAYMENT,
    "công dân yêu cầu rút hồ sơ": DossierStatus.WITHDRAWN,
    "dừng xử lý": DossierStatus.STOPPED,
    "đã xử lý xong": DossierStatus.DONE,
    "đã trả kết quả": DossierStatus.RETURNED,
}
_CHANNEL_NAMES = {
    "": DossierChannel.IN_PERSON,
    "trực tiếp": DossierChannel.IN_PERSON,
    "trực tuyến": DossierChannel.ONLINE,
    "bưu chính công ích": DossierChannel.POSTAL,
}


@dataclass(frozen=True, slots=True)
class DossierRow:
    """One row of the file, checked and cleaned; instants are in the office's zone."""

    line: int
    #: As it was issued elsewhere.
    code: str
    procedure: str
    applicant: Applicant
    status: DossierStatus
    channel: DossierChannel
    received_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    #: A username; empty when the dossier lies on nobody's desk.
    assigned_to: str
    note: str
    #: What the row looks like: the same row again is the same command.
    key: str


def check_rows(
    table: Table, *, calendar: WorkingCalendar, code_pattern: re.Pattern[str], now: datetime
) -> list[DossierRow]:
    """Return the rows that can be taken in; note the faults of the others in the table."""
    lines_of: dict[str, int] = {}
    checked = []
    for row in table.rows:
        before = len(table.faults)
        code = _code(table, row, code_pattern)
        if code in lines_of:
            table.blame(
                row.line,
                f"Mã hồ sơ {code} đã có ở dòng {lines_of[code]}.",
                f"Dossier code {code} already stands in line {lines_of[code]}.",
            )
        lines_of.setdefault(code, row.line)
        procedure = _procedure(table, row)
        applicant = _applicant(table, row)
        status = _status(table, row)
        channel = _channel(table, row)
        moments = Moments(table, row, calendar, now=now)
        moments.check(status)
        if len(table.faults) == before and applicant and status and channel and moments.received:
            checked.append(
                DossierRow(
                    line=row.line,
                    code=code,
                    procedure=procedure,
                    applicant=applicant,
                    status=status,
                    channel=channel,
                    received_at=moments.received,
                    due_at=moments.due,
                    finished_at=moments.finished,
                    returned_at=moments.returned,
                    assigned_to=clean_line(row.cells["assigned_to"]),
                    note=clean_text(row.cells["note"])[:_NOTE_LETTERS],
                    key=_key(row),
                )
            )
    return checked


def _key(row: Row) -> str:
    cells = "\x1f".join(clean_text(row.cells[name]) for name in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS))
    return f"import:{hashlib.sha256(cells.encode()).hexdigest()[:40]}"


def _code(table: Table, row: Row, pattern: re.Pattern[str]) -> str:
    code = clean_line(row.cells["code"])
    match = pattern.fullmatch(code)
    day = match.groupdict().get("day") if match else None
    if not match or len(code) > _CODE_LETTERS or (day is not None and not _is_day(day)):
        table.blame(
            row.line,
            f"Mã hồ sơ “{code}” không đúng dạng, hoặc ngày trong mã không có thật.",
            f"Dossier code “{code}” is not of the expected form, or its date does not exist.",
        )
    return code


def _is_day(yymmdd: str) -> bool:
    try:
        datetime.strptime(yymmdd, "%y%m%d")  # noqa: DTZ007 - only whether the day exists
    except ValueError:
        return False
    return True


def _procedure(table: Table, row: Row) -> str:
    text = clean_line(row.cells["procedure_code"])
    code = national_code(text)
    if code is None:
        table.blame(
            row.line,
            f"Mã thủ tục “{text}” không đúng dạng 1.001193 (Excel có thể đã bỏ số 0 ở cuối).",
            f"Procedure code “{text}” is not of the form 1.001193 (Excel may have dropped a final 0).",
        )
    return code or ""


def _applicant(table: Table, row: Row) -> Applicant | None:
    cells = row.cells
    try:
        return read_applicant(
            cells["applicant_name"],
            id_number=cells["applicant_id_number"],
            phone=cells["applicant_phone"],
            address=cells["applicant_address"],
        )
    except InvalidInputError as refusal:
        vi, en = refusal.text(Language.VI), refusal.text(Language.EN)
        table.blame(
            row.line,
            f"{vi} Nếu tệp từ Excel, hãy để cột số dạng văn bản để không mất số 0 ở đầu.",
            f"{en} In Excel, format columns of numbers as text, so that no leading 0 is lost.",
        )
        return None


def _status(table: Table, row: Row) -> DossierStatus | None:
    word = clean_line(row.cells["status"]).lower()
    status = _STATUS_NAMES.get(word) or next((one for one in DossierStatus if word == str(int(one))), None)
    if status is None:
        table.blame(
            row.line,
            f"Trạng thái “{word}” phải là số từ 1 đến 10 hoặc tên trạng thái quốc gia.",
            f"Status “{word}” must be a number from 1 to 10 or the national name.",
        )
    return status


def _channel(table: Table, row: Row) -> DossierChannel | None:
    word = clean_line(row.cells["channel"]).lower()
    channel = _CHANNEL_NAMES.get(word) or next((one for one in DossierChannel if word == str(int(one))), None)
    if channel is None:
        table.blame(
            row.line,
            f"Hình thức nộp “{word}” phải là 1 (trực tiếp), 2 (trực tuyến) hoặc 3 (bưu chính công ích).",
            f"Channel “{word}” must be 1 (in person), 2 (online) or 3 (by post).",
        )
    return channel
