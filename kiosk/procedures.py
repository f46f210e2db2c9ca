"""The public posting of procedures (niêm yết công khai): a list by field, a page each, and on paper for the wall.

Works without JavaScript and without cookies; what a reader chose (language,
office) travels in the address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from motcua.admin.clock import local_day
from motcua.admin.domain.devices import find_kiosk
from motcua.admin.domain.posting import MAX_QUERY, posted_fields, posting_offices, searched
from motcua.admin.domain.procedure_rows import national_code
from motcua.admin.domain.procedures_in_force import procedure_in_force
from motcua.admin.domain.text import clean_line
from motcua.admin.enums import Language
from motcua.admin.errors import NotAllowedError, NotFoundError, UnknownProcedureError
from motcua.admin.extension import current_motcua
from motcua.admin.language import current_language, gettext
from motcua.admin.views.problems import refusal_for, status_of
from motcua.kiosk import procedure_words, tracking_words
from motcua.kiosk.auth import COOKIE
from motcua.kiosk.qr import qr_svg

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from motcua.admin.models import Office

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# What travels from page to page.
_KEPT = ("lang", "office")

procedures = Blueprint("motcua_procedures", __name__, template_folder="templates")


def _link(endpoint: str, **facts: Any) -> str:
    """Return an address that keeps what the reader chose."""
    kept = {name: request.args[name] for name in _KEPT if request.args.get(name)}
    return url_for(f"motcua_procedures.{endpoint}", **(kept | facts))


@procedures.context_processor
def _words() -> dict[str, Any]:
    return {
        "_": gettext,
        "words": procedure_words,
        "opening_lines_of": _opening_lines_of,
        "link": _link,
        "other_language": _other_language(),
    }


def _opening_lines_of(office: Office) -> list[tuple[str, str]]:
    return tracking_words.opening_lines(tuple((row.weekday, row.opens_at, row.closes_at) for row in office.hours))


def _other_language() -> str:
    """Return this very page in the other language."""
    other = Language.VI if current_language() == Language.EN else Language.EN
    return f"{request.script_root}{request.path}?{urlencode(request.args.to_dict() | {'lang': other.value})}"


@procedures.get("/procedures/")
def index() -> ResponseReturnValue:
    """List what may be asked for today, all of it or one field, or what was searched for."""
    query = clean_line(request.args.get("q", ""))[:MAX_QUERY]
    chosen = request.args.get("field", type=int)
    with current_motcua().database.read() as session:
        place = _place(session)
        fields = posted_fields(session, place.today)
    shown = searched(fields, query) if query else fields
    return _page(
        "procedures/list.html",
        place=place,
        fields=shown,
        shown=[field for field in shown if chosen in {None, field.id}],
        total=sum(len(field.procedures) for field in fields),
        found=sum(len(field.procedures) for field in shown),
        query=query,
        chosen=chosen,
    )


@procedures.get("/procedures/<code>")
def page(code: str) -> ResponseReturnValue:
    """Show one procedure. The long form of a code leads to the national one."""
    national = national_code(clean_line(code))
    if national is None:
        raise UnknownProcedureError(procedure=code)
    if national != code:
        return redirect(_link("page", code=national), 301)
    # The public address already has the path that the platform is mounted at.
    path = url_for("motcua_procedures.page", code=code).removeprefix(request.script_root)
    address = f"{current_motcua().settings.public_url}{path}"
    with current_motcua().database.read() as session:
        place = _place(session)
        version = procedure_in_force(session, code, place.today)
        return _page(
            "procedures/page.html",
            place=place,
            version=version,
            procedure=version.procedure,
            field=version.procedure.field,
            address=address,
            code_image=Markup(qr_svg(address, label=gettext("QR code of this page"))),  # noqa: S704 - our own drawing
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the reader would go: the kiosk's own office, the one in the address, or the only one there is."""

    offices: Sequence[Office]
    office: Office | None
    is_kiosk: bool
    today: date


def _place(session: Session) -> _Place:
    motcua = current_motcua()
    offices = posting_offices(session)
    kiosk_office = _kiosk_office(session)
    asked = request.args.get("office")
    named = next((one for one in offices if asked == one.code), None)
    office = kiosk_office or named or (offices[0] if len(offices) == 1 else None)
    zone = office.time_zone if office else motcua.settings.time_zone
    return _Place(offices, office, is_kiosk=kiosk_office is not None, today=local_day(motcua.clock(), zone))


def _kiosk_office(session: Session) -> Office | None:
    """Return the office of the kiosk this browser is, if it is one."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    try:
        return find_kiosk(session, token).office
    except NotAllowedError:
        return None


def _page(template: str, status: int = 200, **facts: Any) -> Response:
    response = Response(render_template(template, language=current_language(), **facts), status)
    response.headers.update(_HEADERS)
    if status != 200:  # noqa: PLR2004 - OK
        response.headers["Cache-Control"] = "no-store"
        return response
    # Kept by the browser, but asked about every time: a changed procedure is seen at once.
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Cookie")
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response


@procedures.errorhandler(Exception)
def refuse(error: Exception) -> Response | HTTPException:
    """Say calmly what went wrong."""
    if isinstance(error, HTTPException):
        return error
    refusal = refusal_for(error)
    if isinstance(refusal, NotFoundError):
        return _page("procedures/missing.html", 404, place=None)
    return _page("procedures/away.html", status_of(refusal), place=None, refusal=refusal)
