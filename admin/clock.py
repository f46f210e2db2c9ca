"""The time, as something that is handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def local_day(now: datetime, time_zone: str) -> date:
    """Return the calendar day that ``now`` falls on in the office's zone."""
    return now.astimezone(ZoneInfo(time_zone)).date()
