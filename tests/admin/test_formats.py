"""Dates, times, numbers and money as a reader expects them."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from motcua.admin import formats
from motcua.admin.enums import Language
from tests.town import HANOI

AFTERNOON = datetime(2026, 11, 4, 15, 5, 59, tzinfo=HANOI)


def test_the_day_stands_before_the_month() -> None:
    assert formats.day(date(2026, 11, 4)) == "04/11/2026"
    assert formats.day(AFTERNOON) == "04/11/2026"


def test_hours_run_to_24() -> None:
    assert formats.hour(time(7, 30)) == "07:30"
    assert formats.hour(AFTERNOON) == "15:05"


@pytest.mark.parametrize(
    ("language", "words"), [(Language.VI, "15:05 ngày 04/11/2026"), (Language.EN, "15:05 on 04/11/2026")]
)
def test_a_moment_is_an_hour_of_a_day(language: Language, words: str) -> None:
    assert formats.moment(AFTERNOON, language) == words


@pytest.mark.parametrize(
    ("value", "vietnamese", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1234, "1.234", "1,234"),
        (57688, "57.688", "57,688"),
        (1234567, "1.234.567", "1,234,567"),
        (-1500, "-1.500", "-1,500"),
        (2.5, "2,5", "2.5"),
        (Decimal("1234.25"), "1.234,25", "1,234.25"),
    ],
)
def test_thousands_have_a_dot_in_vietnamese_and_a_comma_in_english(
    value: float | Decimal, vietnamese: str, english: str
) -> None:
    assert formats.number(value, Language.VI) == vietnamese
    assert formats.number(value, Language.EN) == english


def test_money_is_dong() -> None:
    assert formats.money(8000, Language.VI) == "8.000 đồng"
    assert formats.money(8000, Language.EN) == "8,000 VND"
