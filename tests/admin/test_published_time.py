"""Published times, fees and papers: every row of the real list, read by a person first."""

from __future__ import annotations

import csv
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.admin.domain.published_fee import PublishedFee, dong, parse_published_fee, with_amounts
from motcua.admin.domain.published_papers import PublishedPaper, parse_published_papers
from motcua.admin.domain.published_time import PublishedTime, parse_published_time
from motcua.admin.enums import DurationUnit
from motcua.admin.sample.centre import PROCEDURES

U = DurationUnit
FIFTEEN = time(15)


def days(amount: float, *more: object) -> tuple[object, ...]:
    """Expect working days, maybe with an extension: amount, unit and reason."""
    return (U.WORKING_DAYS, amount, None, *(more or (None, None, None)))


SAME_DAY = (U.SAME_DAY, None, FIFTEEN, None, None, None)
OPEN = (U.UNSPECIFIED, None, None, None, None, None)
W = U.WORKING_DAYS
#: Code, then unit, amount, cut-off, extension (amount, unit, reason), then the beginning of the review note.
EXPECTED = [
    ("1.001193", (U.SAME_DAY, None, FIFTEEN, 3, W, "khi phải xác minh"), None),
    ("1.000656", SAME_DAY, None),
    ("1.000894", OPEN, "Thời hạn: “ngay khi” không phải là số ngày hay giờ (“ngay khi đủ điều kiện; "),
    ("1.004873", days(3), None),
    ("1.004884", days(5), None),
    ("1.004772", days(5), None),
    ("1.005461", days(5), None),
    ("1.004746", days(5), None),
    ("1.004837", days(3), None),
    ("1.004845", days(2), None),
    ("1.001022", days(3, 5, W, "khi xác minh"), None),
    ("1.004859", OPEN, "Thời hạn: khác nhau theo từng trường hợp (“thay đổi/cải chính/"),
    ("2.000635", SAME_DAY, None),
    ("2.002516", OPEN, "Thời hạn: chưa có thông tin (“Không có thông tin trên portal”)."),
    ("1.003583", days(5), None),
    ("1.000689", days(3), None),
    ("2.000815", (U.SAME_DAY, None, FIFTEEN, 2, W, "nhiều bản, phức tạp"), None),
    ("2.000884", SAME_DAY, None),
    ("2.000908", days(1), None),
    ("2.001035", days(2), None),
    ("2.001019", days(2), None),
    ("2.001016", days(2), None),
    ("2.001406", days(2), None),
    ("2.000913", days(2), None),
    ("2.000927", SAME_DAY, None),
    ("2.000942", SAME_DAY, None),
    ("2.000992", SAME_DAY, None),
    ("1.001612", days(3), None),
    ("2.000720", days(3), None),
    ("2.000575", OPEN, "Thời hạn: chỉ có con số, không ghi đơn vị (“Không rõ (portal ghi "),
    ("1.001570", OPEN, "Thời hạn: chỉ có con số, không ghi đơn vị (“Không rõ (portal ghi "),
    ("1.001266", OPEN, "Thời hạn: chỉ có con số, không ghi đơn vị (“Không rõ (portal ghi "),
    ("1.011607", (U.CALENDAR_DAYS, 15, None, None, None, None), "Thời hạn: “ngày thường” được hiểu là ngày theo lịch,"),
    ("1.011608", (U.CALENDAR_DAYS, 15, None, None, None, None), "Thời hạn: “ngày thường” được hiểu là ngày theo lịch,"),
    ("1.011609", (U.CALENDAR_DAYS, 15, None, None, None, None), "Thời hạn: “ngày thường” được hiểu là ngày theo lịch,"),
    ("1.004222", days(7), None),
    ("1.004194", days(3), None),
    ("1.002755", days(3), None),
    (
        "1.010041",
        days(1, 2, W, "nếu phải xác minh"),
        "Thời hạn: “3 ngày làm việc nếu phải xác minh” được hiểu là toàn bộ",
    ),
    ("1.014061", days(7), None),
    ("1.013225", OPEN, "Thời hạn: khác nhau theo cách nộp hồ sơ (“portal: 15 ngày trực tiếp, "),
    ("1.013274", OPEN, "Thời hạn: khác nhau theo từng trường hợp (“5 ngày làm việc; đám tang 1 ngày”)."),
    ("1.012812", OPEN, "Thời hạn: ghi một khoảng, không phải một thời hạn (“30–40 ngày "),
    ("1.013978", OPEN, "Thời hạn: ghi một khoảng, không phải một thời hạn (“17–27 ngày làm việc "),
    ("2.001263", OPEN, "Thời hạn: chưa có thông tin (“Không có thông tin trong ô thời gian portal”)."),
    ("2.001255", days(5), None),
    ("1.002211", days(5), None),
    ("2.000986", OPEN, "Thời hạn: có phần chưa đọc được (“20 ngày làm việc (quyết định cũ)”)."),
    ("1.014027", days(10), None),
    ("1.001776", days(10), None),
    ("1.014137", days(5), None),
]
PROVINCE = "Phí, lệ phí: do HĐND tỉnh quy định. Hãy nhập mức của địa phương."
SEVERAL = "Phí, lệ phí: không phải một mức duy nhất. Hãy kiểm tra và nhập mức thu nếu có."
NO_FEE = "Phí, lệ phí: chưa có thông tin. Hãy nhập mức thu."
#: The rows whose fee is one figure, and what the figure is for.
ONE_FIGURE = {
    "1.001193": (0, ""),
    "1.004837": (0, ""),
    "1.004845": (0, ""),
    "2.000635": (8000, "bản"),
    "2.002516": (8000, "văn bản"),
    "1.003583": (0, ""),
    "2.000884": (10_000, "trường hợp"),
    "2.000908": (0, ""),
    "2.001035": (50_000, "giao dịch"),
    "2.001019": (50_000, "di chúc"),
    "2.001016": (50_000, "văn bản"),
    "2.001406": (50_000, "văn bản"),
    "2.000913": (30_000, "giao dịch"),
    "2.000927": (25_000, "giao dịch"),
    "2.000992": (10_000, "trường hợp"),
    "1.011607": (0, ""),
    "1.011608": (0, ""),
    "1.011609": (0, ""),
    "1.010041": (0, ""),
    "1.012812": (0, ""),
    "2.001263": (400_000, "trường hợp"),
    "2.001255": (0, ""),
    "1.002211": (0, ""),
    "2.000986": (0, ""),
    "1.014027": (0, ""),
    "1.001776": (0, ""),
    "1.014137": (0, ""),
}
#: The others, and why.
NO_FIGURE = {
    PROVINCE: [
        "1.000656", "1.004873", "1.004884", "1.004772", "1.005461", "1.004746", "1.001022", "1.004859", "1.000689",
        "1.001612", "2.000720", "2.000575", "1.001570", "1.001266", "1.013225",
    ],
    SEVERAL: ["1.000894", "2.000815", "2.000942", "1.004222", "1.004194", "1.002755", "1.013978"],
    NO_FEE: ["1.014061", "1.013274"],
}  # fmt: skip


def published() -> dict[str, dict[str, str]]:
    with PROCEDURES.open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


ROWS = published()


def parts(found: PublishedTime) -> tuple[object, ...]:
    return (
        found.unit,
        found.amount,
        found.same_day_cutoff,
        found.extension_amount,
        found.extension_unit,
        found.extension_reason,
    )


def test_the_table_has_every_row_of_the_list() -> None:
    assert [code for code, _, _ in EXPECTED] == list(ROWS)
    assert len(ROWS) == 51
    assert {*ONE_FIGURE, *(code for codes in NO_FIGURE.values() for code in codes)} == set(ROWS)


@pytest.mark.parametrize(("code", "expected", "note"), EXPECTED)
def test_every_published_time_is_read_as_a_person_reads_it(
    code: str, expected: tuple[object, ...], note: str | None
) -> None:
    found = parse_published_time(ROWS[code]["working_days_or_hours"])

    assert parts(found) == expected
    assert (found.review_note is None) == (note is None)
    assert (found.review_note or "").startswith(note or "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03 ngày làm việc", days(3)),
        ("03 (ba) ngày làm việc", days(3)),
        ("15 (mười lăm) ngày làm việc", days(15)),
        ("không quá 05 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ", days(5)),
        ("Trong thời hạn 10 ngày làm việc, kể từ ngày nhận được hồ sơ hợp lệ", days(10)),
        ("1/2 ngày làm việc", days(0.5)),
        ("0,5 ngày làm việc", days(0.5)),
        ("4 giờ làm việc", (U.WORKING_HOURS, 4, None, None, None, None)),
        ("20 ngày", (U.CALENDAR_DAYS, 20, None, None, None, None)),
        ("Trong ngày", (U.SAME_DAY, None, None, None, None, None)),
        ("Ngay trong ngày tiếp nhận hồ sơ", (U.SAME_DAY, None, None, None, None, None)),
        (
            "trong ngày làm việc; trường hợp nhận hồ sơ sau 15 giờ thì trả kết quả trong ngày làm việc tiếp theo",
            SAME_DAY,
        ),
        ("trong ngày; nhận sau 16h30: ngày làm việc kế tiếp", (U.SAME_DAY, None, time(16, 30), None, None, None)),
        ("5 ngày làm việc; kéo dài thêm không quá 3 ngày làm việc (phức tạp)", days(5, 3, W, "phức tạp")),
        ("5 ngày làm việc (+2 giờ làm việc nếu mất điện)", days(5, 2, U.WORKING_HOURS, "nếu mất điện")),
    ],
)
def test_other_common_wordings_are_read_too(text: str, expected: tuple[object, ...]) -> None:
    found = parse_published_time(text)

    assert (parts(found), found.review_note) == (expected, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "để trống"),
        ("3", "chỉ có con số, không ghi đơn vị"),
        ("24 giờ", "có phần chưa đọc được"),  # of the clock, or of work? Nobody says.
        ("2 tháng", "có phần chưa đọc được"),
        ("0 ngày làm việc", "có phần chưa đọc được"),
        ("05 (ba) ngày làm việc", "có phần chưa đọc được"),
        ("3-5 ngày làm việc", "ghi một khoảng"),
        ("từ 3 đến 5 ngày làm việc", "ghi một khoảng"),
        ("3 ngày làm việc (+3 khi xác minh)", "khác nhau theo từng trường hợp"),
        ("5 ngày làm việc; kéo dài tối đa 10 ngày làm việc", "khác nhau theo từng trường hợp"),
        ("3 ngày làm việc (2 ngày làm việc nếu gấp)", "khác nhau theo từng trường hợp"),
        ("3 ngày làm việc (10 ngày nếu phải xác minh)", "khác nhau theo từng trường hợp"),
        ("trong ngày; nhận sau 25 giờ: ngày làm việc tiếp theo", "khác nhau theo từng trường hợp"),
        ("khoảng 3 ngày làm việc", "có phần chưa đọc được"),
        ("3 ngày làm việc?", "có phần chưa đọc được"),
    ],
)
def test_what_is_not_understood_to_the_last_word_is_left_to_a_person(text: str, why: str) -> None:
    found = parse_published_time(text)

    assert parts(found) == OPEN
    assert (found.review_note or "").startswith(f"Thời hạn: {why}")


@given(st.text(max_size=80))
def test_any_text_has_an_answer_and_open_ones_a_note(text: str) -> None:
    found = parse_published_time(text)

    assert (found.unit == U.UNSPECIFIED) <= (found.review_note is not None)


@given(st.integers(1, 99), st.sampled_from(["ngày", "ngày làm việc", "giờ làm việc"]), st.text(min_size=1, max_size=9))
def test_a_time_with_anything_behind_it_is_not_that_time(amount: int, unit: str, rest: str) -> None:
    text = f"{amount} {unit} tùy việc {rest}"

    assert parse_published_time(text).unit == U.UNSPECIFIED


@pytest.mark.parametrize("code", ROWS)
def test_every_published_fee_is_one_figure_or_only_a_text(code: str) -> None:
    found = parse_published_fee(ROWS[code]["fee_vnd"])

    if code in ONE_FIGURE:
        assert found == PublishedFee(ONE_FIGURE[code][0], per=ONE_FIGURE[code][1])
    else:
        assert (found.vnd, code in NO_FIGURE[found.review_note or ""]) == (None, True)


@pytest.mark.parametrize(
    ("text", "vnd"),
    [
        ("50.000 đồng/giao dịch", 50_000),
        ("1.200.000đ", 1_200_000),
        ("Không thu phí", 0),
        ("miễn phí", 0),
        ("8000 hoặc 9000", None),
        ("8.0.00", None),
        ("-5000", None),
        ("9999999999999", None),
        ("", None),
    ],
)
def test_figures_may_be_written_in_several_ways(text: str, vnd: int | None) -> None:
    assert parse_published_fee(text).vnd == vnd


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "2000/trang; từ trang 3: 1000/trang; tối đa 200000/bản",
            "2.000 đồng/trang; từ trang 3: 1.000 đồng/trang; tối đa 200.000 đồng/bản",
        ),
        ("20000 trực tiếp; TT 75/2022/TT-BTC Điều 4", "20.000 đồng trực tiếp; TT 75/2022/TT-BTC Điều 4"),
        ("theo nghị quyết năm 2000, mức 150000", "theo nghị quyết năm 2000, mức 150.000 đồng"),
        ("5000 đồng", "5000 đồng"),
    ],
)
def test_amounts_in_a_text_are_written_as_people_read_them(text: str, shown: str) -> None:
    assert with_amounts(text) == shown
    assert dong(1_234_567) == "1.234.567 đồng"


def papers(code: str) -> list[tuple[str, bool, bool]]:
    found = parse_published_papers(ROWS[code]["papers"])
    return [(paper.name, paper.is_conditional, paper.is_shown_only) for paper in found.papers]


def test_papers_are_set_apart_and_told_apart() -> None:
    assert papers("1.001193") == [
        ("Tờ khai đăng ký khai sinh hoặc mẫu điện tử tương tác", False, False),
        ("Giấy chứng sinh (hoặc văn bản người làm chứng / giấy cam đoan)", False, False),
        ("Biên bản trẻ bị bỏ rơi hoặc xác nhận mang thai hộ (nếu có)", True, False),
        ("Văn bản ủy quyền (nếu ủy quyền; thân nhân không phải chứng thực)", True, False),
        ("Giấy tờ tùy thân hoặc số định danh cá nhân (xuất trình; tra cứu CSDLQGDC)", False, True),
    ]


@pytest.mark.parametrize(
    ("name", "is_conditional", "is_shown_only"),
    [
        ("Giấy chứng nhận quyền sở hữu/sử dụng (bản sao kèm xuất trình bản chính)", False, False),
        ("Bản sao Giấy chứng nhận kết hôn cũ, nếu không có thì bản sao hồ sơ", False, False),
        ("Giấy xác nhận cũ khi xin cấp lại", True, False),
        ("Giấy tờ cư trú (chỉ khi không khai thác được CSDL)", True, False),
        ("Biên bản họp/ủy quyền (tùy trường hợp)", True, False),
        ("CC01 in khi thu nhận", False, False),
        ("Xuất trình hộ chiếu", False, True),
    ],
)
def test_the_marks_of_a_paper(name: str, *, is_conditional: bool, is_shown_only: bool) -> None:
    assert parse_published_papers(name).papers == (PublishedPaper(name, is_conditional, is_shown_only),)


def test_lines_and_unbalanced_brackets_lose_no_paper() -> None:
    found = parse_published_papers("đơn (mẫu 01\nbản sao; ảnh) ; ;\n")

    assert [paper.name for paper in found.papers] == ["Đơn (mẫu 01", "Bản sao", "Ảnh)"]


@pytest.mark.parametrize("code", ["1.014027", "1.001776", "1.014137"])
def test_papers_nobody_checked_are_no_papers(code: str) -> None:
    found = parse_published_papers(ROWS[code]["papers"])

    assert found.papers == ()
    assert found.review_note == "Thành phần hồ sơ: chưa có thông tin. Hãy nhập các giấy tờ cần nộp."


def test_the_real_list_gives_this_many_papers() -> None:
    found = [paper for row in ROWS.values() for paper in parse_published_papers(row["papers"]).papers]

    conditional, shown = sum(paper.is_conditional for paper in found), sum(paper.is_shown_only for paper in found)
    assert (len(found), conditional, shown) == (136, 28, 15)
