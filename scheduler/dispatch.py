"""One mail after the other: claim, write, hand over, note down. One failure never holds up the rest."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from motcua.admin.domain.digest_content import DigestLimits, digest_for
from motcua.admin.domain.digest_recipients import digest_recipient, is_usable_address
from motcua.admin.domain.digests import due_digests, put_down
from motcua.admin.domain.mails import (
    ClaimedMail,
    LeaseLostError,
    claim_mail,
    give_back_abandoned,
    has_work,
    mark_failed,
    mark_sent,
    mark_skipped,
    mark_uncertain,
    put_back,
    record_hand_over,
)
from motcua.admin.errors import UnavailableError
from motcua.admin.failpoints import failpoint
from motcua.admin.language import N_
from motcua.scheduler.delivery import DeferredError, RefusedError, ServerAwayError, UncertainError
from motcua.scheduler.letters import digest_letter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from motcua.admin.domain.digest_content import Digest
    from motcua.admin.domain.digest_recipients import Recipient
    from motcua.admin.domain.digests import DueDigest
    from motcua.scheduler.delivery import Letter
    from motcua.scheduler.post import Post

_log = logging.getLogger(__name__)
_WRITE_TRIES = 3
#: A commit costs more than a row; but a kiosk that waits for the record waits for all of a transaction.
_ROWS_AT_ONCE = 25
_RECORD_AWAY = (DBAPIError, PoolTimeoutError, UnavailableError)

NO_ADDRESS = N_("No usable e-mail address is recorded for this supervisor.")
NO_SUPERVISOR = N_("No longer a supervisor of any office.")
QUIET = N_("Nothing to report, and quiet days are not reported.")
BROKEN = N_("Writing the mail failed; the log says why.")


class Outcome(StrEnum):
    """What became of one claimed mail."""

    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    #: The server speaks to nobody: the others need not try now.
    SERVER_AWAY = "server away"
    LOST = "lost to another process"


def put_down_due(post: Post) -> int:
    """Write a row for every digest whose hour has come; return how many are new."""
    with post.database.read() as session:
        due = due_digests(session, now=post.clock(), at=post.settings.digest_time)
    return put_down_all(post, due)


def put_down_all(post: Post, due: Sequence[DueDigest]) -> int:
    """Write the rows of digests, some in each transaction; return how many are new."""
    count = 0
    for first in range(0, len(due), _ROWS_AT_ONCE):
        with post.database.write() as session:
            for digest in due[first : first + _ROWS_AT_ONCE]:
                count += put_down(session, digest, now=post.clock())
                failpoint("digest.after_row")
    return count


def send_due(post: Post, *, should_stop: Callable[[], bool] = lambda: False) -> list[Outcome]:
    """Send what is due until nothing is, the server is away, or the process is to end."""
    with post.database.read() as session:
        if not has_work(session, now=post.clock()):
            return []
    with post.database.write() as session:
        give_back_abandoned(session, now=post.clock())
    outcomes: list[Outcome] = []
    while not should_stop():
        with post.database.write() as session:
            mail = claim_mail(session, now=post.clock())
        if mail is None:
            break
        failpoint("digest.after_claim")
        outcomes.append(_send(post, mail))
        if outcomes[-1] == Outcome.SERVER_AWAY:
            break
    return outcomes


def digest_now(post: Post, session: Session, recipient: Recipient, *, day: date, now: datetime) -> Digest:
    """Return a supervisor's digest as the record stands."""
    limits = DigestLimits(post.settings.digest_days_ahead, post.settings.digest_waiting_days)
    return digest_for(session, recipient, day=day, now=now, limits=limits)


def _send(post: Post, mail: ClaimedMail) -> Outcome:
    """Take one mail as far as it goes, note it down, and log it in one line."""
    try:
        result = _written(post, mail)
        if isinstance(result, _Draft):
            failpoint("digest.after_build")
            result = _delivered(post, mail, result)
        _note_down(post, mail, result)
    except LeaseLostError:
        result = _Result(Outcome.LOST)
    failpoint("digest.after_commit")
    level = logging.INFO if result.outcome in {Outcome.SENT, Outcome.SKIPPED} else logging.WARNING
    _log.log(level, "digest of %s to user %s: %s %s", mail.local_day, mail.recipient_id, result.outcome, result.reason)
    return result.outcome


def _written(post: Post, mail: ClaimedMail) -> _Draft | _Result:
    """Write the letter for the person as he or she is now, or say why there is none."""
    now = post.clock()
    try:
        with post.database.read() as session:
            recipient = digest_recipient(session, mail.recipient_id)
            if recipient is None:
                return _Result(Outcome.SKIPPED, NO_SUPERVISOR)
            if not is_usable_address(recipient.email):
                return _Result(Outcome.FAILED, NO_ADDRESS)
            digest = digest_now(post, session, recipient, day=mail.local_day, now=now)
        if not digest.lines and not post.settings.digest_zero_report:
            return _Result(Outcome.SKIPPED, QUIET, item_count=0)
        letter = digest_letter(
            replace(digest, missed_days=mail.missed_days),
            recipient_id=mail.recipient_id,
            address=recipient.email,
            is_second_copy=mail.is_second_copy,
            settings=post.settings,
            public_url=post.public_url,
            now=now,
        )
    except _RECORD_AWAY:
        raise  # the record is away, not the mail broken
    except Exception:  # noqa: BLE001 - a mail that cannot be written must not hold up the others
        _log.exception("mail %s could not be written", mail.id)
        return _Result(Outcome.DEFERRED, BROKEN)
    return _Draft(letter, len(digest.lines))


def _delivered(post: Post, mail: ClaimedMail, draft: _Draft) -> _Result:
    """Hand the letter over. What goes wrong before the hand-over is certain, what goes wrong after is not."""
    handed_over = False

    def at_hand_over() -> None:
        nonlocal handed_over
        with post.database.write() as session:
            record_hand_over(
                session, mail, now=post.clock(), message_id=draft.letter.message_id, item_count=draft.item_count
            )
        handed_over = True
        failpoint("digest.after_handoff")

    failpoint("digest.before_connect")
    try:
        post.delivery.deliver(draft.letter, at_hand_over=at_hand_over)
    except ServerAwayError as error:
        return _Result(Outcome.SERVER_AWAY, str(error))
    except DeferredError as error:
        return _Result(Outcome.DEFERRED, str(error))
    except RefusedError as error:
        return _Result(Outcome.FAILED, str(error))
    except UncertainError as error:
        return _Result(Outcome.UNCERTAIN, str(error))
    except (LeaseLostError, *_RECORD_AWAY):
        raise  # nothing left, and nothing can be written about it
    except Exception:  # noqa: BLE001 - a bug in the way out must not stop the others, nor look as if nothing had left
        _log.exception("mail %s could not be delivered", mail.id)
        return _Result(Outcome.UNCERTAIN if handed_over else Outcome.DEFERRED, BROKEN)
    failpoint("digest.delivered")
    return _Result(Outcome.SENT)


def _note_down(post: Post, mail: ClaimedMail, result: _Result) -> None:
    """Write the outcome, with some patience: an outcome that is not written makes a second copy."""
    for tries_left in reversed(range(_WRITE_TRIES)):
        try:
            with post.database.write() as session:
                _note(session, mail, result, now=post.clock())
        except _RECORD_AWAY:
            if not tries_left:
                raise
        else:
            return


def _note(session: Session, mail: ClaimedMail, result: _Result, *, now: datetime) -> None:
    if result.outcome == Outcome.SENT:
        mark_sent(session, mail, now=now)
    elif result.outcome == Outcome.SKIPPED:
        mark_skipped(session, mail, reason=result.reason, item_count=result.item_count)
    elif result.outcome == Outcome.FAILED:
        mark_failed(session, mail, reason=result.reason)
    elif result.outcome == Outcome.UNCERTAIN:
        mark_uncertain(session, mail, now=now, reason=result.reason)
    else:
        put_back(session, mail, now=now, reason=result.reason)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A letter on the table, and of how many dossiers it speaks."""

    letter: Letter
    item_count: int


@dataclass(frozen=True, slots=True)
class _Result:
    """How far a mail came, and why no further."""

    outcome: Outcome
    reason: str = ""
    item_count: int | None = None
