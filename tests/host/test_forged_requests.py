"""AUT-10: what another site makes a browser send changes nothing, on any address of the app."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask_appbuilder import Model

from motcua.admin.models import AuditEntry, AuditHead, RateCounter, SessionEpoch
from motcua.admin.models.base import Record
from motcua.kiosk.auth import COOKIE
from tests.admin.two_offices import TwoOffices, build_two_offices
from tests.host.authorization import Address, addresses, prepare

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from tests.browsing import Moment
    from tests.conftest import Figures

# FAB's own screens use fields and queries that WTForms 3.3 and SQLAlchemy 2 call old.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

_SAFE = {"GET", "HEAD", "OPTIONS"}
OURS = ("/motcua/", "/api/v1/counter/", "/api/v1/kiosk/", "/kiosk/")
_FIELDS = {"version": "1", "name": "x", "service": "ho-tich", "counter": "1", "username": "admin", "password": "x"}
#: What a page of another site can send without asking first, and what it would like to send.
FORGED: dict[str, dict[str, Any]] = {
    "a form without a token": {"data": _FIELDS},
    "a form with a wrong token": {"data": _FIELDS | {"csrf_token": "IjAwMDAi.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"}},
    "a wrong token in the header": {"data": _FIELDS, "headers": {"X-CSRFToken": "forged"}},
    "text that looks like JSON": {"data": '{"counter": 1, "x": "="}', "content_type": "text/plain"},
    "JSON": {"json": {"counter": 1, "service": "ho-tich"}, "headers": {"Idempotency-Key": "forged-key-1"}},
    "a form of another site": {
        "data": _FIELDS,
        "headers": {
            "Origin": "https://evil.example",
            "Referer": "https://evil.example/",
            "Sec-Fetch-Site": "cross-site",
        },
    },
    "a form without an origin": {"data": _FIELDS, "headers": {"Origin": "null"}},
}


@pytest.fixture
def two(app: Flask, session: Session, moment: Moment, monkeypatch: pytest.MonkeyPatch) -> TwoOffices:
    """Return two offices with a row of every kind, and the app with the check that the tests usually switch off."""
    assert moment
    two = build_two_offices(app, session)
    prepare(session, two)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    # FAB keeps the fields of these as it first sees them; other tests see them without a token.
    for form in ("resetmypassword", "resetpassword", "userinfoeditview"):
        two.browser(app, "admin").get(f"/{form}/form")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setattr(app.appbuilder.sm.limiter, "enabled", False)  # type: ignore[attr-defined]
    return two


def record_of(session: Session) -> dict[str, str]:
    """Return a digest of every table, ours and the platform's, but for counted requests and logins."""
    session.rollback()
    tables = [*Record.metadata.sorted_tables, *Model.metadata.sorted_tables]
    rows = {table.name: sorted(map(repr, session.execute(sa.select(table)).all())) for table in tables}
    for model in (RateCounter, SessionEpoch, AuditEntry, AuditHead):  # requests and logins leave their trace
        del rows[model.__tablename__]
    session.rollback()
    return {name: hashlib.sha256("".join(lines).encode()).hexdigest() for name, lines in rows.items()}


def victim(app: Flask, two: TwoOffices, rule: str) -> FlaskClient:
    """Return the browser of somebody whom the address lets do most, with all its cookies."""
    client = two.browser(app, "receiving_officer" if rule.startswith("/api/v1/counter") else "admin")
    client.set_cookie(COOKIE, two.ours.kiosk_token)
    return client


def path_of(place: Address, two: TwoOffices) -> str:
    """Return the address of a row that there is, of the platform's too."""
    return place.at(two, ours=True).replace("999999", str(two.people["their_office_admin"].id))


def test_no_address_does_what_another_site_asks(
    app: Flask, two: TwoOffices, session: Session, figures: Figures
) -> None:
    """Every address that changes something, each way of forging, with the cookies of the one who may do it."""
    before = record_of(session)
    commands = [(place, method) for place in addresses(app) for method in sorted(place.methods - _SAFE)]
    accepted = {}
    for place, method in commands:
        client = victim(app, two, place.rule)
        for way, sent in FORGED.items():
            answer = client.open(path_of(place, two), method=method, **sent)
            if answer.status_code not in {401, 403}:
                accepted[place.rule, way] = answer.status_code
    figures(f"AUT-10: {len(commands)} commands, {len(FORGED)} forgeries each, {len(accepted)} looked at, none done")

    # They look at no cookie. The one asks for the password itself, and these have none that is right; the other only
    # shows, to who has the link.
    phones = {(rule, way): 404 for rule in ("/t/<path:link>", "/T/<path:link>") for way in FORGED}
    assert accepted == {("/api/v1/security/login", way): 400 for way in FORGED} | phones
    assert record_of(session) == before
    assert len(commands) >= 70


def test_our_own_commands_do_not_rely_on_the_host(
    app: Flask, two: TwoOffices, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a host that checks no forms our buttons, our forms and our APIs check theirs."""
    monkeypatch.setitem(app.config, "WTF_CSRF_CHECK_DEFAULT", False)
    before = record_of(session)
    buttons = re.compile(r"/motcua/[\w-]+/(?!edit|hours)\w+/<pk>|/api/v1/counter/.*|/api/v1/kiosk/.*|/kiosk/.*")
    places = [place for place in addresses(app) if "POST" in place.methods and place.rule.startswith(OURS)]
    answers = {}
    for place in places:
        client = victim(app, two, place.rule)
        for way, sent in FORGED.items():
            answers[place.rule, way] = client.post(path_of(place, two), **sent).status_code

    assert {rule for (rule, _), status in answers.items() if buttons.fullmatch(rule) and status != 403} == set()
    # A form is shown again, for its fields, its token or its old version. Who is not between password and code is
    # led away from the second step; who has not the link does not find the first account.
    others = {(rule, status) for (rule, _), status in answers.items() if status not in {400, 403, 409}}
    assert others == {("/motcua/second-step/", 302), ("/motcua/first-account/<link>", 404)}
    assert record_of(session) == before


def test_no_address_changes_anything_by_being_opened(
    app: Flask, two: TwoOffices, session: Session, figures: Figures
) -> None:
    """A picture or a link of another site: nothing is removed, ordered or called by GET."""
    before = record_of(session)
    pages = [place for place in addresses(app) if "GET" in place.methods and "events" not in place.rule]
    for place in pages:
        victim(app, two, place.rule).get(path_of(place, two), headers={"Sec-Fetch-Site": "cross-site"}).close()
    figures(f"AUT-10: {len(pages)} addresses opened from elsewhere, nothing changed")

    assert record_of(session) == before


def test_our_own_page_is_not_taken_for_a_forgery(app: Flask, two: TwoOffices) -> None:
    """With the token of the page the same form is looked at, and refused only for what is missing in it."""
    admin = two.browser(app, "admin")
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', admin.get("/motcua/fields/add").text)
    assert found

    refused = admin.post("/motcua/fields/add", data={"csrf_token": found[1], "name": ""})
    added = admin.post("/motcua/fields/add", data={"csrf_token": found[1], "name": "Tư pháp", "position": "1"})

    assert (refused.status_code, added.status_code) == (400, 302)


def test_the_token_of_somebody_elses_page_is_refused(app: Flask, two: TwoOffices) -> None:
    admin, other = two.browser(app, "admin"), two.browser(app, "system_admin")
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', other.get("/motcua/fields/add").text)
    assert found

    assert admin.post("/motcua/fields/add", data={"csrf_token": found[1], "name": "x"}).status_code == 403
