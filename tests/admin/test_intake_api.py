"""Taking dossiers in over the API: the right fields, once for a key, nothing personal where it need not be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from motcua.admin.enums import PrintState, TicketState
from motcua.admin.models import Dossier, PrintJob, ProcedurePaper, StaffMember
from tests.admin.desk import Desk, problem
from tests.admin.hall import Hall
from tests.town import HANOI, build_town

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database

APPLICANT = {"name": "Đặng Thị Kín", "id_number": "033177001234", "phone": "0912345678", "address": "Thôn Đông"}


def intake(hall: Hall, **fields: Any) -> dict[str, Any]:
    return {"procedure": hall.town.procedure.procedure.code, "applicant": APPLICANT} | fields


def test_a_dossier_is_taken_in(open_hall: Hall, lan: Desk, session: Session) -> None:
    paper = ProcedurePaper(position=1, name="Giấy chứng sinh")
    session.merge(open_hall.town.procedure).papers.append(paper)
    session.commit()
    open_hall.issue()
    lan.post("next")
    papers = [{"paper": paper.id, "copies": 2}, {"name": " Bản sao\x00 hộ chiếu "}]

    answer = lan.post("dossiers", **intake(open_hall, papers=papers, assigned_to=open_hall.town.minh.id, note="gấp"))

    taken = answer.get_json()["dossier"]
    assert answer.status_code == 201
    assert taken["code"] == f"{open_hall.town.office.identifier}-261202-0001"
    assert taken["due_at"] == datetime(2026, 12, 7, 9, tzinfo=HANOI).astimezone(UTC).isoformat()
    assert taken["print"] == {"state": "queued", "copy": 1}
    assert taken["tracking_url"].startswith("HTTP://MOTCUA.TEST/T/")
    state = answer.get_json()["state"]
    assert (state["current"]["state"], state["today"]["dossiers"]) == ("serving", 1)
    assert [(line["code"], line["receipt"]) for line in state["dossiers"]] == [(taken["code"], "queued")]
    dossier = session.scalars(select(Dossier)).one()
    assert [(row.name, row.copies) for row in dossier.papers] == [("Giấy chứng sinh", 2), ("Bản sao hộ chiếu", 1)]
    assert (dossier.assigned_to_id, dossier.applicant_phone) == (open_hall.town.minh.id, "0912345678")


def test_a_dossier_sent_twice_is_one(open_hall: Hall, lan: Desk, session: Session) -> None:
    open_hall.issue()
    lan.post("next")
    first = lan.post("dossiers", key="one-dossier", **intake(open_hall))
    again = lan.post("dossiers", key="one-dossier", **intake(open_hall))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["dossier"] == again.get_json()["dossier"]
    assert len(session.scalars(select(Dossier)).all()) == 1
    assert len(session.scalars(select(PrintJob).where(PrintJob.dossier_id.is_not(None))).all()) == 1
    other = intake(open_hall, applicant=APPLICANT | {"name": "Người Khác"})
    problem(lan.post("dossiers", key="one-dossier", **other), 409, "idempotency_key_reused")


def test_nothing_secret_or_personal_is_kept_with_the_answer(open_hall: Hall, lan: Desk, database: Database) -> None:
    open_hall.issue()
    lan.post("next")
    token = lan.post("dossiers", **intake(open_hall)).get_json()["dossier"]["tracking_url"].rpartition("/")[2]

    with database.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT answer, request_digest FROM motcua_command_receipt").all())
    for secret in (token, *APPLICANT.values()):
        assert secret not in kept


def test_what_comes_by_post_is_taken_in_without_a_visitor(open_hall: Hall, lan: Desk, session: Session) -> None:
    assert lan.post("dossiers", **intake(open_hall, channel="postal")).status_code == 201

    dossier = session.scalars(select(Dossier)).one()
    assert (dossier.ticket_id, dossier.channel.name) == (None, "POSTAL")


@pytest.mark.parametrize(
    "case",
    [
        ({"applicant": {"name": ""}}, 400, "invalid_input"),
        ({"applicant": APPLICANT | {"phone": "1"}}, 400, "invalid_input"),
        ({"applicant": APPLICANT | {"sex": "f"}}, 400, "invalid_input"),
        ({"applicant": "Lan"}, 400, "invalid_input"),
        ({"papers": [{"copies": 1}]}, 400, "invalid_input"),
        ({"papers": [{"paper": 1, "name": "x"}]}, 400, "invalid_input"),
        ({"papers": [{"paper": 987654}]}, 400, "invalid_input"),
        ({"papers": [{"name": "x", "copies": 0}]}, 400, "invalid_input"),
        ({"papers": [{"name": "x"}] * 61}, 400, "invalid_input"),
        ({"procedure": "9.999999"}, 404, "unknown_procedure"),
        ({"procedure": 1}, 400, "invalid_input"),
        ({"assigned_to": 987654}, 400, "invalid_input"),
        ({"channel": "fax"}, 400, "invalid_input"),
        ({"received_at": "2020-01-01"}, 400, "invalid_input"),
        ({"note": "x" * 2001}, 400, "invalid_input"),
    ],
)
def test_an_intake_that_cannot_be_right_leaves_nothing(
    open_hall: Hall, lan: Desk, session: Session, case: tuple[dict[str, Any], int, str]
) -> None:
    fields, status, code = case
    open_hall.issue()
    lan.post("next")

    problem(lan.post("dossiers", **intake(open_hall, **fields)), status, code)

    assert session.scalars(select(Dossier)).all() == []
    assert open_hall.ticket("A001").state == TicketState.CALLED


def test_procedures_are_listed_and_one_is_shown_with_its_due_date(open_hall: Hall, lan: Desk) -> None:
    code = open_hall.town.procedure.procedure.code

    listed = lan.get("procedures").get_json()["procedures"]
    shown = lan.get(f"procedures/{code}").get_json()

    assert [procedure["code"] for procedure in listed] == [code]
    assert shown["due_at"] == datetime(2026, 12, 7, 9, tzinfo=HANOI).astimezone(UTC).isoformat()
    assert (shown["name"], shown["papers"]) == ("Cấp Giấy xác nhận tình trạng hôn nhân", [])
    problem(lan.get("procedures/9.999999"), 404, "unknown_procedure")


def test_a_receipt_is_printed_again_as_a_copy(open_hall: Hall, lan: Desk, session: Session) -> None:
    open_hall.issue()
    lan.post("next")
    dossier = lan.post("dossiers", **intake(open_hall)).get_json()["dossier"]["id"]
    session.scalars(select(PrintJob).where(PrintJob.dossier_id == dossier)).one().state = PrintState.CONFIRMED
    session.commit()

    printed = [lan.post(f"dossiers/{dossier}/reprint", key="print-again").get_json()["dossier"] for _ in range(2)]

    assert [one["print"] for one in printed] == [{"state": "queued", "copy": 2}] * 2
    jobs = session.scalars(select(PrintJob).where(PrintJob.dossier_id == dossier).order_by(PrintJob.copy_number)).all()
    assert [(job.copy_number, job.printer_id) for job in jobs] == [
        (1, open_hall.town.printer.id),
        (2, open_hall.town.printer.id),
    ]


def test_the_qr_code_is_drawn_without_a_style(open_hall: Hall, lan: Desk) -> None:
    open_hall.issue()
    lan.post("next")
    dossier = lan.post("dossiers", **intake(open_hall)).get_json()["dossier"]

    drawn = lan.get(f"dossiers/{dossier['id']}/qr.svg")

    assert drawn.content_type == "image/svg+xml"
    assert b"<path" in drawn.data
    assert b"style" not in drawn.data


def test_a_dossier_of_another_office_looks_like_none(
    open_hall: Hall, session: Session, lan: Desk, client: FlaskClient
) -> None:
    elsewhere = Hall(open_hall.motcua, build_town(session, "tien-lang", prefix="tl-"))
    elsewhere.issue()
    open_hall.issue()
    lan.post("next")
    dossier = lan.post("dossiers", **intake(open_hall)).get_json()["dossier"]["id"]
    for place in session.scalars(select(StaffMember).where(StaffMember.user_id == open_hall.town.lan.id)):
        place.office_id = elsewhere.town.office.id
    session.commit()
    moved = Desk(client, elsewhere.town.counter1.id, lan.headers)

    problem(moved.get(f"dossiers/{dossier}"), 404, "not_found")
    problem(moved.get(f"dossiers/{dossier}/qr.svg"), 404, "not_found")
    problem(moved.post(f"dossiers/{dossier}/reprint"), 404, "not_found")
    assert [job.copy_number for job in session.scalars(select(PrintJob).where(PrintJob.dossier_id == dossier))] == [1]
