"""What a printer's status bytes mean, read so strictly that silence and noise are never good news.

ESC/POS answers a real-time question (DLE EOT n) with one byte in which four
bits are fixed. A byte whose fixed bits are wrong, or whose other bits no
printer would set together, says nothing: the condition is UNKNOWN.
"""

from __future__ import annotations

from enum import StrEnum

#: The questions, in the order they are asked: the printer, why it is off line, the roll of paper.
QUESTIONS = (1, 2, 4)

_FIXED_MASK, _FIXED_BITS = 0b1001_0011, 0b0001_0010
_OFFLINE, _WAITS_FOR_RECOVERY = 0b0000_1000, 0b0010_0000
_COVER_OPEN, _PAPER_STOP, _FAULT = 0b0000_0100, 0b0010_0000, 0b0100_0000
# The paper sensors set their bits in pairs.
_NEAR_END, _END = 0b0000_1100, 0b0110_0000


class Condition(StrEnum):
    """How a printer is, as far as anybody can tell."""

    OK = "ok"
    NEAR_END = "near_end"
    PAPER_END = "paper_end"
    COVER_OPEN = "cover_open"
    FAULT = "fault"
    OFFLINE = "offline"
    #: It took what it was sent and says nothing that can be relied on.
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"

    @property
    def is_fine(self) -> bool:
        """Whether papers come out."""
        return self in {Condition.OK, Condition.NEAR_END}

    @property
    def is_bad(self) -> bool:
        """Whether the printer has said, or shown, that papers do not come out."""
        return not self.is_fine and self is not Condition.UNKNOWN


def read_condition(printer: int, cause: int, paper: int) -> Condition:
    """Return what three answers mean together; UNKNOWN unless every one of them is a proper answer."""
    if not (_is_printer(printer) and _is_cause(cause) and _is_paper(paper)):
        return Condition.UNKNOWN
    if cause & _PAPER_STOP or paper & _END:
        return Condition.PAPER_END
    if cause & _COVER_OPEN:
        return Condition.COVER_OPEN
    if cause & _FAULT:
        return Condition.FAULT
    if printer & _OFFLINE:
        return Condition.OFFLINE
    return Condition.NEAR_END if paper & _NEAR_END else Condition.OK


def _is_answer(byte: int) -> bool:
    return byte & _FIXED_MASK == _FIXED_BITS


def _is_printer(byte: int) -> bool:
    # A printer that is on line does not wait to be.
    return _is_answer(byte) and (not byte & _WAITS_FOR_RECOVERY or bool(byte & _OFFLINE))


def _is_cause(byte: int) -> bool:
    return _is_answer(byte)


def _is_paper(byte: int) -> bool:
    return _is_answer(byte) and byte & _NEAR_END in {0, _NEAR_END} and byte & _END in {0, _END}
