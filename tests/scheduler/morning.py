"""A morning in Châu Ninh: people, dossiers around their due dates, a clock to turn, and the post."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from motcua.admin.enums import DossierStatus, MailKind, MailState, OfficeLevel, StaffRole
from motcua.admin.models import Office, OutgoingMail, StaffMember
from motcua.scheduler.dispatch import put_down_due, send_due
from motcua.scheduler.post import Post
from tests.kiosk.hall import add_dossier, add_dossier_event
from tests.town import HANOI, WEDNESDAY, Town, add_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.models import Dossier
    from motcua.scheduler.delivery import Letter
    from motcua.scheduler.dispatch import Outcome

HALF_PAST_SEVEN = time(7, 30)


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return an instant of a day in Châu Ninh."""
    return datetime.combine(day, time(hour, minute, second), tzinfo=HANOI).astimezone(UTC)


@dataclass
class Hands:
    """A clock whose hands the test turns."""

    now: datetime = field(default_factory=lambda: at(WEDNESDAY, 7, 31))

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **forward: float) -> None:
        """Let time pass."""
        self.now += timedelta(**forward)

    def set(self, day: date, hour: int, minute: int = 0) -> None:
        """Set the hands to an hour in Châu Ninh."""
        self.now = at(day, hour, minute)


class RecordingDelivery:
    """Keeps the letters instead of delivering them; what stands in ``troubles`` goes wrong first."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.troubles: list[Exception] = []

    def deliver(self, letter: Letter, *, at_hand_over: Callable[[], None]) -> None:
        at_hand_over()
        if self.troubles:
            raise self.troubles.pop(0)
        self.letters.append(letter)

    def probe(self) -> str:
        return "a test"


@dataclass
class Morning:
    """The post of a town, as the worker would run it."""

    post: Post
    hands: Hands

    def ring(self) -> list[Outcome]:
        """Do what the scheduler does every minute."""
        put_down_due(self.post)
        return send_due(self.post)

    def ring_for(self, minutes: int) -> None:
        """Let the scheduler ring every minute for a while."""
        for _ in range(minutes):
            self.ring()
            self.hands.turn(minutes=1)

    def with_settings(self, **changes: Any) -> Morning:
        """Return the same morning under other settings."""
        return replace(self, post=replace(self.post, settings=replace(self.post.settings, **changes)))

    def mails(self) -> list[OutgoingMail]:
        """Return the rows, oldest day first."""
        return rows(self.post.database)

    def states(self) -> dict[date, MailState]:
        """Return what became of each day's digest, of the one supervisor there is."""
        return {mail.local_day: mail.state for mail in self.mails()}


def rows(database: Database) -> list[OutgoingMail]:
    """Return every mail of the record."""
    mails = select(OutgoingMail).order_by(OutgoingMail.local_day, OutgoingMail.recipient_id)
    with database.read() as session:
        return list(session.scalars(mails))


def add_supervisor(session: Session, office: Office, username: str, *, email: str | None = None) -> User:
    """Add somebody who supervises an office."""
    user = add_user(session, username, username.title(), "Lê")
    if email is not None:
        user.email = email
    session.add(StaffMember(user_id=user.id, office=office, role=StaffRole.SUPERVISOR))
    session.commit()
    return user


def add_province(session: Session, *communes: Office) -> Office:
    """Put offices under a province."""
    province = Office(code="tinh", name="Tỉnh Mẫu", level=OfficeLevel.PROVINCE)
    session.add(province)
    for commune in communes:
        commune.parent = province
    session.commit()
    return province


def add_due(session: Session, town: Town, code: str, due: datetime, **fields: Any) -> Dossier:
    """Add a dossier that is being worked on, on Minh's desk unless said otherwise."""
    values = {"status": DossierStatus.PROCESSING, "received_at": due - timedelta(days=10)} | fields
    assigned_to = values.pop("assigned_to", town.minh)
    dossier = add_dossier(session, town, None, code=code, due_at=due, **values).dossier
    dossier.assigned_to = assigned_to
    session.commit()
    return dossier


def add_waiting(
    session: Session, town: Town, code: str, since: datetime, status: DossierStatus = DossierStatus.AWAITING_PAYMENT
) -> Dossier:
    """Add a dossier that waits for the citizen."""
    dossier = add_due(session, town, code, since + timedelta(days=3), status=status)
    add_dossier_event(session, dossier, town.minh, at=since, to=status, from_status=DossierStatus.PROCESSING)
    return dossier


def put_row(session: Session, user_id: int, day: date, state: MailState = MailState.SENT, **fields: Any) -> None:
    """Write the row of a day that has passed."""
    moment = at(day, 7, 30)
    values: dict[str, Any] = {"created_at": moment}
    if state == MailState.SENT:
        values |= {"handoff_at": moment, "sent_at": moment}
    session.add(
        OutgoingMail(kind=MailKind.DIGEST, recipient_id=user_id, local_day=day, state=state, **(values | fields))
    )
    session.commit()


def working_days(first: date, count: int) -> Iterable[date]:
    """Return weekdays from a day on; the days of the tests hold no holiday."""
    day = first
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day += timedelta(days=1)
