"""The time, as something that is handed in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

_log = logging.getLogger(__name__)
# Time services correct by less than this between two looks; people who move the clock do not.
_TOLERANCE = timedelta(seconds=60)
_REMEMBERED = timedelta(days=1)


def system_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def local_day(now: datetime, time_zone: str) -> date:
    """Return the calendar day that ``now`` falls on in the office's zone."""
    return now.astimezone(ZoneInfo(time_zone)).date()


def seconds_since_start() -> float:
    """Return the seconds since the machine started, asleep or awake, whatever its clock says."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


@dataclass(frozen=True, slots=True)
class ClockJump:
    """The machine's clock was moved: what it showed then, by how much, and when that really was."""

    at: datetime
    by: timedelta
    steady: float


class WatchedClock:
    """A clock that notices when it is moved.

    Numbers do not suffer from that, because they come from counter rows. The
    people who read opening hours, days and waiting times do.
    """

    def __init__(self, clock: Clock = system_clock, steady: Callable[[], float] = seconds_since_start) -> None:
        self._clock = clock
        self._steady = steady
        self._offset: float | None = None
        self._jump: ClockJump | None = None

    def __call__(self) -> datetime:
        """Return the present moment."""
        now, steady = self._clock(), self._steady()
        before, self._offset = self._offset, now.timestamp() - steady
        by = timedelta(seconds=self._offset - before) if before is not None else timedelta()
        if abs(by) > _TOLERANCE:
            self._jump = ClockJump(now, by, steady)
            _log.warning(
                "the clock of this machine was moved by %+d s, to %s", round(by.total_seconds()), now.isoformat()
            )
        return now

    @property
    def latest_jump(self) -> ClockJump | None:
        """The last time the clock was moved, unless that is more than a day ago."""
        if self._jump is None or self._steady() - self._jump.steady > _REMEMBERED.total_seconds():
            return None
        return self._jump
