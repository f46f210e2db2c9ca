"""More about a dossier on the page behind its QR code, for who also knows the telephone number given with it.

Paper gets lost, and whoever finds it holds the link. So what was handed in and
what the office wrote about it takes the last digits of the number as well.
Nothing is remembered: no cookie is set, and the next look asks again.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Response, request

from motcua.admin.audited_requests import note
from motcua.admin.domain.dossier_details import details_behind
from motcua.admin.domain.following import follow
from motcua.admin.enums import AuditAction
from motcua.admin.errors import DigitsRefusedError, TooManyDigitsError
from motcua.admin.extension import current_motcua
from motcua.admin.rate_limits import counted_try
from motcua.kiosk.tracking import guarded, guesses_counted, mark, page_answer, tracking

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The page's addresses, this one among them.
__all__ = ["tracking"]
_QUARTER_OF_AN_HOUR, _DAY = 15 * 60, 24 * 60 * 60
#: Of ten thousand endings somebody who found the paper tries one in seven hundred a day.
_TRIES, _TRIES_A_DAY = 5, 15


@tracking.post("/t/<path:link>")
@tracking.post("/T/<path:link>")
def show_details(link: str) -> Response:
    """Answer with the page and, when the digits are right, with what else there is to know."""
    motcua = current_motcua()
    now = motcua.clock()
    with guesses_counted(), motcua.database.read() as record:
        follow(record, link, now=now)  # a link that leads nowhere is answered as always, and no try is counted for it
    digits = request.form.get("digits", "").strip()
    try:
        with _digits_counted(link), motcua.database.read() as record:
            details = details_behind(record, link, digits, now=now)
    except (DigitsRefusedError, TooManyDigitsError) as refusal:
        return guarded(page_answer(link, refusal=refusal))
    read = {"object_id": details.dossier_id, "code": details.code, "office_id": details.office_id}
    note(AuditAction.DOSSIER_READ, "dossier", **read)
    return guarded(page_answer(link, details=details))


@contextmanager
def _digits_counted(link: str) -> Iterator[None]:
    """Count a try by link. Raises TooManyDigitsError, also for what would have been right."""
    what = f"digits for tracking link {mark(link)}"
    with (
        counted_try(what, most=_TRIES, seconds=_QUARTER_OF_AN_HOUR, refusal=TooManyDigitsError),
        counted_try(f"{what}, in a day", most=_TRIES_A_DAY, seconds=_DAY, refusal=TooManyDigitsError),
    ):
        yield
