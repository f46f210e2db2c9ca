"""Who a request of a device comes from: the token in its header, or in its enrolment cookie."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from motcua.admin.errors import NotAllowedError, UnknownDeviceError

if TYPE_CHECKING:
    from flask import Request, Response

COOKIE = "motcua_kiosk"
GUARD_HEADER = "X-Requested-With"
GUARD_VALUE = "motcua-kiosk"
# Browsers keep a cookie for at most 400 days; every visit of the page starts them anew.
_KEPT = timedelta(days=400)


def device_token(request: Request) -> str:
    """Return the device token of a request.

    A browser sends its cookie to whoever makes it ask, so a change by cookie
    must also carry a header that a foreign page cannot set. Raises
    UnknownDeviceError without a token, NotAllowedError without that header.
    """
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer.strip():
        return bearer.strip()
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise UnknownDeviceError
    if request.method not in {"GET", "HEAD"}:
        check_own_page(request)
    return cookie


def check_own_page(request: Request) -> None:
    """Raise NotAllowedError unless a script of our own page asks."""
    if request.headers.get(GUARD_HEADER) != GUARD_VALUE:
        raise NotAllowedError


def keep_token(response: Response, request: Request, token: str) -> None:
    """Let the browser keep the device's token: out of reach of scripts, and of every other site."""
    response.set_cookie(COOKIE, token, max_age=_KEPT, httponly=True, samesite="Strict", secure=request.is_secure)
