"""Who tries links that lead nowhere is slowed down; whoever holds a good one is not (TRK-01, 03, 04, 06, C-16).

``MOTCUA_TEST_GUESSES=10000`` guesses so often on each engine; without it a tenth.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from motcua.admin.domain.tracking import tracking_token
from motcua.admin.errors import DatabaseBusyError
from motcua.admin.models import RateCounter
from motcua.kiosk import tracking
from tests.kiosk.hall import TokenTicket, add_dossier, add_ticket
from tests.town import NINE, Town, build_town

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.extension import Motcua
    from tests.conftest import Figures

KEY = b"a key of the test, and not a short one"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LIMIT = 30
ALARM = 600
GUESSES = int(os.environ.get("MOTCUA_TEST_GUESSES", "1000"))
ADDRESSES = 200
#: Of 31 degrees of freedom, exceeded by one uniform source in a million.
CHI_SQUARE = 84.0


@pytest.fixture
def town(session: Session, motcua: Motcua, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(motcua, "clock", lambda: NINE)
    return build_town(session)


@pytest.fixture
def first(session: Session, town: Town) -> TokenTicket:
    return add_ticket(session, town, 1)


def guess(number: int) -> str:
    return tracking_token(b"somebody else's key, which is as long", f"{number:032x}", 1)


def hops(number: int) -> str:
    """Return what a forwarding header may claim: one, two or ten machines."""
    return ", ".join(f"192.0.2.{(number + hop) % 256}" for hop in range((1, 2, 10)[number % 3]))


def ask(client: FlaskClient, link: str, peer: str = "10.0.0.5", **headers: str) -> int:
    answer = client.get(f"/t/{link}", environ_base={"REMOTE_ADDR": peer}, headers=headers)
    return answer.status_code


def test_a_hundred_thousand_tokens_look_like_dice(figures: Figures) -> None:
    """TRK-01."""
    tokens = [tracking_token(KEY, f"{number:032x}", 1) for number in range(100_000)]

    counts = Counter("".join(tokens))
    mean = sum(counts.values()) / len(ALPHABET)
    chi_square = sum((counts[symbol] - mean) ** 2 / mean for symbol in ALPHABET)
    figures(f"TRK-01: {len(tokens)} tokens, {len(set(tokens))} distinct, chi-square {chi_square:.0f} (31 degrees)")
    assert len(set(tokens)) == 100_000
    assert {len(token) for token in tokens} == {26}
    assert set(counts) == set(ALPHABET)
    assert chi_square < CHI_SQUARE


def test_the_next_version_of_a_token_has_nothing_of_the_last() -> None:
    """TRK-01: where two tokens of one ticket agree is chance, one symbol in 32."""
    pairs = [[tracking_token(KEY, f"{number:032x}", version) for version in (1, 2)] for number in range(2000)]

    alike = sum(one == other for old, new in pairs for one, other in zip(old, new, strict=True))

    assert alike == pytest.approx(2000 * 26 / 32, rel=0.15)


def test_what_is_printed_beside_the_code_opens_nothing(
    session: Session, client: FlaskClient, town: Town, first: TokenTicket
) -> None:
    """TRK-03: no number, code or id is enough."""
    dossier = add_dossier(session, town, first.ticket).dossier
    known = ["A001", "a001", "1", str(first.ticket.id), str(dossier.id), dossier.code, first.ticket.public_id]

    assert {ask(client, f"{link}{suffix}") for link, suffix in product(known, ("", ".json"))} == {404}


def test_guesses_are_limited_by_address_and_good_links_are_served(
    app: Flask, client: FlaskClient, motcua: Motcua, first: TokenTicket, figures: Figures
) -> None:
    """TRK-04, TRK-06: also where the platform keeps no limits at all, and whatever a forwarding header claims."""
    app.appbuilder.sm.limiter.enabled = False  # type: ignore[attr-defined]
    begun = time.monotonic()
    answers = Counter(ask(client, guess(number), **{"X-Forwarded-For": hops(number)}) for number in range(GUESSES))
    app.appbuilder.sm.limiter.enabled = True  # type: ignore[attr-defined]

    figures(f"TRK-04: {GUESSES} guesses from one address, {answers[404]} answered, {answers[429]} refused, 0 hits")
    assert motcua.counts_tries
    assert LIMIT <= answers[404] <= LIMIT * spans_since(begun)
    assert answers[404] + answers[429] == GUESSES
    assert ask(client, first.token) == 200
    assert ask(client, guess(0), peer="10.0.0.6") == 404


def test_two_hundred_addresses_have_no_more_luck_and_raise_the_alarm(
    client: FlaskClient, first: TokenTicket, figures: Figures, caplog: pytest.LogCaptureFixture
) -> None:
    """TRK-04."""
    begun = time.monotonic()
    with caplog.at_level(logging.WARNING):
        answers = Counter(ask(client, guess(number), peer=f"10.0.1.{number % ADDRESSES}") for number in range(GUESSES))

    figures(
        f"TRK-04: {GUESSES} guesses from {ADDRESSES} addresses, {answers[404]} answered, {answers[429]} refused, 0 hits"
    )
    most = LIMIT * ADDRESSES * spans_since(begun)
    assert min(GUESSES, LIMIT * ADDRESSES) <= answers[404] <= most
    assert answers[404] + answers[429] == GUESSES
    assert 1 <= told(caplog).count(f"{ALARM} in 60 s: unknown tracking links from all addresses") <= spans_since(begun)
    assert ask(client, first.token, peer="10.0.1.7") == 200


def spans_since(begun: float) -> int:
    """Return how many minutes a slow machine has begun to count in since then."""
    return 1 + int((time.monotonic() - begun) // 60)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log says of guesses."""
    return [record.getMessage() for record in caplog.records if "unknown tracking links" in record.getMessage()]


def test_that_a_limit_was_reached_stands_in_the_log_once(
    client: FlaskClient, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    assert town
    with caplog.at_level(logging.WARNING):
        for number in range(LIMIT + 20):
            ask(client, guess(number))

    assert told(caplog) == ["30 in 60 s: unknown tracking links from 10.0.0.5"]


def test_a_minute_later_a_wrong_link_is_not_found_again(session: Session, client: FlaskClient, town: Town) -> None:
    assert town
    refused = [ask(client, guess(number)) for number in range(LIMIT + 1)][-1]
    session.execute(sa.update(RateCounter).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    session.commit()

    assert (refused, ask(client, guess(0))) == (429, 404)


def test_whoever_has_to_wait_is_told_so_in_both_languages(client: FlaskClient, town: Town) -> None:
    assert town
    for number in range(LIMIT):
        ask(client, guess(number))
    peer = {"REMOTE_ADDR": "10.0.0.5"}
    page = client.get(f"/t/{guess(0)}", environ_base=peer)
    data = client.get(f"/t/{guess(0)}.json", environ_base=peer)

    assert "Vui lòng chờ một phút" in page.text
    assert "Please wait a minute" in page.text
    assert (data.status_code, data.get_json()["code"], data.headers["Retry-After"]) == (429, "too_many_tries", "60")
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_wrong_link_is_not_found_also_when_it_cannot_be_counted(
    client: FlaskClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert town

    def busy(*_: Any, **__: Any) -> None:
        raise DatabaseBusyError

    monkeypatch.setattr(tracking, "count_failure", busy)

    assert ask(client, guess(0)) == 404
