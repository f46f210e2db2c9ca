"""The host's application, made by a function."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.extensions import appbuilder, csrf, db


def create_app(config: str = "config") -> Flask:
    """Make it."""
    app = Flask(__name__)
    app.config.from_object(config)
    # One proxy in front, which says where the host stands.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1, x_prefix=1)  # type: ignore[method-assign]
    csrf.init_app(app)
    db.init_app(app)
    with app.app_context():
        appbuilder.init_app(app, db.session)
    return app
