"""The touch page before anybody touches it: who gets it, how a browser becomes a kiosk, what guards both."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from motcua.admin.domain.devices import revoke
from motcua.admin.enums import DeviceKind
from motcua.kiosk.auth import COOKIE, GUARD_HEADER, GUARD_VALUE
from tests.kiosk.hall import away
from tests.kiosk.taking import ADDRESS, NOTHING, given, ledger, new_key
from tests.town import NINE, Town, add_kiosk

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua

PAGE, ENROL, SERVICES = "/kiosk/", "/kiosk/enrol", "/api/v1/kiosk/services"
OWN_PAGE = {GUARD_HEADER: GUARD_VALUE}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; font-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def enrolled(client: FlaskClient, town: Town) -> FlaskClient:
    """Return a browser that was made the kiosk of the hall."""
    client.set_cookie(COOKIE, town.kiosk_token)
    return client


def enrol(client: FlaskClient, token: Any, *, headers: dict[str, str] | None = None, **request: Any) -> TestResponse:
    """Hand a token over as the enrolment page does."""
    return client.post(ENROL, json={"token": token}, headers=OWN_PAGE if headers is None else headers, **request)


def cookie_of(answer: TestResponse) -> set[str]:
    """Return the parts of the one cookie that an answer sets, but for its date."""
    (cookie,) = answer.headers.getlist("Set-Cookie")
    return {part for part in cookie.split("; ") if not part.startswith("Expires=")}


def cookie_of_the_kiosk(town: Town) -> set[str]:
    """Return what the cookie of the hall's kiosk has to be over plain http: 400 days, for our pages only."""
    return {f"{COOKIE}={town.kiosk_token}", "Max-Age=34560000", "HttpOnly", "Path=/", "SameSite=Strict"}


def facts_of(answer: TestResponse) -> dict[str, Any]:
    """Return what the page tells its scripts."""
    written = re.search(r'<script type="application/json" id="facts">(.*?)</script>', answer.text, re.DOTALL)
    assert written is not None
    facts: dict[str, Any] = json.loads(written[1])
    return facts


# --- who gets the page


def test_an_enrolled_browser_gets_its_page_and_keeps_its_cookie_for_another_400_days(
    enrolled: FlaskClient, town: Town
) -> None:
    """AUT-08."""
    answer = enrolled.get(PAGE)

    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert f'<p class="head__office" id="office">{town.office.name}</p>' in answer.text
    assert cookie_of(answer) == cookie_of_the_kiosk(town)


def test_the_page_knows_both_languages_its_times_and_its_edition(enrolled: FlaskClient) -> None:
    facts = facts_of(enrolled.get(PAGE))

    assert [facts["words"][language]["touch"] for language in ("vi", "en")] == ["Chạm để lấy số", "Touch for a number"]
    assert set(facts["words"]["vi"]) == set(facts["words"]["en"])
    assert (facts["zone"], facts["idle_seconds"], facts["ticket_seconds"]) == ("Asia/Ho_Chi_Minh", 30, 20)
    assert facts["version"] == enrolled.get(SERVICES).get_json()["page_version"]


def test_the_token_is_in_no_page(enrolled: FlaskClient, town: Town) -> None:
    assert town.kiosk_token not in enrolled.get(PAGE).text


def test_a_machine_that_brings_its_token_in_a_header_is_given_no_cookie(client: FlaskClient, town: Town) -> None:
    answer = client.get(PAGE, headers={"Authorization": f"Bearer {town.kiosk_token}"})

    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])


@pytest.mark.parametrize("token", ["", "x" * 64, "a" * 2_000], ids=["none", "wrong", "long"])
def test_a_browser_nobody_enrolled_is_told_how_to_become_a_kiosk(client: FlaskClient, town: Town, token: str) -> None:
    """KIO-09."""
    if token:
        client.set_cookie(COOKIE, token)

    answer = client.get(PAGE)

    assert answer.status_code == 401
    assert '<h1 lang="vi">Thiết bị chưa được đăng ký</h1>' in answer.text
    assert "<b>This device is not enrolled.</b> Visitors: please take your number at the help desk." in answer.text
    assert '<input class="input" id="token"' in answer.text
    assert set(facts_of(answer)) == {"guard", "addresses"}
    assert town.office.name not in answer.text
    assert answer.headers.getlist("Set-Cookie") == []


def test_a_kiosk_whose_token_was_withdrawn_is_told_so(enrolled: FlaskClient, town: Town, session: Session) -> None:
    """KIO-09."""
    revoke(town.kiosk, now=NINE)
    session.commit()

    answer = enrolled.get(PAGE)

    assert answer.status_code == 403
    assert '<h1 lang="vi">Thiết bị đã bị thu hồi quyền</h1>' in answer.text
    assert town.office.name not in answer.text


def test_a_display_gets_no_touch_page(enrolled: FlaskClient, town: Town, session: Session) -> None:
    town.kiosk.kind = DeviceKind.DISPLAY
    session.commit()

    answer = enrolled.get(PAGE)

    assert (answer.status_code, town.office.name in answer.text) == (403, False)


def test_a_page_without_its_record_says_so_in_both_languages_and_tries_again(
    enrolled: FlaskClient, motcua: Motcua, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motcua, "database", away(database))

    answer = enrolled.get(PAGE)

    assert answer.status_code == 503
    assert '<meta http-equiv="refresh" content="5">' in answer.text
    assert '<h1 lang="vi">Tạm ngừng phục vụ</h1>' in answer.text
    assert "<b>Out of service for a moment.</b>" in answer.text


# --- enrolment


def test_a_token_makes_this_browser_the_kiosk(client: FlaskClient, town: Town) -> None:
    """AUT-08: out of reach of scripts and of every other site."""
    answer = enrol(client, town.kiosk_token)

    assert answer.status_code == 200
    assert answer.get_json() == {"device": town.kiosk.name, "office": town.office.name}
    assert cookie_of(answer) == cookie_of_the_kiosk(town)
    assert client.get(PAGE).status_code == 200


def test_over_tls_the_cookie_never_travels_without(client: FlaskClient, town: Town) -> None:
    """AUT-08."""
    answers = [enrol(client, town.kiosk_token, base_url="https://motcua.test")]
    answers.append(client.get(PAGE, base_url="https://motcua.test"))

    assert ["Secure" in cookie_of(answer) for answer in answers] == [True, True]


@pytest.mark.parametrize(
    "token",
    [None, 7, ["a" * 64], "", "a" * 15, "a" * 201, "a" * 63 + "\n", "a" * 60 + " b c", "Đ" * 64, "x" * 64],
)
def test_a_token_that_is_none_is_refused_and_leaves_no_cookie(client: FlaskClient, town: Town, token: Any) -> None:
    assert town.kiosk.revoked_at is None

    answer = enrol(client, token)

    assert (answer.status_code, answer.get_json()["code"]) == (401, "device_unknown")
    assert answer.get_json()["detail_vi"] == "Thiết bị chưa được đăng ký. Vui lòng báo cán bộ hướng dẫn."
    assert answer.headers.getlist("Set-Cookie") == []


def test_a_token_that_was_withdrawn_enrols_nothing(client: FlaskClient, town: Town, session: Session) -> None:
    revoke(town.kiosk, now=NINE)
    session.commit()

    answer = enrol(client, town.kiosk_token)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "device_revoked")
    assert answer.headers.getlist("Set-Cookie") == []


def test_a_display_is_not_enrolled_as_a_kiosk(client: FlaskClient, town: Town, session: Session) -> None:
    town.kiosk.kind = DeviceKind.DISPLAY
    session.commit()

    answer = enrol(client, town.kiosk_token)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "device_not_kiosk")
    assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("headers", [{}, {GUARD_HEADER: "XMLHttpRequest"}], ids=["none", "another's"])
def test_a_foreign_page_enrols_nobody(client: FlaskClient, town: Town, headers: dict[str, str]) -> None:
    """AUT-10: not even with a token that is good."""
    answer = enrol(client, town.kiosk_token, headers=headers)

    assert answer.status_code == 403
    assert answer.headers.getlist("Set-Cookie") == []


def test_a_form_enrols_nobody(client: FlaskClient, town: Town) -> None:
    answer = client.post(ENROL, data={"token": town.kiosk_token}, headers=OWN_PAGE)

    assert (answer.status_code, answer.get_json()["code"]) == (400, "body_not_json")
    assert answer.headers.getlist("Set-Cookie") == []


def test_nobody_is_enrolled_by_following_a_link(client: FlaskClient, town: Town) -> None:
    answer = client.get(f"{ENROL}?token={town.kiosk_token}")

    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (405, [])


# --- what the cookie is good for


def test_the_cookie_alone_may_look(enrolled: FlaskClient) -> None:
    answer = enrolled.get(SERVICES, headers=OWN_PAGE).get_json()

    assert [(service["code"], service["open"]) for service in answer["services"]] == [
        ("ho-tich", True),
        ("dat-dai", True),
    ]
    assert answer["office"] == {"name": "Trung tâm PVHCC xã Châu Ninh", "hotline": "0221 3 999 999"}
    assert [group["code"] for group in answer["priorities"]] == ["elderly"]


def test_a_number_by_cookie_is_given_to_our_own_page_and_no_other(enrolled: FlaskClient, database: Database) -> None:
    """AUT-10."""
    key = {"Idempotency-Key": new_key()}

    foreign = [
        enrolled.post(ADDRESS, json={"service": "ho-tich"}, headers=key | guard).status_code
        for guard in ({}, {GUARD_HEADER: "XMLHttpRequest"})
    ]
    assert (foreign, ledger(database)) == ([403, 403], NOTHING)

    own = enrolled.post(ADDRESS, json={"service": "ho-tich"}, headers=key | OWN_PAGE)
    assert (own.status_code, own.get_json()["number"], ledger(database)) == (201, "A001", given(1))


def test_a_kiosk_draws_the_codes_of_its_own_tickets_only(enrolled: FlaskClient, town: Town, session: Session) -> None:
    headers = OWN_PAGE | {"Idempotency-Key": new_key()}
    ticket = enrolled.post(ADDRESS, json={"service": "ho-tich"}, headers=headers).get_json()
    _, other = add_kiosk(session, town.office)
    session.commit()

    own = enrolled.get(f"/kiosk/qr/{ticket['id']}.svg")
    assert (own.status_code, own.content_type) == (200, "image/svg+xml; charset=utf-8")
    assert "<svg" in own.text

    enrolled.set_cookie(COOKIE, other)
    foreign = enrolled.get(f"/kiosk/qr/{ticket['id']}.svg")
    enrolled.delete_cookie(COOKIE)
    nobody = enrolled.get(f"/kiosk/qr/{ticket['id']}.svg")
    assert [foreign.status_code, nobody.status_code] == [404, 401]


# --- what guards every answer


@pytest.mark.parametrize("who", ["enrolled", "stranger", "without a record"])
def test_every_page_is_guarded_and_kept_by_nobody(
    enrolled: FlaskClient, motcua: Motcua, database: Database, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """INJ-03."""
    if who == "stranger":
        enrolled.delete_cookie(COOKIE)
    elif who == "without a record":
        monkeypatch.setattr(motcua, "database", away(database))

    for answer in (enrolled.get(PAGE), enrol(enrolled, "x" * 64), enrolled.get("/kiosk/qr/1.svg")):
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("is_enrolled", [True, False])
def test_pages_carry_nothing_inline_and_nothing_from_elsewhere(enrolled: FlaskClient, *, is_enrolled: bool) -> None:
    """INJ-03: the policy could not allow it."""
    if not is_enrolled:
        enrolled.delete_cookie(COOKIE)

    page = enrolled.get(PAGE).text

    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []
    assert re.findall(r'<script(?! type="application/json"| type="module" src="/)', page) == []
    assert [
        place for place in re.findall(r'(?:src|href)="([^"]*)"', page) if not re.match(r"/(?!/)|#|data:,$", place)
    ] == []


def test_a_browser_asks_for_every_script_and_style_anew(enrolled: FlaskClient) -> None:
    """KIO-12: a new page must not run an old script."""
    files = re.findall(r'(?:src|href)="(/kiosk/static/[^"]+)"', enrolled.get(PAGE).text)

    assert len(files) >= 5
    for file in files:
        with enrolled.get(file) as answer:
            assert (file, answer.headers["Cache-Control"]) == (file, "no-cache")
