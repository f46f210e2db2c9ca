"""The links of the audit trail: what a row's hash covers, and where a chain is broken.

Tamper-evident, not tamper-proof: who may write to the database can change a
row, and it shows. Who also computes every later hash anew, or cuts the end
off, is found by an anchor: an end of the chain that was noted elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, select, type_coerce

from motcua.admin.models import AuditEntry, AuditHead

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection, Row

#: What stands before the first row of a chain.
GENESIS = "0" * 64
#: Fewer letters of a hash than these prove nothing.
LEAST_ANCHOR = 16
_COVERED = (
    "chain",
    "sequence",
    "at",
    "actor_kind",
    "actor_id",
    "actor",
    "action",
    "kind",
    "object_id",
    "object_code",
    "details",
    "personal_digest",
    "previous",
)
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of a chain as it was noted elsewhere, such as in a mail."""

    chain: int
    sequence: int
    #: The hash, or its beginning.
    hash: str


@dataclass(frozen=True, slots=True)
class ChainState:
    """What looking at one chain has found."""

    chain: int
    rows: int
    #: The first sequence number at which the chain is broken, and why; None for a whole one.
    broken_at: int | None = None
    reason: str = ""


def canonical(value: object) -> str:
    """Write facts as JSON in the one way in which they are hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(text: str) -> str:
    """Return the SHA-256 of a text after its length."""
    content = text.encode("ascii", "backslashreplace")
    return hashlib.sha256(len(content).to_bytes(8, "big") + content).hexdigest()


def row_hash(facts: Mapping[str, Any]) -> str:
    """Return the hash of a row; ``at`` is an instant or what SQLite keeps of one."""
    covered = {name: facts[name] for name in _COVERED} | {"at": _instant(facts["at"])}
    return digest(canonical(covered))


def _instant(at: object) -> str:
    if isinstance(at, datetime):
        return at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return str(at)


def examine_chains(connection: Connection, anchors: Iterable[Anchor] = ()) -> Iterator[ChainState]:
    """Look at every row of every chain, and say of each chain where it is first broken.

    On a connection whose statements all see the same moment. Rows are read
    as the database keeps them: a forged one need not be a time or a word.
    """
    heads = {head.chain: head for head in connection.execute(select(AuditHead.__table__))}
    wanted: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        wanted.setdefault(anchor.chain, []).append(anchor)
    seen = set()
    for chain, rows in groupby(_rows(connection), key=lambda row: row.chain):
        seen.add(chain)
        yield _examine(chain, rows, heads.get(chain), wanted.get(chain, []))
    for chain in sorted((heads.keys() | wanted.keys()) - seen):
        yield _examine(chain, (), heads.get(chain), wanted.get(chain, []))


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    table = AuditEntry.__table__
    # PostgreSQL gives an instant whatever it is asked as; SQLite the text it keeps.
    at = type_coerce(table.c.at, String).label("at") if connection.dialect.name == "sqlite" else table.c.at
    columns = [column for column in table.columns if column.name != "at"]
    rows = select(*columns, at).order_by(table.c.chain, table.c.sequence, table.c.id)
    return iter(connection.execute(rows.execution_options(yield_per=_AT_ONCE)))


def _examine(chain: int, rows: Iterable[Row[Any]], head: Any, anchors: list[Anchor]) -> ChainState:
    previous, count = GENESIS, 0
    noted = {anchor.sequence: anchor.hash for anchor in anchors}
    for row in rows:
        expected = count + 1
        reason = _fault(row, expected, previous)
        if not reason and not row.hash.startswith(noted.pop(expected, "")):
            reason = "the hash is not the one that was noted"
        if reason:
            return ChainState(chain, count, expected, reason)
        previous, count = row.hash, expected
    if noted or head is None or count < head.sequence:
        return ChainState(chain, count, count + 1, "the end of the chain is missing")
    if (head.sequence, head.hash) != (count, previous):
        at = head.sequence if head.sequence == count else head.sequence + 1
        return ChainState(chain, count, at, "the end of the chain is not the one that was written")
    return ChainState(chain, count)


def _fault(row: Row[Any], expected: int, previous: str) -> str:
    if row.sequence != expected:
        return "a row is missing" if row.sequence > expected else "a row is there twice"
    if row.previous != previous:
        return "the row does not follow the one before it"
    if row.hash != row_hash(row._asdict()):
        return "the row was changed"
    if row.personal is not None and digest(row.personal) != row.personal_digest:
        return "the personal fields of the row were changed"
    return ""
