"""The commands that bring data in, as somebody at the shell meets them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from motcua.admin import cli_data
from motcua.admin.cli import motcua as commands
from motcua.admin.models import Dossier, Office, Procedure, ProcedureVersion, StaffMember
from motcua.admin.permissions import sync_roles
from motcua.admin.sample.centre import PROCEDURES
from motcua.admin.schema import downgrade, upgrade
from tests.town import build_town

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database


@pytest.fixture
def app(app: Flask) -> Flask:
    with app.app_context():
        sync_roles(app.appbuilder)  # type: ignore[attr-defined]
    return app


def run(app: Flask, *words: str | Path) -> Result:
    return app.test_cli_runner().invoke(commands, [str(word) for word in words], prog_name="motcua")


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_procedures_are_imported_and_reported(app: Flask, session: Session) -> None:
    answer = run(app, "import-procedures", PROCEDURES, "--effective-from", "2026-01-01")

    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout.splitlines()[:2] == [
        "Đã đọc 51 thủ tục: 51 mới, 0 có phiên bản mới, 0 được sửa, 0 không đổi.",
        "51 procedures read: 51 new, 0 with a new version, 0 corrected, 0 unchanged.",
    ]
    assert {f"{day}" for day in session.scalars(select(ProcedureVersion.effective_from))} == {"2026-01-01"}


def test_a_bad_file_is_refused_row_by_row_with_exit_code_one(app: Flask, session: Session, tmp_path: Path) -> None:
    header, first, *rest = PROCEDURES.read_text("utf-8").splitlines()
    bad = tmp_path / "thủ tục.csv"
    bad.write_text("\n".join([header, first, *(row.replace(",yes", ",có lẽ") for row in rest[:2])]), "utf-8")

    answer = run(app, "import-procedures", bad)

    vi = "Cột “verified” phải là yes hoặc no, không phải “có lẽ”."
    en = "Column “verified” must be yes or no, not “có lẽ”."
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.splitlines() == [
        f"thủ tục.csv: Dòng 3: {vi} / Line 3: {en}",
        f"thủ tục.csv: Dòng 4: {vi} / Line 4: {en}",
        "2 lỗi, chưa nhập gì. / 2 faults, nothing was imported.",
    ]
    assert count(session, Procedure) == 0


def test_a_file_beyond_all_bounds_is_not_even_opened(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_data, "MAX_BYTES", 1000)

    answer = run(app, "import-procedures", PROCEDURES)

    assert answer.exit_code == 1
    assert answer.stderr.splitlines()[0] == (
        "procedures.csv: Dòng 1: Tệp lớn hơn 0 MB. / Line 1: The file is larger than 0 MB."
    )
    assert count(session, Procedure) == 0


DOSSIERS = (
    "code,procedure_code,applicant_name,received_at,due_at,status\n"
    "H15.50.05.13-261008-0975,1.004873,Đặng Thị Kín,08/10/2026 09:15,13/10/2026 09:15,4\n"
)


def test_dossiers_are_imported_once(app: Flask, session: Session, tmp_path: Path) -> None:
    town = build_town(session)
    town.procedure.procedure.code = "1.004873"
    session.commit()
    file = tmp_path / "d.csv"
    file.write_text(DOSSIERS, "utf-8")

    first, second = (run(app, "import-dossiers", file, "--office", "chau-ninh") for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout.splitlines()[1] == "1 dossiers read: 1 new, 0 imported before."
    assert second.stdout.splitlines()[1] == "1 dossiers read: 0 new, 1 imported before."
    assert count(session, Dossier) == 1


def test_dossiers_of_an_unknown_office_or_procedure_are_refused(app: Flask, session: Session, tmp_path: Path) -> None:
    build_town(session)
    file = tmp_path / "d.csv"
    file.write_text(DOSSIERS, "utf-8")

    nowhere, nothing = (run(app, "import-dossiers", file, "--office", code) for code in ("xa-la", "chau-ninh"))

    assert (nowhere.exit_code, nothing.exit_code) == (1, 1)
    assert nowhere.stderr == "Error: Không có đơn vị “xa-la”. / There is no office “xa-la”.\n"
    assert nothing.stderr.splitlines()[-1] == "1 lỗi, chưa nhập gì. / 1 faults, nothing was imported."
    assert count(session, Dossier) == 0


def test_sample_data_fills_a_district_and_may_be_run_again(app: Flask, session: Session) -> None:
    first = run(app, "sample-data", "--dossiers", "25", "--communes", "3")
    again = run(app, "sample-data", "--dossiers", "25", "--communes", "3")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout == "25 hồ sơ, 3 xã. / 25 dossiers, 3 communes.\n"
    per_office = session.execute(
        select(Office.code, func.count()).join(Dossier, Dossier.office_id == Office.id).group_by(Office.code)
    )
    assert dict(per_office.all()) == {"xa-mau-01": 18, "xa-mau-02": 16, "xa-mau-03": 16}
    assert [count(session, model) for model in (Office, Procedure, StaffMember, User)] == [4, 51, 18, 18]


def test_nobody_can_sign_in_as_a_person_of_the_sample(app: Flask, session: Session) -> None:
    run(app, "sample-data", "--dossiers", "1")
    with app.app_context():
        manager = app.appbuilder.sm  # type: ignore[attr-defined]
        tried = [manager.auth_user_db("mau01.lanhdao", password) for password in ("!", "", "password")]

    assert tried == [None, None, None]
    roles = {role.name for role in session.scalars(select(User).where(User.username == "mau01.lanhdao")).one().roles}
    assert roles == {"Motcua Supervisor"}


@pytest.mark.parametrize(
    "words",
    [
        ["import-procedures", PROCEDURES],
        ["import-dossiers", PROCEDURES, "--office", "x"],
        ["sample-data", "--dossiers", "1"],
    ],
)
def test_without_our_tables_the_command_says_what_to_do(
    app: Flask, database: Database, words: list[str | Path]
) -> None:
    downgrade(database.engine)
    try:
        answer = run(app, *words)
    finally:
        upgrade(database.engine)

    assert (answer.exit_code, answer.stderr) == (
        1,
        "Error: Cơ sở dữ liệu chưa cập nhật; hãy chạy “motcua upgrade”. / Run “motcua upgrade” first.\n",
    )
