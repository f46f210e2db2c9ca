"""Opening hours on the way to a number, read once in a while and not for every visitor."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.opening import check_office_is_open
from motcua.admin.models import Office

if TYPE_CHECKING:
    from datetime import datetime

    from motcua.admin.database import Database
    from motcua.admin.domain.calendar import WorkingCalendar

_SECONDS_TO_KEEP = 5.0


class OpeningHours:
    """The calendars of the offices, at most five seconds old.

    Only a copy of what the database says: another process that has none, or
    an older one, decides the same way a few seconds later.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[float, WorkingCalendar]] = {}

    def check(self, database: Database, office_id: int, now: datetime) -> None:
        """Raise OutsideHoursError when the office is closed at ``now``."""
        check_office_is_open(self.calendar(database, office_id), now)

    def calendar(self, database: Database, office_id: int) -> WorkingCalendar:
        """Return the office's working calendar."""
        kept = self._kept.get(office_id)
        if kept and time.monotonic() - kept[0] < _SECONDS_TO_KEEP:
            return kept[1]
        with database.read() as session:
            calendar = working_calendar(session, session.get_one(Office, office_id))
        self._kept[office_id] = (time.monotonic(), calendar)
        return calendar
