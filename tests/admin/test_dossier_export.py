"""INJ-05: the list of dossiers as a file: what the screen shows, every cell a text, no row of another office."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from motcua.admin.domain.csv_cells import csv_cell, read_csv_cell
from motcua.admin.domain.csv_rows import read_csv
from motcua.admin.domain.sheet_files import write_csv, write_xlsx
from motcua.admin.enums import DossierStatus, StaffRole, SupplementPolicy
from motcua.admin.models import Dossier
from motcua.admin.permissions import ROLE_OF_STAFF
from motcua.admin.views import dossier_export
from tests.admin.two_offices import TwoOffices, add_dossier
from tests.town import NINE

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse


#: What spreadsheet programs calculate, run or fetch, as it has been put into forms.
FORMULAS = (
    "=1+1", '=HYPERLINK("http://e.example","x")', "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0", "|calc", "%0A=1", '=DDE("cmd";"/C calc";"x")', '=IMPORTXML("//e.example")',
    "\t=1+1", "\r=1+1", "\n=1+1", "\x00=1+1", "\r\n=1", " =1+1", "   +1", "\u00a0=1", "\u3000=1", "\ufeff=1",
    "\u200b=1",
    "＝1+1", "＋1", "－1", "＠SUM(1)", "｜calc", "％1", "﹦1", "﹢1", "﹣1", '"=1+1', "'=1+1", '""=1', "' =1", "=", "-",
    "+", "+84912345678", "-0912345678", "\tDDE", "\rx", "\nx", "\x00x", "\x1b[2J=1", "=\u0338x",
)  # fmt: skip
HARMLESS = (
    "",
    "Nguyễn Văn Anh",
    "0912345678",
    "H99.11-261202-0001",
    "'Ma",
    "''",
    '"x"',
    "a=1",
    "5 %",
    "x;=1",
    "a,=1",
    "😀",
)
_TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
_SIGNS = st.sampled_from(
    ["=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "\x00", " ", "'", '"', ";", "＝", "＋", "\ufffe", "7"]
)
CELLS = st.one_of(_TEXTS, st.builds(lambda start, rest: "".join(start) + rest, st.lists(_SIGNS, max_size=3), _TEXTS))
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=4, max_size=4)


# --- cells ---------------------------------------------------------------------------------------


def csv_of(rows: list[list[str]]) -> list[list[str]]:
    file = io.BytesIO()
    write_csv(file, rows)
    return list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))


def xlsx_of(rows: list[list[str]]) -> list[list[str]]:
    """Return what openpyxl reads from the file; every cell must be a text."""
    file = io.BytesIO()
    write_xlsx(file, rows)
    sheet = load_workbook(file).worksheets[0]
    cells = [[sheet.cell(row, column) for column in range(1, len(rows[0]) + 1)] for row in range(1, len(rows) + 1)]
    assert {cell.data_type for row in cells for cell in row if cell.value is not None} <= {"s"}
    return [[cell.value or "" for cell in row] for row in cells]


def as_xml_has_it(text: str) -> str:
    """Return a text with line ends as XML knows them, and a sign for what it cannot hold."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        "\ufffd" if (ord(sign) < 32 and sign not in "\t\n") or sign in "\ufffe\uffff" else sign for sign in lines
    )


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_could_be_a_formula_is_marked_in_csv_and_read_back_whole(cell: str) -> None:
    written = csv_of([["x", cell, "y"]])[0][1]

    assert written == "'" + cell
    assert read_csv_cell(written) == cell


@pytest.mark.parametrize("cell", HARMLESS)
def test_other_cells_stand_in_csv_as_they_are(cell: str) -> None:
    assert csv_cell(cell) == cell
    assert read_csv_cell(cell) == cell


def test_no_cell_of_the_excel_file_is_a_formula_and_each_is_the_text_it_was() -> None:
    rows = [[cell, cell] for cell in (*FORMULAS, *HARMLESS)]

    assert xlsx_of(rows) == [[as_xml_has_it(cell), as_xml_has_it(cell)] for cell, _ in rows]


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_any_text_comes_back_from_both_files(rows: list[list[str]]) -> None:
    """INJ-05: 25 tables of 12 cells."""
    marked = csv_of(rows)

    assert [[read_csv_cell(cell) for cell in row] for row in marked] == rows
    assert not [
        cell for row in marked for cell in row if cell.lstrip(' "\ufeff\u200b').startswith(tuple("=+-@|%\t\r\n\0"))
    ]
    assert xlsx_of(rows) == [[as_xml_has_it(cell) for cell in row] for row in rows]


def test_csv_is_utf8_with_a_mark_for_excel_and_every_cell_in_quotes() -> None:
    file = io.BytesIO()
    write_csv(file, [["Người nộp", 'a"b'], ["x;y", "+84912345678"]])

    assert file.getvalue().decode("utf-8") == '\ufeff"Người nộp";"a""b"\r\n"x;y";"\'+84912345678"\r\n'


def test_the_import_takes_the_mark_off_again() -> None:
    table = read_csv(io.StringIO("name;phone\nĐặng Kín;'+84912345678"), required=("name", "phone"))

    assert [row.cells for row in table.rows] == [{"name": "Đặng Kín", "phone": "+84912345678"}]


# --- the list ------------------------------------------------------------------------------------


@pytest.fixture
def hoa(app: Flask, two: TwoOffices) -> FlaskClient:
    """Return the browser of Hoa, who supervises Châu Ninh."""
    return two.browser(app, "supervisor")


def read_answer(answer: TestResponse) -> list[list[str]]:
    """Return the rows of a file that was sent."""
    assert answer.status_code == 200
    if "spreadsheetml" in answer.content_type:
        sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
        return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    lines = io.StringIO(answer.data.decode("utf-8-sig"), newline="")
    return [[read_csv_cell(cell) for cell in row] for row in csv.reader(lines, delimiter=";")]


def codes(client: FlaskClient, asked: str = "") -> list[str]:
    csv_rows, xlsx_rows = (
        read_answer(client.get(f"/motcua/dossiers/export.{ending}{asked}")) for ending in ("csv", "xlsx")
    )
    assert csv_rows == xlsx_rows
    return [row[0] for row in csv_rows[1:]]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_file_holds_what_the_list_shows_in_the_readers_language(
    hoa: FlaskClient, two: TwoOffices, session: Session, ending: str
) -> None:
    session.get_one(Dossier, two.our_dossier.id).applicant_phone = "+84912345678"
    session.commit()

    answer = hoa.get(f"/motcua/dossiers/export.{ending}")
    heading, row = read_answer(answer)
    english = read_answer(hoa.get(f"/motcua/dossiers/export.{ending}?lang=en"))

    assert dict(zip(heading, row, strict=True)) == {
        "Mã hồ sơ": two.our_dossier.code,
        "Mã thủ tục": two.ours.procedure.procedure.code,
        "Tên thủ tục": two.ours.procedure.name,
        "Người nộp hồ sơ": "Đặng Thị Ngọc",
        "Điện thoại": "+84912345678",
        "Trạng thái": "Đang xử lý",
        "Tiếp nhận lúc": "02/12/2026 09:00",
        "Hạn trả": "04/12/2026 09:00",
        "Xử lý xong lúc": "",
        "Trả kết quả lúc": "",
        "Tình trạng hạn trả": "Sắp đến hạn · còn 2 ngày làm việc",
        "Người thụ lý": "Trần Văn Minh",
        "Đơn vị": two.ours.office.name,
    }
    assert english[0][:3] == ["Dossier code", "Procedure code", "Procedure name"]
    assert english[1][5] == "In progress"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=ho-so-chau-ninh-2026-12-02.{ending}"
    assert "no-store" in answer.headers["Cache-Control"]


def test_filters_search_and_order_are_those_of_the_list(hoa: FlaskClient, two: TwoOffices, session: Session) -> None:
    first = two.our_dossier.code
    late = add_dossier(session, two.ours, 2, due_at=NINE - timedelta(days=1), applicant_search="tran an").code
    done = add_dossier(session, two.ours, 3, status=DossierStatus.DONE).code
    session.commit()

    assert codes(hoa) == [late, first]
    assert codes(hoa, "?view=late") == [late]
    assert codes(hoa, "?view=all&sort=-code") == [done, late, first]
    assert codes(hoa, "?view=all&q=tran+an") == [late]
    assert codes(hoa, "?view=all&q=%25") == []
    assert codes(hoa, "?view=all&status=9&page=7") == [done]
    assert hoa.get("/motcua/dossiers/export.csv?view=nix").status_code == 404


@pytest.mark.parametrize(
    ("policy", "words"),
    [(SupplementPolicy.NONE, "Quá hạn · quá 1 ngày làm việc"), (SupplementPolicy.PAUSE, "Chờ công dân")],
)
def test_what_was_decided_with_a_request_for_papers_says_whether_it_is_late(
    hoa: FlaskClient, two: TwoOffices, session: Session, policy: SupplementPolicy, words: str
) -> None:
    status = DossierStatus.SUPPLEMENT
    dossier = add_dossier(session, two.ours, 2, status=status, due_at=NINE - timedelta(days=1))
    dossier.events[0].supplement_policy = policy
    session.commit()

    rows = read_answer(hoa.get("/motcua/dossiers/export.csv?view=all&q=-0002"))

    assert dict(zip(*rows, strict=True))["Tình trạng hạn trả"] == words


def test_the_buttons_keep_what_was_filtered_for(hoa: FlaskClient) -> None:
    page = hoa.get("/motcua/dossiers/list/?view=all&q=0001&page=1").get_data(as_text=True)

    assert 'href="/motcua/dossiers/export.xlsx?view=all&amp;q=0001"' in page
    assert 'href="/motcua/dossiers/export.csv?view=all&amp;q=0001"' in page


def test_no_row_of_another_office_is_in_anybodys_file(app: Flask, two: TwoOffices) -> None:
    """AZN: the file has the scope of the list."""
    ours, theirs = two.our_dossier.code, two.their_dossier.code
    found = {
        name: sorted(codes(two.browser(app, name), "?view=all"))
        for name in ("receiving_officer", "supervisor", "office_admin", "their_supervisor", "auditor", "admin")
    }

    assert found == {
        "receiving_officer": [ours],
        "supervisor": [ours],
        "office_admin": [ours],
        "their_supervisor": [theirs],
        "auditor": [ours, theirs],
        "admin": [ours, theirs],
    }


def test_another_offices_filter_is_not_there(hoa: FlaskClient, two: TwoOffices) -> None:
    assert hoa.get(f"/motcua/dossiers/export.csv?office={two.theirs.office.id}").status_code == 404


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_without_the_permission_there_is_no_file_and_no_button(app: Flask, two: TwoOffices, ending: str) -> None:
    minh = two.browser(app, "case_officer")

    assert minh.get(f"/motcua/dossiers/export.{ending}").status_code == 403
    assert "export." not in minh.get("/motcua/dossiers/list/").get_data(as_text=True)
    assert app.test_client().get(f"/motcua/dossiers/export.{ending}").location.startswith("/login/")


def test_who_may_not_open_a_dossier_gets_no_name_and_no_number(
    hoa: FlaskClient, two: TwoOffices, session: Session
) -> None:
    role = session.scalars(sa.select(Role).where(Role.name == ROLE_OF_STAFF[StaffRole.SUPERVISOR])).one()
    opens = [
        grant
        for grant in role.permissions
        if (grant.permission.name, grant.view_menu.name) == ("can_show", "MotcuaDossierView")
    ]
    role.permissions = [grant for grant in role.permissions if grant not in opens]
    session.commit()

    answer = hoa.get("/motcua/dossiers/export.csv")
    role.permissions += opens
    session.commit()

    assert [row[0] for row in read_answer(answer)] == ["Mã hồ sơ", two.our_dossier.code]
    assert "Đặng Thị Ngọc" not in answer.get_data(as_text=True)
    assert two.our_dossier.applicant_phone not in answer.get_data(as_text=True)


def test_rows_are_fetched_a_few_at_a_time_and_a_list_too_long_is_refused_in_words(
    hoa: FlaskClient, two: TwoOffices, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [two.our_dossier.code, *(add_dossier(session, two.ours, number).code for number in range(2, 8))]
    session.commit()
    monkeypatch.setattr(dossier_export, "_AT_ONCE", 2)
    assert codes(hoa) == written

    monkeypatch.setattr(dossier_export, "MAX_ROWS", 6)
    refused = hoa.get("/motcua/dossiers/export.csv")

    assert refused.status_code == 400
    assert "Danh sách có 7 hồ sơ; mỗi tệp chứa tối đa 6." in refused.get_data(as_text=True)


def test_that_a_list_left_is_noted_without_what_was_searched_for(
    hoa: FlaskClient, two: TwoOffices, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    hoa.get("/motcua/dossiers/export.csv?q=Ngọc")

    assert f"exported 1 dossiers as csv for user {two.ours.hoa.id}" in caplog.messages
    assert "Ng" not in "".join(caplog.messages)
