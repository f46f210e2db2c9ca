"""Setting an office up: machines, people, procedures."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from motcua.admin.domain.devices import device_digest
from motcua.admin.enums import DurationUnit, StaffRole
from motcua.admin.models import Device, Procedure, ProcedureVersion, StaffMember
from motcua.admin.permissions import ROLE_OF_STAFF
from tests.admin.forms import form_at, read_form, save
from tests.admin.two_offices import TwoOffices
from tests.town import add_procedure, add_user

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database


@pytest.fixture
def admin(app: Flask, two: TwoOffices) -> FlaskClient:
    """Return the browser of Sơn, who administers Châu Ninh."""
    return two.browser(app, "office_admin")


# --- machines ------------------------------------------------------------------------------------


def test_a_new_device_shows_its_token_once(admin: FlaskClient, two: TwoOffices, database: Database) -> None:
    page = save(admin, "/motcua/devices/add", office=str(two.ours.office.id), name="Ki-ốt cửa", printer="__None")

    text = page.get_data(as_text=True)
    token = re.search(r'id="device-token">([^<]+)<', text)
    assert token is not None
    assert f"http://motcua.test/kiosk/#{token[1]}" in text
    assert page.headers["Cache-Control"] == "no-store"
    with database.read() as session:
        device = session.scalars(sa.select(Device).where(Device.name == "Ki-ốt cửa")).one()
    assert device.token_digest == device_digest(token[1])
    assert token[1] not in admin.get(f"/motcua/devices/show/{device.id}").get_data(as_text=True)


def test_the_token_opens_the_kiosks_api_until_it_is_withdrawn(admin: FlaskClient, two: TwoOffices) -> None:
    def services() -> int:
        headers = {"Authorization": f"Bearer {two.ours.kiosk_token}"}
        return admin.application.test_client().get("/api/v1/kiosk/services", headers=headers).status_code

    assert services() == 200
    assert admin.post(f"/motcua/devices/revoke/{two.ours.kiosk.id}").status_code == 302

    assert services() == 403


def test_a_renewed_token_makes_the_old_one_void(admin: FlaskClient, two: TwoOffices, database: Database) -> None:
    page = admin.post(f"/motcua/devices/renew/{two.ours.kiosk.id}").get_data(as_text=True)

    token = re.search(r'id="device-token">([^<]+)<', page)
    assert token is not None
    with database.read() as session:
        assert session.get_one(Device, two.ours.kiosk.id).token_digest == device_digest(token[1])


def test_machines_of_another_office_can_be_neither_renewed_nor_withdrawn(
    admin: FlaskClient, two: TwoOffices, database: Database
) -> None:
    answers = [admin.post(f"/motcua/devices/{command}/{two.theirs.kiosk.id}") for command in ("renew", "revoke")]

    assert [answer.status_code for answer in answers] == [404, 404]
    with database.read() as session:
        kiosk = session.get_one(Device, two.theirs.kiosk.id)
    assert (kiosk.token_digest, kiosk.revoked_at) == (two.theirs.kiosk.token_digest, None)


def test_a_printers_address_is_refused_in_words(admin: FlaskClient, two: TwoOffices) -> None:
    answer = save(admin, f"/motcua/printers/edit/{two.ours.printer.id}", uri="http://10.0.0.9/")

    assert answer.status_code == 400
    assert "http://10.0.0.9/" in read_form(answer).values["uri"]
    assert 'class="mc-error" role="alert"' in answer.get_data(as_text=True)


# --- people --------------------------------------------------------------------------------------


@pytest.fixture
def nga(session: Session, two: TwoOffices) -> User:
    """Return Nga, who has a login and no place yet."""
    assert two is not None
    user = add_user(session, "nga", "Nga", "Lý")
    session.commit()
    return user


def roles_of(database: Database, user: User) -> list[str]:
    with database.read() as session:
        return sorted(role.name for role in session.get_one(type(user), user.id).roles)


def test_a_place_brings_its_role_and_takes_it_away_again(
    admin: FlaskClient, two: TwoOffices, nga: User, database: Database
) -> None:
    address = "/motcua/staff/add"
    for role in ("case_officer", "receiving_officer"):
        assert save(admin, address, login="NGA", office=str(two.ours.office.id), role=role).status_code == 302
    both = roles_of(database, nga)
    with database.read() as session:
        places = {place.role: place for place in session.scalars(sa.select(StaffMember).filter_by(user_id=nga.id))}

    case_place = places[StaffRole.CASE_OFFICER]
    save(admin, f"/motcua/staff/edit/{case_place.id}", is_active=None)

    assert both == sorted(ROLE_OF_STAFF[role] for role in (StaffRole.CASE_OFFICER, StaffRole.RECEIVING_OFFICER))
    assert roles_of(database, nga) == [ROLE_OF_STAFF[StaffRole.RECEIVING_OFFICER]]


def test_nobody_learns_which_logins_the_platform_has(admin: FlaskClient, two: TwoOffices, nga: User) -> None:
    page = admin.get("/motcua/staff/add").get_data(as_text=True)
    answer = save(admin, "/motcua/staff/add", login="ai-do", office=str(two.ours.office.id))

    assert "Lý" not in page
    assert str(nga.email) not in page
    assert answer.status_code == 400
    assert "Không có tài khoản đang hoạt động nào tên “ai-do”." in answer.get_data(as_text=True)


def test_nobody_is_placed_in_an_office_outside_ones_own(
    admin: FlaskClient, two: TwoOffices, nga: User, database: Database
) -> None:
    answer = save(admin, "/motcua/staff/add", login="nga", office=str(two.theirs.office.id))

    assert answer.status_code == 400
    assert roles_of(database, nga) == []


def test_a_place_cannot_be_moved_to_another_office(
    admin: FlaskClient, two: TwoOffices, session: Session, database: Database
) -> None:
    """AZN-04, for places."""
    place = session.scalars(sa.select(StaffMember).where(StaffMember.user_id == two.ours.lan.id)).one()

    answer = save(admin, f"/motcua/staff/edit/{place.id}", office=str(two.theirs.office.id))

    assert answer.status_code == 400
    with database.read() as fresh:
        assert fresh.get_one(StaffMember, place.id).office_id == two.ours.office.id


# --- procedures ----------------------------------------------------------------------------------


@pytest.fixture
def unused(session: Session, two: TwoOffices) -> ProcedureVersion:
    """Return a procedure that no dossier has come in under."""
    assert two is not None
    version = add_procedure(session, code="2.000815", name="Chứng thực bản sao", amount=2)
    session.commit()
    return version


def versions(database: Database, version: ProcedureVersion) -> list[ProcedureVersion]:
    with database.read() as session:
        procedure = session.get_one(Procedure, version.procedure_id)
        found = procedure.versions
        for row in found:
            row.papers  # noqa: B018 - loaded while there is a session
        return found


def test_a_procedure_without_dossiers_is_corrected_where_it_stands(
    admin: FlaskClient, unused: ProcedureVersion, database: Database
) -> None:
    answer = save(
        admin,
        f"/motcua/procedures/edit/{unused.procedure_id}",
        name="Chứng thực bản sao từ bản chính",
        papers="Bản chính (xuất trình)\nBản sao\nGiấy ủy quyền (nếu có)",
        fee_vnd="2000",
        is_verified="y",
    )

    (version,) = versions(database, unused)
    assert answer.status_code == 302
    assert (version.number, version.name, version.fee_vnd, version.is_verified) == (
        1,
        "Chứng thực bản sao từ bản chính",
        2000,
        True,
    )
    assert [(paper.name, paper.is_conditional, paper.is_shown_only) for paper in version.papers] == [
        ("Bản chính (xuất trình)", False, True),
        ("Bản sao", False, False),
        ("Giấy ủy quyền (nếu có)", True, False),
    ]


def test_a_procedure_with_dossiers_gets_a_new_version_and_dossiers_keep_theirs(
    admin: FlaskClient, two: TwoOffices, database: Database
) -> None:
    before = two.ours.procedure

    answer = save(
        admin,
        f"/motcua/procedures/edit/{before.procedure_id}",
        duration_amount="1,5",
        effective_from="01/01/2027",
    )

    first, second = versions(database, before)
    assert answer.status_code == 302
    assert (first.duration_amount, first.effective_to) == (3, date(2027, 1, 1))
    assert (second.number, second.duration_amount, second.effective_from) == (2, 1.5, date(2027, 1, 1))
    assert second.duration_unit == DurationUnit.WORKING_DAYS
    with database.read() as session:
        dossier = session.get_one(type(two.our_dossier), two.our_dossier.id)
    assert dossier.procedure_version_id == first.id


def test_only_saying_that_it_is_checked_makes_no_new_version(
    admin: FlaskClient, two: TwoOffices, database: Database
) -> None:
    save(admin, f"/motcua/procedures/edit/{two.ours.procedure.procedure_id}", is_verified="y", review_note="Hỏi tỉnh")

    (version,) = versions(database, two.ours.procedure)
    assert (version.is_verified, version.review_note, version.effective_from) == (True, "Hỏi tỉnh", date(2026, 1, 1))


def test_a_new_version_cannot_begin_before_the_one_in_use(
    admin: FlaskClient, two: TwoOffices, database: Database
) -> None:
    answer = save(
        admin, f"/motcua/procedures/edit/{two.ours.procedure.procedure_id}", name="Tên mới", effective_from="1/1/2026"
    )

    assert answer.status_code == 400
    assert "phải có hiệu lực từ ngày 02/01/2026" in answer.get_data(as_text=True)
    assert [version.number for version in versions(database, two.ours.procedure)] == [1]


def test_two_people_cannot_overwrite_each_others_procedure(
    app: Flask, admin: FlaskClient, two: TwoOffices, unused: ProcedureVersion, database: Database
) -> None:
    address = f"/motcua/procedures/edit/{unused.procedure_id}"
    mine = form_at(admin, address) | {"fee_vnd": "1"}
    save(two.browser(app, "their_office_admin"), address, fee_vnd="2")

    answer = admin.post(address, data=mine)

    assert answer.status_code == 409
    assert versions(database, unused)[0].fee_vnd == 2


def test_procedures_that_need_a_decision_can_be_listed_and_searched_without_signs(
    admin: FlaskClient, unused: ProcedureVersion, session: Session
) -> None:
    session.get_one(ProcedureVersion, unused.id).review_note = "Thời hạn chưa rõ."
    session.commit()

    def listed(query: str) -> list[str]:
        page = admin.get(f"/motcua/procedures/list/?{query}").get_data(as_text=True)
        return re.findall(r'<th scope="row"[^>]*><a [^>]*>([\d.]+)</a>', page)

    assert listed("view=review") == ["2.000815"]
    assert listed("q=chung+thuc+ban") == ["2.000815"]
    assert listed("q=khong+co") == []


def test_a_commune_leaves_the_catalogue_to_the_province_once_that_has_an_administrator(
    admin: FlaskClient, two: TwoOffices, session: Session, unused: ProcedureVersion, database: Database
) -> None:
    address = f"/motcua/procedures/edit/{unused.procedure_id}"
    mine = form_at(admin, address) | {"fee_vnd": "9"}
    session.add(StaffMember(user_id=two.people["auditor"].id, office=two.province, role=StaffRole.OFFICE_ADMIN))
    session.commit()

    assert admin.post(address, data=mine).status_code == 403
    assert admin.get("/motcua/procedures/add").status_code == 403
    assert "/motcua/procedures/edit/" not in admin.get(f"/motcua/procedures/show/{unused.procedure_id}").get_data(
        as_text=True
    )
    assert versions(database, unused)[0].fee_vnd is None
