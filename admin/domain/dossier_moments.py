"""The moments of a row in a dossier file: how they may be written, and in which order they must lie."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from motcua.admin.domain.text import clean_line
from motcua.admin.enums import DossierStatus

if TYPE_CHECKING:
    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.domain.csv_rows import Row, Table

_FINISHED = frozenset({DossierStatus.DONE, DossierStatus.RETURNED})
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_MOMENT = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<d2>\d{1,2})/(?P<m2>\d{1,2})/(?P<y2>\d{4}))"
    r"(?:[ T](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)


class Moments:
    """The four moments of a row.

    A day without an hour is that day's opening, or for a due day its closing;
    but it never lies before the step before it, nor after ``now``.
    """

    def __init__(self, table: Table, row: Row, calendar: WorkingCalendar, *, now: datetime) -> None:
        self.table, self.row, self.calendar, self.now = table, row, calendar, now
        self.received = self._past("received_at", None)
        self.due = self._due()
        self.finished = self._past("finished_at", self.received)
        self.returned = self._past("returned_at", self.finished or self.received)

    def check(self, status: DossierStatus | None) -> None:
        """Note what a dossier of that status must have and has not."""
        if not self._text("received_at"):
            self._blame("received_at", "để trống", "is empty")
        if status in _FINISHED and not self._text("finished_at"):
            self._blame("finished_at", "phải có khi hồ sơ đã xử lý xong", "is needed once the result is ready")
        if status == DossierStatus.RETURNED and not self._text("returned_at"):
            self._blame("returned_at", "phải có khi đã trả kết quả", "is needed once the result is handed over")

    def _past(self, name: str, before: datetime | None) -> datetime | None:
        """Return when a step was taken."""
        moment = self._read(name)
        if moment is None:
            return None
        if not self._has_hour(name):
            moment = self._not_before(min(moment, self.now), before)
        if moment > self.now:
            self._blame(name, "nằm trong tương lai", "lies in the future")
        self._check_order(name, moment, before)
        return moment

    def _due(self) -> datetime | None:
        moment = self._read("due_at", at_closing=True)
        if moment is not None:
            if not self._has_hour("due_at"):
                moment = self._not_before(moment, self.received)
            self._check_order("due_at", moment, self.received)
        return moment

    def _not_before(self, moment: datetime, before: datetime | None) -> datetime:
        is_same_day = before is not None and before.astimezone(self.calendar.zone).date() == moment.date()
        return max(moment, before) if before is not None and is_same_day else moment

    def _check_order(self, name: str, moment: datetime, before: datetime | None) -> None:
        if before is not None and moment < before:
            self._blame(name, "sớm hơn bước trước đó", "is earlier than the step before it")

    def _read(self, name: str, *, at_closing: bool = False) -> datetime | None:
        """Return the moment in a cell; None when the cell is empty or can't be read, which is noted."""
        text = self._text(name)
        if not text:
            return None
        match = _MOMENT.fullmatch(text)
        moment = self._instant(match, at_closing=at_closing) if match else None
        if moment is None:
            said = "24/11/2026 09:15"
            self._blame(name, f"không đọc được “{text}”; hãy viết {said}", f"can't read “{text}”; write {said}")
        return moment

    def _instant(self, match: re.Match[str], *, at_closing: bool) -> datetime | None:
        year, month, day_of_month = (int(match[name] or match[f"{name}2"]) for name in ("y", "m", "d"))
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            return None
        try:
            day = date(year, month, day_of_month)
            if match["hour"] is None:
                return self.calendar.moment(day, self._edge(day, at_closing=at_closing))
            at = time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
            local = self.calendar.moment(day, at)
            return local if match["zone"] is None else local.replace(tzinfo=_offset(match["zone"]))
        except ValueError:
            return None  # of the right form, but there is no such day, hour or zone

    def _edge(self, day: date, *, at_closing: bool) -> time:
        spans = self.calendar.open_spans(day)
        if not spans:
            return time(23, 59) if at_closing else time()
        return spans[-1][1] if at_closing else spans[0][0]

    def _text(self, name: str) -> str:
        return clean_line(self.row.cells[name])

    def _has_hour(self, name: str) -> bool:
        return ":" in self.row.cells[name]

    def _blame(self, name: str, vi: str, en: str) -> None:
        self.table.blame(self.row.line, f"Cột “{name}”: {vi}.", f"Column “{name}”: {en}.")


def _offset(zone: str) -> timezone:
    if zone == "Z":
        return timezone(timedelta())
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return timezone((1 if zone[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
