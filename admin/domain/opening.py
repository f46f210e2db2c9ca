"""Whether an office gives numbers now, and when it does next."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from motcua.admin.errors import InBoth, OutsideHoursError

if TYPE_CHECKING:
    from motcua.admin.domain.calendar import WorkingCalendar

_DAYS_TO_LOOK_AHEAD = 30


def check_office_is_open(calendar: WorkingCalendar, now: datetime) -> None:
    """Raise OutsideHoursError, with the next opening, when the office is closed at ``now``."""
    local = now.astimezone(calendar.zone)
    if any(opens <= local.time() < closes for opens, closes in calendar.open_spans(local.date())):
        return
    opens_at = next_opening(calendar, local)
    if opens_at is None:
        raise OutsideHoursError(
            opens=InBoth("Vui lòng hỏi cán bộ về giờ làm việc.", "Please ask the staff about opening hours.")
        )
    raise OutsideHoursError(
        opens=InBoth(
            f"Mở cửa lại lúc {opens_at:%H:%M} ngày {opens_at:%d/%m/%Y}.",
            f"Opens again at {opens_at:%H:%M} on {opens_at:%d/%m/%Y}.",
        )
    )


def next_opening(calendar: WorkingCalendar, local: datetime) -> datetime | None:
    """Return the next local moment at which the office opens; None if not within a month."""
    for offset in range(_DAYS_TO_LOOK_AHEAD):
        day = local.date() + timedelta(days=offset)
        for opens, _ in calendar.open_spans(day):
            if offset > 0 or opens > local.time():
                return datetime.combine(day, opens or time(), tzinfo=calendar.zone)
    return None
