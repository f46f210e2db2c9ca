"""TRK-11: more about a dossier, for who knows the telephone number too; five wrong tries lock it for a while."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from motcua.admin.enums import ActorKind, AuditAction
from motcua.admin.enums import DossierStatus as S
from motcua.admin.models import AuditEntry, DossierPaper, RateCounter
from tests.kiosk.hall import TokenDossier, add_dossier, add_dossier_event, add_ticket
from tests.town import NINE

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.conftest import Figures
    from tests.town import Town

PHONE, LAST = "+84 912 345 678", "5678"
PAPER, ASKED = "Bản sao giấy khai sinh", "Thiếu chữ ký của vợ chồng"
SORRY, INNER = "Xin lỗi, còn chờ xác minh", "Ghi chú nội bộ"
UNKNOWN = "0" * 26
_VERSION = re.compile(r'data-version="\d+"|\d\d:\d\d:\d\d')
WRONG = "Bốn số này không khớp"


@pytest.fixture
def dossier(session: Session, town: Town) -> TokenDossier:
    """Return a dossier with a paper, a request for more, an apology, and notes of the office's own."""
    made = add_dossier(session, town, None)
    made.dossier.applicant_phone = PHONE
    made.dossier.papers.append(DossierPaper(position=1, name=PAPER, copies=2))
    due, new_due = NINE + timedelta(days=5), NINE + timedelta(days=7)
    for before, after, reason, moved in (
        (None, S.RECEIVED, INNER, {}),
        (S.RECEIVED, S.PROCESSING, INNER, {}),
        (S.PROCESSING, S.SUPPLEMENT, ASKED, {}),
        (S.SUPPLEMENT, S.PROCESSING, INNER, {"due_from": due, "due_to": new_due}),
        (S.PROCESSING, S.PROCESSING, SORRY, {"due_from": new_due, "due_to": due}),
        (S.DONE, S.SUPPLEMENT, INNER, {}),  # put right what was pressed by mistake
    ):
        add_dossier_event(session, made.dossier, town.minh, to=after, from_status=before, reason=reason, **moved)
    session.commit()
    return made


def send(client: FlaskClient, token: str, digits: str, peer: str = "10.0.0.5") -> TestResponse:
    return client.post(f"/t/{token}", data={"digits": digits}, environ_base={"REMOTE_ADDR": peer})


def test_the_right_digits_show_what_was_handed_in_and_what_is_asked_for(
    client: FlaskClient, dossier: TokenDossier
) -> None:
    answer = send(client, dossier.token, f" {LAST} ")

    assert answer.status_code == 200
    for words in (PAPER, "2 bản", ASKED, SORRY, "Cần bổ sung giấy tờ", dossier.dossier.code):
        assert words in answer.text
    for words in (INNER, dossier.dossier.applicant_name, LAST):
        assert words not in answer.text
    assert (answer.headers["Cache-Control"], "Set-Cookie" in answer.headers) == ("no-store", False)
    assert 'http-equiv="refresh"' not in answer.text


def test_without_them_the_page_shows_none_of_it(client: FlaskClient, dossier: TokenDossier) -> None:
    send(client, dossier.token, LAST)

    for answer in (client.get(f"/t/{dossier.token}"), client.get(f"/t/{dossier.token}.json")):
        assert not [words for words in (PAPER, ASKED, SORRY, INNER) if words in answer.text]
    assert "Bốn số cuối" in client.get(f"/t/{dossier.token}").text


@pytest.mark.parametrize("digits", ["", "0000", "5677", "85678", "+84 912 345 678", "٥٦٧٨", "----", "x" * 10_000])
def test_wrong_digits_are_refused_in_words(client: FlaskClient, dossier: TokenDossier, digits: str) -> None:
    answer = send(client, dossier.token, digits)

    assert answer.status_code == 400
    assert WRONG in answer.text
    assert not [words for words in (PAPER, ASKED, SORRY, INNER) if words in answer.text]


@pytest.mark.parametrize("phone", [None, "", "5678", "chưa có"])
def test_a_dossier_without_a_number_answers_as_to_wrong_digits(
    session: Session, client: FlaskClient, dossier: TokenDossier, phone: str | None
) -> None:
    wrong = send(client, dossier.token, "0000")
    dossier.dossier.applicant_phone = phone
    session.commit()

    answers = [send(client, dossier.token, digits) for digits in ("5678", "")]

    assert [answer.status_code for answer in (wrong, *answers)] == [400] * 3
    assert {_VERSION.sub("", answer.text) for answer in (wrong, *answers)} == {_VERSION.sub("", wrong.text)}


def test_a_ticket_without_a_dossier_has_nothing_more_to_show(session: Session, client: FlaskClient, town: Town) -> None:
    ticket = add_ticket(session, town, 1)

    page, answer = client.get(f"/t/{ticket.token}"), send(client, ticket.token, LAST)

    assert "digits" not in page.text
    assert answer.status_code == 400


def test_that_it_was_read_stands_in_the_trail(session: Session, client: FlaskClient, dossier: TokenDossier) -> None:
    send(client, dossier.token, "0000")
    send(client, dossier.token, LAST)

    [row] = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == AuditAction.DOSSIER_READ))
    assert (row.actor_kind, row.object_code) == (ActorKind.NOBODY, dossier.dossier.code)
    assert LAST not in row.details + str(row.personal)


def test_a_link_that_leads_nowhere_is_answered_as_always_and_counted_as_a_guess(
    session: Session, client: FlaskClient, dossier: TokenDossier
) -> None:
    looked, tried = client.get(f"/t/{UNKNOWN}"), send(client, UNKNOWN, LAST)
    answers = [send(client, f"{number:026}", LAST).status_code for number in range(40)]

    assert (tried.status_code, tried.text) == (404, looked.text)
    assert send(client, f"{UNKNOWN}.json", LAST, peer="10.0.0.6").status_code == 404
    assert answers == [404] * 29 + [429] * 11
    # Guesses by address, and of all addresses: nothing was kept for each of them.
    assert session.scalar(sa.select(sa.func.count()).select_from(RateCounter)) <= 4
    assert send(client, dossier.token, LAST).status_code == 200


def test_five_wrong_tries_lock_it_for_a_quarter_of_an_hour_and_raise_the_alarm(
    session: Session,
    client: FlaskClient,
    town: Town,
    dossier: TokenDossier,
    caplog: pytest.LogCaptureFixture,
    figures: Figures,
) -> None:
    another = add_dossier(session, town, None)
    wrong = [send(client, dossier.token, f"{number:04}", peer=f"10.0.0.{number}") for number in range(5)]
    locked = [send(client, dossier.token, digits) for digits in ("0009", LAST)]
    open_still = [send(client, another.token, LAST), client.get(f"/t/{dossier.token}")]
    _let_pass(session, minutes=15)
    later = send(client, dossier.token, LAST)

    assert [answer.status_code for answer in wrong] == [400] * 5
    assert [answer.status_code for answer in locked] == [429, 429]
    assert locked[0].text == locked[1].text
    assert "mười lăm phút" in locked[0].text
    assert [answer.status_code for answer in open_still] == [200, 200]
    assert later.status_code == 200
    alarms = [line for line in caplog.messages if "digits for tracking link" in line]
    assert len(alarms) == 1
    assert dossier.token not in "".join(caplog.messages)
    figures(f"TRK-11: {len(wrong)} wrong tries, then locked: the right digits {locked[1].status_code}, 1 alarm")


def test_fifteen_wrong_tries_lock_it_for_the_day(session: Session, client: FlaskClient, dossier: TokenDossier) -> None:
    for number in range(15):
        assert send(client, dossier.token, f"{number:04}").status_code == 400
        if number % 5 == 4:
            _let_pass(session, minutes=15)

    locked = send(client, dossier.token, LAST)
    _let_pass(session, hours=24)

    assert locked.status_code == 429
    assert send(client, dossier.token, LAST).status_code == 200


def test_the_right_digits_forgive_the_wrong_ones_before(client: FlaskClient, dossier: TokenDossier) -> None:
    for _ in range(6):
        answers = [send(client, dossier.token, digits).status_code for digits in ("0001", "0002", "0003", LAST)]
        assert answers == [400, 400, 400, 200]


def test_tries_made_at_once_are_all_counted(client: FlaskClient, dossier: TokenDossier) -> None:
    ready, answers = threading.Barrier(12), []

    def try_it(number: int) -> None:
        ready.wait()
        answers.append(send(client.application.test_client(), dossier.token, f"{number:04}").status_code)

    threads = [threading.Thread(target=try_it, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [400] * 5 + [429] * 7


def _let_pass(session: Session, **span: float) -> None:
    """Let the spans of the counters be so much nearer to their end."""
    for counter in session.scalars(sa.select(RateCounter)):
        counter.expires_at -= timedelta(**span)
    session.commit()
