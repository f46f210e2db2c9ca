"""AUD-02, AUD-04, AUD-07: the trail is added to and never changed; if it is, that shows; what is personal goes."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from motcua.admin.domain import audit
from motcua.admin.domain.audit_chain import Anchor, ChainState, canonical, examine_chains
from motcua.admin.domain.audit_reading import details_of, forget_personal
from motcua.admin.enums import ActorKind, AuditAction
from motcua.admin.models import AuditEntry, AuditHead
from tests.guards import unguarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from motcua.admin.database import Database
    from tests.browsing import Moment
    from tests.conftest import Figures

TABLE = AuditEntry.__table__
HEADS = AuditHead.__table__
CHAINS, ROWS = (0, 7, 8), 12
SON = audit.Actor(ActorKind.USER, 5, "son", "10.0.0.9")


@pytest.fixture
def trail(database: Database, moment: Moment) -> Database:
    """Return a record with three chains of twelve rows."""
    assert moment
    for number in range(ROWS):
        with database.write() as session:
            for chain in CHAINS:
                audit.record(
                    session,
                    AuditAction.DOSSIER_READ,
                    "dossier",
                    object_id=number,
                    code=f"H99-{number}",
                    office_id=chain,
                    details={"status": [2, 4]},
                    personal={"applicant_name": "Đặng Thị Ngọc"},
                    actor=SON,
                )
    return database


def states(database: Database, *anchors: Anchor) -> list[ChainState]:
    with database.engine.connect() as connection:
        return list(examine_chains(connection, anchors))


def test_a_chain_that_nobody_touched_is_whole(trail: Database) -> None:
    assert states(trail) == [ChainState(chain, ROWS) for chain in CHAINS]


def test_a_row_and_its_change_are_kept_together_or_not_at_all(trail: Database) -> None:
    def fails() -> None:
        with trail.write() as session:
            audit.record(session, AuditAction.LOGIN, "user")
            session.flush()
            raise RuntimeError("later")

    with pytest.raises(RuntimeError, match="later"):
        fails()

    assert states(trail) == [ChainState(chain, ROWS) for chain in CHAINS]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE motcua_audit_entry SET details = '{}' WHERE sequence = 3",
        "UPDATE motcua_audit_entry SET personal = '{}' WHERE sequence = 3",
        "UPDATE motcua_audit_entry SET personal = NULL, action = 'login' WHERE sequence = 3",
        "UPDATE motcua_audit_entry SET sequence = sequence + 100",
        "DELETE FROM motcua_audit_entry WHERE sequence = 12",
        "UPDATE motcua_audit_head SET sequence = 11",
        "UPDATE motcua_audit_head SET chain = chain + 100",
        "DELETE FROM motcua_audit_head",
        "TRUNCATE motcua_audit_entry",
        "TRUNCATE motcua_audit_head",
        "INSERT OR REPLACE INTO motcua_audit_entry SELECT * FROM motcua_audit_entry WHERE sequence = 12",
    ],
)
def test_no_row_is_changed_or_removed_by_our_own_user(trail: Database, statement: str) -> None:
    """AUD-02: the triggers refuse it; the other engine's words are no statement here, and are refused, too."""
    with pytest.raises(DBAPIError), trail.engine.begin() as connection:
        connection.execute(sa.text(statement))

    assert states(trail) == [ChainState(chain, ROWS) for chain in CHAINS]


# --- AUD-04 --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tamper:
    """What somebody with the database's password has done, and where it must be found."""

    chain: int
    broken_at: int
    anchors: tuple[Anchor, ...] = ()


def edit(connection: Connection, chain: int, dice: random.Random) -> Tamper:
    at = dice.randint(1, ROWS)
    column, value = dice.choice(
        [
            ("actor", "lan"),
            ("actor_id", 6),
            ("actor_kind", "nobody"),
            ("action", "nonsense"),
            ("object_id", 99),
            ("object_code", ""),
            ("details", canonical({"status": [2, 3]})),
            ("personal", canonical({"address": "10.0.0.1"})),
            ("personal_digest", "0" * 64),
            ("previous", "1" * 64),
            ("hash", "f" * 64),
            ("kind", "dossiers"),
        ]
    )
    connection.execute(_of(sa.update(TABLE), chain, at).values({column: value}))
    return Tamper(chain, at)


def move_in_time(connection: Connection, chain: int, dice: random.Random) -> Tamper:
    at = dice.randint(1, ROWS)
    when = connection.scalar(_of(sa.select(TABLE.c.at), chain, at))
    connection.execute(_of(sa.update(TABLE), chain, at).values(at=when - timedelta(microseconds=1)))
    return Tamper(chain, at)


def delete(connection: Connection, chain: int, dice: random.Random) -> Tamper:
    at = dice.randint(1, ROWS)
    connection.execute(_of(sa.delete(TABLE), chain, at))
    return Tamper(chain, at)


def delete_and_close_up(connection: Connection, chain: int, dice: random.Random) -> Tamper:
    at = dice.randint(1, ROWS - 1)
    connection.execute(_of(sa.delete(TABLE), chain, at))
    for later in range(at + 1, ROWS + 1):
        connection.execute(_of(sa.update(TABLE), chain, later).values(sequence=later - 1))
    return Tamper(chain, at)


def insert(connection: Connection, chain: int, dice: random.Random) -> Tamper:
    at = dice.randint(1, ROWS)
    row = dict(connection.execute(_of(sa.select(TABLE), chain, at)).one()._mapping)  # noqa: SLF001
    for later in range(ROWS, at - 1, -1):
        connection.execute(_of(sa.update(TABLE), chain, later).values(sequence=later + 1))
    del row["id"]
    connection.execute(sa.insert(TABLE).values(row | {"object_id": 99}))
    return Tamper(chain, at)


def swap(connection: Connection, chain: int, dice: random.Random) -> Tamper:
    first, second = sorted(dice.sample(range(1, ROWS + 1), 2))
    connection.execute(_of(sa.update(TABLE), chain, first).values(sequence=-1))
    connection.execute(_of(sa.update(TABLE), chain, second).values(sequence=first))
    connection.execute(_of(sa.update(TABLE), chain, -1).values(sequence=second))
    return Tamper(chain, first)


def cut(connection: Connection, chain: int, dice: random.Random) -> Tamper:
    left = dice.randint(1, ROWS - 1)
    connection.execute(sa.delete(TABLE).where(TABLE.c.chain == chain, TABLE.c.sequence > left))
    return Tamper(chain, left + 1)


def cut_with_its_head(connection: Connection, chain: int, dice: random.Random) -> Tamper:
    """What only an anchor shows: the chain that is left is a whole one."""
    left = dice.randint(1, ROWS - 1)
    noted = connection.scalar(_of(sa.select(TABLE.c.hash), chain, ROWS))
    end = connection.scalar(_of(sa.select(TABLE.c.hash), chain, left))
    connection.execute(sa.delete(TABLE).where(TABLE.c.chain == chain, TABLE.c.sequence > left))
    connection.execute(sa.update(HEADS).where(HEADS.c.chain == chain).values(sequence=left, hash=end))
    return Tamper(chain, left + 1, (Anchor(chain, ROWS, noted[:20]),))


def remove_altogether(connection: Connection, chain: int, _dice: random.Random) -> Tamper:
    noted = connection.scalar(_of(sa.select(TABLE.c.hash), chain, ROWS))
    connection.execute(sa.delete(TABLE).where(TABLE.c.chain == chain))
    connection.execute(sa.delete(HEADS).where(HEADS.c.chain == chain))
    return Tamper(chain, 1, (Anchor(chain, ROWS, noted),))


WAYS: tuple[Callable[[Connection, int, random.Random], Tamper], ...] = (
    edit, move_in_time, delete, delete_and_close_up, insert, swap, cut, cut_with_its_head, remove_altogether,
)  # fmt: skip


def _of(statement: Any, chain: int, sequence: int) -> Any:
    return statement.where(TABLE.c.chain == chain, TABLE.c.sequence == sequence)


def test_two_hundred_tampers_are_found_where_they_are(trail: Database, figures: Figures) -> None:
    """AUD-04."""
    dice, missed = random.Random(4), []
    for turn in range(200):
        way = WAYS[turn % len(WAYS)]
        with trail.engine.connect() as connection, connection.begin() as transaction:
            with unguarded(connection):
                done = way(connection, dice.choice(CHAINS), dice)
            found = [state for state in examine_chains(connection, done.anchors) if state.broken_at is not None]
            transaction.rollback()
        if [(state.chain, state.broken_at) for state in found] != [(done.chain, done.broken_at)]:
            missed.append((way.__name__, done, found))
    figures(f"AUD-04 {trail.engine.dialect.name}: 200 tampers, {200 - len(missed)} found at their first row")

    assert missed == []
    assert states(trail) == [ChainState(chain, ROWS) for chain in CHAINS]


def test_an_end_that_was_noted_is_still_there_after_the_chain_went_on(trail: Database) -> None:
    with trail.read() as session:
        noted = session.scalars(sa.select(AuditHead)).all()
    with trail.write() as session:
        audit.record(session, AuditAction.LOGIN, "user", office_id=7)

    found = states(trail, *(Anchor(head.chain, head.sequence, head.hash) for head in noted))

    assert [state.broken_at for state in found] == [None, None, None]


# --- AUD-07 --------------------------------------------------------------------------------------


def test_what_is_personal_is_forgotten_and_the_chains_hold(trail: Database, moment: Moment) -> None:
    """AUD-07: older rows lose address and names; their digests, and everything else, stay."""
    before = moment()
    moment.now += timedelta(days=1)
    with trail.write() as session:
        audit.record(session, AuditAction.LOGIN, "user", office_id=7, actor=SON)
    with trail.write() as session:
        forgotten = forget_personal(session, before=before + timedelta(hours=1))

    with trail.read() as session:
        rows = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert forgotten == ROWS * len(CHAINS)
    assert [row.personal for row in rows[:forgotten]] == [None] * forgotten
    assert all(row.personal_digest for row in rows[:forgotten])
    assert details_of(rows[0]) == {"status": [2, 4]}
    assert json.loads(rows[forgotten].personal or "")["address"] == "10.0.0.9"
    assert rows[-1].action == AuditAction.AUDIT_ERASED
    assert [state.broken_at for state in states(trail)] == [None, None, None]


def test_forgetting_goes_in_small_steps_until_nothing_is_left(trail: Database, moment: Moment) -> None:
    later, steps = moment() + timedelta(days=1), []
    while not steps or steps[-1]:
        with trail.write() as session:
            steps.append(forget_personal(session, before=later, limit=20))

    assert steps == [20, 16, 0]


def test_the_same_words_have_another_digest_each_time(trail: Database) -> None:
    """Without the salt, which is forgotten with them, nobody can guess a name from its digest."""
    with trail.read() as session:
        digests = session.scalars(sa.select(AuditEntry.personal_digest)).all()

    assert len(set(digests)) == len(digests) == ROWS * len(CHAINS)
