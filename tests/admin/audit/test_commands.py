"""The trail from the shell: is it whole, what does it say, and what the doctor sees of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from motcua.admin.cli import motcua as commands
from motcua.admin.domain import audit
from motcua.admin.domain.audit_reading import ends
from motcua.admin.enums import ActorKind, AuditAction
from motcua.admin.health_record import check_audit
from motcua.admin.models import AuditEntry, AuditHead, Office
from tests.guards import unguarded
from tests.town import NINE, add_office

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.extension import Motcua
    from tests.browsing import Moment


@pytest.fixture
def office(session: Session, database: Database, moment: Moment) -> Office:
    """Return an office with two rows about it, after one about none."""
    assert moment() == NINE
    office = add_office(session)
    session.commit()
    lan = audit.Actor(ActorKind.USER, 5, "lan", "10.0.0.9")
    for chain, action in (
        (None, AuditAction.LOGIN),
        (office.id, AuditAction.DOSSIER_READ),
        (office.id, AuditAction.LOGOUT),
    ):
        with database.write() as writing:
            audit.record(writing, action, "dossier", office_id=chain, code="H99.09-1\n2", actor=lan)
    return office


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(commands, ["audit", *words], prog_name="motcua")


def test_verify_says_where_each_chain_ends(app: Flask, office: Office, database: Database) -> None:
    answer = run(app, "verify")

    with database.read() as session:
        first, second = ends(session)
    assert first.startswith("-/1/")
    assert second.startswith(f"{office.code}/2/")
    assert (answer.exit_code, answer.output.splitlines()) == (
        0,
        [f"ok      -: 1 rows, end {first}", f"ok      {office.code}: 2 rows, end {second}"],
    )


def test_verify_names_the_first_bad_row_and_ends_with_one(app: Flask, office: Office, database: Database) -> None:
    with database.engine.begin() as connection, unguarded(connection):
        connection.execute(sa.update(AuditEntry).where(AuditEntry.chain == office.id).values(actor="minh"))

    answer = run(app, "verify")

    assert answer.exit_code == 1
    assert f"BROKEN  {office.code}: at row 1: the row was changed" in answer.output


def test_a_cut_end_is_found_by_an_anchor(app: Flask, office: Office, database: Database) -> None:
    """AUD-04: what was noted in a digest is not there any more."""
    with database.read() as session:
        _, noted = ends(session)
    with database.engine.begin() as connection, unguarded(connection):
        rows = connection.scalars(
            sa.select(AuditEntry.hash).where(AuditEntry.chain == office.id).order_by(AuditEntry.sequence)
        ).all()
        connection.execute(sa.delete(AuditEntry).where(AuditEntry.hash == rows[1]))
        connection.execute(sa.update(AuditHead).where(AuditHead.chain == office.id).values(sequence=1, hash=rows[0]))

    assert run(app, "verify").exit_code == 0
    answer = run(app, "verify", "--anchor", noted)
    assert (answer.exit_code, "at row 2: the end of the chain is missing" in answer.output) == (1, True)


@pytest.mark.parametrize(
    "anchor", ["", "chau-ninh", "chau-ninh/x/0123456789abcdef", "-/1/0123", "nowhere/1/0123456789abcdef"]
)
def test_nonsense_is_no_anchor(app: Flask, office: Office, anchor: str) -> None:
    assert office
    assert run(app, "verify", "--anchor", anchor).exit_code == 2


def test_list_prints_a_line_for_each_row_as_asked(app: Flask, office: Office) -> None:
    every = run(app, "list").output.splitlines()
    asked = run(app, "list", "--office", office.code, "--person", "lan", "--day", "2026-12-02").output.splitlines()

    assert len(every) == 3
    assert asked == every[1:]
    assert asked[0] == rf"2026-12-02 09:00:00  {office.id}/1  lan@10.0.0.9  dossier_read  dossier H99.09-1\n2  {{}}"
    assert run(app, "list", "--office", "-").output.splitlines() == every[:1]
    assert run(app, "list", "--person", "minh").output == ""
    assert run(app, "list", "--day", "2026-12-03").output == ""
    assert run(app, "list", "--office", "nowhere").exit_code == 2


def test_the_doctor_sees_missing_triggers_and_torn_ends(app: Flask, motcua: Motcua, office: Office) -> None:
    def state() -> str:
        with app.test_request_context():
            return check_audit(motcua).state

    assert state() == "ok"
    with motcua.database.engine.connect() as connection, connection.begin(), unguarded(connection):
        connection.execute(sa.update(AuditHead).where(AuditHead.chain == office.id).values(hash="0" * 64))
    assert state() == "fail"


def test_the_doctor_asks_about_the_trail(motcua: Motcua) -> None:
    assert "audit" in motcua.probes
