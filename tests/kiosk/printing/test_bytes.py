"""The bytes a paper becomes: nothing but our own commands, in pieces a small printer can hold."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from motcua.kiosk.printing.escpos_bytes import FRAGMENT_ROWS, escpos_bytes, without_commands
from motcua.kiosk.receipt import draw_receipt
from motcua.kiosk.sheet import Sheet, Type
from motcua.kiosk.slip import draw_ticket
from tests.kiosk.printing.decoder import decode
from tests.kiosk.printing.slips import TICKET, receipt_with_words, with_words

HOSTILE = "\x1b@\x1dV\x00\x1bp\x00\x07\u202e\u2066Hộ\x9b tịch"
AT_ONCE = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


def test_the_picture_comes_out_as_it_was_drawn() -> None:
    for paper_mm in (58, 80):
        drawn = draw_ticket(TICKET, paper_mm)

        printed = decode(escpos_bytes(drawn))

        paper = printed.image.crop((0, 0, *drawn.size))
        assert paper.tobytes() == without_commands(drawn).convert("L").tobytes()
        assert printed.is_cut


def test_no_fragment_is_higher_than_a_small_printer_holds() -> None:
    image = draw_ticket(TICKET, 80)

    printed = decode(escpos_bytes(image))

    assert max(printed.fragments) == FRAGMENT_ROWS
    assert sum(printed.fragments) == image.height


def test_1000_random_images_hold_no_real_time_command() -> None:
    """PRN-23: DLE EOT, DLE ENQ and DLE DC4 are obeyed even inside image data."""
    chance = random.Random(23)
    found = 0
    for _ in range(1000):
        # Mostly the dangerous bytes, so that every neighbourhood occurs.
        data = bytes(chance.choice(b"\x10\x04\x05\x14\x00\xff\x18") for _ in range(48 * 8))
        image = Image.frombytes("1", (384, 8), bytes(byte ^ 0xFF for byte in data))

        sent = escpos_bytes(image)

        found += any(command in sent for command in AT_ONCE)

    assert found == 0


def test_taking_a_command_out_adds_dots_and_removes_none() -> None:
    dots = b"\x10\x04\x10\x10\x05" + bytes(43)
    image = Image.frombytes("1", (384, 1), bytes(byte ^ 0xFF for byte in dots))

    left = bytes(byte ^ 0xFF for byte in without_commands(image).tobytes())

    assert left == b"\x18\x04\x10\x18\x05" + bytes(43)


@settings(max_examples=500, deadline=None)
@given(words=st.text(max_size=60))
def test_no_text_reaches_the_printer_as_a_command(words: str) -> None:
    """PRN-18: 500 random strings; the decoder refuses every byte that is not ours."""
    sheet = Sheet(58, longest_mm=100)
    sheet.text(words + HOSTILE, Type(28, lines=3))
    sheet.giant(words[:12], least_mm=10)

    assert decode(escpos_bytes(sheet.image())).is_cut


def test_no_field_reaches_the_printer_as_a_command() -> None:
    """PRN-18: ESC @, cut, drawer pulse, NUL, BEL and turning marks in every printed field."""
    for drawn in (draw_ticket(with_words(HOSTILE), 58), draw_receipt(receipt_with_words(HOSTILE), 58)):
        assert decode(escpos_bytes(drawn)).is_cut


def test_making_bytes_leaves_nothing_behind(tmp_path: Path) -> None:
    """python-escpos makes a temporary folder and configures the root logger when it is imported."""
    program = (
        "import logging\n"
        "from PIL import Image\n"
        "from motcua.kiosk.printing.escpos_bytes import escpos_bytes\n"
        "escpos_bytes(Image.new('1', (576, 8), 1))\n"
        "assert logging.root.handlers == [] and logging.root.level == logging.WARNING\n"
    )

    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", program], check=True, env=os.environ | {"TMPDIR": str(tmp_path)}
    )

    assert list(tmp_path.iterdir()) == []


def test_nothing_but_the_bytes_module_knows_the_library() -> None:
    """PRN-21: no device class of python-escpos carries a byte."""
    kiosk = Path(__file__).parents[3] / "kiosk"
    imports = re.compile(r"^\s*(from|import) escpos\b", re.MULTILINE)
    importers = [path.name for path in sorted(kiosk.rglob("*.py")) if imports.search(path.read_text("utf-8"))]

    assert importers == ["escpos_bytes.py"]
    assert "from escpos.printer import Dummy" in (kiosk / "printing" / "escpos_bytes.py").read_text("utf-8")


@pytest.mark.parametrize(("paper_mm", "dots"), [(58, 384), (80, 576)])
def test_the_picture_is_as_wide_as_the_paper_can_be_reached(paper_mm: int, dots: int) -> None:
    assert draw_ticket(TICKET, paper_mm).width == dots
