"""The page a visitor touches, how its device is enrolled, and the QR code on its screen."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from motcua.admin.domain.devices import find_kiosk
from motcua.admin.domain.tickets import issued_on
from motcua.admin.domain.tracking import tracking_url
from motcua.admin.errors import NotAllowedError, UnknownDeviceError
from motcua.admin.extension import current_motcua
from motcua.admin.language import current_language, gettext
from motcua.admin.views.problems import problem, refusal_for, status_of
from motcua.kiosk.auth import COOKIE, GUARD_HEADER, GUARD_VALUE, check_own_page, device_token, keep_token
from motcua.kiosk.kiosk_words import NOTICES, WORDS, in_both
from motcua.kiosk.orders import json_object
from motcua.kiosk.page_version import page_version
from motcua.kiosk.qr import qr_svg
from motcua.kiosk.settings import kiosk_settings

if TYPE_CHECKING:
    from motcua.admin.models import Office

_CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; font-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = "motcua_kiosk.page"
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,200}")


class _UnagedFiles(Blueprint):
    def get_send_file_max_age(self, filename: str | None) -> None:
        """Let the browser ask every time, whatever the host does: a new page must not run an old script."""
        del filename


touch = _UnagedFiles(
    "motcua_kiosk", __name__, template_folder="templates", static_folder="static/kiosk", static_url_path="/kiosk/static"
)
touch.context_processor(lambda: {"_": gettext})


@touch.get("/kiosk/")
def page() -> Response:
    """Show an enrolled kiosk its page; anything else is told how to become one."""
    token = device_token(request)
    with current_motcua().database.read() as session:
        office = find_kiosk(session, token).office
    response = _html(200, "kiosk/kiosk.html", office=office, facts=_facts(office))
    if request.cookies.get(COOKIE) == token:
        keep_token(response, request, token)
    return response


def _facts(office: Office) -> dict[str, Any]:
    """Return what the page has to know before it asks for the first time."""
    settings = kiosk_settings()
    return _ways() | {
        "words": in_both(WORDS),
        "zone": office.time_zone,
        "version": page_version(),
        "idle_seconds": settings.idle_seconds,
        "ticket_seconds": settings.ticket_seconds,
    }


def _ways() -> dict[str, dict[str, str]]:
    """Return how the scripts of our pages reach the server."""
    return {
        "guard": {GUARD_HEADER: GUARD_VALUE},
        "addresses": {
            "page": url_for(_PAGE),
            "enrol": url_for("motcua_kiosk.enrol"),
            "services": url_for("KioskApi.services"),
            "tickets": url_for("KioskApi.issue"),
            "codes": f"{url_for(_PAGE)}qr/",
        },
    }


@touch.post("/kiosk/enrol")
def enrol() -> Response:
    """Make this browser the kiosk whose token it brings."""
    check_own_page(request)
    token = json_object(request).get("token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise UnknownDeviceError
    with current_motcua().database.read() as session:
        device = find_kiosk(session, token)
        body = {"device": device.name, "office": device.office.name}
    response = _guarded(Response(json.dumps(body, ensure_ascii=False), content_type="application/json; charset=utf-8"))
    keep_token(response, request, token)
    return response


@touch.get("/kiosk/qr/<int:ticket_id>.svg")
def code(ticket_id: int) -> Response:
    """Draw the QR code of a ticket that this very kiosk gave."""
    motcua = current_motcua()
    with motcua.database.read() as session:
        device = find_kiosk(session, device_token(request))
        ticket = issued_on(session, device.id, ticket_id, settings=motcua.settings)
    svg = qr_svg(tracking_url(motcua.settings.public_url, ticket.token), label=ticket.label)
    return _guarded(Response(svg, content_type="image/svg+xml; charset=utf-8"))


@touch.errorhandler(Exception)
def refuse(error: Exception) -> Response | HTTPException:
    """Say calmly what went wrong: as a page to the page, as JSON to its scripts."""
    if isinstance(error, HTTPException):
        return error
    refusal = refusal_for(error)
    if request.endpoint != _PAGE:
        return _guarded(problem(refusal))
    if isinstance(refusal, NotAllowedError):
        return _html(status_of(refusal), "kiosk/enrol.html", refusal=refusal, facts=_ways(), **in_both(NOTICES))
    return _html(status_of(refusal), "kiosk/pause.html", refusal=refusal, **in_both(NOTICES))


def _html(status: int, template: str, **facts: Any) -> Response:
    return _guarded(Response(render_template(template, language=current_language(), **facts), status))


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _CONTENT_POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
