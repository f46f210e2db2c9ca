"""``motcua digest``: the same digest by hand, or by a timer of the machine instead of the worker."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from motcua.admin.clock import local_day
from motcua.admin.domain.digest_recipients import digest_recipients, is_usable_address
from motcua.admin.domain.digests import asked_digests
from motcua.admin.enums import MailKind, MailState
from motcua.admin.extension import current_motcua
from motcua.admin.models import OutgoingMail
from motcua.scheduler.dispatch import NO_ADDRESS, digest_now, put_down_all, put_down_due, send_due
from motcua.scheduler.letters import digest_letter
from motcua.scheduler.post import post_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from motcua.scheduler.delivery import Letter
    from motcua.scheduler.post import Post

_OVER = (MailState.SENT, MailState.SKIPPED)


@click.command("digest")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the digest; today when left out.")
@click.option("--due", is_flag=True, help="Only what the worker would send now: for a timer such as cron or systemd.")
@click.option("--dry-run", is_flag=True, help="Show the mails. Nothing is sent, nothing is written.")
@with_appcontext
def digest(*, day: datetime | None, due: bool, dry_run: bool) -> None:
    """Send the supervisors' daily digest now, to everybody who has not had that day's yet.

    Without --due it is sent at any hour and on any day, because somebody asks
    for it. Nobody gets the digest of a day twice.
    """
    if day is not None and due:
        raise click.UsageError("--due says itself which days are due; leave --day out.")
    post = post_of(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
    today = local_day(post.clock(), current_motcua().settings.time_zone)
    wanted = day.date() if day else today
    if dry_run:
        for letter in _letters(post, wanted, today):
            click.echo(_readable(letter))
        return
    if wanted > today:
        raise click.BadParameter("that day has not come; --dry-run shows its digest", param_hint="--day")
    _put_down(post, None if due else wanted)
    send_due(post)
    states = list(_states(post, wanted))
    for line in (line for line, _ in states):
        click.echo(line)
    if not states:
        click.echo(f"No digest for {wanted:%d/%m/%Y}: nobody supervises an office, or none is due yet.")
    if any(state not in _OVER for _, state in states):
        raise SystemExit(1)


def _put_down(post: Post, day: date | None) -> None:
    """Write the rows of a day that was asked for, or of whatever is due."""
    if day is None:
        put_down_due(post)
        return
    with post.database.read() as session:
        asked = asked_digests(session, day=day, at=post.settings.digest_time)
    put_down_all(post, asked)


def _letters(post: Post, day: date, today: date) -> Iterator[Letter]:
    """Yield everybody's letter; that of a coming day as it would be if nothing were done until then."""
    now = post.clock()
    with post.database.read() as session:
        for recipient in list(digest_recipients(session)):
            if not is_usable_address(recipient.email):
                click.echo(f"{NO_ADDRESS} ({recipient.given_name})", err=True)
                continue
            moment = now
            if day > today:
                moment = datetime.combine(day, post.settings.digest_time, tzinfo=ZoneInfo(recipient.office.time_zone))
            yield digest_letter(
                digest_now(post, session, recipient, day=day, now=moment.astimezone(UTC)),
                recipient_id=recipient.user_id,
                address=recipient.email,
                is_second_copy=False,
                settings=post.settings,
                public_url=post.public_url,
                now=now,
            )


def _readable(letter: Letter) -> str:
    """Return the part of a letter that a terminal can show."""
    message = message_from_bytes(letter.content, policy=default)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{text}"


def _states(post: Post, day: date) -> Iterator[tuple[str, MailState]]:
    """Yield one line for each digest of a day: to whom, how far, and why no further."""
    mails = (
        select(OutgoingMail)
        .where(OutgoingMail.local_day == day, OutgoingMail.kind == MailKind.DIGEST)
        .order_by(OutgoingMail.id)
    )
    with post.database.read() as session:
        for mail in session.scalars(mails):
            why = f" – {mail.error}" if mail.error else ""
            yield f"{mail.local_day:%d/%m/%Y}  {mail.recipient.username:<20} {mail.state.value}{why}", mail.state
