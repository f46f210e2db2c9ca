"""AUD-07, by the clock: what is personal in the audit trail is forgotten in its time; the digest carries its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from motcua.admin.domain import audit
from motcua.admin.domain.audit_reading import ends
from motcua.admin.enums import ActorKind, AuditAction
from motcua.admin.models import AuditEntry
from motcua.scheduler.jobs import JobScene, forget_personal_fields

if TYPE_CHECKING:
    from tests.scheduler.morning import Morning

LAN = audit.Actor(ActorKind.USER, 5, "lan", "10.0.0.9")


def act(morning: Morning) -> None:
    with morning.post.database.write() as session:
        audit.record(session, AuditAction.LOGIN, "user", actor=LAN)


def test_two_years_later_the_address_is_forgotten_and_not_before(morning: Morning) -> None:
    act(morning)
    with morning.post.database.read() as session:
        begun = session.scalars(sa.select(AuditEntry.at)).one()
    kept = []
    for days in (729, 731):
        morning.hands.now = begun
        morning.hands.turn(days=days)
        forget_personal_fields(JobScene(morning.post))
        with morning.post.database.read() as session:
            kept.append([row.personal is not None for row in session.scalars(sa.select(AuditEntry))])

    # The second round writes a row of its own about it.
    assert kept == [[True], [False, False]]


def test_the_digest_says_where_the_trail_ended(morning: Morning) -> None:
    act(morning)
    with morning.post.database.read() as session:
        noted = ends(session)
    morning.ring()

    (letter,) = morning.post.delivery.letters  # type: ignore[attr-defined]
    assert len(noted) == 1
    assert noted[0] in letter.content.decode("ascii").replace("=\r\n", "")
