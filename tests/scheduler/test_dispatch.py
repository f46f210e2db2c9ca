"""From a due digest to an answered one, at a mail server that is slow, rude, forgetful or away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from motcua.admin.domain.mail_retry import retry_mail
from motcua.admin.domain.mails import SECOND_COPY_AFTER
from motcua.admin.enums import MailState
from motcua.admin.models import Office, StaffMember
from motcua.scheduler.delivery import RefusedError, ServerAwayError
from motcua.scheduler.dispatch import BROKEN, NO_ADDRESS, NO_SUPERVISOR, QUIET, Outcome, put_down_due, send_due
from tests.scheduler.morning import Morning, add_due, add_supervisor, at, put_row, rows
from tests.town import WEDNESDAY, Town, add_office

if TYPE_CHECKING:
    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from tests.scheduler.fake_smtp import FakeSMTP, RunningSMTP
    from tests.scheduler.morning import RecordingDelivery


def state_of(database: Database, person: User) -> tuple[MailState, str | None]:
    (mail,) = (mail for mail in rows(database) if mail.recipient_id == person.id)
    return mail.state, mail.error


def test_the_digest_reaches_the_mail_server(by_smtp: Morning, smtp: FakeSMTP, town: Town, session: Session) -> None:
    add_due(session, town, "H99.09-261124-0001", at(WEDNESDAY, 16))

    assert by_smtp.ring() == [Outcome.SENT]

    (mail,) = smtp.mails
    (row,) = by_smtp.mails()
    assert mail.recipients == ["hoa@chauninh.test"]
    assert mail.message_id == row.message_id == f"<digest-2026-12-02-{town.hoa.id}@motcua.test>"
    assert (row.state, row.item_count, row.sent_at) == (MailState.SENT, 1, by_smtp.hands())


def test_a_server_that_is_away_for_three_hours_gets_each_mail_once(
    by_smtp: Morning, server: RunningSMTP, caplog: pytest.LogCaptureFixture
) -> None:
    """DIG-09: tried after 1, 2, 5, 10 and then every 30 minutes, sent once when it is back."""
    server.stop()
    tried = []
    for minute in range(180):
        if by_smtp.ring():
            tried.append(minute)
        by_smtp.hands.turn(minutes=1)
    server.start()
    by_smtp.ring_for(30)

    assert tried == [0, 1, 3, 8, 18, 48, 78, 108, 138, 168]
    assert [mail.message_id for mail in server.fake.mails] == [by_smtp.mails()[0].message_id]
    assert by_smtp.states() == {WEDNESDAY: MailState.SENT}
    assert caplog.text.count("server away Connection refused") == len(tried)


def test_while_the_server_is_away_the_others_do_not_knock_too(
    by_smtp: Morning, server: RunningSMTP, town: Town, session: Session
) -> None:
    for number in range(19):
        add_supervisor(session, town.office, f"s{number:02}")
    server.stop()

    assert by_smtp.ring() == [Outcome.SERVER_AWAY]

    assert [mail.attempts for mail in by_smtp.mails()] == [1] + [0] * 19


def test_one_deferred_and_one_refused_do_not_trouble_eighteen_others(
    by_smtp: Morning, smtp: FakeSMTP, town: Town, session: Session, database: Database
) -> None:
    """DIG-10."""
    people = [add_supervisor(session, town.office, f"s{number:02}") for number in range(19)]
    deferred, refused = people[3], people[7]
    smtp.to_recipient = {deferred.email: "451 4.7.1 greylisted", refused.email: "550 5.1.1 no such user"}

    outcomes = by_smtp.ring()

    assert sorted(outcomes) == sorted([Outcome.SENT] * 18 + [Outcome.DEFERRED, Outcome.FAILED])
    assert state_of(database, deferred) == (MailState.QUEUED, "451 4.7.1 greylisted")
    assert state_of(database, refused) == (MailState.FAILED, "550 5.1.1 no such user")

    del smtp.to_recipient[deferred.email]
    by_smtp.ring_for(60)

    assert state_of(database, deferred) == (MailState.SENT, None)
    assert state_of(database, refused) == (MailState.FAILED, "550 5.1.1 no such user")
    assert set(smtp.copies().values()) == {1}
    assert len(smtp.mails) == 19


@pytest.mark.parametrize("said", ["452 4.3.1 mailbox full", "421 4.3.2 shutting down"])
def test_a_text_that_is_put_off_is_offered_again(by_smtp: Morning, smtp: FakeSMTP, said: str) -> None:
    smtp.to_data = said
    by_smtp.ring()
    assert [(mail.state, mail.error, mail.handoff_at) for mail in by_smtp.mails()] == [(MailState.QUEUED, said, None)]

    smtp.to_data = "250 OK"
    by_smtp.hands.turn(minutes=1)

    assert by_smtp.ring() == [Outcome.SENT]
    assert "gửi lại" not in smtp.mails[0].subject


def test_a_text_that_is_refused_is_refused_for_good(by_smtp: Morning, smtp: FakeSMTP) -> None:
    smtp.to_data = "554 5.6.0 no"
    by_smtp.ring_for(60)

    assert smtp.visits == 1
    assert by_smtp.states() == {WEDNESDAY: MailState.FAILED}


@pytest.mark.parametrize("rudeness", ["takes_and_drops", "drops", "silent_seconds"])
def test_an_unanswered_mail_is_sent_again_once_and_says_so(by_smtp: Morning, smtp: FakeSMTP, rudeness: str) -> None:
    """DIG-11: the server takes the text and hangs up, or hangs, before it says 250."""
    setattr(smtp, rudeness, 1)
    assert by_smtp.ring() == [Outcome.UNCERTAIN]
    setattr(smtp, rudeness, 0)
    first = len(smtp.mails)

    by_smtp.hands.now += SECOND_COPY_AFTER - timedelta(seconds=1)
    assert by_smtp.ring() == []
    by_smtp.hands.turn(seconds=1)
    assert by_smtp.ring() == [Outcome.SENT]
    by_smtp.ring_for(60)

    assert len(smtp.mails) == first + 1 <= 2
    assert set(smtp.copies()) == {by_smtp.mails()[0].message_id}
    assert smtp.mails[-1].subject.endswith("(gửi lại)")
    assert "nếu đã nhận được thư, xin bỏ qua bản gửi lại này" in smtp.mails[-1].text.lower()


def test_a_mail_unanswered_twice_is_left_to_people(by_smtp: Morning, smtp: FakeSMTP) -> None:
    """DIG-11: never a third copy."""
    smtp.takes_and_drops = True

    by_smtp.ring_for(120)

    assert list(smtp.copies().values()) == [2]
    (row,) = by_smtp.mails()
    assert (row.state, row.is_second_copy, row.attempts) == (MailState.UNCERTAIN, True, 2)


def test_a_quiet_day_is_reported_so_that_silence_means_failure(by_smtp: Morning, smtp: FakeSMTP) -> None:
    """DIG-12."""
    by_smtp.ring_for(5)

    assert [mail.subject for mail in smtp.mails] == ["Hồ sơ ngày 02/12/2026: không có hồ sơ quá hạn hoặc sắp đến hạn"]
    assert by_smtp.mails()[0].item_count == 0


def test_a_quiet_day_may_go_unreported_and_still_has_its_row(morning: Morning, delivery: RecordingDelivery) -> None:
    """DIG-12."""
    silent = morning.with_settings(digest_zero_report=False)
    silent.ring_for(5)

    assert delivery.letters == []
    assert [(mail.state, mail.item_count, mail.error) for mail in morning.mails()] == [(MailState.SKIPPED, 0, QUIET)]


@pytest.mark.parametrize("email", ["", "hoa", "hoa@", "hoa@cháuninh.test", "a@b.test, c@d.test", "Hoa <hoa@b.test>"])
def test_nothing_is_sent_to_an_address_that_is_none(
    morning: Morning, delivery: RecordingDelivery, town: Town, session: Session, email: str
) -> None:
    """DIG-13: reported where mails are listed and in the health page."""
    town.hoa.email = email
    session.commit()

    assert morning.ring() == [Outcome.FAILED]

    assert delivery.letters == []
    assert [(mail.state, mail.error) for mail in morning.mails()] == [(MailState.FAILED, NO_ADDRESS)]


def test_who_stops_supervising_between_row_and_mail_gets_none(
    morning: Morning, delivery: RecordingDelivery, town: Town, session: Session
) -> None:
    """DIG-13."""
    put_down_due(morning.post)
    session.query(StaffMember).filter_by(user_id=town.hoa.id).delete()
    session.commit()

    assert send_due(morning.post) == [Outcome.SKIPPED]

    assert delivery.letters == []
    assert [(mail.state, mail.error) for mail in morning.mails()] == [(MailState.SKIPPED, NO_SUPERVISOR)]


def test_a_mail_goes_to_the_address_of_the_moment(
    morning: Morning, delivery: RecordingDelivery, town: Town, session: Session
) -> None:
    """DIG-13."""
    put_down_due(morning.post)
    town.hoa.email = "hoa.new@chauninh.test"
    session.commit()

    send_due(morning.post)

    assert [letter.recipient for letter in delivery.letters] == ["hoa.new@chauninh.test"]


def test_a_mail_that_cannot_be_written_does_not_hold_up_the_next(
    morning: Morning, delivery: RecordingDelivery, town: Town, session: Session
) -> None:
    """No calendar knows the zone of An's office, so her letter cannot be written."""
    put_down_due(morning.post)
    lost = add_supervisor(session, add_office(session, "an-binh"), "an")
    put_row(session, lost.id, date(2026, 12, 1), MailState.QUEUED)
    session.query(Office).filter_by(code="an-binh").update({"time_zone": "Nowhere/Nothing"})
    session.commit()

    assert send_due(morning.post) == [Outcome.DEFERRED, Outcome.SENT]

    assert [letter.recipient for letter in delivery.letters] == [town.hoa.email]
    assert [(mail.state, mail.error) for mail in morning.mails()] == [
        (MailState.QUEUED, BROKEN),
        (MailState.SENT, None),
    ]


def test_a_bug_after_the_hand_over_never_makes_an_unmarked_copy(morning: Morning, delivery: RecordingDelivery) -> None:
    delivery.troubles.append(ZeroDivisionError())
    assert morning.ring() == [Outcome.UNCERTAIN]

    morning.hands.now += SECOND_COPY_AFTER

    assert morning.ring() == [Outcome.SENT]
    assert morning.mails()[0].is_second_copy


def test_a_process_that_is_to_end_takes_no_other_mail(morning: Morning, town: Town, session: Session) -> None:
    add_supervisor(session, town.office, "an")
    put_down_due(morning.post)
    answers = iter([False, True])

    assert send_due(morning.post, should_stop=lambda: next(answers)) == [Outcome.SENT]

    assert [mail.state for mail in morning.mails()] == [MailState.SENT, MailState.QUEUED]


def test_a_failed_mail_that_an_administrator_puts_back_is_sent(
    morning: Morning, delivery: RecordingDelivery, database: Database
) -> None:
    delivery.troubles.append(RefusedError("550 5.1.1 no such user"))
    morning.ring()
    with database.write() as session:
        assert retry_mail(session, morning.mails()[0].id)

    assert morning.ring() == [Outcome.SENT]


def test_a_server_that_goes_away_in_the_middle_leaves_the_rest_for_later(
    morning: Morning, delivery: RecordingDelivery, town: Town, session: Session
) -> None:
    add_supervisor(session, town.office, "an")
    delivery.troubles.append(ServerAwayError("421 4.3.2 shutting down"))

    assert morning.ring() == [Outcome.SERVER_AWAY]
    assert morning.ring() == [Outcome.SENT]
    morning.hands.turn(minutes=1)
    assert morning.ring() == [Outcome.SENT]
