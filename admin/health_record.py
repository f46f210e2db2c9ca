"""How the record is: reachable, at the right schema, durable."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from motcua.admin.domain.audit_guard import has_guards, torn_ends
from motcua.admin.health import Check
from motcua.admin.language import gettext
from motcua.admin.schema import head_revision, migration_config, schema_revision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from motcua.admin.extension import Motcua

#: What every SQLite connection of ours must answer (2 is FULL).
_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
_LEAST_BUSY_MS = 5000
#: What PostgreSQL must not have been told to leave out.
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_log = logging.getLogger(__name__)
_head = cache(head_revision)


def check_database(motcua: Motcua) -> Check:
    """Tell whether the database answers. The reason why not is for the log, not for strangers."""
    try:
        with motcua.database.read_connection() as connection:
            connection.execute(text("SELECT 1"))
    except (DBAPIError, PoolTimeoutError) as error:
        _log.warning("the database does not answer: %s", error)
        return Check(
            "database", "fail", gettext("Does not answer: is it running, and is SQLALCHEMY_DATABASE_URI right?")
        )
    kind = motcua.database.engine.dialect.name
    return Check("database", "ok", gettext("{kind} answers.", kind="SQLite" if kind == "sqlite" else "PostgreSQL"))


def check_migrations(motcua: Motcua) -> Check:
    """Tell whether the tables are those this version was written for."""
    name = "migrations"
    try:
        revision = schema_revision(motcua.database.engine)
    except (DBAPIError, PoolTimeoutError):
        return Check(name, "fail", gettext("Not judged: the record cannot be read."))
    head = _head()
    if revision == head:
        return Check(name, "ok", gettext("At {revision}, the newest.", revision=revision))
    if revision is None:
        return Check(name, "fail", gettext("The tables are not there yet: run `motcua upgrade`."))
    if revision not in _known_revisions():
        told = gettext("The tables ({revision}) are newer than this program ({head}): install the newer version.")
    else:
        told = gettext("The tables are at {revision}, this program needs {head}: run `motcua upgrade`.")
    return Check(name, "fail", told.format(revision=revision, head=head))


def check_sqlite(motcua: Motcua) -> Check:
    """Tell whether SQLite keeps what it was told to keep."""
    with motcua.database.read_connection() as connection:
        wrong = [f"{name}={value}" for name, value in _pragmas(connection).items() if not _is_right(name, value)]
    if wrong:
        return Check(
            "sqlite",
            "fail",
            gettext("Not durable ({settings}): is the file on a network drive?").format(settings=", ".join(wrong)),
        )
    return Check("sqlite", "ok", gettext("Write-ahead log, full synchronisation, foreign keys: as it must be."))


def check_postgresql(motcua: Motcua) -> Check:
    """Tell whether PostgreSQL keeps what it was told to keep, and keeps count of how large its tables are."""
    names = (*_DURABLE, "autovacuum")
    with motcua.database.read_connection() as connection:
        return judge_postgresql({name: str(connection.execute(text(f"SHOW {name}")).scalar()) for name in names})


def judge_postgresql(settings: Mapping[str, str]) -> Check:
    """Judge the server's settings."""
    wrong = [f"{name}={settings[name]}" for name in _DURABLE if settings[name] == "off"]
    if wrong:
        told = gettext("Not durable ({settings}): a power cut may take numbers back that were told. Switch it on.")
        return Check("postgresql", "fail", told.format(settings=", ".join(wrong)))
    if settings["autovacuum"] == "off":
        told = gettext("`autovacuum` is off: every number takes longer, the more there are. Switch it on.")
        return Check("postgresql", "warn", told)
    return Check("postgresql", "ok", gettext("On the disk before it is told, and `autovacuum`: as it must be."))


def check_audit(motcua: Motcua) -> Check:
    """Tell whether the audit trail is guarded and its chains end where they should; not whether every row is right."""
    with motcua.database.read() as session:
        is_guarded = has_guards(session)
        broken, chains = torn_ends(session)
    if not is_guarded:
        told = gettext("Not guarded: triggers are missing. Is this a copy, or was the table changed by hand?")
        return Check("audit", "fail", told)
    if broken:
        told = gettext("The end of {count} chains does not fit: run `motcua audit verify`.", count=broken)
        return Check("audit", "fail", told)
    return Check("audit", "ok", gettext("Guarded; the ends of {count} chains fit.", count=chains))


@cache
def _known_revisions() -> frozenset[str]:
    scripts = ScriptDirectory.from_config(migration_config())
    return frozenset(script.revision for script in scripts.walk_revisions())


def _pragmas(connection: Connection) -> dict[str, object]:
    names = (*_PRAGMAS, "busy_timeout")
    return {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in names}


def _is_right(name: str, value: object) -> bool:
    if name == "busy_timeout":
        return isinstance(value, int) and value >= _LEAST_BUSY_MS
    return value == _PRAGMAS[name]
