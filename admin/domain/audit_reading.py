"""Reading the audit trail as people ask for it, the ends of its chains, and forgetting what is personal in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select, update

from motcua.admin.domain import audit
from motcua.admin.enums import AuditAction
from motcua.admin.models import AuditEntry, AuditHead, Office
from motcua.admin.models.audit import INSTALLATION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from sqlalchemy import CursorResult
    from sqlalchemy.orm import Session

#: What stands for the installation's own chain where offices have their codes.
NO_OFFICE = "-"
#: So much of a hash is noted outside the record: 80 bits.
NOTED_LETTERS = 20
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Question:
    """What of the trail is asked for; None: whatever."""

    chain: int | None = None
    person: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries(session: Session, question: Question) -> Iterator[AuditEntry]:
    """Yield rows in the order of their ids, few at a time."""
    rows = select(AuditEntry).order_by(AuditEntry.id)
    if question.chain is not None:
        rows = rows.where(AuditEntry.chain == question.chain)
    if question.person is not None:
        rows = rows.where(AuditEntry.actor == question.person)
    if question.since is not None:
        rows = rows.where(AuditEntry.at >= question.since)
    if question.until is not None:
        rows = rows.where(AuditEntry.at < question.until)
    yield from session.scalars(rows.execution_options(yield_per=_AT_ONCE))


def personal_of(entry: AuditEntry) -> dict[str, Any]:
    """Return address and fields of a row; empty once they are forgotten."""
    return json.loads(entry.personal) if entry.personal is not None else {}


def address_of(entry: AuditEntry) -> str:
    """Return from where it was done; empty when nobody knows (any more)."""
    return str(personal_of(entry).get("address", ""))


def details_of(entry: AuditEntry) -> dict[str, Any]:
    """Return what was done, with the fields about people as long as they are kept."""
    return cast("dict[str, Any]", json.loads(entry.details)) | cast(
        "dict[str, Any]", personal_of(entry).get("fields", {})
    )


def chain_named(session: Session, office: str) -> int | None:
    """Return the chain of an office by its code, or of the installation; None when there is no such office."""
    if office == NO_OFFICE:
        return INSTALLATION
    return session.scalar(select(Office.id).where(Office.code == office))


def name_of_chain(session: Session, chain: int) -> str:
    """Return an office's code; that of a removed one is in its last rows only."""
    if chain == INSTALLATION:
        return NO_OFFICE
    return session.scalar(select(Office.code).where(Office.id == chain)) or f"#{chain}"


def ends(session: Session, chains: Collection[int] | None = None) -> list[str]:
    """Return the ends of chains as ``audit verify --anchor`` takes them: code, sequence, hash."""
    heads = select(AuditHead.chain, AuditHead.sequence, AuditHead.hash).order_by(AuditHead.chain)
    if chains is not None:
        heads = heads.where(AuditHead.chain.in_(chains))
    return [
        f"{name_of_chain(session, chain)}/{sequence}/{digest[:NOTED_LETTERS]}"
        for chain, sequence, digest in session.execute(heads)
    ]


def has_personal(session: Session, *, before: datetime) -> bool:
    """Tell whether anything is personal in rows before a moment, without writing."""
    old = select(AuditEntry.id).where(AuditEntry.personal.is_not(None), AuditEntry.at < before)
    return session.scalar(old.limit(1)) is not None


def forget_personal(session: Session, *, before: datetime, limit: int = _AT_ONCE) -> int:
    """Empty what is personal in the oldest rows before a moment, at most ``limit``, and return how many.

    The digests stay, so the chains still hold. The caller commits, and asks
    again until there is nothing left.
    """
    old = select(AuditEntry.id).where(AuditEntry.personal.is_not(None), AuditEntry.at < before)
    old = old.order_by(AuditEntry.at).limit(limit)
    emptied = update(AuditEntry).where(AuditEntry.id.in_(old.scalar_subquery())).values(personal=None)
    done = cast("CursorResult[Any]", session.execute(emptied, execution_options={"synchronize_session": False}))
    if done.rowcount:
        facts = {"rows": done.rowcount, "before": before.isoformat()}
        audit.record(session, AuditAction.AUDIT_ERASED, "list", details=facts)
    return done.rowcount
