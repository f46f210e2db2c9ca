"""What every page tells the browser it may do: scripts of ours only, in nobody's frame, kept in no cache.

A page that has said so itself keeps its own, stricter words. In a foreign
host this is opt-in (MOTCUA_SECURE_HEADERS); our own screens are never shown
without the part that cannot disturb a host's look.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import g, request

from motcua.admin.extension import current_motcua

if TYPE_CHECKING:
    from flask import Blueprint, Flask, Response

_NONCE_BYTES = 18
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'{styles}; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: Data that a browser shows as if it were a page is shown with nothing else.
_POLICY_OF_DATA = "default-src 'none'; frame-ancestors 'none'"
# FAB's templates hide things with style attributes; scripts stay forbidden there as everywhere.
_FAB_STYLES = "; style-src-attr 'unsafe-inline'"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
#: What holds on our own screens in any host: nothing here can break the host's own scripts and styles.
_EVERYWHERE = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_STRICT = "motcua_strict_styles"


def csp_nonce() -> str:
    """Return this request's nonce; FAB's templates write it onto their scripts."""
    if "motcua_nonce" not in g:
        g.motcua_nonce = secrets.token_urlsafe(_NONCE_BYTES)
    return str(g.motcua_nonce)


def secure_headers(app: Flask, *, is_https: bool) -> None:
    """Put the headers on every answer of the app, also on errors."""
    app.jinja_env.globals.setdefault("csp_nonce", csp_nonce)
    always = _ALWAYS | ({"Strict-Transport-Security": "max-age=31536000"} if is_https else {})

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        said = {name.lower() for name, _ in headers}
        wanted = always
        if "content-security-policy" not in said:
            headers.add("Content-Security-Policy", _POLICY_OF_DATA if response.is_json else _policy())
        elif "frame-ancestors 'none'" not in headers["Content-Security-Policy"]:
            wanted = always | {"X-Frame-Options": "SAMEORIGIN"}
        if "cache-control" not in said and not request.path.startswith("/static/"):
            headers.add("Cache-Control", "no-store")
        for name, value in wanted.items():
            if name.lower() not in said:
                headers.add(name, value)
        return response


def guard_screens(blueprint: Blueprint) -> None:
    """Put on our own screens what holds in any host."""

    @blueprint.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        setattr(g, _STRICT, True)
        if not current_motcua().settings.secure_headers:
            headers.setdefault("Content-Security-Policy", _EVERYWHERE)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cache-Control", "no-store")
        return response


def _policy() -> str:
    # Screens of ours have been marked on their way here; what is left are FAB's pages, and a host's.
    return _POLICY.format(nonce=csp_nonce(), styles="" if g.get(_STRICT) else _FAB_STYLES)
