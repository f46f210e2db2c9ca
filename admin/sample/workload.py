"""Which procedure was handed in when, so that what is open lies around today as it does in a centre that works."""

from __future__ import annotations

from bisect import bisect
from datetime import datetime, time, timedelta
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from motcua.admin.clock import local_day
from motcua.admin.domain.deadlines import due_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from random import Random

    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.models import ProcedureVersion

_WORKING_DAYS_BACK = 30
_SOON_DAYS = 3
# How much of what is open is overdue, due today, due soon, due later, or without a date.
_OPEN_MIX = {"overdue": 13, "today": 14, "soon": 36, "later": 30, "none": 7}
# What a commune's centre sees most (domain.md §6); the others once.
_FREQUENT = {
    "2.000815": 12,
    "2.000635": 8,
    "1.001193": 7,
    "2.000884": 6,
    "1.004873": 6,
    "1.000894": 4,
    "1.000656": 4,
    "2.001035": 4,
    "1.001612": 3,
    "1.011607": 3,
}

# A procedure taken in at one part of a day: the exact minute is chosen later.
Occasion = tuple["ProcedureVersion", datetime, datetime]


class Workload:
    """The occasions of the last weeks, sorted by when the result is due."""

    def __init__(
        self, random: Random, calendar: WorkingCalendar, versions: Sequence[ProcedureVersion], now: datetime
    ) -> None:
        self.random = random
        self.now = now
        today = local_day(now, calendar.zone.key)
        self.open = {kind: _Weighted() for kind in _OPEN_MIX}
        self.closed = _Weighted()
        for opens, closes in _parts(calendar, today, now):
            for version in versions:
                weight = _FREQUENT.get(version.procedure.code, 1)
                due = due_date(calendar, version, opens).at
                kind, late = _kind(calendar, due, today, now)
                # What is long overdue is rare: somebody has noticed.
                self.open[kind].add((version, opens, closes), weight / (1 + late) ** 2)
                self.closed.add((version, opens, closes), weight)

    def open_one(self) -> tuple[ProcedureVersion, datetime]:
        """Return procedure and moment of receipt of a dossier that is still open."""
        kinds = [kind for kind in _OPEN_MIX if self.open[kind]]
        kind = self.random.choices(kinds, [_OPEN_MIX[kind] for kind in kinds])[0]
        return self._moment(self.open[kind].choose(self.random))

    def closed_one(self) -> tuple[ProcedureVersion, datetime]:
        """Return procedure and moment of receipt of a dossier that is finished."""
        return self._moment(self.closed.choose(self.random))

    def _moment(self, occasion: Occasion) -> tuple[ProcedureVersion, datetime]:
        version, opens, closes = occasion
        seconds = int((closes - opens).total_seconds())
        return version, opens + timedelta(seconds=self.random.randrange(max(seconds, 1)))


class _Weighted:
    """Things to choose from, some more often than others."""

    def __init__(self) -> None:
        self.occasions: list[Occasion] = []
        self.weights: list[float] = []
        self.sums: list[float] = []

    def __bool__(self) -> bool:
        return bool(self.occasions)

    def add(self, occasion: Occasion, weight: float) -> None:
        self.occasions.append(occasion)
        self.weights.append(weight)

    def choose(self, random: Random) -> Occasion:
        if len(self.sums) != len(self.weights):
            self.sums = list(accumulate(self.weights))
        return self.occasions[bisect(self.sums, random.random() * self.sums[-1])]


def _parts(calendar: WorkingCalendar, today: date, now: datetime) -> list[tuple[datetime, datetime]]:
    """Return the parts of the last working days that have passed, cut at fifteen hours."""
    parts = []
    days = [today - timedelta(days=back) for back in range(_WORKING_DAYS_BACK * 2)]
    for day in [day for day in days if calendar.is_working_day(day)][:_WORKING_DAYS_BACK]:
        for opens, closes in calendar.open_spans(day):
            edges = sorted({opens, closes, *({time(15)} if opens < time(15) < closes else ())})
            for first, last in pairwise(edges):
                begins, ends = calendar.moment(day, first), min(calendar.moment(day, last), now)
                if begins < ends:
                    parts.append((begins, ends))
    return parts


def _kind(calendar: WorkingCalendar, due: datetime | None, today: date, now: datetime) -> tuple[str, int]:
    """Return where a due date lies, and by how many working days it has passed."""
    if due is None:
        return "none", 0
    if due.date() == today and due >= now:
        return "today", 0
    if due < now:
        return "overdue", calendar.working_days_between(due.date(), today)
    days = calendar.working_days_between(today, due.date())
    return ("soon" if days <= _SOON_DAYS else "later"), 0
