"""Dossiers at the screen: found, read, moved on, never on an old picture and never another office's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from motcua.admin.domain.printing import order_receipt
from motcua.admin.enums import DossierStatus, PrintKind, PrintState, StaffRole, SupplementPolicy
from motcua.admin.models import Dossier, DossierEvent, PrintJob, ProcedureVersion, StaffMember
from tests.admin.two_offices import TwoOffices, add_dossier
from tests.town import NINE

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from motcua.admin.database import Database


@pytest.fixture
def minh(app: Flask, two: TwoOffices) -> FlaskClient:
    """Return the browser of Minh, who works on dossiers in Châu Ninh."""
    return two.browser(app, "case_officer")


@pytest.fixture
def hoa(app: Flask, two: TwoOffices) -> FlaskClient:
    """Return the browser of Hoa, who supervises Châu Ninh."""
    return two.browser(app, "supervisor")


def text_of(page: TestResponse) -> str:
    return page.get_data(as_text=True)


def as_it_is(database: Database, dossier: Dossier) -> Dossier:
    with database.read() as session:
        found = session.get_one(Dossier, dossier.id)
        found.events  # noqa: B018 - loaded while there is a session
        return found


def press(client: FlaskClient, dossier: Dossier, command: str, **fields: Any) -> TestResponse:
    data = {"version": dossier.version} | fields
    return client.post(f"/motcua/dossiers/{command}/{dossier.id}", data=data)


def codes(page: TestResponse) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>(H99[^<]*)</a>', text_of(page))


def test_the_list_says_what_is_left_in_working_days(minh: FlaskClient) -> None:
    page = text_of(minh.get("/motcua/dossiers/list/"))

    assert "Sắp đến hạn" in page
    assert "còn 2 ngày làm việc · 04/12/2026" in page
    assert "Trần Văn Minh" in page


@pytest.mark.parametrize(
    ("preset", "days", "status"),
    [
        ("late", -1, DossierStatus.PROCESSING),
        ("today", 0, DossierStatus.PROCESSING),
        ("soon", 2, DossierStatus.PROCESSING),
        ("waiting", 2, DossierStatus.SUPPLEMENT),
        ("ready", 2, DossierStatus.DONE),
        ("returned", 2, DossierStatus.RETURNED),
        ("closed", 2, DossierStatus.WITHDRAWN),
    ],
)
def test_each_filter_finds_its_dossiers_and_no_others(
    minh: FlaskClient, two: TwoOffices, session: Session, preset: str, days: int, status: DossierStatus
) -> None:
    session.execute(sa.delete(DossierEvent).where(DossierEvent.dossier_id == two.our_dossier.id))
    session.get_one(Dossier, two.our_dossier.id).due_at = NINE + timedelta(days=30)
    wanted = add_dossier(session, two.ours, 2, due_at=NINE + timedelta(days=days, hours=1), status=status)
    session.commit()

    assert codes(minh.get(f"/motcua/dossiers/list/?view={preset}")) == [wanted.code]


@pytest.mark.parametrize("asked", ["0001", "dang thi", "ĐẶNG", "Ngọc", "0912345678"])
def test_a_dossier_is_found_by_code_name_or_phone(minh: FlaskClient, two: TwoOffices, asked: str) -> None:
    assert codes(minh.get("/motcua/dossiers/list/", query_string={"q": asked})) == [two.our_dossier.code]


@pytest.mark.parametrize("asked", ["091234567", "%", "_", "dn_"])
def test_part_of_a_phone_or_a_wildcard_finds_nobody(minh: FlaskClient, two: TwoOffices, asked: str) -> None:
    assert two is not None
    assert codes(minh.get("/motcua/dossiers/list/", query_string={"q": asked})) == []


def test_a_code_in_a_mail_leads_to_the_dossier(minh: FlaskClient, two: TwoOffices) -> None:
    answer = minh.get(f"/motcua/dossiers/by-code/{two.our_dossier.code.lower()}")

    assert (answer.status_code, answer.location) == (302, f"/motcua/dossiers/show/{two.our_dossier.id}")


def test_another_offices_dossier_is_not_there_whatever_is_tried(
    minh: FlaskClient, two: TwoOffices, database: Database
) -> None:
    theirs = two.their_dossier

    answers = [
        minh.get(f"/motcua/dossiers/show/{theirs.id}"),
        minh.get(f"/motcua/dossiers/by-code/{theirs.code}"),
        press(minh, theirs, "move", to=DossierStatus.DONE.value),
        press(minh, theirs, "apologise", new_day="10/12/2026", new_time="17:00", reason="x"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert "Đặng" not in "".join(map(text_of, answers))
    assert as_it_is(database, theirs).version == theirs.version


def test_a_case_officer_takes_a_dossier_to_its_result(minh: FlaskClient, two: TwoOffices, database: Database) -> None:
    answer = press(minh, two.our_dossier, "move", to=DossierStatus.DONE.value, reason="Đã ký")

    dossier = as_it_is(database, two.our_dossier)
    assert answer.status_code == 302
    assert dossier.status == DossierStatus.DONE
    assert [(event.actor_id, event.reason) for event in dossier.events][-1] == (two.ours.minh.id, "Đã ký")
    assert "Đang xử lý → Chờ trả kết quả" in text_of(minh.get(answer.location))


def test_pressing_on_an_old_page_changes_nothing_and_shows_how_it_is(
    minh: FlaskClient, hoa: FlaskClient, two: TwoOffices, database: Database
) -> None:
    press(hoa, two.our_dossier, "move", to=DossierStatus.SUPPLEMENT.value, reason="Thiếu giấy", policy="none")

    answer = press(minh, two.our_dossier, "move", to=DossierStatus.DONE.value)

    assert answer.status_code == 409
    assert "Người khác vừa thay đổi dữ liệu này." in text_of(answer)
    assert "Thiếu giấy" in text_of(answer)
    assert as_it_is(database, two.our_dossier).status == DossierStatus.SUPPLEMENT


def test_asking_for_papers_needs_a_reason_and_where_undecided_a_policy(
    minh: FlaskClient, two: TwoOffices, database: Database
) -> None:
    to = DossierStatus.SUPPLEMENT.value
    without_reason = press(minh, two.our_dossier, "move", to=to, policy="pause")
    without_policy = press(minh, two.our_dossier, "move", to=to, reason="Thiếu giấy")
    complete = press(minh, two.our_dossier, "move", to=to, reason="Thiếu giấy", policy="resume_plus", extra_days="5")

    assert [answer.status_code for answer in (without_reason, without_policy, complete)] == [400, 409, 302]
    event = as_it_is(database, two.our_dossier).events[-1]
    assert (event.supplement_policy, event.supplement_extra_days) == (SupplementPolicy.RESUME_PLUS, 5)


def test_a_supervisor_gives_a_dossier_to_a_colleague_of_the_office_only(
    hoa: FlaskClient, two: TwoOffices, database: Database
) -> None:
    to_stranger = press(hoa, two.our_dossier, "assign", officer=two.theirs.minh.id)
    to_nobody_known = press(hoa, two.our_dossier, "assign", officer="999999")
    to_colleague = press(hoa, two.our_dossier, "assign", officer=two.ours.lan.id)

    assert [answer.status_code for answer in (to_stranger, to_nobody_known, to_colleague)] == [400, 400, 302]
    dossier = as_it_is(database, two.our_dossier)
    assert dossier.assigned_to_id == two.ours.lan.id
    assert dossier.events[-1].reason == "Giao cho Nguyễn Thị Lan."


def test_an_apology_keeps_the_first_promise_and_moves_the_date(
    minh: FlaskClient, two: TwoOffices, database: Database
) -> None:
    past = press(minh, two.our_dossier, "apologise", new_day="01/12/2026", new_time="17:00", reason="Chậm")
    done = press(minh, two.our_dossier, "apologise", new_day="10/12/2026", new_time="16h30", reason="Chờ xác minh")

    dossier = as_it_is(database, two.our_dossier)
    assert (past.status_code, done.status_code) == (400, 302)
    assert dossier.original_due_at == two.our_dossier.original_due_at
    assert dossier.due_at is not None
    assert dossier.due_at.isoformat() == "2026-12-10T09:30:00+00:00"
    assert dossier.apology_at == NINE
    assert "Hạn trả đổi từ" in text_of(minh.get(done.location))


def test_only_a_supervisor_may_correct_a_status(
    minh: FlaskClient, hoa: FlaskClient, two: TwoOffices, database: Database
) -> None:
    press(minh, two.our_dossier, "move", to=DossierStatus.DONE.value)
    done = as_it_is(database, two.our_dossier)

    refused = press(minh, done, "correct", to=DossierStatus.PROCESSING.value, reason="Bấm nhầm")
    corrected = press(hoa, done, "correct", to=DossierStatus.PROCESSING.value, reason="Bấm nhầm")

    assert (refused.status_code, corrected.status_code) == (403, 302)
    dossier = as_it_is(database, two.our_dossier)
    assert (dossier.status, dossier.finished_at) == (DossierStatus.PROCESSING, None)


def test_a_role_held_in_another_office_gives_no_right_here(
    app: Flask, session: Session, two: TwoOffices, database: Database
) -> None:
    """Hoa supervises Châu Ninh and only receives in Đông Ninh: there she corrects nothing."""
    session.add(StaffMember(user_id=two.ours.hoa.id, office=two.theirs.office, role=StaffRole.CASE_OFFICER))
    session.commit()
    hoa = two.browser(app, "supervisor")

    seen = hoa.get(f"/motcua/dossiers/show/{two.their_dossier.id}")
    answer = press(hoa, two.their_dossier, "correct", to=DossierStatus.DONE.value, reason="x")

    assert (seen.status_code, answer.status_code) == (200, 403)
    assert "/motcua/dossiers/correct/" not in text_of(seen)
    assert as_it_is(database, two.their_dossier).status == DossierStatus.PROCESSING


def test_ten_presses_print_one_receipt_again(
    hoa: FlaskClient, two: TwoOffices, session: Session, database: Database
) -> None:
    """PRN-20, at the screen."""
    first = order_receipt(session, two.our_dossier, printer_id=two.ours.printer.id, now=NINE)
    first.state = PrintState.CONFIRMED
    session.commit()

    for _ in range(10):
        assert press(hoa, two.our_dossier, "reprint").status_code == 302

    with database.read() as fresh:
        jobs = fresh.scalars(sa.select(PrintJob).where(PrintJob.dossier_id == two.our_dossier.id)).all()
    assert [(job.copy_number, job.kind, job.requested_by_id) for job in jobs if job.id != first.id] == [
        (2, PrintKind.RECEIPT, two.ours.hoa.id)
    ]


def test_nothing_that_is_not_on_the_page_is_taken_from_a_command(
    minh: FlaskClient, two: TwoOffices, database: Database
) -> None:
    """AZN-08, for commands."""
    answer = press(minh, two.our_dossier, "move", to=DossierStatus.DONE.value, office_id=two.theirs.office.id)

    assert answer.status_code == 400
    assert as_it_is(database, two.our_dossier).status == DossierStatus.PROCESSING


def test_a_citizens_name_is_text_and_never_markup(minh: FlaskClient, two: TwoOffices, session: Session) -> None:
    dossier = session.get_one(Dossier, two.our_dossier.id)
    dossier.applicant_name = "<script>alert(1)</script>"
    session.get_one(ProcedureVersion, dossier.procedure_version_id).name = '"><img src=x onerror=alert(1)>'
    session.commit()

    for address in ("list/", f"show/{dossier.id}"):
        page = text_of(minh.get(f"/motcua/dossiers/{address}"))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;" in page


def test_the_desk_groups_what_lies_on_it_by_urgency(minh: FlaskClient, two: TwoOffices, session: Session) -> None:
    add_dossier(session, two.ours, 2, due_at=NINE - timedelta(days=1))
    add_dossier(session, two.ours, 3, due_at=NINE + timedelta(hours=3))
    add_dossier(session, two.ours, 4, assigned_to_id=two.ours.hoa.id)
    session.commit()

    page = text_of(minh.get("/motcua/desk/"))

    assert re.findall(r"<h2>([^<]+) <span", page) == ["Quá hạn", "Đến hạn hôm nay", "Sắp đến hạn"]
    assert "-0004" not in page


def test_the_start_page_counts_what_the_lists_behind_it_show(
    hoa: FlaskClient, two: TwoOffices, session: Session
) -> None:
    add_dossier(session, two.ours, 2, due_at=NINE - timedelta(days=1))
    add_dossier(session, two.ours, 3, due_at=NINE - timedelta(days=2))
    session.commit()

    page = text_of(hoa.get("/"))
    tiles = re.findall(r'href="(/motcua/dossiers/list/\?view=\w+)"><strong[^>]*>(\d+)<', page)

    assert ("/motcua/dossiers/list/?view=late", "2") in tiles
    assert {address: len(codes(hoa.get(address))) for address, _ in tiles} == {
        address: int(count) for address, count in tiles
    }
