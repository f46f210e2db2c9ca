"""Dossiers received elsewhere: kept as issued, all or none, and the same row never twice."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from motcua.admin.domain import xlsx_rows
from motcua.admin.domain.applicants import Applicant
from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.csv_rows import read_csv
from motcua.admin.domain.dossier_import import DossierImportReport, import_dossiers
from motcua.admin.domain.dossier_rows import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, check_rows
from motcua.admin.domain.dossiers import Intake, take_in
from motcua.admin.domain.following import follow
from motcua.admin.domain.tracking import tracking_token
from motcua.admin.domain.xlsx_rows import read_xlsx
from motcua.admin.enums import DossierChannel, DossierStatus
from motcua.admin.errors import ImportRefusedError
from motcua.admin.models import Dossier, DossierCodeCounter, DossierEvent, ProcedureVersion
from motcua.admin.settings import read_settings
from tests.town import HANOI, NINE, Town, add_office, build_town

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from motcua.admin.domain.csv_rows import Table

KEY = b"sixteen bytes or more"
PATTERN = read_settings({"SECRET_KEY": "x" * 32}).dossier_code_pattern
HEADER = "code,procedure_code,applicant_name,applicant_phone,received_at,due_at,status,assigned_to"
#: Taken in elsewhere on Monday, due on Thursday; today is Wednesday, nine o'clock.
OPEN = "H15.50.05.13-261130-0975,{procedure},Đặng Thị Kín,0912 345 678,30/11/2026 09:15,03/12/2026 09:15,4,minh"


@pytest.fixture
def town(session: Session) -> Town:
    town = build_town(session)
    town.procedure.procedure.code = "1.004873"
    session.commit()
    return town


def table_of(*rows: str, header: str = HEADER) -> Table:
    text = "\n".join([header, *(row.replace("{procedure}", "1.004873") for row in rows)])
    return read_csv(io.StringIO(text), required=REQUIRED_COLUMNS, optional=OPTIONAL_COLUMNS)


def load(session: Session, town: Town, table: Table, **facts: Any) -> DossierImportReport:
    office = facts.get("office", town.office)
    pattern = facts.pop("code_pattern", PATTERN)
    rows = check_rows(table, calendar=working_calendar(session, office), code_pattern=pattern, now=NINE)
    return import_dossiers(session, table, rows, **{"office": office, "qr_key": KEY, "now": NINE} | facts)


def faults(session: Session, town: Town, *rows: str, header: str = HEADER) -> list[tuple[int, str]]:
    with pytest.raises(ImportRefusedError) as caught:
        load(session, town, table_of(*rows, header=header))
    assert session.scalar(select(func.count()).select_from(Dossier)) == 0
    return [(row.line, row.en) for row in caught.value.rows]


def only(session: Session) -> Dossier:
    session.expire_all()
    return session.scalars(select(Dossier)).one()


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=HANOI)


def test_a_dossier_comes_in_as_it_was_issued(session: Session, town: Town) -> None:
    report = load(session, town, table_of(OPEN))

    dossier = only(session)
    assert report.added == [dossier.code] == ["H15.50.05.13-261130-0975"]
    assert (dossier.office_id, dossier.procedure_version_id) == (town.office.id, town.procedure.id)
    assert (dossier.status, dossier.channel) == (DossierStatus.PROCESSING, DossierChannel.IN_PERSON)
    assert (dossier.applicant_name, dossier.applicant_search) == ("Đặng Thị Kín", "dang thi kin")
    assert (dossier.applicant_phone, dossier.assigned_to_id) == ("0912345678", town.minh.id)
    assert dossier.received_at == at("30/11/2026 09:15")
    assert dossier.due_at == dossier.original_due_at == at("03/12/2026 09:15")


def test_what_is_known_of_its_way_becomes_events(session: Session, town: Town) -> None:
    load(session, town, table_of(OPEN))

    events = session.scalars(select(DossierEvent).order_by(DossierEvent.id)).all()
    assert [(one.from_status, one.to_status, one.at, one.reason) for one in events] == [
        (None, DossierStatus.RECEIVED, at("30/11/2026 09:15"), "Nhập từ hệ thống khác"),
        (DossierStatus.RECEIVED, DossierStatus.PROCESSING, NINE, "Nhập từ hệ thống khác"),
    ]
    assert [one.due_to for one in events] == [at("03/12/2026 09:15"), None]


@pytest.mark.parametrize(
    ("status", "way"),
    [
        ("1", [1]),
        ("2", [2]),
        ("3", [1, 3]),
        ("Yêu cầu bổ sung giấy tờ", [2, 5]),
        ("7", [2, 7]),
        ("Đã xử lý xong", [2, 9]),
        ("ĐÃ TRẢ KẾT QUẢ", [2, 9, 10]),
    ],
)
def test_every_status_comes_by_number_or_by_its_national_name(
    session: Session, town: Town, status: str, way: list[int]
) -> None:
    row = OPEN.replace(",4,minh", f",{status},minh,01/12/2026 08:00,01/12/2026 09:00")

    load(session, town, table_of(row, header=f"{HEADER},finished_at,returned_at"))

    assert [int(one) for one in session.scalars(select(DossierEvent.to_status).order_by(DossierEvent.id))] == way
    assert only(session).status == way[-1]


def test_an_imported_dossier_can_be_followed(session: Session, town: Town) -> None:
    load(session, town, table_of(OPEN))

    state = follow(session, tracking_token(KEY, only(session).public_id, 1), now=NINE)

    assert state.dossier is not None
    assert (state.dossier.code, state.dossier.state, state.dossier.overdue) == (
        "H15.50.05.13-261130-0975",
        "processing",
        False,
    )


def test_a_dossier_is_held_against_the_version_of_its_day(session: Session, town: Town) -> None:
    town.procedure.effective_from, town.procedure.effective_to = date(2026, 11, 1), date(2026, 12, 1)
    later = ProcedureVersion(
        procedure=town.procedure.procedure, number=2, name="Mới", effective_from=date(2026, 12, 1), time_as_published=""
    )
    session.add(later)
    session.commit()
    rows = [
        OPEN.replace("0975", f"000{number}").replace("30/11/2026 09:15", day)
        for number, day in enumerate(("01/10/2026 08:00", "30/11/2026 23:00", "01/12/2026 00:30"))
    ]

    report = load(session, town, table_of(*rows))

    found = session.scalars(select(Dossier.procedure_version_id).order_by(Dossier.id)).all()
    assert found == [town.procedure.id, town.procedure.id, later.id]
    assert report.under_first_version == ["H15.50.05.13-261130-0000"]


# Twice.


def test_the_same_row_again_is_skipped_whatever_became_of_the_dossier(session: Session, town: Town) -> None:
    load(session, town, table_of(OPEN))
    dossier = only(session)
    dossier.status, dossier.finished_at = DossierStatus.DONE, NINE
    session.commit()

    report = load(session, town, table_of(OPEN, OPEN.replace("0975", "0976")))

    assert (report.skipped, report.added) == (["H15.50.05.13-261130-0975"], ["H15.50.05.13-261130-0976"])
    assert session.get_one(Dossier, dossier.id).status == DossierStatus.DONE
    assert str(report).splitlines()[:2] == [
        "Đã đọc 2 hồ sơ: 1 mới, 1 đã nhập trước đó.",
        "2 dossiers read: 1 new, 1 imported before.",
    ]


def test_another_row_under_the_same_code_is_refused(session: Session, town: Town) -> None:
    load(session, town, table_of(OPEN))
    session.commit()

    with pytest.raises(ImportRefusedError) as caught:
        load(session, town, table_of(OPEN.replace("Kín", "Hở"), OPEN.replace("0975", "0976")))

    assert [(row.line, row.en) for row in caught.value.rows] == [
        (2, "Dossier H15.50.05.13-261130-0975 is already in the record with another content.")
    ]
    assert only(session).applicant_name == "Đặng Thị Kín"


def test_a_code_of_another_office_or_of_our_own_counter_is_taken(session: Session, town: Town) -> None:
    load(session, town, table_of(OPEN.replace("minh", "")), office=add_office(session, "tan-viet"))
    own = take_in_one(session, town)
    session.commit()

    with pytest.raises(ImportRefusedError) as caught:
        load(session, town, table_of(OPEN, OPEN.replace("H15.50.05.13-261130-0975", own.code)))

    assert [row.line for row in caught.value.rows] == [2, 3]


def test_our_own_numbers_go_on_after_imported_ones(session: Session, town: Town) -> None:
    code = f"{town.office.identifier}-261202-0041"
    load(session, town, table_of(OPEN.replace("H15.50.05.13-261130-0975", code)))

    assert take_in_one(session, town).code == f"{town.office.identifier}-261202-0042"
    assert session.scalar(select(DossierCodeCounter.last_number)) == 42


def test_our_own_numbers_never_go_back(session: Session, town: Town) -> None:
    for _ in range(3):
        take_in_one(session, town)
    code = f"{town.office.identifier}-261202-00002"
    load(session, town, table_of(OPEN.replace("H15.50.05.13-261130-0975", code)))

    assert take_in_one(session, town).code == f"{town.office.identifier}-261202-0004"


# Bad rows.


def test_every_bad_row_is_named_and_nothing_is_imported(session: Session, town: Town) -> None:
    rows = (
        OPEN,
        OPEN.replace("-0975", ""),
        OPEN.replace("261130", "261131"),
        OPEN.replace("0975", "0976").replace("{procedure}", "1.00487"),
        OPEN.replace("0975", "0977").replace("{procedure}", "1.999999"),
        OPEN.replace("0975", "0978").replace("Đặng Thị Kín", "  "),
        OPEN.replace("0975", "0979").replace("0912 345 678", "912345678"),
        OPEN.replace("0975", "0980").replace(",4,", ",11,"),
        OPEN.replace("0975", "0981").replace("minh", "ai đó"),
        OPEN,
    )

    found = faults(session, town, *rows)

    assert [line for line, _ in found] == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert found[1] == (
        4,
        "Dossier code “H15.50.05.13-261131-0975” is not of the expected form, or its date does not exist.",
    )
    assert found[3] == (6, "Procedure 1.999999 is not known. Import procedures first (import-procedures).")
    assert found[6] == (9, "Status “11” must be a number from 1 to 10 or the national name.")
    assert found[7] == (10, "No officer “ai đó” works at this office.")
    assert found[8] == (11, "Dossier code H15.50.05.13-261130-0975 already stands in line 2.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("30/11/2026 09:15", ""), "Column “received_at”: is empty."),
        (("30/11/2026 09:15", "hôm qua"), "Column “received_at”: can't read “hôm qua”; write 24/11/2026 09:15."),
        (("30/11/2026 09:15", "31/11/2026"), "Column “received_at”: can't read “31/11/2026”; write 24/11/2026 09:15."),
        (("30/11/2026 09:15", "30/11/0026"), "Column “received_at”: can't read “30/11/0026”; write 24/11/2026 09:15."),
        (("30/11/2026 09:15", "02/12/2026 09:01"), "Column “received_at”: lies in the future."),
        (("03/12/2026 09:15", "29/11/2026"), "Column “due_at”: is earlier than the step before it."),
        ((",4,", ",9,"), "Column “finished_at”: is needed once the result is ready."),
    ],
)
def test_moments_that_cannot_be_are_refused(session: Session, town: Town, change: tuple[str, str], said: str) -> None:
    assert faults(session, town, OPEN.replace(*change)) == [(2, said)]


def test_the_result_cannot_be_ready_before_receipt_nor_fetched_before_it_is_ready(session: Session, town: Town) -> None:
    header = f"{HEADER},finished_at,returned_at"
    row = OPEN.replace(",4,", ",10,")

    assert faults(session, town, f"{row},30/11/2026 08:00,01/12/2026", header=header) == [
        (2, "Column “finished_at”: is earlier than the step before it.")
    ]
    assert faults(session, town, f"{row},01/12/2026 10:00,01/12/2026 09:00", header=header) == [
        (2, "Column “returned_at”: is earlier than the step before it.")
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-30 09:15", "30/11/2026 09:15"),
        ("2026-11-30T09:15:00", "30/11/2026 09:15"),
        ("2026-11-30T02:15:00Z", "30/11/2026 09:15"),
        ("2026-11-30T04:15:00+02:00", "30/11/2026 09:15"),
        ("30/11/2026 9:15", "30/11/2026 09:15"),
        ("30/11/2026", "30/11/2026 07:00"),  # the day's opening
        ("29/11/2026", "29/11/2026 00:00"),  # a Sunday
        ("02/12/2026", "02/12/2026 07:00"),
    ],
)
def test_moments_may_be_written_in_several_ways(session: Session, town: Town, written: str, meant: str) -> None:
    load(session, town, table_of(OPEN.replace("30/11/2026 09:15", written)))

    assert only(session).received_at == at(meant)


@pytest.mark.parametrize(("due", "meant"), [("03/12/2026", "03/12/2026 17:00"), ("05/12/2026", "05/12/2026 23:59")])
def test_a_due_day_without_an_hour_ends_at_closing(session: Session, town: Town, due: str, meant: str) -> None:
    load(session, town, table_of(OPEN.replace("03/12/2026 09:15", due)))

    assert only(session).due_at == at(meant)


def test_days_without_hours_are_never_in_the_wrong_order(session: Session, town: Town) -> None:
    row = OPEN.replace(",4,", ",10,").replace("03/12/2026 09:15", "30/11/2026").replace("09:15", "18:00")

    load(session, town, table_of(f"{row},30/11/2026,30/11/2026", header=f"{HEADER},finished_at,returned_at"))

    dossier = only(session)
    received = at("30/11/2026 18:00")
    assert (dossier.due_at, dossier.finished_at, dossier.returned_at) == (received, received, received)


def test_a_dossier_without_a_promised_date_is_counted(session: Session, town: Town) -> None:
    report = load(session, town, table_of(OPEN.replace("03/12/2026 09:15", "")))

    assert (only(session).due_at, report.without_due) == (None, ["H15.50.05.13-261130-0975"])
    assert "Không có ngày hẹn trả / Without a due date: 1" in str(report).splitlines()


def test_all_the_optional_columns_are_kept(session: Session, town: Town) -> None:
    header = f"{HEADER},channel,applicant_id_number,applicant_address,note,lạ"
    report = load(session, town, table_of(f"{OPEN},trực tuyến,001177000123,Thôn Đông,Gọi trước,x", header=header))

    dossier = only(session)
    assert (dossier.channel, dossier.applicant_id_number) == (DossierChannel.ONLINE, "001177000123")
    assert (dossier.applicant_address, dossier.note) == ("Thôn Đông", "Gọi trước")
    assert str(report).splitlines()[-1] == "Cột không dùng đến / Columns not read: lạ"


def test_a_province_may_ask_for_codes_of_its_own(session: Session, town: Town) -> None:
    row = OPEN.replace("H15.50.05.13-261130-0975", "HY/2026/7")

    assert len(faults(session, town, row)) == 1
    load(session, town, table_of(row), code_pattern=re.compile(r"HY/\d{4}/\d+"))
    assert only(session).code == "HY/2026/7"


def test_the_older_form_of_codes_is_known(session: Session, town: Town) -> None:
    load(session, town, table_of(OPEN.replace("H15.50.05.13-261130-0975", "000.00.12.H49-261130-000123")))

    assert only(session).code == "000.00.12.H49-261130-000123"


def test_somebody_who_has_left_gets_no_dossiers(session: Session, town: Town) -> None:
    town.minh.active = False
    session.merge(town.minh)
    session.commit()

    assert faults(session, town, OPEN) == [(2, "No officer “minh” works at this office.")]


def test_many_rows_come_in_with_few_questions(session: Session, town: Town) -> None:
    told: list[tuple[int, int]] = []
    rows = [OPEN.replace("0975", f"{number:04}") for number in range(1200)]

    report = load(session, town, table_of(*rows), on_progress=lambda *done: told.append(done))

    assert told == [(500, 1200), (1000, 1200), (1200, 1200)]
    assert len(report.added) == session.scalar(select(func.count()).select_from(Dossier)) == 1200


# Excel.


def workbook(path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def read(path: Path) -> Table:
    return read_xlsx(path, required=REQUIRED_COLUMNS, optional=OPTIONAL_COLUMNS)


def test_an_excel_file_says_the_same_as_a_csv_file(session: Session, town: Town, tmp_path: Path) -> None:
    values = OPEN.replace("{procedure}", "1.004873").split(",")
    values[4:6] = [datetime(2026, 11, 30, 9, 15), datetime(2026, 12, 3)]  # type: ignore[list-item]  # noqa: DTZ001
    path = workbook(tmp_path / "hồ sơ.xlsx", HEADER.split(","), [], [*values[:6], 4, "minh"])

    report = load(session, town, read(path))

    dossier = only(session)
    assert report.added == ["H15.50.05.13-261130-0975"]
    assert (dossier.received_at, dossier.due_at) == (at("30/11/2026 09:15"), at("03/12/2026 17:00"))
    assert (dossier.status, dossier.applicant_phone) == (DossierStatus.PROCESSING, "0912345678")


def test_faults_of_an_excel_file_are_named_by_its_rows(session: Session, town: Town, tmp_path: Path) -> None:
    values = OPEN.replace("{procedure}", "1.004873").split(",")
    numbers = [*values[:3], 912345678, *values[4:]]
    path = workbook(tmp_path / "x.xlsx", HEADER.split(","), [None], [], numbers)

    with pytest.raises(ImportRefusedError) as caught:
        load(session, town, read(path))

    why = "Nếu tệp từ Excel, hãy để cột số dạng văn bản để không mất số 0 ở đầu."
    assert [(row.line, row.vi) for row in caught.value.rows] == [
        (4, f"Dữ liệu gửi lên không hợp lệ: số điện thoại. {why}")
    ]


def test_an_excel_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError) as caught:
        read(workbook(tmp_path / "x.xlsx", ["DANH SÁCH HỒ SƠ"], HEADER.split(",")))

    assert [row.en for row in caught.value.rows] == [f"Column “{name}” is missing." for name in REQUIRED_COLUMNS]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0 an old .xls", b"code,procedure_code\n"])
def test_what_is_no_excel_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)

    with pytest.raises(ImportRefusedError) as caught:
        read(tmp_path / "x.xlsx")

    assert [row.en for row in caught.value.rows] == [
        "The Excel file can't be read. Open it in Excel and save it again as .xlsx, without a password."
    ]


def test_an_empty_workbook_and_a_damaged_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError):
        read(workbook(tmp_path / "empty.xlsx"))
    with zipfile.ZipFile(tmp_path / "hollow.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(ImportRefusedError):
        read(tmp_path / "hollow.xlsx")


def test_a_file_that_would_unpack_without_end_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_rows, "MAX_UNPACKED", 1000)

    with pytest.raises(ImportRefusedError) as caught:
        read(workbook(tmp_path / "x.xlsx", HEADER.split(",")))

    assert [row.en for row in caught.value.rows] == ["The Excel file is too large."]


def test_an_excel_file_of_too_many_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_rows, "MAX_ROWS", 2)
    table = read(workbook(tmp_path / "x.xlsx", HEADER.split(","), *[["a"]] * 4))

    assert [(row.line, row.en) for row in table.faults] == [(4, "The file has more than 2 rows.")]


def take_in_one(session: Session, town: Town) -> Dossier:
    """Take a dossier in over our own counter."""
    return take_in(
        session,
        town.office,
        Intake(procedure="1.004873", applicant=Applicant("Trần Thị Bình")),
        received_by_id=town.lan.id,
        printer_id=None,
        calendar=working_calendar(session, town.office),
        qr_key=KEY,
        now=NINE.astimezone(UTC) + timedelta(minutes=5),
    )
