"""How Alembic runs our steps: our tables only, our own version table."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

import motcua.admin.models  # noqa: F401 - fills the metadata
from motcua.admin.models.base import Record
from motcua.admin.models.types import IntEnumType, UtcDateTime

VERSION_TABLE = "motcua_alembic_version"


def is_ours(item: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:  # noqa: FBT001
    """Tell Alembic which things in the database are ours to touch."""
    table = name if kind == "table" else getattr(getattr(item, "table", None), "name", None)
    return bool(table and table.startswith("motcua_"))


def render_plain(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that steps never import the models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, IntEnumType):
        return "sa.SmallInteger()"
    return False


def run_migrations_online() -> None:
    """Run within the connection that the command handed over."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Record.metadata,
        version_table=VERSION_TABLE,
        include_object=is_ours,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_plain,
    )
    with context.begin_transaction():
        context.run_migrations()


run_migrations_online()
