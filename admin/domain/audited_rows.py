"""Which rows leave a trace when they change, and what of them: the closed table behind the audit trail.

Asked after every flush, of our commands and of the platform's session alike,
so that no screen and no rule has to remember. What is changed by a statement
of its own (a call at a counter, a bulk import) is put down where that is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import TYPE_CHECKING, Any

from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import inspect

from motcua.admin.domain.audit import Act, about, called, is_as_one, put_down
from motcua.admin.enums import AuditAction as A
from motcua.admin.enums import PrintReason
from motcua.admin.models import (
    CalendarYear,
    Counter,
    Device,
    Dossier,
    Field,
    Holiday,
    Integration,
    Office,
    OfficeHours,
    PrinterDevice,
    PrintJob,
    PriorityGroup,
    Procedure,
    ProcedurePaper,
    ProcedureVersion,
    QueueService,
    SecondFactor,
    StaffMember,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Changes = dict[str, tuple[Any, Any]]
_BOOKKEEPING = frozenset({"id", "version", "created_on", "changed_on", "created_by_fk", "changed_by_fk"})
_SHOWN_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Watched:
    """What is written when a row of one kind is added, changed or removed. None: nothing."""

    kind: str
    added: Callable[[Any], A | None]
    changed: Callable[[Any, Changes], A | None]
    removed: A | None
    office: Callable[[Any], int | None] = lambda row: row.office_id
    #: Whose office it concerns, for what belongs to a person.
    person: Callable[[Any], int | None] = lambda _row: None
    #: Columns of which only is said that they changed.
    hidden: frozenset[str] = frozenset()
    #: Columns about a citizen: kept apart, for a while.
    personal: frozenset[str] = frozenset()
    #: Of these of them only the last digits.
    masked: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    #: Lists of other rows, said by their names.
    lists: tuple[str, ...] = ()


def _settings(kind: str, **more: Any) -> Watched:
    """Return how the records are watched that an administrator sets up."""
    return Watched(kind, lambda _: A.RECORD_ADDED, lambda _row, _changes: A.RECORD_CHANGED, A.RECORD_REMOVED, **more)


def _of_the_installation(_row: Any) -> None:
    return None


def _login(_row: User, changes: Changes) -> A | None:
    tries = changes.pop("fail_login_count", (0, 0))
    if not changes:
        return A.LOGIN_FAILED if (tries[1] or 0) > (tries[0] or 0) else None
    if "roles" in changes or "groups" in changes:
        return A.USER_ROLES_CHANGED
    return A.PASSWORD_CHANGED if set(changes) == {"password"} else A.USER_CHANGED


def _dossier(_row: Dossier, changes: Changes) -> A:
    if "status" in changes:
        return A.DOSSIER_MOVED
    if "assigned_to_id" in changes:
        return A.DOSSIER_ASSIGNED
    return A.DOSSIER_APOLOGISED if "apology_at" in changes else A.DOSSIER_CHANGED


def _device(_row: Device, changes: Changes) -> A:
    if "token_digest" in changes:
        return A.DEVICE_RENEWED
    return A.DEVICE_REVOKED if changes.get("revoked_at", (None, None))[1] else A.RECORD_CHANGED


def _paper(row: PrintJob) -> A | None:
    return A.PAPER_REPRINTED if row.reason == PrintReason.REPRINT else None


WATCHED: dict[type[Any], Watched] = {
    User: Watched(
        "user",
        lambda _: A.USER_ADDED,
        _login,
        A.USER_REMOVED,
        office=_of_the_installation,
        person=lambda user: user.id,
        hidden=frozenset({"password"}),
        personal=frozenset({"first_name", "last_name", "email"}),
        ignored=frozenset({"login_count", "last_login"}),
        lists=("roles", "groups"),
    ),
    Group: Watched(
        "group",
        lambda _: A.ROLE_ADDED,
        lambda _row, _changes: A.ROLE_CHANGED,
        A.ROLE_REMOVED,
        office=_of_the_installation,
        lists=("roles", "users"),
    ),
    Role: Watched(
        "role",
        lambda _: A.ROLE_ADDED,
        lambda _row, _changes: A.ROLE_CHANGED,
        A.ROLE_REMOVED,
        office=_of_the_installation,
        lists=("permissions",),
    ),
    StaffMember: Watched("place", lambda _: A.PLACE_GIVEN, lambda _row, _changes: A.PLACE_CHANGED, A.PLACE_TAKEN),
    SecondFactor: Watched(
        "user",
        lambda _: A.SECOND_FACTOR_ON,
        lambda _row, _changes: None,
        A.SECOND_FACTOR_OFF,
        office=_of_the_installation,
        person=lambda factor: factor.user_id,
        hidden=frozenset({"secret"}),
        ignored=frozenset({"last_step"}),
    ),
    Dossier: Watched(
        "dossier",
        lambda _: A.DOSSIER_TAKEN_IN,
        _dossier,
        A.DOSSIER_REMOVED,
        hidden=frozenset({"token_digest", "public_id", "idempotency_key"}),
        personal=frozenset({"applicant_name", "applicant_id_number", "applicant_phone", "applicant_address", "note"}),
        masked=frozenset({"applicant_id_number", "applicant_phone"}),
        ignored=frozenset({"applicant_search"}),
    ),
    PrintJob: Watched("paper", _paper, lambda _row, _changes: None, None),
    Device: Watched(
        "device", lambda _: A.DEVICE_ENROLLED, _device, A.RECORD_REMOVED, hidden=frozenset({"token_digest"})
    ),
    Integration: Watched(
        "system",
        lambda _: A.RECORD_ADDED,
        lambda _row, _changes: A.RECORD_CHANGED,
        A.RECORD_REMOVED,
        hidden=frozenset({"key_digest"}),
        ignored=frozenset({"last_used_at"}),
    ),
    PrinterDevice: _settings("printer", ignored=frozenset({"last_status", "last_status_at"})),
    Office: _settings("office", office=lambda office: office.id),
    Holiday: _settings("holiday"),
    CalendarYear: _settings("calendar_year", office=_of_the_installation),
    QueueService: _settings("service"),
    Counter: _settings("counter", lists=("services",)),
    PriorityGroup: _settings("priority_group"),
    Field: _settings("field", office=_of_the_installation),
    Procedure: _settings("procedure", office=_of_the_installation),
}

#: What is changed in the transaction that has made it belongs to the making.
_MADE = (A.RECORD_ADDED, A.DOSSIER_TAKEN_IN, A.USER_ADDED, A.ROLE_ADDED, A.DEVICE_ENROLLED, A.PLACE_GIVEN)
#: Rows that are written about as parts of another: which attribute leads there, and which model it is.
PARTS: dict[type[Any], tuple[str, type[Any]]] = {
    OfficeHours: ("office_id", Office),
    ProcedureVersion: ("procedure_id", Procedure),
    ProcedurePaper: ("procedure_version_id", ProcedureVersion),
}


def put_down_changes(session: Session, _context: object) -> None:
    """Put down what the flush that just ended has added, changed and removed."""
    if is_as_one(session):
        return
    for rows, look in ((session.new, _added), (session.dirty, _changed), (session.deleted, _removed)):
        parts = [row for row in rows if type(row) in PARTS]
        for row in rows:
            watched = _watched(type(row))
            if watched is not None:
                action, changes = look(row, watched)
                if action is not None:
                    _add(session, row, watched, called(session, row) or action, changes)
        for row in parts:  # once their whole has been put down
            _put_down_part(session, row, look(row, _PART)[1])


def _watched(model: type[Any]) -> Watched | None:
    """Return how rows of a model are watched; a host may have made one of the platform's its own."""
    return next((WATCHED[base] for base in model.__mro__ if base in WATCHED), None)


def _put_down_part(session: Session, row: Any, changes: Changes) -> None:
    part = f"{type(row).__name__} {row.id}"
    whole = row
    while type(whole) in PARTS:
        key, model = PARTS[type(whole)]
        whole = _whole(session, model, getattr(whole, key))
    if changes and whole is not None and whole not in session.deleted:
        said = {f"{part}: {name}": values for name, values in changes.items()}
        _add(session, whole, WATCHED[type(whole)], A.RECORD_CHANGED, said)


def _whole(session: Session, model: type[Any], key: int) -> Any:
    """Return what a part belongs to; during a flush, what is new cannot be looked up yet."""
    fresh = (row for row in session.new if type(row) is model and row.id == key)
    return next(fresh, None) or session.get(model, key)


_PART = _settings("part", ignored=frozenset({"row_digest"}))


def _added(row: Any, watched: Watched) -> tuple[A | None, Changes]:
    state = inspect(row)
    changes: Changes = {name: (None, state.dict.get(name)) for name in _columns(row, watched)}
    changes |= {name: ([], list(state.dict.get(name) or ())) for name in watched.lists}
    return watched.added(row), {name: values for name, values in changes.items() if values[1] not in (None, [])}


def _changed(row: Any, watched: Watched) -> tuple[A | None, Changes]:
    attributes = inspect(row).attrs
    changes: Changes = {}
    for name in (*_columns(row, watched), *watched.lists):
        history = attributes[name].history
        if not history.has_changes():
            continue
        before, after = list(history.deleted or ()), list(history.added or ())
        changes[name] = (
            (before, after) if name in watched.lists else (before[0] if before else None, after[0] if after else None)
        )
    return (watched.changed(row, changes) if changes else None), changes


def _removed(row: Any, watched: Watched) -> tuple[A | None, Changes]:
    state = inspect(row)
    return watched.removed, {
        name: (state.dict[name], None) for name in _columns(row, watched) if state.dict.get(name) is not None
    }


def _columns(row: Any, watched: Watched) -> list[str]:
    skipped = _BOOKKEEPING | watched.ignored
    return [attribute.key for attribute in inspect(type(row)).column_attrs if attribute.key not in skipped]


def _add(session: Session, row: Any, watched: Watched, action: A, changes: Changes) -> None:
    """Put an act down, or add to the one that the same transaction has put down about the same row."""
    object_id = inspect(row).identity[0] if inspect(row).identity else None
    if object_id is None:
        object_id = inspect(type(row)).primary_key_from_instance(row)[0]
    act = _same(session, watched.kind, object_id, action)
    if act is None:
        act = Act(
            action,
            watched.kind,
            object_id=object_id,
            code=_code(row),
            office_id=watched.office(row),
            person_id=watched.person(row),
        )
        put_down(session, act)
    for name, (before, after) in changes.items():
        if name in watched.hidden:
            _say(act.details, name, "***", "***")
        elif name in watched.personal:
            mask = name in watched.masked
            _say(act.details, name, "***", "***")
            _say(act.personal, name, _plain(before, mask=mask), _plain(after, mask=mask))
        else:
            _say(act.details, name, _plain(before), _plain(after))


def _same(session: Session, kind: str, object_id: int, action: A) -> Act | None:
    return next((act for act in about(session, kind, object_id) if act.action in {action, *_MADE}), None)


def _say(said: dict[str, Any], name: str, before: Any, after: Any) -> None:
    """Say a change; of two in one transaction, what was before the first and after the second."""
    said[name] = [said[name][0] if name in said else before, after]


def _code(row: Any) -> str:
    if isinstance(row, StaffMember):
        return f"{row.user.username if row.user is not None else row.user_id} ({row.role.value})"
    if isinstance(row, User):
        return row.username or ""
    if isinstance(row, SecondFactor):
        return ""
    if isinstance(row, PrintJob):
        return str(row.id)
    if isinstance(row, Counter):
        return str(row.number)
    return str(row.code) if isinstance(row, Procedure | Office | Dossier) else str(row)


def _plain(value: Any, *, mask: bool = False) -> Any:
    """Return a value as JSON can say it."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list):
        return sorted(str(each) for each in value)
    text = value.isoformat() if isinstance(value, date | time) else str(value)
    return "*" * max(0, len(text) - _SHOWN_DIGITS) + text[-_SHOWN_DIGITS:] if mask else text
