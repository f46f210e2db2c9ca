"""What the worker asks of a printer, whatever kind it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from motcua.kiosk.sheet import DOTS_PER_MM

if TYPE_CHECKING:
    from PIL import Image

    from motcua.kiosk.printing.status import Condition


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, drawn and turned into bytes."""

    #: What people call it: "A012", or a dossier's code.
    label: str
    #: The office's own day it belongs to.
    day: date
    image: Image.Image
    data: bytes

    @property
    def length_mm(self) -> float:
        """How much of the roll it takes."""
        return self.image.height / DOTS_PER_MM


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each step of talking to a printer may take, in seconds."""

    connect: float = 3
    #: How long a printer may take nothing of what it is sent.
    write: float = 3
    #: How long it may think about one question.
    answer: float = 1
    #: How fast paper comes out: its end is asked about only when it should be out.
    mm_a_second: float = 100
    #: Whether a paper goes only to a printer that answers, or to silent ones as well.
    needs_answer: bool = False

    def printing(self, paper: Paper) -> float:
        """Return how long the paper should take to come out."""
        return paper.length_mm / self.mm_a_second


class PrinterError(Exception):
    """A paper did not get to the printer, or not whole."""

    def __init__(self, condition: Condition, detail: str, *, has_begun: bool) -> None:
        super().__init__(f"{condition}: {detail}" if detail else condition.value)
        self.condition = condition
        #: Some of it has left, so there may be a spoilt paper.
        self.has_begun = has_begun


class Printer(Protocol):
    """A printer: one paper at a time, one conversation each."""

    def longest(self, paper: Paper) -> float:
        """Return how many seconds printing may take before it fails."""

    def print_paper(self, paper: Paper, *, ask_first: bool) -> Condition:
        """Print, and return what the printer says afterwards.

        With ``ask_first`` nothing is sent to a printer that says it can't
        print. Raises PrinterError.
        """

    def ask(self) -> Condition:
        """Return how the printer is. Raises PrinterError when it can't be reached."""
