"""Taking in dossiers that were received elsewhere: all of a file, or nothing with every bad row named.

Codes are kept as they were issued. The same row again is skipped, whatever
became of the dossier here since then; another row under the same code is
refused, because nobody could say which of the two is true.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import insert, select

from motcua.admin.clock import local_day
from motcua.admin.domain import audit
from motcua.admin.domain.text import unaccented
from motcua.admin.domain.tracking import token_digest, tracking_token
from motcua.admin.enums import AuditAction, DossierStatus
from motcua.admin.models import (
    Dossier,
    DossierCodeCounter,
    DossierEvent,
    Procedure,
    ProcedureVersion,
    StaffMember,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from sqlalchemy import Table as SqlTable
    from sqlalchemy.orm import Session

    from motcua.admin.domain.csv_rows import Table
    from motcua.admin.domain.dossier_rows import DossierRow
    from motcua.admin.models import Office

_AT_ONCE = 500
_DOSSIER, _EVENT = (cast("SqlTable", model.__table__) for model in (Dossier, DossierEvent))
_REASON = "Nhập từ hệ thống khác"
#: Statuses a dossier can have without anybody having accepted it.
_NOT_ACCEPTED = frozenset({DossierStatus.REGISTERED, DossierStatus.REFUSED})


@dataclass(slots=True)
class DossierImportReport:
    """What an import did; codes in the order of the file."""

    added: list[str] = field(default_factory=list)
    #: The same row was imported before.
    skipped: list[str] = field(default_factory=list)
    #: Nobody promised a date, so none can pass.
    without_due: list[str] = field(default_factory=list)
    #: Received before the record knows the procedure: kept under its first version.
    under_first_version: list[str] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        total, added, skipped = len(self.added) + len(self.skipped), len(self.added), len(self.skipped)
        lines = [
            f"Đã đọc {total} hồ sơ: {added} mới, {skipped} đã nhập trước đó.",
            f"{total} dossiers read: {added} new, {skipped} imported before.",
        ]
        if self.without_due:
            count = len(self.without_due)
            lines.append(f"Không có ngày hẹn trả / Without a due date: {count}")
        if self.under_first_version:
            count = len(self.under_first_version)
            lines.append(
                f"Tiếp nhận trước phiên bản đầu của thủ tục / Older than the procedure's first version: {count}"
            )
        if self.ignored_columns:
            columns = ", ".join(self.ignored_columns)
            lines.append(f"Cột không dùng đến / Columns not read: {columns}")
        return "\n".join(lines)


def import_dossiers(
    session: Session,
    table: Table,
    rows: Sequence[DossierRow],
    *,
    office: Office,
    qr_key: bytes,
    now: datetime,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> DossierImportReport:
    """Import the checked rows of a table; ``on_progress`` is told how many of how many are done.

    Rows are checked by ``check_rows`` before, outside this transaction, so
    that the record is locked only while it is written. Raises
    ImportRefusedError with every bad row, those found before included. The
    caller commits.
    """
    skipped = _blame_known_codes(session, table, rows, office)
    versions = _Versions(session, {row.procedure for row in rows})
    desks = _desks(session, office)
    for row in rows:
        _blame_strangers(table, row, versions, desks)
    table.refuse_faults()
    report = DossierImportReport(ignored_columns=table.ignored)
    report.skipped = [row.code for row in rows if row.code in skipped]
    fresh = [row for row in rows if row.code not in skipped]
    for start in range(0, len(fresh), _AT_ONCE):
        batch = fresh[start : start + _AT_ONCE]
        records = []
        for row in batch:
            version, is_first = versions.on(row.procedure, local_day(row.received_at, office.time_zone))
            records.append(_record(row, office.id, version.id, desks.get(row.assigned_to), qr_key))
            report.added.append(row.code)
            if row.due_at is None:
                report.without_due.append(row.code)
            if is_first:
                report.under_first_version.append(row.code)
        ids = session.scalars(insert(_DOSSIER).returning(_DOSSIER.c.id, sort_by_parameter_order=True), records).all()
        events = [
            event | {"dossier_id": dossier_id}
            for dossier_id, row in zip(ids, batch, strict=True)
            for event in _events(row, now)
        ]
        session.execute(insert(_EVENT), events)
        on_progress(start + len(batch), len(fresh))
    _keep_clear_of(session, office, fresh)
    audit.record(
        session,
        AuditAction.DOSSIERS_IMPORTED,
        "list",
        office_id=office.id,
        details={"added": len(report.added), "skipped": len(report.skipped)},
    )
    session.flush()
    return report


def _blame_known_codes(session: Session, table: Table, rows: Sequence[DossierRow], office: Office) -> frozenset[str]:
    """Return the codes whose very row was imported before; note those that are taken by something else."""
    keys: dict[str, tuple[int, str | None]] = {}
    for start in range(0, len(rows), _AT_ONCE):
        codes = [row.code for row in rows[start : start + _AT_ONCE]]
        found = session.execute(
            select(Dossier.code, Dossier.office_id, Dossier.idempotency_key).where(Dossier.code.in_(codes))
        )
        keys.update({code: (office_id, key) for code, office_id, key in found})
    for row in rows:
        if row.code in keys and keys[row.code] != (office.id, row.key):
            table.blame(
                row.line,
                f"Hồ sơ {row.code} đã có trong hệ thống với nội dung khác.",
                f"Dossier {row.code} is already in the record with another content.",
            )
    return frozenset(keys)


def _blame_strangers(table: Table, row: DossierRow, versions: _Versions, desks: dict[str, int]) -> None:
    if row.procedure not in versions.by_code:
        table.blame(
            row.line,
            f"Chưa có thủ tục {row.procedure}. Hãy nhập thủ tục trước (import-procedures).",
            f"Procedure {row.procedure} is not known. Import procedures first (import-procedures).",
        )
    if row.assigned_to and row.assigned_to not in desks:
        table.blame(
            row.line,
            f"Không có cán bộ “{row.assigned_to}” đang làm việc tại đơn vị này.",
            f"No officer “{row.assigned_to}” works at this office.",
        )


def _desks(session: Session, office: Office) -> dict[str, int]:
    """Return who works at the office, by username."""
    people = (
        select(User.username, User.id)
        .join(StaffMember, StaffMember.user_id == User.id)
        .where(StaffMember.office_id == office.id, StaffMember.is_active.is_(True), User.active.is_(True))
    )
    return {username: user_id for username, user_id in session.execute(people)}  # noqa: C416 - rows are no pairs to mypy


def _record(
    row: DossierRow, office_id: int, version_id: int, assigned_to_id: int | None, qr_key: bytes
) -> dict[str, Any]:
    public_id = uuid.uuid4().hex
    return {
        "code": row.code,
        "office_id": office_id,
        "procedure_version_id": version_id,
        "status": row.status,
        "channel": row.channel,
        "applicant_name": row.applicant.name,
        "applicant_search": unaccented(row.applicant.name),
        "applicant_id_number": row.applicant.id_number,
        "applicant_phone": row.applicant.phone,
        "applicant_address": row.applicant.address,
        "note": row.note or None,
        "assigned_to_id": assigned_to_id,
        "received_at": row.received_at,
        "original_due_at": row.due_at,
        "due_at": row.due_at,
        "finished_at": row.finished_at,
        "returned_at": row.returned_at,
        "idempotency_key": row.key,
        "public_id": public_id,
        "token_digest": token_digest(tracking_token(qr_key, public_id, 1)),
    }


def _events(row: DossierRow, now: datetime) -> list[dict[str, Any]]:
    """Return what is known of the dossier's way: receipt, result, hand-over, and the state it was imported in."""
    first = DossierStatus.REGISTERED if row.status in _NOT_ACCEPTED else DossierStatus.RECEIVED
    steps: list[tuple[datetime, DossierStatus]] = [(row.received_at, first)]
    if row.status == DossierStatus.RETURNED and row.finished_at:
        steps.append((row.finished_at, DossierStatus.DONE))
    if row.status != first:
        steps.append((row.returned_at or row.finished_at or now, row.status))
    return [
        {
            "at": at,
            "from_status": steps[number - 1][1] if number else None,
            "to_status": to_status,
            "due_to": None if number else row.due_at,
            "reason": _REASON,
        }
        for number, (at, to_status) in enumerate(steps)
    ]


def _keep_clear_of(session: Session, office: Office, rows: Sequence[DossierRow]) -> None:
    """Let the office's own numbers go on after imported codes of its own form, so that none is given twice."""
    own = re.compile(rf"{re.escape(office.identifier or '')}-(\d{{6}})-(\d{{4,7}})", re.ASCII)
    highest: dict[date, int] = {}
    for row in rows:
        if match := own.fullmatch(row.code):
            day = datetime.strptime(match[1], "%y%m%d").date()  # noqa: DTZ007 - a day of the office
            highest[day] = max(highest.get(day, 0), int(match[2]))
    for day, number in highest.items():
        counter = session.get(DossierCodeCounter, (office.id, day), with_for_update=True)
        if counter is None:
            session.add(DossierCodeCounter(office_id=office.id, day=day, last_number=number))
        else:
            counter.last_number = max(counter.last_number, number)


class _Versions:
    """The versions of the procedures a file speaks of, oldest first."""

    def __init__(self, session: Session, codes: set[str]) -> None:
        self.by_code: dict[str, list[ProcedureVersion]] = {}
        wanted = sorted(codes)
        for start in range(0, len(wanted), _AT_ONCE):
            found = session.execute(
                select(Procedure.code, ProcedureVersion)
                .join(ProcedureVersion.procedure)
                .where(Procedure.code.in_(wanted[start : start + _AT_ONCE]))
                .order_by(ProcedureVersion.effective_from, ProcedureVersion.number)
            )
            for code, version in found:
                self.by_code.setdefault(code, []).append(version)

    def on(self, code: str, day: date) -> tuple[ProcedureVersion, bool]:
        """Return the version that held on a day, and whether the first one stands in for a time before it."""
        versions = self.by_code[code]
        held = [version for version in versions if version.effective_from <= day]
        return (held[-1], False) if held else (versions[0], True)
