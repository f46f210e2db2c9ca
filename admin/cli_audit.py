"""The commands about the audit trail: is it whole, what does it say, what is to be forgotten of it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from flask.cli import with_appcontext

from motcua.admin.extension import current_motcua

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from motcua.admin.database import Database
    from motcua.admin.domain.audit_chain import Anchor
    from motcua.admin.models import AuditEntry


@click.group("audit")
def audit_command() -> None:
    """Check and read the audit trail: `verify`, `list` and `forget`."""


@audit_command.command("verify")
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="OFFICE/SEQUENCE/HASH",
    help="The end of a chain as it was noted elsewhere, such as in a digest; may be given several times.",
)
@with_appcontext
def verify_command(anchors: tuple[str, ...]) -> None:
    """Look at every row; name the first bad one of each chain, and then end with 1."""
    from sqlalchemy.orm import Session

    from motcua.admin.domain.audit_chain import examine_chains
    from motcua.admin.domain.audit_reading import ends, name_of_chain

    is_broken = False
    with _one_moment(current_motcua().database) as connection, Session(bind=connection) as session:
        noted = [_anchor(session, text) for text in anchors]
        for state in examine_chains(connection, noted):
            name = name_of_chain(session, state.chain)
            if state.broken_at is None:
                (end,) = ends(session, [state.chain])
                click.echo(f"ok      {name}: {state.rows} rows, end {end}")
            else:
                is_broken = True
                click.echo(f"BROKEN  {name}: at row {state.broken_at}: {state.reason}")
    if is_broken:
        raise SystemExit(1)


def _anchor(session: Session, text: str) -> Anchor:
    from motcua.admin.domain.audit_chain import LEAST_ANCHOR, Anchor

    office, _, rest = text.partition("/")
    sequence, _, digest = rest.partition("/")
    if not sequence.isascii() or not sequence.isdecimal() or len(digest) < LEAST_ANCHOR:
        msg = f"{text}: it must read OFFICE/SEQUENCE/HASH"
        raise click.BadParameter(msg, param_hint="--anchor")
    return Anchor(_chain(session, office, "--anchor"), int(sequence), digest.lower())


def _chain(session: Session, office: str, option: str) -> int:
    from motcua.admin.domain.audit_reading import chain_named

    chain = chain_named(session, office)
    if chain is None:
        msg = f"there is no office {office}"
        raise click.BadParameter(msg, param_hint=option)
    return chain


@contextmanager
def _one_moment(database: Database) -> Iterator[Connection]:
    """Open a connection whose statements all see the record as it was at the first."""
    engine = database.engine
    if not database.is_sqlite:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection


@audit_command.command("list")
@click.option("--office", help="Code of an office; - for what concerns none.")
@click.option("--person", help="User name of who did it.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="A day, in the deployment's zone.")
@with_appcontext
def list_command(office: str | None, person: str | None, day: datetime | None) -> None:
    """Print rows as lines of text, the oldest first."""
    from motcua.admin.domain.audit_reading import Question, entries

    motcua = current_motcua()
    zone = ZoneInfo(motcua.settings.time_zone)
    since = datetime.combine(day.date(), time(), tzinfo=zone) if day else None
    until = datetime.combine(day.date() + timedelta(days=1), time(), tzinfo=zone) if day else None
    with motcua.database.read() as session:
        chain = _chain(session, office, "--office") if office is not None else None
        for entry in entries(session, Question(chain, person, since, until)):
            click.echo(_line(entry, zone))


def _line(entry: AuditEntry, zone: ZoneInfo) -> str:
    from motcua.admin.domain.audit_reading import address_of, details_of
    from motcua.admin.domain.text import printable

    what = f"{entry.kind} {entry.object_code or entry.object_id or ''}".strip()
    who = f"{entry.actor or entry.actor_kind}@{address_of(entry)}".rstrip("@")
    told = json.dumps(details_of(entry), ensure_ascii=False)
    line = (
        f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {entry.chain}/{entry.sequence}  {who}  {entry.action}  {what}"
    )
    return printable(f"{line}  {told}")


@audit_command.command("forget")
@with_appcontext
def forget_command() -> None:
    """Empty the addresses, names and numbers that are older than MOTCUA_AUDIT_PERSONAL_DAYS, as the worker does."""
    from motcua.admin.domain.audit_reading import forget_personal

    motcua = current_motcua()
    before = motcua.clock() - motcua.settings.audit_personal
    total = 0
    while True:
        with motcua.database.write() as session:
            count = forget_personal(session, before=before)
        if not count:
            break
        total += count
    click.echo(f"{total} rows forgotten.")
