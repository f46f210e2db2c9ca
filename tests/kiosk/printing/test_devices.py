"""Printers behind nodes of the machine: a pseudo terminal, a pipe, a plain file; and the spooler's command."""

from __future__ import annotations

import os
import pty
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from motcua.kiosk.printing.devices import DevicePrinter, FilePrinter
from motcua.kiosk.printing.printer import Paper, Patience, PrinterError
from motcua.kiosk.printing.spooler import SpoolerPrinter
from motcua.kiosk.printing.status import Condition
from tests.kiosk.printing.fake_printer import GOOD, PAPER_END
from tests.town import WEDNESDAY

PATIENCE = Patience(write=0.2, answer=0.3, mm_a_second=1e6)
PAPER = Paper(label="A012", day=WEDNESDAY, image=Image.new("1", (384, 80), 1), data=bytes(range(32, 127)) * 100)


class Cable:
    """A printer at the other end of a pseudo terminal."""

    def __init__(self, answers: dict[int, bytes]) -> None:
        self.printer, self.computer = pty.openpty()
        tty.setraw(self.computer)
        self.path = os.ttyname(self.computer)
        self.data = bytearray()
        self._answers = answers
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        heard = b""
        while True:
            try:
                heard += os.read(self.printer, 4096)
            except OSError:
                return
            while (at := heard.find(b"\x10\x04")) >= 0 and len(heard) > at + 2:
                self.data += heard[:at]
                os.write(self.printer, self._answers.get(heard[at + 2], b""))
                heard = heard[at + 3 :]
            if b"\x10" not in heard:
                self.data += heard
                heard = b""

    def close(self) -> None:
        os.close(self.computer)
        self._thread.join(1)
        os.close(self.printer)


@contextmanager
def cable(answers: dict[int, bytes]) -> Iterator[Cable]:
    line = Cable(answers)
    try:
        yield line
    finally:
        line.close()


@pytest.mark.parametrize("baud", [None, 115200])
def test_a_printer_on_a_cable_prints_and_answers(baud: int | None) -> None:
    with cable(GOOD) as line:
        printer = DevicePrinter(line.path, patience=PATIENCE, baud=baud)

        assert printer.print_paper(PAPER, ask_first=True) == Condition.OK
        assert bytes(line.data) == PAPER.data
        assert printer.ask() == Condition.OK


def test_a_printer_on_a_cable_says_that_its_paper_is_out() -> None:
    with cable(PAPER_END) as line:
        assert DevicePrinter(line.path, patience=PATIENCE).ask() == Condition.PAPER_END


def test_a_silent_printer_on_a_cable_is_unknown() -> None:
    with cable({}) as line:
        assert DevicePrinter(line.path, patience=PATIENCE).print_paper(PAPER, ask_first=False) == Condition.UNKNOWN


def test_a_pulled_cable_is_unreachable(tmp_path: Path) -> None:
    printer = DevicePrinter(str(tmp_path / "lp0"), patience=PATIENCE)

    for attempt in (printer.ask, lambda: printer.print_paper(PAPER, ask_first=False)):
        with pytest.raises(PrinterError) as caught:
            attempt()
        assert (caught.value.condition, caught.value.has_begun) == (Condition.UNREACHABLE, False)


def test_a_cable_that_takes_nothing_more_lets_go_in_time() -> None:
    printer, computer = pty.openpty()
    tty.setraw(computer)
    endless = Paper("A012", WEDNESDAY, PAPER.image, bytes(1_000_000))

    with pytest.raises(PrinterError) as caught:
        DevicePrinter(os.ttyname(computer), patience=PATIENCE).print_paper(endless, ask_first=False)

    assert caught.value.has_begun is True
    os.close(computer)
    os.close(printer)


def test_a_slow_line_is_given_the_time_it_needs() -> None:
    quick, slow = (DevicePrinter("/dev/ttyUSB0", patience=PATIENCE, baud=baud) for baud in (115200, 38400))

    assert slow.longest(PAPER) - quick.longest(PAPER) == pytest.approx(len(PAPER.data) * 10 * (1 / 38400 - 1 / 115200))


def test_a_pipe_gets_the_bytes_and_vouches_for_nothing(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    other_end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    printer = FilePrinter(pipe, may_be_plain=False, patience=PATIENCE)

    assert printer.print_paper(PAPER, ask_first=False) == Condition.UNKNOWN
    assert os.read(other_end, 100_000) == PAPER.data
    assert printer.ask() == Condition.UNKNOWN
    os.close(other_end)


def test_a_pipe_that_nobody_reads_is_unreachable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(PrinterError) as caught:
        FilePrinter(tmp_path / "pipe", may_be_plain=False, patience=PATIENCE).print_paper(PAPER, ask_first=False)

    assert caught.value.has_begun is False


def test_a_name_in_the_folder_is_a_file_that_grows(tmp_path: Path) -> None:
    printer = FilePrinter(tmp_path / "out" / "spool.bin", may_be_plain=True, patience=PATIENCE)

    for _ in range(2):
        assert printer.print_paper(PAPER, ask_first=False) == Condition.UNKNOWN

    assert (tmp_path / "out" / "spool.bin").read_bytes() == PAPER.data * 2


def test_a_full_path_never_writes_over_a_file(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")

    with pytest.raises(PrinterError, match="is neither a device nor a pipe"):
        FilePrinter(precious, may_be_plain=False, patience=PATIENCE).print_paper(PAPER, ask_first=False)

    assert precious.read_text() == "precious"


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("SPOOL", str(tmp_path))
    return folder


def install_lp(folder: Path, script: str) -> None:
    (folder / "lp").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "lp").chmod(0o755)


def test_the_spooler_is_handed_the_bytes_untouched(commands: Path, tmp_path: Path) -> None:
    install_lp(commands, 'echo "$@" > "$SPOOL/words"; cat > "$SPOOL/data"')

    condition = SpoolerPrinter("Sanh").print_paper(PAPER, ask_first=False)

    assert condition == SpoolerPrinter("Sanh").ask() == Condition.UNKNOWN
    assert (tmp_path / "words").read_text() == "-d Sanh -o raw -t A012 -\n"
    assert (tmp_path / "data").read_bytes() == PAPER.data


def test_a_queue_the_spooler_does_not_know_is_unreachable(commands: Path) -> None:
    install_lp(commands, 'cat > /dev/null; echo "lp: no such queue" >&2; exit 1')

    with pytest.raises(PrinterError, match="unreachable: lp: no such queue") as caught:
        SpoolerPrinter("Nowhere").print_paper(PAPER, ask_first=False)

    assert caught.value.has_begun is False


def test_a_machine_without_a_spooler_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PrinterError, match="this machine has no lp command"):
        SpoolerPrinter("Sanh").print_paper(PAPER, ask_first=False)
