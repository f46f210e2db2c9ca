"""Virtual printers: the newest paper under its number, every paper under its day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from motcua.kiosk.printing.printer import Paper, PrinterError
from motcua.kiosk.printing.status import Condition
from motcua.kiosk.printing.virtual import VirtualPrinter, safe_name
from tests.town import WEDNESDAY

THURSDAY = date(2026, 12, 3)


def paper(data: bytes, *, label: str = "A012", day: date = WEDNESDAY) -> Paper:
    return Paper(label=label, day=day, image=Image.new("1", (384, len(data)), 1), data=data)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_newest_paper_stands_under_its_number_and_no_older_one_is_lost(tmp_path: Path) -> None:
    printer = VirtualPrinter(tmp_path)

    for data, day in ((b"first", WEDNESDAY), (b"reprint", WEDNESDAY), (b"tomorrow", THURSDAY)):
        assert printer.print_paper(paper(data, day=day), ask_first=False) == Condition.OK

    assert files(tmp_path) == [
        "2026-12-02/A012-2.bin",
        "2026-12-02/A012-2.png",
        "2026-12-02/A012.bin",
        "2026-12-02/A012.png",
        "2026-12-03/A012.bin",
        "2026-12-03/A012.png",
        "A012.bin",
        "A012.png",
    ]
    assert (tmp_path / "A012.bin").read_bytes() == b"tomorrow"
    assert (tmp_path / "2026-12-02" / "A012.bin").read_bytes() == b"first"
    assert (tmp_path / "2026-12-02" / "A012-2.bin").read_bytes() == b"reprint"
    with Image.open(tmp_path / "A012.png") as picture:
        assert picture.size == (384, len(b"tomorrow"))


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("A012", "A012"),
        ("H99.01-261202-0017", "H99.01-261202-0017"),
        ("Đ012", "Đ012"),
        ("../../etc/passwd", "..-etc-passwd".strip(".-")),
        ("a/b\\c\0d", "a-b-c-d"),
        ("...", "paper"),
        ("", "paper"),
        ("A" * 300, "A" * 80),
    ],
)
def test_a_label_never_leads_out_of_the_folder(label: str, name: str) -> None:
    assert safe_name(label) == name


def test_a_folder_that_cannot_be_written_is_a_faulty_printer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    printer = VirtualPrinter(tmp_path / "file" / "folder")

    for attempt in (printer.ask, lambda: printer.print_paper(paper(b"x"), ask_first=False)):
        with pytest.raises(PrinterError) as caught:
            attempt()
        assert (caught.value.condition, caught.value.has_begun) == (Condition.FAULT, False)


def test_the_folder_is_made_when_it_is_needed(tmp_path: Path) -> None:
    assert VirtualPrinter(tmp_path / "new").ask() == Condition.OK
    assert (tmp_path / "new").is_dir()
