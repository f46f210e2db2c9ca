"""Another office, another role: the logins end, and what is seen follows at the next request (AZN-11, C-14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from motcua.admin.enums import StaffRole
from motcua.admin.models import StaffMember
from tests.admin.forms import save
from tests.admin.logins.browsers import OLD_WAYS, is_in
from tests.admin.two_offices import TwoOffices, build_two_offices

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from motcua.admin.database import Database

pytestmark = OLD_WAYS


@pytest.fixture
def two(app: Flask, session: Session) -> TwoOffices:
    return build_two_offices(app, session)


@pytest.fixture
def place(session: Session, two: TwoOffices) -> StaffMember:
    """Return the place of Minh, case officer in Châu Ninh."""
    return session.scalars(sa.select(StaffMember).where(StaffMember.user_id == two.ours.minh.id)).one()


def is_added(browser: FlaskClient, two: TwoOffices, _place: StaffMember) -> TestResponse:
    login = {"login": two.ours.minh.username, "office": str(two.theirs.office.id), "role": "case_officer"}
    return save(browser, "/motcua/staff/add", **login)


def is_moved(browser: FlaskClient, two: TwoOffices, place: StaffMember) -> TestResponse:
    return save(browser, f"/motcua/staff/edit/{place.id}", office=str(two.theirs.office.id))


def gets_another_role(browser: FlaskClient, _two: TwoOffices, place: StaffMember) -> TestResponse:
    return save(browser, f"/motcua/staff/edit/{place.id}", role="supervisor")


def is_switched_off(browser: FlaskClient, _two: TwoOffices, place: StaffMember) -> TestResponse:
    return save(browser, f"/motcua/staff/edit/{place.id}", is_active=None)


def is_removed(browser: FlaskClient, _two: TwoOffices, place: StaffMember) -> TestResponse:
    return browser.post(f"/motcua/staff/delete/{place.id}")


def offices_of(browser: FlaskClient, two: TwoOffices) -> str:
    """Say whose dossier a browser opens: ours, theirs."""
    answers = {
        "ours": browser.get(f"/motcua/dossiers/show/{two.our_dossier.id}"),
        "theirs": browser.get(f"/motcua/dossiers/show/{two.their_dossier.id}"),
    }
    return " ".join(name for name, answer in answers.items() if answer.status_code == 200)


@pytest.mark.parametrize(
    ("change", "sees"),
    [
        (is_added, "ours theirs"),
        (is_moved, "theirs"),
        (gets_another_role, "ours"),
        (is_switched_off, ""),
        (is_removed, ""),
    ],
    ids=lambda case: getattr(case, "__name__", None),
)
def test_a_change_of_a_place_ends_the_logins_and_the_next_one_sees_what_belongs_to_it(
    app: Flask, two: TwoOffices, place: StaffMember, change: Any, sees: str
) -> None:
    minh, colleague = two.browser(app, "case_officer"), two.browser(app, "receiving_officer")
    assert offices_of(minh, two) == "ours"

    assert change(two.browser(app, "system_admin"), two, place).status_code == 302

    assert [is_in(minh), is_in(colleague)] == [False, True]
    assert offices_of(two.browser(app, "case_officer"), two) == sees


def test_what_is_seen_follows_at_the_next_request_of_a_login_that_goes_on(
    app: Flask, database: Database, two: TwoOffices, place: StaffMember
) -> None:
    """As in a host whose logins do not end, or after a change behind the platform's back."""
    minh = two.browser(app, "case_officer")
    seen = [offices_of(minh, two)]

    for office, role in ((two.theirs.office, StaffRole.CASE_OFFICER), (two.province, StaffRole.SUPERVISOR)):
        with database.write() as session:
            session.execute(
                sa.update(StaffMember).where(StaffMember.id == place.id).values(office_id=office.id, role=role)
            )
        seen.append(offices_of(minh, two))

    assert seen == ["ours", "theirs", "ours theirs"]


def test_saving_a_place_as_it_is_ends_nothing(app: Flask, two: TwoOffices, place: StaffMember) -> None:
    minh = two.browser(app, "case_officer")

    assert save(two.browser(app, "system_admin"), f"/motcua/staff/edit/{place.id}").status_code == 302

    assert is_in(minh)
