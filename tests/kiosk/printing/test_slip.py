"""What stands on the paper: every letter, nothing over the edge, and the approved look."""

from __future__ import annotations

import string
import unicodedata
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import fontpkg_be_vietnam_pro
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFont

from motcua.admin.enums import Language
from motcua.kiosk import receipt, slip
from motcua.kiosk.printing.escpos_bytes import escpos_bytes
from motcua.kiosk.receipt import draw_receipt
from motcua.kiosk.sheet import DOTS_PER_MM, Sheet, Type
from motcua.kiosk.slip import draw_ticket
from tests.kiosk.printing.decoder import decode
from tests.kiosk.printing.slips import ENGLISH_COPY, RECEIPT, TICKET, URL, receipt_with_words, with_words
from tests.town import HANOI

APPROVED = Path(__file__).parent / "approved"
VOWELS = "aăâeêioôơuưy"
TONES = "\u0300\u0301\u0303\u0309\u0323"
ACCENTED = sorted(
    {unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in ("", *TONES)} - set(VOWELS)
    | set("ăâêôơưđ")
)
EVERY_ACCENTED = "".join(ACCENTED) + "".join(ACCENTED).upper()
LONG = "Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con và cấp thẻ bảo hiểm y tế " * 4


def test_the_alphabet_of_these_tests_is_whole() -> None:
    assert len(EVERY_ACCENTED) == 134


@pytest.mark.parametrize("weight", ["Medium", "SemiBold", "Bold", "ExtraBold"])
def test_every_vietnamese_letter_has_a_shape_of_its_own(weight: str) -> None:
    """PRN-17: 134 letters, none of them the box of a missing glyph, no two alike."""
    file = fontpkg_be_vietnam_pro.ROOT / "files" / f"BeVietnamPro-{weight}.ttf"
    font = ImageFont.truetype(str(file), 48, layout_engine=ImageFont.Layout.BASIC)
    letters = EVERY_ACCENTED + string.ascii_letters + string.digits + "…–·×“”"
    missing = bytes(font.getmask("\U000e0041"))

    shapes = {letter: (font.getbbox(letter), bytes(font.getmask(letter))) for letter in letters}

    assert [letter for letter, (_, mask) in shapes.items() if mask == missing] == []
    assert len(set(shapes.values())) == len(letters)


@pytest.mark.parametrize("size", [22, 28, 36])
def test_accents_on_accents_are_not_cut_off(size: int) -> None:
    """PRN-17: a line has room for Ễ above and ặ below."""
    for letter in EVERY_ACCENTED:
        sheet = Sheet(80, longest_mm=50)
        sheet.text(letter, Type(size, "Bold"))

        assert ink_height(sheet.image()) == ink_height(on_plenty_of_room(letter, size))


def test_composed_and_decomposed_names_make_the_same_paper() -> None:
    """PRN-17: NFC = NFD."""
    composed, decomposed = (
        unicodedata.normalize(form, f"Nguyễn Thị Bích Phượng {EVERY_ACCENTED}") for form in ("NFC", "NFD")
    )
    assert composed != decomposed

    tickets = [
        replace(with_words(words), label=unicodedata.normalize(form, "Ễ012"))
        for form, words in (("NFC", composed), ("NFD", decomposed))
    ]
    assert draw_ticket(tickets[0], 80).tobytes() == draw_ticket(tickets[1], 80).tobytes()
    composed_receipt, decomposed_receipt = (
        replace(RECEIPT, applicant=name, office=name) for name in (composed, decomposed)
    )
    assert draw_receipt(composed_receipt, 80).tobytes() == draw_receipt(decomposed_receipt, 80).tobytes()


def test_control_characters_and_turning_marks_leave_no_trace() -> None:
    """PRN-18, before a byte is made."""
    hostile = "H\x1bộ\x00 t\u202eịch,\x07 nuôi\x1d con\u200b nuôi"

    drawn = draw_ticket(replace(TICKET, service=hostile.replace("\x1b", "").replace("\x1d", "")), 80)
    assert drawn.height == draw_ticket(TICKET, 80).height


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_long_words_wrap_and_are_cut_within_the_paper(paper_mm: int) -> None:
    """PRN-19: 300 letters in every field, 40 papers; bounded, whole to the QR code, and cut."""
    for words in (LONG, "W" * 300, "ễ" * 300):
        ticket = draw_ticket(replace(with_words(words), is_priority=True, copy_number=12), paper_mm)
        paper = draw_receipt(
            replace(receipt_with_words(words), language=Language.EN, copy_number=12, is_provisional=True), paper_mm
        )

        assert ticket.height < slip.LONGEST_MM * DOTS_PER_MM
        assert paper.height < receipt.LONGEST_MM * DOTS_PER_MM
        for drawn in (ticket, paper):
            printed = decode(escpos_bytes(drawn))
            assert printed.is_cut
            assert [code.text for code in zxingcpp.read_barcodes(printed.image)] == [URL]
            assert margins(drawn) >= (0, 0)


def test_a_sheet_ends_at_its_greatest_length() -> None:
    sheet = Sheet(80, longest_mm=10)
    for _ in range(40):
        sheet.text("Một dòng ghi chú", Type(28))

    assert sheet.image().height == 80


@pytest.mark.parametrize(("paper_mm", "least_mm"), [(80, 20), (58, 17)])
def test_the_number_is_as_tall_as_the_paper_allows(paper_mm: int, least_mm: int) -> None:
    sheet = Sheet(paper_mm, longest_mm=100)
    sheet.giant("A012", least_mm=20)
    ink = ImageChops.invert(sheet.image().convert("L")).getbbox()

    assert ink is not None
    assert ink[3] - ink[1] >= least_mm * DOTS_PER_MM
    assert ink[0] >= 11
    assert ink[2] <= sheet.width - 11


@pytest.mark.parametrize("label", ["A1", "A012", "A1234", "ABC99999", "ĐĐĐ999999", "1"])
def test_no_label_is_wider_than_the_paper(label: str) -> None:
    for paper_mm in (58, 80):
        assert margins(draw_ticket(replace(TICKET, label=label), paper_mm)) >= (11, 11)


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_the_code_is_wide_enough_and_has_its_quiet_zone(paper_mm: int) -> None:
    drawn = draw_ticket(TICKET, paper_mm).convert("L")
    (code,) = zxingcpp.read_barcodes(drawn)
    place = code.position
    width = place.top_right.x - place.top_left.x
    module = round(width / 33)
    box = (
        place.top_left.x - 4 * module,
        place.top_left.y - 4 * module,
        place.bottom_right.x + 4 * module,
        place.bottom_right.y + 4 * module,
    )
    ink = ImageChops.invert(drawn.crop(box)).getbbox()

    assert code.text == URL
    assert width >= 28 * DOTS_PER_MM
    assert ink is not None
    assert min(ink[0], ink[1], box[2] - box[0] - ink[2], box[3] - box[1] - ink[3]) >= 4 * module - 2


def test_a_reprint_says_so_and_a_first_paper_does_not() -> None:
    first, second = draw_ticket(TICKET, 80), draw_ticket(replace(TICKET, copy_number=2), 80)

    band = second.crop((0, 0, second.width, 40)).convert("L")
    rest = second.crop((0, second.height - first.height, second.width, second.height))
    assert sum(dot == 0 for dot in band.tobytes()) > band.width * band.height / 2
    assert rest.tobytes() == first.tobytes()


def test_the_paper_is_pure_black_and_white() -> None:
    assert {draw_ticket(TICKET, 80).mode, draw_receipt(RECEIPT, 80).mode} == {"1"}


def test_each_thing_a_receipt_may_say_changes_the_paper() -> None:
    base = draw_receipt(RECEIPT, 80).tobytes()
    variants = [
        replace(RECEIPT, due_at=None),
        replace(RECEIPT, is_provisional=True),
        replace(RECEIPT, first_due_at=datetime(2026, 12, 4, 16, 30, tzinfo=HANOI)),
        replace(RECEIPT, papers=()),
        replace(RECEIPT, received_by=None),
        replace(RECEIPT, duration=None),
        replace(RECEIPT, address=None),
        replace(RECEIPT, hotline=None),
        replace(RECEIPT, language=Language.EN),
        replace(RECEIPT, copy_number=2),
    ]

    assert len({base, *(draw_receipt(variant, 80).tobytes() for variant in variants)}) == len(variants) + 1


@pytest.mark.parametrize("name", ["ticket-80", "ticket-58", "ticket-english-copy-80", "receipt-80", "receipt-58"])
def test_papers_look_as_approved(name: str) -> None:
    """The pictures in ``approved/`` are what a reviewer looked at.

    Versions of FreeType place single dots differently, so the comparison
    forgives dots and not layout: size within two rows, and no more than two
    dots in a thousand different once both are seen at a quarter of the size.
    """
    approved = Image.open(APPROVED / f"{name}.png").convert("L")
    drawn = PAPERS[name].convert("L")

    assert drawn.width == approved.width
    assert abs(drawn.height - approved.height) <= 2
    assert difference(drawn, approved) <= 0.002


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return which part of two papers differs clearly, seen from a little farther away."""
    size = (one.width // 4, min(one.height, other.height) // 4)
    box = (0, 0, size[0] * 4, size[1] * 4)
    far = ImageChops.difference(*(image.resize(size, Image.Resampling.BOX, box) for image in (one, other)))
    return sum(dot > 96 for dot in far.tobytes()) / (size[0] * size[1])


def on_plenty_of_room(letter: str, size: int) -> Image.Image:
    file = fontpkg_be_vietnam_pro.ROOT / "files" / "BeVietnamPro-Bold.ttf"
    font = ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)
    room = Image.new("1", (200, 200), 1)
    ImageDraw.Draw(room).text((80, 80), letter, font=font, fill=0)
    return room


def ink_height(image: Image.Image) -> int:
    ink = ImageChops.invert(image.convert("L")).getbbox()
    assert ink is not None
    return ink[3] - ink[1]


def margins(drawn: Image.Image) -> tuple[int, int]:
    """Return how many dots are white at the left and at the right of everything, bands left out."""
    ink = ImageChops.invert(drawn.convert("L")).getbbox()
    assert ink is not None
    return ink[0], drawn.width - ink[2]


PAPERS = {
    "ticket-80": draw_ticket(TICKET, 80),
    "ticket-58": draw_ticket(TICKET, 58),
    "ticket-english-copy-80": draw_ticket(ENGLISH_COPY, 80),
    "receipt-80": draw_receipt(RECEIPT, 80),
    "receipt-58": draw_receipt(RECEIPT, 58),
}

if __name__ == "__main__":  # python -m tests.kiosk.printing.test_slip: look at what changed, then commit it
    for name, paper in PAPERS.items():
        paper.save(APPROVED / f"{name}.png")
