"""Procedures from a file: the real list, files of every kind of badness, and what happens the second time."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from motcua.admin.domain import csv_rows
from motcua.admin.domain.applicants import Applicant
from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.csv_rows import decoded_lines
from motcua.admin.domain.dossiers import Intake, take_in
from motcua.admin.domain.procedure_import import ImportReport, import_procedures
from motcua.admin.enums import DurationUnit, SupplementPolicy
from motcua.admin.errors import BadRow, ImportRefusedError
from motcua.admin.models import Field, Procedure, ProcedurePaper, ProcedureVersion
from motcua.admin.sample.centre import PROCEDURES
from tests.town import NINE, WEDNESDAY, add_office, add_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.models import Dossier, Office

HEADER = "code,name_vi,field,level,working_days_or_hours,fee_vnd,papers,source,verified"
BIRTH = "1.001193,Đăng ký khai sinh,Hộ tịch,Cấp xã,trong ngày,0,Tờ khai,Cổng DVC,yes"
DEATH = "1.000656,Đăng ký khai tử,Hộ tịch,Cấp xã,3 ngày làm việc,8000/bản,Tờ khai; Giấy báo tử,Cổng DVC,no"
JANUARY, MARCH, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)


def load(session: Session, *rows: str, header: str = HEADER, since: date = JANUARY) -> ImportReport:
    text = "\n".join([header, *rows]) + "\n"
    return import_procedures(session, io.StringIO(text, newline=""), effective_from=since)


def faults(session: Session, *rows: str, header: str = HEADER, since: date = JANUARY) -> list[tuple[int, str]]:
    with pytest.raises(ImportRefusedError) as caught:
        load(session, *rows, header=header, since=since)
    return [(row.line, row.en) for row in caught.value.rows]


def versions(session: Session, code: str = "1.001193") -> list[ProcedureVersion]:
    session.flush()
    session.expire_all()
    return list(
        session.scalars(
            select(ProcedureVersion).join(Procedure).where(Procedure.code == code).order_by(ProcedureVersion.number)
        )
    )


def counts(session: Session) -> list[int]:
    session.rollback()
    return [
        session.scalar(select(func.count()).select_from(model)) or 0 for model in (Field, Procedure, ProcedureVersion)
    ]


# The real list.


def real(session: Session, since: date = JANUARY) -> ImportReport:
    with PROCEDURES.open("rb") as file:
        return import_procedures(session, decoded_lines(file.read()), effective_from=since)


def test_the_real_list_comes_in_whole(session: Session) -> None:
    report = real(session)

    found = [
        len(codes) for codes in (report.added, report.changed, report.unchanged, report.unverified, report.undecided)
    ]
    assert found == [51, 0, 0, 16, 35]
    session.commit()
    assert counts(session) == [13, 51, 51]
    assert session.scalar(select(func.count()).select_from(ProcedurePaper)) == 136
    units = session.execute(
        select(ProcedureVersion.duration_unit, func.count()).group_by(ProcedureVersion.duration_unit)
    )
    assert dict(units.all()) == {
        DurationUnit.WORKING_DAYS: 28,
        DurationUnit.SAME_DAY: 8,
        DurationUnit.CALENDAR_DAYS: 3,
        DurationUnit.UNSPECIFIED: 12,
    }


def test_the_same_list_again_adds_nothing(session: Session) -> None:
    real(session)
    session.commit()
    before = counts(session)

    report = real(session, since=MARCH)

    session.commit()
    assert (len(report.unchanged), report.added, report.changed, report.corrected) == (51, [], [], [])
    assert counts(session) == before


def test_the_report_speaks_both_languages(session: Session) -> None:
    report = load(session, BIRTH, DEATH)

    assert str(report).splitlines() == [
        "Đã đọc 2 thủ tục: 2 mới, 0 có phiên bản mới, 0 được sửa, 0 không đổi.",
        "2 procedures read: 2 new, 0 with a new version, 0 corrected, 0 unchanged.",
        "Chưa kiểm chứng / Not verified: 1 (1.000656)",
    ]


def test_a_row_becomes_a_version_with_its_papers(session: Session) -> None:
    load(session, DEATH)

    version = versions(session, "1.000656")[0]
    assert (version.number, version.name, version.effective_from, version.effective_to) == (
        1,
        "Đăng ký khai tử",
        JANUARY,
        None,
    )
    assert (version.duration_unit, version.duration_amount, version.time_as_published) == (
        DurationUnit.WORKING_DAYS,
        3,
        "3 ngày làm việc",
    )
    assert (version.fee_vnd, version.fee_as_published, version.is_verified, version.process) == (
        8000,
        "8000/bản",
        False,
        None,
    )
    assert [(paper.position, paper.name) for paper in version.papers] == [(1, "Tờ khai"), (2, "Giấy báo tử")]
    assert version.supplement_policy == SupplementPolicy.UNSET


# The second time.


def test_a_changed_row_makes_a_new_version_and_closes_the_old_one(session: Session) -> None:
    load(session, BIRTH, DEATH)
    report = load(session, BIRTH.replace("trong ngày", "2 ngày làm việc"), DEATH, since=MARCH)

    first, second = versions(session)
    assert (report.changed, report.unchanged) == (["1.001193"], ["1.000656"])
    assert (first.effective_to, first.duration_unit) == (MARCH, DurationUnit.SAME_DAY)
    assert (second.number, second.effective_from, second.effective_to) == (2, MARCH, None)
    assert (second.duration_unit, second.duration_amount) == (DurationUnit.WORKING_DAYS, 2)


def test_a_dossier_keeps_the_version_it_came_in_under(session: Session) -> None:
    load(session, BIRTH)
    office, lan = add_office(session), add_user(session, "lan", "Lan", "Nguyễn Thị")
    dossier = accept(session, office, lan)

    load(session, BIRTH.replace("trong ngày", "2 ngày làm việc"), since=date(2027, 1, 1))

    assert [version.id == dossier.procedure_version_id for version in versions(session)] == [True, False]


def test_what_people_decided_by_hand_outlives_the_same_row_and_a_new_version(session: Session) -> None:
    row = DEATH.replace("3 ngày làm việc", "3").replace("8000/bản", "HĐND tỉnh")
    load(session, row)
    version = versions(session, "1.000656")[0]
    version.duration_amount, version.duration_unit, version.fee_vnd = 3, DurationUnit.WORKING_DAYS, 5000
    version.supplement_policy, version.supplement_extra_days = SupplementPolicy.RESUME_PLUS, 5
    version.review_note = None
    session.flush()

    report = load(session, row, since=MARCH)
    assert (report.unchanged, len(versions(session, "1.000656"))) == (["1.000656"], 1)

    load(session, row.replace("Giấy báo tử", "Giấy báo tử (nếu có)"), since=MAY)
    latest = versions(session, "1.000656")[-1]
    assert (latest.number, latest.duration_amount, latest.duration_unit, latest.fee_vnd) == (
        2,
        3,
        DurationUnit.WORKING_DAYS,
        5000,
    )
    assert (latest.supplement_policy, latest.supplement_extra_days) == (SupplementPolicy.RESUME_PLUS, 5)
    assert latest.review_note is None


def test_a_decision_about_a_text_that_changes_is_open_again(session: Session) -> None:
    load(session, DEATH.replace("3 ngày làm việc", "3"))
    version = versions(session, "1.000656")[0]
    version.duration_amount, version.duration_unit, version.review_note = 3, DurationUnit.WORKING_DAYS, None
    session.flush()

    load(session, DEATH.replace("3 ngày làm việc", "4"), since=MARCH)

    latest = versions(session, "1.000656")[-1]
    assert (latest.duration_unit, latest.duration_amount) == (DurationUnit.UNSPECIFIED, None)
    assert (latest.review_note or "").startswith("Thời hạn: chỉ có con số")


def test_a_mistake_of_the_same_day_is_corrected_in_place(session: Session) -> None:
    load(session, DEATH)
    report = load(session, DEATH.replace("Tờ khai; Giấy báo tử", "Tờ khai; Giấy báo tử; Ảnh"))

    (only,) = versions(session, "1.000656")
    assert report.corrected == ["1.000656"]
    assert [paper.name for paper in only.papers] == ["Tờ khai", "Giấy báo tử", "Ảnh"]


def test_a_version_with_dossiers_is_never_rewritten(session: Session) -> None:
    load(session, BIRTH, since=WEDNESDAY)
    accept(session, add_office(session), add_user(session, "lan", "Lan", "Nguyễn Thị"))
    session.commit()

    assert faults(session, BIRTH.replace("Tờ khai", "Đơn"), since=WEDNESDAY) == [
        (2, "1.001193 has dossiers under the version in force from the same day. Choose a later day.")
    ]
    assert [paper.name for paper in versions(session)[0].papers] == ["Tờ khai"]


def test_nothing_is_slipped_in_before_a_version_that_stands(session: Session) -> None:
    load(session, BIRTH, since=MARCH)

    assert faults(session, BIRTH.replace("Tờ khai", "Đơn"), since=JANUARY) == [
        (2, "1.001193 already has a version in force from 01/03/2026. Choose a later day.")
    ]


def test_an_end_somebody_has_set_is_not_moved(session: Session) -> None:
    load(session, BIRTH)
    versions(session)[0].effective_to = MARCH
    load(session, BIRTH.replace("Tờ khai", "Đơn"), since=MAY)

    assert [version.effective_to for version in versions(session)] == [MARCH, None]


def test_a_row_that_moves_to_another_field_takes_the_procedure_along(session: Session) -> None:
    load(session, BIRTH)
    load(session, BIRTH.replace("Hộ tịch", "Tư pháp").replace("Cấp xã", "Cấp tỉnh"), since=MARCH)

    procedure = session.scalars(select(Procedure)).one()
    assert (procedure.field.name, procedure.level) == ("Tư pháp", "Cấp tỉnh")


# Bad rows.


def test_every_bad_row_is_named_and_nothing_is_imported(session: Session) -> None:
    long = "x" * 501
    rows = (
        BIRTH,
        "1.00119,Thiếu số,Hộ tịch,Cấp xã,,0,,,yes",
        "1.000656,,Hộ tịch,Cấp xã,,0,,,yes",
        f"1.000657,{long},Hộ tịch,Cấp xã,,0,,,yes",
        "1.000658,Tên,Hộ tịch,Cấp xã,,0,,,perhaps",
        BIRTH,
        "1.000659,Tên,Hộ tịch,Cấp xã,,0,,,yes,thừa",
        "1.000660,Tên,Hộ tịch",
    )

    assert faults(session, *rows) == [
        (3, "Procedure code “1.00119” is not of the form 1.001193 (Excel may have dropped a final 0)."),
        (4, "Column “name_vi” is empty."),
        (5, "Column “name_vi” has 501 characters, at most 500."),
        (6, "Column “verified” must be yes or no, not “perhaps”."),
        (7, "Procedure code 1.001193 already stands in line 2."),
        (8, "10 cells, but the header has 9. Put cells that hold the separator in quotes."),
        (9, "3 cells, but the header has 9. Put cells that hold the separator in quotes."),
    ]
    assert counts(session) == [0, 0, 0]


def test_the_refusal_speaks_both_languages(session: Session) -> None:
    with pytest.raises(ImportRefusedError) as caught:
        load(session, BIRTH, BIRTH)

    assert caught.value.rows == (
        BadRow(3, "Mã thủ tục 1.001193 đã có ở dòng 2.", "Procedure code 1.001193 already stands in line 2."),
    )
    assert caught.value.text("vi") == (
        "Chưa nhập gì: tệp có 1 lỗi. Hãy sửa rồi nhập lại. Lỗi đầu tiên, dòng 3: Mã thủ tục 1.001193 đã có ở dòng 2."
    )
    assert str(caught.value.rows[0]) == (
        "Dòng 3: Mã thủ tục 1.001193 đã có ở dòng 2. / Line 3: Procedure code 1.001193 already stands in line 2."
    )


def test_lines_are_those_of_the_file_even_where_cells_span_several(session: Session) -> None:
    first = BIRTH.replace("Tờ khai", '"Tờ khai;\nGiấy chứng sinh;\n\nẢnh"')
    second = DEATH.replace("Đăng ký khai tử", '"Đăng ký\nkhai tử"').replace(",no", ",không rõ")

    assert faults(session, first, "", second) == [(7, "Column “verified” must be yes or no, not “không rõ”.")]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Đăng ký\x00khai sinh", "Column “name_vi” holds the control character U+0000."),
        ("Đăng ký\x1bkhai sinh", "Column “name_vi” holds the control character U+001B."),
        ("x" * 20_001, "Column “name_vi” is longer than 20000 characters."),
    ],
)
def test_cells_nobody_could_have_typed_are_refused(session: Session, cell: str, said: str) -> None:
    assert (2, said) in faults(session, BIRTH.replace("Đăng ký khai sinh", cell))


def test_text_comes_in_composed_and_on_one_line(session: Session) -> None:
    load(session, BIRTH.replace("Đăng ký khai sinh", '"  Đăng  ky\u0301\n khai\tsinh\u200b"'))

    assert versions(session)[0].name == "Đăng ký khai sinh"


@pytest.mark.parametrize(
    "header", [HEADER.replace("code,", ""), HEADER.replace("verified", "kiểm chứng"), "", "a;b;c", "\x00"]
)
def test_a_file_without_its_columns_is_refused_by_its_header(session: Session, header: str) -> None:
    found = faults(session, BIRTH, header=header)

    assert {line for line, _ in found} == {1}
    assert all(said.startswith("Column “") and said.endswith("” is missing.") for _, said in found)


def test_a_column_that_stands_twice_is_refused(session: Session) -> None:
    assert faults(session, BIRTH + ",yes", header=f"{HEADER},verified") == [(1, "Column “verified” stands twice.")]


def test_other_columns_are_named_and_not_read(session: Session) -> None:
    report = load(session, BIRTH + ",1,2", header=f"{HEADER},ghi chú,Người lập")

    assert report.ignored_columns == ("ghi chú", "người lập")
    assert "Cột không dùng đến / Columns not read: 2 (ghi chú, người lập)" in str(report).splitlines()


def test_steps_come_in_where_the_file_has_them(session: Session) -> None:
    load(session, BIRTH + ',"Bước 1: nộp hồ sơ.\r\nBước 2: nhận kết quả."', header=f"{HEADER},process")

    assert versions(session)[0].process == "Bước 1: nộp hồ sơ.\nBước 2: nhận kết quả."


def test_broken_quotation_marks_are_found_where_they_begin(session: Session) -> None:
    broken = DEATH.replace("Đăng ký khai tử", '"Đăng ký khai tử')

    found = faults(session, BIRTH.replace("yes", "maybe"), broken, BIRTH)

    assert [line for line, _ in found] == [2, 3]
    assert found[1][1].startswith("Quotation marks do not match; the lines after it can't be read")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_every_spreadsheet_are_read(session: Session, end: str, delimiter: str) -> None:
    """With a byte order mark, Windows line ends, and semicolons where the comma is the decimal sign."""
    rows = [
        row.replace("Tờ khai; Giấy", "Tờ khai và giấy").replace(",", delimiter) for row in (HEADER, BIRTH, DEATH, "")
    ]
    data = "\ufeff".encode() + end.join(rows).encode()

    report = import_procedures(session, decoded_lines(data), effective_from=JANUARY)

    assert report.added == ["1.001193", "1.000656"]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (f"{HEADER}\n{BIRTH}\n{DEATH}\n".encode("utf-16"), 1),
        (f"{HEADER}\n{BIRTH}\n".encode() + "1.000656,Đăng,".encode("cp1258"), 3),
    ],
)
def test_a_file_that_is_not_utf8_is_refused_in_words_one_can_act_on(session: Session, data: bytes, line: int) -> None:
    with pytest.raises(ImportRefusedError) as caught:
        import_procedures(session, decoded_lines(data), effective_from=JANUARY)

    assert [(row.line, row.en) for row in caught.value.rows] == [
        (line, "The file is not UTF-8. In Excel, save it as “CSV UTF-8 (Comma delimited)”.")
    ]


def test_a_stream_that_turns_out_not_to_be_utf8_is_refused_too(session: Session) -> None:
    stream = io.TextIOWrapper(io.BytesIO(f"{HEADER}\n".encode() + b"\xff\xfe"), encoding="utf-8")

    with pytest.raises(ImportRefusedError) as caught:
        import_procedures(session, stream, effective_from=JANUARY)

    assert [row.line for row in caught.value.rows] == [1]


def test_a_file_without_end_is_not_read_to_its_end(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "MAX_ROWS", 3)
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        yield f"{HEADER}\n"
        while True:
            read += 1
            yield BIRTH.replace("1.001193", f"1.{read:06}") + "\n"

    with pytest.raises(ImportRefusedError) as caught:
        import_procedures(session, endless(), effective_from=JANUARY)

    assert [(row.line, row.en) for row in caught.value.rows] == [(5, "The file has more than 3 rows.")]
    assert read == 4


def test_a_header_alone_imports_nothing(session: Session) -> None:
    assert str(load(session)).splitlines()[1] == (
        "0 procedures read: 0 new, 0 with a new version, 0 corrected, 0 unchanged."
    )


def test_the_long_form_of_a_code_is_kept_under_the_national_code(session: Session) -> None:
    report = load(session, BIRTH.replace("1.001193", "1.001193.000.00.00.H31"))

    assert (report.added, report.shortened) == (["1.001193"], ["1.001193"])
    assert faults(session, BIRTH, BIRTH.replace("1.001193", "1.001193.000.00.00.H31")) == [
        (3, "Procedure code 1.001193 already stands in line 2.")
    ]


def test_progress_is_told_row_by_row(session: Session) -> None:
    told: list[tuple[int, int]] = []
    text = io.StringIO(f"{HEADER}\n{BIRTH}\n{DEATH}")

    import_procedures(session, text, effective_from=JANUARY, on_progress=lambda *done: told.append(done))

    assert told == [(1, 2), (2, 2)]


def test_a_second_import_asks_as_often_for_fifty_rows_as_for_one(session: Session, database: Database) -> None:
    real(session)
    session.commit()
    header, *rows = PROCEDURES.read_text("utf-8").splitlines()

    def asked(some: list[str]) -> int:
        statements: list[str] = []

        def note(*arguments: object) -> None:
            statements.append(str(arguments[2]))

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            with database.write() as fresh:
                import_procedures(fresh, io.StringIO("\n".join([header, *some])), effective_from=MARCH)
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        return len(statements)

    asked(rows[:1])  # the first act of a chain begins it
    assert asked(rows[:1]) == asked(rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_no_bytes_whatsoever_are_half_imported(session: Session, data: bytes) -> None:
    head = f"{HEADER}\n{BIRTH}\n".encode()
    added: list[str] = []
    with suppress(ImportRefusedError):
        added = import_procedures(session, decoded_lines(head + data), effective_from=JANUARY).added
    assert sorted(session.scalars(select(Procedure.code))) == sorted(added)
    session.rollback()


def accept(session: Session, office: Office, officer: User) -> Dossier:
    """Take a birth registration in over the counter."""
    return take_in(
        session,
        office,
        Intake(procedure="1.001193", applicant=Applicant("Trần Thị Bình")),
        received_by_id=officer.id,
        printer_id=None,
        calendar=working_calendar(session, office),
        qr_key=b"sixteen bytes or more",
        now=NINE,
    )
