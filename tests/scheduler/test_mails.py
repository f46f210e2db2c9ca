"""The way of a mail: only the drawn steps are possible, for those who hold the lease, in rows that do not lie."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from motcua.admin.domain.mails import (
    BACK_OFF,
    LEASE,
    SECOND_COPY_AFTER,
    ClaimedMail,
    LeaseLostError,
    claim_mail,
    give_back_abandoned,
    has_work,
    mark_failed,
    mark_sent,
    mark_skipped,
    mark_uncertain,
    put_back,
    record_hand_over,
)
from motcua.admin.enums import MailState
from motcua.admin.enums import MailState as S
from motcua.admin.models import OutgoingMail
from tests.scheduler.morning import Hands, put_row, rows
from tests.town import WEDNESDAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from tests.town import Town

#: The drawing in admin/domain/mails.py.
STEPS = {
    (S.QUEUED, S.SENDING),
    (S.SENDING, S.QUEUED),
    (S.SENDING, S.SENT),
    (S.SENDING, S.FAILED),
    (S.SENDING, S.SKIPPED),
    (S.SENDING, S.UNCERTAIN),
    (S.UNCERTAIN, S.SENDING),
}


class Way(RuleBasedStateMachine):
    """One mail, handled by processes that hold the lease, lost it, or never had it."""

    claims = Bundle("claims")

    def __init__(self, database: Database, recipient_id: int) -> None:
        super().__init__()
        self.database = database
        self.hands = Hands()
        with database.write() as session:
            session.execute(delete(OutgoingMail))
            put_row(session, recipient_id, WEDNESDAY, S.QUEUED)
        self.before = self.row()
        self.copies = 0

    def row(self) -> OutgoingMail:
        (row,) = rows(self.database)
        return row

    def holder(self) -> str | None:
        return self.before.lease

    @rule(target=claims)
    def claim(self) -> ClaimedMail | None:
        with self.database.write() as session:
            return claim_mail(session, now=self.hands())

    @rule(mail=claims)
    def hand_over(self, mail: ClaimedMail | None) -> None:
        if mail is None:
            return
        is_mine = self.before.lease == mail.lease and self.before.lease_until > self.hands()  # type: ignore[operator]
        first_time = is_mine and self.before.handoff_at is None
        assert self.does(record_hand_over, mail, now=self.hands(), message_id="<x@y>", item_count=1) == is_mine
        self.copies += first_time

    @rule(mail=claims, how=st.sampled_from([mark_sent, mark_failed, mark_skipped, put_back, mark_uncertain]))
    def leave(self, mail: ClaimedMail | None, how: Any) -> None:
        if mail is None:
            return
        needs_hand_over = how in {mark_sent, mark_uncertain}
        if needs_hand_over and self.before.lease == mail.lease and self.before.handoff_at is None:
            return  # the program never says so without a hand-over; the database would refuse it
        facts: dict[str, Any] = {}
        if how in {mark_sent, put_back, mark_uncertain}:
            facts["now"] = self.hands()
        if how is not mark_sent:
            facts["reason"] = "because"
        self.copies -= how in {mark_failed, put_back, mark_skipped} and self.was_handed_over_by(mail)
        assert self.does(how, mail, **facts) == (self.before.lease == mail.lease)

    def was_handed_over_by(self, mail: ClaimedMail) -> bool:
        """Whether the mail is in somebody's hands who now hears that it was certainly not accepted."""
        return self.before.lease == mail.lease and self.before.handoff_at is not None

    def does(self, step: Any, mail: ClaimedMail, **facts: Any) -> bool:
        """Take a step; tell whether the lease was still there."""
        with suppress(LeaseLostError), self.database.write() as session:
            step(session, mail, **facts)
            return True
        return False

    @rule(minutes=st.integers(1, 12))
    def time_passes(self, minutes: int) -> None:
        self.hands.turn(minutes=minutes)

    @rule(hours=st.sampled_from([-24, 24]))
    def the_clock_is_set(self, hours: int) -> None:
        self.hands.turn(hours=hours)

    @rule()
    def give_back(self) -> None:
        with self.database.write() as session:
            give_back_abandoned(session, now=self.hands())

    @rule(mail=consumes(claims))
    def a_process_ends(self, mail: ClaimedMail | None) -> None:
        pass

    @invariant()
    def only_drawn_steps_are_taken(self) -> None:
        now = self.row()
        if now.state != self.before.state:
            assert (self.before.state, now.state) in STEPS
        self.before = now

    @invariant()
    def nobody_gets_a_third_copy(self) -> None:
        assert self.copies <= 2


def test_no_other_step_is_possible(database: Database, town: Town) -> None:
    """DIG-19."""
    run_state_machine_as_test(
        lambda: Way(database, town.hoa.id),
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


@pytest.mark.parametrize(
    "lie",
    [
        {"state": S.SENDING},
        {"state": S.SENDING, "lease": "x"},
        {"state": S.QUEUED, "lease": "x", "lease_until": Hands().now},
        {"state": S.SENT},
        {"state": S.SENT, "sent_at": Hands().now},
        {"state": S.QUEUED, "sent_at": Hands().now},
        {"state": S.QUEUED, "handoff_at": Hands().now},
        {"state": S.UNCERTAIN, "error": "lost"},
        {"state": S.FAILED},
        {"state": S.SKIPPED},
        {"state": S.UNCERTAIN, "handoff_at": Hands().now},
    ],
)
def test_the_database_refuses_rows_that_lie(session: Session, town: Town, lie: dict[str, Any]) -> None:
    """DIG-19: what a state means stands in CHECK constraints."""
    put_row(session, town.hoa.id, WEDNESDAY, S.QUEUED)

    with pytest.raises(IntegrityError):
        session.execute(update(OutgoingMail).values(**lie))

    session.rollback()
    assert session.query(OutgoingMail.state).scalar() == S.QUEUED


def test_the_database_refuses_a_state_it_does_not_know(session: Session, town: Town) -> None:
    put_row(session, town.hoa.id, WEDNESDAY, S.QUEUED)

    with pytest.raises(IntegrityError):
        session.connection().exec_driver_sql("UPDATE motcua_outgoing_mail SET state = 'lost'")


def claim(session: Session, hands: Hands) -> ClaimedMail:
    mail = claim_mail(session, now=hands())
    assert mail is not None
    session.commit()
    return mail


@pytest.fixture
def queued(session: Session, town: Town) -> Hands:
    """Return a clock beside one queued mail."""
    put_row(session, town.hoa.id, WEDNESDAY, S.QUEUED)
    return Hands()


def test_a_mail_is_claimed_once(session: Session, queued: Hands) -> None:
    assert claim(session, queued).attempts == 1
    assert claim_mail(session, now=queued()) is None
    assert not has_work(session, now=queued())


def test_a_process_that_ends_before_the_hand_over_leaves_the_mail_due(session: Session, queued: Hands) -> None:
    claim(session, queued)
    queued.now += LEASE

    assert has_work(session, now=queued())
    give_back_abandoned(session, now=queued())

    again = claim(session, queued)
    assert (again.attempts, again.is_second_copy) == (2, False)


def test_a_process_that_ends_after_the_hand_over_leaves_one_marked_copy(session: Session, queued: Hands) -> None:
    first = claim(session, queued)
    record_hand_over(session, first, now=queued(), message_id="<x@y>", item_count=3)
    handed_over_at = queued.now
    queued.now += LEASE
    give_back_abandoned(session, now=queued())
    assert claim_mail(session, now=queued()) is None

    queued.now = handed_over_at + SECOND_COPY_AFTER
    second = claim(session, queued)
    record_hand_over(session, second, now=queued(), message_id="<x@y>", item_count=3)
    queued.now += LEASE
    give_back_abandoned(session, now=queued())
    queued.now += timedelta(days=3)

    assert second.is_second_copy
    assert claim_mail(session, now=queued()) is None
    assert session.query(OutgoingMail.state).scalar() == MailState.UNCERTAIN


def test_a_process_that_was_frozen_may_not_hand_over(session: Session, queued: Hands) -> None:
    """The lease counts at the last moment, even if nobody else has asked yet."""
    mail = claim(session, queued)
    queued.now += LEASE

    with pytest.raises(LeaseLostError):
        record_hand_over(session, mail, now=queued(), message_id="<x@y>", item_count=3)


def test_a_process_that_lost_its_lease_may_write_nothing(session: Session, queued: Hands) -> None:
    frozen = claim(session, queued)
    queued.now += LEASE
    give_back_abandoned(session, now=queued())
    claim(session, queued)

    for step in (mark_failed, mark_skipped):
        with pytest.raises(LeaseLostError):
            step(session, frozen, reason="late")
    with pytest.raises(LeaseLostError):
        mark_sent(session, frozen, now=queued())
    assert session.query(OutgoingMail.state).scalar() == MailState.SENDING


def test_pauses_grow_and_stay_at_half_an_hour(session: Session, queued: Hands) -> None:
    """DIG-09: 1, 2, 5, 10, 30 minutes, and 30 again and again."""
    pauses = []
    for _ in range(7):
        put_back(session, claim(session, queued), now=queued(), reason="away")
        session.commit()
        until = session.query(OutgoingMail.not_before).scalar()
        pauses.append(until - queued.now)
        queued.now = until

    assert pauses == [*BACK_OFF, BACK_OFF[-1], BACK_OFF[-1]]


def test_a_mail_is_not_tried_before_its_pause_is_over(session: Session, queued: Hands) -> None:
    put_back(session, claim(session, queued), now=queued(), reason="away")
    session.commit()
    queued.turn(seconds=59)
    assert claim_mail(session, now=queued()) is None

    queued.turn(seconds=1)
    assert claim_mail(session, now=queued()) is not None


def test_a_clock_that_was_a_day_ahead_does_not_hold_a_mail_for_a_day(session: Session, queued: Hands) -> None:
    """DIG-08."""
    queued.turn(days=1)
    put_back(session, claim(session, queued), now=queued(), reason="away")
    session.commit()
    queued.turn(days=-1)
    claim(session, queued)

    queued.turn(days=-1)
    give_back_abandoned(session, now=queued())

    assert claim_mail(session, now=queued()) is not None


def test_a_reason_is_kept_in_one_short_line(session: Session, queued: Hands) -> None:
    mark_failed(session, claim(session, queued), reason="550 no\r\nsuch " + "user " * 100)

    error = session.query(OutgoingMail.error).scalar()
    assert error.startswith("550 no such user user")
    assert len(error) == 300
