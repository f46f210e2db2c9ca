"""Opening hours on the way to a number: worked out anew only when they have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.opening import check_office_is_open
from motcua.admin.models import Office

if TYPE_CHECKING:
    from datetime import datetime

    from motcua.admin.database import Database
    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.domain.desks import Desk


class OpeningHours:
    """The calendars of the offices, each with the stamp it was read under.

    Only a copy of what the database says, and never an old one: the desk that
    a request comes from brings the present stamp along.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[str, WorkingCalendar]] = {}

    def are_known(self, desk: Desk) -> bool:
        """Tell whether the kept hours of the desk's office are still right."""
        stamp, _ = self._kept.get(desk.office_id, ("", None))
        return desk.always_open or stamp == desk.calendar_stamp

    def learn(self, database: Database, desk: Desk) -> None:
        """Work out the hours of the desk's office."""
        with database.read() as session:
            calendar = working_calendar(session, session.get_one(Office, desk.office_id))
        self._kept[desk.office_id] = (desk.calendar_stamp, calendar)

    def check(self, desk: Desk, now: datetime) -> None:
        """Raise OutsideHoursError when the desk's office, whose hours are known, is closed at ``now``."""
        if not desk.always_open:
            check_office_is_open(self._kept[desk.office_id][1], now)
