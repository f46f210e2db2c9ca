"""How the mail and the daily digest are, for readiness probes and the doctor."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from motcua.admin import formats
from motcua.admin.domain.digests import due_digests
from motcua.admin.domain.figures import last_digest_at, mail_standing
from motcua.admin.extension import EXTENSION, Motcua
from motcua.admin.health import Check
from motcua.admin.language import current_language, gettext
from motcua.scheduler.delivery import ServerAwayError
from motcua.scheduler.post import post_of
from motcua.scheduler.settings import scheduler_settings

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

#: A mail that has not left by then is somebody's business.
PATIENCE = timedelta(minutes=30)


def check_mail(app: Flask) -> Check:
    """Tell whether mails leave the house."""
    motcua: Motcua = app.extensions[EXTENSION]
    now = motcua.clock()
    with motcua.database.read() as session:
        standing = mail_standing(session, now=now)
    if standing.waiting_since is not None and now - standing.waiting_since > PATIENCE:
        told = gettext("{count} mails have been waiting since {time}. Last answer: {answer}")
        since = _when(standing.waiting_since, motcua)
        answer = gettext(standing.last_error) if standing.last_error else gettext("none")
        return Check("mail", "fail", told.format(count=standing.waiting, time=since, answer=answer))
    if standing.failed or standing.uncertain:
        told = gettext("Of the last 7 days: {failed} mails refused for good, {uncertain} unanswered. See Mails.")
        return Check("mail", "warn", told.format(failed=standing.failed, uncertain=standing.uncertain))
    return Check("mail", "ok", gettext("No mail is stuck."))


def check_digest(app: Flask) -> Check:
    """Tell when supervisors last heard from us, and whether they should have since."""
    motcua: Motcua = app.extensions[EXTENSION]
    now = motcua.clock()
    with motcua.database.read() as session:
        due = due_digests(session, now=now, at=scheduler_settings(app).digest_time)
        last = last_digest_at(session)
    late = [digest.since for digest in due if now - digest.since > PATIENCE]
    if late:
        told = gettext("Due since {time}, and nobody has started it: is `motcua worker` running?")
        return Check("digest", "fail", told.format(time=_when(min(late), motcua)))
    if last is None:
        return Check("digest", "ok", gettext("None has been sent yet."))
    return Check("digest", "ok", gettext("Last sent at {time}.", time=_when(last, motcua)))


def probe_mail(app: Flask) -> Check:
    """Go the way a mail would go, without one."""
    try:
        where = post_of(app).delivery.probe()
    except ServerAwayError as error:
        return Check("mail way", "fail", gettext("Mails cannot leave: {reason}", reason=error))
    return Check("mail way", "ok", gettext("Mails leave by {where}.", where=where))


def _when(moment: datetime, motcua: Motcua) -> str:
    return formats.moment(moment.astimezone(ZoneInfo(motcua.settings.time_zone)), current_language())
