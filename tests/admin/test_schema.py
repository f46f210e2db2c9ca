"""Our migrations go up and down, and touch nothing of the host's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from motcua.admin.schema import downgrade, head_revision, schema_revision, upgrade
from tests.town import build_town

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database


def test_down_removes_our_tables_only_and_up_brings_them_back(database: Database) -> None:
    engine = database.engine

    downgrade(engine)
    left = set(sa.inspect(engine).get_table_names())
    upgrade(engine)

    assert [name for name in left if name.startswith("motcua_")] == []
    assert "ab_user" in left
    assert schema_revision(engine) == head_revision()


def test_a_town_can_be_built(session: Session) -> None:
    town = build_town(session)

    assert [str(counter) for counter in town.office.counters] == ["Quầy 1", "Quầy 2"]
