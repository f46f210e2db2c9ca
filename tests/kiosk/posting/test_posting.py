"""The public posting: what is in force today, found without accents, said in plain words, never invented."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from motcua.admin.enums import DurationUnit
from motcua.admin.models import Office, Procedure, ProcedureVersion
from tests.town import add_procedure

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua

from tests.kiosk.posting.reading import names, post, shown

# The list.


def test_everything_in_force_is_listed_by_field_with_counts(reader: FlaskClient) -> None:
    page = shown(reader, "/procedures/")

    assert "Thủ tục hành chính 51 thủ tục đang có hiệu lực. Quý khách chọn lĩnh vực hoặc tìm theo tên." in page
    assert "Lĩnh vực Tất cả lĩnh vực 51 Hộ tịch 17 Chứng thực 11 Thành lập và hoạt động doanh nghiệp" in page
    assert len(names(reader, "")) == 51


def test_a_line_says_time_fee_and_code_and_flags_what_is_not_verified(reader: FlaskClient) -> None:
    page = shown(reader, "/procedures/")

    assert "Đăng ký khai sinh Trong ngày Không thu phí 1.001193 Đăng ký khai sinh cho người đã có" in page
    assert "3 ngày làm việc Phí: xem chi tiết 1.004873 Đang kiểm tra lại" in page
    assert "8.000 đồng/bản 2.000635" in page
    assert "Thời hạn: vui lòng hỏi cán bộ 8.000 đồng/văn bản 2.002516" in page
    assert "5 ngày làm việc; đám tang 1 ngày Phí: vui lòng hỏi cán bộ 1.013274" in page
    assert page.count("Đang kiểm tra lại") == 16


def test_names_are_sorted_as_vietnamese_is(session: Session, visitor: FlaskClient) -> None:
    rows = ("Đăng ký", "Cấp đổi", "Cấp bản sao", "Xác nhận", "Ân xá", "An toàn")
    post(session, *(f"1.00000{number},{name},Hộ tịch,Cấp xã,,,,,yes," for number, name in enumerate(rows)))

    assert names(visitor, "") == ["An toàn", "Ân xá", "Cấp bản sao", "Cấp đổi", "Đăng ký", "Xác nhận"]


def test_one_field_can_be_chosen(session: Session, reader: FlaskClient) -> None:
    field = session.scalars(select(Procedure).where(Procedure.code == "1.012812")).one().field_id

    assert len(names(reader, f"field={field}")) == 2
    assert names(reader, f"field={field}&q=hoa+giai") == ["Hòa giải tranh chấp đất đai"]
    assert "Không tìm thấy thủ tục nào" in shown(reader, "/procedures/?field=999999")
    assert len(names(reader, "field=x")) == 51


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("dang ky khai sinh luu dong", ["Đăng ký khai sinh lưu động"]),
        ("ĐĂNG KÝ  lưu-động", []),
        ("động   LƯU sinh", ["Đăng ký khai sinh lưu động"]),
        ("1.001193", ["Đăng ký khai sinh"]),
        ("001193", ["Đăng ký khai sinh"]),
        ("di chuc", ["Chứng thực di chúc"]),
        ("dat dai hoa giai", ["Hòa giải tranh chấp đất đai"]),
        ("chet", []),
        ("giam ho", ["Đăng ký chấm dứt giám hộ", "Đăng ký giám hộ"]),
        ("di%", []),
        ("di_chuc", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("<script>alert(1)</script>", []),
    ],
)
def test_search_reads_words_and_nothing_else(reader: FlaskClient, query: str, found: list[str]) -> None:
    answer = reader.get("/procedures/", query_string={"q": query})

    listed = re.findall(r'class="line__name" lang="vi">([^<]*)<', answer.get_data(as_text=True))
    assert listed == found
    assert "<script>alert" not in answer.get_data(as_text=True)


def test_search_without_accents_finds_what_search_with_accents_finds(reader: FlaskClient) -> None:
    assert names(reader, "q=khai+sinh") == names(reader, "q=KHAI%20SINH") == names(reader, "q=kha%CC%81i+sinh")
    assert len(names(reader, "q=khai+sinh")) == 7
    assert "7 thủ tục cho “khai sinh”" in shown(reader, "/procedures/?q=khai+sinh")


@pytest.mark.parametrize("query", ["", "%20%20", "%00", "%E2%80%8B"])
def test_an_empty_search_lists_everything(reader: FlaskClient, query: str) -> None:
    assert len(names(reader, f"q={query}")) == 51


def test_a_search_without_end_is_cut(reader: FlaskClient) -> None:
    assert "Không tìm thấy thủ tục nào" in shown(reader, f"/procedures/?q={'x' * 5000}")
    assert names(reader, f"q={'chuc+' * 20}+khong+doc+den") == names(reader, "q=chuc")


def test_what_is_not_in_force_today_is_not_posted(session: Session, visitor: FlaskClient, motcua: Motcua) -> None:
    old, coming, ended, switched_off = (
        add_procedure(session, f"1.00000{number}", name)
        for number, name in enumerate(("Có hiệu lực", "Sắp có", "Đã hết", "Đã tắt"))
    )
    assert old.effective_to is None
    coming.effective_from = date(2026, 12, 3)
    ended.effective_to = date(2026, 12, 2)
    switched_off.procedure.is_active = False
    session.commit()

    assert names(visitor, "") == ["Có hiệu lực"]
    assert [visitor.get(f"/procedures/1.00000{number}").status_code for number in range(4)] == [200, 404, 404, 404]

    motcua.clock = lambda: datetime(2026, 12, 2, 17, 0, tzinfo=UTC)  # midnight in Hanoi
    assert names(visitor, "") == ["Có hiệu lực", "Sắp có"]


def test_the_newest_version_in_force_is_shown_and_the_older_one_no_more(session: Session, visitor: FlaskClient) -> None:
    first = add_procedure(session, "1.000001", "Tên cũ")
    first.effective_to = date(2026, 12, 1)
    session.add(
        ProcedureVersion(
            procedure=first.procedure, number=2, name="Tên mới", effective_from=date(2026, 12, 1), time_as_published=""
        )
    )
    session.commit()

    assert names(visitor, "") == ["Tên mới"]
    assert "Tên mới Mã thủ tục 1.000001 Cấp xã Niêm yết từ 01/12/2026" in shown(visitor, "/procedures/1.000001")


def test_an_office_without_procedures_says_so(visitor: FlaskClient) -> None:
    page = shown(visitor, "/procedures/")

    assert "0 thủ tục đang có hiệu lực." in page
    assert "Không tìm thấy thủ tục nào" in page


# A page.


def test_a_page_says_everything_the_law_asks_to_post(reader: FlaskClient) -> None:
    page = shown(reader, "/procedures/1.001193")

    assert "Đăng ký khai sinh Mã thủ tục 1.001193 Cấp xã Niêm yết từ 01/01/2026" in page
    assert (
        "Thời hạn giải quyết Trong ngày Nộp từ 15:00 trở đi: trả kết quả vào ngày làm việc tiếp theo. "
        "Thêm tối đa 3 ngày làm việc ( khi phải xác minh )" in page
    )
    assert "Phí, lệ phí Không thu phí" in page
    assert "Giấy tờ phải nộp Tờ khai đăng ký khai sinh hoặc mẫu điện tử tương tác Giấy chứng sinh" in page
    assert "Chỉ trong một số trường hợp Biên bản trẻ bị bỏ rơi" in page
    assert "Chỉ xuất trình, nhận lại ngay Giấy tờ tùy thân" in page
    assert "Trình tự thực hiện Trình tự chưa được nhập – vui lòng hỏi cán bộ." in page
    assert "Nơi nộp hồ sơ Trung tâm PVHCC xã Châu Ninh Thôn Trung Thứ Hai – Thứ Sáu 07:00–11:30, 13:30–17:00" in page
    assert "Đường dây nóng 0221 3 999 999 Hòm thư góp ý gopy@chauninh.test" in page
    assert "Căn cứ pháp lý Quyết định công bố 163/QĐ-BTP" in page
    assert "kiểm tra lại" not in page


def test_what_nobody_verified_is_flagged(reader: FlaskClient) -> None:
    page = shown(reader, "/procedures/1.014027")

    assert "Đang được kiểm tra lại – vui lòng hỏi cán bộ. Một phần thông tin dưới đây chưa được xác nhận." in page
    assert "Thành phần hồ sơ chưa được nhập – vui lòng hỏi cán bộ." in page
    assert "Căn cứ pháp lý Căn cứ pháp lý chưa được xác nhận – vui lòng hỏi cán bộ." in page
    assert "GitHub" not in page


def test_laws_are_named_where_the_record_is_verified_and_only_there(reader: FlaskClient) -> None:
    assert "Quyết định công bố 3152/QĐ-BTP Nghị định 23/2015/NĐ-CP Điều 7, Điều 21" in shown(
        reader, "/procedures/2.000815"
    )
    assert "123/2015" not in shown(reader, "/procedures/1.004884")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "1.004859",
            "Bổ sung thông tin: trong ngày, sau 15 giờ: ngày làm việc tiếp theo Cán bộ sẽ báo ngày hẹn trả kết quả.",
        ),
        ("2.002516", "Thời hạn giải quyết Chưa công bố thời hạn Quý khách vui lòng hỏi cán bộ."),
        ("2.000575", "Thời hạn giải quyết Chưa công bố thời hạn Quý khách vui lòng hỏi cán bộ."),
        ("1.011607", "Thời hạn giải quyết 15 ngày Phí, lệ phí Không thu phí"),
        ("2.000815", "Phí, lệ phí 2.000 đồng/trang Từ trang 3: 1.000 đồng/trang Tối đa 200.000 đồng/bản"),
        ("1.014061", "Phí, lệ phí Chưa công bố mức thu Quý khách vui lòng hỏi cán bộ."),
        ("2.001263", "Phí, lệ phí 400.000 đồng/trường hợp 400.000 đồng/trường hợp; có miễn"),
        ("1.001612", "Phí, lệ phí Hội đồng nhân dân tỉnh (Cổng Dịch vụ công ví dụ 150.000 đồng)"),
        ("1.000656", "Phí, lệ phí 0 đồng nếu đúng hạn Quá hạn: Hội đồng nhân dân tỉnh"),
    ],
)
def test_what_has_no_single_answer_is_said_case_by_case_or_left_open(reader: FlaskClient, code: str, said: str) -> None:
    assert said in shown(reader, f"/procedures/{code}")


@pytest.mark.parametrize(
    ("unit", "amount", "vi", "en"),
    [
        (DurationUnit.WORKING_HOURS, 4, "4 giờ làm việc", "4 working hours"),
        (DurationUnit.WORKING_HOURS, 1, "1 giờ làm việc", "1 working hour"),
        (DurationUnit.WORKING_DAYS, 1, "1 ngày làm việc", "1 working day"),
        (DurationUnit.WORKING_DAYS, 0.5, "0,5 ngày làm việc", "0,5 working days"),
        (DurationUnit.CALENDAR_DAYS, 1, "1 ngày", "1 day"),
        (DurationUnit.CALENDAR_DAYS, 20, "20 ngày", "20 days"),
        (DurationUnit.SAME_DAY, None, "Trong ngày", "On the same day"),
    ],
)
def test_a_decided_time_counts_more_than_the_text(
    session: Session, visitor: FlaskClient, unit: DurationUnit, amount: float | None, vi: str, en: str
) -> None:
    add_procedure(session, "1.000001", "Tên", amount, unit).time_as_published = "3 đến 5"
    session.commit()

    assert f"Thời hạn giải quyết {vi} Phí" in shown(visitor, "/procedures/1.000001")
    assert f"How long it takes {en} What it costs" in shown(visitor, "/procedures/1.000001?lang=en")


def test_a_fee_somebody_entered_counts_more_than_the_text(session: Session, visitor: FlaskClient) -> None:
    version = add_procedure(session, "1.000001")
    version.fee_vnd, version.fee_as_published = 15_000, "HĐND tỉnh"
    session.commit()

    assert "Phí, lệ phí 15.000 đồng Hội đồng nhân dân tỉnh" in shown(visitor, "/procedures/1.000001")


def test_an_extension_of_every_kind_is_told(session: Session, visitor: FlaskClient) -> None:
    version = add_procedure(session, "1.000001")
    version.extension_amount, version.extension_unit, version.extension_reason = 2, DurationUnit.CALENDAR_DAYS, None
    version.same_day_cutoff = time(16, 30)
    session.commit()

    page = shown(visitor, "/procedures/1.000001?lang=en")
    assert "Handed in from 16:30 on: the next working day. Up to 2 more days What it costs" in page


def test_the_steps_are_listed_where_they_are_known(session: Session, visitor: FlaskClient) -> None:
    post(session, '1.000001,Tên,Hộ tịch,Cấp xã,,0,,"QĐ 12 của tỉnh",yes,"Nộp hồ sơ.\n\nNhận kết quả."')

    page = visitor.get("/procedures/1.000001").get_data(as_text=True)
    assert '<ol class="steps"><li lang="vi">Nộp hồ sơ.</li><li lang="vi">Nhận kết quả.</li></ol>' in page
    assert "Căn cứ pháp lý QĐ 12 của tỉnh" in shown(visitor, "/procedures/1.000001")


def test_texts_of_the_record_are_never_markup(session: Session, client: FlaskClient, office: Office) -> None:
    bad = "<img src=x onerror=alert(1)>"
    post(session, f"1.000001,{bad},{bad},{bad},{bad},{bad},{bad},{bad},yes,{bad}")
    office.name = office.hotline = office.suggestion_box = bad[:40]
    session.merge(office)
    session.commit()

    for address in ("/procedures/", "/procedures/1.000001", "/procedures/?lang=en", f"/procedures/?q={bad}"):
        assert "<img" not in client.get(address).get_data(as_text=True)
