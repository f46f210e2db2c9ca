"""Who a request of a device comes from: the token in its header, or in its enrolment cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from motcua.admin.errors import NotAllowedError, UnknownDeviceError

if TYPE_CHECKING:
    from flask import Request

COOKIE = "motcua_kiosk"
GUARD_HEADER = "X-Requested-With"
GUARD_VALUE = "motcua-kiosk"


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
    if request.method not in {"GET", "HEAD"} and request.headers.get(GUARD_HEADER) != GUARD_VALUE:
        raise NotAllowedError
    return cookie
