"""What cannot be forgotten: every table is watched, part of a watched one, or left out for a reason written here."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import inspect

from motcua.admin.domain.audited_rows import PARTS, WATCHED, _watched
from motcua.admin.enums import AuditAction, OfficeLevel
from motcua.admin.models import (
    AuditEntry,
    CalendarYear,
    Counter,
    Field,
    Holiday,
    Office,
    OfficeHours,
    PrinterDevice,
    Procedure,
    ProcedurePaper,
    ProcedureVersion,
    QueueService,
)
from motcua.admin.models.base import Record
from tests.admin.audit.conftest import Scene
from tests.admin.forms import save

if TYPE_CHECKING:
    from collections.abc import Callable

#: Tables whose rows are written about where they are written, and why they are not watched.
LEFT_OUT = {
    "AuditEntry": "the trail itself",
    "AuditHead": "the trail itself",
    "Ticket": "put down with its event (domain/ticket_log.py)",
    "TicketEvent": "the queue's own log",
    "EventHead": "the queue's own log",
    "ServiceDay": "counts numbers",
    "DossierEvent": "the dossier's own log, beside the change that is watched",
    "DossierPaper": "written once, with the dossier",
    "DossierCodeCounter": "counts codes",
    "CommandReceipt": "answers kept for repeated commands",
    "OutgoingMail": "put down when sent or sent again (domain/mails.py, domain/mail_retry.py)",
    "RateCounter": "counts tries",
    "RevokedLogin": "put down as the logout it is",
    "SavedFilter": "a person's own convenience; it changes nothing for anybody",
    "SessionEpoch": "put down as the change that ends the logins",
    "SpareCode": "given and taken with the second factor",
}


def test_every_table_is_watched_or_left_out_for_a_reason() -> None:
    models = {mapper.class_.__name__ for mapper in Record.registry.mappers}
    seen = {model.__name__ for model in [*WATCHED, *PARTS]}

    assert models - seen == set(LEFT_OUT)


def test_no_column_with_a_secret_is_written_out() -> None:
    """A new column with a telling name is hidden, or this fails."""
    words = ("password", "secret", "token", "digest", "public_id", "idempotency_key")
    shown = [
        f"{model.__name__}.{column.key}"
        for model, watched in WATCHED.items()
        for column in inspect(model).column_attrs
        if any(word in column.key for word in words) and column.key not in watched.hidden | watched.ignored
    ]

    assert shown == ["Dossier.token_version"]


# --- one change on each screen ---------------------------------------------------------------------

#: The screen, the row, what is changed and what is said of it.
CHANGES: dict[str, tuple[type[Any], dict[str, Any], dict[str, Any]]] = {
    "offices": (Office, {"hotline": "0221 3 888 888"}, {"hotline": ["0221 3 999 999", "0221 3 888 888"]}),
    "holidays": (Holiday, {"name": "Hội xuân"}, {"name": ["Hội làng", "Hội xuân"]}),
    "years": (CalendarYear, {"is_announced": None}, {"is_announced": [True, False]}),
    "services": (QueueService, {"position": "7"}, {"position": [1, 7]}),
    "counters": (Counter, {"name": "Quầy đầu"}, {"name": [None, "Quầy đầu"]}),
    "printers": (PrinterDevice, {"name": "Máy in cửa"}, {"name": ["Máy in sảnh", "Máy in cửa"]}),
    "fields": (Field, {"position": "3"}, {"position": [0, 3]}),
}


@pytest.fixture
def change(scene: Scene) -> Callable[[str], AuditEntry]:
    """Return what changes a row on a screen and gives the one row of the trail about it."""

    def change(screen: str) -> AuditEntry:
        two, (_, values, _) = scene.two, CHANGES[screen]
        keys = {
            "offices": two.ours.office.id,
            "holidays": two.ours.extra["holiday_id"],
            "years": 2026,
            "services": two.ours.civil.id,
            "counters": two.ours.counter1.id,
            "printers": two.ours.printer.id,
            "fields": two.ours.procedure.procedure.field_id,
        }
        scene.news()
        answer = save(scene.browser("admin"), f"/motcua/{screen}/edit/{keys[screen]}", **values)
        assert answer.status_code == 302, screen
        (row,) = scene.news()
        return row

    return change


def test_a_change_on_any_screen_of_the_set_up_is_one_row(change: Callable[[str], AuditEntry]) -> None:
    for screen, (model, _, says) in CHANGES.items():
        row = change(screen)

        assert (row.action, row.kind) == (AuditAction.RECORD_CHANGED, WATCHED[model].kind), screen
        assert row.details == _canonical(says), screen


def _canonical(says: dict[str, Any]) -> str:
    from motcua.admin.domain.audit_chain import canonical

    return canonical(says)


def test_a_part_is_written_about_with_its_whole(scene: Scene) -> None:
    """Hours belong to their office, versions and papers to their procedure."""
    office, version = scene.two.ours.office, scene.two.ours.procedure
    with scene.database.write() as session:
        hours = session.get_one(Office, office.id).hours
        first, second = hours[0].id, hours[1].id
        hours[0].opens_at = time(7, 30)
        session.delete(hours[1])
        session.get_one(ProcedureVersion, version.id).effective_to = date(2026, 12, 31)

    rows = {row.kind: row for row in scene.news()}
    assert set(rows) == {"office", "procedure"}
    assert (rows["office"].object_id, rows["procedure"].object_id) == (office.id, version.procedure_id)
    assert f'"OfficeHours {first}: opens_at":["07:00:00","07:30:00"]' in rows["office"].details
    assert f'"OfficeHours {second}: opens_at":["13:30:00",null]' in rows["office"].details
    assert '"effective_to":[null,"2026-12-31"]' in rows["procedure"].details.replace(
        f"ProcedureVersion {version.id}: ", ""
    )


def test_what_is_added_in_one_piece_is_one_row(scene: Scene) -> None:
    with scene.database.write() as session:
        version = ProcedureVersion(number=1, name="Khai sinh", effective_from=date(2026, 1, 1))
        version.papers = [ProcedurePaper(position=1, name="Tờ khai"), ProcedurePaper(position=2, name="Bản sao")]
        field = session.get_one(Field, scene.two.ours.procedure.procedure.field_id)
        session.add(Procedure(code="1.001193", level="Cấp xã", field=field, versions=[version]))

    (row,) = scene.news()
    assert (row.action, row.kind, row.object_code) == (AuditAction.RECORD_ADDED, "procedure", "1.001193")
    assert [name in row.details for name in ("Khai sinh", "1.001193")] == [True, True]
    assert row.details.count("ProcedurePaper ") == len(version.papers) * 5


def test_what_goes_with_its_whole_is_not_written_about_by_itself(scene: Scene) -> None:
    with scene.database.write() as session:
        office = Office(code="thu", name="Thử", level=OfficeLevel.COMMUNE)
        office.hours = [OfficeHours(weekday=0, opens_at=time(7), closes_at=time(11))]
        session.add(office)
    with scene.database.write() as session:
        session.delete(session.get_one(Office, office.id))

    assert [row.action for row in scene.news()] == [AuditAction.RECORD_ADDED, AuditAction.RECORD_REMOVED]


class HostsUser(User):
    """What FAB lets a host do: logins of its own, made of the platform's."""

    __abstract__ = True


def test_a_hosts_own_kind_of_login_is_watched() -> None:
    assert _watched(HostsUser) is WATCHED[User]


def test_what_is_flushed_twice_is_one_row_from_first_to_last(scene: Scene) -> None:
    with scene.database.write() as session:
        printer = session.get_one(PrinterDevice, scene.two.ours.printer.id)
        for name in ("Máy in 1", "Máy in 2"):
            printer.name = name
            session.flush()

    (row,) = scene.news()
    assert row.details == _canonical({"name": ["Máy in sảnh", "Máy in 2"]})


def test_what_is_undone_in_the_platforms_session_leaves_no_row(scene: Scene) -> None:
    with scene.app.app_context():
        platform = scene.app.appbuilder.session  # type: ignore[attr-defined]
        platform.scalars(sa.select(Procedure)).first().level = "Cấp tỉnh"
        platform.flush()
        platform.rollback()
        platform.commit()

    assert scene.news() == []


def test_what_came_before_a_savepoint_is_kept(scene: Scene) -> None:
    with scene.app.app_context():
        platform = scene.app.appbuilder.session  # type: ignore[attr-defined]
        platform.scalars(sa.select(Procedure)).first().level = "Cấp tỉnh"
        platform.flush()
        platform.begin_nested().rollback()
        platform.commit()

    assert [row.kind for row in scene.news()] == ["procedure"]


def test_the_platforms_own_growing_is_nobodys_act(scene: Scene) -> None:
    """FAB gives its Admin role a permission for each new screen when it starts; that is no decision of anybody."""
    with scene.app.app_context():
        platform = scene.app.appbuilder.session  # type: ignore[attr-defined]
        role = platform.scalars(sa.select(Role).where(Role.name == "Admin")).one()
        kept = list(role.permissions)
        role.permissions = kept[1:]
        platform.commit()
        role.permissions = kept
        platform.commit()

    assert scene.news() == []
