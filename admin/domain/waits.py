"""How long a visitor will probably wait: one rule, said to Python and to the database in the same words."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import ColumnElement

Number = TypeVar("Number", int, ColumnElement[int])

# The configured pace counts as this many visitors, so that one odd visit does not turn the estimate over.
_PRIOR_VISITS = 5


def estimated_minutes(
    ahead: int, *, average_minutes: int, open_counters: int, served_count: int, served_seconds: int
) -> int:
    """Estimate the wait in whole minutes, from the day's own pace as far as it is known.

    ``average_minutes`` is what the office expects of one visit; every
    finished visit of the day shifts it. Counters serve side by side.
    """
    return minutes_at_pace(
        ahead,
        expected_seconds=expected_seconds(average_minutes),
        counters=at_least_one(open_counters),
        served_count=served_count,
        served_seconds=served_seconds,
    )


def expected_seconds(average_minutes: int) -> int:
    """Return the seconds that the configured pace puts in the balance."""
    return average_minutes * 60 * _PRIOR_VISITS


def at_least_one(open_counters: int) -> int:
    """Return by how many the visitors are served; a line that nobody serves yet waits as for one."""
    return max(1, open_counters)


def minutes_at_pace(
    ahead: Number, *, expected_seconds: Number, counters: Number, served_count: Number, served_seconds: Number
) -> Number:
    """Return the whole minutes that those ahead take, rounded up: of numbers, or of columns."""
    work = ahead * (expected_seconds + served_seconds)
    done_in_a_minute = counters * (served_count + _PRIOR_VISITS) * 60
    return (work + done_in_a_minute - 1) // done_in_a_minute
