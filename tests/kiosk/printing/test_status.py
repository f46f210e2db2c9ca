"""Status bytes: only a proper answer to every question is good news."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.kiosk.printing.conversation import ask
from motcua.kiosk.printing.printer import Patience
from motcua.kiosk.printing.status import Condition, read_condition

HURRY = Patience(answer=0)


class ScriptedWire:
    """Answers each question with the next of some byte strings; None closes the line."""

    def __init__(self, answers: Sequence[bytes | None], *, said_before: bytes = b"") -> None:
        self._answers = list(answers)
        self._waiting: list[bytes | None] = [said_before] if said_before else []

    def send(self, data: memoryview, seconds: float) -> int:
        del seconds
        self._waiting.append(self._answers.pop(0) if self._answers else b"")
        return len(data)

    def is_taken(self) -> bool:
        return True

    def receive(self, seconds: float) -> bytes | None:
        del seconds
        return self._waiting.pop(0) if self._waiting else b""


@pytest.mark.parametrize(
    ("answers", "condition"),
    [
        ((0x12, 0x12, 0x12), Condition.OK),
        ((0x16, 0x12, 0x12), Condition.OK),
        ((0x12, 0x12, 0x1E), Condition.NEAR_END),
        ((0x1A, 0x32, 0x7E), Condition.PAPER_END),
        ((0x12, 0x12, 0x72), Condition.PAPER_END),
        ((0x1A, 0x16, 0x12), Condition.COVER_OPEN),
        ((0x1A, 0x52, 0x12), Condition.FAULT),
        ((0x1A, 0x12, 0x12), Condition.OFFLINE),
    ],
)
def test_proper_answers_are_understood(answers: tuple[int, int, int], condition: Condition) -> None:
    """PRN-05."""
    assert read_condition(*answers) == condition


@pytest.mark.parametrize("noise", [0x00, 0xFF, 0x36, 0x10, 0x04, 0x92, 0x13])
@pytest.mark.parametrize("place", [0, 2])
def test_noise_in_any_place_says_nothing(noise: int, place: int) -> None:
    """PRN-04: bytes without the fixed bits, or with bits that no printer sets together."""
    answers = [0x12, 0x12, 0x12]
    answers[place] = noise

    assert read_condition(*answers) == Condition.UNKNOWN


def test_the_answer_to_another_question_is_no_answer_about_paper() -> None:
    """PRN-04: 0x1A is "off line" to the first question, and nonsense to the last."""
    assert read_condition(0x12, 0x12, 0x1A) == Condition.UNKNOWN


@settings(max_examples=200)
@given(st.lists(st.one_of(st.none(), st.binary(max_size=3)), max_size=3))
def test_no_reply_whatever_makes_silence_or_noise_good(answers: list[bytes | None]) -> None:
    """PRN-04: 200 random conversations."""
    proper = [answer for answer in answers if answer is not None and len(answer) == 1]

    condition = ask(ScriptedWire(answers), HURRY)

    if len(proper) < 3:
        assert condition == Condition.UNKNOWN
    else:
        assert condition == read_condition(*(answer[0] for answer in proper))


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [None],
        [b"\x12", None],
        [b"\x12\x12", b"\x12", b"\x12"],
        [b"", b"\x12", b"\x12"],
        [b"\x12", b"\x12"],
    ],
    ids=["silence", "closed", "closed midway", "two at once", "late", "one missing"],
)
def test_answers_out_of_step_say_nothing(answers: list[bytes | None]) -> None:
    """PRN-04: end of file, two replies in one read, a late reply."""
    assert ask(ScriptedWire(answers), HURRY) == Condition.UNKNOWN


def test_what_was_said_before_the_question_is_no_answer() -> None:
    """PRN-23: a stray status byte changes nothing."""
    good = [b"\x12", b"\x12", b"\x12"]

    assert ask(ScriptedWire(good, said_before=b"\x32"), HURRY) == Condition.OK
    assert ask(ScriptedWire([], said_before=b"\x12"), HURRY) == Condition.UNKNOWN


def test_a_printer_that_never_stops_talking_says_nothing() -> None:
    class Chatterbox(ScriptedWire):
        def receive(self, seconds: float) -> bytes | None:
            del seconds
            return b"\x12"

    assert ask(Chatterbox([]), HURRY) == Condition.UNKNOWN


def test_only_two_conditions_vouch_for_a_paper() -> None:
    assert [condition for condition in Condition if condition.is_fine] == [Condition.OK, Condition.NEAR_END]
    assert not Condition.UNKNOWN.is_bad
