"""Who may open what: every address, every role, one's own office and another's, against an approved table.

The table stands in ``authorization_table.txt`` beside this file. A new
address without a line in it fails here; ``python -m tests.host.authorization``
writes it anew, and the difference is what a reviewer reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from motcua.admin.models.base import Record
from tests.admin.forms import form_at
from tests.admin.two_offices import TwoOffices
from tests.host.authorization import TABLE, addresses, table

if TYPE_CHECKING:
    from flask import Flask

    from motcua.admin.database import Database

pytestmark = [
    pytest.mark.filterwarnings("ignore:'DateTimeField':DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Passing SelectField choices as tuples:DeprecationWarning"),
]


@pytest.mark.timeout(600)
def test_every_address_answers_every_role_as_approved(app: Flask, two: TwoOffices) -> None:
    """AZN-01: a difference is either a hole or a decision; the table says which."""
    assert table(app, two) == TABLE.read_text(encoding="utf-8")


def test_every_address_of_the_app_stands_in_the_table(app: Flask) -> None:
    """A new address without an entry fails, also when nobody has asked for it yet."""
    approved = {
        line.split(maxsplit=2)[1] for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1].isupper()
    }

    assert {address.rule for address in addresses(app)} - approved == set()


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of ours, but for those about tries and logins, and who asked."""
    with database.read() as session:
        return {
            name: sorted((tuple(row) for row in session.execute(sa.select(one))), key=repr)
            for name, one in Record.metadata.tables.items()
            if name not in {"motcua_rate_counter", "motcua_session_epoch", "motcua_audit_entry", "motcua_audit_head"}
        }


@pytest.mark.parametrize("person", ["receiving_officer", "case_officer", "supervisor", "office_admin"])
def test_no_change_reaches_another_office(app: Flask, two: TwoOffices, database: Database, person: str) -> None:
    """AZN-02: every command and form of every screen, aimed at the other office: nothing is changed."""
    client = two.browser(app, person)
    before = everything(database)

    answers = {
        address.rule: client.post(address.at(two, ours=False), data={"version": "1", "reason": "x"}).status_code
        for address in addresses(app)
        if address.is_screen and not address.is_shared and address.takes_row and "POST" in address.methods
    }

    assert len(answers) >= 20
    assert set(answers.values()) <= {403, 404}, answers
    assert everything(database) == before


_RELATIONS = [
    ("/motcua/counters/edit/{counter}", "services"),
    ("/motcua/counters/edit/{counter}", "printer"),
    ("/motcua/counters/edit/{counter}", "office"),
    ("/motcua/services/edit/{service}", "office"),
    ("/motcua/printers/edit/{printer}", "office"),
    ("/motcua/devices/edit/{device}", "printer"),
    ("/motcua/offices/edit/{office}", "parent"),
    ("/motcua/counters/add", "services"),
    ("/motcua/counters/add", "office"),
    ("/motcua/devices/add", "office"),
    ("/motcua/devices/add", "printer"),
    ("/motcua/integrations/add", "office"),
    ("/motcua/holidays/add", "office"),
    ("/motcua/staff/add", "office"),
    ("/motcua/priority-groups/add", "office"),
]


@pytest.mark.parametrize(("address", "field"), _RELATIONS)
def test_a_related_field_takes_no_id_of_another_office_and_none_that_does_not_exist(
    app: Flask, two: TwoOffices, database: Database, address: str, field: str
) -> None:
    """AZN-03: one foreign id, one that is nobody's, and a list with one foreign id in it."""
    client = two.browser(app, "office_admin")
    ours = {
        "counter": two.ours.counter1.id,
        "service": two.ours.civil.id,
        "printer": two.ours.printer.id,
        "device": two.ours.kiosk.id,
        "office": two.ours.office.id,
    }
    foreign = {"services": two.theirs.civil.id, "printer": two.theirs.printer.id}.get(field, two.theirs.office.id)
    place = address.format(**ours)
    form = form_at(client, place)
    before = everything(database)
    tried = [foreign, 999_999, "-1", "1 OR 1=1"]
    if field == "services":
        tried.append([str(two.ours.civil.id), str(foreign)])  # type: ignore[arg-type]

    statuses = [client.post(place, data=form | {field: value}).status_code for value in tried]

    assert set(statuses) == {400}
    assert everything(database) == before


def test_a_dossier_cannot_be_moved_to_another_office(app: Flask, two: TwoOffices, database: Database) -> None:
    """AZN-04: no screen has such a field, and none takes it."""
    before = everything(database)

    statuses = [
        two.browser(app, person)
        .post(
            f"/motcua/dossiers/{command}/{two.our_dossier.id}",
            data={"version": "1", "to": "9", "reason": "x", "office": two.theirs.office.id},
        )
        .status_code
        for person in ("case_officer", "supervisor", "system_admin")
        for command in ("move", "edit")
    ]

    assert set(statuses) <= {400, 403, 404}
    assert everything(database) == before


_FORMS = {
    "services": "motcua_queue_service",
    "counters": "motcua_counter",
    "priority-groups": "motcua_priority_group",
    "printers": "motcua_printer",
    "devices": "motcua_device",
    "integrations": "motcua_integration",
    "offices": "motcua_office",
    "staff": "motcua_staff_member",
    "holidays": "motcua_holiday",
}


@pytest.mark.parametrize("screen", _FORMS)
def test_a_column_that_is_not_on_the_form_is_refused_and_not_ignored(
    app: Flask, two: TwoOffices, database: Database, screen: str
) -> None:
    """AZN-08: every column of the table, one after the other."""
    client = two.browser(app, "office_admin")
    form = form_at(client, f"/motcua/{screen}/add")
    columns = {column.name for column in Record.metadata.tables[_FORMS[screen]].columns}
    hidden = columns - set(form)
    before = everything(database)

    statuses = {name: client.post(f"/motcua/{screen}/add", data=form | {name: "1"}).status_code for name in hidden}

    assert "id" in hidden
    assert set(statuses.values()) == {400}, statuses
    assert everything(database) == before
