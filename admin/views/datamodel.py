"""FAB's way to our tables, with the office scope under every query.

Whatever FAB or a screen asks through this interface (a list, one row by its
id, the choices of a related field, an action's rows) passes through
``apply_filters``, and so through ``office_scope``. What is written is looked
at again before the commit: the row as it will be must lie within the offices
where the person may write, and must not point to another office's rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import BigInteger, false, inspect, select

from motcua.admin.errors import ForeignLinkError, NotAllowedError
from motcua.admin.scope import acts_everywhere, office_scope, rows_in_scope, sees_everything

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Query, Session

    from motcua.admin.enums import StaffRole

_INTEGER_DIGITS, _BIGINT_DIGITS = 9, 18


class ScopedInterface(SQLAInterface):
    """Rows of one table, as far as the person at the screen may see them."""

    session: Session

    def __init__(self, obj: type[Any], session: Session | None = None) -> None:
        super().__init__(obj, session)
        #: The roles whose places count for reading and for writing; None: any place will do.
        self.readers: frozenset[StaffRole] | None = None
        self.writers: frozenset[StaffRole] | None = None

    def rows(self) -> Query[Any]:
        """Return the query over every row the person may see."""
        return self._scoped(self.session.query(self.obj))

    def may_write(self, row: Any, roles: frozenset[StaffRole] | None = None) -> bool:
        """Tell whether a row lies in an office where the person holds a writing role, or one of ``roles``."""
        user = g.get("user")
        if acts_everywhere(user):
            return True
        acting = self.writers if roles is None else roles
        if acting is not None and not acting:
            return False
        model = type(row)
        key = inspect(model).primary_key[0]
        within = rows_in_scope(model, getattr(user, "id", None), *(acting or ()))
        found = self.session.scalar(select(key).where(key == inspect(row).identity[0], within))
        return found is not None

    def _scoped(self, query: Query[Any]) -> Query[Any]:
        user = g.get("user")
        if self.readers is not None and not self.readers and not sees_everything(user):
            return query.where(false())
        return office_scope(query, user, *(self.readers or ()))

    def apply_filters(self, query: Query[Any], filters: Any) -> Query[Any]:
        """Narrow to the person's offices first, then to what was asked for."""
        scoped: Query[Any] = super().apply_filters(self._scoped(query), filters)
        return scoped

    def _get_base_query(
        self, query: Query[Any], filters: Any = None, order_column: str = "", order_direction: str = ""
    ) -> Query[Any]:
        # FAB's grouped queries do not come by apply_filters.
        scoped: Query[Any] = super()._get_base_query(self._scoped(query), filters, order_column, order_direction)
        return scoped

    def get_related_obj(self, col_name: str, value: Any) -> Any:
        """Return a related row by its id, if the person may see it."""
        return self.get_related_interface(col_name).get(value)

    def get(self, id: Any, *arguments: Any, **named: Any) -> Any:  # noqa: A002 - FAB's name
        """Return a row by its id, or None when there is none for this person."""
        number = str(id)
        (key,) = inspect(self.obj).primary_key
        digits = _BIGINT_DIGITS if isinstance(key.type, BigInteger) else _INTEGER_DIGITS
        if not number.isascii() or not number.isdecimal() or len(number) > digits:
            return None
        return super().get(int(number), *arguments, **named)

    def add(self, item: Any, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - FAB's signature
        """Add a row within the person's offices."""
        self.session.add(item)
        self.check_written([item])
        if commit:
            self.session.commit()

    def edit(self, item: Any, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - FAB's signature
        """Keep a changed row within the person's offices."""
        self.check_written([item])
        if commit:
            self.session.commit()

    def delete(self, item: Any, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - FAB's signature
        """Remove a row of the person's offices."""
        self.check_written([item])
        self.session.delete(item)
        self.session.flush()
        if commit:
            self.session.commit()

    def delete_all(self, items: list[Any]) -> None:
        """Remove rows of the person's offices, all of them or none."""
        for item in items:
            self.delete(item, commit=False)
        self.session.commit()

    def check_written(self, items: Iterable[Any]) -> None:
        """Refuse what has been changed beyond the person's offices; nothing of it is kept then.

        Raises NotAllowedError and ForeignLinkError.
        """
        rows = list(items)
        try:
            self.session.flush()
            for row in rows:
                self._check_offices(row)
        except Exception:
            self.session.rollback()
            raise

    def _check_offices(self, row: Any) -> None:
        if not self.may_write(row):
            raise NotAllowedError
        _check_links(row)


def _check_links(row: Any) -> None:
    """Refuse a row that points to another office's printer, service or the like."""
    office_id = getattr(row, "office_id", None)
    if office_id is None:
        return
    for relation in inspect(type(row)).relationships:
        related = getattr(row, relation.key)
        for other in related if isinstance(related, list) else [related]:
            if getattr(other, "office_id", office_id) not in {office_id, None}:
                raise ForeignLinkError(row=str(other))
