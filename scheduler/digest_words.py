"""The digest in words: subject, headline, titles, and how late or how near each dossier is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from motcua.admin import formats
from motcua.admin.domain.digest_content import Group
from motcua.admin.enums import DossierStatus
from motcua.admin.language import N_, translate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from motcua.admin.domain.digest_content import Digest, DigestLine
    from motcua.admin.enums import Language

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LATE = (Group.OVERDUE, Group.APOLOGISED)
#: A colour is never alone: this sign goes before it, and a word behind.
SIGNS = {Group.OVERDUE: "■", Group.APOLOGISED: "■", Group.TODAY: "▲", Group.SOON: "▲", Group.WAITING: "◆"}
TONES = {
    Group.OVERDUE: "late",
    Group.APOLOGISED: "late",
    Group.TODAY: "soon",
    Group.SOON: "soon",
    Group.WAITING: "calm",
}
_TITLES = N_(
    {
        Group.OVERDUE: "Overdue, no letter of apology yet",
        Group.APOLOGISED: "Overdue, letter of apology sent",
        Group.TODAY: "Due today",
        Group.SOON: "Due within {days} working days",
        Group.WAITING: "Waiting for the citizen for more than {days} working days",
    }
)
_COLUMNS = N_(
    {
        Group.OVERDUE: "Overdue, no apology",
        Group.APOLOGISED: "Overdue, apologised",
        Group.TODAY: "Today",
        Group.SOON: "Soon",
        Group.WAITING: "Waiting for the citizen",
    }
)


@dataclass(frozen=True, slots=True)
class DigestWords:
    """Says one digest in one language."""

    digest: Digest
    language: Language
    is_second_copy: bool = False

    def translate(self, message: str, /, **facts: object) -> str:
        """Return a message in the letter's language."""
        return translate(message, self.language, **facts)

    def subject(self) -> str:
        """Return the subject: our own words, figures and a date, and nothing that anybody typed."""
        day = formats.day(self.digest.day)
        if self.digest.lines:
            text = self.translate(
                "Dossiers {day}: {late} overdue, {today} due today, {soon} due soon",
                day=day,
                late=self.number(self.late),
                today=self.number(self.digest.count(Group.TODAY)),
                soon=self.number(self.digest.count(Group.SOON)),
            )
        else:
            text = self.translate("Dossiers {day}: nothing overdue, nothing due soon", day=day)
        return self.translate("{subject} (sent again)", subject=text) if self.is_second_copy else text

    @property
    def late(self) -> int:
        """How many are overdue, apologised for or not."""
        return self.digest.count(*_LATE)

    def headline(self) -> str:
        """Return the one sentence for whoever reads no further."""
        late, without = self.late, self.digest.count(Group.OVERDUE)
        if not late:
            return self.translate("No dossier is overdue.")
        if late == 1:
            return (
                self.translate("1 dossier is overdue, without a letter of apology.")
                if without
                else self.translate("1 dossier is overdue; its letter of apology is sent.")
            )
        count = self.number(late)
        if not without:
            return self.translate("{count} dossiers are overdue; each has its letter of apology.", count=count)
        if without == late:
            return self.translate("{count} dossiers are overdue, none has a letter of apology.", count=count)
        return self.translate(
            "{count} dossiers are overdue, {without} of them without a letter of apology.",
            count=count,
            without=self.number(without),
        )

    def date_line(self) -> str:
        """Return "Thứ Tư, 02/12/2026"."""
        return f"{self.weekday(self.digest.day)}, {formats.day(self.digest.day)}"

    def weekday(self, day: date) -> str:
        """Return the name of the day of the week."""
        return self.translate(_WEEKDAYS[day.weekday()])

    def as_of(self) -> str:
        """Return when the figures were taken; the day too if the mail is late."""
        moment = self.digest.as_of
        if moment.date() == self.digest.day:
            return self.translate("Figures of {time}", time=formats.hour(moment))
        return self.translate("Sent late. Figures of {time}", time=formats.moment(moment, self.language))

    def days(self, days: Sequence[date]) -> str:
        """Return days in a row: "27/11/2026, 30/11/2026"."""
        return ", ".join(formats.day(day) for day in days)

    def title(self, group: Group) -> str:
        """Return the heading of a part."""
        return self.translate(_TITLES[group]).format(days=self._days_of(group))

    def column(self, group: Group) -> str:
        """Return the short name of a part, for tables of figures."""
        return self.translate(_COLUMNS[group])

    def due(self, line: DigestLine) -> str:
        """Return the promised moment; the hour where it is today."""
        if line.due_at is None:
            return "–"
        if line.group == Group.TODAY:
            return self.translate("today at {time}", time=formats.hour(line.due_at))
        day = formats.day(line.due_at)
        return self.translate("{day} (provisional)", day=day) if line.due_is_provisional else day

    def distance(self, line: DigestLine) -> str:
        """Return how late, how near, or how long waited."""
        if line.group == Group.WAITING:
            return self.translate("waiting for {days} working days", days=self.number(line.days))
        if line.group in _LATE:
            return self.translate("since today") if line.days == 0 else self._days_late(line.days)
        if line.group == Group.TODAY:
            return ""
        return (
            self.translate("1 working day left")
            if line.days == 1
            else self.translate("{days} working days left", days=line.days)
        )

    def awaited(self, line: DigestLine) -> str:
        """Return what the citizen is waited for."""
        return self.translate("papers") if line.status == DossierStatus.SUPPLEMENT else self.translate("payment")

    def officer(self, name: str | None) -> str:
        """Return an officer's initials, or that nobody has the dossier."""
        return name or self.translate("nobody yet")

    def number(self, value: int) -> str:
        """Return 1.234."""
        return formats.number(value, self.language)

    def _days_late(self, days: int) -> str:
        if days == 1:
            return self.translate("1 working day late")
        return self.translate("{days} working days late", days=self.number(days))

    def _days_of(self, group: Group) -> int:
        limits = self.digest.limits
        return limits.waiting_days if group == Group.WAITING else limits.days_ahead
