"""The session cookie of the standalone deployment: Flask's own, and no work for those who bring none.

A kiosk, a board and a citizen's phone have no session; a hall of them asks
all day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin


class StaffSessions(SecureCookieSessionInterface):
    """Signed cookies, looked at only where there is one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the request's session; an empty one when it brings no cookie."""
        if "HTTP_COOKIE" not in request.environ or self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie if there is anything to write."""
        if session or session.modified:
            super().save_session(app, session, response)
        elif session.accessed and "Vary" not in response.headers:
            response.headers["Vary"] = "Cookie"
        elif session.accessed:
            response.vary.add("Cookie")
