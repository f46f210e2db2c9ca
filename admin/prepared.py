"""Statements compiled once and handed straight to the driver, for the one path on which a whole hall waits.

SQLAlchemy spends about a tenth of a millisecond of Python on every execution,
more than SQLite spends on the statement. Issuing a number takes half a dozen
of them under the write lock (``benchmarks/issuing.py``), so there the same
Core statements go to the driver's cursor directly. Everything else uses
SQLAlchemy as usual.

psycopg is given PostgreSQL's own ``$1``: names it would look for in the text
anew each time, where a statement is longer than the 4,096 characters whose
reading it remembers.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Dialect

    from motcua.admin.direct import Direct

    Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in one dialect's words."""

    sql: str
    #: Values written into the statement itself, such as the 1 of ``last_number + 1``.
    fixed: Mapping[str, Any]
    #: The values in the order in which the driver counts them.
    in_order: Callable[[Mapping[str, Any]], Sequence[Any]]
    to_driver: Mapping[str, Convert]
    from_driver: Sequence[Convert | None]


class Prepared:
    """One Core statement, compiled when a dialect first needs it.

    Column defaults that SQLAlchemy would compute are not filled in: an INSERT
    names every column (``columns``) it writes.
    """

    def __init__(self, statement: Any, *, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._by_dialect: dict[str, _Compiled] = {}

    def run(self, connection: Direct, values: Mapping[str, Any]) -> None:
        """Run it. Raises what SQLAlchemy would raise."""
        compiled = self._compiled(connection.dialect)
        connection.execute(compiled.sql, _arguments(compiled, values), fetch=False)

    def rows(self, connection: Direct, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it and return its rows. Raises what SQLAlchemy would raise."""
        compiled = self._compiled(connection.dialect)
        found = connection.execute(compiled.sql, _arguments(compiled, values), fetch=True)
        convert_row = compiled.from_driver
        if not any(convert_row):
            return found
        return [
            tuple(value if convert is None else convert(value) for value, convert in zip(row, convert_row, strict=True))
            for row in found
        ]

    def _compiled(self, dialect: Dialect) -> _Compiled:
        compiled = self._by_dialect.get(dialect.name)
        if compiled is None:
            compiled = self._by_dialect[dialect.name] = _compile(self._statement, dialect, self._columns)
        return compiled


def _compile(statement: Any, dialect: Dialect, columns: Sequence[str] | None) -> _Compiled:
    kind: Any = type(dialect)
    counting = dialect if dialect.positional else kind(paramstyle="numeric_dollar")
    compiled = statement.compile(dialect=counting, column_keys=columns, compile_kwargs={"render_postcompile": True})
    if compiled.insert_prefetch:
        msg = f"columns that nobody fills: {', '.join(str(column) for column in compiled.insert_prefetch)}"
        raise TypeError(msg)
    binds = {compiled.bind_names[bind]: bind.type.dialect_impl(dialect) for bind in compiled.bind_names}
    convert = {name: kind.bind_processor(dialect) for name, kind in binds.items()}
    fixed = {name: value for name, value in compiled.construct_params(_check=False).items() if value is not None}
    results = getattr(statement, "exported_columns", ())
    return _Compiled(
        sql=str(compiled),
        fixed=fixed,
        in_order=_in_order(compiled.positiontup),
        to_driver={name: processor for name, processor in convert.items() if processor is not None},
        from_driver=[column.type.dialect_impl(dialect).result_processor(dialect, None) for column in results],
    )


def _arguments(compiled: _Compiled, values: Mapping[str, Any]) -> Sequence[Any]:
    given = {**compiled.fixed, **values}
    for name, convert in compiled.to_driver.items():
        given[name] = convert(given[name])
    return compiled.in_order(given)


def _in_order(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    # Asked for one thing only, ``itemgetter`` does not put it into a tuple.
    return itemgetter(*names) if len(names) > 1 else lambda given: [given[name] for name in names]
