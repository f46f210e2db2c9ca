"""Writing the audit trail: what is to be said is put down with the change, and written just before the commit.

``record`` puts an act down in the session. ``write_down`` gives everything
put down its place in the chains, in the same transaction: there is no change
without its rows, and no row without its change. The end of a chain is taken
last of all, and chains in their order, so that two who write at once wait for
each other and never in a circle.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from motcua.admin.domain.audit_chain import GENESIS, canonical, digest, row_hash
from motcua.admin.domain.text import printable
from motcua.admin.enums import ActorKind
from motcua.admin.models import AuditEntry, AuditHead, StaffMember
from motcua.admin.models.audit import INSTALLATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from motcua.admin.enums import AuditAction

_PENDING = "motcua_audit"
_AS_ONE = "motcua_audit_as_one"
_NAMED = "motcua_audit_named"
_SALT_BYTES = 16
_NAME_LETTERS = 200
# Built once: every command ends with them.
_TAKE_END = (
    update(AuditHead)
    .where(AuditHead.chain == bindparam("of_chain"))
    .values(sequence=AuditHead.sequence + bindparam("count"))
    .returning(AuditHead.sequence, AuditHead.hash)
)
_SEAL_END = update(AuditHead).where(AuditHead.chain == bindparam("of_chain")).values(hash=bindparam("last_hash"))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where."""

    kind: ActorKind
    id: int | None = None
    name: str = ""
    address: str = ""


#: Work that nobody has asked for just now: jobs, and programs that use the record directly.
SYSTEM = Actor(ActorKind.SYSTEM, name="motcua")


@dataclass(slots=True)
class Act:
    """One thing that was done, on its way into the trail."""

    action: AuditAction
    kind: str
    object_id: int | None = None
    code: str = ""
    office_id: int | None = None
    #: Whose office it concerns, where it concerns a person and no office by itself.
    person_id: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, Any] = field(default_factory=dict)
    #: Who did it, where that is not who asks now.
    actor: Actor | None = None


@dataclass(slots=True)
class _Pending:
    """What a session has put down since its last commit, in order and by what it is about."""

    acts: list[Act] = field(default_factory=list)
    by_object: dict[tuple[str, int | None], list[Act]] = field(default_factory=dict)


def record(session: Session, action: AuditAction, kind: str, **facts: Any) -> None:
    """Put an act down; it is written with the commit. ``facts`` are the fields of ``Act``."""
    put_down(session, Act(action, kind, **facts))


def put_down(session: Session, act: Act) -> None:
    """Put an act down; it is written with the commit."""
    pending: _Pending = session.info.setdefault(_PENDING, _Pending())
    pending.acts.append(act)
    pending.by_object.setdefault((act.kind, act.object_id), []).append(act)


def about(session: Session, kind: str, object_id: int) -> list[Act]:
    """Return what was put down about one row."""
    pending: _Pending | None = session.info.get(_PENDING)
    return pending.by_object.get((kind, object_id), []) if pending else []


def has_pending(session: Session) -> bool:
    """Tell whether anything was put down; nearly free."""
    return _PENDING in session.info


def forget_pending(session: Session, *, kind: str = "", code: str = "") -> None:
    """Forget what was put down, because it was undone; or only what is about one row."""
    if not kind:
        session.info.pop(_PENDING, None)
    elif has_pending(session):
        acts = session.info[_PENDING].acts
        acts[:] = [act for act in acts if (act.kind, act.code) != (kind, code)]


@contextmanager
def as_one(session: Session) -> Iterator[None]:
    """Let the changes of many rows be one act, which the block puts down itself."""
    session.flush()
    session.info[_AS_ONE] = True
    try:
        yield
        session.flush()
    finally:
        del session.info[_AS_ONE]


def is_as_one(session: Session) -> bool:
    """Tell whether rows that change now are part of one act."""
    return _AS_ONE in session.info


def call_next(session: Session, row: object, action: AuditAction) -> None:
    """Say what the next change of a row is called, where the change alone does not tell."""
    session.info.setdefault(_NAMED, {})[row] = action


def called(session: Session, row: object) -> AuditAction | None:
    """Return what the change of a row was said to be, this once."""
    action: AuditAction | None = session.info.get(_NAMED, {}).pop(row, None)
    return action


def write_down(session: Session, *, actor: Actor, now: datetime) -> None:
    """Give what was put down its place in the chains. The caller commits at once."""
    pending: _Pending = session.info.pop(_PENDING)
    connection = session.connection()
    chains: dict[int, list[Act]] = {}
    for act in pending.acts:
        chains.setdefault(_chain_of(connection, act), []).append(act)
    for chain, own in sorted(chains.items()):
        _append(connection, chain, own, actor=actor, now=now)


def _chain_of(connection: Connection, act: Act) -> int:
    if act.office_id is not None or act.person_id is None:
        return act.office_id or INSTALLATION
    office = select(StaffMember.office_id).where(StaffMember.user_id == act.person_id, StaffMember.is_active.is_(True))
    return connection.scalar(office.order_by(StaffMember.id).limit(1)) or INSTALLATION


def _append(connection: Connection, chain: int, acts: list[Act], *, actor: Actor, now: datetime) -> None:
    last, previous = _take_end(connection, chain, len(acts))
    rows = []
    for sequence, act in enumerate(acts, start=last - len(acts) + 1):
        who = act.actor or actor
        personal = _personal(act.personal, who.address)
        row: dict[str, Any] = {
            "chain": chain,
            "sequence": sequence,
            "at": now,
            "actor_kind": who.kind.value,
            "actor_id": who.id,
            "actor": _name(who.name),
            "action": act.action.value,
            "kind": act.kind,
            "object_id": act.object_id,
            "object_code": _name(act.code),
            "details": canonical(act.details),
            "personal": personal,
            "personal_digest": None if personal is None else digest(personal),
            "previous": previous,
        }
        row["hash"] = previous = row_hash(row)
        rows.append(row)
    connection.execute(insert(AuditEntry), rows)
    connection.execute(_SEAL_END, {"of_chain": chain, "last_hash": previous})


def _take_end(connection: Connection, chain: int, count: int) -> tuple[int, str]:
    """Move the end of a chain on, and return where it is now and its hash before; it is ours until the commit."""
    step = {"of_chain": chain, "count": count}
    head = connection.execute(_TAKE_END, step).first()
    if head is None:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        first = dialect.insert(AuditHead).values(chain=chain, sequence=0, hash=GENESIS)
        connection.execute(first.on_conflict_do_nothing())
        head = connection.execute(_TAKE_END, step).one()
    return head.sequence, head.hash


def _personal(fields: Mapping[str, Any], address: str) -> str | None:
    if not fields and not address:
        return None
    # Without the salt, which goes with them, short numbers could be guessed from the hash that stays.
    return canonical({"address": address, "fields": fields, "salt": secrets.token_hex(_SALT_BYTES)})


def _name(text: str) -> str:
    return printable(text)[:_NAME_LETTERS]
