"""The commands that bring data in: procedures, dossiers from elsewhere, and made-up ones for trials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from motcua.admin.clock import local_day
from motcua.admin.errors import BadRow, ImportRefusedError
from motcua.admin.extension import current_motcua

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from motcua.admin.domain.csv_rows import Table
    from motcua.admin.models import Office

#: Far above any list of procedures or year of dossiers of one office.
MAX_BYTES = 64 * 1024 * 1024
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import-procedures")
@click.argument("file", type=_FILE)
@click.option(
    "--effective-from",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day the new versions are in force; today when not given.",
)
@with_appcontext
def import_procedures_command(file: Path, effective_from: datetime | None) -> None:
    """Import procedures from a CSV file: all of it, or nothing with every bad row named.

    Columns: code, name_vi, field, level, working_days_or_hours, fee_vnd,
    papers, source, verified (yes or no), and process where known.
    """
    from motcua.admin.domain.csv_rows import decoded_lines
    from motcua.admin.domain.procedure_import import import_procedures

    motcua = current_motcua()
    _check_schema()
    day = effective_from.date() if effective_from else local_day(motcua.clock(), motcua.settings.time_zone)
    with _refusals(file), _progress("Thủ tục / procedures") as told, motcua.database.write() as session:
        report = import_procedures(session, decoded_lines(_bytes_of(file)), effective_from=day, on_progress=told)
    click.echo(report)


@click.command("import-dossiers")
@click.argument("file", type=_FILE)
@click.option("--office", "office_code", required=True, help="Code of the office that has the dossiers.")
@with_appcontext
def import_dossiers_command(file: Path, office_code: str) -> None:
    """Import dossiers received elsewhere from a CSV or Excel file: all of it, or nothing with every bad row named.

    Columns: code (kept as issued), procedure_code, applicant_name,
    received_at, due_at (may be empty), status (1 to 10 or the national name);
    where known: applicant_phone, applicant_id_number, applicant_address,
    channel (1 to 3), finished_at, returned_at, assigned_to (a username), note.
    Times as 24/11/2026 09:15 or 2026-11-24 09:15, in the office's zone.
    """
    from motcua.admin.domain.calendar import working_calendar
    from motcua.admin.domain.dossier_import import import_dossiers
    from motcua.admin.domain.dossier_rows import check_rows

    motcua = current_motcua()
    _check_schema()
    now = motcua.clock()
    with _refusals(file), _progress("Hồ sơ / dossiers") as told:
        # Read and checked before the record is locked: a kiosk must not wait for a spreadsheet.
        table = _dossier_table(file)
        with motcua.database.read() as session:
            calendar = working_calendar(session, _office(session, office_code))
        rows = check_rows(table, calendar=calendar, code_pattern=motcua.settings.dossier_code_pattern, now=now)
        with motcua.database.write() as session:
            report = import_dossiers(
                session,
                table,
                rows,
                office=_office(session, office_code),
                qr_key=motcua.settings.qr_key,
                now=now,
                on_progress=told,
            )
    click.echo(report)


def _office(session: Session, code: str) -> Office:
    from sqlalchemy import select

    from motcua.admin.models import Office

    office = session.scalar(select(Office).where(Office.code == code))
    if office is None:
        msg = f"Không có đơn vị “{code}”. / There is no office “{code}”."
        raise click.ClickException(msg)
    return office


@click.command("sample-data")
@click.option("--dossiers", type=click.IntRange(0, 2_000_000), required=True, help="How many dossiers to make up.")
@click.option(
    "--communes",
    type=click.IntRange(1, 899),
    default=1,
    show_default=True,
    help="Over how many communes to spread them.",
)
@click.option("--seed", type=int, default=20261124, show_default=True, help="The same seed makes the same dossiers.")
@with_appcontext
def sample_data_command(dossiers: int, communes: int, seed: int) -> None:
    """Add made-up communes and dossiers, for trials and benchmarks. Not for a record that is in use."""
    from motcua.admin.sample.district import RolesMissingError, add_district

    motcua = current_motcua()
    _check_schema()
    with _progress("Hồ sơ mẫu / sample dossiers") as told:
        try:
            add_district(
                motcua.database,
                dossiers=dossiers,
                communes=communes,
                qr_key=motcua.settings.qr_key,
                now=motcua.clock(),
                seed=seed,
                on_progress=lambda done: told(done, dossiers),
            )
        except RolesMissingError as error:
            msg = "Chưa có vai trò; hãy chạy “motcua upgrade”. / Roles are missing: run “motcua upgrade”."
            raise click.ClickException(msg) from error
    click.echo(f"{dossiers} hồ sơ, {communes} xã. / {dossiers} dossiers, {communes} communes.")


def _check_schema() -> None:
    from motcua.admin.schema import head_revision, schema_revision

    if schema_revision(current_motcua().database.engine) != head_revision():
        msg = "Cơ sở dữ liệu chưa cập nhật; hãy chạy “motcua upgrade”. / Run “motcua upgrade” first."
        raise click.ClickException(msg)


def _bytes_of(file: Path) -> bytes:
    if file.stat().st_size > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise ImportRefusedError([BadRow(1, f"Tệp lớn hơn {limit} MB.", f"The file is larger than {limit} MB.")])
    return file.read_bytes()


def _dossier_table(file: Path) -> Table:
    from motcua.admin.domain.csv_rows import decoded_lines, read_csv
    from motcua.admin.domain.dossier_rows import OPTIONAL_COLUMNS, REQUIRED_COLUMNS
    from motcua.admin.domain.xlsx_rows import read_xlsx

    if file.suffix.lower() == ".xlsx":
        return read_xlsx(file, required=REQUIRED_COLUMNS, optional=OPTIONAL_COLUMNS)
    return read_csv(decoded_lines(_bytes_of(file)), required=REQUIRED_COLUMNS, optional=OPTIONAL_COLUMNS)


class _refusals:  # noqa: N801 - reads as a function
    """Says every bad row of a refused file and ends with exit code 1; nothing was imported."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, ImportRefusedError):
            return
        for row in error.rows:
            click.echo(f"{self.file.name}: {row}", err=True)
        count = len(error.rows)
        click.echo(f"{count} lỗi, chưa nhập gì. / {count} faults, nothing was imported.", err=True)
        raise SystemExit(1) from error


class _progress:  # noqa: N801 - reads as a function
    """A progress bar on the terminal's error stream, gone when the work is done."""

    def __init__(self, what: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task(what, total=None)

    def __enter__(self) -> Callable[[int, int], None]:
        self.bar.start()
        return lambda done, total: self.bar.update(self.task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self.bar.stop()


COMMANDS = (import_procedures_command, import_dossiers_command, sample_data_command)
