"""Taking in procedures from a CSV file: all of it, or nothing with every bad row named.

A row is compared with what it looked like when it was last imported, so that
importing a file again changes nothing, and what people corrected by hand
since then stays. A changed row makes a new version from the given day on;
what somebody decided about a published time or fee is kept while its text
stays the same. Dossiers keep the version they came in under.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from motcua.admin.domain import audit
from motcua.admin.domain.csv_rows import read_csv
from motcua.admin.domain.procedure_rows import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, check_rows
from motcua.admin.domain.published_fee import parse_published_fee
from motcua.admin.domain.published_papers import parse_published_papers
from motcua.admin.domain.published_time import parse_published_time
from motcua.admin.enums import AuditAction, SupplementPolicy
from motcua.admin.models import Dossier, Field, Procedure, ProcedurePaper, ProcedureVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from motcua.admin.domain.csv_rows import Table
    from motcua.admin.domain.procedure_rows import PublishedProcedure

_CODES_AT_ONCE = 500
#: How many codes the report names before it only counts.
_NAMED = 60


@dataclass(slots=True)
class ImportReport:
    """What an import did; codes in the order of the file."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    #: Changed on the very day they came into force, before any dossier: corrected in place.
    corrected: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)
    #: Something in them waits for a person's decision.
    undecided: list[str] = field(default_factory=list)
    #: Given in the long form and kept under their national code.
    shortened: list[str] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        added, changed = len(self.added), len(self.changed)
        corrected, same = len(self.corrected), len(self.unchanged)
        total = added + changed + corrected + same
        vi = f"{added} mới, {changed} có phiên bản mới, {corrected} được sửa, {same} không đổi."
        en = f"{added} new, {changed} with a new version, {corrected} corrected, {same} unchanged."
        lines = [f"Đã đọc {total} thủ tục: {vi}", f"{total} procedures read: {en}"]
        notes: tuple[tuple[Sequence[str], str, str], ...] = (
            (self.unverified, "Chưa kiểm chứng", "Not verified"),
            (self.undecided, "Cần người quyết định (xem ghi chú rà soát)", "Waiting for a decision (see review note)"),
            (self.shortened, "Mã dài, lưu theo mã quốc gia", "Long codes, kept under the national code"),
            (self.ignored_columns, "Cột không dùng đến", "Columns not read"),
        )
        for what, vi, en in notes:
            if what:
                rest = ", …" if len(what) > _NAMED else ""
                lines.append(f"{vi} / {en}: {len(what)} ({', '.join(what[:_NAMED])}{rest})")
        return "\n".join(lines)


def import_procedures(
    session: Session,
    lines: Iterable[str],
    *,
    effective_from: date,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ImportReport:
    """Import procedures; ``on_progress`` is told how many rows of how many are done.

    Raises ImportRefusedError with every bad row. The caller commits.
    """
    table = read_csv(lines, required=REQUIRED_COLUMNS, optional=OPTIONAL_COLUMNS)
    published = check_rows(table)
    known = _known_procedures(session, [row.code for row in published])
    _check_days(session, table, published, known, effective_from)
    table.refuse_faults()
    report = ImportReport(ignored_columns=table.ignored)
    fields = _Fields(session)
    with audit.as_one(session):
        for done, row in enumerate(published, start=1):
            version = _take_in(session, row, known.get(row.code), fields, effective_from=effective_from, report=report)
            if row.is_shortened:
                report.shortened.append(row.code)
            if not version.is_verified:
                report.unverified.append(row.code)
            if version.review_note:
                report.undecided.append(row.code)
            on_progress(done, len(published))
    audit.record(session, AuditAction.PROCEDURES_IMPORTED, "list", details=_counted(report, effective_from))
    return report


def _counted(report: ImportReport, effective_from: date) -> dict[str, int | str]:
    counts = {name: len(getattr(report, name)) for name in ("added", "changed", "corrected", "unchanged")}
    return {"effective_from": effective_from.isoformat(), **counts}


def _known_procedures(session: Session, codes: Sequence[str]) -> dict[str, Procedure]:
    known = {}
    for start in range(0, len(codes), _CODES_AT_ONCE):
        found = session.scalars(
            select(Procedure)
            .where(Procedure.code.in_(codes[start : start + _CODES_AT_ONCE]))
            .options(selectinload(Procedure.field), selectinload(Procedure.versions))
        )
        known.update({procedure.code: procedure for procedure in found})
    return known


def _check_days(
    session: Session,
    table: Table,
    published: Sequence[PublishedProcedure],
    known: dict[str, Procedure],
    effective_from: date,
) -> None:
    """Note changed rows whose version would begin before one that stands, or replace one in use."""
    for row in published:
        procedure = known.get(row.code)
        latest = procedure.latest if procedure else None
        if procedure is None or latest is None or _is_unchanged(row, procedure):
            continue
        if latest.effective_from > effective_from:
            day = f"{latest.effective_from:%d/%m/%Y}"
            table.blame(
                row.line,
                f"{row.code} đã có phiên bản có hiệu lực từ {day}. Hãy chọn ngày hiệu lực sau ngày đó.",
                f"{row.code} already has a version in force from {day}. Choose a later day.",
            )
        elif latest.effective_from == effective_from and _is_in_use(session, latest):
            table.blame(
                row.line,
                f"{row.code} đã có hồ sơ theo phiên bản có hiệu lực cùng ngày. Hãy chọn ngày hiệu lực sau.",
                f"{row.code} has dossiers under the version in force from the same day. Choose a later day.",
            )


def _is_in_use(session: Session, version: ProcedureVersion) -> bool:
    return bool(session.scalar(select(func.count()).where(Dossier.procedure_version_id == version.id)))


def _is_unchanged(row: PublishedProcedure, procedure: Procedure) -> bool:
    """Tell whether the row looks as it did when it was last imported, whatever was done by hand since."""
    digests = [version.row_digest for version in procedure.versions if version.row_digest]
    return bool(digests) and digests[-1] == row.digest


def _take_in(
    session: Session,
    row: PublishedProcedure,
    procedure: Procedure | None,
    fields: _Fields,
    *,
    effective_from: date,
    report: ImportReport,
) -> ProcedureVersion:
    """Write one row and return the version that now stands for it."""
    latest = procedure.latest if procedure else None
    if procedure is not None and latest is not None and _is_unchanged(row, procedure):
        report.unchanged.append(row.code)
        return latest
    if procedure is None:
        procedure = Procedure(code=row.code)
        session.add(procedure)
    procedure.field, procedure.level = fields.named(row.field), row.level
    if latest is not None and latest.effective_from == effective_from:
        latest.papers.clear()
        session.flush()  # the old papers leave before new ones take their places
        _fill(latest, row, latest)
        report.corrected.append(row.code)
        return latest
    if latest is not None and (latest.effective_to is None or latest.effective_to > effective_from):
        latest.effective_to = effective_from
    number = latest.number + 1 if latest else 1
    version = ProcedureVersion(number=number, effective_from=effective_from)
    _fill(version, row, latest)
    procedure.versions.append(version)
    (report.changed if latest else report.added).append(row.code)
    return version


def _fill(version: ProcedureVersion, row: PublishedProcedure, before: ProcedureVersion | None) -> None:
    """Let a version say what the row says; decisions about texts that stay the same are kept."""
    papers = parse_published_papers(row.papers)
    notes = [
        _fill_time(version, row.time, before),
        _fill_fee(version, row.fee, before),
        papers.review_note,
    ]
    version.name = row.name
    version.process = row.process or None
    version.supplement_policy = before.supplement_policy if before else SupplementPolicy.UNSET
    version.supplement_extra_days = before.supplement_extra_days if before else None
    version.papers = [
        ProcedurePaper(
            position=position,
            name=paper.name,
            is_conditional=paper.is_conditional,
            is_shown_only=paper.is_shown_only,
        )
        for position, paper in enumerate(papers.papers, start=1)
    ]
    version.source = row.source or None
    version.is_verified = row.is_verified
    version.review_note = "\n".join(note for note in notes if note) or None
    version.row_digest = row.digest


def _fill_time(version: ProcedureVersion, text: str, before: ProcedureVersion | None) -> str | None:
    """Fill in the time; return what is still to be decided about it."""
    published = parse_published_time(text)
    is_kept = before is not None and before.time_as_published == text
    said = before if before is not None and is_kept else None
    version.time_as_published = text
    version.duration_unit = said.duration_unit if said else published.unit
    version.duration_amount = said.duration_amount if said else published.amount
    version.same_day_cutoff = said.same_day_cutoff if said else published.same_day_cutoff
    version.extension_amount = said.extension_amount if said else published.extension_amount
    version.extension_unit = said.extension_unit if said else published.extension_unit
    version.extension_reason = said.extension_reason if said else published.extension_reason
    return _still_open(published.review_note, said)


def _fill_fee(version: ProcedureVersion, text: str, before: ProcedureVersion | None) -> str | None:
    """Fill in the fee; return what is still to be decided about it."""
    published = parse_published_fee(text)
    said = before if before is not None and before.fee_as_published == text else None
    version.fee_as_published = text
    version.fee_vnd = said.fee_vnd if said else published.vnd
    return _still_open(published.review_note, said)


def _still_open(note: str | None, said: ProcedureVersion | None) -> str | None:
    """Return a note, unless somebody has already settled it for the same text."""
    if said is None or note is None:
        return note
    return note if note in (said.review_note or "").splitlines() else None


class _Fields:
    """The fields of administration, found by name or added at the end."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.by_name = {found.name: found for found in session.scalars(select(Field))}
        self.positions = count(max((found.position for found in self.by_name.values()), default=0) + 1)

    def named(self, name: str) -> Field:
        """Return the field of that name."""
        if name not in self.by_name:
            self.by_name[name] = Field(name=name, position=next(self.positions))
            self.session.add(self.by_name[name])
        return self.by_name[name]
