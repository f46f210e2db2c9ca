"""Column types and mixins that every table shares."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum as PyEnum
from enum import IntEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

BigId = BigInteger().with_variant(Integer, "sqlite")
#: No row has a higher number; asking a database for one is an error and no answer.
LARGEST_ID = 2**63 - 1


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Goes in aware, is kept as UTC, comes out aware.

    SQLite has no time zones, so there the UTC wall time is stored; a naive
    value is refused because nobody could say which hour it means.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"naive datetime {value!r}: say which zone it is in"
            raise ValueError(msg)
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the database kept into an aware instant."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class IntEnumType(TypeDecorator[IntEnum]):
    """A nationally numbered list, kept as its number."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, enum_class: type[IntEnum]) -> None:
        super().__init__()
        self.enum_class = enum_class

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Keep the number."""
        del dialect
        return None if value is None else int(self.enum_class(value))

    def process_result_value(self, value: int | None, dialect: Dialect) -> IntEnum | None:
        """Give the member back."""
        del dialect
        return None if value is None else self.enum_class(value)


def word(enum_class: type[PyEnum], name: str, *, length: int = 24) -> Enum:
    """Return a column type that keeps the word of an enum, checked by the database."""
    return Enum(
        enum_class,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


class Identified:
    """A row with a number of its own."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)


class Versioned:
    """A row two people may edit: the second stale save is refused."""

    version: Mapped[int] = mapped_column(Integer, nullable=False, default=1, server_default="1")

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Trackable:
    """A row a citizen may follow by a link that says nothing.

    The token itself is never stored: it is computed from ``public_id`` and
    ``token_version`` with the deployment's key (``domain/tracking.py``);
    ``token_digest`` finds the row, and a new version makes old links void.
    """

    public_id: Mapped[str] = mapped_column(String(32), nullable=False)
    token_version: Mapped[int] = mapped_column(Integer, nullable=False, default=1, server_default="1")
    token_digest: Mapped[str] = mapped_column(String(32), nullable=False)
