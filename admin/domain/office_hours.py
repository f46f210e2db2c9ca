"""The weekly hours of an office, replaced as a whole."""

from __future__ import annotations

from datetime import time
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy.orm.attributes import flag_modified

from motcua.admin.errors import HoursOrderError, InBoth
from motcua.admin.models import OfficeHours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from motcua.admin.models import Office

Span = tuple[time, time]
_DAYS = (
    InBoth("Thứ Hai", "Monday"),
    InBoth("Thứ Ba", "Tuesday"),
    InBoth("Thứ Tư", "Wednesday"),
    InBoth("Thứ Năm", "Thursday"),
    InBoth("Thứ Sáu", "Friday"),
    InBoth("Thứ Bảy", "Saturday"),
    InBoth("Chủ nhật", "Sunday"),
)


def set_hours(office: Office, week: Mapping[int, Sequence[Span]]) -> None:
    """Give an office its weekly hours; a day that is not named is closed.

    Due dates already promised stay as they are. Raises HoursOrderError when a
    stretch ends before it begins or runs into the next.
    """
    for weekday, spans in week.items():
        edges = [edge for span in sorted(spans) for edge in span]
        if any(earlier >= later for earlier, later in pairwise(edges)):
            raise HoursOrderError(day=_DAYS[weekday])
    # A stretch that begins at the same time is the same row: a new one would come before the old one has left.
    present = {(row.weekday, row.opens_at): row for row in office.hours}
    rows = []
    for weekday, spans in sorted(week.items()):
        for opens, closes in sorted(spans):
            row = present.get((weekday, opens)) or OfficeHours(weekday=weekday, opens_at=opens)
            row.closes_at = closes
            rows.append(row)
    office.hours = rows
    # The hours are rows of their own: without this two people could change them at once unnoticed.
    flag_modified(office, "name")
