"""A printer for trials and tests: each paper as a picture, and as the bytes a real printer would get.

``A012.png`` and ``A012.bin`` in the folder are always the newest paper of
that number. Nothing is lost when the number comes again, as a reprint or on
another day: every paper also stays under the day it belongs to, as
``2026-11-24/A012.png``, then ``2026-11-24/A012-2.png``.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from motcua.kiosk.printing.printer import PrinterError
from motcua.kiosk.printing.status import Condition

if TYPE_CHECKING:
    from motcua.kiosk.printing.printer import Paper

_DOTS_PER_INCH = 203
_NAME_LETTERS = 80
_SECONDS = 10.0


class VirtualPrinter:
    """Writes papers into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def longest(self, paper: Paper) -> float:
        """Return how many seconds printing may take before it fails."""
        del paper
        return _SECONDS

    def print_paper(self, paper: Paper, *, ask_first: bool) -> Condition:
        """Write both files. Raises PrinterError when the folder can't be written."""
        del ask_first
        picture = io.BytesIO()
        paper.image.save(picture, "PNG", dpi=(_DOTS_PER_INCH, _DOTS_PER_INCH))
        name = safe_name(paper.label)
        try:
            self._keep(name, paper, picture.getvalue())
            # The bytes first: whoever waits for the picture finds both.
            _replace(self._folder / f"{name}.bin", paper.data)
            _replace(self._folder / f"{name}.png", picture.getvalue())
        except OSError as error:
            raise PrinterError(Condition.FAULT, str(error), has_begun=False) from error
        return Condition.OK

    def ask(self) -> Condition:
        """Say whether the folder can be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PrinterError(Condition.FAULT, str(error), has_begun=False) from error
        return Condition.OK if os.access(self._folder, os.W_OK) else Condition.FAULT

    def _keep(self, name: str, paper: Paper, picture: bytes) -> None:
        folder = self._folder / paper.day.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            kept = folder / (f"{name}.png" if number == 1 else f"{name}-{number}.png")
            try:
                with kept.open("xb") as file:
                    file.write(picture)
            except FileExistsError:
                number += 1
            else:
                kept.with_suffix(".bin").write_bytes(paper.data)
                return


def safe_name(label: str) -> str:
    """Return a label as a file name that can't lead anywhere else."""
    letters = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in label)
    return letters.strip(".-")[:_NAME_LETTERS] or "paper"


def _replace(path: Path, content: bytes) -> None:
    """Write a file that is never seen half written."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
