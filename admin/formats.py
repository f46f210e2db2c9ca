"""How dates, times, numbers and sums of money are written for a reader.

A moment comes in already turned to the office's zone. The day stands before
the month in English too: the paper in the citizen's hand reads the same.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from babel.numbers import format_decimal

from motcua.admin.enums import Language


def day(value: date) -> str:
    """Return 24/11/2026."""
    return f"{value:%d/%m/%Y}"


def hour(value: time | datetime) -> str:
    """Return 07:30."""
    return f"{value:%H:%M}"


def moment(value: datetime, language: Language | str) -> str:
    """Return "07:30 ngày 24/11/2026" or "07:30 on 24/11/2026"."""
    return f"{hour(value)} {'on' if language == Language.EN else 'ngày'} {day(value)}"


def number(value: float | Decimal, language: Language | str) -> str:
    """Return 1.234,5 or 1,234.5."""
    return format_decimal(value, locale=Language.EN if language == Language.EN else Language.VI)


def money(amount: float | Decimal, language: Language | str) -> str:
    """Return "8.000 đồng" or "8,000 VND"."""
    return f"{number(amount, language)} {'VND' if language == Language.EN else 'đồng'}"
